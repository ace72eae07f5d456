import type { z } from 'zod';
import {
  EVENT_FAMILIES,
  type EventDefinition,
  type EventFamily,
  type LogName,
  type RecordSchema,
} from '@ballast/facts';
import { zodOf } from './schema-to-zod.js';

/** One version of one type of entry of one log. */
export interface EventSchema {
  readonly log: LogName;
  readonly type: string;
  readonly version: number;
  /** In which partitions of the log it stands. */
  readonly partition: EventFamily['partition'];
  /** Stream it stands in, which is also the key of its message: `account-<accountId>`. */
  readonly stream: string;
  /** Stream of one payload. */
  readonly streamOf: (payload: unknown) => string;
  /** When it is emitted and what it means. */
  readonly description: string;
  /** Of the payload, as data. */
  readonly payload: RecordSchema;
  /** Of the payload, as a parser. */
  readonly schema: z.ZodType;
}

/** Every version of every type of a family, oldest version first. */
export function schemasOf({ log, partition, events }: EventFamily): readonly EventSchema[] {
  return Object.entries(events).flatMap(([type, definition]) => {
    const { description, streamText, stream, versions } = definition as unknown as EventDefinition;
    return versions.map((payload, index) => {
      let schema: z.ZodType | undefined;
      return {
        ...{ log, type, version: index + 1, partition, stream: streamText, streamOf: stream, description, payload },
        // Made for the first entry that is checked: a start that made all of them would wait for those it never reads.
        get schema() {
          schema ??= zodOf(payload).meta({ description, 'x-stream': streamText });
          return schema;
        },
      };
    });
  });
}

/** Every version of every type, in the order of the logs, oldest version first. */
export const allEventSchemas: readonly EventSchema[] = EVENT_FAMILIES.flatMap(schemasOf);

function newestByLog(): ReadonlyMap<LogName, ReadonlyMap<string, EventSchema>> {
  const logs = new Map<LogName, Map<string, EventSchema>>();
  for (const event of allEventSchemas) {
    const types = logs.get(event.log) ?? new Map<string, EventSchema>();
    logs.set(event.log, types.set(event.type, event));
  }
  return logs;
}

/** The newest version of every type of entry, by log and type. */
export const eventSchemas: ReadonlyMap<LogName, ReadonlyMap<string, EventSchema>> = newestByLog();

const byVersion = new Map(allEventSchemas.map((event) => [`${event.log}/${event.type}/${event.version}`, event]));

/** One version of a type, the newest without a number; undefined for what this version of Ballast does not know. */
export function schemaOf(log: string, type: string, version?: number): EventSchema | undefined {
  return version === undefined
    ? eventSchemas.get(log as LogName)?.get(type)
    : byVersion.get(`${log}/${type}/${version}`);
}
