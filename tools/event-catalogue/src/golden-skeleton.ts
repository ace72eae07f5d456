import { EMPTY_HEAD, GLOBAL, seal, type LogEntry } from '@ballast/event-sourcing';
import type { EventSchema } from '@ballast/contracts';
import { posting, type OptionalField, type Posting, type Schema } from '@ballast/facts';

/** A committed example of an event. */
export interface GoldenFile {
  /** SHA-256 of the canonical envelope, hex. */
  readonly sha256: string;
  readonly entry: LogEntry;
}

/** 2020-03-12T10:45:00Z */
const MOMENT = 1_584_009_900_000;
const ID = '3f0c8a52-7e1d-5c59-9a7e-52d1c9f0aa10';

/** Postings sum to zero per asset. */
const BALANCED: readonly Posting[] = [
  { ledgerAccount: 'client/carol.main', asset: 'USD', amount: '12.5' },
  { ledgerAccount: 'custody', asset: 'USD', amount: '-12.5' },
];

/** A value that the schema takes, with every field that may be absent and nothing that may be null. */
function exampleOf(schema: Schema | OptionalField): unknown {
  switch (schema.kind) {
    case 'text':
      return schema.form.example;
    case 'whole':
      return schema.title === 'instant' ? MOMENT : Math.min(Math.max(schema.least, 1), schema.most);
    case 'flag':
      return true;
    case 'anything':
      return {};
    case 'one-of':
      return schema.choices[0];
    case 'nullable':
    case 'optional':
      return exampleOf(schema.of);
    case 'list':
      return schema.item === posting ? BALANCED : [exampleOf(schema.item)];
    case 'map':
      return { [exampleOf(schema.key) as string]: exampleOf(schema.value) };
    case 'union':
      return exampleOf(schema.cases[0] as Schema);
    case 'record':
      return Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, exampleOf(field)]));
  }
}

/** A golden event with its hash. */
export const goldenFile = (entry: LogEntry): GoldenFile => ({
  sha256: seal(entry, EMPTY_HEAD).hash.toString('hex'),
  entry,
});

/** The first golden event of a type: it has every field, and its author gives it figures that tell a story. */
export function goldenSkeleton({ log, type, version, partition, payload, streamOf }: EventSchema): GoldenFile {
  const example = exampleOf(payload);
  return goldenFile({
    ...{ log, partition: partition === 'global' ? GLOBAL : 0, position: 1, id: ID },
    ...{ stream: streamOf(example), version: 1, type, schemaVersion: version },
    time: { clearing: MOMENT, hop: 0 },
    cause: { kind: 'command', id: ID },
    ...{ basis: [], correlation: ID, actor: null, payload: example },
  });
}
