import { PartitionMachine, type LogEntry } from '@ballast/event-sourcing';
import type { FillEvents } from '@ballast/facts';
import { text } from '@ballast/kernel';
import { accountsDesk, aFill, aSpecification, deskWith, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountsPast } from '../accounts.past.js';
import { accountsProcess } from '../accounts.process.js';
import { accountsInvariants, deferralTally } from '../accounts.invariants.js';
import { accountStatement, deferredLines, suspendedLines } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { balanceOf } from '../ledger/ledger.js';
import { DEFERRAL_DOCUMENTS } from './deferral-policy.js';

const KIND = 'message-deferral';
const OPTION = 'BTC-27MAR26-60000-C';
const FUTURE = 'BTC-27MAR26';
const accountId = 'late.main';
const START = 1_584_000_000_000;
const LONGEST = 5_000;

type Desk = ReturnType<typeof deskWith>;

/** A house in which messages wait up to five seconds. */
const patient = (most = 100): Desk => {
  const desk = accountsDesk();
  takeRules(desk, KIND, { longestMs: LONGEST, most });
  return desk;
};

const early = (changes: Partial<FillEvents['TradeFilled']> = {}) =>
  aFill({ accountId, tradeId: 't1', basis: { account: true }, ...changes });
const earlyDeposit = { depositId: 'd1', accountId, asset: 'USD', amount: '5000', basis: { account: true } };

const types = (events: readonly LogEntry[]): readonly string[] => events.map(({ type }) => type);
const open = (desk: Desk) => desk.take('AccountOpeningRequested', { accountId });
const list = (desk: Desk, id: string, changes: object = {}) =>
  desk.take('InstrumentAdmitted', { specification: aSpecification(id, changes) });

/** Whatever comes at a clearing time brings the timers that are due by then. */
const passTo = (desk: Desk, clearing: number) => {
  desk.clearing = clearing;
  return desk.take('DepositReceived', {
    depositId: `at-${clearing}`,
    accountId: 'here.main',
    asset: 'USD',
    amount: '1',
  });
};

/** What the account has, without the number of its events. */
const standing = (desk: Desk) => ({ ...accountStatement(desk.state, accountId), version: undefined });

function expectSound(desk: Desk): void {
  expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
  expect(desk.rebuilt().state).toEqual(desk.state);
  expect(desk.replayed().events).toEqual(desk.events);
}

describe('a message that comes before what its basis names [CLR-ACC-050]', () => {
  it('waits, and is booked when its account is opened as if it came then', () => {
    const desk = patient();
    const [deferral] = desk.take('TradeFilled', early());
    expect(deferral).toMatchObject({
      type: 'MessageDeferred',
      payload: {
        ...{ accountId, reference: 'trade t1 buy', until: START + LONGEST, policy: 'message-deferral-default@2' },
        ...{ source: { log: 'exchange.fills', position: 1 }, deposit: null },
        waitsFor: { account: true, contract: false, depositId: null },
        fill: { tradeId: 't1', instrument: 'BTC-PERP', side: 'buy', quantity: '1', price: '50000', liquidity: 'taker' },
      },
    });
    // Nothing of it is booked, and nobody is called.
    expect(desk.state.instruments.size).toBe(0);
    expect([...suspendedLines(desk.state)]).toEqual([]);
    expect(deferredLines(desk.state)).toMatchObject([{ reference: 'trade t1 buy' }]);
    expect(types(open(desk))).toEqual(['AccountOpened', 'DeferredMessageTaken', 'PositionChanged']);
    const inTime = patient();
    open(inTime);
    inTime.take('TradeFilled', aFill({ accountId, tradeId: 't1' }));
    expect(standing(desk)).toEqual(standing(inTime));
    expect(desk.state.instruments).toEqual(inTime.state.instruments);
    expect(desk.state.deferred.size).toBe(0);
    expectSound(desk);
  });

  it.each([
    ['no house has said so', accountsDesk, { account: true }],
    ['the message says nothing', patient, undefined],
    ['the message names something else', patient, { contract: true }],
  ])('goes to suspense at once where %s', (_, house, basis) => {
    const desk = house();
    const { basis: __, ...fill } = early();
    const events = desk.take('TradeFilled', { ...fill, ...(basis === undefined ? {} : { basis }) });
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ detail: 'account-unknown', reference: 'trade t1 buy' });
  });

  it('does not wait for what is there: a basis that is complete changes nothing', () => {
    const desk = patient();
    open(desk);
    desk.take('DepositReceived', earlyDeposit);
    const basis = { account: true, contract: true, depositId: 'd1' };
    expect(types(desk.take('TradeFilled', early({ basis })))).toEqual(['PositionChanged']);
  });

  it('waits for its contract, which suspense could not keep it for', () => {
    const desk = patient();
    open(desk);
    expect(
      types(desk.take('TradeFilled', early({ instrument: OPTION, price: '100', basis: { contract: true } }))),
    ).toEqual(['MessageDeferred']);
    expect(types(list(desk, 'SOL-PERP'))).toEqual([]);
    expect(types(list(desk, OPTION))).toEqual(['DeferredMessageTaken', 'PositionChanged']);
    // The premium is the account's to pay, as of any fill.
    expect(accountStatement(desk.state, accountId)?.collateral).toMatchObject({
      USD: expect.stringMatching(/^-1/) as unknown,
    });
    expectSound(desk);
  });

  it.each([
    ['against premium', OPTION, { price: '100' }, {}],
    ['with variation', FUTURE, {}, { cashStyle: 'variation-margin' as const }],
  ])('is booked by itself %s, too, which suspense leaves to persons', (_, instrument, changes, terms) => {
    const desk = patient();
    list(desk, instrument, terms);
    desk.take('TradeFilled', early({ instrument, ...changes }));
    expect(types(open(desk))).toEqual(['AccountOpened', 'DeferredMessageTaken', 'PositionChanged']);
    expectSound(desk);
  });

  it('waits for account and contract, whichever comes first', () => {
    for (const arrivals of [
      [open, (desk: Desk) => list(desk, OPTION)],
      [(desk: Desk) => list(desk, OPTION), open],
    ]) {
      const desk = patient();
      const basis = { account: true, contract: true };
      desk.take('TradeFilled', early({ instrument: OPTION, price: '100', basis }));
      const [before = [], after = []] = arrivals.map((arrive) => types(arrive(desk)));
      expect(before).not.toContain('DeferredMessageTaken');
      expect(after).toContain('PositionChanged');
      expectSound(desk);
    }
  });

  it('stands behind the deposit that it names, so that nobody is margined for the one without the other', () => {
    const desk = patient();
    open(desk);
    expect(types(desk.take('TradeFilled', early({ basis: { depositId: 'd1' } })))).toEqual(['MessageDeferred']);
    // Another deposit is not the one.
    expect(types(desk.take('DepositReceived', { ...earlyDeposit, depositId: 'd0' }))).toEqual(['CollateralCredited']);
    expect(types(desk.take('DepositReceived', earlyDeposit))).toEqual([
      'CollateralCredited',
      'DeferredMessageTaken',
      'PositionChanged',
    ]);
    expectSound(desk);
  });

  it('waits as a deposit, too, and one that is taken completes the fill behind it', () => {
    const desk = patient();
    desk.take('TradeFilled', early({ basis: { account: true, depositId: 'd1' } }));
    expect(types(desk.take('DepositReceived', earlyDeposit))).toEqual(['MessageDeferred']);
    expect(types(open(desk))).toEqual([
      'AccountOpened',
      ...['DeferredMessageTaken', 'CollateralCredited'],
      ...['DeferredMessageTaken', 'PositionChanged'],
    ]);
    expect(accountStatement(desk.state, accountId)).toMatchObject({ collateral: { USD: '4975' } });
    expectSound(desk);
  });

  it('is booked in the order in which it came, between what suspense keeps', () => {
    const desk = patient();
    desk.take('TradeFilled', aFill({ accountId, tradeId: 't0' }));
    desk.take('TradeFilled', early());
    desk.take('TradeFilled', aFill({ accountId, tradeId: 't2', side: 'sell', price: '52000' }));
    const booked = open(desk).filter(({ type }) => type === 'PositionChanged');
    expect(booked.map(({ payload }) => (payload as { tradeId: string }).tradeId)).toEqual(['t0', 't1', 't2']);
    expectSound(desk);
  });

  it('is known while it waits: the same again is on record, other content too, and a deposit stays open', () => {
    const desk = patient();
    desk.take('TradeFilled', early());
    const { basis: _, ...bare } = early();
    const again = (fill: FillEvents['TradeFilled']) => payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked');
    expect(again(early())).toMatchObject({ detail: 'fill-repeated', position: null });
    expect(again(bare)).toMatchObject({ detail: 'fill-repeated', position: null });
    expect(again({ ...bare, price: '50001' })).toMatchObject({ detail: 'trade-id-reused', position: null });
    desk.take('DepositReceived', earlyDeposit);
    expect(desk.take('DepositReceived', earlyDeposit)).toEqual([]);
    const more = desk.take('DepositReceived', { ...earlyDeposit, amount: '5001' });
    expect(payloadOf(more, 'SuspenseBooked')).toMatchObject({ detail: 'deposit-id-reused', position: null });
    open(desk);
    expect(desk.take('DepositReceived', earlyDeposit)).toEqual([]);
    expect(again(bare)).toMatchObject({ detail: 'fill-repeated' });
    expect(accountStatement(desk.state, accountId)).toMatchObject({
      collateral: { USD: '4975' },
      positions: [{ quantity: '1' }],
    });
    expectSound(desk);
  });
});

describe('a fill that is known [CLR-ACC-010, CLR-ACC-050]', () => {
  it('does not wait when it comes again, booked or in suspense, whatever its basis says', () => {
    const desk = patient();
    desk.take('TradeFilled', aFill({ accountId, tradeId: 't1' }));
    const again = () => payloadOf(desk.take('TradeFilled', early()), 'SuspenseBooked').detail;
    expect(again()).toBe('fill-repeated');
    open(desk);
    const basis = { depositId: 'never' };
    expect(payloadOf(desk.take('TradeFilled', early({ basis })), 'SuspenseBooked').detail).toBe('fill-repeated');
    expect(accountStatement(desk.state, accountId)).toMatchObject({ positions: [{ quantity: '1' }] });
    expectSound(desk);
  });
});

describe('what waits when the partition is taken over [CLR-ACC-050]', () => {
  it('goes on from a snapshot as it would have', () => {
    const desk = patient();
    desk.take('TradeFilled', early({ basis: { account: true, depositId: 'd1' } }));
    desk.take('DepositReceived', earlyDeposit);
    const machine = new PartitionMachine(accountsProcess, 0, 1, desk.machine.snapshot());
    expect(machine.state).toEqual(desk.state);
    open(desk);
    const opening = desk.timeline.findLast((entry) => 'input' in entry);
    if (opening === undefined || !('input' in opening)) throw new Error('nothing was taken');
    machine.accept(opening.input);
    machine.settle();
    expect(machine.state).toEqual(desk.state);
    expect(machine.drain().events.at(-1)?.chain).toEqual(desk.events.at(-1)?.chain);
  });

  it('asks what became of the deposit that a fill names, and of nothing for a fill that names none', () => {
    const keysOf = (payload: object) => accountsPast.keysOf({ log: 'exchange.fills', type: 'TradeFilled', payload });
    expect(keysOf(early({ basis: { depositId: 'd1' } })).slice(1)).toEqual([`deposit ${accountId} d1`]);
    for (const fill of [early(), aFill({ accountId }), { basis: 'd1' }]) expect(keysOf(fill)).toHaveLength(1);
  });
});

describe('the time that a message waits [CLR-ACC-050]', () => {
  it('ends with the first input at or after its end: the account never opened, and suspense has it with the reason', () => {
    const desk = patient();
    desk.take('TradeFilled', early());
    desk.take('DepositReceived', earlyDeposit);
    expect(types(passTo(desk, START + LONGEST - 1))).not.toContain('DeferredMessageTaken');
    const events = passTo(desk, START + LONGEST);
    expect(types(events)).toEqual([
      ...['DeferredMessageTaken', 'SuspenseBooked', 'DeferredMessageTaken', 'SuspenseBooked'],
      'SuspenseBooked',
    ]);
    expect(events[0]).toMatchObject({ cause: { kind: 'timer', due: START + LONGEST } });
    expect(payloadOf(events, 'DeferredMessageTaken')).toMatchObject({ because: 'time-over' });
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({
      ...{ reason: 'unknown-account', detail: 'account-unknown', accountId, reference: 'trade t1 buy' },
      source: { log: 'exchange.fills', position: 1 },
      fill: { price: '50000', liquidity: 'taker' },
    });
    expect(text(balanceOf(desk.state.ledger, 'suspense', 'USD'))).toBe('5002');
    // From there it goes on as ever.
    expect(types(open(desk))).toEqual([
      'AccountOpened',
      ...['SuspenseReleased', 'PositionChanged', 'SuspenseReleased', 'CollateralCredited'],
    ]);
    expectSound(desk);
  });

  it('is over for an opening that comes at its end', () => {
    const desk = patient();
    desk.take('TradeFilled', early());
    desk.clearing = START + LONGEST;
    expect(types(open(desk))).toEqual([
      ...['DeferredMessageTaken', 'SuspenseBooked'],
      ...['AccountOpened', 'SuspenseReleased', 'PositionChanged'],
    ]);
    expectSound(desk);
  });

  it('ends for a fill whose deposit never came: it happened, and is booked', () => {
    const desk = patient();
    open(desk);
    desk.take('TradeFilled', early({ basis: { depositId: 'd1' } }));
    expect(types(passTo(desk, START + LONGEST))).toEqual(['DeferredMessageTaken', 'PositionChanged', 'SuspenseBooked']);
    expectSound(desk);
  });

  it('ends for a fill whose contract was never admitted: it is on record', () => {
    const desk = patient();
    open(desk);
    desk.take('TradeFilled', early({ instrument: 'DOGE-PERP', basis: { contract: true } }));
    expect(payloadOf(passTo(desk, START + LONGEST), 'SuspenseBooked')).toMatchObject({
      ...{ reason: 'unknown-instrument', detail: 'instrument-unknown', reference: null },
    });
    expectSound(desk);
  });

  it('is that of the policy in force when the message came, the shortest first', () => {
    const desk = patient();
    desk.take('TradeFilled', early());
    takeRules(desk, KIND, { longestMs: 1_000, most: 100 }, 'message-deferral-short@1');
    desk.take('TradeFilled', early({ tradeId: 't2' }));
    const taken = passTo(desk, START + LONGEST).filter(({ type }) => type === 'DeferredMessageTaken');
    expect(taken.map(({ payload }) => (payload as { reference: string }).reference)).toEqual([
      'trade t2 buy',
      'trade t1 buy',
    ]);
    expectSound(desk);
  });

  it('is given to so many at a time: what is beyond goes to suspense', () => {
    const desk = patient(2);
    for (const tradeId of ['t1', 't2']) desk.take('TradeFilled', early({ tradeId }));
    expect(types(desk.take('TradeFilled', early({ tradeId: 't3' })))).toEqual(['SuspenseBooked']);
    expect(types(open(desk)).filter((type) => type === 'PositionChanged')).toHaveLength(3);
    expectSound(desk);
  });

  it.each([{}, { longestMs: 0, most: 1 }, { longestMs: 3_600_001, most: 1 }, { longestMs: 1, most: 1_001 }])(
    'is not set by a document like %j',
    (body) => {
      expect(DEFERRAL_DOCUMENTS.defects('message-deferral-default@2', body)).not.toEqual([]);
    },
  );

  it('is over all partitions no trade with one side', () => {
    const house = new ClearingHouse(2, 1);
    house.approve(KIND, { longestMs: LONGEST, most: 10 });
    const [buyer = ''] = house.accounts;
    house.deposit(buyer, 'USD', '1000000');
    house.deskOf(buyer).take('TradeFilled', aFill({ accountId: buyer, tradeId: 't9' }));
    const seller = { side: 'sell', liquidity: 'maker', tradeId: 't9' } as const;
    house.deskOf('stranger.main').take('TradeFilled', early({ ...seller, accountId: 'stranger.main' }));
    expect(house.atRest()).toEqual([]);
  });
});

describe('the tally of deferred messages [CLR-ACC-050]', () => {
  const at = (clearing: number, type: string, payload: object, position = 1) =>
    ({ type, payload, position, time: { clearing, hop: 0 } }) as unknown as LogEntry;
  const policy = 'message-deferral-default@2';
  const deferred = (until: number, position = 1) =>
    at(START, 'MessageDeferred', { reference: 'deposit d1', until, policy }, position);
  const taken = (clearing: number, because: string) =>
    at(clearing, 'DeferredMessageTaken', { reference: 'deposit d1', deferred: 1, because }, 2);

  it.each<[string, number, readonly LogEntry[]]>([
    ['waits and is taken', 0, [deferred(START + LONGEST), taken(START + 1, 'complete')]],
    ['waits and is given up in time', 0, [deferred(START + LONGEST), taken(START + LONGEST, 'time-over')]],
    ['waits longer than its policy says', 1, [deferred(START + LONGEST + 1), taken(START + 1, 'complete')]],
    ['is given up too early', 1, [deferred(START + LONGEST), taken(START + 1, 'time-over')]],
    ['is taken twice', 1, [deferred(START + LONGEST), taken(START + 1, 'complete'), taken(START + 1, 'complete')]],
    ['waits on', 1, [deferred(START + LONGEST)]],
    ['is one too many', 2, [deferred(START + LONGEST), deferred(START + LONGEST + 1, 2), taken(START + 1, 'complete')]],
  ])('when one %s, finds %i faults', (_, faults, events) => {
    const { state } = patient(1);
    const tally = deferralTally();
    const found = [...events.flatMap((event) => tally.take(state, event)), ...tally.violations(START + LONGEST)];
    const names = found.map(({ name }) => name);
    expect(names).toEqual(Array.from({ length: faults }, () => 'deferred-in-time'));
  });
});
