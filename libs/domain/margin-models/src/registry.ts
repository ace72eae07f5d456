import { ModelInputError } from '@ballast/kernel';
import { adaptivePortfolio } from './adaptive/adaptive-portfolio.model.js';
import { FRACTION_MODELS } from './fraction-models.js';
import type { MarginModel } from './margin-model.js';
import { SCENARIO_MODELS } from './scenario-models.js';
import { vegaLadder } from './vega/vega-ladder.model.js';

/** Every margin model of this release. A changed rule is a new version; a version that decided something stays. */
export const MARGIN_MODELS: readonly MarginModel[] = [
  adaptivePortfolio,
  ...SCENARIO_MODELS,
  ...FRACTION_MODELS,
  vegaLadder,
];

const byId = new Map(MARGIN_MODELS.map((model) => [model.id, model]));

/**
 * The model registered under `<name>@<version>`.
 * @throws ModelInputError `unknown-margin-model`
 */
export function marginModelOf(id: string): MarginModel {
  const model = byId.get(id);
  if (model !== undefined) return model;
  const known = [...byId.keys()].sort().join(', ');
  throw new ModelInputError('unknown-margin-model', 'model', `model: there is no "${id}"; registered are ${known}`);
}
