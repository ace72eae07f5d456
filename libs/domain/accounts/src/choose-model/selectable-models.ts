import { documentKind, list, readBody, record, textOf, type DocumentReading } from '@ballast/documents';
import { REASON, VERSIONED_NAME } from '@ballast/kernel';

/** More would be no choice that anybody could explain. */
const MOST_MODELS = 100;

const BODY = record({
  models: list(record({ model: textOf(VERSIONED_NAME), reason: textOf(REASON) }), 1, MOST_MODELS),
});

function readModels(body: unknown): DocumentReading<ReadonlySet<string>> {
  const reading = readBody(body, BODY, ({ models }) =>
    models.flatMap(({ model }, index) =>
      models.findIndex((other) => other.model === model) === index
        ? []
        : [`models[${index}].model: list ${model} once`],
    ),
  );
  return 'defects' in reading ? reading : { figures: new Set(reading.figures.models.map(({ model }) => model)) };
}

/** Which margin models owners may choose from, each with a reason. @see docs/spec/accounts.md CLR-ACC-033 */
export const SELECTABLE_MODEL_DOCUMENTS = documentKind('selectable-models', readModels);
