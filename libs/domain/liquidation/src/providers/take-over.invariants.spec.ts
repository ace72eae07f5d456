import { GLOBAL } from '@ballast/event-sourcing';
import { HOUR_MS } from '@ballast/kernel';
import { ForeignLogs, START } from '../liquidation.fixtures.js';
import { takeOverInvariants } from './take-over.invariants.js';

const ofCase = { caseId: 'a.main#1', accountId: 'a.main' };
const market = { instrument: 'BTC-PERP', side: 'long' } as const;
const [RICH, OTHER] = ['p.main', 'q.main'] as const;

const ASKED = { ...ofCase, ...market, underlying: 'BTC', quantity: '3', limit: '49500', unitNotional: '50000' };
const named = (accountId: string, price: string, quantity: string) => ({
  ...{ accountId, discount: '0', price, capacity: '150000', used: '0', quantity },
});
const OPENED = {
  ...{ ...ofCase, ...market, quantity: '3', limit: '49500', mark: '50000', windowMs: HOUR_MS },
  providers: [named(RICH, '49900', '2'), named(OTHER, '49750', '3')],
};
const take = (accountId: string, quantity: string, price: string) => ({ accountId, quantity, price });
const givable = (price: string, quantity: string) => ({ price, quantity });
const TAKES = [take(RICH, '2', '49900'), take(OTHER, '1', '49750')];
const CLOSED = {
  ...{ ...ofCase, ...market, outcome: 'taken-over', closedQuantity: '3', remainder: '0' },
  takenOver: [
    { quantity: '2', price: '49900' },
    { quantity: '1', price: '49750' },
  ],
};
const BOOKED = [
  { role: 'provider', ...take(RICH, '2', '49900') },
  { role: 'provider', ...take(OTHER, '1', '49750') },
  { role: 'debtor', ...take('a.main', '2', '49900') },
  { role: 'debtor', ...take('a.main', '1', '49750') },
];

interface Told {
  readonly asked?: object;
  readonly opened?: object;
  readonly takes?: readonly object[];
  readonly closed?: object;
  readonly booked?: readonly object[];
  /** What margin lets the debtor be rid of, by price; absent: an older release did not say. */
  readonly givenUp?: readonly object[];
  /** When each of several equal rounds is, ms after the first. */
  readonly at?: readonly number[];
}

/** What is found of a whole round, or of several equal ones. */
function found({
  asked,
  opened,
  takes = TAKES,
  closed,
  booked = BOOKED,
  givenUp,
  at = [0],
}: Told = {}): readonly string[] {
  const logs = new ForeignLogs();
  const invariants = takeOverInvariants();
  at.forEach((ms, index) => {
    const tell = (log: string, partition: number, type: string, payload: object): void =>
      invariants.take(logs.entry(log, partition, 'x', type as never, payload as never, START + ms));
    const round = { roundId: `r${index}`, request: { partition: 0, position: index + 1 } };
    tell('liquidation', 0, 'ProvidersAsked', { ...ASKED, ...asked });
    tell('liquidation', GLOBAL, 'ProviderRoundOpened', { ...round, ...OPENED, ...opened });
    tell('liquidation', GLOBAL, 'ProviderRoundExecuted', { ...round, takes });
    tell('liquidation', GLOBAL, 'ProviderRoundClosed', { ...round, ...CLOSED, ...closed });
    const judged = givenUp === undefined ? {} : { givenUp };
    tell('margin', 0, 'ProvidersJudged', { ...round, ...judged });
    for (const trade of booked) tell('accounts', 1, 'ProviderTradeBooked', { ...round, ...trade });
  });
  expect([invariants.awaitsBookings, invariants.awaitsJudgements]).toEqual([true, true]);
  return invariants.finish().map(({ detail }) => detail);
}

const [, , , debtorOfOther] = BOOKED;

describe('what must always hold of take-overs by providers [CLR-LIQ-055]', () => {
  it('holds for a round that is booked as it was decided', () => {
    expect(found()).toEqual([]);
    expect(found({ givenUp: [givable('49900', '2'), givable('49750', '3')] })).toEqual([]);
  });

  it.each<[string, Told, string]>([
    [
      'other figures than asked for',
      { opened: { limit: '49400' } },
      'r0: 3 at 49400 was offered, asked for 3 at 49500',
    ],
    ['a remainder that does not add up', { closed: { remainder: '0.001' } }, 'r0: 3 and 0.001 of 3'],
    ['a stranger', { takes: [take('x.main', '2', '49900'), TAKES[1]!] }, 'r0: x.main was not named'],
    ['more than one was named with', { takes: [take(RICH, '2.001', '49900')] }, 'r0: p.main takes 2.001 of at most 2'],
    ['more than was offered', { takes: [TAKES[0]!, take(OTHER, '1.001', '49750')] }, 'r0: 3.001 of 3 are taken over'],
    [
      'another price than agreed',
      { takes: [take(RICH, '2', '49899'), TAKES[1]!] },
      'r0: p.main takes over at 49899, from 49500 to 50000',
    ],
    [
      'a price beyond the limit of the debtor',
      { opened: { limit: '49800' }, asked: { limit: '49800' } },
      'r0: q.main takes over at 49750, from 49800 to 50000',
    ],
    [
      'a debtor who is closed by less than providers took',
      { booked: [...BOOKED.slice(0, 3), { ...debtorOfOther, quantity: '0.999' }] },
      'r0: at 49750 providers booked 1, the debtor 0.999, closed are 1',
    ],
    [
      'a debtor who is closed at another price',
      { booked: [...BOOKED.slice(0, 3), { ...debtorOfOther, price: '49749' }] },
      'r0: at 49749 providers booked 0, the debtor 1, closed are 0',
    ],
    [
      'a provider who has changed, while the debtor was closed all the same',
      { booked: [{ ...BOOKED[0], quantity: '0' }, ...BOOKED.slice(1)] },
      'r0: at 49900 providers booked 0, the debtor 2, closed are 2',
    ],
    [
      'more than leaves the debtor no worse, better prices included',
      { givenUp: [givable('49900', '3'), givable('49750', '2.999')] },
      'r0: 3 are taken over down to 49750, where 2.999 leave the debtor no worse',
    ],
    [
      'what margin has not judged',
      { givenUp: [givable('49750', '3')] },
      'r0: 2 are taken over down to 49900, where 0 leave the debtor no worse',
    ],
  ])('finds %s', (_, told, expected) => {
    expect(found(told)).toContain(expected);
  });

  it('finds what goes beyond a capacity in any window, and nothing that does not', () => {
    // 100,000 of 150,000 each.
    expect(found({ at: [0, HOUR_MS] })).toEqual([]);
    expect(found({ at: [0, HOUR_MS - 1] })).toEqual(['r1: p.main took over 200000 in its window, at most 150000']);
  });
});
