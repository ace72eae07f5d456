import {
  MemoryLogStore,
  type AppendOutcome,
  type CommandRecord,
  type EventLog,
  type EventRow,
  commandEntry,
  type EntryReader,
} from '@ballast/event-log';
import { canonicalEnvelope, type LogEntry, type PartitionProcess } from '@ballast/event-sourcing';
import { PartitionWorker, type SourceRef } from '@ballast/partition-worker';
import { replayPartition, type PartitionReplay } from './replay-partition.js';

interface Till {
  held: number;
  closed: boolean;
  unreported: { readonly log: string; readonly partition: number; readonly position: number } | undefined;
}

/** Books every fill with two events, reports at the end of an item, pays out on command unless pricing closed the till. */
const till: PartitionProcess<Till> = {
  log: 'accounts',
  stateForm: { version: 1 },
  initialState: () => ({ held: 0, closed: false, unreported: undefined }),
  observe(state, { log, partition, position, payload }) {
    if (log === 'pricing') state.closed = (payload as { closed: boolean }).closed;
    if (log === 'exchange.fills') {
      state.held += (payload as { quantity: number }).quantity;
      state.unreported = { log, partition, position };
    }
  },
  decide(state, { log }, context) {
    const { held } = state;
    if (log === 'exchange.fills') {
      context.emit({ stream: 'till', type: 'Booked', schemaVersion: 1, payload: { held } });
      context.emit({ stream: 'till', type: 'Confirmed', schemaVersion: 1, payload: {} });
    }
    if (log !== 'accounts.commands') return undefined;
    if (state.closed) return { outcome: 'rejected', code: 'till-closed', detail: `with ${held} in it` };
    context.emit({ stream: 'till', type: 'PaidOut', schemaVersion: 1, payload: {} });
    return { outcome: 'accepted', data: { held } };
  },
  settle({ held, unreported }, context) {
    if (unreported === undefined || held < 3) return;
    context.emit(
      { stream: 'reports', type: 'Reported', schemaVersion: 1, payload: { held } },
      { kind: 'event', ...unreported },
    );
  },
  evolve(state, { type }) {
    if (type === 'Reported') state.unreported = undefined;
  },
  dueTimers: () => [],
  fire: () => undefined,
};

const SOURCES: readonly SourceRef[] = [
  { log: 'accounts.commands', partition: 0, rank: 0 },
  { log: 'exchange.fills', partition: 0, rank: 1 },
  { log: 'pricing', partition: -1, rank: 2 },
];

const said = (log: string, partition: number, position: number, clearing: number, payload: unknown): LogEntry => ({
  log,
  partition,
  position,
  id: `${log}-${position}`,
  stream: log,
  version: position,
  type: 'Said',
  schemaVersion: 1,
  time: { clearing, hop: 0 },
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis: [],
  correlation: 'c',
  actor: null,
  payload,
});
const fill = (position: number, quantity = 1) => said('exchange.fills', 0, position, position * 1_000, { quantity });
const closing = (position: number, closed: boolean, clearing: number) =>
  said('pricing', -1, position, clearing, { closed });

const inputs: Record<string, LogEntry[]> = {
  'exchange.fills': [fill(1), fill(2), fill(3)],
  pricing: [closing(1, true, 4_000), closing(2, false, 5_000)],
};

let log: EventLog;
let reader: EntryReader;
let worker: Awaited<ReturnType<typeof opened>>;
let process: PartitionProcess<Till> = till;

const opened = () =>
  PartitionWorker.open({
    process,
    partition: 0,
    partitions: 1,
    log,
    committer: { submit: async (item) => (await log.append([item]))[0] as AppendOutcome },
    sources: SOURCES,
    reader,
    worker: 'w',
    publish: () => Promise.resolve(),
  });

const run = async (...entries: readonly LogEntry[]): Promise<void> => {
  worker.offer(entries);
  await worker.runLive();
};

const command = async (id: string) => {
  const answer = worker.execute({ id, type: 'PayOut', body: {}, actor: null });
  while (worker.waitingCommands === 0) await Promise.resolve();
  await worker.runLive();
  return answer;
};

const [first, second, third] = inputs['exchange.fills'] as [LogEntry, LogEntry, LogEntry];
const [closed, open] = inputs['pricing'] as [LogEntry, LogEntry];

/** Booked and Confirmed of three fills, a report, a payment: 8 events. */
async function day(): Promise<void> {
  await run(first, second);
  await run(third);
  await command('one');
}

beforeEach(async () => {
  process = till;
  log = await new MemoryLogStore().open({ name: 'accounts', partitions: 1, global: true });
  reader = {
    read: async (name, _, after, limit) =>
      name === 'accounts.commands'
        ? (await log.commands(0, after, limit)).map((record) => commandEntry('accounts', record))
        : (inputs[name] ?? []).slice(after, after + limit),
  };
  worker = await opened();
});

/** The text that was hashed, as the columns of a row say it; `worker`, which no text says, marks one that is damaged besides. */
const lineOf = (row: EventRow): EventRow => {
  const text = canonicalEnvelope({ ...row, log: 'accounts', time: { clearing: row.clearing, hop: row.hop } }, row);
  if (row.worker === 'cut') return { ...row, text: text.slice(0, -9) };
  return { ...row, text: row.worker === 'moved' ? text.replace('"position":3,"s', '"position":4,"s') : text };
};

/** What an auditor finds when rows, commands or inputs are not what they were. */
const replayed = (
  rows: (rows: readonly EventRow[]) => readonly EventRow[] = (all) => all,
  commands: (all: readonly CommandRecord[]) => readonly CommandRecord[] = (all) => all,
  read: EntryReader = reader,
): Promise<PartitionReplay> =>
  replayPartition(
    process,
    new Proxy(log, {
      get(target, name) {
        if (name === 'readLines')
          return async (_: number, after: number) =>
            rows(await target.readRaw(0, 0, 999))
              .slice(after)
              .map(lineOf);
        if (name === 'commands') {
          return async (_: number, after: number, limit: number) =>
            commands(await target.commands(0, 0, 999)).slice(after, after + limit);
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    0,
    1,
    read,
  );

const changed =
  (position: number, change: Partial<EventRow>) =>
  (rows: readonly EventRow[]): readonly EventRow[] =>
    rows.map((row) => (row.position === position ? { ...row, ...change } : row));

describe('replay of a partition [CLR-LOG-031]', () => {
  it('decides everything again and finds nothing in a log that was not touched', async () => {
    await day();
    expect(await replayed()).toEqual({ events: 8, taken: 0, marginRuns: 0, decisions: 0, divergence: undefined });
  });

  it.each<[string, string | number, Partial<EventRow>]>([
    ['payload.held', '2000', { payloadText: '{"held":2000}' }],
    ['type', 'Unbooked', { type: 'Unbooked' }],
    ['time.clearing', '1970-01-01T00:00:00.001Z', { clearing: 1 }],
    ['time.hop', '9', { hop: 9 }],
    ['cause.kind', 'command', { causeText: '{"kind":"command","log":"exchange.fills","partition":0,"position":2}' }],
    ['basis[0]', '["exchange.fills",0,1]', { basisText: '[["exchange.fills",0,1]]' }],
    ['stream', 'tilt', { stream: 'tilt' }],
    ['version', '9', { version: 9 }],
    ['schemaVersion', '2', { schemaVersion: 2 }],
    ['correlation', 'd', { correlation: 'd' }],
    ['actor', 'mallory', { actor: 'mallory' }],
    ['id', '00000000-0000-4000-8000-000000000000', { id: '00000000-0000-4000-8000-000000000000' }],
    ['hash', '00'.repeat(32), { hash: Buffer.alloc(32) }],
    ['chain', '00'.repeat(32), { chain: Buffer.alloc(32) }],
    ['payload', ' {"held":2}', { payloadText: ' {"held":2}' }],
  ])('stops at an event with another %s and names it: %s', async (field, logged, change) => {
    await day();
    // Its basis decides what is taken, so that one is changed in the second event of an item, which has none.
    const position = field.startsWith('basis') ? 4 : 3;
    const { events, divergence } = await replayed(changed(position, change));
    expect(events).toBe(position - 1);
    expect(divergence).toMatchObject({ log: 'accounts', partition: 0, position, field, what: `${field} differs` });
    expect(divergence?.logged).toBe(logged);
    expect(divergence?.replayed).not.toBe(logged);
  });

  it('stops at a line that stands in its place and says another', async () => {
    await day();
    const moved = (rows: readonly EventRow[]) =>
      rows.map((row) => (row.position === 3 ? { ...row, worker: 'moved' } : row));
    const { events, divergence } = await replayed(moved);
    expect(events).toBe(2);
    expect(divergence).toMatchObject({
      position: 3,
      type: 'Booked',
      field: 'event.position',
      logged: '4',
      replayed: '3',
    });
  });

  it('stops at a line that is no event, and says where', async () => {
    await day();
    const cut = (rows: readonly EventRow[]) =>
      rows.map((row) => (row.position === 4 ? { ...row, worker: 'cut' } : row));
    const { events, divergence } = await replayed(cut);
    expect(events).toBe(3);
    expect(divergence).toMatchObject({ position: 4, type: null, field: null });
    expect(divergence?.what).toContain('event accounts/0#4 is not stored as JSON');
  });

  it('counts every assessment of a margin run', async () => {
    // The process decides once, so that a log of its runs replays; what it is called by does not matter to the count.
    const margin = {
      ...till,
      settle: (state: Till, context: Parameters<typeof till.settle>[1]) => summed(state, context),
    };
    function summed({ held, unreported }: Till, { emit }: Parameters<typeof till.settle>[1]): void {
      if (unreported === undefined || held < 3) return;
      emit(
        { stream: 'reports', type: 'MarginRunCompleted', schemaVersion: 1, payload: { assessed: 40 } },
        { kind: 'event', ...unreported },
      );
    }
    margin.evolve = (state, { type }) => {
      if (type === 'MarginRunCompleted') state.unreported = undefined;
    };
    process = margin;
    worker = await opened();
    await day();
    expect(await replayed()).toEqual({ events: 8, taken: 0, marginRuns: 1, decisions: 40, divergence: undefined });
  });

  it('finds an event that nothing leads to', async () => {
    await day();
    const extra = (rows: readonly EventRow[]): readonly EventRow[] => [
      ...rows,
      { ...(rows[6] as EventRow), position: 9, basisText: '[]' },
    ];
    expect((await replayed(extra)).divergence).toMatchObject({
      position: 9,
      what: 'the log has an event that does not follow from its inputs',
      replayed: null,
    });
  });

  it('finds that an event is missing in the middle', async () => {
    await day();
    const { divergence } = await replayed((rows) => rows.filter(({ position }) => position !== 2));
    expect(divergence).toMatchObject({
      position: 2,
      type: 'Confirmed',
      field: null,
      what: 'an event is missing in the log',
      logged: null,
      replayed: '{}',
    });
  });

  it('tells an event that was put in between, or taken out with the positions closed up, from a changed one', async () => {
    await day();
    const numbered = (rows: readonly EventRow[]) => rows.map((row, index) => ({ ...row, position: index + 1 }));
    const foreign = (rows: readonly EventRow[]) =>
      numbered(rows.flatMap((row) => (row.position === 2 ? [{ ...row, id: 'f', type: 'Foreign' }, row] : [row])));
    expect((await replayed(foreign)).divergence).toMatchObject({
      position: 2,
      type: 'Foreign',
      what: 'the log has an event that does not follow from its inputs',
    });
    // The first of the two events of the third fill.
    const without = (rows: readonly EventRow[]) =>
      numbered(rows.filter(({ position }) => position !== 5)).map((row) =>
        row.position === 5 ? { ...row, basisText: '[["exchange.fills",0,3]]' } : row,
      );
    expect((await replayed(without)).divergence).toMatchObject({
      position: 5,
      type: 'Booked',
      what: 'an event is missing in the log',
    });
  });

  it.each([
    [3, 4, 'the second event of a fill'],
    [7, 8, 'the payment that was answered'],
  ])('finds that the log was cut behind position %i: %i is missing, %s', async (kept, missing) => {
    await day();
    const { events, divergence } = await replayed(
      (rows) => rows.slice(0, kept),
      (commands) => (kept < 7 ? [] : commands),
    );
    expect(events).toBe(kept);
    expect(divergence).toMatchObject({ position: missing, what: 'an event is missing in the log', logged: null });
  });

  it('finds another answer to a command, accepted or refused', async () => {
    await day();
    const other = (commands: readonly CommandRecord[]) => commands.map((each) => ({ ...each, resultText: '{}' }));
    expect((await replayed(undefined, other)).divergence).toMatchObject({
      log: 'accounts.commands',
      position: 1,
      type: 'PayOut',
      field: 'answer.data',
      what: 'the answer to command one differs',
      logged: null,
      replayed: '{"held":3}',
    });
    await run(closed);
    await command('two');
    const second = (commands: readonly CommandRecord[]) =>
      commands.map((each) => (each.number === 2 ? { ...each, resultText: '{}' } : each));
    expect((await replayed(undefined, second)).divergence).toMatchObject({
      position: 2,
      what: 'the answer to command two differs',
    });
  });

  it('finds that a command is missing', async () => {
    await day();
    expect((await replayed(undefined, () => [])).divergence).toMatchObject({
      position: 8,
      what: "it can't be decided again: command 1 is missing",
    });
  });

  it('finds that an input says something else', async () => {
    await day();
    const forged: EntryReader = {
      read: async (...what) =>
        (await reader.read(...what)).map((entry) =>
          entry.position === 2 ? { ...entry, payload: { quantity: 5 } } : entry,
        ),
    };
    const { divergence } = await replayed(undefined, undefined, forged);
    expect(divergence).toMatchObject({ position: 3, field: 'payload.held', logged: '2', replayed: '6' });
  });

  it.each([
    ['ends before what the log read', '[["exchange.fills",0,9]]', 'ends before position 4'],
    ['is no source at all', '[["weather",0,1]]', 'weather/0 ends before position 1'],
  ])('names the event when a source of its basis %s', async (_, basisText, why) => {
    await day();
    const { divergence } = await replayed(changed(5, { basisText }));
    expect(divergence?.position).toBe(5);
    expect(divergence?.what).toContain("can't be decided again");
    expect(divergence?.what).toContain(why);
  });

  it('answers refused commands on the inputs they were refused on, at the end of the log too', async () => {
    await day();
    await run(closed);
    expect(await command('two')).toMatchObject({ code: 'till-closed' });
    expect((await replayed()).divergence).toBeUndefined();
    await run(open);
    expect(await command('three')).toMatchObject({ outcome: 'accepted' });
    expect((await replayed()).divergence).toBeUndefined();
  });

  it('finds nothing after a restart between a refusal and the next event', async () => {
    await day();
    await run(closed);
    await command('two');
    worker = await opened();
    await run(open);
    await command('three');
    expect(await replayed()).toEqual({ events: 9, taken: 0, marginRuns: 0, decisions: 0, divergence: undefined });
  });

  it('takes refusals behind the last event again in their places among inputs of one clearing time', async () => {
    await run(first);
    inputs['pricing'] = [closing(1, true, 4_000), closing(2, true, 4_000)];
    const counting: typeof till = {
      ...till,
      decide(state, input, context) {
        if (input.log !== 'accounts.commands') return till.decide(state, input, context);
        return { outcome: 'rejected', code: 'till-closed', detail: `at ${seen}` };
      },
      observe(state, input) {
        if (input.log === 'pricing') seen = input.position;
        till.observe(state, input);
      },
    };
    let seen = 0;
    process = counting;
    worker = await opened();
    await run(closing(1, true, 4_000));
    await command('one');
    await run(closing(2, true, 4_000));
    await command('two');
    seen = 0;
    expect((await replayed()).divergence).toBeUndefined();
    // What a restarted writer says next names them in that order too.
    seen = 0;
    worker = await opened();
    await run(second);
    seen = 0;
    expect((await replayed()).divergence).toBeUndefined();
  });
});
