import { ForeignLogs } from '../liquidation.fixtures.js';
import { hedgeInvariants } from './hedge.invariants.js';

const OF = { caseId: 'a.main#1', accountId: 'a.main', schedule: 4, accountVersion: 3 };
const ASKED = {
  ...OF,
  books: [{ underlying: 'BTC', contracts: [{ instrument: 'BTC-PERP', lot: '0.001', largest: '200000' }] }],
};
const SIZE = { quantity: '3', delta: '-50000', maintenance: '5500' };
const HEDGE = {
  ...{ underlying: 'BTC', instrument: 'BTC-PERP', side: 'buy', unitNotional: '50000', delta: '-200000' },
  sizes: [SIZE],
};
const FIGURES = {
  ...{ judgement: { partition: 0, position: 1 }, underlying: 'BTC', deltaBefore: '-200000', deltaAfter: '-50000' },
  ...{ requirementBefore: '10000', requirementAfter: '5500' },
};
const ORDER = { ...OF, instrument: 'BTC-PERP', side: 'buy', quantity: '3', requirementFreed: '4500' };

interface Told {
  readonly asked?: object;
  readonly judged?: object;
  readonly offered?: object;
  readonly size?: object;
  readonly order?: object;
  readonly hedge?: object;
}

/** What is found of one hedge that was asked for, judged and sent. */
function found({ asked, judged, offered, size, order, hedge }: Told = {}): readonly string[] {
  const logs = new ForeignLogs();
  const invariants = hedgeInvariants();
  const take = (log: string, type: string, payload: object): void =>
    invariants.take(logs.entry(log, 0, 'x', type as never, payload as never));
  take('liquidation', 'HedgeAsked', { ...ASKED, ...asked });
  const hedges = [{ ...HEDGE, ...offered, sizes: [{ ...SIZE, ...size }] }];
  const request = { partition: 0, position: 1 };
  take('margin', 'HedgeJudged', { ...OF, request, maintenance: '10000', hedges, ...judged });
  take('liquidation', 'CloseOutOrderPlaced', { ...ORDER, hedge: { ...FIGURES, ...hedge }, ...order });
  expect(invariants.awaitsJudgements).toBe(true);
  return invariants.finish().map(({ detail }) => detail);
}

describe('what must always hold of hedges [CLR-LIQ-083]', () => {
  it('holds for one that is as it was judged, and of an order that hedges nothing nothing is asked', () => {
    expect(found()).toEqual([]);
    const invariants = hedgeInvariants();
    invariants.take(new ForeignLogs().entry('liquidation', 0, 'x', 'CloseOutOrderPlaced', ORDER as never));
    expect([invariants.awaitsJudgements, invariants.finish()]).toEqual([false, []]);
  });

  it.each`
    told                                                       | detail
    ${{ hedge: { judgement: { partition: 1, position: 1 } } }} | ${'margin has not judged it'}
    ${{ judged: { request: { partition: 0, position: 9 } } }}  | ${'margin has not judged it'}
    ${{ judged: { accountVersion: 2 } }}                       | ${'it was judged on other figures'}
    ${{ order: { accountId: 'b.main' } }}                      | ${'it was judged on other figures'}
    ${{ order: { quantity: '2' } }}                            | ${'margin judged no 2 of it'}
    ${{ order: { side: 'sell' } }}                             | ${'margin judged no 3 of it'}
    ${{ hedge: { deltaAfter: '0' } }}                          | ${'it tells other figures'}
    ${{ asked: { books: [] } }}                                | ${'it is larger than nothing'}
    ${{ offered: { unitNotional: '70000' } }}                  | ${'it is larger than 200000'}
    ${{ order: { requirementFreed: '4501' } }}                 | ${'it does not free what it tells'}
  `('finds: $detail', ({ told, detail }) => {
    expect(found(told as Told)).toEqual([`a.main#1: ${detail as string}`]);
  });

  it('finds a requirement that is not lower, and a delta that is turned round', () => {
    const more = {
      size: { maintenance: '10000' },
      hedge: { requirementAfter: '10000' },
      order: { requirementFreed: '0' },
    };
    expect(found(more)).toEqual(['a.main#1: it does not free what it tells']);
    const turned = { size: { delta: '50000' }, hedge: { deltaAfter: '50000' } };
    expect(found(turned)).toEqual(['a.main#1: it takes the delta from -200000 to 50000']);
  });
});
