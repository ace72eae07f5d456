import {
  documentInForce,
  documentOf,
  MODEL_DOCUMENT,
  type DocumentChecks,
  type HouseRules,
  evolveRules,
  openPartition,
} from '@ballast/documents';
import type { DecisionContext, Genesis, Opening } from '@ballast/event-sourcing';
import type { ModelDocument, ModelList } from '@ballast/facts';
import { dec, invariant, maxOf, minOf, ModelInputError, text, ZERO, type Decimal } from '@ballast/kernel';
import { readDocument } from '@ballast/margin-models';
import { marginModelOf } from '@ballast/venue-rules';
import { initialMarginGlobalState, type MarginGlobalState } from '../schedule/margin-global.state.js';
import { MODEL_LIST } from './model-list.js';
import { MARGIN_PARAMETERS, readMarginParameters } from './parameter-figures.js';

type Defects = (id: string, body: unknown, state: MarginGlobalState) => void;

/**
 * Parameters: sound by themselves, of every underlying that is priced now, and with no rate wider than the scenarios that pricing
 * publishes, so that nothing that is held now can be beyond what can be computed.
 */
const requireParameters: Defects = (id, body, { underlyings, pricingRules }) => {
  const figures = readMarginParameters(id, body);
  for (const underlying of underlyings.keys()) {
    if (figures.underlyings.has(underlying)) continue;
    const field = `underlyings.${underlying}`;
    throw new ModelInputError('underlying-missing', field, `${field}: is missing, and ${underlying} is priced; add it`);
  }
  const scenarioReach = scenarioReachOf(pricingRules);
  if (scenarioReach === null) return;
  for (const [underlying, { rateMin, rateMax }] of figures.underlyings) {
    const widest = maxOf(rateMin, rateMax);
    if (widest.lte(scenarioReach)) continue;
    const field = `underlyings.${underlying}.rateMax`;
    const message = `${field}: ${text(widest)} is wider than the published scenarios, which end at ${text(scenarioReach)}; lower it, or widen the scenario set first`;
    throw new ModelInputError('range-beyond-grid', field, message);
  }
};

/** Kind of pricing's document that says which moves of the price are published. */
const SCENARIO_SET = 'scenario-set';

/** Relative move up to which pricing publishes scenarios, the nearer end; null while it has not said. */
function scenarioReachOf(pricingRules: HouseRules): Decimal | null {
  if (!pricingRules.inForce.has(SCENARIO_SET)) return null;
  const { spotMoves } = documentInForce(pricingRules, SCENARIO_SET).body as { readonly spotMoves: readonly string[] };
  const moves = spotMoves.map((move) => dec(move));
  return minOf(minOf(ZERO, ...moves).neg(), maxOf(ZERO, ...moves));
}

const requireModel: Defects = (_, body) => {
  const { model, document } = readModelDocument(body);
  marginModelOf(model).readParameters(document);
};

function readModelDocument(body: unknown): ModelDocument {
  const { model, document } = (body ?? {}) as Partial<ModelDocument>;
  if (typeof model === 'string' && document !== undefined) return { model, document };
  throw new ModelInputError(
    'parameter-missing',
    'model',
    'model: give { "model": "<name>@<version>", "document": {...} }',
  );
}

const requireModelList: Defects = (_, body, { rules }) => {
  const listed = new Set<string>();
  readDocument(body, '', (fields) =>
    fields.list('models', (entry, field) => {
      const model = entry.text('model');
      if (listed.has(model)) {
        throw new ModelInputError(
          'model-listed-twice',
          `${field}.model`,
          `${field}.model: ${model} stands above already; remove one`,
        );
      }
      listed.add(model);
      const parameters = entry.text('parameters');
      const document = documentOf(rules, MODEL_DOCUMENT, parameters);
      if (document === undefined || readModelDocument(document.body).model !== model) {
        const message = `${field}.parameters: ${parameters} is no document of ${model}; propose one first`;
        throw new ModelInputError('document-unknown', `${field}.parameters`, message);
      }
      entry.decimal('floorShare', { min: 0, max: 10 });
      if ((body as ModelList).models.find((other) => other.model === model)?.entitlement === 'everyone')
        entry.text('entitlement');
      else entry.texts('entitlement');
    }),
  );
};

/** What may be proposed in margin, and what has to hold of it. */
export function marginDocumentChecks(state: MarginGlobalState): DocumentChecks {
  const defects =
    (require: Defects) =>
    (id: string, body: unknown): readonly string[] => {
      try {
        require(id, body, state);
        return [];
      } catch (error) {
        if (error instanceof ModelInputError) return [error.message];
        throw error;
      }
    };
  return {
    [MARGIN_PARAMETERS]: defects(requireParameters),
    [MODEL_DOCUMENT]: defects(requireModel),
    [MODEL_LIST]: defects(requireModelList),
  };
}

/**
 * Begins a partition of margin.
 * @throws InvariantViolation when its first rules lack a kind, or hold something that nobody could be assessed by
 */
export function openMargin(rules: HouseRules, opening: Opening, context: DecisionContext): void {
  if (context.nextPosition === 1) requireSoundGenesis(opening.genesis);
  openPartition(rules, opening, context);
}

function requireSoundGenesis({ author, approver, documents }: Genesis): void {
  const state = initialMarginGlobalState();
  evolveRules.DocumentsEstablished(state.rules, { author, approver, documents });
  const checks = marginDocumentChecks(state);
  for (const kind of [MARGIN_PARAMETERS, MODEL_LIST]) {
    const own = documents.filter((document) => document.kind === kind);
    invariant(own.length === 1, `margin begins with one ${kind}, not with ${own.length}`);
  }
  for (const { kind, id, body } of documents) {
    const defects = checks[kind]?.(id, body) ?? [`margin knows no ${kind}`];
    invariant(defects.length === 0, `${kind} ${id}: ${defects.join('; ')}`);
  }
}
