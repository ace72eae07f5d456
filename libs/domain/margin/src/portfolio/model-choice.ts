import { adaptivePortfolio, type MarginModel } from '@ballast/margin-models';
import { MARGIN_MODELS } from '@ballast/venue-rules';

/** A model with the parameters it is used with. */
export interface ModelInUse {
  readonly model: MarginModel;
  readonly parametersId: string;
  readonly parameters: unknown;
}

const inUse = (model: MarginModel): ModelInUse => ({
  model,
  parametersId: model.defaultParameters.id,
  parameters: model.readParameters(model.defaultParameters.document),
});

/** What a portfolio is assessed by unless its owner chose another model. */
export const DEFAULT_PORTFOLIO_MODEL: ModelInUse = inUse(adaptivePortfolio);

const read = new Map<string, ModelInUse>([[adaptivePortfolio.id, DEFAULT_PORTFOLIO_MODEL]]);

/** A registered model with its default parameters, read once; null when no model has that id. */
export function modelInUse(id: string): ModelInUse | null {
  const known = read.get(id);
  if (known !== undefined) return known;
  const model = MARGIN_MODELS.find((candidate) => candidate.id === id);
  if (model === undefined) return null;
  const found = inUse(model);
  read.set(id, found);
  return found;
}
