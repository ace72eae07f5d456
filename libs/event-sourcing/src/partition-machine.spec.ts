import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionMachine } from './partition-machine.js';
import type { LogEntry } from './event.js';
import type { PartitionProcess } from './partition-process.js';
import { sha256 } from '@ballast/kernel';
import { EMPTY_HEAD, chainHead } from './seal.js';
import { comparisonText } from './testing.js';

/** Counts what it sees; answers every third entry of `orders` at once and sums up at the end of an item; a timer a minute. */
interface Tally {
  orders: number;
  quotes: number;
  dirty: { log: string; partition: number; position: number } | undefined;
  nextMinute: number;
}

const tally: PartitionProcess<Tally> = {
  log: 'tally',
  stateForm: { version: 1 },
  initialState: () => ({ orders: 0, quotes: 0, dirty: undefined, nextMinute: 60_000 }),
  observe(state, { log, partition, position }) {
    if (log === 'orders') state.orders += 1;
    else state.quotes += 1;
    state.dirty = { log, partition, position };
  },
  decide(state, input, { emit }) {
    if (input.log === 'orders' && state.orders % 3 === 0) {
      emit({ stream: 'orders', type: 'ThirdOrderSeen', schemaVersion: 1, payload: { orders: state.orders } });
    }
    return undefined;
  },
  settle(state, { emit }) {
    if (state.dirty === undefined) return;
    emit(
      { stream: 'sums', type: 'Summed', schemaVersion: 1, payload: { orders: state.orders, quotes: state.quotes } },
      { kind: 'event', ...state.dirty },
    );
  },
  evolve(state, event) {
    if (event.type === 'Summed') state.dirty = undefined;
    if (event.type === 'MinutePassed') state.nextMinute = (event.payload as { due: number }).due + 60_000;
  },
  dueTimers: (state, now) => (state.nextMinute <= now ? [{ id: 'minute', due: state.nextMinute }] : []),
  fire(_state, { due }, { emit }) {
    emit({ stream: 'time', type: 'MinutePassed', schemaVersion: 1, payload: { due } });
  },
};

const entry = (log: string, position: number, clearing: number, hop = 0): LogEntry => ({
  log,
  partition: 0,
  position,
  id: `${log}-${position}`,
  stream: log,
  version: position,
  type: 'Any',
  schemaVersion: 1,
  time: { clearing, hop },
  cause: { kind: 'timer', id: 'x', due: 0 },
  basis: [],
  correlation: 'c',
  actor: null,
  payload: {},
});

/** A machine of cases, each a stream that ends. */
const cases = (): PartitionMachine<object> =>
  new PartitionMachine(
    {
      log: 'cases',
      stateForm: { version: 1 },
      lastOfStreams: new Set(['Closed']),
      initialState: () => ({}),
      observe: () => undefined,
      decide(_state, { position }, context) {
        for (const type of ['Opened', 'Seen', 'Closed']) {
          context.emit({ stream: `case-${position}`, type, schemaVersion: 1, payload: {} });
        }
        context.emit({ stream: 'case-open', type: 'Opened', schemaVersion: 1, payload: {} });
        return undefined;
      },
      settle: () => undefined,
      evolve: () => undefined,
      dueTimers: () => [],
      fire: () => undefined,
    },
    0,
    1,
  );

const machine = (): PartitionMachine<Tally> => new PartitionMachine(tally, 2, 4);

describe('partition machine', () => {
  it('gives gap-free positions, versions per stream and a chain that can be recomputed [CLR-LOG-003]', () => {
    const m = machine();
    for (let i = 1; i <= 9; i++) m.accept(entry('orders', i, 1));
    m.settle();
    const { events } = m.drain();
    expect(events.map(({ position, stream, version }) => [position, stream, version])).toEqual([
      [1, 'orders', 1],
      [2, 'orders', 2],
      [3, 'orders', 3],
      [4, 'sums', 1],
    ]);
    let head: Buffer = EMPTY_HEAD;
    for (const event of events) {
      expect(event.hash.equals(sha256(event.text))).toBe(true);
      head = chainHead(head, event.hash);
      expect(event.chain.equals(head)).toBe(true);
    }
    expect(m.head.equals(head)).toBe(true);
  });

  it('writes into the basis what was applied since the previous event, in the order it was applied [CLR-LOG-012]', () => {
    const m = machine();
    m.accept(entry('quotes', 1, 1));
    m.accept(entry('orders', 1, 1));
    m.accept(entry('orders', 2, 1));
    m.accept(entry('quotes', 2, 1));
    m.accept(entry('orders', 3, 1));
    m.settle();
    const [third, summed] = m.drain().events;
    expect(third?.basis).toEqual([
      ['quotes', 0, 1],
      ['orders', 0, 2],
      ['quotes', 0, 2],
      ['orders', 0, 3],
    ]);
    expect(summed?.basis).toEqual([]);
  });

  it('stamps hop 1 + the highest hop applied at this clearing time, and never goes back [CLR-LOG-010]', () => {
    const m = machine();
    m.accept(entry('quotes', 1, 5, 3));
    m.settle();
    m.accept(entry('orders', 1, 5, 0));
    m.settle();
    m.accept(entry('orders', 2, 7, 0));
    m.settle();
    m.accept(entry('quotes', 2, 6, 9));
    m.settle();
    expect(m.drain().events.map(({ time }) => time)).toEqual([
      { clearing: 5, hop: 4 },
      { clearing: 5, hop: 4 },
      { clearing: 7, hop: 1 },
      { clearing: 7, hop: 1 },
    ]);
  });

  it('fires timers before the first input at or after their due time, each once, with that clearing time [CLR-LOG-010]', () => {
    const m = machine();
    m.accept(entry('quotes', 1, 59_999));
    expect(m.pending).toBe(0);
    m.accept(entry('quotes', 2, 120_000));
    const { events } = m.drain();
    expect(events.map(({ type, time, cause }) => [type, time.clearing, cause])).toEqual([
      ['MinutePassed', 120_000, { kind: 'timer', id: 'minute', due: 60_000 }],
      ['MinutePassed', 120_000, { kind: 'timer', id: 'minute', due: 120_000 }],
    ]);
    expect(events[0]?.basis).toEqual([['quotes', 0, 1]]);
  });

  it('places what a timer says behind the hop of the input that fires it: late readers sort as early ones read [CLR-LOG-010]', () => {
    const m = machine();
    m.accept(entry('quotes', 1, 5));
    m.accept(entry('quotes', 2, 60_000, 3));
    expect(m.drain().events.map(({ time }) => time)).toEqual([{ clearing: 60_000, hop: 4 }]);
  });

  it('refuses an input out of order', () => {
    const m = machine();
    m.accept(entry('orders', 1, 1));
    expect(() => m.accept(entry('orders', 3, 1))).toThrow('has a hole');
    expect(() => m.accept(entry('orders', 1, 1))).toThrow('has a hole');
  });

  it('makes the same ids when the same inputs are decided again [CLR-LOG-011]', () => {
    const run = (): string[] => {
      const m = machine();
      for (let i = 1; i <= 6; i++) m.accept(entry('orders', i, i * 30_000));
      m.settle();
      return m.drain().events.map(comparisonText);
    };
    expect(run()).toEqual(run());
  });

  it('knows after a rebuild that a timer began a new clearing time: hops count from there [architecture 5]', () => {
    const live = machine();
    live.accept(entry('quotes', 1, 5, 3));
    live.settle();
    const inputs = [entry('quotes', 2, 60_000), entry('quotes', 3, 60_000)];
    live.accept(inputs[0] as LogEntry);
    const [summed, minute] = live.drain().events;
    const again = machine();
    again.recall(entry('quotes', 1, 5, 3));
    for (const event of [summed, minute]) again.recallOwn(event as NonNullable<typeof event>);
    again.recall(inputs[0] as LogEntry);
    expect(minute?.time).toEqual({ clearing: 60_000, hop: 1 });
    expect(again.time).toEqual(live.time);
  });

  it('rebuilds from its events and inputs to the same state and goes on with the same bytes [CLR-LOG-030]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('orders', 'quotes', 'settle'), fc.nat({ max: 40_000 })), { maxLength: 60 }),
        fc.nat({ max: 60 }),
        (script, stopAt) => {
          const inputs: LogEntry[] = [];
          const live = machine();
          const next = { orders: 1, quotes: 1 };
          let clock = 0;
          const events: ReturnType<PartitionMachine<Tally>['drain']>['events'][number][] = [];
          const step = (m: PartitionMachine<Tally>, [what, elapsed]: readonly [string, number]): void => {
            if (what === 'settle') return m.settle();
            clock += elapsed;
            const input = entry(what, next[what as 'orders' | 'quotes']++, clock);
            inputs.push(input);
            m.accept(input);
          };
          const cut = Math.min(stopAt, script.length);
          for (const each of script.slice(0, cut)) step(live, each);
          live.settle();
          events.push(...live.drain().events);

          const again = machine();
          const find = (log: string, position: number): LogEntry =>
            inputs.find((input) => input.log === log && input.position === position) as LogEntry;
          for (const event of events) {
            for (const [log, , upTo] of event.basis) {
              for (let at = again.cursor(log, 0) + 1; at <= upTo; at++) again.recall(find(log, at));
            }
            again.recallOwn(event);
          }
          expect(again.state).toEqual(live.state);
          expect(again.head.equals(live.head)).toBe(true);

          const saved = { next: { ...next }, clock };
          const rest = script.slice(cut);
          for (const each of rest) step(live, each);
          Object.assign(next, saved.next);
          clock = saved.clock;
          for (const each of rest) step(again, each);
          expect(again.drain().events.map(comparisonText)).toEqual(live.drain().events.map(comparisonText));
        },
      ),
    );
  });

  it('forgets how many events a stream had that is at its end [CLR-LOG-070]', () => {
    const m = cases();
    for (let position = 1; position <= 3; position++) m.accept(entry('orders', position, 1));
    expect(
      m
        .drain()
        .events.map(({ stream, version }) => `${stream}@${version}`)
        .slice(-4),
    ).toEqual(['case-3@1', 'case-3@2', 'case-3@3', 'case-open@3']);
    expect(m.snapshot()).toContain('case-open');
    expect(m.snapshot()).not.toContain('case-3');
  });
});
