import {
  checked,
  documentKind,
  documentOf,
  figure,
  list,
  MODEL_DOCUMENT,
  readBody,
  record,
  textOf,
  textOr,
  type HouseRules,
} from '@ballast/documents';
import type { HouseDocument } from '@ballast/event-sourcing';
import type { ModelDocument } from '@ballast/facts';
import { OWNER_ID, ownerOf, VERSIONED_NAME, type AccountId, type Decimal } from '@ballast/kernel';
import type { MarginModel } from '@ballast/margin-models';
import { MARGIN_MODELS } from '@ballast/venue-rules';

const MOST_MODELS = 100;
const MOST_OWNERS = 10_000;

const MODEL_LIST_FORM = record({
  models: checked(
    list(
      record({
        model: textOf(VERSIONED_NAME),
        parameters: textOf(VERSIONED_NAME),
        entitlement: textOr('everyone', list(textOf(OWNER_ID), 1, MOST_OWNERS)),
        floorShare: figure({ min: '0', max: '10' }),
      }),
      0,
      MOST_MODELS,
    ),
    (models, refuse) => {
      models.forEach(({ model }, index) => {
        const first = models.findIndex((other) => other.model === model);
        if (first !== index) refuse(`[${index}].model`, `${model} stands above already; leave it out`);
      });
    },
  ),
});

/**
 * The document that says which models beside the house's own owners may choose. An empty list offers none: every account is
 * decided by the house's model.
 * @see docs/spec/margin.md CLR-MRG-001
 */
export const MODEL_LIST = documentKind('model-list', (body) => readBody(body, MODEL_LIST_FORM));

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
  const { models } = MODEL_LIST.inForce(rules);
  const entry = models.find(({ model }) => model === id);
  const document = entry && documentOf(rules, MODEL_DOCUMENT, entry.parameters);
  const found = document && modelOf(document);
  if (entry === undefined || !found) return 'chosen-model-not-offered';
  const { entitlement, parameters, floorShare } = entry;
  if (entitlement !== 'everyone' && !entitlement.includes(ownerOf(accountId))) return 'chosen-model-not-entitled';
  return { ...found, parametersId: parameters, floorShare };
}
