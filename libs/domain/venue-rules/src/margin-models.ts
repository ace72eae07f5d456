import { ModelInputError } from '@ballast/kernel';
import { adaptivePortfolio, type MarginModel } from '@ballast/margin-models';
import { scenarioScan } from './methodology/scenario/scenario.model.js';
import { VENUE_MODELS } from './venue-models.js';

/** Every margin model of this release, our own first. A changed rule is a new version; a version that decided something stays. */
export const MARGIN_MODELS: readonly MarginModel[] = [adaptivePortfolio, scenarioScan, ...VENUE_MODELS];

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
