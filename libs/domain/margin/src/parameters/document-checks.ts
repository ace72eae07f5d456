import {
  anything,
  documentInForce,
  documentsInForce,
  MODEL_DOCUMENT,
  openPartition,
  readBody,
  record,
  textOf,
  type DocumentChecks,
  type DocumentDefects,
  type HouseRules,
} from '@ballast/documents';
import type { DecisionContext, Opening } from '@ballast/event-sourcing';
import type { ModelDocument } from '@ballast/facts';
import { dec, maxOf, minOf, ModelInputError, text, VERSIONED_NAME, ZERO, type Decimal } from '@ballast/kernel';
import { marginModelOf } from '@ballast/venue-rules';
import { initialMarginGlobalState, type MarginGlobalState } from '../schedule/margin-global.state.js';
import { MODEL_LIST } from './model-list.js';
import { MARGIN_PARAMETERS, readMarginParameters } from './parameter-figures.js';

/**
 * Parameters: sound by themselves, of every underlying that is priced now, and with no rate wider than the scenarios that pricing
 * publishes, so that nothing that is held now can be beyond what can be computed.
 */
const parameterDefects =
  ({ underlyings, pricingRules }: MarginGlobalState): DocumentDefects =>
  (id, body) => {
    const reading = readMarginParameters(body, id);
    if ('defects' in reading) return reading.defects;
    const { figures } = reading;
    const missing = [...underlyings.keys()]
      .filter((underlying) => !figures.underlyings.has(underlying))
      .map((underlying) => `underlyings.${underlying}: is missing, and ${underlying} is priced; add it`);
    const scenarioReach = scenarioReachOf(pricingRules);
    if (scenarioReach === null) return missing;
    const wide = [...figures.underlyings].flatMap(([underlying, { rateMin, rateMax }]) => {
      const widest = maxOf(rateMin, rateMax);
      if (widest.lte(scenarioReach)) return [];
      const beyond = `${text(widest)} is wider than the published scenarios, which end at ${text(scenarioReach)}`;
      return [`underlyings.${underlying}.rateMax: ${beyond}; lower it, or widen the scenario set first`];
    });
    return [...missing, ...wide];
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

const MODEL_FORM = record({ model: textOf(VERSIONED_NAME), document: anything() });

const modelDefects: DocumentDefects = (_id, body) => {
  const reading = readBody(body, MODEL_FORM);
  if ('defects' in reading) return reading.defects;
  const { model, document } = reading.figures;
  try {
    marginModelOf(model).readParameters(document);
    return [];
  } catch (error) {
    if (error instanceof ModelInputError) return [`document: ${error.message}`];
    throw error;
  }
};

/**
 * A list: each model once, with parameters that are in force. What is merely proposed nobody answers for, and a list would put it
 * in force for accounts without its own approval.
 * @see docs/spec/margin.md CLR-MRG-001
 */
const modelListDefects =
  ({ rules }: MarginGlobalState): DocumentDefects =>
  (id, body) => {
    const defects = MODEL_LIST.defects(id, body);
    if (defects.length > 0) return defects;
    const inForce = documentsInForce(rules, MODEL_DOCUMENT);
    const { models } = body as { readonly models: readonly { readonly model: string; readonly parameters: string }[] };
    return models.flatMap(({ model, parameters }, index) => {
      const document = inForce.find((each) => each.id === parameters);
      if (document !== undefined && (document.body as ModelDocument).model === model) return [];
      return [
        `models[${index}].parameters: ${parameters} is no document of ${model} in force; have one approved first`,
      ];
    });
  };

/** What may be proposed in margin, and what has to hold of it. */
export const marginDocumentChecks = (state: MarginGlobalState): DocumentChecks => ({
  [MARGIN_PARAMETERS.kind]: parameterDefects(state),
  [MODEL_DOCUMENT]: modelDefects,
  [MODEL_LIST.kind]: modelListDefects(state),
});

/** Begins a partition of margin. */
export const openMargin = (own: HouseRules, opening: Opening, context: DecisionContext): void =>
  openPartition(
    'margin',
    own,
    opening,
    (rules) => marginDocumentChecks({ ...initialMarginGlobalState(), rules }),
    context,
  );
