import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, riskScenarios } from '@ballast/margin-models';
import { BUNDLED_DOCUMENTS, BUNDLED_FIGURES } from './pricing-rules.fixtures.js';
import { SCENARIO_SET } from './scenario-set.js';

const { scenarios, term } = BUNDLED_FIGURES.scenarios;
const { body } = BUNDLED_DOCUMENTS.find(({ kind }) => kind === 'scenario-set') as { body: object };
const defectsOf = (changes: object): readonly string[] => SCENARIO_SET.defects('x@1', { ...body, ...changes });

describe('the scenario set [CLR-PRC-056]', () => {
  it('is known by the id of its document', () => {
    expect(BUNDLED_FIGURES.scenarioSet).toBe('adaptive-scenarios@1');
  });

  it('has every scenario once, and the one without a move', () => {
    const ids = scenarios.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(21 * 7 + 8);
    expect(scenarios.find(({ id }) => id === 'spot+0/vol+0')).toEqual({
      id: 'spot+0/vol+0',
      spotFactor: '1',
      volatilityShock: '0',
    });
  });

  it('is that of adaptive-portfolio: every scenario, its shocks and their term rule, under the parameters it comes with', () => {
    const { grid } = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
    expect(scenarios).toEqual(riskScenarios(grid));
    expect(term).toEqual(grid.termDecay);
  });

  it.each<[string, object, string]>([
    ['falling moves', { spotMoves: ['0', '-0.1'] }, 'spotMoves: write them rising, each once'],
    ['a move twice', { spotMoves: ['0', '0.10', '0.1'] }, 'spotMoves: write them rising, each once'],
    ['no scenario without a move', { spotMoves: ['-0.1', '0.1'] }, 'spotMoves: write 0 among them'],
    ['no scenario without a shock', { volatilityShocks: ['0.1'] }, 'volatilityShocks: write 0 among them'],
    ['a fall to nothing', { tailMoves: ['-1'] }, 'tailMoves[0]: write a decimal from -0.99'],
    ['a move that is none', { spotMoves: ['0', 'NaN'] }, 'spotMoves[1]: write a decimal'],
    ['a shock of NaN', { tailVolatilityShock: 'NaN' }, 'tailVolatilityShock: write a decimal'],
    [
      'a term power of NaN',
      { term: { referenceDays: 30, shortPower: 'NaN', longPower: '0', floorDays: 1 } },
      'term.shortPower',
    ],
    [
      'more than anybody can compute',
      { spotMoves: Array.from({ length: 102 }, (_, i) => String(i)) },
      'spotMoves: write a list',
    ],
  ])('refuses %s', (_what, changes, expected) => {
    expect(defectsOf(changes)[0]).toContain(expected);
  });
});
