import fc from 'fast-check';
import { parseInstrumentId, type Instrument, type Option } from '@ballast/instruments';
import { canonicalText, dec, sha256 } from '@ballast/kernel';
import { black76 } from './black76.js';
import {
  linearValues,
  optionValues,
  riskText,
  scenariosAt,
  type OptionRiskInput,
  type RiskScenario,
  type TermDecay,
} from './risk-array.js';

const term: TermDecay = { referenceDays: 30, shortPower: 0.3, longPower: 0.13, floorDays: 1 };

/** Deribit's 27 cells, nine spot moves of 16 % x volatility up, unchanged, down; and two far moves. */
const scenarios: readonly RiskScenario[] = [
  ...['0.84', '0.88', '0.92', '0.96', '1', '1.04', '1.08', '1.12', '1.16'].flatMap((spotFactor) =>
    ['0.5', '0', '-0.25'].map((volatilityShock) => ({
      id: `${spotFactor} ${volatilityShock}`,
      spotFactor,
      volatilityShock,
    })),
  ),
  { id: '1.1 0', spotFactor: '1.1', volatilityShock: '0' },
  { id: '3 0.5', spotFactor: '3', volatilityShock: '0.5' },
];

const contract = (id: string, contractSize = '1'): Instrument => ({
  ...parseInstrumentId(id),
  id,
  contractSize: dec(contractSize),
});
const at = (values: readonly string[], scenario: string): number => {
  const i = scenarios.findIndex(({ id }) => id === scenario);
  expect(i).toBeGreaterThanOrEqual(0);
  return Number(values[i]);
};
const YEARS = 30 / 365;

const inputOf = (id: string, mark: string, changes: Partial<OptionRiskInput> = {}): OptionRiskInput => ({
  option: contract(id) as Option,
  mark: dec(mark),
  index: dec(60_000),
  forward: 60_000,
  years: YEARS,
  volatility: 0.6,
  ...changes,
});
const valuesOf = (id: string, mark: string, changes: Partial<OptionRiskInput> = {}): readonly string[] =>
  optionValues(inputOf(id, mark, changes), scenariosAt({ scenarios, term }, YEARS));

describe('scenarios at a term [CLR-VAL-032]', () => {
  const factorsAt = (days: number): readonly number[] => {
    const shocked = ['0.5', '-0.25'].map((volatilityShock) => ({
      id: volatilityShock,
      spotFactor: '1',
      volatilityShock,
    }));
    return scenariosAt({ scenarios: shocked, term }, days / 365).volatilityFactors;
  };

  it.each([
    ['7 days', 7, 1.0642, 0.3679],
    ['90 days', 90, 0.8601, 0.47],
  ])('W11: 60 %% at %s goes up by half and down by a quarter, each more the shorter the term', (_, days, up, down) => {
    const [upFactor, downFactor] = factorsAt(days) as [number, number];
    expect(0.6 * upFactor).toBeCloseTo(up, 4);
    expect(0.6 * downFactor).toBeCloseTo(down, 4);
  });

  it('are shocked by the shock itself at the reference term', () => {
    expect(factorsAt(30)).toEqual([1.5, 0.75]);
  });

  it('count a term below the floor as the floor, and leave no volatility below zero', () => {
    expect(factorsAt(0.2)).toEqual(factorsAt(1));
    const all = [{ id: 'all', spotFactor: '1', volatilityShock: '-0.5' }];
    expect(scenariosAt({ scenarios: all, term }, 1 / 365).volatilityFactors).toEqual([0]);
  });

  it.each([
    ['not-positive', { spotFactor: '0' }],
    ['not-positive', { spotFactor: '-1' }],
    ['not-finite', { spotFactor: 'NaN' }],
    ['not-finite', { spotFactor: 'Infinity' }],
    ['not-finite', { volatilityShock: 'NaN' }],
    ['not-finite', { volatilityShock: '-Infinity' }],
  ])('are refused with %s: %o', (code, changes) => {
    const bad = [{ id: 'bad', spotFactor: '1', volatilityShock: '0', ...changes }];
    expect(() => scenariosAt({ scenarios: bad, term }, YEARS)).toThrow(refused(code));
  });
});

describe('risk array of an option [CLR-PRC-056] [CLR-VAL-031]', () => {
  // W50: 60,000/66,000/30 d/60 %: call 1,962.156303, put 7,962.156303.
  const call = valuesOf('BTC-27MAR26-66000-C', '1962.2');

  it('is its mark where nothing moves, whatever the tick made of the model', () => {
    expect(at(call, '1 0')).toBe(1962.2);
    expect(at(valuesOf('BTC-27MAR26-66000-P', '7962.2'), '1 0')).toBe(7962.2);
  });

  it('W13: one call short in 27 cells loses 6,943.644802 at +16 %, volatility up', () => {
    const cells = valuesOf('BTC-27MAR26-66000-C', '1962.156302825646').slice(0, 27);
    const losses = cells.map((value) => dec(value).minus('1962.156302825646').toNumber());
    expect(Math.max(...losses)).toBe(losses[scenarios.findIndex(({ id }) => id === '1.16 0.5')]);
    expect(Math.max(...losses)).toBeCloseTo(6943.644801981576, 6);
  });

  it('differs from the mark by what Black-76 says of the move, half a tick aside', () => {
    const moved = black76('call', 66_000, 66_000, YEARS, 0.6);
    expect(at(call, '1.1 0')).toBeCloseTo(1962.2 + moved - 1962.156303, 4);
    // At 30 days the term rule is 1: - 25 % of 60 % is 45 %.
    const cheaper = black76('call', 60_000, 66_000, YEARS, 0.45);
    expect(at(call, '1 -0.25')).toBeCloseTo(1962.2 + cheaper - 1962.156303, 4);
    const tail = black76('call', 180_000, 66_000, YEARS, 0.9);
    expect(at(call, '3 0.5')).toBeCloseTo(1962.2 + tail - 1962.156303, 4);
  });

  it('of a coin-settled option is its coins at the coin price of the scenario', () => {
    const values = valuesOf('BTC-27MAR26-66000-C-INVERSE', '0.0327', { index: dec(59_900) });
    expect(at(values, '1 0')).toBeCloseTo(0.0327 * 59_900, 6);
    const coins = black76('call', 66_000, 66_000, YEARS, 0.6) / 66_000 - 1962.156303 / 66_000;
    expect(at(values, '1.1 0')).toBeCloseTo(0.0327 * 59_900 + coins * 59_900 * 1.1, 3);
  });

  it('is the same in dollars for a coin-settled option as for its linear twin, while index and forward are one', () => {
    const linear = valuesOf('BTC-27MAR26-66000-C', '1962.156');
    const coin = valuesOf('BTC-27MAR26-66000-C-INVERSE', '0.0327026');
    coin.forEach((value, i) =>
      expect(
        dec(value)
          .minus(linear[i] as string)
          .abs()
          .lte('0.000001'),
      ).toBe(true),
    );
  });

  it('scales with the contract size', () => {
    const tenth = valuesOf('BTC-27MAR26-66000-C', '1962.2', {
      option: contract('BTC-27MAR26-66000-C', '0.1') as Option,
    });
    expect(at(tenth, '1.1 0')).toBeCloseTo(at(call, '1.1 0') / 10, 5);
  });

  it('is never negative, rises with volatility, and for a call with the spot price', () => {
    const strikes = fc.integer({ min: 20_000, max: 180_000 });
    fc.assert(
      fc.property(strikes, fc.integer({ min: 0, max: 40_000 }), fc.boolean(), (strike, mark, isCall) => {
        const values = valuesOf(`BTC-27MAR26-${strike}-${isCall ? 'C' : 'P'}`, String(mark));
        expect(Math.min(...values.map(Number))).toBeGreaterThanOrEqual(0);
        for (const move of ['0.84', '0.92', '1', '1.08', '1.16']) {
          expect(at(values, `${move} 0.5`)).toBeGreaterThanOrEqual(at(values, `${move} -0.25`) - 1e-6);
        }
        const [low, high] = [at(values, '0.88 0'), at(values, '1.12 0')];
        if (isCall) expect(high).toBeGreaterThanOrEqual(low);
        else expect(low).toBeGreaterThanOrEqual(high);
      }),
      { numRuns: 50 },
    );
  });

  it('has the same text on every machine', () => {
    expect(sha256(canonicalText(call)).toString('hex')).toBe(
      '1efd2e7cd058eab5e355d50a82acc7fb07566daf885f4bb470c3f1a9813edb66',
    );
  });

  it.each<[string, Partial<OptionRiskInput>]>([
    ['not-positive', { forward: 0 }],
    ['not-finite', { forward: NaN }],
    ['not-finite', { forward: Infinity }],
    ['not-positive', { index: dec(0) }],
    ['not-finite', { index: dec(NaN) }],
    ['not-positive', { mark: dec('-0.01') }],
    ['not-finite', { mark: dec(Infinity) }],
    ['negative-time', { years: -1e-9 }],
    ['not-finite', { years: NaN }],
    ['negative-volatility', { volatility: -0.1 }],
    ['not-finite', { volatility: Infinity }],
  ])('is refused with %s: %o', (code, changes) => {
    expect(() => valuesOf('BTC-27MAR26-66000-C', '1962.2', changes)).toThrow(refused(code));
  });

  it.each([
    [0, '0'],
    [0.0000004, '0'],
    [0.0000006, '0.000001'],
    [12, '12'],
    [1200, '1200'],
    [12.5, '12.5'],
    [99_999.9999999, '100000'],
    [1_234_567.0001, '1234567.0001'],
    [999_999_999_999_999_900_000, '999999999999999868928'],
    [1.25e21, '1250000000000000000000'],
  ])('writes %s as %s', (value, expected) => {
    expect(riskText(value)).toBe(expected);
  });

  it.each([NaN, Infinity, 1e61])('is no text of %p [CLR-LOG-035]', (value) => {
    expect(() => riskText(value)).toThrow('is no figure');
  });
});

describe('risk array of a future or perpetual [CLR-PRC-056]', () => {
  it('is the profit against the mark, exact for a linear contract', () => {
    const values = linearValues(contract('BTC-27MAR26', '0.01'), dec('60300.5'), dec(60_000), scenarios);
    expect([at(values, '1 0.5'), at(values, '1.08 0'), at(values, '0.84 0')]).toEqual([0, 48.2404, -96.4808]);
  });

  it('of an inverse contract is its coins at the coin price of the scenario', () => {
    // 10 USD at 50,000 are 0.0002 coin; at 55,000, 10 / 55,000: + 0.00001818 coin of 55,000 USD each = 1 USD.
    const values = linearValues(contract('BTC-PERP-INVERSE', '10'), dec(50_000), dec(50_000), scenarios);
    expect(at(values, '1.1 0')).toBe(1);
    expect(at(values, '3 0.5')).toBe(20);
  });

  it.each([
    ['not-positive', '0', '60000', '1'],
    ['not-finite', 'NaN', '60000', '1'],
    ['not-positive', '60000', '-1', '1'],
    ['not-finite', '60000', 'Infinity', '1'],
    ['not-positive', '60000', '60000', '0'],
    ['not-finite', '60000', '60000', 'NaN'],
  ])('is refused with %s: mark %s, index %s, factor %s', (code, mark, index, spotFactor) => {
    const one = [{ id: 'one', spotFactor, volatilityShock: '0' }];
    expect(() => linearValues(contract('BTC-27MAR26'), dec(mark), dec(index), one)).toThrow(refused(code));
  });
});

function refused(code: string): Error {
  return expect.objectContaining({ name: 'ValuationError', code }) as Error;
}
