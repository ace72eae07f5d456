import type { MarginModel } from '@ballast/margin-models';
import { withWorstOrders } from '../worst-orders.js';
import { scenarioMargin } from './scenario-margin.js';
import { readScenarioParameters, type ScenarioParameters } from './scenario-parameters.js';
import { SCENARIO_DOCUMENT } from './scenario.document.js';

/**
 * The configurable scan of prices and volatilities. The claims hold for documents without a tail dampener and without a
 * maximum of an offset.
 */
export const scenarioScan: MarginModel<ScenarioParameters> = {
  id: 'scenario@1',
  title: 'Configurable scan of prices, volatilities, skew and terms',
  source: {
    text: 'Ballast, docs/spec/margin-models.md; steps and tails as Derive v2 publishes them',
    asOf: '2026-11-22',
  },
  levels: ['initial', 'maintenance'],
  claims: ['positively-homogeneous', 'sub-additive'],
  defaultParameters: { id: 'scenario-2026-11@1', document: SCENARIO_DOCUMENT },
  readParameters: readScenarioParameters,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => scenarioMargin(held, market, parameters), portfolio, market),
};
