import { describe, expect, it } from '@jest/globals';
import type { Perpetual } from '@ballast/instruments';
import { DAY_MS, dec, Decimal, text, maxOf, ONE } from '@ballast/kernel';
import type { Market, PositionHolding } from '@ballast/margin-models';
import fc from 'fast-check';
import {
  AS_OF,
  coinSettled,
  future,
  held,
  inversePerpetual,
  marketOf,
  option,
  perpetual,
  portfolioOf,
} from '../methodology/scenario/scenario.fixtures.js';
import { shockedVolatility, termScale } from '../methodology/scenario/volatility-shock.js';
import { deribitPortfolio, deribitStandard } from './deribit-models.js';
import {
  dampenedProfit,
  deltaShock,
  deribitPortfolioMargin,
  extendedAdjustment,
  rollShock,
} from './portfolio-margin.js';
import { readDeribitPortfolio } from './portfolio-parameters.js';
import { DERIBIT_PORTFOLIO_2026_02_DOCUMENT } from './portfolio.documents.js';
import {
  contractRequirement,
  DERIBIT_STANDARD_DOCUMENT,
  readDeribitStandard,
  shortOptionRequirement,
} from './standard-margin.js';

const standard = readDeribitStandard(DERIBIT_STANDARD_DOCUMENT);
/** Parameter set of June 2024: BTC alone. */
const BITCOIN_ALONE = {
  ...DERIBIT_PORTFOLIO_2026_02_DOCUMENT,
  pairs: { BTC: DERIBIT_PORTFOLIO_2026_02_DOCUMENT.pairs.BTC },
};
const engine = readDeribitPortfolio(BITCOIN_ALONE);
const btc = engine.pairs.get('BTC')!;
const relativelyNear = (actual: Decimal, expected: string, tolerance = '1e-8'): boolean =>
  actual.minus(expected).abs().lte(dec(expected).abs().times(tolerance));

describe('standard margin of Deribit [CLR-MDL-021]', () => {
  it.each`
    example  | size     | initial      | maintenance | why
    ${'W01'} | ${'25'}  | ${'53125'}   | ${'28125'}  | ${'2 % + 25 x 0.005 % = 2.125 %, and 1.125 %'}
    ${'W02'} | ${'350'} | ${'1312500'} | ${'962500'} | ${'3.75 % and 2.75 %'}
    ${'-'}   | ${'-25'} | ${'53125'}   | ${'28125'}  | ${'a short is margined like a long'}
  `(
    '$size BTC at 100,000 require $initial and $maintenance ($example): $why',
    ({ size, initial, maintenance }: Record<string, string>) => {
      const required = contractRequirement(dec(size!), standard.contracts.get('BTC')!);
      expect(text(required.initial.times(100_000))).toBe(initial);
      expect(text(required.maintenance.times(100_000))).toBe(maintenance);
    },
  );

  it.each`
    example  | type      | spot       | strike      | mark      | initial   | maintenance | why
    ${'W04'} | ${'call'} | ${'60000'} | ${'66000'}  | ${'0.02'} | ${'0.12'} | ${'0.095'}  | ${'10 % out of the money: the least 0.10 + 0.02'}
    ${'-'}   | ${'call'} | ${'60000'} | ${'60000'}  | ${'0.05'} | ${'0.2'}  | ${'0.125'}  | ${'at the money 0.15 + 0.05'}
    ${'-'}   | ${'put'}  | ${'60000'} | ${'57000'}  | ${'0.03'} | ${'0.13'} | ${'0.105'}  | ${'5 % out of the money: 0.10 + 0.03'}
    ${'-'}   | ${'put'}  | ${'60000'} | ${'120000'} | ${'1.2'}  | ${'1.35'} | ${'1.29'}   | ${'0.15 + 1.2; MM 1.2 + 7.5 % of 1.2'}
    ${'-'}   | ${'put'}  | ${'60000'} | ${'300000'} | ${'4'}    | ${'4.3'}  | ${'4.3'}    | ${'a put requires its maintenance at least'}
  `(
    'a $type sold at $strike requires $initial and $maintenance coin ($example): $why',
    (row: Record<string, string>) => {
      const { type, spot, strike, mark, initial, maintenance } = row as Record<string, string> & {
        type: 'call' | 'put';
      };
      const required = shortOptionRequirement({ type, strike: dec(strike!) }, dec(spot!), dec(mark!), standard.options);
      expect(text(required.initial)).toBe(initial);
      expect(text(required.maintenance)).toBe(maintenance);
    },
  );

  it('margins a coin-settled and a linear option alike when their marks are', () => {
    const linear = option('BTC', 30, '66000', 'call');
    const coin = coinSettled(linear);
    const market = marketOf([linear, coin]);
    const marked: Market = {
      ...market,
      instruments: new Map([
        [linear.id, { mark: dec('1200'), volatility: dec('0.6') }],
        [coin.id, { mark: dec('0.02'), volatility: dec('0.6') }],
      ]),
    };
    for (const sold of [linear, coin]) {
      const { requirements, value } = deribitStandard.assess(portfolioOf([held(sold, '-1')]), marked, standard);
      expect(text(requirements.initial!)).toBe('7200'); // 0.12 x 60,000
      expect(text(value)).toBe('0');
    }
  });

  it('asks for a bought option no margin and counts it as no collateral', () => {
    const bought = option('BTC', 30, '60000', 'call');
    const { requirements, value } = deribitStandard.assess(
      portfolioOf([held(bought, '3')], '10'),
      marketOf([bought]),
      standard,
    );
    expect([text(requirements.initial!), text(value)]).toEqual(['0', '10']);
  });

  it('margins open orders by the worse side, at the initial level only', () => {
    const contract = perpetual('BTC');
    const portfolio = portfolioOf([held(contract, '10')]);
    const orders = [
      { instrument: contract, side: 'buy', quantity: dec('15') },
      { instrument: contract, side: 'sell', quantity: dec('20') },
    ] as const;
    const market = marketOf([contract]);
    const plain = deribitStandard.assess(portfolio, market, standard);
    const ordered = deribitStandard.assess({ ...portfolio, orders }, market, standard);
    // 25 bought outweigh 10 sold: 25 x 2.125 % x 60,000.
    expect(text(ordered.requirements.initial!)).toBe('31875');
    expect(text(ordered.requirements.maintenance!)).toBe(text(plain.requirements.maintenance!));
  });

  it('refuses an underlying without rates', () => {
    const unknown: Perpetual = { ...perpetual('BTC'), id: 'XYZ-PERP', underlying: 'XYZ' };
    const market = marketOf([perpetual('BTC')]);
    const listed: Market = {
      ...market,
      underlyings: new Map([['XYZ', { spot: dec('1') }]]),
      instruments: new Map([[unknown.id, { mark: dec('1') }]]),
    };
    expect(() => deribitStandard.assess(portfolioOf([held(unknown, '1')]), listed, standard)).toThrow(
      expect.objectContaining({ code: 'market-not-in-document' }),
    );
  });
});

describe('portfolio margin engine of Deribit [CLR-MDL-022]', () => {
  const price = '65666.19';
  const perp = inversePerpetual('BTC');
  const dated = { ...future('BTC', 7), id: 'BTC-28JUN24-INVERSE', settlement: 'inverse' as const };
  const inBase = (size: string): string => text(dec(size).times(price));
  const positions: readonly PositionHolding[] = [
    held(perp, inBase('0.314538364')),
    held(dated, inBase('-0.001187534')),
  ];
  const published: Market = {
    ...marketOf([perp, dated]),
    underlyings: new Map([['BTC', { spot: dec(price) }]]),
    instruments: new Map([perp, dated].map(({ id }) => [id, { mark: dec(price) }])),
  };
  const result = deribitPortfolioMargin(portfolioOf(positions), published, engine);
  const inCoin = (amount: Decimal): Decimal => amount.div(price);
  const charge = (code: string): Decimal => inCoin(result.lines.find((line) => line.code === code)!.amount);

  it('reproduces the published matrix: perpetual, future and worst case (W06)', () => {
    const cell = result.scenarios!.find(({ id }) => id === 'BTC-inverse:-4/4:none')!;
    const pnlOf = (id: string): Decimal => inCoin(cell.byPosition.find(({ instrument }) => instrument === id)!.pnl);
    expect(relativelyNear(pnlOf(perp.id), '-0.0599120693333')).toBe(true);
    expect(relativelyNear(pnlOf(dated.id), '0.0002261969524')).toBe(true);
    expect(relativelyNear(charge('scan-risk'), '0.0596858723810')).toBe(true);
  });

  it('reproduces the published roll shock, risk matrix margin and maintenance (W07)', () => {
    expect(relativelyNear(charge('roll-shock'), '0.00315725898')).toBe(true);
    expect(relativelyNear(inCoin(result.requirements.initial!), '0.06284313098')).toBe(true);
    expect(inCoin(result.requirements.maintenance!).toFixed(7)).toBe('0.0502745');
    // The published initial margin is this and what market maker protection and orders add.
    const initial = inCoin(result.requirements.initial!).plus('0.06').plus('0.000018212');
    expect(relativelyNear(initial, '0.122861343')).toBe(true);
  });

  it.each`
    move       | raw                | adjusted
    ${'-0.66'} | ${'-0.6105744713'} | ${'-0.0599120693'}
    ${'0.5'}   | ${'0.1048461213'}  | ${'0.0433846019'}
  `(
    'a perpetual at $move counts what it makes at the edge of the range: $adjusted (W08)',
    ({ move, raw, adjusted }: Record<string, string>) => {
      const profit = dec('0.314538364').times(move!).div(dec('1').plus(move!));
      expect(relativelyNear(profit, raw!, '1e-9')).toBe(true);
      expect(relativelyNear(profit.times(extendedAdjustment(dec(move!), btc, 'inverse')), adjusted!, '1e-8')).toBe(
        true,
      );
    },
  );

  it.each`
    loss         | counted      | why
    ${'-260000'} | ${'0'}       | ${'smaller than the relief of (1 / 0.16 - 1) x 100,000 = 525,000'}
    ${'-900000'} | ${'-375000'} | ${'900,000 - 525,000'}
    ${'-525000'} | ${'0'}       | ${'exactly the relief'}
    ${'70000'}   | ${'70000'}   | ${'a gain stays'}
  `('the dampener at +100 % leaves $counted of $loss: $why (W10)', ({ loss, counted }: Record<string, string>) => {
    expect(text(dampenedProfit(dec(loss!), dec('1'), btc.priceRange, btc.extendedDampener))).toBe(counted);
  });

  it('the dampener never turns a loss into a gain, relieves no more than its cap, and less of a loss stays less', () => {
    const loss = fc.integer({ min: 0, max: 5_000_000 }).map((amount) => dec(-amount));
    const move = fc.integer({ min: -66, max: 500 }).map((percent) => dec(percent).div(100));
    fc.assert(
      fc.property(loss, loss, move, (one, other, at) => {
        const left = (profit: Decimal): Decimal => dampenedProfit(profit, at, btc.priceRange, btc.extendedDampener);
        const cap = maxOf(at.abs().div(btc.priceRange), ONE).minus(1).times(btc.extendedDampener);
        expect(left(one).lte(0) && left(one).gte(one) && left(one).minus(one).lte(cap)).toBe(true);
        const [worse, better] = one.lte(other) ? [one, other] : [other, one];
        expect(left(worse).lte(left(better))).toBe(true);
      }),
    );
  });

  it('the delta shock has its excess, rate and cap where the venue has them (W12)', () => {
    const excess = dec('1000').minus(btc.deltaShockThreshold.div(price));
    expect(excess.toFixed(3)).toBe('695.429');
    expect(excess.times(btc.deltaShockIncrement).times(100).toFixed(5)).toBe('3.47715');
    const capAt = btc.deltaShockThreshold.div(price).plus(btc.maxDeltaShock.div(btc.deltaShockIncrement));
    expect(capAt.toFixed(2)).toBe('2304.57');
    expect(deltaShock(capAt, dec(price), btc).minus(capAt.times(btc.maxDeltaShock)).abs().lt('1e-30')).toBe(true);
  });

  it.each`
    days  | up        | down
    ${7}  | ${1.0642} | ${0.3679}
    ${90} | ${0.8601} | ${0.47}
  `(
    '60 % volatility at $days days is shocked to $up and $down (W11) [CLR-MDL-003]',
    ({ days, up, down }: Record<string, number>) => {
      const scale = termScale(days! * 86_400, btc.volShock);
      expect(shockedVolatility(0.6, 'up', scale, btc.volShock)).toBeCloseTo(up!, 4);
      expect(shockedVolatility(0.6, 'down', scale, btc.volShock)).toBeCloseTo(down!, 4);
    },
  );

  it.each`
    delta        | shock        | why
    ${'1000'}    | ${'34.7715'} | ${'excess 695.429 BTC, rate 3.47715 %'}
    ${'-1000'}   | ${'34.7715'} | ${'short as long'}
    ${'304'}     | ${'0'}       | ${'below 20,000,000 / 65,666.19'}
    ${'2304.57'} | ${'230.457'} | ${'the cap of 10 % is reached'}
    ${'10000'}   | ${'1000'}    | ${'the cap'}
  `('the delta shock of $delta BTC is $shock: $why (W12)', ({ delta, shock }: Record<string, string>) => {
    expect(relativelyNear(deltaShock(dec(delta!), dec(price), btc), shock!, '1e-5') || shock === '0').toBe(true);
    if (shock === '0') expect(text(deltaShock(dec(delta!), dec(price), btc))).toBe('0');
  });

  it('takes the floor of the roll shock for perpetuals and the term beyond it', () => {
    const deltas = new Map<number | 'perpetual', Decimal>([
      ['perpetual', dec('2')],
      [AS_OF + 365 * DAY_MS, dec('-3')],
    ]);
    // 2 x 1 % + 3 x 7.5 %
    expect(text(rollShock(deltas, AS_OF, btc))).toBe('0.245');
  });

  it('finds the worst of 27 cells for a sold linear call at +16 % and volatility up (W13)', () => {
    const sold = option('BTC', 30, '66000', 'call');
    const { scenarios, worstScenario, value } = deribitPortfolioMargin(
      portfolioOf([held(sold, '-1')]),
      marketOf([sold]),
      engine,
    );
    expect(relativelyNear(value.neg(), '1962.156302825646', '1e-13')).toBe(true);
    expect(worstScenario).toBe('BTC-linear:4/4:up');
    expect(relativelyNear(scenarios!.find(({ id }) => id === worstScenario)!.pnl, '-6943.644801981576', '1e-12')).toBe(
      true,
    );
    expect(scenarios!.filter(({ id }) => !id.includes('extended'))).toHaveLength(27);
  });

  it('counts gains of one pair against losses of another by their offset only', () => {
    const both = readDeribitPortfolio(DERIBIT_PORTFOLIO_2026_02_DOCUMENT);
    const [long, short] = [held(perpetual('BTC'), '1'), held(perpetual('ETH'), '-20')];
    const scan = (held_: readonly PositionHolding[]): Decimal =>
      deribitPortfolioMargin(portfolioOf(held_), marketOf(held_.map(({ instrument }) => instrument)), both).lines.find(
        ({ code }) => code === 'scan-risk',
      )!.amount;
    // BTC falls 16 %: 9,600 lost; ETH falls 18 %: 10,800 gained, of which 60 % count, 6,480. ETH rises: 10,800 lost, BTC's gain counts nothing.
    expect(text(scan([long]))).toBe('9600');
    expect(text(scan([long, short]))).toBe('10800');
  });

  it('fades an expiry in its settlement window to nothing', () => {
    const sold = { ...option('BTC', 7, '60000', 'call'), expiry: AS_OF + 900_000 };
    const scanRisk = (at: number): Decimal => {
      const market = { ...marketOf([sold]), asOf: at };
      return deribitPortfolioMargin(portfolioOf([held(sold, '-1')]), market, engine).lines.find(
        ({ code }) => code === 'scan-risk',
      )!.amount;
    };
    expect(scanRisk(AS_OF).gt(0)).toBe(true);
    expect(text(scanRisk(AS_OF + 900_000))).toBe('0');
  });

  it.each`
    change                             | remedy                         | why
    ${{ mmFactor: '1.2' }}             | ${'write a decimal'}           | ${'maintenance above initial'}
    ${{ extendedMoves: [] }}           | ${'write a list of 1 to'}      | ${'no extended table'}
    ${{ extendedMoves: ['-1'] }}       | ${'write a decimal'}           | ${'a price of zero'}
    ${{ extendedMoves: ['0.5', '0'] }} | ${'is not zero; leave it out'} | ${'no move'}
    ${{ mmFactor: 'Infinity' }}        | ${'write a decimal'}           | ${'infinity'}
  `('refuses a document: $why', ({ change, remedy }: Record<string, unknown>) => {
    expect(() => readDeribitPortfolio({ ...BITCOIN_ALONE, ...(change as object) })).toThrow(remedy);
  });

  it('is registered with the figures of February 2026', () => {
    const { pairs } = deribitPortfolio.readParameters(deribitPortfolio.defaultParameters.document);
    expect(text(pairs.get('ETH')!.priceRange)).toBe('0.18');
    expect(text(pairs.get('BTC')!.priceRange)).toBe('0.16');
  });
});
