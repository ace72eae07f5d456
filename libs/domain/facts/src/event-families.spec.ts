import { EVENT_FAMILIES } from './event-families.js';
import { QUOTE_EVENTS } from './exchange/index.js';
import { ACCOUNTS_EVENTS, MARGIN_EVENTS, PRICING_EVENTS } from './index.js';
import { factsOf, type EventDefinition } from './schema/event.js';
import type { OptionalField, Schema } from './schema/schema.js';

const definitions = EVENT_FAMILIES.flatMap(({ log, partition, events }) =>
  Object.entries(events).map(([type, definition]) => ({
    ...{ log, partition, type },
    definition: definition as unknown as EventDefinition,
  })),
);

/** What stands at a path of a payload; undefined when there is no such field or it may be absent. */
function fieldAt(schema: Schema | OptionalField | undefined, path: readonly string[]): Schema | undefined {
  if (schema === undefined || schema.kind === 'optional') return undefined;
  const [name, ...rest] = path;
  if (name === undefined) return schema;
  return schema.kind === 'record' ? fieldAt(schema.fields[name], rest) : undefined;
}

describe('event definitions', () => {
  it('define every type of a log once, whatever its partition', () => {
    const names = definitions.map(({ log, type }) => `${log}/${type}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('say in a sentence when each is emitted', () => {
    for (const { type, definition } of definitions)
      expect([type, definition.description]).toEqual([type, expect.stringMatching(/^[A-Z`].{20,}\.$/)]);
  });

  it('name in a template of a stream only texts and numbers that are always there', () => {
    const wrong = definitions.flatMap(({ log, type, definition: { streamText, payload } }) =>
      // Its rule reads the underlying out of the instrument.
      streamText === 'quotes-<underlying>' && payload.fields['underlying'] === undefined
        ? []
        : [...streamText.matchAll(/<([^>]*)>/g)]
            .filter(
              ([, path = '']) => !['text', 'one-of', 'whole'].includes(fieldAt(payload, path.split('.'))?.kind ?? ''),
            )
            .map(([placeholder]) => `${log}/${type} ${placeholder}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('streams', () => {
  it.each([
    [ACCOUNTS_EVENTS.AccountOpened.stream({ accountId: 'carol.main' }), 'account-carol.main'],
    [
      MARGIN_EVENTS.AdlCandidatesReported.stream({ roundId: 'r-1', schedule: 1, bankrupt: [], candidates: [] }),
      'adl-r-1',
    ],
    [
      PRICING_EVENTS.VariationPriceFixed.stream({ instrument: 'BTC-27MAR26', dueAt: 0, price: '1' }),
      'variation-BTC-27MAR26',
    ],
    [
      PRICING_EVENTS.InstrumentRefused.stream({ instrument: 'X', code: 'bad-underlying', field: 'id', reason: '' }),
      'instrument-X',
    ],
    [
      QUOTE_EVENTS.ContractBookObserved.stream({ instrument: 'ETH-27MAR26', bestBid: '1', bestAsk: '2', at: 0 }),
      'quotes-ETH',
    ],
  ])('%s', (stream, expected) => {
    expect(stream).toBe(expected);
  });

  it('follow a path into a record of the payload', () => {
    const orders = EVENT_FAMILIES.find(({ log }) => log === 'exchange.orderReports')?.events['OrdersCancelled'];
    const cancelled = { accountId: 'carol.main', request: { partition: 3, position: 17 }, cancelledOrders: 2 };
    expect((orders as unknown as EventDefinition).stream(cancelled)).toBe('order-17');
  });

  it('are never made of a field that is missing', () => {
    const { stream } = ACCOUNTS_EVENTS.AccountOpened as unknown as EventDefinition;
    expect(() => stream({})).toThrow('no accountId for the stream account-<accountId>');
  });
});

describe('factsOf', () => {
  it('makes an event ready to be emitted: stream and version follow from its type', () => {
    const factOf = factsOf(ACCOUNTS_EVENTS);
    expect(factOf('MarginModelChosen', { accountId: 'carol.main', model: 'derive-portfolio@1' })).toEqual({
      stream: 'account-carol.main',
      type: 'MarginModelChosen',
      schemaVersion: 1,
      payload: { accountId: 'carol.main', model: 'derive-portfolio@1' },
    });
  });
});
