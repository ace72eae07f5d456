import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, riskScenarios } from '@ballast/margin-models';
import { ADAPTIVE_SCENARIOS, scenarioSet } from './scenario-set.js';

describe('scenario set [CLR-PRC-056]', () => {
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

  it('is that of adaptive-portfolio: every scenario, its shocks and their term rule, under the parameters it comes with', () => {
    const { grid } = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
    expect(ADAPTIVE_SCENARIOS.scenarios).toEqual(riskScenarios(grid));
    expect(ADAPTIVE_SCENARIOS.term).toEqual(grid.termDecay);
  });
});
