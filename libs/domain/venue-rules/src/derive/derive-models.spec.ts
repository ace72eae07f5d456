import { describe, expect, it } from '@jest/globals';
import { dec, type Decimal, text } from '@ballast/kernel';
import type { ExpiryMarket, Market, PositionHolding } from '@ballast/margin-models';
import fc from 'fast-check';
import { nakedShorts } from '../methodology/scenario/naked-shorts.js';
import { AS_OF, held, marketOf, option, perpetual, portfolioOf } from '../methodology/scenario/scenario.fixtures.js';
import { skewMultiplier } from '../methodology/scenario/skew-shock.js';
import { derivePortfolioV1, deriveStandard } from './derive-models.js';
import { derivePortfolioV1Margin, derivePortfolioV2Margin, initialFactorAfterPeg } from './portfolio-margin.js';
import { readDerivePortfolioV1, readDerivePortfolioV2 } from './portfolio-parameters.js';
import { DERIVE_PORTFOLIO_V1_DOCUMENT, DERIVE_PORTFOLIO_V2_DOCUMENT } from './portfolio.documents.js';
import { deriveStandardMargin, isolatedOptionMargin, worstPayoffMargin } from './standard-margin.js';
import { readDeriveStandard } from './standard-parameters.js';
import { DERIVE_STANDARD_DOCUMENT } from './standard.document.js';

const first = readDerivePortfolioV1(DERIVE_PORTFOLIO_V1_DOCUMENT);
const second = readDerivePortfolioV2(DERIVE_PORTFOLIO_V2_DOCUMENT);
const standard = readDeriveStandard(DERIVE_STANDARD_DOCUMENT);
const optionRules = standard.markets.get('BTC')!.option!;

const marketFor = (positions: readonly PositionHolding[], change: Partial<Market> = {}): Market => ({
  ...marketOf(positions.map(({ instrument }) => instrument)),
  ...change,
});

/** Sold in the middle, bought at one wing: it loses when the basis moves either way. */
const SOLD_STRADDLE = [
  held(option('BTC', 30, '60000', 'call'), '-1'),
  held(option('BTC', 30, '60000', 'put'), '-1'),
  held(option('BTC', 30, '90000', 'call'), '1'),
];

describe('portfolio margin of Derive [CLR-MDL-032]', () => {
  it('has 23 scenarios in the first generation and 33 in the second', () => {
    expect(first.scan.scenarios).toHaveLength(23);
    expect(second.scan.scenarios).toHaveLength(33);
  });

  it.each`
    stable    | factor    | why
    ${'0.97'} | ${'1.08'} | ${'1 + (0.99 - 0.97) x 4 (W29)'}
    ${'0.99'} | ${'1'}    | ${'exactly at the threshold'}
    ${'1.01'} | ${'1'}    | ${'above the peg nothing is returned'}
  `('the initial factor at a stablecoin of $stable is $factor: $why', ({ stable, factor }: Record<string, string>) => {
    expect(text(initialFactorAfterPeg(dec('1'), dec(stable!), second))).toBe(factor);
  });

  it('lets the perpetual move by its own price and charges its statics by the spot', () => {
    const positions = [held(perpetual('BTC'), '1')];
    const market = marketFor(positions, { instruments: new Map([['BTC-PERP', { mark: dec('61000') }]]) });
    const margin = derivePortfolioV2Margin(portfolioOf(positions), market, second);
    // The tail of -66 % counts 0.21 of it, 13.86 %: the worst is 61,000 x 18 % = 10,980. Statics 60,000 x 3 % and 1 %.
    expect(text(margin.maintenanceMargin)).toBe('-10584'); // -10,980 x 0.8 - 1,800
    expect(text(margin.initialMargin)).toBe('-13380'); // -10,980 - 1,800 - 600
  });

  it('marks a box exactly, whatever the volatility [CLR-MDL-001]', () => {
    const legs: readonly (readonly [string, 'call' | 'put', string])[] = [
      ['50000', 'call', '1'],
      ['50000', 'put', '-1'],
      ['70000', 'call', '-1'],
      ['70000', 'put', '1'],
    ];
    const box = legs.map(([strike, type, size]) => held(option('BTC', 30, strike, type), size));
    expect(text(derivePortfolioV1Margin(portfolioOf(box), marketFor(box), first).markToMarket)).toBe('20000');
  });

  it('discounts what is long and leaves what is short in the first generation', () => {
    const legs: readonly (readonly [string, 'call' | 'put', string])[] = [
      ['50000', 'call', '-1'],
      ['50000', 'put', '1'],
      ['70000', 'call', '1'],
      ['70000', 'put', '-1'],
    ];
    const short = legs.map(([strike, type, size]) => held(option('BTC', 30, strike, type), size));
    // Worth -20,000 under every shock: no scenario loses, no short is naked.
    const margin = derivePortfolioV1Margin(portfolioOf(short), marketFor(short), first);
    expect(text(margin.maintenanceMargin)).toBe('-20000');
    const long = short.map((position) => ({ ...position, quantity: position.quantity.neg() }));
    const discounted = derivePortfolioV1Margin(portfolioOf(long), marketFor(long), first);
    expect(discounted.maintenanceMargin.lt('19000')).toBe(true);
  });

  it('takes a rate below zero as zero', () => {
    const sold = [held(option('BTC', 90, '60000', 'call'), '-1')];
    const market = marketFor(sold);
    const at = (rate: string): string => {
      const expiries = new Map<string, ExpiryMarket>(
        [...market.expiries].map(([key, expiry]) => [key, { ...expiry, rate: dec(rate) }]),
      );
      return text(derivePortfolioV2Margin(portfolioOf(sold), { ...market, expiries }, second).maintenanceMargin);
    };
    expect(at('-0.2')).toBe(at('0'));
    expect(at('0.2')).not.toBe(at('0'));
  });

  it('fixes the forward as the settlement average grows: half of it 15 minutes before expiry', () => {
    const soon = { ...option('BTC', 7, '1', 'call'), expiry: AS_OF + 900_000 };
    const sold = [held(soon, '-1')];
    const scan = (margin: ReturnType<typeof derivePortfolioV2Margin>): Decimal =>
      margin.scans[0]!.scenarios.find(({ id }) => id === 'BTC:1.18:up')!.pnl;
    // A call struck at 1 is the forward less 1; it moves with the half that still floats: 60,000 x 18 % / 2, marked up as a debt.
    const plain = scan(derivePortfolioV2Margin(portfolioOf(sold), marketFor(sold), second));
    expect(plain.plus(5_400).abs().lt('0.5')).toBe(true);
  });

  it.each`
    confidence | charged    | why
    ${'0.55'}  | ${'0'}     | ${'exactly at the threshold'}
    ${'0.5'}   | ${'30000'} | ${'(1 - 0.5) x 1 x 60,000'}
    ${'0'}     | ${'60000'} | ${'all of it'}
  `(
    'an unsure spot of $confidence costs $charged at the initial level: $why',
    ({ confidence, charged }: Record<string, string>) => {
      const positions = [held(perpetual('BTC'), '-1')];
      const market = marketFor(positions, {
        underlyings: new Map([['BTC', { spot: dec('60000'), confidence: dec(confidence!) }]]),
      });
      const margin = derivePortfolioV2Margin(portfolioOf(positions), market, second);
      // A contingency is stated as a loss.
      expect(text(margin.confidenceContingency)).toBe(text(dec('0').minus(charged!)));
      expect(text(margin.maintenanceMargin)).toBe('-10440');
      const sure = derivePortfolioV2Margin(portfolioOf(positions), marketFor(positions), second);
      expect(text(sure.initialMargin.plus(margin.confidenceContingency))).toBe(text(margin.initialMargin));
    },
  );

  it.each([
    ['first', (market: Market) => derivePortfolioV1Margin(portfolioOf(SOLD_STRADDLE), market, first)],
    ['second', (market: Market) => derivePortfolioV2Margin(portfolioOf(SOLD_STRADDLE), market, second)],
  ] as const)('states every contingency of the %s generation as zero or a loss', (_generation, marginOn) => {
    const sure = marginOn(marketFor(SOLD_STRADDLE));
    const unsure = marginOn(
      marketFor(SOLD_STRADDLE, { underlyings: new Map([['BTC', { spot: dec('60000'), confidence: dec('0.3') }]]) }),
    );
    expect(sure.basisContingency.lt(0)).toBe(true);
    expect(text(sure.confidenceContingency)).toBe('0');
    expect(unsure.confidenceContingency.lt(0)).toBe(true);
    expect(text(unsure.basisContingency)).toBe(text(sure.basisContingency));
  });

  it('lets a coin that follows the spot offset a short perpetual, less its haircut', () => {
    const positions = [held(perpetual('BTC'), '-1')];
    const portfolio = { ...portfolioOf(positions), collateral: [{ asset: 'BTC', amount: dec('1') }] };
    const margin = derivePortfolioV2Margin(portfolio, marketFor(positions), second);
    expect(text(margin.scans[0]!.worst.pnl)).toBe('0');
    expect(text(margin.maintenanceMargin)).toBe('57000'); // 60,000 - 2 % - 3 % statics
  });

  it('counts collateral that the document does not name as nothing', () => {
    const portfolio = { ...portfolioOf([]), collateral: [{ asset: 'DOGE', amount: dec('1000') }] };
    const market = marketFor([], { collateral: new Map([['DOGE', { price: dec('0.2') }]]) });
    expect(text(derivePortfolioV2Margin(portfolio, market, second).markToMarket)).toBe('0');
  });

  it.each`
    legs                                | naked    | why
    ${[['call', '-2']]}                 | ${'2'}   | ${'nothing against it'}
    ${[['call', '-2'], ['put', '1.5']]} | ${'0.5'} | ${'a bought put of the strike offsets'}
    ${[['call', '-2'], ['put', '5']]}   | ${'0'}   | ${'not beyond the short'}
    ${[['call', '-2'], ['put', '-1']]}  | ${'3'}   | ${'both sold'}
    ${[['put', '-4'], ['call', '1']]}   | ${'3'}   | ${'a bought call offsets a sold put'}
    ${[['put', '4'], ['call', '1']]}    | ${'0'}   | ${'nothing sold'}
  `('naked shorts of $legs at a strike are $naked: $why [CLR-MDL-033]', ({ legs, naked }: Record<string, unknown>) => {
    const options = (legs as ['call' | 'put', string][]).map(([type, size]) => ({
      type,
      strike: dec('100'),
      size: dec(size),
    }));
    expect(text(nakedShorts(options))).toBe(naked);
    // At another strike nothing is offset.
    expect(text(nakedShorts([{ type: 'call', strike: dec('90'), size: dec('-1') }, ...options]))).toBe(
      text(dec(naked as string).plus(1)),
    );
  });

  describe('the skew shock', () => {
    const shock = second.scan.skewShock!;
    const cap = 0.15 - 0.05 * 0.5;
    it.each`
      move        | moneyness | multiplier | why
      ${'linear'} | ${10}     | ${1 + cap} | ${'far above: the cap'}
      ${'linear'} | ${-10}    | ${1 - cap} | ${'far below: minus the cap'}
      ${'abs'}    | ${-10}    | ${1 + cap} | ${'both wings up'}
      ${'linear'} | ${0}      | ${1}       | ${'nothing at the forward'}
    `(
      '$move at k = $moneyness multiplies by $multiplier: $why',
      ({ move, moneyness, multiplier }: Record<string, unknown>) => {
        const found = skewMultiplier(move as 'linear' | 'abs', moneyness as number, 0.25, shock);
        expect(found).toBeCloseTo(multiplier as number, 12);
      },
    );

    it('moves every strike off the forward by the cap when the smile flattens at once', () => {
      const flat = { ...shock, minKStar: dec('0'), widthScale: dec('0') };
      expect(skewMultiplier('linear', 0.001, 0.25, flat)).toBeCloseTo(1 + cap, 12);
      expect(skewMultiplier('linear', 0, 0.25, flat)).toBe(1);
    });

    it('never turns a volatility negative', () => {
      const wild = { ...shock, linearBaseCap: dec('10'), minKStar: dec('0.01') };
      expect(skewMultiplier('linear', -1, 0.25, wild)).toBe(0);
    });
  });

  it('asks no more for a portfolio than for its parts while prices are sure (first generation)', () => {
    const positions = fc.array(
      fc
        .record({
          days: fc.constantFrom(7, 30, 90),
          strike: fc.constantFrom('45000', '60000', '80000'),
          type: fc.constantFrom('call' as const, 'put' as const),
          size: fc.integer({ min: -5, max: 5 }),
        })
        .map(({ days, strike, type, size }) => held(option('BTC', days, strike, type), String(size))),
      { minLength: 1, maxLength: 4 },
    );
    const required = (of: readonly PositionHolding[]): Decimal =>
      derivePortfolioV1.assess(portfolioOf(of), marketFor(of), first).requirements.maintenance!;
    fc.assert(
      fc.property(positions, positions, (one, other) => {
        expect(required([...one, ...other]).lte(required(one).plus(required(other)).plus('1e-20'))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it.each`
    change                                                                                       | remedy                     | why
    ${{ scenarios: [] }}                                                                         | ${'write a list of 1 to'}  | ${'no scenario'}
    ${{ scenarios: [{ spotShock: '1.1', vol: 'linear' }] }}                                      | ${'write 1 for spotShock'} | ${'a skew shock that moves the spot'}
    ${{ scenarios: [{ spotShock: '0', vol: 'up' }] }}                                            | ${'write a decimal'}       | ${'a price of zero'}
    ${{ scenarios: [{ spotShock: '1', vol: 'sideways' }] }}                                      | ${'write one of'}          | ${'an unknown move'}
    ${{ basisContingency: { spotUp: '0.9', spotDown: '0.9', addFactor: '0', multFactor: '0' } }} | ${'write a decimal'}       | ${'up is down'}
    ${{ margin: 'none' }}                                                                        | ${'write a record of'}     | ${'no object'}
    ${{ extra: '1' }}                                                                            | ${'leave it out'}          | ${'a name nobody reads'}
  `('refuses a document: $why', ({ change, remedy }: Record<string, unknown>) => {
    expect(() => readDerivePortfolioV2({ ...DERIVE_PORTFOLIO_V2_DOCUMENT, ...(change as object) })).toThrow(remedy);
  });

  it('refuses a skew shock in the first generation', () => {
    const scenarios = [{ spotShock: '1', vol: 'abs' }];
    expect(() => readDerivePortfolioV1({ ...DERIVE_PORTFOLIO_V1_DOCUMENT, scenarios })).toThrow(
      'scenarios[0].vol: the first generation has no skew shocks',
    );
  });

  it('reports the basis contingency as the worst when it is', () => {
    const harsh = readDerivePortfolioV1({
      ...DERIVE_PORTFOLIO_V1_DOCUMENT,
      basisContingency: { spotUp: '1.05', spotDown: '0.95', addFactor: '9', multFactor: '0' },
    });
    const positions = [held(option('BTC', 30, '60000', 'call'), '-1')];
    const { worstScenario, scenarios } = derivePortfolioV1.assess(portfolioOf(positions), marketFor(positions), harsh);
    expect(worstScenario).toBe('BTC:basis');
    expect(scenarios!.find(({ id }) => id === worstScenario)!.byPosition).toHaveLength(1);
  });
});

describe('standard margin of Derive [CLR-MDL-031]', () => {
  const sold = (type: 'call' | 'put', strike: string, value: string) => ({
    instrument: 'X',
    settlement: 'linear' as const,
    type,
    strike: dec(strike),
    size: dec('-1'),
    volatility: dec('0.6'),
    value: dec(value),
  });

  it.each`
    type      | strike      | value        | initial      | maintenance  | why
    ${'call'} | ${'60000'}  | ${'-4000'}   | ${'-13000'}  | ${'-9400'}   | ${'4,000 + 15 %, and + 9 % of 60,000'}
    ${'call'} | ${'66000'}  | ${'-2000'}   | ${'-9800'}   | ${'-7400'}   | ${'10 % out of the money: the least 13 %'}
    ${'put'}  | ${'54000'}  | ${'-2000'}   | ${'-9800'}   | ${'-7400'}   | ${'the same on the other side'}
    ${'put'}  | ${'180000'} | ${'-120000'} | ${'-137340'} | ${'-130800'} | ${'9 % of the value, initial 1.05 of it'}
  `('a sold $type at $strike worth $value has $initial and $maintenance: $why', (row: Record<string, string>) => {
    const { type, strike, value, initial, maintenance } = row as Record<string, string> & { type: 'call' | 'put' };
    const margin = isolatedOptionMargin(sold(type, strike!, value!), dec('60000'), optionRules);
    expect(text(margin.initial)).toBe(initial);
    expect(text(margin.maintenance)).toBe(maintenance);
  });

  it.each`
    legs                                                 | initial     | why
    ${[['call', '60000', '-1'], ['call', '61000', '1']]} | ${'-1000'}  | ${'a spread loses its width'}
    ${[['call', '60000', '-2'], ['call', '61000', '1']]} | ${'-74000'} | ${'2,000 at 61,000, and 1.2 forwards for the unpaired call'}
    ${[['put', '60000', '-1']]}                          | ${'-60000'} | ${'at a price of zero'}
    ${[['call', '60000', '1']]}                          | ${'0'}      | ${'a bought option loses nothing'}
  `('the worst payoff of $legs is $initial: $why', ({ legs, initial }: Record<string, unknown>) => {
    const options = (legs as ['call' | 'put', string, string][]).map(([type, strike, size]) => ({
      ...sold(type, strike, '0'),
      size: dec(size),
    }));
    expect(text(worstPayoffMargin(options, dec('60000'), optionRules).initial)).toBe(initial);
  });

  it('charges a stablecoin below its peg for perpetuals and sold options, at the initial level only', () => {
    const positions = [held(perpetual('BTC'), '-2'), held(option('BTC', 30, '60000', 'call'), '-1')];
    const assess = (stable: string) =>
      deriveStandardMargin(portfolioOf(positions), marketFor(positions, { stablePrice: dec(stable) }), standard);
    const [whole, lost] = [assess('1'), assess('0.98')];
    expect(text(whole.initialMargin.minus(lost.initialMargin))).toBe('3600'); // 0.01 x 2 x 60,000 x 3
    expect(text(whole.maintenanceMargin)).toBe(text(lost.maintenanceMargin));
  });

  it('counts a coin at its share, less still at the initial level', () => {
    const portfolio = { ...portfolioOf([]), collateral: [{ asset: 'BTC', amount: dec('1') }] };
    const margin = deriveStandardMargin(portfolio, marketFor([]), standard);
    expect([margin.markToMarket, margin.maintenanceMargin, margin.initialMargin].map(text)).toEqual([
      '60000',
      '45000',
      '41850',
    ]);
  });

  it('takes funding not yet booked off what is owned', () => {
    const contract = held(perpetual('BTC'), '2', '59000');
    const owing = { ...contract, accruedFunding: dec('150') };
    const { value } = deriveStandard.assess(portfolioOf([owing]), marketFor([owing]), standard);
    expect(text(value)).toBe('1850');
  });

  it('refuses an underlying that the document does not have', () => {
    const only = readDeriveStandard({
      ...DERIVE_STANDARD_DOCUMENT,
      markets: { ETH: DERIVE_STANDARD_DOCUMENT.markets.ETH },
    });
    const positions = [held(perpetual('BTC'), '1')];
    expect(() => deriveStandardMargin(portfolioOf(positions), marketFor(positions), only)).toThrow(
      expect.objectContaining({ code: 'market-not-in-document' }),
    );
  });
});
