import { documentHash } from './house-rules.js';
import {
  GLOBAL,
  PartitionMachine,
  defineProcess,
  type HouseDocument,
  type PartitionProcess,
  type SealedEvent,
} from '@ballast/event-sourcing';
import type { OpeningEvents } from '@ballast/facts';
import {
  OPENING_EVOLVED,
  documentKind,
  figure,
  noRules,
  openPartition,
  readBody,
  record,
  type HouseRules,
} from './index.js';

const PRICES = documentKind('prices', (body) => readBody(body, record({ least: figure({ min: '0' }) })));

const desk: PartitionProcess<{ readonly rules: HouseRules }> = defineProcess<
  { readonly rules: HouseRules },
  OpeningEvents
>({
  log: 'pricing',
  stateForm: { version: 1 },
  initialState: () => ({ rules: noRules() }),
  open: ({ rules }, opening, context) =>
    openPartition('pricing', rules, opening, () => ({ prices: PRICES.defects, model: () => [] }), context),
  reads: [],
  own: OPENING_EVOLVED,
});

const document = (kind: string, id: string, body: unknown): HouseDocument => ({
  kind,
  id,
  hash: documentHash(body),
  body,
});
const prices = document('prices', 'prices@1', { least: '0.01' });
const opened = (...documents: readonly HouseDocument[]): readonly SealedEvent[] => {
  const machine = new PartitionMachine(desk, GLOBAL, 1);
  machine.open({ release: 'r', build: '0'.repeat(64), genesis: { author: 'ann', approver: 'ben', documents } });
  return machine.drain().events;
};

describe('the rules that a log begins with [CLR-LOG-033]', () => {
  it('are written down with who answers for them, then the release', () => {
    const events = opened(prices, document('model', 'span@1', {}), document('model', 'scan@1', {}));
    expect(events.map(({ type }) => type)).toEqual(['DocumentsEstablished', 'ReleaseInForce']);
    expect(events[0]?.payload).toMatchObject({ author: 'ann', approver: 'ben', documents: [prices, {}, {}] });
  });

  it.each<[string, readonly HouseDocument[], string]>([
    ['without a kind', [], 'pricing begins with one prices, not with 0; give its file'],
    ['with two of a kind', [prices, { ...prices, id: 'prices@2' }], 'pricing begins with one prices, not with 2'],
    [
      'with two versions of a model',
      [prices, document('model', 'span@1', {}), document('model', 'span@2', {})],
      'pricing begins with one version of each model; leave out span@2',
    ],
    ['with an unknown kind', [prices, document('fees', 'fees@1', {})], 'pricing knows no fees: leave fees@1 out'],
    ['with an inherited name for a kind', [prices, document('toString', 'x@1', {})], 'pricing knows no toString'],
    ['with an id of another form', [{ ...prices, id: 'prices' }], 'prices prices: write the id as <name>@<version>'],
    ['with a hash of something else', [{ ...prices, hash: '0'.repeat(64) }], 'prices prices@1 has not the hash 00'],
    [
      'with an unsound document',
      [document('prices', 'prices@1', { least: '1e-2' })],
      'prices prices@1: least: write a decimal from 0 as text in plain notation',
    ],
  ])('stop the first writer %s', (_what, documents, sentence) => {
    expect(() => opened(...documents)).toThrow(sentence);
  });
});
