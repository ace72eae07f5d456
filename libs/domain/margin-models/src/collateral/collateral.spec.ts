import { dec, ONE, text, ModelInputError, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import type { CollateralHolding, CollateralMarket, Market } from '../margin-model.js';
import { COLLATERAL_DEFAULTS, doubt, readCollateralParameters, type CollateralRule } from './collateral-parameters.js';
import { depegHaircut, tieredValue } from './collateral-tiers.js';
import { totalWorth, valueCollateral } from './collateral-value.js';
import { haircutOf, valueAfterHaircut, type HaircutFigures } from './haircut.js';

const parameters = readCollateralParameters(COLLATERAL_DEFAULTS.document);
const bitcoin: HaircutFigures = {
  z: dec('2.326'),
  sigma: dec('0.03'),
  liquidationDays: dec('0.25'),
  halfSpread: dec('0.0001'),
  impact: dec('0.8'),
  averageDailyVolume: dec('20000000000'),
  flat: dec(0),
  depeg: dec(0),
  minimum: dec('0.02'),
};

const size = fc.integer({ min: 0, max: 200_000_000_000 }).map(dec);
const sigma = fc.integer({ min: 0, max: 300 }).map((value) => dec(value).div(1000));

describe('haircut [CLR-COL-001]', () => {
  it('takes off the flat part, which an emergency raises, on top', () => {
    const { haircut } = haircutOf(dec('200000000'), { ...bitcoin, flat: dec('0.1') });
    expect(text(haircut)).toBe('0.13739');
  });

  it('adds volatility until it is sold, half the spread and the impact of its size', () => {
    // 2.326 x 3 % x sqrt(1/4) = 3.489 %; 0.8 x 3 % x sqrt(200M / 20bn) = 0.24 %; + 0.01 %.
    const { volatility, impact, haircut } = haircutOf(dec('200000000'), bitcoin);
    expect([volatility, impact, haircut].map(text)).toEqual(['0.03489', '0.0024', '0.03739']);
  });

  it.each`
    sigma    | expected  | why
    ${'0'}   | ${'0.02'} | ${'never below the minimum'}
    ${'0.9'} | ${'1'}    | ${'never above the whole value'}
  `('at a volatility of $sigma is $expected: $why', ({ sigma: daily, expected }: Record<string, string>) => {
    expect(text(haircutOf(dec('1000000'), { ...bitcoin, sigma: dec(daily as string) }).haircut)).toBe(expected);
  });

  it('never falls in size or volatility, and stays between its minimum and 1', () => {
    fc.assert(
      fc.property(size, size, sigma, sigma, (q1, q2, s1, s2) => {
        const [small, large] = q1.lt(q2) ? [q1, q2] : [q2, q1];
        const [calm, wild] = s1.lt(s2) ? [s1, s2] : [s2, s1];
        const at = (q: Decimal, daily: Decimal): Decimal => haircutOf(q, { ...bitcoin, sigma: daily }).haircut;
        expect(at(large, calm).gte(at(small, calm))).toBe(true);
        expect(at(large, wild).gte(at(large, calm))).toBe(true);
        expect(at(small, calm).gte(bitcoin.minimum) && at(large, wild).lte(1)).toBe(true);
      }),
    );
  });

  it('never falls in spread, is at its minimum below it and at 1 above it', () => {
    const spread = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => dec(millionths).div(1_000_000));
    const at = (q: Decimal, halfSpread: Decimal): Decimal => haircutOf(q, { ...bitcoin, halfSpread }).haircut;
    fc.assert(
      fc.property(size, spread, spread, (q, one, other) => {
        const [narrow, broad] = one.lt(other) ? [one, other] : [other, one];
        expect(at(q, broad).gte(at(q, narrow))).toBe(true);
      }),
    );
    const alone = (halfSpread: string): string =>
      text(haircutOf(dec(0), { ...bitcoin, z: dec(0), halfSpread: dec(halfSpread) }).haircut);
    expect(['0', '0.0199', '0.02', '0.0201', '1'].map(alone)).toEqual(['0.02', '0.02', '0.02', '0.0201', '1']);
    expect(at(dec('1'), ONE).eq(1)).toBe(true);
  });

  it('is continuous in size: a little more changes it by at most the root of that share', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 1_000_000 }), (q, more) => {
        const step = haircutOf(q.plus(more), bitcoin).haircut.minus(haircutOf(q, bitcoin).haircut);
        const most = bitcoin.impact.times(bitcoin.sigma).times(dec(more).div(bitcoin.averageDailyVolume).sqrt());
        expect(step.lte(most.plus('1e-30'))).toBe(true);
      }),
    );
  });
});

describe('value after haircut [CLR-COL-002]', () => {
  it('is the market value less the haircut while more is worth more', () => {
    expect(text(valueAfterHaircut(dec('200000000'), bitcoin))).toBe('192522000');
  });

  it('never falls by holding more, never rises in volatility, and is never above the market value', () => {
    fc.assert(
      fc.property(size, size, sigma, sigma, (q1, q2, s1, s2) => {
        const [small, large] = q1.lt(q2) ? [q1, q2] : [q2, q1];
        const [calm, wild] = s1.lt(s2) ? [s1, s2] : [s2, s1];
        const at = (q: Decimal, daily: Decimal): Decimal => valueAfterHaircut(q, { ...bitcoin, sigma: daily });
        const tolerance = large.times('1e-35').plus('1e-30');
        expect(at(large, calm).plus(tolerance).gte(at(small, calm))).toBe(true);
        expect(at(large, calm).plus(tolerance).gte(at(large, wild))).toBe(true);
        expect(at(large, wild).gte(0) && at(large, calm).lte(large)).toBe(true);
      }),
    );
  });

  it('stays where it is greatest: at 30 % volatility 1 trillion counts as much as 100 bn', () => {
    const wild = { ...bitcoin, sigma: dec('0.3') };
    const most = valueAfterHaircut(dec('100000000000'), wild);
    expect(text(valueAfterHaircut(dec('1000000000000'), wild))).toBe(text(most));
    expect(most.gt(0)).toBe(true);
  });
});

describe('collateral tiers [CLR-COL-003]', () => {
  const tiers = [
    { upTo: dec('2000000'), share: dec('0.95') },
    { upTo: dec('4000000'), share: dec('0.85') },
    { upTo: dec('8000000'), share: dec('0.5') },
  ];

  it.each`
    value         | expected     | why
    ${'0'}        | ${'0'}       | ${'nothing'}
    ${'2000000'}  | ${'1900000'} | ${'exactly at the first limit'}
    ${'6000000'}  | ${'4600000'} | ${'1.9M + 1.7M + 1.0M (W33)'}
    ${'8000000'}  | ${'5600000'} | ${'exactly at the last limit'}
    ${'20000000'} | ${'5600000'} | ${'above it nothing counts'}
  `('$value USD count $expected: $why', ({ value, expected }: Record<string, string>) => {
    expect(text(tieredValue(dec(value as string), tiers))).toBe(expected);
  });

  it('are continuous and concave: a dollar more counts at most a dollar, and never more than the dollar before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (value) => {
        const at = (usd: number): Decimal => tieredValue(dec(usd), tiers);
        const [before, after] = [at(value).minus(at(value - 1)), at(value + 1).minus(at(value))];
        expect(after.gte(0) && after.lte(before) && before.lte(1)).toBe(true);
      }),
    );
  });
});

describe('depeg table [CLR-COL-004]', () => {
  const knots = (parameters.assets.get('USDC') as CollateralRule).depeg;

  it.each`
    price      | expected   | why
    ${'1.01'}  | ${'0'}     | ${'above the peg'}
    ${'1'}     | ${'0'}     | ${'at the peg'}
    ${'0.995'} | ${'0.005'} | ${'exactly at a knot'}
    ${'0.935'} | ${'0.125'} | ${'half way between 0.9 and 0.97'}
    ${'0.8'}   | ${'0.4'}   | ${'the last knot'}
    ${'0.65'}  | ${'0.4'}   | ${'below the table: the price itself has done the rest'}
  `('at $price takes $expected: $why', ({ price, expected }: Record<string, string>) => {
    expect(text(depegHaircut(dec(price as string), knots))).toBe(expected);
  });
});

const market = (collateral: Record<string, CollateralMarket>, dailyVolatility?: string): Market => ({
  asOf: 0,
  underlyings: new Map(
    dailyVolatility === undefined ? [] : [['BTC', { spot: dec(50_000), dailyVolatility: dec(dailyVolatility) }]],
  ),
  expiries: new Map(),
  instruments: new Map(),
  collateral: new Map(Object.entries(collateral)),
});
const at50k: CollateralMarket = { price: dec(50_000) };
const holds = (asset: string, amount: string | number): CollateralHolding => ({ asset, amount: dec(amount) });
const none: ReadonlySet<string> = new Set<string>();
const worth = (holdings: CollateralHolding[], prices: Market, jointly = none): string =>
  totalWorth(valueCollateral(holdings, prices, parameters, jointly)).toFixed(2);

describe('collateral of an account [CLR-COL-005]', () => {
  it('counts dollars in full, also owed ones', () => {
    expect(worth([holds('USD', 1000)], market({}))).toBe('1000.00');
    expect(worth([holds('USD', -1000)], market({}))).toBe('-1000.00');
  });

  it('counts a coin at the lowest of index, mean and redemption value, a debt at the higher of index and mean', () => {
    const price = { ...at50k, averagePrice: dec(51_000), redemptionValue: dec(40_000) };
    const index = worth([holds('BTC', 1)], market({ BTC: at50k }));
    expect(worth([holds('BTC', 1)], market({ BTC: { ...at50k, averagePrice: dec(51_000) } }))).toBe(index);
    const lower = worth([holds('BTC', 1)], market({ BTC: { price: dec(40_000) } }));
    expect(worth([holds('BTC', 1)], market({ BTC: price }))).toBe(lower);
    expect(worth([holds('BTC', -1)], market({ BTC: price }))).toBe('-51000.00');
  });

  it('takes the measured volatility, and its floor in calm', () => {
    const calm = worth([holds('BTC', 100)], market({ BTC: at50k }, '0.01'));
    expect(calm).toBe(worth([holds('BTC', 100)], market({ BTC: at50k })));
    expect(Number(worth([holds('BTC', 100)], market({ BTC: at50k }, '0.1')))).toBeLessThan(Number(calm));
  });

  it('leaves the market move out of the haircut where it is charged together with the positions', () => {
    // 5M: half spread 0.01 %, impact 0.8 x 3 % x sqrt(5M / 20bn) = 0.0379 %.
    expect(worth([holds('BTC', 100)], market({ BTC: at50k }), new Set(['BTC']))).toBe('4997602.63');
    expect(worth([holds('BTC', 100)], market({ BTC: at50k }))).toBe('4900000.00');
  });

  it('counts at most the cap of the account', () => {
    const capped = worth([holds('BTC', 10_000)], market({ BTC: at50k }));
    expect(worth([holds('BTC', 20_000)], market({ BTC: at50k }))).toBe(capped);
  });

  describe('the platform cap [CLR-COL-008]', () => {
    const coinAt = (platformAmount: number, confidence = '1') => {
      const held = market({ BTC: { ...at50k, platformAmount: dec(platformAmount), confidence: dec(confidence) } });
      const [coin] = valueCollateral([holds('BTC', 1)], held, parameters, none);
      if (coin === undefined) throw new Error('a coin is worth something');
      return coin;
    };

    it('leaves new risk the share that the cap is of what all hold, and equity as it is', () => {
      // 80,000 coins are 4bn, twice the cap: of what a coin counts for, a half.
      const { worth: counted, platformCharge, line } = coinAt(80_000);
      expect(text(counted)).toBe('49000');
      expect(text(platformCharge)).toBe('24500');
      expect(line().figures).toMatchObject({ platformCharge: dec(24_500), platformShare: dec('0.5') });
    });

    it('is silent up to the cap', () => {
      const { platformCharge, line } = coinAt(40_000);
      expect(text(platformCharge)).toBe('0');
      expect(line().figures).not.toHaveProperty('platformShare');
      expect(text(coinAt(40_001).platformCharge)).toBe(text(dec(49_000).minus(dec(49_000).times(40_000).div(40_001))));
    });

    it('and a doubtful price together never take more than what counts', () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 100 }), (held, percent) => {
          const { worth: counted, platformCharge, confidenceCharge } = coinAt(held, text(dec(percent).div(100)));
          expect(text(counted)).toBe('49000');
          const withheld = platformCharge.plus(confidenceCharge);
          expect(platformCharge.gte(0) && confidenceCharge.gte(0) && withheld.lte(counted)).toBe(true);
        }),
      );
      // Half of what the cap leaves.
      expect(text(coinAt(80_000, '0.275').confidenceCharge)).toBe('12250');
    });
  });

  it('counts nothing of an asset without a rule, and says so; owes it in full', () => {
    const prices = market({ DOGE: { price: dec('0.1') } });
    const [doge] = valueCollateral([holds('DOGE', 1000)], prices, parameters, none);
    expect(doge?.asset).toBe('DOGE');
    expect(doge?.line().code).toBe('collateral-not-eligible');
    expect(worth([holds('DOGE', 1000)], prices)).toBe('0.00');
    expect(worth([holds('DOGE', -1000)], prices)).toBe('-100.00');
  });

  it('lets new risk rely less on a doubtful price [CLR-COL-006]', () => {
    const doubtful = market({ BTC: { ...at50k, confidence: dec('0.275') } });
    const [coin] = valueCollateral([holds('BTC', 1)], doubtful, parameters, none);
    expect(text(coin?.confidenceCharge ?? ONE)).toBe(text((coin?.worth ?? ONE).div(2)));
    expect([doubt(dec('0.55'), parameters.confidence), doubt(dec(0), parameters.confidence)].map(text)).toEqual([
      '0',
      '1',
    ]);
  });

  it('does not depend on the order of what is held, nor on its splitting', () => {
    const prices = market({ BTC: at50k, ETH: { price: dec(3000) }, USDC: { price: dec('0.99') } });
    const holdings = [
      holds('BTC', '1.5'),
      holds('ETH', 20),
      holds('USDC', 5000),
      holds('USD', -100),
      holds('BTC', '0.25'),
    ];
    const shuffled = fc.shuffledSubarray(holdings, { minLength: holdings.length });
    const expected = text(totalWorth(valueCollateral(holdings, prices, parameters, none)));
    fc.assert(
      fc.property(shuffled, (other) => {
        expect(text(totalWorth(valueCollateral(other, prices, parameters, none)))).toBe(expected);
      }),
    );
  });

  it.each<[string, string, CollateralHolding, CollateralMarket]>([
    ['no price', 'market-missing', holds('DOGE', 1), at50k],
    ['a price of zero', 'price-not-positive', holds('BTC', 1), { price: dec(0) }],
    ['an infinite price', 'figure-not-finite', holds('BTC', 1), { price: dec(Infinity) }],
    ['a mean that is none', 'figure-not-finite', holds('BTC', 1), { ...at50k, averagePrice: dec(NaN) }],
    ['a negative mean', 'price-not-positive', holds('BTC', -1), { ...at50k, averagePrice: dec(-1) }],
    ['an amount that is none', 'figure-not-finite', holds('BTC', NaN), at50k],
    ['an infinite platform', 'figure-not-finite', holds('BTC', 1), { ...at50k, platformAmount: dec(Infinity) }],
    ['a confidence above 1', 'confidence-out-of-range', holds('BTC', 1), { ...at50k, confidence: dec(2) }],
  ])('refuses %s with %s', (_why, code, holding, price) => {
    const refuse = (): unknown => valueCollateral([holding], market({ BTC: price }), parameters, none);
    expect(refuse).toThrow(ModelInputError);
    expect(refuse).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('collateral parameters', () => {
  const { assets, confidence } = COLLATERAL_DEFAULTS.document;
  const withBitcoin = (changes: object): unknown => ({ confidence, assets: { BTC: { ...assets.BTC, ...changes } } });

  it.each<[string, string, string, unknown]>([
    [
      'falling limits',
      'tiers are not in order',
      'assets.BTC.tiers[1]',
      withBitcoin({
        tiers: [
          { upTo: '2', share: '1' },
          { upTo: '2', share: '0.5' },
        ],
      }),
    ],
    [
      'rising shares',
      'tiers are not in order',
      'assets.BTC.tiers[1]',
      withBitcoin({
        tiers: [
          { upTo: '2', share: '0.5' },
          { upTo: '3', share: '0.6' },
        ],
      }),
    ],
    [
      'falling prices',
      'the table is not in order',
      'assets.BTC.depeg[1]',
      withBitcoin({
        depeg: [
          { price: '1', haircut: '0' },
          { price: '0.9', haircut: '0' },
        ],
      }),
    ],
    [
      'a haircut rising with the price',
      'the table is not in order',
      'assets.BTC.depeg[1]',
      withBitcoin({
        depeg: [
          { price: '0.9', haircut: '0' },
          { price: '1', haircut: '0.1' },
        ],
      }),
    ],
    ['no volume', 'write a decimal', 'assets.BTC.averageDailyVolume', withBitcoin({ averageDailyVolume: '0' })],
    ['NaN', 'write a decimal', 'assets.BTC.z', withBitcoin({ z: 'NaN' })],
    ['a misspelt name', 'leave it out', 'assets.BTC.halfspread', withBitcoin({ halfspread: '0' })],
    ['a missing threshold', 'write a', 'confidence.threshold', { assets, confidence: { factor: '1' } }],
  ])('with %s are refused: %s at %s', (_why, remedy, field, document) => {
    const message: unknown = expect.stringContaining(remedy);
    expect(() => readCollateralParameters(document)).toThrow(expect.objectContaining({ field, message }) as Error);
  });
});
