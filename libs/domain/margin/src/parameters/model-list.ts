import type { HouseDocument } from '@ballast/event-sourcing';
import type { ModelDocument, ModelList } from '@ballast/facts';
import { documentInForce, documentOf, MODEL_DOCUMENT, type HouseRules } from '@ballast/documents';
import { dec, ownerOf, type AccountId, type Decimal } from '@ballast/kernel';
import type { MarginModel } from '@ballast/margin-models';
import { MARGIN_MODELS } from '@ballast/venue-rules';

/** Kind of the document that says which models owners may choose. */
export const MODEL_LIST = 'model-list';

/** A model with the parameters it is used with. */
export interface ModelInUse {
  readonly model: MarginModel;
  readonly parametersId: string;
  readonly parameters: unknown;
  /** At no level it asks for less than this share of what the house's own model asks. */
  readonly floorShare: Decimal;
}

const read = new WeakMap<HouseDocument, { readonly model: MarginModel; readonly parameters: unknown }>();

/** Reads a document of kind `model`; the same document, which never changes, is read once. Null: no such model. */
function modelOf(document: HouseDocument): { readonly model: MarginModel; readonly parameters: unknown } | null {
  const known = read.get(document);
  if (known !== undefined) return known;
  const { model: id, document: parameters } = document.body as ModelDocument;
  const model = MARGIN_MODELS.find((candidate) => candidate.id === id);
  if (model === undefined) return null;
  const made = { model, parameters: model.readParameters(parameters) };
  read.set(document, made);
  return made;
}

/** Why an owner may not have a model. */
export type ModelRefusal = 'chosen-model-not-offered' | 'chosen-model-not-entitled';

/** A model that an account's owner chose, as the list in force offers it. */
export function offeredModel(rules: HouseRules, id: string, accountId: AccountId): ModelInUse | ModelRefusal {
  const { models } = documentInForce(rules, MODEL_LIST).body as ModelList;
  const entry = models.find(({ model }) => model === id);
  const document = entry && documentOf(rules, MODEL_DOCUMENT, entry.parameters);
  const found = document && modelOf(document);
  if (entry === undefined || !found) return 'chosen-model-not-offered';
  const { entitlement, parameters, floorShare } = entry;
  if (entitlement !== 'everyone' && !entitlement.includes(ownerOf(accountId))) return 'chosen-model-not-entitled';
  return { ...found, parametersId: parameters, floorShare: dec(floorShare) };
}
