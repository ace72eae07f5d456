import { createRequire } from 'node:module';
import Ajv from 'ajv';
import { allEventSchemas, decodeCommand, decodeMessage, encodeMessage, topicOf } from '@ballast/contracts';
import { canonicalText, isoOf } from '@ballast/kernel';
import { EMPTY_HEAD, seal } from '@ballast/event-sourcing';
import { asyncApi } from './async-api.js';
import { goldenSkeleton } from './golden-skeleton.js';
import { HEADERS, TRACE_HEADER } from './message-headers.js';
import { writtenCatalogue } from './repository.js';

type Json = Readonly<Record<string, unknown>>;

const require = createRequire(import.meta.url);
const document = asyncApi(allEventSchemas, (event) => goldenSkeleton(event).entry);

/** What a reference names: a place of the document, or a file beside it. */
function resolved(reference: string): unknown {
  if (reference.startsWith('./')) {
    const file = writtenCatalogue().get(reference.slice(2));
    return file === undefined ? undefined : (JSON.parse(file) as unknown);
  }
  const names = reference.replace(/^#\//, '').split('/');
  return names.reduce<unknown>((at, name) => (at as Json | undefined)?.[name], document);
}

function referencesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(referencesIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => (name === '$ref' ? [value as string] : referencesIn(value)));
}

describe('the AsyncAPI document', () => {
  it('is sound by the schema that AsyncAPI publishes for version 3', () => {
    const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as Json;
    const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore', logger: false });
    const isSound = ajv.compile(schema);
    isSound(document);
    expect(isSound.errors ?? []).toEqual([]);
  });

  it('names nothing that is not there', () => {
    const references = [...new Set(referencesIn(document))];
    expect(references.length).toBeGreaterThan(allEventSchemas.length);
    expect(references.filter((reference) => resolved(reference) === undefined)).toEqual([]);
  });

  it('has every type and version in the channels where it stands, and says who writes it', () => {
    const channels = Object.values(document['channels'] as Record<string, { messages: Json }>);
    const named = channels.flatMap(({ messages }) => Object.keys(messages));
    const entries = allEventSchemas.flatMap(({ log, type, version, partition }) =>
      Array.from({ length: partition === 'every' ? 2 : 1 }, () => `${log}.${type}.v${version}`),
    );
    const answers = ['accounts', 'pricing', 'margin', 'liquidation'].map(() => 'CommandAnswer.v1');
    expect(named.sort()).toEqual([...entries, ...answers, 'exchangeSubmission', 'exchangeAnswer'].sort());
    const operations = Object.keys(document['operations'] as Json);
    expect(operations).toEqual(
      expect.arrayContaining([
        'send.clearing.margin.events.v1',
        'receive.clearing.accounts.commands.v1',
        'receive.exchange.fills.v1',
        'receive.exchange.messages.v1',
        'send.exchange.answers.v1',
        'send.clearing.accounts.answers.v1',
      ]),
    );
  });

  it('has an example of every type and version, which a reader takes as it stands', () => {
    const written = JSON.parse(writtenCatalogue().get('asyncapi.json') ?? '') as {
      components: {
        messages: Record<string, { examples: readonly [{ headers: Record<string, string>; payload: Json }] }>;
      };
    };
    const refused = allEventSchemas.filter(({ log, type, version }) => {
      const [example] = written.components.messages[`${log}.${type}.v${version}`]?.examples ?? [];
      if (example === undefined) return true;
      const { headers, payload } = example;
      const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
      const message = {
        key: Buffer.from(String(payload['commandId'] ?? payload['stream'])),
        value: Buffer.from(canonicalText(payload)),
        headers: Object.fromEntries(bytes) as Record<string, Buffer>,
      };
      const { topic, kafkaPartition } = topicOf(log, Number(payload['partition']));
      const decoded = log.endsWith('.commands')
        ? decodeCommand(message)
        : decodeMessage(message, { topic, partition: kafkaPartition });
      return !decoded.ok;
    });
    expect(refused.map(({ log, type }) => `${log}.${type}`)).toEqual([]);
  });

  it('takes its own examples, read as AsyncAPI says: as of draft 07', () => {
    const files = [...writtenCatalogue()].filter(([name]) => /\.v\d+\.json$/.test(name));
    const ajv = new Ajv({ schemaId: 'auto', logger: false });
    for (const [name, text] of files) {
      const { $schema: _, $id: __, ...schema } = JSON.parse(text) as Json;
      ajv.addSchema(schema, name);
    }
    ajv.addSchema(document, 'asyncapi.json');
    const { messages } = document['components'] as {
      messages: Record<string, { examples?: readonly { headers: Json; payload: Json }[] }>;
    };
    const refused = Object.entries(messages).flatMap(([name, { examples = [] }]) =>
      examples.flatMap(({ headers, payload }) =>
        Object.entries({ headers, payload })
          .filter(([part, value]) => !ajv.validate(`asyncapi.json#/components/messages/${name}/${part}`, value))
          .map(([part]) => `${name} ${part}: ${ajv.errorsText()}`),
      ),
    );
    expect(refused).toEqual([]);
  });

  it('has an event that every partition writes in the channels of both topics of its log', () => {
    const channels = document['channels'] as Record<string, { messages: Json }>;
    const named = (topic: string): readonly string[] => Object.keys(channels[topic]?.messages ?? {});
    for (const topic of ['clearing.margin.events.v1', 'clearing.margin.global.v1'])
      expect(named(topic)).toEqual(
        expect.arrayContaining(['margin.DocumentsEstablished.v1', 'margin.ReleaseInForce.v1']),
      );
  });

  it('lists the headers that a message has, CloudEvents among them', () => {
    const [first] = allEventSchemas.filter(({ type }) => type === 'MarginCallIssued');
    if (first === undefined) throw new Error('there is no MarginCallIssued');
    const { entry } = goldenSkeleton(first);
    const { headers } = encodeMessage(seal(entry, EMPTY_HEAD), { incarnation: 'first' });
    const listed = HEADERS.map(([name]) => name).filter((name) => name !== TRACE_HEADER);
    expect(Object.keys(headers).sort()).toEqual(listed.sort());
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: entry.id,
      ce_source: `/ballast/margin/${entry.partition}`,
      ce_type: 'ballast.margin.MarginCallIssued.v1',
      ce_subject: entry.stream,
      ce_time: isoOf(entry.time.clearing),
    });
  });
});
