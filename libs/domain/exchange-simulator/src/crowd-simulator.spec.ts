import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import fc from 'fast-check';
import type { FillEvents, MarginEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import { dec, instantOf, MINUTE_MS, partitionOfAccount, text, ZERO } from '@ballast/kernel';
import { createExchangeSimulator } from './crowd-simulator.js';
import { positionOf, TestExchange } from './test-exchange.fixtures.js';
import { NOON, smallCrash } from './scenario/scenario.fixtures.js';
import type { AccountProfile } from './owners/owner-profile.js';

const ofType = <Payload>(said: readonly SealedEvent[], type: string): readonly Payload[] =>
  said.filter((output) => output.type === type).map(({ payload }) => payload as Payload);
const fillsOf = (said: readonly SealedEvent[]) => ofType<FillEvents['TradeFilled']>(said, 'TradeFilled');
const reportsOf = (said: readonly SealedEvent[]) =>
  ofType<OrderReportEvents['CloseOutOrderFinished']>(said, 'CloseOutOrderFinished');
const depositsOf = (said: readonly SealedEvent[]) => ofType<TransferEvents['DepositReceived']>(said, 'DepositReceived');

const entryTime = NOON + 60 * MINUTE_MS;
const crash = NOON + 100 * MINUTE_MS;

/** A host up to a moment; what happens before is the same for every test of a seed. */
const hostAt = (at: number, changes = {}): TestExchange => new TestExchange(changes).run((at - NOON) / MINUTE_MS + 1);

const traders = (host: TestExchange): readonly AccountProfile[] =>
  host.simulator.accounts.filter(({ kind }) => kind === 'trader');

/** A trader with an open BTC position. */
const holder = (host: TestExchange, fits: (profile: AccountProfile) => boolean = () => true): AccountProfile => {
  const found = traders(host).find(
    (profile) => fits(profile) && positionOf(host, profile.accountId, 'BTC-PERP').abs().gt('0.01'),
  );
  if (found === undefined) throw new Error('the crowd has nobody like that');
  return found;
};

const stateOf = (
  host: TestExchange,
  { accountId, partition }: Pick<AccountProfile, 'accountId' | 'partition'>,
  to: 'HEALTHY' | 'WARN' | 'RESTRICTED',
) => {
  const figures = { equity: '4000', initial: '5000', call: '4000', maintenance: '2000', liquidation: '2000' };
  const assessment = { figures } as MarginEvents['AccountStateChanged']['assessment'];
  return host.fact('AccountStateChanged', partition, { accountId, to, assessment });
};
const warn = (host: TestExchange, profile: AccountProfile) => stateOf(host, profile, 'WARN');

const sellOrder = (host: TestExchange, profile: AccountProfile, quantity: string, limit = '0') =>
  host.fact('CloseOutOrderPlaced', profile.partition, {
    accountId: profile.accountId,
    instrument: 'BTC-PERP',
    side: 'sell',
    quantity,
    mark: '8000',
    limit,
  });

describe('the first step', () => {
  const host = new TestExchange();
  const said = host.begin(NOON);

  it('opens the market first and ticks the clock last, with the name of the run', () => {
    const quotes = said.filter(({ log }) => log === 'exchange.quotes');
    expect(quotes[0]).toMatchObject({ type: 'MarketOpened', payload: { name: host.simulator.runName } });
    expect(quotes.slice(1, 3).map(({ type }) => type)).toEqual(['PriceHistorySupplied', 'PriceHistorySupplied']);
    expect(quotes.at(-1)).toMatchObject({ type: 'ClockTicked', stream: 'clock', payload: { at: NOON } });
  });

  it('lists the linear perpetuals as any other contract, before their books', () => {
    const listed = ofType<QuoteEvents['InstrumentListed']>(said, 'InstrumentListed');
    expect(listed.map(({ specification: { id, tick, lot } }) => [id, tick, lot])).toEqual([
      ['BTC-PERP', '0.1', '0.001'],
      ['ETH-PERP', '0.01', '0.01'],
    ]);
    const types = said.map(({ type }) => type);
    expect(types.lastIndexOf('InstrumentListed')).toBeLessThan(types.indexOf('PerpetualBookObserved'));
  });

  it('opens every account in the partition of its owner before the first collateral arrives', () => {
    for (const { accountId, partition } of host.simulator.accounts) {
      const own = said.filter(({ stream }) => stream === `transfers-${accountId}`);
      expect(partition).toBe(partitionOfAccount(accountId, 4));
      expect(own[0]!.type).toBe('AccountOpeningRequested');
      expect(own.slice(1).every(({ type }) => type === 'DepositReceived')).toBe(true);
      expect(own.length).toBeGreaterThan(1);
      expect(own.every((output) => output.partition === partition)).toBe(true);
    }
  });

  it('brings the opening fund once, and none when it is zero', () => {
    expect(ofType(said, 'FundContributionReceived')).toEqual([{ contributionId: 'opening-fund', amount: '100000' }]);
    const poor = new TestExchange({ scenario: smallCrash({ openingFund: '0' }) });
    expect(ofType(poor.begin(NOON), 'FundContributionReceived')).toEqual([]);
  });

  it('names the timer of its moment as the cause of everything', () => {
    expect(said.every(({ cause }) => cause.kind === 'timer' && cause.id === 'step' && cause.due === NOON)).toBe(true);
  });

  it('is not repeated: later steps open nothing', () => {
    const later = host.begin(NOON + MINUTE_MS);
    expect(later.some(({ type }) => type === 'MarketOpened' || type === 'AccountOpeningRequested')).toBe(false);
    expect(host.begin(NOON + MINUTE_MS)).toEqual([]);
    expect(() => host.begin(NOON + 3 * MINUTE_MS)).toThrow('is not the next one');
  });
});

describe('the crowd', () => {
  const host = new TestExchange().run();

  it('is as large as asked for, with owners of two accounts, providers and concentrated positions', () => {
    const { accounts } = host.simulator;
    expect(accounts).toHaveLength(120);
    expect(new Set(accounts.map(({ accountId }) => accountId)).size).toBe(120);
    expect(new Set(accounts.map(({ ownerId }) => ownerId)).size).toBeLessThan(120);
    expect(new Set(accounts.map(({ kind }) => kind))).toEqual(
      new Set(['liquidity-provider', 'concentrated', 'trader']),
    );
  });

  it('trades at zero sum: the two sides of every trade have one price and one quantity', () => {
    const trades = new Map<string, FillEvents['TradeFilled'][]>();
    for (const fill of host.fills) trades.set(fill.tradeId, [...(trades.get(fill.tradeId) ?? []), fill]);
    expect(trades.size).toBeGreaterThan(100);
    for (const sides of trades.values()) {
      expect(sides.map(({ side }) => side).sort()).toEqual(['buy', 'sell']);
      expect(sides[0]!.quantity).toBe(sides[1]!.quantity);
      expect(sides[0]!.price).toBe(sides[1]!.price);
      expect(sides[0]!.accountId).not.toBe(sides[1]!.accountId);
    }
  });

  it('holds positions that sum to zero per instrument', () => {
    for (const instrument of ['BTC-PERP', 'ETH-PERP']) {
      const total = host.simulator.accounts.reduce(
        (sum, { accountId }) => sum.plus(positionOf(host, accountId, instrument)),
        ZERO,
      );
      expect(total.toFixed()).toBe('0');
    }
  });

  it('has most of its positions within the first hour, most of them long', () => {
    const early = hostAt(entryTime);
    const held = traders(early).map(({ accountId }) =>
      positionOf(early, accountId, 'BTC-PERP').plus(positionOf(early, accountId, 'ETH-PERP').div(40)),
    );
    const long = held.filter((quantity) => quantity.gt(0)).length;
    const short = held.filter((quantity) => quantity.lt(0)).length;
    expect(long + short).toBeGreaterThan(0.9 * held.length);
    expect(long).toBeGreaterThan(1.5 * short);
  });

  it('asks for money back, some within its means and some beyond', () => {
    const asked = host.folded.filter(({ entry }) => entry.type === 'WithdrawalRequested').map(({ entry }) => entry);
    const habit = new Map(
      host.simulator.accounts.map(({ accountId, withdrawalHabit }) => [accountId, withdrawalHabit]),
    );
    const habits = asked.map(({ payload }) => habit.get((payload as TransferEvents['WithdrawalRequested']).accountId));
    expect(new Set(habits)).toEqual(new Set(['modest', 'greedy']));
    const ids = asked.map(({ payload }) => (payload as TransferEvents['WithdrawalRequested']).withdrawalId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an admission', () => {
  const listings = ['BTC-PERP', 'ETH-PERP'].map((id) => ({ specification: { id } }) as never);

  it('comes before every trade: what pricing has not admitted nobody trades', () => {
    const host = new TestExchange({}, false).run(120);
    expect(host.fills).toEqual([]);
    host.fact('InstrumentAdmitted', GLOBAL, listings[0]!);
    host.settle();
    expect(host.fills).toEqual([]);
    host.run(30);
    expect(new Set(host.fills.map(({ instrument }) => instrument))).toEqual(new Set(['BTC-PERP']));
    host.fact('InstrumentAdmitted', GLOBAL, listings[1]!);
    host.run(30);
    expect(new Set(host.fills.map(({ instrument }) => instrument))).toEqual(new Set(['BTC-PERP', 'ETH-PERP']));
  });

  it('lets trades begin in the step after it', () => {
    const host = new TestExchange();
    expect(fillsOf(host.begin(NOON))).toEqual([]);
    host.run(2);
    expect(host.fills.length).toBeGreaterThan(0);
  });
});

describe('determinism', () => {
  it('says the same for the same scenario, seed and number of accounts', () => {
    expect(new TestExchange().run(90).digest).toBe(new TestExchange().run(90).digest);
  });

  it('says something else for another seed', () => {
    expect(new TestExchange({ seed: '2' }).run(30).digest).not.toBe(new TestExchange().run(30).digest);
  });

  it('names runs apart by everything that makes them differ', () => {
    const name = (changes: object): string => new TestExchange(changes).simulator.runName;
    const names = [
      name({}),
      name({ seed: '2' }),
      name({ accounts: 121 }),
      name({ scenario: smallCrash({ openingFund: '1' }) }),
      name({ scenario: smallCrash({ to: NOON + 60 * MINUTE_MS }) }),
      name({ scenario: smallCrash({ reactions: 'absent' }) }),
      name({ scenario: smallCrash({ priceFeedback: true }) }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('refuses a run that is impossible', () => {
    const run = (changes: object, accounts = 20) =>
      createExchangeSimulator({ scenario: smallCrash(changes), seed: '1', accounts, partitions: 1 });
    expect(() => run({ to: NOON + 90 * 1_000 })).toThrow('multiple of 60 s');
    expect(() => run({ to: NOON - MINUTE_MS })).toThrow('inside its scenario');
    expect(() => run({ to: instantOf('2020-03-12T00:00:00Z') })).toThrow('end before the run');
    expect(() => run({}, 9)).toThrow('at least 10 accounts');
    expect([...run({}, 10).steps()]).toHaveLength(181);
  });
});

describe('close-out orders', () => {
  it('are filled at one price against a provider, then reported with the cause that placed them', () => {
    const host = hostAt(entryTime);
    const profile = holder(host);
    const { partition, position } = sellOrder(host, profile, '0.01');
    const said = host.settle();
    expect(said.map(({ type }) => type)).toEqual(['TradeFilled', 'TradeFilled', 'CloseOutOrderFinished']);
    const [taker, maker] = fillsOf(said);
    expect(taker).toMatchObject({
      accountId: profile.accountId,
      side: 'sell',
      quantity: '0.01',
      liquidity: 'taker',
      closeOutOrder: { partition, position },
    });
    expect(maker).toMatchObject({ side: 'buy', liquidity: 'maker', closeOutOrder: null, price: taker!.price });
    expect(maker!.accountId).toMatch(/^provider-/);
    expect(said[2]).toMatchObject({
      partition,
      stream: `order-${position}`,
      payload: { status: 'filled', filledQuantity: '0.01' },
    });
    expect(said.every(({ cause }) => cause.kind === 'event' && cause.position === position)).toBe(true);
  });

  it('of one hop are executed in the order (partition, position) against one shrinking depth', () => {
    const host = hostAt(crash);
    const accounts = [3, 1, 0, 2].map((partition) => traders(host).find((profile) => profile.partition === partition)!);
    for (const profile of accounts) sellOrder(host, profile, '20');
    sellOrder(host, accounts[0]!, '20');
    const said = host.settle();
    const reports = reportsOf(said);
    expect(reports.map(({ order }) => `${order.partition}/${order.position}`)).toEqual([
      '0/1',
      '1/1',
      '2/1',
      '3/1',
      '3/2',
    ]);
    const prices = fillsOf(said)
      .filter(({ closeOutOrder }) => closeOutOrder !== null)
      .map(({ price }) => Number(price));
    expect(prices).toEqual([...prices].sort((a, b) => b - a));
    expect(new Set(prices).size).toBe(prices.length);
  });

  it('find less depth when volatility is high', () => {
    const filled = (host: TestExchange): number => {
      sellOrder(host, holder(host), '100000');
      return Number(reportsOf(host.settle())[0]!.filledQuantity);
    };
    const calm = filled(hostAt(entryTime - 10 * MINUTE_MS));
    const panic = filled(hostAt(crash));
    expect(calm).toBeGreaterThan(3 * panic);
    expect(panic).toBeGreaterThan(0);
  });

  it('are filled in part down to whole lots, then not at all, until the next clearing time brings new depth', () => {
    const host = hostAt(crash);
    const profile = holder(host);
    sellOrder(host, profile, '5000.00005');
    const [first] = reportsOf(host.settle());
    expect(first!.status).toBe('partially-filled');
    expect(dec(first!.filledQuantity).decimalPlaces()).toBeLessThanOrEqual(3);
    sellOrder(host, profile, '100');
    const said = host.settle();
    expect(reportsOf(said)).toMatchObject([{ status: 'unfilled', filledQuantity: '0' }]);
    expect(fillsOf(said)).toEqual([]);
    host.begin(crash + MINUTE_MS);
    sellOrder(host, profile, '1');
    expect(reportsOf(host.settle())).toMatchObject([{ status: 'filled', filledQuantity: '1' }]);
  });

  it('are filled up to their limit and not beyond it: a part of a large one, nothing of one above the book', () => {
    const host = hostAt(crash);
    const profile = traders(host)[0]!;
    sellOrder(host, profile, '200');
    const free = fillsOf(host.settle()).find(({ closeOutOrder }) => closeOutOrder !== null);
    host.begin(crash + MINUTE_MS);
    const limit = text(dec(free?.price ?? '0').plus('1'));
    sellOrder(host, profile, '200', limit);
    sellOrder(host, profile, '1', '100000');
    const entries = host.settle();
    for (const { price } of fillsOf(entries)) expect(dec(price).gte(limit)).toBe(true);
    expect(reportsOf(entries).at(-1)).toMatchObject({ status: 'unfilled', filledQuantity: '0' });
  });

  it('leave the other side of the book alone', () => {
    const host = hostAt(crash);
    const profile = holder(host);
    sellOrder(host, profile, '5000');
    host.settle();
    host.fact('CloseOutOrderPlaced', profile.partition, {
      accountId: profile.accountId,
      instrument: 'BTC-PERP',
      side: 'buy',
      quantity: '0.5',
      limit: '100000',
    });
    expect(reportsOf(host.settle())).toMatchObject([{ status: 'filled' }]);
  });

  it('fill a remainder smaller than a lot completely', () => {
    const host = hostAt(entryTime);
    sellOrder(host, holder(host), '0.0004');
    expect(reportsOf(host.settle())).toMatchObject([{ status: 'filled', filledQuantity: '0.0004' }]);
  });

  it('are answered once', () => {
    const host = hostAt(entryTime);
    sellOrder(host, holder(host), '0.01');
    expect(host.settle()).not.toEqual([]);
    expect(host.settle()).toEqual([]);
  });

  it('go unfilled when every provider is restricted', () => {
    const host = hostAt(entryTime);
    for (const { accountId, partition, kind } of host.simulator.accounts) {
      if (kind === 'liquidity-provider') stateOf(host, { accountId, partition }, 'RESTRICTED');
    }
    sellOrder(host, holder(host), '0.01');
    expect(reportsOf(host.settle())).toMatchObject([{ status: 'unfilled' }]);
  });
});

describe('the prices of the market', () => {
  const quotedAfter = (priceFeedback: boolean, quantity: string) => {
    const host = hostAt(crash, { scenario: smallCrash({ priceFeedback }) });
    sellOrder(host, holder(host), quantity);
    host.settle();
    const said = host.begin(crash + MINUTE_MS);
    const [venues] = ofType<QuoteEvents['VenueQuotesReceived']>(said, 'VenueQuotesReceived');
    const [book] = ofType<QuoteEvents['PerpetualBookObserved']>(said, 'PerpetualBookObserved');
    return [...venues!.quotes.map(({ bid }) => Number(bid)), Number(book!.bestBid)];
  };

  it('follow close-outs where the scenario says so, outside venues and the own book alike', () => {
    const [before, moved] = [quotedAfter(true, '0'), quotedAfter(true, '500')];
    expect(moved).toHaveLength(before.length);
    for (const [index, price] of moved.entries()) expect(price).toBeLessThan(before[index]! * 0.999);
  });

  it('stay on the path of the scenario where it does not', () => {
    expect(quotedAfter(false, '500')).toEqual(quotedAfter(false, '0'));
    expect(quotedAfter(false, '0')).toEqual(quotedAfter(true, '0'));
  });
});

describe('cancellation of orders', () => {
  it('reports what the last trade of the owner left resting, and nothing the second time', () => {
    const host = hostAt(entryTime);
    const counts = traders(host).map(({ accountId, partition }) => {
      host.fact('OrdersCancelRequested', partition, { accountId });
      const said = host.settle();
      const [{ cancelledOrders }] = ofType<OrderReportEvents['OrdersCancelled']>(said, 'OrdersCancelled') as [
        OrderReportEvents['OrdersCancelled'],
      ];
      return cancelledOrders;
    });
    expect(Math.max(...counts)).toBeGreaterThan(0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    const { accountId, partition } = traders(host)[counts.indexOf(Math.max(...counts))]!;
    host.fact('OrdersCancelRequested', partition, { accountId });
    expect(host.settle()).toMatchObject([{ payload: { accountId, cancelledOrders: 0 } }]);
  });
});

describe('owners', () => {
  const callOn = (host: TestExchange, { accountId, partition }: AccountProfile, at: number): void => {
    const dueAt = at + 60 * MINUTE_MS;
    host.fact('MarginCallIssued', partition, { callId: 'call-1', accountId, issuedAt: at, dueAt, deficit: '1000' });
  };
  const after = (host: TestExchange, from: number, minutes: number): readonly SealedEvent[] =>
    Array.from({ length: minutes }, (_, minute) => host.begin(from + (minute + 1) * MINUTE_MS)).flat();
  const callDeposits = (said: readonly SealedEvent[]) =>
    depositsOf(said).filter(({ depositId }) => depositId.includes('/call/'));

  it('of the topping-up kind answer a call once, some minutes later, with more than its deficit', () => {
    const host = hostAt(entryTime);
    const profile = holder(host, ({ callReaction }) => callReaction === 'top-up');
    callOn(host, profile, entryTime);
    const [deposit, ...more] = callDeposits(after(host, entryTime, 50));
    expect(deposit!.accountId).toBe(profile.accountId);
    expect(Number(deposit!.amount)).toBeGreaterThan(1_000);
    expect(more).toEqual([]);
  });

  it('do not answer a call that was met meanwhile', () => {
    const host = hostAt(entryTime);
    const profile = holder(host, ({ callReaction }) => callReaction === 'top-up');
    callOn(host, profile, entryTime);
    host.fact('MarginCallMet', profile.partition, { callId: 'call-1', accountId: profile.accountId });
    expect(callDeposits(after(host, entryTime, 50))).toEqual([]);
  });

  it('who act on warnings answer one once, with more than they are short of, before any call', () => {
    const host = hostAt(entryTime);
    const profile = holder(host, (each) => each.actsOnWarning && each.callReaction === 'top-up');
    warn(host, profile);
    const deposits = depositsOf(after(host, entryTime, 180)).filter(({ depositId }) => depositId.includes('/warning/'));
    expect(deposits).toHaveLength(1);
    expect(deposits[0]!.accountId).toBe(profile.accountId);
    expect(Number(deposits[0]!.amount)).toBeGreaterThan(1_000);
  });

  it('let a warning rest that was over before they got round to it', () => {
    const host = hostAt(entryTime);
    const profile = holder(host, (each) => each.actsOnWarning && each.callReaction === 'top-up');
    warn(host, profile);
    stateOf(host, profile, 'HEALTHY');
    const deposits = depositsOf(after(host, entryTime, 180)).filter(({ depositId }) => depositId.includes('/warning/'));
    expect(deposits).toEqual([]);
  });

  it('of the absent kind answer neither warning nor call', () => {
    const host = hostAt(entryTime, { scenario: smallCrash({ reactions: 'absent' }) });
    for (const profile of traders(host)) {
      warn(host, profile);
      callOn(host, profile, entryTime);
    }
    expect(callDeposits(after(host, entryTime, 120))).toEqual([]);
  });

  it('below the initial requirement open nothing', () => {
    const host = hostAt(entryTime);
    for (const profile of traders(host)) warn(host, profile);
    const before = new Map(
      traders(host).map(({ accountId }) => [accountId, positionOf(host, accountId, 'BTC-PERP').abs()]),
    );
    after(host, entryTime, 110);
    for (const { accountId } of traders(host)) {
      expect(positionOf(host, accountId, 'BTC-PERP').abs().lte(before.get(accountId)!)).toBe(true);
    }
  });

  it('under a restriction only ever reduce their positions', () => {
    const host = hostAt(entryTime);
    for (const { accountId, partition } of traders(host)) {
      stateOf(host, { accountId, partition }, 'RESTRICTED');
    }
    const concentrated = host.simulator.accounts.filter(({ kind }) => kind === 'concentrated');
    const free = new Set(concentrated.map(({ accountId }) => accountId));
    const sizes = new Map<string, ReturnType<typeof positionOf>>();
    const key = (accountId: string, instrument: string): string => `${accountId} ${instrument}`;
    for (const { accountId } of traders(host)) {
      for (const instrument of ['BTC-PERP', 'ETH-PERP']) {
        sizes.set(key(accountId, instrument), positionOf(host, accountId, instrument).abs());
      }
    }
    const fills = fillsOf(after(host, entryTime, 110)).filter(
      ({ liquidity, accountId }) => liquidity === 'taker' && !free.has(accountId),
    );
    expect(fills.length).toBeGreaterThan(0);
    for (const { accountId, instrument } of fills) {
      const size = positionOf(host, accountId, instrument).abs();
      expect(size.lt(sizes.get(key(accountId, instrument))!)).toBe(true);
    }
  });

  it('whose accounts are being closed out do nothing until it is over', () => {
    const host = hostAt(entryTime);
    for (const { accountId, partition } of host.simulator.accounts) {
      host.fact('LiquidationOpened', partition, { accountId });
    }
    const said = after(host, entryTime, 60);
    expect(fillsOf(said)).toEqual([]);
    expect(said.every(({ log }) => log === 'exchange.quotes')).toBe(true);
    for (const { accountId, partition } of host.simulator.accounts) {
      host.fact('LiquidationClosed', partition, { accountId });
    }
    expect(fillsOf(after(host, entryTime + 60 * MINUTE_MS, 40))).not.toEqual([]);
  });
});

describe('the state', () => {
  /** A run with facts of every kind that the exchange takes note of. */
  const eventful = (): TestExchange => {
    const host = hostAt(crash);
    for (const [index, profile] of traders(host).entries()) {
      const { accountId, partition } = profile;
      if (index % 3 === 0) {
        host.fact('MarginCallIssued', partition, { callId: `c${index}`, accountId, issuedAt: crash, deficit: '77.1' });
      }
      if (index % 6 === 0) host.fact('MarginCallExpired', partition, { callId: `c${index}`, accountId });
      if (index % 5 === 0) host.fact('LiquidationTriggered', partition, { accountId });
      if (index % 5 === 0) host.fact('LiquidationOpened', partition, { accountId });
      if (index % 5 === 0) host.fact('OrdersCancelRequested', partition, { accountId });
      if (index % 5 === 0) sellOrder(host, profile, '2.5');
      if (index % 4 === 0) warn(host, profile);
    }
    host.settle();
    const asked = host.folded.filter(({ entry }) => entry.type === 'WithdrawalRequested').map(({ entry }) => entry);
    for (const { payload, partition } of asked.slice(0, 2)) {
      const { withdrawalId } = payload as TransferEvents['WithdrawalRequested'];
      host.fact('WithdrawalRefused', partition, { withdrawalId });
    }
    host.fact('MarginRunCompleted', 0, {});
    host.begin(crash + MINUTE_MS);
    sellOrder(host, traders(host)[0]!, '1');
    return host;
  };
  const host = eventful();

  it('is rebuilt from the entries alone, and goes on as if nothing had happened', () => {
    const machine = new TestExchange().rebuilt(host.folded);
    expect(machine.state).toEqual(host.state);
    expect(machine.ends).toEqual(host.machine.ends);
    machine.settle();
    expect(machine.drain().events).toEqual(eventful().settle());
  });

  it('comes out the same in any order that keeps the order of each log partition', () => {
    const lanes = new Map<string, (typeof host.folded)[number][]>();
    for (const one of host.folded) {
      const lane = `${one.entry.log}/${one.entry.partition}`;
      lanes.set(lane, [...(lanes.get(lane) ?? []), one]);
    }
    const names = [...lanes.keys()];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (order) => {
        const folded = order.flatMap((name) => lanes.get(name)!);
        expect(new TestExchange().rebuilt(folded).state).toEqual(host.state);
      }),
      { numRuns: 8 },
    );
  });

  it('gives a refused withdrawal back in the view of its owner', () => {
    const fresh = new TestExchange().run();
    const { entry } = fresh.folded.find((one) => one.entry.type === 'WithdrawalRequested')!;
    const { withdrawalId, accountId, amount } = entry.payload as TransferEvents['WithdrawalRequested'];
    const before = fresh.state.views.get(accountId)!.cashCents;
    fresh.fact('WithdrawalRefused', entry.partition, { withdrawalId });
    expect(fresh.state.views.get(accountId)!.cashCents - before).toBe(Math.round(Number(amount) * 100));
    fresh.fact('WithdrawalRefused', entry.partition, { withdrawalId });
    expect(fresh.state.views.get(accountId)!.cashCents - before).toBe(Math.round(Number(amount) * 100));
  });

  it('is not folded over facts that it does not know', () => {
    const stranger = new TestExchange();
    const known = stranger.fact('MarginRunCompleted', 0, {});
    const { process } = stranger.simulator;
    const observe = (changes: object) => () => process.observe(stranger.state, { ...known, ...changes });
    expect(observe({ type: 'MarginHolidayDeclared' })).toThrow('does not know MarginHolidayDeclared of margin');
    expect(observe({ log: 'liquidation', type: 'SomethingNew' })).toThrow('does not know SomethingNew of liquidation');
    expect(observe({ log: 'accounts' })).toThrow('does not read accounts');
    expect(observe({ schemaVersion: 2 })).toThrow('has version 2');
    expect(() => process.evolve(stranger.state, { ...known, type: 'TradeBusted' })).toThrow('never wrote TradeBusted');
  });
});

describe('after the last step', () => {
  const end = NOON + 100 * MINUTE_MS;

  it('the clock goes on alone for as long as it is ticked, once for each time [CLR-PRC-013]', () => {
    const host = new TestExchange({ scenario: smallCrash({ to: end }) }).run();
    const behind = [1_000, 2_000, 90_000].flatMap((ms) => host.begin(end + ms));
    expect(behind.map(({ type, payload, time }) => [type, payload, time])).toEqual(
      [1_000, 2_000, 90_000].map((ms) => ['ClockTicked', { at: end + ms }, { clearing: end + ms, hop: 0 }]),
    );
    expect(host.begin(end + 90_000)).toEqual([]);
  });

  it('a close-out order meets the market as the last step left it', () => {
    const host = new TestExchange({ scenario: smallCrash({ to: end }) }).run();
    const profile = holder(host);
    host.begin(end + 60_000);
    sellOrder(host, profile, '0.01');
    expect(reportsOf(host.settle())).toMatchObject([{ status: 'filled', filledQuantity: '0.01' }]);
  });
});

describe('what persons decide of instruments and of the house [CLR-HLT-002, CLR-DEL-003, CLR-HMD-001]', () => {
  const BTC = 'BTC-PERP';
  /** Fills of the steps from the entry on, in which the whole crowd trades, after a fact of pricing. */
  const tradesAfter = (
    type: 'InstrumentHalted' | 'DelistingApproved' | 'InstrumentDelisted' | 'HouseModeChanged',
    terms: object,
  ) => {
    const host = hostAt(entryTime - MINUTE_MS);
    const before = host.fills.length;
    host.fact(type, GLOBAL, terms);
    return {
      host,
      fills: () =>
        host
          .run(20)
          .fills.slice(before)
          .filter(({ closeOutOrder }) => closeOutOrder === null),
    };
  };
  /** Fills that make a position larger, or turn it round. */
  const adding = (host: TestExchange, wanted: (fill: FillEvents['TradeFilled']) => boolean): number => {
    const held = new Map<string, ReturnType<typeof dec>>();
    let count = 0;
    for (const fill of host.fills) {
      const key = `${fill.accountId} ${fill.instrument}`;
      const before = held.get(key) ?? ZERO;
      const after = fill.side === 'buy' ? before.plus(fill.quantity) : before.minus(fill.quantity);
      held.set(key, after);
      const isLess = after.abs().lt(before.abs()) && !after.times(before).isNegative();
      if (!isLess && wanted(fill)) count += 1;
    }
    return count;
  };

  it('lets nothing trade in an instrument that is halted, and all of it once it is resumed', () => {
    const { host, fills } = tradesAfter('InstrumentHalted', { instrument: BTC });
    const halted = fills();
    expect(halted.filter(({ instrument }) => instrument === BTC)).toEqual([]);
    expect(halted.length).toBeGreaterThan(0);
    host.fact('InstrumentResumed', GLOBAL, { instrument: BTC });
    const so = host.fills.length;
    expect(
      host
        .run(40)
        .fills.slice(so)
        .some(({ instrument }) => instrument === BTC),
    ).toBe(true);
  });

  it('ends a close-out order that meets a halt unfilled', () => {
    const host = hostAt(crash);
    host.fact('InstrumentHalted', GLOBAL, { instrument: BTC });
    sellOrder(host, holder(host), '0.01');
    const said = host.settle();
    expect(fillsOf(said)).toEqual([]);
    expect(reportsOf(said)).toMatchObject([{ status: 'unfilled', filledQuantity: '0' }]);
  });

  it('lets only less of a perpetual trade that is to end, on both sides, and leaves it alone when it stays', () => {
    const { host, fills } = tradesAfter('DelistingApproved', { instrument: BTC, at: crash });
    const before = new Set(host.fills);
    fills();
    expect(adding(host, (fill) => !before.has(fill) && fill.instrument === BTC)).toBe(0);
    expect(adding(host, (fill) => !before.has(fill) && fill.instrument !== BTC)).toBeGreaterThan(0);
    host.fact('DelistingApproved', GLOBAL, { instrument: BTC, at: null });
    const until = new Set(host.fills);
    host.run(40);
    expect(adding(host, (fill) => !until.has(fill) && fill.instrument === BTC)).toBeGreaterThan(0);
  });

  it('trades and quotes a perpetual no more that has ended, and goes on with the venues of its underlying', () => {
    const { host, fills } = tradesAfter('InstrumentDelisted', { instrument: BTC });
    expect(fills().filter(({ instrument }) => instrument === BTC)).toEqual([]);
    const said = host.begin(entryTime + 20 * MINUTE_MS);
    const books = ofType<QuoteEvents['PerpetualBookObserved']>(said, 'PerpetualBookObserved');
    expect(books.map(({ instrument }) => instrument)).toEqual(['ETH-PERP']);
    expect(ofType(said, 'VenueQuotesReceived')).toHaveLength(2);
  });

  it.each(['reduce-only', 'halt'] as const)('lets takers only reduce while the house is in %s', (to) => {
    const { host, fills } = tradesAfter('HouseModeChanged', { to });
    const before = new Set(host.fills);
    fills();
    expect(adding(host, (fill) => !before.has(fill) && fill.liquidity === 'taker')).toBe(0);
  });
});
