import { GLOBAL, PartitionMachine, type CommandResult, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { AuctionEvents, LiquidationEvents, LiquidationGlobalEvents } from '@ballast/facts';
import { HOUR_MS } from '@ballast/kernel';
import { deleveragingProcess } from '../deleverage/deleveraging.process.js';
import type { DeleveragingState } from '../deleverage/deleveraging.state.js';
import { ForeignLogs, OPENING, START, openingWithTakers } from '../liquidation.fixtures.js';
import { auctionsNow } from '../liquidation.queries.js';

const bidder = (account: string, capacity = '1000000') => ({ account, underlying: 'BTC', capacity });
const COMMON = { windowMs: HOUR_MS, bindingMs: 5_000, bidders: [bidder('b.main', '500000'), bidder('a.main')] };
const DUTCH = {
  ...COMMON,
  dutch: { startingShare: '1', fastCutoffShare: '0.5', fastLengthMs: 10_000, slowLengthMs: 10_000, stepMs: 1_000 },
};
const SEALED = { ...COMMON, sealed: { lengthMs: 20_000 } };
const ID = 'BTC-PERP-0-1';

type Asked = LiquidationEvents['AuctionAsked'];
const ASKED: Asked = {
  ...{ caseId: 'alice.main#1', accountId: 'alice.main', instrument: 'BTC-PERP', underlying: 'BTC', side: 'long' },
  ...{ quantity: '20', limit: '49500', mark: '50000', unitNotional: '50000', mostDiscount: '0.01', schedule: 5 },
  ...{ accountVersion: 3, lot: '0.001', settlement: { style: 'linear', contractSize: '1', assetPrice: '1' } },
};

/** The global partition of liquidation and the logs it reads; each method is one fact or command. */
class Auction {
  readonly machine = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, 1);
  readonly #logs = new ForeignLogs();
  #now = START;

  constructor(body: unknown = DUTCH) {
    this.machine.open(body === null ? OPENING : openingWithTakers({ auctions: body }));
    this.machine.drain();
  }
  /** So much later something comes that concerns nobody here. */
  later(ms: number): readonly SealedEvent[] {
    this.#now += ms;
    return this.#told('margin', 0, 'runs', 'MarginRunCompleted', {});
  }
  ask(changes: Partial<Asked> = {}) {
    return this.#told('liquidation', 0, 'liquidation-alice.main#1', 'AuctionAsked', { ...ASKED, ...changes });
  }
  bid(accountId: string, quantity: string, discount = '0', auctionId = ID): [string, readonly SealedEvent[]] {
    const payload = { auctionId, accountId, quantity, discount };
    const entry = this.#logs.entry(
      'liquidation.commands',
      GLOBAL,
      'c',
      'BidInAuction' as never,
      payload as never,
      this.#now,
    );
    const result = this.#accept(entry) as CommandResult;
    return [result.outcome === 'accepted' ? 'accepted' : result.code, this.machine.drain().events];
  }
  /** The case asks for called bids. */
  hand(quantity = '20', changes: object = {}) {
    const payload = { ...ASKED, quantity, auction: ID, ...changes };
    return this.#told('liquidation', 0, 'liquidation-alice.main#1', 'ProvidersAsked', payload);
  }
  judged(roundId: string, able: Readonly<Record<string, string>>, { debtorVersion = 3 } = {}) {
    const providers = Object.entries(able).map(([accountId, quantity]) => ({
      ...{ accountId, accountVersion: 7, quantity, refusal: null },
    }));
    const payload = { roundId, schedule: 5, debtorVersion, providers };
    return this.#told('margin', 0, `providers-${roundId}`, 'ProvidersJudged', payload);
  }
  booked(roundId: string, accountId: string, quantity: string) {
    const payload = { roundId, accountId, role: 'provider', quantity };
    return this.#told('accounts', 0, `account-${accountId}`, 'ProviderTradeBooked', payload);
  }
  caseClosed() {
    return this.#told('liquidation', 0, 'x', 'LiquidationClosed', { caseId: 'alice.main#1', accountId: 'alice.main' });
  }
  #told(log: string, partition: number, stream: string, type: string, payload: object): readonly SealedEvent[] {
    this.#accept(this.#logs.entry(log, partition, stream, type as never, payload as never, this.#now));
    return this.machine.drain().events;
  }
  #accept(entry: LogEntry): unknown {
    const result = this.machine.accept(entry);
    this.machine.settle();
    return result;
  }
}

const types = (events: readonly SealedEvent[]): readonly string[] => events.map(({ type }) => type);
const payloadOf = <T extends keyof LiquidationGlobalEvents>(events: readonly SealedEvent[], type: T) =>
  events.find((event) => event.type === type)?.payload as LiquidationGlobalEvents[T];
const closedIn = (events: readonly SealedEvent[]): AuctionEvents['AuctionClosed'] | undefined =>
  payloadOf(events, 'AuctionClosed');

describe('an auction begins [CLR-LIQ-070]', () => {
  it('with those who are named and have capacity, by account', () => {
    const opened = payloadOf(new Auction().ask(), 'AuctionOpened');
    expect(opened).toMatchObject({ auctionId: ID, limit: '49500', auctions: 'auctions@1', endsAt: START + 20_000 });
    expect(opened.bidders).toEqual([
      { accountId: 'a.main', capacity: '1000000', used: '0', quantity: '20' },
      { accountId: 'b.main', capacity: '500000', used: '0', quantity: '10' },
    ]);
  });

  it.each<[string, unknown]>([
    ['without a document', null],
    ['with nobody', { ...DUTCH, bidders: [] }],
    ['with the debtor only', { ...DUTCH, bidders: [bidder('alice.other')] }],
    ['with a capacity of less than a lot', { ...DUTCH, bidders: [bidder('a.main', '49')] }],
  ])('not %s: that is told at once', (_, body) => {
    const events = new Auction(body).ask();
    expect(types(events)).toEqual(['AuctionClosed']);
    expect(closedIn(events)).toMatchObject({ outcome: 'no-bidder', bids: 0, closedQuantity: '0' });
  });

  it('not with what was taken over lately', () => {
    const auction = new Auction();
    auction.ask();
    auction.bid('b.main', '10');
    auction.hand('20');
    auction.judged('BTC-PERP-0-2', { 'b.main': '10' });
    auction.booked('BTC-PERP-0-2', 'b.main', '10');
    auction.later(20_000);
    const again = payloadOf(auction.ask(), 'AuctionOpened');
    expect(again.bidders.map(({ accountId, used }) => [accountId, used])).toEqual([['a.main', '0']]);
  });
});

describe('a bid [CLR-LIQ-072]', () => {
  it.each<[string, Parameters<Auction['bid']>, string]>([
    ['where nothing is offered', ['a.main', '1', '0', 'BTC-PERP-9-9'], 'auction-not-open'],
    ['of a stranger', ['x.main', '1'], 'bidder-not-named'],
    ['off the lot', ['a.main', '1.0005'], 'bid-off-lot'],
    ['for more than is offered', ['a.main', '20.001'], 'bid-beyond-limit'],
    ['for more than a capacity', ['b.main', '10.001'], 'bid-beyond-limit'],
    ['at more than it gives yet', ['a.main', '1', '0.00000001'], 'discount-not-given'],
    ['of nothing', ['a.main', '0'], 'bid-malformed'],
    ['that no figure is', ['a.main', '1', 'NaN'], 'bid-malformed'],
    ['that is in order', ['b.main', '10'], 'accepted'],
  ])('%s: %s', (_, bid, expected) => {
    const auction = new Auction();
    auction.ask();
    const [code, events] = auction.bid(...bid);
    expect(code).toBe(expected);
    if (expected !== 'accepted') expect(events).toEqual([]);
  });

  it('is within what is left of a capacity: whoever has taken it up does not hold up others', () => {
    const auction = new Auction();
    auction.ask();
    auction.bid('b.main', '9');
    const { roundId } = payloadOf(auction.hand('20'), 'ProviderRoundOpened');
    auction.judged(roundId, { 'b.main': '9' });
    auction.booked(roundId, 'b.main', '9');
    expect(auctionsNow(auction.machine.state, START)[0]?.bidders).toEqual([
      { accountId: 'a.main', quantity: '11' },
      { accountId: 'b.main', quantity: '1' },
    ]);
    expect(auction.bid('b.main', '1.001')[0]).toBe('bid-beyond-limit');
    expect(auction.bid('b.main', '1')[0]).toBe('accepted');
  });

  it('takes the falling price as it is, once it has come to what is asked', () => {
    const auction = new Auction();
    auction.ask();
    auction.later(4_999);
    expect(auction.bid('a.main', '1', '0.0021')[0]).toBe('discount-not-given');
    const [code, events] = auction.bid('a.main', '1', '0.0019');
    expect([code, payloadOf(events, 'AuctionBidPlaced').discount]).toEqual(['accepted', '0.002']);
    expect(payloadOf(events, 'AuctionCalled')).toMatchObject({
      until: START + 4_999 + 5_000,
      bids: [{ accountId: 'a.main', quantity: '1', discount: '0.002' }],
    });
  });

  it('is one at a time at a falling price: while one is handed over, no other is taken', () => {
    const auction = new Auction();
    auction.ask();
    auction.bid('a.main', '1');
    expect(auction.bid('b.main', '1')[0]).toBe('auction-called');
  });

  it('is one of each, and stands, while bids are sealed', () => {
    const auction = new Auction(SEALED);
    auction.ask();
    expect(types(auction.bid('a.main', '1', '0.01')[1])).toEqual(['AuctionBidPlaced']);
    expect(auction.bid('a.main', '2', '0.001')[0]).toBe('bid-exists');
    expect(auction.bid('b.main', '2', '0.0101')[0]).toBe('discount-not-given');
    expect(auctionsNow(auction.machine.state, START)).toMatchObject([{ bids: 1, method: 'sealed', discount: '0.01' }]);
  });

  it('is none any more at the end', () => {
    const auction = new Auction(SEALED);
    auction.ask();
    auction.bid('b.main', '1', '0.01');
    auction.later(20_000);
    expect(auction.bid('a.main', '1')[0]).toBe('auction-not-open');
  });
});

describe('called bids [CLR-LIQ-073]', () => {
  it('are called when their time is over, the lowest discount first, equals by account', () => {
    const auction = new Auction({ ...SEALED, bidders: [...COMMON.bidders, bidder('c.main'), bidder('d.main')] });
    auction.ask();
    for (const [account, discount] of [
      ['b.main', '0.002'],
      ['c.main', '0.001'],
      ['a.main', '0.002'],
    ] as const) {
      auction.bid(account, '1', discount);
    }
    expect(types(auction.later(19_999))).toEqual([]);
    const called = payloadOf(auction.later(1), 'AuctionCalled');
    expect(called.bids.map(({ accountId }) => accountId)).toEqual(['c.main', 'a.main', 'b.main']);
  });

  it('are called before when everybody has bid, and it is over with them', () => {
    const auction = new Auction(SEALED);
    auction.ask();
    auction.bid('b.main', '1', '0.002');
    expect(types(auction.bid('a.main', '1', '0.001')[1])).toEqual(['AuctionBidPlaced', 'AuctionCalled']);
    const { roundId } = payloadOf(auction.hand('1'), 'ProviderRoundOpened');
    auction.judged(roundId, { 'a.main': '1' });
    expect(closedIn(auction.booked(roundId, 'a.main', '1'))).toMatchObject({ outcome: 'taken-over', bids: 2 });
  });

  it('take over at their discount from the mark of then, no more than they bid for, each as margin lets him', () => {
    const auction = new Auction();
    auction.ask();
    auction.bid('a.main', '4');
    const round = payloadOf(auction.hand('12', { mark: '49900', unitNotional: '49900' }), 'ProviderRoundOpened');
    expect(round).toMatchObject({ auction: ID, agreements: 'auctions@1' });
    expect(round.providers).toMatchObject([{ accountId: 'a.main', price: '49900', quantity: '4' }]);
    const executed = payloadOf(auction.judged(round.roundId, { 'a.main': '3' }), 'ProviderRoundExecuted');
    expect(executed.takes).toMatchObject([{ accountId: 'a.main', quantity: '3', price: '49900' }]);
    expect(payloadOf(auction.booked(round.roundId, 'a.main', '3'), 'ProviderRoundClosed')).toMatchObject({
      closedQuantity: '3',
    });
    // The price goes on falling for what is left.
    expect(auctionsNow(auction.machine.state, START)).toMatchObject([{ left: '17', called: false }]);
    auction.later(10_000);
    expect(payloadOf(auction.bid('b.main', '10')[1], 'AuctionBidPlaced').discount).toBe('0.005');
  });

  it.each([
    ['beyond the bankruptcy price of then', { limit: '49999' }],
    ['more than equity bears then', { mostDiscount: '0.0009' }],
  ])('take nothing over at %s', (_, changes) => {
    const auction = new Auction();
    auction.ask();
    auction.later(2_000);
    auction.bid('a.main', '4');
    expect(payloadOf(auction.hand('12', changes), 'ProviderRoundClosed')).toMatchObject({
      outcome: 'no-provider',
      closedQuantity: '0',
    });
  });

  it('still bind after a round on figures that were over, and no longer than they were called for', () => {
    const auction = new Auction(SEALED);
    auction.ask();
    auction.bid('a.main', '4', '0.001');
    auction.later(20_000);
    const { roundId } = payloadOf(auction.hand('12'), 'ProviderRoundOpened');
    const changed = auction.judged(roundId, { 'a.main': '4' }, { debtorVersion: 4 });
    expect(types(changed)).toEqual(['ProviderRoundClosed']);
    expect(types(auction.hand('12'))).toEqual(['ProviderRoundOpened']);
    auction.judged('BTC-PERP-0-3', { 'a.main': '4' }, { debtorVersion: 4 });
    expect(types(auction.later(4_999))).toEqual([]);
    expect(closedIn(auction.later(1))).toMatchObject({ outcome: 'not-taken', bids: 1, closedQuantity: '0' });
    expect(payloadOf(auction.hand('12'), 'ProviderRoundClosed').outcome).toBe('no-provider');
  });
});

describe('an auction ends [CLR-LIQ-073]', () => {
  it('when nobody has bid, with its time', () => {
    const auction = new Auction();
    auction.ask();
    expect(types(auction.later(19_999))).toEqual([]);
    expect(closedIn(auction.later(1))?.outcome).toBe('no-bid');
    expect(auctionsNow(auction.machine.state, START)).toEqual([]);
  });

  it('when all of it is taken over', () => {
    const auction = new Auction();
    auction.ask({ quantity: '5' });
    auction.bid('a.main', '5');
    auction.hand('5');
    auction.judged('BTC-PERP-0-2', { 'a.main': '5' });
    const events = auction.booked('BTC-PERP-0-2', 'a.main', '5');
    expect(types(events)).toEqual(['ProviderRoundClosed', 'AuctionClosed']);
    expect(closedIn(events)).toMatchObject({ outcome: 'taken-over', bids: 1, closedQuantity: '5' });
  });

  it('when margin lets no bidder take anything, sealed', () => {
    const auction = new Auction(SEALED);
    auction.ask();
    auction.bid('a.main', '5');
    auction.later(20_000);
    auction.hand('5');
    expect(closedIn(auction.judged('BTC-PERP-0-2', { 'a.main': '0' }))?.outcome).toBe('not-taken');
  });

  it('when the case is closed, called or not', () => {
    const auction = new Auction();
    auction.ask();
    expect(closedIn(auction.caseClosed())?.outcome).toBe('case-closed');
    const another = new Auction();
    another.ask();
    another.bid('a.main', '5');
    expect(closedIn(another.caseClosed())?.outcome).toBe('case-closed');
  });
});
