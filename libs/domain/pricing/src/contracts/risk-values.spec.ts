import { parseInstrumentId, type Instrument, type Option } from '@ballast/instruments';
import { dec } from '@ballast/kernel';
import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, riskScenarios } from '@ballast/margin-models';
import { black76 } from '@ballast/valuation';
import fc from 'fast-check';
import { linearValues, optionValues, riskText, scenariosAt } from './risk-values.js';
import { ADAPTIVE_SCENARIOS, scenarioSet } from './scenario-set.js';

const contract = (id: string, contractSize = '1'): Instrument => ({
  ...parseInstrumentId(id),
  id,
  contractSize: dec(contractSize),
});
const at = (values: readonly string[], scenario: string): number => {
  const i = ADAPTIVE_SCENARIOS.scenarios.findIndex(({ id }) => id === scenario);
  expect(i).toBeGreaterThanOrEqual(0);
  return Number(values[i]);
};
const YEARS = 30 / 365;

const valuesOf = (id: string, mark: string, changes: { index?: string; forward?: number; size?: string } = {}) =>
  optionValues(
    {
      option: contract(id, changes.size) as Option,
      mark: dec(mark),
      index: dec(changes.index ?? '60000'),
      forward: changes.forward ?? 60_000,
      years: YEARS,
      volatility: 0.6,
    },
    scenariosAt(ADAPTIVE_SCENARIOS, YEARS),
  );

describe('risk array of an option [CLR-PRC-056]', () => {
  // W50: 60,000/66,000/30 d/60 %: call 1,962.156303, put 7,962.156303.
  const call = valuesOf('BTC-27MAR26-66000-C', '1962.2');

  it('is its mark where nothing moves, whatever the tick made of the model', () => {
    expect(at(call, 'spot+0/vol+0')).toBe(1962.2);
    expect(at(valuesOf('BTC-27MAR26-66000-P', '7962.2'), 'spot+0/vol+0')).toBe(7962.2);
  });

  it('differs from it by what Black-76 says of the move, half a tick aside', () => {
    const moved = black76('call', 66_000, 66_000, YEARS, 0.6);
    expect(at(call, 'spot+0.1/vol+0')).toBeCloseTo(1962.2 + moved - 1962.156303, 4);
    // At 30 days the term rule is 1: + 25 % of 60 % is 75 %.
    const dearer = black76('call', 60_000, 66_000, YEARS, 0.75);
    expect(at(call, 'spot+0/vol+0.25')).toBeCloseTo(1962.2 + dearer - 1962.156303, 4);
    const tail = black76('call', 180_000, 66_000, YEARS, 0.9);
    expect(at(call, 'tail+2')).toBeCloseTo(1962.2 + tail - 1962.156303, 4);
  });

  it('of a coin-settled option is its coins at the coin price of the scenario', () => {
    const values = valuesOf('BTC-27MAR26-66000-C-INVERSE', '0.0327', { index: '59900' });
    expect(at(values, 'spot+0/vol+0')).toBeCloseTo(0.0327 * 59_900, 6);
    const coins = black76('call', 66_000, 66_000, YEARS, 0.6) / 66_000 - 1962.156303 / 66_000;
    expect(at(values, 'spot+0.1/vol+0')).toBeCloseTo(0.0327 * 59_900 + coins * 59_900 * 1.1, 3);
  });

  it('scales with the contract size', () => {
    const tenth = valuesOf('BTC-27MAR26-66000-C', '1962.2', { size: '0.1' });
    expect(at(tenth, 'spot+0.1/vol+0')).toBeCloseTo(at(call, 'spot+0.1/vol+0') / 10, 5);
  });

  it('is never negative, rises with volatility, and for a call with the spot price', () => {
    const strikes = fc.integer({ min: 20_000, max: 180_000 });
    fc.assert(
      fc.property(strikes, fc.integer({ min: 0, max: 40_000 }), fc.boolean(), (strike, mark, isCall) => {
        const values = valuesOf(`BTC-27MAR26-${strike}-${isCall ? 'C' : 'P'}`, String(mark));
        expect(Math.min(...values.map(Number))).toBeGreaterThanOrEqual(0);
        for (const move of ['-0.5', '-0.1', '+0', '+0.1', '+0.5']) {
          expect(at(values, `spot${move}/vol+1`)).toBeGreaterThanOrEqual(at(values, `spot${move}/vol-0.25`) - 1e-6);
        }
        const [low, high] = [at(values, 'spot-0.2/vol+0'), at(values, 'spot+0.2/vol+0')];
        if (isCall) expect(high).toBeGreaterThanOrEqual(low);
        else expect(low).toBeGreaterThanOrEqual(high);
      }),
      { numRuns: 50 },
    );
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
  ])('writes %s as %s', (value, expected) => {
    expect(riskText(value)).toBe(expected);
  });
});

describe('risk array of a future or perpetual [CLR-PRC-056]', () => {
  const { scenarios } = ADAPTIVE_SCENARIOS;

  it('is the profit against the mark, exact for a linear contract', () => {
    const values = linearValues(contract('BTC-27MAR26', '0.01'), dec('60300.5'), dec(60_000), scenarios);
    expect([at(values, 'spot+0/vol+2'), at(values, 'spot+0.075/vol+0'), at(values, 'tail-0.66')]).toEqual([
      0, 45.225375, -397.9833,
    ]);
  });

  it('of an inverse contract is its coins at the coin price of the scenario', () => {
    // 10 USD at 50,000 are 0.0002 coin; at 55,000, 10 / 55,000: + 0.00001818 coin of 55,000 USD each = 1 USD.
    const values = linearValues(contract('BTC-PERP-INVERSE', '10'), dec(50_000), dec(50_000), scenarios);
    expect(at(values, 'spot+0.1/vol-0.5')).toBe(1);
    expect(at(values, 'spot-0.5/vol+0')).toBe(-5);
  });
});

describe('scenario set', () => {
  it('knows its own name and no other', () => {
    expect(scenarioSet('adaptive-scenarios@1')).toBe(ADAPTIVE_SCENARIOS);
    expect(() => scenarioSet('adaptive-scenarios@2')).toThrow('unknown scenario set');
  });

  it('has every scenario once, and the one without a move', () => {
    const ids = ADAPTIVE_SCENARIOS.scenarios.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(21 * 7 + 8);
    expect(ADAPTIVE_SCENARIOS.scenarios.find(({ id }) => id === 'spot+0/vol+0')).toEqual({
      id: 'spot+0/vol+0',
      spotFactor: '1',
      volatilityShock: '0',
    });
  });

  it('shocks short terms more: 30 days by the shock itself, a day by 2.77 times as much, a volatility never below 0', () => {
    const factors = (days: number): readonly number[] => {
      const { volatilityFactors } = scenariosAt(ADAPTIVE_SCENARIOS, days / 365);
      return ['spot+0/vol+0.25', 'spot+0/vol-0.5'].map((id) => {
        return volatilityFactors[ADAPTIVE_SCENARIOS.scenarios.findIndex((one) => one.id === id)] as number;
      });
    };
    expect(factors(30)[0]).toBeCloseTo(1.25, 12);
    expect(factors(1)[0]).toBeCloseTo(1 + 0.25 * 30 ** 0.3, 12);
    expect(factors(0.01)).toEqual(factors(1));
    expect(factors(1)[1]).toBe(0);
    expect(factors(365)[0]).toBeCloseTo(1 + 0.25 * (30 / 365) ** 0.13, 12);
  });
});

describe('adaptive-scenarios@1 and adaptive-portfolio', () => {
  it('agree on every scenario, its shocks and their term rule, under the parameters that the model comes with', () => {
    const { grid } = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
    const ours = ADAPTIVE_SCENARIOS.scenarios.map(({ id, spotFactor, volatilityShock }) => {
      const size = Math.abs(Number(volatilityShock));
      const kind = Number(volatilityShock) < 0 ? 'down' : 'up';
      const volatility = size === 0 ? { kind: 'none' } : { kind, range: size, term: ADAPTIVE_SCENARIOS.term };
      return { id, spotFactor, volatility };
    });
    expect(ours).toEqual(riskScenarios(grid));
  });
});
