import { invariant } from '@ballast/kernel';
import { record, type Fields, type RecordOf, type RecordSchema } from './schema.js';

/** How the name of a stream follows from a payload, when a template of fields cannot say it. */
export interface StreamRule<Payload> {
  /** For readers: `quotes-<underlying>`. */
  readonly text: string;
  readonly of: (payload: Payload) => string;
}

/** Everything that is true of every event (or command) of one type. */
export interface EventDefinition<Payload = unknown> {
  /** When it is emitted and what it means, for a reader who knows none of the code. */
  readonly description: string;
  /** Stream it stands in, with fields of the payload in angle brackets: `account-<accountId>`. */
  readonly streamText: string;
  /** Stream of one event, also the key of its message. */
  readonly stream: (payload: Payload) => string;
  /** The version that is written. */
  readonly schemaVersion: number;
  /** Payload schemas of all versions, 1 first; none is ever dropped, because logs still hold it. */
  readonly versions: readonly RecordSchema[];
  /** The newest of them. */
  readonly payload: RecordSchema;
}

/** Definitions by type, as a log has them in one kind of partition. */
export type EventDefinitions = Readonly<Record<string, EventDefinition<never>>>;

/** The payload types of definitions, by event type. */
export type EventsOf<Definitions> = {
  readonly [Type in keyof Definitions]: Definitions[Type] extends EventDefinition<infer Payload> ? Payload : never;
};

const FIELD = /<([a-zA-Z.]+)>/;

/** Reads a template such as `surface-<underlying>-<expiry>`; a path such as `<request.position>` goes into a record. */
function streamByTemplate(template: string): (payload: unknown) => string {
  // Literal text stands at even places, paths at odd ones.
  const parts = template.split(FIELD);
  const paths = parts.map((part, index) => (index % 2 === 1 ? part.split('.') : []));
  return (payload) => {
    let stream = parts[0] as string;
    for (let i = 1; i < parts.length; i += 2) {
      let value = payload;
      for (const name of paths[i] as string[]) value = (value as Readonly<Record<string, unknown>>)[name];
      invariant(typeof value === 'string' || typeof value === 'number', `no ${parts[i]} for the stream ${template}`);
      stream += String(value) + (parts[i + 1] as string);
    }
    return stream;
  };
}

/**
 * Defines an event; the payload has exactly the given fields.
 * @param earlier fields of the versions before, version 1 first; a stored event is never changed
 */
export function event<F extends Fields>({
  description,
  stream,
  payload,
  earlier = [],
}: {
  readonly description: string;
  readonly stream: string | StreamRule<RecordOf<F>>;
  readonly payload: F;
  readonly earlier?: readonly Fields[];
}): EventDefinition<RecordOf<F>> {
  const newest = record(payload, description);
  const versions = [...earlier.map((fields) => record(fields, description)), newest];
  return {
    description,
    streamText: typeof stream === 'string' ? stream : stream.text,
    stream: typeof stream === 'string' ? streamByTemplate(stream) : stream.of,
    schemaVersion: versions.length,
    versions,
    payload: newest,
  };
}

/** An event that is to be appended. */
export interface Fact<Type extends string = string, Payload = unknown> {
  readonly stream: string;
  readonly type: Type;
  readonly schemaVersion: number;
  readonly payload: Payload;
}

/** Makes events of a log ready to be emitted: `const factOf = factsOf(MARGIN_EVENTS)`, `factOf('MarginCallMet', payload)`. */
export const factsOf =
  <Definitions extends EventDefinitions>(definitions: Definitions) =>
  <Type extends keyof Definitions & string>(
    type: Type,
    payload: EventsOf<Definitions>[Type],
  ): Fact<Type, EventsOf<Definitions>[Type]> => {
    const { stream, schemaVersion } = definitions[type] as unknown as EventDefinition;
    return { stream: stream(payload), type, schemaVersion, payload };
  };
