import fc from 'fast-check';
import type { Future, Option, Perpetual } from '@ballast/instruments';
import { DAY_MS, canonicalText, dec, instantOf, sha256, text } from '@ballast/kernel';
import { publishedText } from './published-figure.js';
import {
  type MarketPoint,
  type RiskScenario,
  type TermDecay,
  type VolatilityShock,
  riskArray,
  riskArraysHash,
  shockedVolatility,
} from './risk-array.js';

const asOf = instantOf('2026-02-01T08:00:00Z');
const expiry = asOf + 30 * DAY_MS;
const ONE_CONTRACT = dec(1);

const call: Option = {
  kind: 'option',
  id: 'BTC-03MAR26-66000-C',
  underlying: 'BTC',
  settlement: 'linear',
  contractSize: ONE_CONTRACT,
  type: 'call',
  strike: dec(66_000),
  expiry,
};
const future: Future = {
  kind: 'future',
  id: 'BTC-03MAR26',
  underlying: 'BTC',
  settlement: 'linear',
  contractSize: ONE_CONTRACT,
  expiry,
};
const perpetual: Perpetual = {
  kind: 'perpetual',
  id: 'BTC-PERP',
  underlying: 'BTC',
  settlement: 'linear',
  contractSize: ONE_CONTRACT,
};
const point: MarketPoint = { asOf, forward: dec(60_000), volatility: dec('0.6') };

const term: TermDecay = { referenceDays: 30, shortPower: 0.3, longPower: 0.13, floorDays: 1 };
const up: VolatilityShock = { kind: 'up', range: 0.5, term };
const down: VolatilityShock = { kind: 'down', range: 0.25, term };
const none: VolatilityShock = { kind: 'none' };

/** Deribit's 27 cells: nine spot moves of 16 % x volatility up, unchanged, down. */
const cells: RiskScenario[] = [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((step) =>
  Object.entries({ up, none, down }).map(([name, volatility]) => ({
    id: `${step}/4 ${name}`,
    spotFactor: text(dec(1).plus(dec('0.16').times(step).div(4))),
    volatility,
  })),
);

describe('volatility shocks', () => {
  it.each([
    ['7 days, up', up, 7, 1.0642],
    ['7 days, down', down, 7, 0.3679],
    ['90 days, up', up, 90, 0.8601],
    ['90 days, down', down, 90, 0.47],
  ] as const)('W11: 60 %% at %s', (_, shock, days, expected) => {
    expect(shockedVolatility(shock, 0.6, days / 365, 0)).toBeCloseTo(expected, 4);
  });

  const skew = {
    kind: 'skew',
    capBase: 0.2,
    capPerRootYear: 0.4,
    leastKStar: 0.01,
    widthScale: 2,
    volStatic: 0.5,
    volPerRootYear: 0.1,
  } as const;
  it.each([
    // T = 0.25: cap 0.2 + 0.4 x 0.5 = 0.4; kStar 0.5 x 2 x (0.5 + 0.05) = 0.55.
    ['linear in the call wing', { ...skew, form: 'linear' }, 0.11, 0.6 * 1.08],
    ['linear in the put wing', { ...skew, form: 'linear' }, -0.11, 0.6 * 0.92],
    ['absolute in the put wing', { ...skew, form: 'absolute' }, -0.11, 0.6 * 1.08],
    ['capped far out', { ...skew, form: 'absolute' }, -3, 0.6 * 1.4],
    ['capped far below', { ...skew, form: 'linear' }, -3, 0.6 * 0.6],
    ['least width', { ...skew, form: 'linear', leastKStar: 1.1 }, 0.11, 0.6 * 1.04],
    ['a shock never below zero', { ...skew, form: 'linear', capBase: 2 }, -3, 0],
    ['none', none, 0.5, 0.6],
    ['relative', { kind: 'relative', factor: 1.5 }, 0.5, 0.9],
    ['absolute points', { kind: 'absolute', points: -0.1 }, 0.5, 0.5],
    ['absolute points, never below zero', { kind: 'absolute', points: -0.7 }, 0.5, 0],
    ['up, floored after the shock', { ...up, range: 0, minimumShocked: 0.8 }, 0, 0.8],
    ['up, floored before the shock', { ...up, range: 0, minimumShockable: 0.7 }, 0, 0.7],
    ['down by more than all', { ...down, range: 5 }, 0, 0],
  ] as const)('%s', (_, shock, k, expected) => {
    expect(shockedVolatility(shock as VolatilityShock, 0.6, 0.25, k)).toBeCloseTo(expected, 12);
  });

  it('counts a term shorter than the floor as the floor', () => {
    expect(shockedVolatility(up, 0.6, 0.2 / 365, 0)).toBe(shockedVolatility(up, 0.6, 1 / 365, 0));
  });
});

describe('a risk array', () => {
  it('W13: one call short in 27 cells loses 6,943.644801981576 at +16 %, volatility up', () => {
    const array = riskArray(call, point, cells);
    expect(array.base).toBe('1962.15630283');
    const pnl = array.values.map(({ scenario, value }) => ({ scenario, pnl: dec(array.base).minus(value) }));
    const worst = pnl.reduce((least, next) => (next.pnl.lt(least.pnl) ? next : least));
    expect(worst.scenario).toBe('4/4 up');
    expect(worst.pnl.plus('6943.644801981576').abs().lt('1e-7')).toBe(true);
  });

  it('is decimal text of at most twelve digits and places, in the order of the scenarios', () => {
    const { values, unit } = riskArray(call, point, cells);
    expect(unit).toBe('quote');
    expect(values.map(({ scenario }) => scenario)).toEqual(cells.map(({ id }) => id));
    for (const { value } of values) {
      expect(dec(value).precision()).toBeLessThanOrEqual(12);
      expect(dec(value).decimalPlaces()).toBeLessThanOrEqual(12);
    }
  });

  it('of a coin-settled option is in coin at the forward of the scenario', () => {
    const array = riskArray({ ...call, settlement: 'inverse' }, point, cells);
    const linear = riskArray(call, point, cells);
    expect(array.unit).toBe('coin');
    array.values.forEach(({ value }, i) => {
      const forward = dec(60_000).times((cells[i] as RiskScenario).spotFactor);
      const expected = dec((linear.values[i] as { value: string }).value).div(forward);
      expect(dec(value).minus(expected).abs().lt('1e-11')).toBe(true);
    });
  });

  it('of a linear future is its moved forward exactly, of an inverse one the profit as a difference', () => {
    const plain = riskArray(future, { asOf, forward: dec('60000.5') }, cells);
    expect(plain.values[0]?.value).toBe('50400.42');
    const inverse = riskArray({ ...perpetual, settlement: 'inverse' }, { asOf, forward: dec(50_000) }, cells);
    const last = inverse.values.at(-1) as { value: string };
    // 10,000 quote units from 50,000 to 58,000: 10,000 (1/50,000 - 1/58,000) coin.
    expect(dec(last.value).minus(inverse.base).times(10_000).toFixed(12)).toBe('0.027586206897');
  });

  it('leaves the part of the forward that the settlement average has fixed', () => {
    const half = riskArray(future, { asOf, forward: dec(60_000), fixedForward: dec(30_000) }, cells);
    expect(half.values.at(-1)?.value).toBe('64800');
    const whole = riskArray(call, { ...point, fixedForward: dec(60_000) }, [
      { id: 'up', spotFactor: '1.16', volatility: none },
    ]);
    expect(whole.values[0]?.value).toBe(whole.base);
  });

  it('keeps put-call parity in every scenario to the digits published', () => {
    const put: Option = { ...call, id: 'BTC-03MAR26-66000-P', type: 'put' };
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 3_000 }), fc.integer({ min: 5, max: 300 }), (factor, volatility) => {
        const scenarios = [{ id: 's', spotFactor: text(dec(factor).div(1_000)), volatility: none }];
        const at = { ...point, volatility: dec(volatility).div(100) };
        const [c, p] = [call, put].map((option) => dec(riskArray(option, at, scenarios).values[0]?.value as string));
        const parity = dec(60_000).times(factor).div(1_000).minus(66_000);
        expect(
          (c as typeof parity)
            .minus(p as typeof parity)
            .minus(parity)
            .abs()
            .lt('2e-6'),
        ).toBe(true);
      }),
    );
  });

  it('has the hash of its own text, and one hash with others whatever their order', () => {
    const arrays = [riskArray(call, point, cells), riskArray(future, point, cells)];
    for (const { hash, ...content } of arrays) expect(hash).toBe(sha256(canonicalText(content)).toString('hex'));
    expect(riskArraysHash(arrays)).toBe(riskArraysHash([...arrays].reverse()));
    const moved = riskArray(call, { ...point, volatility: dec('0.6001') }, cells);
    expect(riskArraysHash([moved, arrays[1] as (typeof arrays)[0]])).not.toBe(riskArraysHash(arrays));
  });

  it('has the same digest on every machine', () => {
    expect(riskArraysHash([riskArray(call, point, cells), riskArray(future, point, cells)])).toBe(
      'd709f2cbe34aae1246f3c9fc292dabba3cdcc206724e94c1cc4686dc14f83470',
    );
  });

  it.each([
    ['instrument-expired', call, { ...point, asOf: expiry }, cells],
    ['instrument-expired', future, { ...point, asOf: expiry + 1 }, cells],
    ['surface-missing', call, { asOf, forward: dec(60_000) }, cells],
    ['not-positive', call, { ...point, forward: dec(0) }, cells],
    ['not-finite', call, { ...point, forward: dec(NaN) }, cells],
    ['negative-volatility', call, { ...point, volatility: dec('-0.1') }, cells],
    ['not-finite', call, { ...point, volatility: dec(Infinity) }, cells],
    ['not-positive', call, { ...point, discountFactor: dec(0) }, cells],
    ['parameter-out-of-range', call, { ...point, fixedForward: dec(60_001) }, cells],
    ['not-positive', call, point, [{ id: 'x', spotFactor: '0', volatility: none }]],
    ['not-finite', call, point, [{ id: 'x', spotFactor: 'NaN', volatility: none }]],
    ['parameter-out-of-range', call, point, [cells[0], cells[0]]],
    ['parameter-out-of-range', call, point, [{ id: 'x', spotFactor: '1', volatility: { ...up, range: -0.1 } }]],
    ['not-finite', call, point, [{ id: 'x', spotFactor: '1', volatility: { ...up, range: NaN } }]],
    [
      'not-positive',
      call,
      point,
      [{ id: 'x', spotFactor: '1', volatility: { ...up, term: { ...term, floorDays: 0 } } }],
    ],
  ] as const)('refuses with %s', (code, instrument, at, scenarios) => {
    expect(() => riskArray(instrument, at as MarketPoint, scenarios as RiskScenario[])).toThrow(
      expect.objectContaining({ name: 'ValuationError', code }) as Error,
    );
  });
});

describe('a published figure', () => {
  it.each([
    [1962.156302825646, '1962.15630283'],
    [0.1 + 0.2, '0.3'],
    [-6943.644801981576, '-6943.64480198'],
    [1e-13, '0'],
    [-1e-13, '0'],
    [4.5e-12, '0.000000000004'],
    [123456789012345, '123456789012000'],
    [0, '0'],
  ])('%d is %s', (value, expected) => {
    expect(publishedText(value)).toBe(expected);
  });
});
