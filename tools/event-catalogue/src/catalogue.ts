import * as prettier from 'prettier';
import { z } from 'zod';
import { allEventSchemas, entryEnvelope, type EventSchema } from '@ballast/contracts';
import type { LogEntry } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { asyncApi } from './async-api.js';
import { fieldRows, jsonSchemaOf, type JsonSchema } from './json-schema.js';
import { messageExample } from './message-example.js';
import { HEADERS } from './message-headers.js';
import { fileOf, placeOf } from './place-of.js';

/** The examples of an event: the one that every event has, then further cases. */
export type ExamplesOf = (event: EventSchema) => readonly LogEntry[];

const payloadOf = ({ payload }: LogEntry): unknown => payload;

function firstOf(examplesOf: ExamplesOf, event: EventSchema): LogEntry {
  const [first] = examplesOf(event);
  invariant(first !== undefined, `${event.log}.${event.type} has an example`);
  return first;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const fieldTable = (schema: JsonSchema): string =>
  table(
    ['field', 'type', 'meaning'],
    fieldRows(schema).map(({ path, type, required, description }) => [
      `\`${path}\``,
      required ? type : `${type}, may be absent`,
      description,
    ]),
  );

function eventSection(event: EventSchema, examples: readonly LogEntry[]): string {
  const { topics, partition, publisher, key } = placeOf(event);
  return [
    `### ${event.type}`,
    event.description,
    table(
      ['published by', 'topic', 'partition', 'message key', 'version', 'schema'],
      [[publisher, codes(topics), partition, `\`${key}\``, String(event.version), `[JSON Schema](${fileOf(event)})`]],
    ),
    fieldTable(jsonSchemaOf(event, examples.map(payloadOf))),
  ].join('\n\n');
}

function readme(examplesOf: ExamplesOf, events: readonly EventSchema[]): string {
  const newest = events.filter((event) => isNewest(event, events));
  const logNames = [...new Set(events.map(({ log }) => log))];
  const anchors = anchorsOf(logNames.flatMap((log) => newest.filter((event) => event.log === log)));
  const index = table(
    ['event', 'topic', 'key', 'when'],
    events.map((event) => [
      `[${event.type}](#${anchors.get(nameOf(event))})`,
      codes(placeOf(event).topics),
      `\`${placeOf(event).key}\``,
      event.description,
    ]),
  );
  const logs = logNames.map((log) => {
    const sections = newest.filter((event) => event.log === log).map((event) => eventSection(event, examplesOf(event)));
    return [`## ${log}`, ...sections].join('\n\n');
  });
  return [
    '# Events',
    '<!-- Generated from libs/domain/facts by `npx nx run @ballast/event-catalogue:write`; a test fails when it is stale. -->',
    'Every event and command of Ballast: what it means, where it is found, and all of its fields. How to subscribe is told in [consume margin events](../how-to/consume-margin-events.md), with a consumer that runs; the same for machines is [asyncapi.json](asyncapi.json), AsyncAPI 3.',
    '**Promises.** Inside a partition positions count 1, 2, 3, ... without a gap. An event is delivered at least once, in order. A field never changes its meaning; a changed payload is a new version beside the old one. Amounts are decimals as text in plain notation; times are whole milliseconds since 1970-01-01 UTC (clearing time, not the wall clock). A field not listed here is refused.',
    '## A message',
    'The value is the canonical envelope: JSON by the rules of RFC 8785 (keys sorted, no white space), exactly the text that is hashed. Headers, all text:',
    table(
      ['header', 'meaning'],
      HEADERS.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    'The key of an event is its stream. A command on its way is no entry yet: the value of its message is `{actor, body, commandId, log, partition, schemaVersion, type}`, the headers are `type` and `log` only; the owner of the partition numbers it and stores its answer.',
    ...wholeMessage(examplesOf, events),
    'The envelope:',
    fieldTable(z.toJSONSchema(entryEnvelope) as JsonSchema),
    '## Index',
    index,
    ...logs,
  ].join('\n\n');
}

const nameOf = ({ log, type }: EventSchema): string => `${log}.${type}`;

/** Where the sections of a page are found: a heading that was there before has a number behind its name. */
function anchorsOf(sections: readonly EventSchema[]): ReadonlyMap<string, string> {
  const used = new Map<string, number>();
  return new Map(
    sections.map((event) => {
      const heading = event.type.toLowerCase();
      const before = used.get(heading) ?? 0;
      used.set(heading, before + 1);
      return [nameOf(event), before === 0 ? heading : `${heading}-${before}`];
    }),
  );
}

/** One message as a subscriber sees it; the value is shown in lines, and stands without white space in its topic. */
function wholeMessage(examplesOf: ExamplesOf, events: readonly EventSchema[]): readonly string[] {
  const shown = events.find(({ type }) => type === 'MarginCallIssued');
  if (shown === undefined) return [];
  const { headers, payload } = messageExample(firstOf(examplesOf, shown));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [
    'A margin call, its headers and its value (without white space in the topic); `asyncapi.json` has such an example of every type:',
    ['```text', ...lines, '```'].join('\n'),
    ['```json', JSON.stringify(payload, null, 2), '```'].join('\n'),
  ];
}

const isNewest = ({ log, type, version }: EventSchema, events: readonly EventSchema[]): boolean =>
  events.every((other) => other.log !== log || other.type !== type || other.version <= version);

/**
 * All files of docs/events, by name, formatted as the repository formats them.
 * @param options of prettier, as resolved for the repository
 * @param events every version of every type
 */
export async function catalogue(
  examplesOf: ExamplesOf,
  options: prettier.Options,
  events: readonly EventSchema[] = allEventSchemas,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const event of events) {
    const schema = jsonSchemaOf(event, examplesOf(event).map(payloadOf));
    files.set(fileOf(event), await prettier.format(JSON.stringify(schema), { ...options, parser: 'json' }));
  }
  files.set(
    'asyncapi.json',
    await prettier.format(JSON.stringify(asyncApi(events, (event) => firstOf(examplesOf, event))), {
      ...options,
      parser: 'json',
    }),
  );
  files.set('README.md', await prettier.format(readme(examplesOf, events), { ...options, parser: 'markdown' }));
  return files;
}
