import { z } from 'zod';
import {
  answersTopics,
  commandAnswer,
  entryEnvelope,
  EXCHANGE_ANSWERS_TOPIC,
  EXCHANGE_MESSAGES_TOPIC,
  exchangeAnswers,
  exchangeSubmission,
  problem,
  type EventSchema,
} from '@ballast/contracts';
import type { LogEntry } from '@ballast/event-sourcing';
import type { JsonSchema } from './json-schema.js';
import { HEADERS, TRACE_HEADER } from './message-headers.js';
import { messageExample } from './message-example.js';
import { fileOf, placeOf } from './place-of.js';

/** A part of the document, as JSON. */
type Part = Readonly<Record<string, unknown>>;

const reference = (to: string): Part => ({ $ref: to });
const messageName = ({ log, type, version }: EventSchema): string => `${log}.${type}.v${version}`;
const isCommand = ({ log }: EventSchema): boolean => log.endsWith('.commands');
/** The exchange writes its own logs; everything else that is no command is an event of Ballast. */
const isReceived = (event: EventSchema): boolean => isCommand(event) || event.log.startsWith('exchange.');

/**
 * AsyncAPI 3 of all topics: which message stands where, with its headers, key and payload. Ballast is the application, so it
 * sends its events and receives commands and what the exchange publishes. Payloads are the files beside the document. Each
 * message has an example, with its headers.
 * @param exampleOf the entry that is shown of a type and version
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApi(events: readonly EventSchema[], exampleOf: (event: EventSchema) => LogEntry): Part {
  const topics = byTopic(events);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ballast',
      version: '1',
      description:
        'Events of a clearing house and the messages it takes. Topics end in their version; a changed payload is a new version of its type beside the old one.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([
      ...topics.map(([topic, own]) => [topic, channelOf(topic, own.map(messageName))]),
      ...INTAKE.map(({ topic, name }) => [topic, channelOf(topic, [name])]),
      ...ANSWERS.map((topic) => [topic, channelOf(topic, [ANSWER])]),
    ]),
    operations: Object.fromEntries([
      ...topics.map(([topic, own]) => operationOf(topic, own.some(isReceived) ? 'receive' : 'send')),
      ...INTAKE.map(({ topic, action }) => operationOf(topic, action)),
      ...ANSWERS.map((topic) => operationOf(topic, 'send')),
    ]),
    components: {
      messages: {
        ...Object.fromEntries(events.map((event) => [messageName(event), messageOf(event, exampleOf(event))])),
        ...Object.fromEntries(
          INTAKE.map(({ name, summary, payload }) => [name, intakeMessage(name, summary, payload)]),
        ),
        [ANSWER]: answerMessage(),
      },
      schemas: {
        envelope: schemaOf(z.toJSONSchema(entryEnvelope) as JsonSchema),
        eventHeaders: headersOf(HEADERS, TRACE_HEADER),
        commandHeaders: headersOf(HEADERS.filter(([name]) => name === 'type' || name === 'log')),
        answerHeaders: headersOf(HEADERS.filter(([name]) => name === 'log')),
      },
    },
  };
}

function byTopic(events: readonly EventSchema[]): readonly (readonly [string, readonly EventSchema[]])[] {
  const topics = new Set(events.flatMap((event) => placeOf(event).topics));
  return [...topics].map((topic) => [topic, events.filter((event) => placeOf(event).topics.includes(topic))]);
}

function channelOf(topic: string, messages: readonly string[]): Part {
  return {
    address: topic,
    messages: Object.fromEntries(messages.map((name) => [name, reference(`#/components/messages/${name}`)])),
    bindings: { kafka: { topic, bindingVersion: '0.5.0' } },
  };
}

const operationOf = (topic: string, action: 'receive' | 'send'): readonly [string, Part] => [
  `${action}.${topic}`,
  { action, channel: reference(`#/channels/${topic}`) },
];

/** Without references between its parts: they would lead to places of this document. */
const inlined = (schema: z.ZodType): Part => schemaOf(z.toJSONSchema(schema, { metadata: z.registry() }) as JsonSchema);

/** Messages of an exchange whose log is kept here stand in no log yet. */
const INTAKE = [
  {
    topic: EXCHANGE_MESSAGES_TOPIC,
    name: 'exchangeSubmission',
    action: 'receive',
    summary: 'Messages of a producer of an exchange whose log Ballast keeps.',
    payload: inlined(exchangeSubmission),
  },
  {
    topic: EXCHANGE_ANSWERS_TOPIC,
    name: 'exchangeAnswer',
    action: 'send',
    summary: 'What became of a submission: what POST /exchange/messages would have answered.',
    payload: {
      type: 'object',
      required: ['status', 'body'],
      properties: {
        status: { type: 'integer', description: 'As of HTTP; 200 says that every message has its answer.' },
        body: { anyOf: [inlined(exchangeAnswers), inlined(problem)] },
      },
      additionalProperties: false,
    },
  },
] as const;

const intakeMessage = (name: string, summary: string, payload: Part): Part => ({
  name,
  title: name,
  summary,
  payload,
  bindings: { kafka: { key: { type: 'string', description: 'The producer.' }, bindingVersion: '0.5.0' } },
});

/** Topics of the answers to commands, and the one message that stands in them. */
const ANSWERS = answersTopics(1).map(({ topic }) => topic);
const ANSWER = 'CommandAnswer.v1';

const answerMessage = (): Part => ({
  name: 'CommandAnswer',
  title: 'CommandAnswer',
  summary:
    'What became of a command, as its owner stored it; sent after that, at least once, and again for a command that is sent again.',
  headers: reference('#/components/schemas/answerHeaders'),
  payload: schemaOf(z.toJSONSchema(commandAnswer) as JsonSchema),
  bindings: { kafka: { key: { type: 'string', description: 'Id of the command.' }, bindingVersion: '0.5.0' } },
});

function messageOf(event: EventSchema, example: LogEntry): Part {
  return {
    name: event.type,
    title: event.type,
    summary: event.description,
    headers: reference(`#/components/schemas/${isCommand(event) ? 'commandHeaders' : 'eventHeaders'}`),
    payload: isCommand(event) ? commandOf(event) : entryOf(event),
    examples: [messageExample(example)],
    bindings: {
      kafka: { key: { type: 'string', description: placeOf(event).key }, bindingVersion: '0.5.0' },
    },
  };
}

/** The envelope with the payload of this type. */
const entryOf = (event: EventSchema): Part => ({
  allOf: [
    reference('#/components/schemas/envelope'),
    {
      type: 'object',
      properties: {
        log: { const: event.log },
        type: { const: event.type },
        schemaVersion: { const: event.version },
        payload: reference(`./${fileOf(event)}`),
      },
    },
  ],
});

/** A command on its way is no entry yet. */
const commandOf = (event: EventSchema): Part => ({
  type: 'object',
  required: ['actor', 'body', 'commandId', 'log', 'partition', 'schemaVersion', 'type'],
  properties: {
    actor: { type: ['string', 'null'], description: 'Person who asks.' },
    body: reference(`./${fileOf(event)}`),
    commandId: { type: 'string', description: 'Chosen by the sender; the same id is decided once.' },
    log: { const: event.log },
    partition: { type: 'integer' },
    schemaVersion: { const: event.version },
    type: { const: event.type },
  },
  additionalProperties: false,
});

/** `$schema` belongs to a file of its own. */
function schemaOf(schema: JsonSchema): Part {
  const { $schema: _, ...rest } = schema;
  return withTuplesOfDraft07(rest) as Part;
}

/** Schemas of AsyncAPI 3 are read as of draft 07, where a tuple is a list of `items`, and `items: false` refuses whatever stands in it. */
function withTuplesOfDraft07(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withTuplesOfDraft07);
  if (typeof part !== 'object' || part === null) return part;
  const { prefixItems, items, ...rest } = Object.fromEntries(
    Object.entries(part).map(([keyword, value]) => [keyword, withTuplesOfDraft07(value)]),
  );
  if (!Array.isArray(prefixItems)) return items === undefined ? rest : { ...rest, items };
  return { ...rest, items: prefixItems, additionalItems: items ?? false, minItems: prefixItems.length };
}

const headersOf = (headers: typeof HEADERS, optional?: string): Part => ({
  type: 'object',
  required: headers.map(([name]) => name).filter((name) => name !== optional),
  properties: Object.fromEntries(headers.map(([name, description]) => [name, { type: 'string', description }])),
});
