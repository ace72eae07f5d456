import { LogDirectory, MemoryLogStore, partitionNumbers, verifyPartition } from '@ballast/event-log';
import type { LogEntry, SealedEvent } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS } from '@ballast/facts';
import { partitionOfAccount } from '@ballast/kernel';
import type { ExchangeSubmission } from '@ballast/contracts';
import { presentRelease } from '../release.js';
import { ExchangeIntake, type ExchangeIntakeOptions } from './exchange-intake.js';

const PARTITIONS = 4;
const AT = 1_584_010_800_000;
const WALL = AT + 1_000_000;
const ACCOUNT = 'carol.main';
const P = partitionOfAccount(ACCOUNT, PARTITIONS);

const opening = { type: 'AccountOpeningRequested', at: AT, payload: { accountId: ACCOUNT } };
const deposit = (id: string, amount = '100') => ({
  type: 'DepositReceived',
  at: AT,
  payload: { depositId: id, accountId: ACCOUNT, asset: 'USD', amount },
});
const fill = (tradeId: string, more: object = {}) => ({
  type: 'TradeFilled',
  at: AT,
  payload: {
    tradeId,
    accountId: ACCOUNT,
    instrument: 'BTC-PERP',
    side: 'buy',
    quantity: '1',
    price: '7000',
    liquidity: 'taker',
    closeOutOrder: null,
    ...more,
  },
});
const tick = (at: number) => ({ type: 'ClockTicked', at, payload: { at } });

const order = { log: 'liquidation', partition: P, position: 9, type: 'CloseOutOrderPlaced' } as LogEntry;

async function intakeOver(store = new MemoryLogStore(), more: Partial<ExchangeIntakeOptions> = {}) {
  const logs = await LogDirectory.open(store, PARTITIONS);
  const published: SealedEvent[] = [];
  const intake = await ExchangeIntake.open({
    logs,
    reader: {
      read: async (log, partition, after) => (log === 'liquidation' && partition === P && after === 8 ? [order] : []),
    },
    worker: 'w',
    publish: async (entries) => void published.push(...entries),
    now: () => WALL,
    ...more,
  });
  const send = async (
    first: number,
    messages: ExchangeSubmission['messages'],
    more: Partial<ExchangeSubmission> = {},
  ) => {
    const outcome = await intake.submit({ producer: 'engine', incarnation: 'one', first, messages, ...more });
    if (outcome.status === 'refused') return outcome.code;
    return {
      next: outcome.answers.next,
      outcomes: outcome.answers.answers.map(({ outcome: each, code }) => code ?? each),
    };
  };
  return { store, logs, intake, published, send };
}

async function assertSound(logs: LogDirectory): Promise<void> {
  for (const name of EXCHANGE_LOGS) {
    const log = logs.log(name);
    for (const partition of partitionNumbers(log)) {
      expect((await verifyPartition(log, partition, {})).faults).toEqual([]);
    }
  }
}

describe('the log of an exchange that is kept here', () => {
  it('[CLR-XCH-001] has every message once, word for word, in the log and partition where it belongs, and says where', async () => {
    const { intake, logs, published } = await intakeOver();
    const messages = [tick(AT), opening, fill('t-1')];
    const outcome = await intake.submit({ producer: 'engine', incarnation: 'one', first: 1, messages });
    expect(outcome).toMatchObject({
      status: 'answered',
      answers: {
        next: 4,
        answers: [
          // Behind the word that the producer began.
          { position: 1, outcome: 'kept', log: 'exchange.quotes', partition: -1, logPosition: 2 },
          { position: 2, outcome: 'kept', log: 'exchange.transfers', partition: P, logPosition: 1 },
          { position: 3, outcome: 'kept', log: 'exchange.fills', partition: P, logPosition: 1 },
        ],
      },
    });
    const [kept] = await logs.log('exchange.fills').read(P, 0, 1);
    expect(kept).toMatchObject({
      payload: fill('t-1').payload,
      time: { clearing: AT, hop: 0 },
      cause: { kind: 'timer', id: 'engine/one#3', due: AT },
      correlation: 'engine/one#3',
    });
    expect(published.map(({ type }) => type)).toEqual([
      'ProducerBegan',
      'ClockTicked',
      'TradeFilled',
      'AccountOpeningRequested',
    ]);
    await assertSound(logs);
  });

  it('[CLR-XCH-002] takes a message again as a duplicate, and names a hole', async () => {
    const { send } = await intakeOver();
    expect(await send(3, [opening])).toEqual({ next: 1, outcomes: ['hole'] });
    expect(await send(1, [opening, deposit('d-1')])).toEqual({ next: 3, outcomes: ['kept', 'kept'] });
    expect(await send(2, [deposit('d-1'), deposit('d-2')])).toEqual({ next: 4, outcomes: ['duplicate', 'kept'] });
    expect(await send(6, [deposit('d-5')])).toEqual({ next: 4, outcomes: ['hole'] });
    expect(await send(4, [deposit('d-3'), deposit('d-4'), deposit('d-5')])).toEqual({
      next: 7,
      outcomes: ['kept', 'kept', 'kept'],
    });
  });

  it.each([
    ['another incarnation from position 1 on, below what was kept', 1, 'two', opening],
    ['another incarnation behind what was kept', 3, 'two', deposit('d-2')],
    ['another message at a position that was kept', 2, 'one', deposit('d-1', '999')],
  ])(
    '[CLR-XCH-003] takes nothing more of a producer that sends %s, and has it on record',
    async (_, first, incarnation, message) => {
      const { send, logs, intake } = await intakeOver();
      await send(1, [opening, deposit('d-1')]);
      expect(await send(first, [message], { incarnation })).toBe('producer-forked');
      expect(await send(3, [deposit('d-2')])).toBe('producer-forked');
      const [record, ...others] = (await logs.log('exchange.quotes').read(-1, 0, 10)).filter(
        ({ type }) => type === 'ProducerForked',
      );
      expect(others).toEqual([]);
      expect(record?.payload).toMatchObject({ producer: 'engine', incarnation, position: first });
      expect(intake.producers()).toMatchObject([
        { producer: 'engine', next: 3, fork: { incarnation, position: first } },
      ]);
      expect(await send(1, [deposit('d-9')], { producer: 'treasury' })).toMatchObject({ outcomes: ['kept'] });
    },
  );

  it('[CLR-XCH-003] goes on with another incarnation when two persons say so, and what the old one still sends is refused', async () => {
    const { send, intake, logs } = await intakeOver();
    await send(1, [opening]);
    expect(await send(1, [opening], { incarnation: 'two' })).toBe('producer-forked');
    expect(await intake.approve('engine', 'two', 'bob')).toMatchObject({ code: 'continuation-not-proposed' });
    expect(await intake.propose('engine', 'one', 'no', 'alice')).toMatchObject({ code: 'incarnation-used' });
    expect(await intake.propose('engine', 'two', 'restored', 'alice')).toEqual({ status: 'accepted' });
    for (const proposer of ['alice', ' Alice ']) {
      expect(await intake.approve('engine', 'two', proposer)).toMatchObject({ code: 'proposer-may-not-approve' });
    }
    expect(await intake.approve('engine', 'two', 'bob')).toEqual({ status: 'accepted' });
    expect(await send(1, [deposit('d-1')], { incarnation: 'two' })).toEqual({ next: 2, outcomes: ['kept'] });
    expect(await send(2, [deposit('d-2')])).toBe('incarnation-ended');
    const began = (await logs.log('exchange.quotes').read(-1, 0, 10)).filter(({ type }) => type === 'ProducerBegan');
    expect(began.at(-1)).toMatchObject({
      actor: 'bob',
      payload: { continues: 'one', proposer: 'alice', reason: 'restored' },
    });
    await assertSound(logs);
  });

  it('[CLR-XCH-004] a fill names what the exchange said before it of transfers, a transfer what it said of fills', async () => {
    const { send, logs } = await intakeOver();
    await send(1, [opening, fill('t-1'), fill('t-2'), deposit('d-1'), fill('t-3')]);
    const bases = async (log: 'exchange.fills' | 'exchange.transfers') =>
      (await logs.log(log).read(P, 0, 10)).map(({ basis }) => basis);
    expect(await bases('exchange.fills')).toEqual([[['exchange.transfers', P, 1]], [], [['exchange.transfers', P, 2]]]);
    expect(await bases('exchange.transfers')).toEqual([[], [['exchange.fills', P, 2]]]);
  });

  it('[CLR-XCH-005] answers a close-out order by the order as its cause, and refuses an answer to what nobody asked', async () => {
    const { send, logs } = await intakeOver();
    const asked = { partition: P, position: 9 };
    expect(await send(1, [fill('t-1', { closeOutOrder: asked }), fill('t-2', { closeOutOrder: asked })])).toMatchObject(
      {
        outcomes: ['kept', 'kept'],
      },
    );
    for (const entry of await logs.log('exchange.fills').read(P, 0, 10)) {
      expect(entry.cause).toEqual({ kind: 'event', log: 'liquidation', ...asked });
      expect(entry.basis).toEqual([['liquidation', P, 9]]);
    }
    const unasked = { partition: P, position: 10 };
    const report = {
      type: 'CloseOutOrderFinished',
      at: AT,
      payload: { accountId: ACCOUNT, order: unasked, status: 'unfilled', filledQuantity: '0' },
    };
    expect(await send(3, [fill('t-3', { closeOutOrder: unasked })])).toEqual({ next: 3, outcomes: ['order-unknown'] });
    expect(await send(3, [report])).toEqual({ next: 3, outcomes: ['order-unknown'] });
    const farAway = { ...report, payload: { ...report.payload, order: { partition: 9, position: 1 } } };
    expect(await send(3, [farAway])).toEqual({ next: 3, outcomes: ['message-malformed'] });
  });

  it('[CLR-XCH-006] refuses what it cannot read, keeps what stands before it, and takes a better one at the same position', async () => {
    const { send, intake } = await intakeOver();
    const bad = deposit('d-1', '1e3');
    expect(await send(1, [opening, bad, deposit('d-2')])).toEqual({
      next: 2,
      outcomes: ['kept', 'message-malformed', 'behind-refused'],
    });
    const outcome = await intake.submit({ producer: 'engine', incarnation: 'one', first: 2, messages: [bad] });
    expect(outcome).toMatchObject({ answers: { answers: [{ errors: [{ field: 'payload.amount' }] }] } });
    expect(await send(2, [{ type: 'Nonsense', at: AT, payload: {} }])).toEqual({
      next: 2,
      outcomes: ['message-type-unknown'],
    });
    expect(await send(2, [{ type: 'ProducerForked', at: AT, payload: {} }])).toMatchObject({
      outcomes: ['message-type-unknown'],
    });
    expect(await send(2, [tick(WALL + 60_000)])).toEqual({ next: 2, outcomes: ['time-ahead'] });
    expect(await send(2, [deposit('d-1')])).toEqual({ next: 3, outcomes: ['kept'] });
  });

  it('[CLR-XCH-007] time never goes back: what happened before what was said already stands at the time that was reached', async () => {
    const { send, logs } = await intakeOver();
    await send(1, [tick(AT + 5_000), deposit('d-1')]);
    const [kept] = await logs.log('exchange.transfers').read(P, 0, 1);
    expect(kept?.time).toEqual({ clearing: AT + 5_000, hop: 0 });
  });

  it.each([true, false])(
    '[CLR-XCH-008] goes on after a restart where its logs end (snapshots: %s)',
    async (withSnapshots) => {
      const store = new MemoryLogStore();
      const snapshots = {
        store: store.snapshots,
        ...presentRelease(),
        notice: (line: string) => expect(line).toBe(''),
      };
      const options = withSnapshots ? { snapshots } : {};
      const before = await intakeOver(store, options);
      await before.send(1, [opening, fill('t-1'), deposit('d-1')]);
      await before.intake.rest();
      const after = await intakeOver(store, options);
      expect(await after.send(2, [fill('t-1'), deposit('d-1'), fill('t-2')])).toEqual({
        next: 5,
        outcomes: ['duplicate', 'duplicate', 'kept'],
      });
      expect(await before.send(4, [fill('t-3')]).catch((error: Error) => error.name)).toBe('Fenced');
      expect(await after.send(2, [fill('t-9')])).toBe('producer-forked');
      expect(await (await intakeOver(store, options)).send(5, [fill('t-3')])).toBe('producer-forked');
      await assertSound(after.logs);
    },
  );

  it('submissions that come together stand in one item, each judged behind the one before', async () => {
    const { send, logs } = await intakeOver();
    const outcomes = await Promise.all([send(1, [opening]), send(2, [deposit('d-1')]), send(2, [deposit('d-1')])]);
    expect(outcomes.map((each) => (typeof each === 'string' ? each : each.outcomes[0]))).toEqual([
      'kept',
      'kept',
      'duplicate',
    ]);
    expect((await logs.log('exchange.transfers').heads())[P]?.blocks).toBe(2);
  });
});
