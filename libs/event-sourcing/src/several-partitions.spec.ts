import { describe, expect, it } from '@jest/globals';
import type { LogEntry, LogPartition, SealedEvent } from './event.js';
import { PartitionMachine } from './partition-machine.js';
import type { PartitionProcess } from './partition-process.js';

interface Desk {
  asked: LogEntry[];
  /** In which partition each answer is written. */
  readonly answerIn: number[];
  rung: number;
}

const letters = (partition: number): LogPartition => ({ log: 'letters', partition });

/** Rings every minute by its own clock, and answers at the end of an item in the partition that the question names. */
const desk: PartitionProcess<Desk> = {
  log: 'bell',
  alsoWrites: (partitions) => Array.from({ length: partitions }, (_, partition) => letters(partition)),
  stateForm: { version: 1 },
  initialState: () => ({ asked: [], answerIn: [], rung: 0 }),
  observe: (state, entry) => void state.asked.push(entry),
  decide: () => undefined,
  settle(state, { emit }) {
    for (const { log, partition, position, payload } of [...state.asked]) {
      const to = letters((payload as { to: number }).to);
      const cause = { kind: 'event', log, partition, position } as const;
      emit({ stream: 'answers', type: 'Answered', schemaVersion: 1, payload: { log, position }, to }, cause);
    }
  },
  evolve(state, { type, payload, partition, time }) {
    if (type === 'Rung') state.rung = time.clearing;
    if (type !== 'Answered') return;
    const answered = payload as { log: string; position: number };
    state.answerIn.push(partition);
    state.asked = state.asked.filter(({ log, position }) => log !== answered.log || position !== answered.position);
  },
  dueTimers: ({ rung }, now) => (rung + 60 <= now ? [{ id: 'minute', due: rung + 60 }] : []),
  fire(_state, { due }, { emit }) {
    emit({ stream: 'bell', type: 'Rung', schemaVersion: 1, payload: { due }, correlation: `ring-${due}` });
  },
};

const allOf = (log: string, partitions: number): LogPartition[] =>
  Array.from({ length: partitions }, (_, partition) => ({ log, partition }));

const question = (log: string, position: number, to: number, clearing = 30, hop = 1): LogEntry => ({
  log,
  partition: 0,
  position,
  id: `${log}-${position}`,
  stream: log,
  version: position,
  type: 'Asked',
  schemaVersion: 1,
  time: { clearing, hop },
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis: [],
  correlation: 'c',
  actor: null,
  payload: { to },
});

const machine = (): PartitionMachine<Desk> => new PartitionMachine(desk, -1, 2);

/** Takes the questions of an item and answers them. */
function answers(m: PartitionMachine<Desk>, ...questions: readonly LogEntry[]): readonly SealedEvent[] {
  for (const each of questions) m.accept(each);
  m.settle();
  return m.drain().events;
}

const steps = ({ basis }: LogEntry): string[] => basis.map(([log, , upTo]) => `${log} ${upTo}`);

describe('a machine that writes several partitions', () => {
  it('counts positions, versions and the chain in each of them', () => {
    const m = machine();
    const said = answers(m, question('a', 1, 0), question('a', 2, 1), question('a', 3, 0));
    expect(said.map(({ partition, position, version }) => [partition, position, version])).toEqual([
      [0, 1, 1],
      [1, 1, 1],
      [0, 2, 2],
    ]);
    expect(m.ends.map(({ log, partition, size }) => `${log}/${partition} ${size}`)).toEqual([
      'bell/-1 0',
      'letters/0 2',
      'letters/1 1',
    ]);
    expect(m.ends[1]?.head).toEqual(said[2]?.chain);
    expect(new Set(said.map(({ id }) => id)).size).toBe(3);
  });

  it('names in each partition everything that was read since the last event of that partition [CLR-LOG-012]', () => {
    const m = machine();
    const [first] = answers(m, question('a', 1, 0), question('b', 1, 0));
    expect(steps(first as LogEntry)).toEqual(['a 1', 'b 1']);
    const [second] = answers(m, question('b', 2, 0));
    expect(steps(second as LogEntry)).toEqual(['b 2']);
    // Partition 1 has said nothing so far: what came before the previous event once for each source, the rest in order.
    const [third] = answers(m, question('a', 2, 1), question('b', 3, 1), question('a', 3, 1));
    expect(steps(third as LogEntry)).toEqual(['a 1', 'b 2', 'a 2', 'b 3', 'a 3']);
    const [fourth] = answers(m, question('a', 4, 0));
    expect(steps(fourth as LogEntry)).toEqual(['b 3', 'a 3', 'a 4']);
  });

  it('says at hop 0 what its own clock brings, once, and hop h + 1 in answer to hop h [CLR-LOG-010]', () => {
    const m = machine();
    m.tick(60);
    m.tick(60);
    const rung = m.drain().events;
    expect(rung.map(({ type, time, correlation }) => [type, time, correlation])).toEqual([
      ['Rung', { clearing: 60, hop: 0 }, 'ring-60'],
    ]);
    const [answer] = answers(m, question('a', 1, 0, 60, 4));
    expect(answer?.time).toEqual({ clearing: 60, hop: 5 });
    m.tick(120);
    expect(m.drain().events[0]?.time).toEqual({ clearing: 120, hop: 0 });
  });

  it('goes on after a rebuild as if nothing had happened', () => {
    const inputs = [question('a', 1, 1, 60), question('b', 1, 0, 60), question('a', 2, 1, 60)];
    const m = machine();
    m.tick(60);
    const own = [...m.drain().events, ...answers(m, inputs[0] as LogEntry, inputs[1] as LogEntry)];
    const again = machine();
    again.recallOwn(own[0] as SealedEvent);
    again.recall(inputs[0] as LogEntry);
    again.recall(inputs[1] as LogEntry);
    for (const event of own.slice(1)) again.recallOwn(event);
    expect(again.ends).toEqual(m.ends);
    expect(again.state).toEqual(m.state);
    expect(answers(again, inputs[2] as LogEntry)).toEqual(answers(m, inputs[2] as LogEntry));
    for (const each of [m, again]) each.tick(120);
    expect(again.drain().events).toEqual(m.drain().events);
  });

  it('writes nowhere else', () => {
    expect(() => answers(machine(), question('a', 1, 2))).toThrow('bell/-1 does not write letters/2');
  });

  it('[CLR-LOG-012] names in each partition how far it had written those that are read beside it, once, also after a rebuild', () => {
    const process: PartitionProcess<Desk> = {
      ...desk,
      alsoWrites: (partitions) => ['letters', 'parcels'].flatMap((log) => allOf(log, partitions)),
      readTogether: new Map([
        ['letters', ['parcels']],
        ['parcels', ['letters']],
      ]),
      hears: true,
    };
    const m = new PartitionMachine(process, -1, 2);
    const hear = (log: string, partition: number, at: number) =>
      m.hear({
        ...{ at, cause: { kind: 'timer', id: `said ${at}`, due: at }, correlation: `said/${at}`, actor: null },
        event: { stream: log, type: 'Said', schemaVersion: 1, payload: {}, to: { log, partition } },
        presupposes: [],
      });
    const bases = [
      ['parcels', 0],
      ['letters', 0],
      ['letters', 0],
      ['letters', 1],
      ['parcels', 0],
    ].map(([log, partition], index) => hear(log as string, partition as number, index + 1).basis);
    expect(bases).toEqual([[], [['parcels', 0, 1]], [], [], [['letters', 0, 2]]]);
    const rebuilt = new PartitionMachine(process, -1, 2);
    for (const event of m.drain().events) rebuilt.recallOwn(event);
    expect([rebuilt.writes('letters', 1), rebuilt.writes('bell', 0)]).toEqual([true, false]);
    const last = {
      ...{ at: 9, actor: null, correlation: 'said/9' },
      cause: { kind: 'timer', id: 'x', due: 9 },
    } as const;
    const event = {
      stream: 'letters',
      type: 'Said',
      schemaVersion: 1,
      payload: {},
      to: { log: 'letters', partition: 0 },
    };
    expect(rebuilt.hear({ ...last, event, presupposes: [] }).basis).toEqual([['parcels', 0, 2]]);
  });
});
