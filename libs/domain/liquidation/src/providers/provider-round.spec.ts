import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { LiquidationEvents, MarginEvents, ProviderEvents } from '@ballast/facts';
import { HOUR_MS } from '@ballast/kernel';
import { deleveragingProcess } from '../deleverage/deleveraging.process.js';
import type { DeleveragingState } from '../deleverage/deleveraging.state.js';
import { ForeignLogs, OPENING, START, openingWithProviders } from '../liquidation.fixtures.js';

const PARTITIONS = 2;
type Judged = MarginEvents['ProvidersJudged']['providers'];
type GivenUp = NonNullable<MarginEvents['ProvidersJudged']['givenUp']>;

const agreement = (account: string, discount: string, capacity = '1000000') => ({
  ...{ account, underlying: 'BTC', capacity, discount },
});
const AGREEMENTS = {
  windowMs: HOUR_MS,
  agreements: [agreement('a.main', '0.002'), agreement('b.main', '0.002', '500000'), agreement('c.main', '0.005')],
};

/** The global partition of liquidation and the logs it reads; each method is one fact of another service. */
class Round {
  readonly machine = new PartitionMachine<DeleveragingState>(deleveragingProcess, GLOBAL, PARTITIONS);
  readonly #logs = new ForeignLogs();
  #now = START;

  constructor(opening = openingWithProviders(AGREEMENTS)) {
    this.machine.open(opening);
    this.machine.drain();
  }
  later(ms: number): void {
    this.#now += ms;
  }
  take(input: LogEntry): readonly SealedEvent[] {
    this.machine.accept(input);
    this.machine.settle();
    return this.machine.drain().events;
  }
  ask(accountId: string, quantity: string, changes: Partial<LiquidationEvents['ProvidersAsked']> = {}) {
    const caseId = `${accountId}#1`;
    const payload: LiquidationEvents['ProvidersAsked'] = {
      ...{ caseId, accountId, instrument: 'BTC-PERP', underlying: 'BTC', side: 'long', quantity, limit: '49500' },
      ...{ mark: '50000', unitNotional: '50000', mostDiscount: '0.01', schedule: 5, accountVersion: 3, lot: '0.001' },
      settlement: { style: 'linear', contractSize: '1', assetPrice: '1' },
      ...changes,
    };
    return this.take(this.#logs.entry('liquidation', 0, `liquidation-${caseId}`, 'ProvidersAsked', payload, this.#now));
  }
  /** The debtor lives in partition 0, at version 3 unless said otherwise. */
  judged(
    roundId: string,
    partition: number,
    providers: Judged = [],
    { schedule = 5, debtorVersion = 3, givenUp }: { schedule?: number; debtorVersion?: number; givenUp?: GivenUp } = {},
  ) {
    const payload = {
      ...{ roundId, schedule, debtorVersion: partition === 0 ? debtorVersion : null, providers },
      ...(givenUp === undefined ? {} : { givenUp }),
    };
    const stream = `providers-${roundId}`;
    return this.take(this.#logs.entry('margin', partition, stream, 'ProvidersJudged', payload, this.#now));
  }
  booked(roundId: string, accountId: string, quantity: string) {
    const payload = { roundId, accountId, role: 'provider', quantity };
    const stream = `account-${accountId}`;
    return this.take(this.#logs.entry('accounts', 1, stream, 'ProviderTradeBooked', payload as never, this.#now));
  }
}

const can = (accountId: string, quantity: string): Judged[number] => ({
  ...{ accountId, accountVersion: 7, quantity, refusal: null },
});
const types = (events: readonly SealedEvent[]): readonly string[] => events.map(({ type }) => type);
const payloadOf = <T extends keyof ProviderEvents>(events: readonly SealedEvent[], type: T): ProviderEvents[T] =>
  events.find((event) => event.type === type)?.payload as ProviderEvents[T];
const takesIn = (events: readonly SealedEvent[]) =>
  payloadOf(events, 'ProviderRoundExecuted').takes.map(({ accountId, quantity, price }) => [
    accountId,
    quantity,
    price,
  ]);
const FIRST = 'BTC-PERP-0-1';

describe('a round of liquidity providers [CLR-LIQ-053]', () => {
  it('names who has to take over, at which price and how much by his capacity', () => {
    const opened = payloadOf(new Round().ask('alice.main', '20'), 'ProviderRoundOpened');
    expect(opened).toMatchObject({ roundId: FIRST, caseId: 'alice.main#1', limit: '49500', agreements: 'providers@1' });
    expect(opened.providers).toEqual([
      { accountId: 'a.main', discount: '0.002', price: '49900', capacity: '1000000', used: '0', quantity: '20' },
      { accountId: 'b.main', discount: '0.002', price: '49900', capacity: '500000', used: '0', quantity: '10' },
      { accountId: 'c.main', discount: '0.005', price: '49750', capacity: '1000000', used: '0', quantity: '20' },
    ]);
  });

  it('is over at once without a document, and without anybody whose discount the account bears', () => {
    const without = new Round(OPENING).ask('alice.main', '1');
    expect(types(without)).toEqual(['ProviderRoundClosed']);
    expect(payloadOf(without, 'ProviderRoundClosed')).toMatchObject({ outcome: 'no-provider', remainder: '1' });
    const poor = new Round().ask('alice.main', '1', { mostDiscount: '0.0019' });
    expect(payloadOf(poor, 'ProviderRoundClosed')).toMatchObject({ outcome: 'no-provider', closedQuantity: '0' });
  });

  it('is one at a time in the whole house, and the next begins when it is over', () => {
    const round = new Round();
    expect(types(round.ask('alice.main', '1'))).toEqual(['ProviderRoundOpened']);
    expect(types(round.ask('bob.main', '1'))).toEqual([]);
    round.judged(FIRST, 0);
    expect(types(round.judged(FIRST, 1))).toEqual(['ProviderRoundClosed', 'ProviderRoundOpened']);
  });
});

describe('who takes over how much [CLR-LIQ-054]', () => {
  it('waits for every partition, then takes the lowest discount first, of equals in proportion to what they can take', () => {
    const round = new Round();
    round.ask('alice.main', '20');
    expect(types(round.judged(FIRST, 1, [can('a.main', '8'), can('c.main', '20')]))).toEqual([]);
    const executed = round.judged(FIRST, 0, [can('b.main', '4')]);
    expect(takesIn(executed)).toEqual([
      ['a.main', '8', '49900'],
      ['b.main', '4', '49900'],
      ['c.main', '8', '49750'],
    ]);
    expect(payloadOf(executed, 'ProviderRoundExecuted').takes[0]).toMatchObject({ partition: 1, accountVersion: 7 });
  });

  it('divides whole lots, and no more than is offered', () => {
    const round = new Round();
    round.ask('alice.main', '1');
    round.judged(FIRST, 1, [can('a.main', '1'), can('c.main', '1')]);
    expect(takesIn(round.judged(FIRST, 0, [can('b.main', '0.5')]))).toEqual([
      ['a.main', '0.667', '49900'],
      ['b.main', '0.333', '49900'],
    ]);
  });

  it('takes no more at any price than margin lets the debtor be rid of there, better prices included', () => {
    const round = new Round();
    round.ask('alice.main', '20');
    round.judged(FIRST, 1, [can('a.main', '6'), can('c.main', '20')]);
    const givenUp = [
      { price: '49900', quantity: '9' },
      { price: '49750', quantity: '7' },
    ];
    // 6 and 4 were wanted at 49,900, where 9 go; at 49,750 no more than 7 may, and 9 have gone.
    expect(takesIn(round.judged(FIRST, 0, [can('b.main', '4')], { givenUp }))).toEqual([
      ['a.main', '5.4', '49900'],
      ['b.main', '3.6', '49900'],
    ]);
    const worse = new Round();
    worse.ask('alice.main', '20');
    worse.judged(FIRST, 1, [can('c.main', '20')]);
    const nothing = [
      { price: '49900', quantity: '9' },
      { price: '49750', quantity: '0' },
    ];
    const closed = payloadOf(worse.judged(FIRST, 0, [], { givenUp: nothing }), 'ProviderRoundClosed');
    expect(closed).toMatchObject({ outcome: 'no-provider', closedQuantity: '0', remainder: '20' });
  });

  it('takes nobody whom margin lets take nothing, nor one who was judged on another schedule', () => {
    const round = new Round();
    round.ask('alice.main', '1');
    round.judged(FIRST, 1, [can('c.main', '1')], { schedule: 6 });
    const refused = { ...can('a.main', '0'), refusal: 'below-initial-requirement' };
    expect(payloadOf(round.judged(FIRST, 0, [refused]), 'ProviderRoundClosed').outcome).toBe('no-provider');
  });

  it.each([
    ['another version of the debtor', { debtorVersion: 4 }],
    ['another schedule', { schedule: 6 }],
  ])('takes nothing on %s', (_, changes) => {
    const round = new Round();
    round.ask('alice.main', '1');
    round.judged(FIRST, 1, [can('a.main', '1')]);
    const closed = payloadOf(round.judged(FIRST, 0, [], changes), 'ProviderRoundClosed');
    expect(closed).toMatchObject({ outcome: 'figures-changed', takenOver: [], closedQuantity: '0', remainder: '1' });
  });
});

describe('what is booked counts [CLR-LIQ-055]', () => {
  it('closes the debtor by the booked sums, price by price, once all have booked', () => {
    const round = new Round();
    round.ask('alice.main', '20');
    round.judged(FIRST, 1, [can('a.main', '8'), can('b.main', '4'), can('c.main', '20')]);
    round.judged(FIRST, 0);
    expect(types(round.booked(FIRST, 'a.main', '8'))).toEqual([]);
    // He had changed, so he takes nothing.
    expect(types(round.booked(FIRST, 'b.main', '0'))).toEqual([]);
    expect(payloadOf(round.booked(FIRST, 'c.main', '8'), 'ProviderRoundClosed')).toMatchObject({
      outcome: 'taken-over',
      takenOver: [
        { quantity: '8', price: '49900' },
        { quantity: '8', price: '49750' },
      ],
      closedQuantity: '16',
      remainder: '4',
    });
  });

  it('uses up a capacity for a window, whichever is looked at, and only by what was booked', () => {
    const round = new Round();
    const takeOver = (position: number, booked: string) => {
      const opened = payloadOf(round.ask('alice.main', '10'), 'ProviderRoundOpened');
      const roundId = `BTC-PERP-0-${position}`;
      round.judged(roundId, 1, [can('b.main', '10')]);
      round.judged(roundId, 0);
      round.booked(roundId, 'b.main', booked);
      return opened.providers.find(({ accountId }) => accountId === 'b.main');
    };
    expect(takeOver(1, '6')).toMatchObject({ used: '0', quantity: '10' });
    round.later(HOUR_MS - 1);
    expect(takeOver(2, '0')).toMatchObject({ used: '300000', quantity: '4' });
    expect(takeOver(3, '4')).toMatchObject({ used: '300000', quantity: '4' });
    expect(payloadOf(round.ask('bob.main', '1'), 'ProviderRoundOpened').providers.map((p) => p.accountId)).toEqual([
      'a.main',
      'c.main',
    ]);
    round.judged('BTC-PERP-0-4', 0);
    round.judged('BTC-PERP-0-4', 1);
    round.later(1);
    expect(takeOver(5, '1')).toMatchObject({ used: '200000', quantity: '6' });
  });
});
