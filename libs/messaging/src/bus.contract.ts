import { inspect } from 'node:util';
import { uuidV5 } from '@ballast/kernel';
import { chainHead, EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import type { Batch, Bus, BusIncident, CommandBatch, Halt, LogReader, Subscription } from './bus.js';
import { SourceHole } from './source-sequence.js';

/** What a bus under test is made with. */
export interface BusUnderTest {
  readonly batchSize?: number;
  readonly read?: LogReader;
  readonly onIncident?: (incident: BusIncident) => void;
  readonly distort?: (arriving: readonly SealedEvent[]) => readonly SealedEvent[];
}

export interface BusSuite {
  /** An empty bus, ready to carry partitions -1 to 3 of log `accounts` and its commands. */
  open(options: BusUnderTest): Promise<Bus>;
}

/** Entries 1 to `count` of one partition, chained as a log would. */
export function entriesOf(log: string, partition: number, count: number, filler = ''): SealedEvent[] {
  const entries: SealedEvent[] = [];
  let head: Buffer = EMPTY_HEAD;
  for (let position = 1; position <= count; position++) {
    const entry = seal(
      {
        log,
        partition,
        position,
        id: uuidV5(`${log}/${partition}/${position}`),
        stream: 'orders',
        version: position,
        type: 'OrderNoted',
        schemaVersion: 1,
        time: { clearing: 1_000 + position, hop: 0 },
        cause: { kind: 'timer', id: 'test', due: position },
        basis: [],
        correlation: 'test',
        actor: null,
        payload: { value: String(position), key: `k-${position}`, filler },
      },
      head,
    );
    entries.push(entry);
    head = entry.chain;
  }
  return entries;
}

/** A log that holds these entries, read a few at a time. */
export const readerOf =
  (entries: readonly SealedEvent[], most = 3): LogReader =>
  async (log, partition, after) =>
    entries
      .filter((entry) => entry.log === log && entry.partition === partition && entry.position > after)
      .slice(0, most);

/** Longer than anything takes that happens at all; far shorter than the patience of a test run. */
const WITHIN_MS = 120_000;

/**
 * Waits until it is so.
 * @throws Error that says what was waited for and how things stood instead
 */
export async function eventually(what: string, isSo: () => boolean, state: () => unknown): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw waitedFor(what, state());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const waitedFor = (what: string, state: unknown): Error =>
  new Error(`waited ${WITHIN_MS / 1000} s for ${what}; what there was: ${inspect(state, { depth: 4 })}`);

/** Collects what arrives, and waits until it is enough. */
export class Arrivals {
  /** @param more what else there is to be said when a wait was in vain */
  constructor(private readonly more: () => object = () => ({})) {}

  readonly batches: Batch[] = [];
  readonly halts: Halt[] = [];
  readonly #waiting: { readonly enough: () => boolean; readonly resolve: () => void }[] = [];

  readonly handle = async (batch: Batch): Promise<void> => {
    this.batches.push(batch);
    this.look();
  };

  readonly onHalt = (halt: Halt): void => {
    this.halts.push(halt);
    this.look();
  };

  positions(partition = 0): number[] {
    return this.entries(partition).map(({ position }) => position);
  }

  entries(partition = 0): SealedEvent[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap(({ entries }) => entries);
  }

  look(): void {
    for (const { enough, resolve } of this.#waiting) if (enough()) resolve();
  }

  /** @throws Error that says how things stood when it never was enough */
  until(enough: () => boolean, what = String(enough)): Promise<void> {
    return new Promise((resolve, reject) => {
      const inVain = setTimeout(() => reject(waitedFor(what, this.#state())), WITHIN_MS);
      const resolved = (): void => {
        clearTimeout(inVain);
        resolve();
      };
      this.#waiting.push({ enough, resolve: resolved });
      this.look();
    });
  }

  upTo(position: number, partition = 0): Promise<void> {
    return this.until(
      () => this.positions(partition).at(-1) === position,
      `position ${position} of partition ${partition}`,
    );
  }

  #state(): object {
    const batches = this.batches.map(({ log, partition, entries, parked }) => ({
      from: `${log}/${partition}`,
      positions: entries.map(({ position }) => position).join(' '),
      parked: parked.map(({ error }) => error),
    }));
    return { batches, halts: this.halts, ...this.more() };
  }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Every bus keeps these promises. */
export function busContract(suite: BusSuite): void {
  let bus: Bus;
  const log = 'accounts';
  let incidents: BusIncident[];
  let arrivals: Arrivals;

  const open = async (options: BusUnderTest = {}): Promise<void> => {
    incidents = [];
    bus = await suite.open({ onIncident: (incident) => incidents.push(incident), ...options });
  };
  const follow = (after = 0, partition = 0, offset?: string): Promise<Subscription> =>
    bus.subscribe(
      [{ log, partition, after, ...(offset === undefined ? {} : { offset }) }],
      arrivals.handle,
      arrivals.onHalt,
    );

  beforeEach(() => {
    arrivals = new Arrivals(() => ({ incidents }));
  });
  afterEach(() => bus.close());

  it('delivers the entries of a partition in position order, whole and with their seals', async () => {
    await open();
    const entries = entriesOf(log, 2, 30);
    await follow(0, 2);
    await bus.publish(entries);
    await arrivals.upTo(30, 2);
    expect(arrivals.entries(2)).toEqual(entries);
    for (const [i, entry] of arrivals.entries(2).entries()) {
      expect(chainHead(i === 0 ? EMPTY_HEAD : (entries[i - 1] as SealedEvent).chain, entry.hash)).toEqual(entry.chain);
    }
  });

  it('delivers what was published before anybody asked', async () => {
    await open();
    await bus.publish(entriesOf(log, 0, 5));
    await follow();
    await arrivals.upTo(5);
    expect(arrivals.positions()).toEqual(numbers(1, 5));
  });

  it('keeps partitions apart, the global one included', async () => {
    await open();
    await follow(0, -1);
    await follow(0, 3);
    await bus.publish([...entriesOf(log, 3, 4), ...entriesOf(log, 0, 9), ...entriesOf(log, -1, 2)]);
    await Promise.all([arrivals.upTo(4, 3), arrivals.upTo(2, -1)]);
    expect(arrivals.positions(0)).toEqual([]);
    expect(arrivals.entries(-1).every(({ partition }) => partition === -1)).toBe(true);
  });

  it('lets several subscribers read one partition, each from its own position', async () => {
    await open();
    const late = new Arrivals();
    await follow(0);
    await bus.publish(entriesOf(log, 0, 10));
    await arrivals.upTo(10);
    await bus.subscribe([{ log, partition: 0, after: 3 }], late.handle);
    await late.upTo(10);
    expect(late.positions()).toEqual(numbers(4, 10));
    expect(arrivals.positions()).toEqual(numbers(1, 10));
  });

  it('goes on after the position a reader has applied, with and without the hint of an offset', async () => {
    await open();
    const entries = entriesOf(log, 0, 20);
    const first = await follow();
    await bus.publish(entries.slice(0, 12));
    await arrivals.upTo(12);
    await first.stop();
    const { nextOffset } = arrivals.batches.at(-1)!;
    await bus.publish(entries.slice(12));

    const hinted = new Arrivals();
    await bus.subscribe([{ log, partition: 0, after: 12, offset: nextOffset }], hinted.handle);
    await hinted.upTo(20);
    expect(hinted.positions()).toEqual(numbers(13, 20));

    const unhinted = new Arrivals();
    await bus.subscribe([{ log, partition: 0, after: 12 }], unhinted.handle);
    await unhinted.upTo(20);
    expect(unhinted.positions()).toEqual(numbers(13, 20));
    expect(arrivals.positions()).toEqual(numbers(1, 12));
  });

  it('does not believe a hint of an offset that was never given', async () => {
    await open();
    const entries = entriesOf(log, 0, 6);
    await bus.publish(entries);
    await bus.close();
    await open({ read: (_, partition, after) => readerOf(entriesOf(log, 0, 6))(log, partition, after) });
    await bus.publish(entriesOf(log, 0, 6));
    await follow(0, 0, '9007199254740991');
    await arrivals.upTo(6);
    expect(arrivals.positions()).toEqual(numbers(1, 6));
  });

  it('drops what was published twice', async () => {
    await open();
    const entries = entriesOf(log, 0, 6);
    await follow();
    await bus.publish(entries.slice(0, 4));
    await bus.publish(entries.slice(1, 4));
    await bus.publish(entries.slice(0));
    await arrivals.upTo(6);
    expect(arrivals.positions()).toEqual(numbers(1, 6));
    const dropped = incidents.map((incident) => (incident.kind === 'duplicates' ? incident.count : 0));
    expect(dropped.reduce((sum, n) => sum + n, 0)).toBe(7);
  });

  it('reads positions that never came from the log', async () => {
    let read: LogReader = async () => [];
    await open({ read: (...place) => read(...place) });
    const entries = entriesOf(log, 0, 12);
    await follow();
    await bus.publish(entries.slice(0, 3));
    await arrivals.upTo(3);
    read = readerOf(entries);
    await bus.publish(entries.slice(10));
    await arrivals.upTo(12);
    expect(arrivals.entries()).toEqual(entries);
    expect(incidents).toContainEqual({ kind: 'refetched', log, partition: 0, after: 3, before: 11 });
  });

  it('halts a partition whose hole nobody can fill, and no other', async () => {
    await open();
    const entries = entriesOf(log, 0, 5);
    await follow(0, 0);
    await follow(0, 1);
    await bus.publish([...entries.slice(0, 2), ...entries.slice(3)]);
    await arrivals.until(() => arrivals.halts.length > 0);
    await bus.publish(entriesOf(log, 1, 3));
    await arrivals.upTo(3, 1);
    expect(arrivals.halts).toEqual([{ log, partition: 0, error: expect.any(SourceHole) as unknown }]);
    expect(arrivals.positions(1)).toEqual(numbers(1, 3));
    expect(arrivals.positions(0).length).toBeLessThanOrEqual(2);
  });

  it('halts a partition whose history was replaced by another', async () => {
    await open();
    await follow();
    await bus.publish(entriesOf(log, 0, 3));
    await arrivals.upTo(3);
    const other = entriesOf(log, 0, 4).map((entry) => ({ ...entry, chain: Buffer.alloc(32, entry.position) }));
    await bus.publish(other.slice(3));
    await arrivals.until(() => arrivals.halts.length > 0);
    expect(arrivals.positions()).toEqual(numbers(1, 3));
    expect(String(arrivals.halts[0]?.error)).toContain('does not continue its chain');
  });

  it('halts the partition of a handler that fails, once, and goes on when it is subscribed again', async () => {
    await open();
    const refusing = await bus.subscribe(
      [{ log, partition: 0, after: 0 }],
      () => Promise.reject(new Error('store is away')),
      arrivals.onHalt,
    );
    await bus.publish(entriesOf(log, 0, 3));
    await arrivals.until(() => arrivals.halts.length > 0);
    await refusing.stop();
    await follow();
    await arrivals.upTo(3);
    expect(arrivals.halts.map(({ error }) => String(error))).toEqual(['Error: store is away']);
    expect(incidents.filter(({ kind }) => kind === 'halted')).toHaveLength(1);
  });

  it('gives 50 concurrent publishes 50 places in the order of the calls', async () => {
    await open();
    await follow();
    await Promise.all(entriesOf(log, 0, 50).map((entry) => bus.publish([entry])));
    await arrivals.upTo(50);
    expect(arrivals.positions()).toEqual(numbers(1, 50));
    expect(incidents.filter(({ kind }) => kind === 'duplicates' || kind === 'refetched')).toEqual([]);
  });

  it('hands over one batch of a partition at a time, and none after stop', async () => {
    await open({ batchSize: 4 });
    let running = 0;
    let most = 0;
    const subscription = await bus.subscribe([{ log, partition: 0, after: 0 }], async (batch) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      await arrivals.handle(batch);
    });
    const entries = entriesOf(log, 0, 60);
    await bus.publish(entries.slice(0, 40));
    await arrivals.upTo(40);
    await subscription.stop();
    expect({ running, most }).toEqual({ running: 0, most: 1 });

    await bus.publish(entries.slice(40));
    await bus.subscribe([{ log, partition: 0, after: 40 }], arrivals.handle);
    await arrivals.upTo(60);
    expect(arrivals.positions()).toEqual(numbers(1, 60));
  });

  it.each([
    { batchSize: 1, why: 'one by one' },
    { batchSize: 7, why: 'in sevens' },
    { batchSize: 1_000_000, why: 'all at once' },
  ])('gives the same sequence when it comes $why', async ({ batchSize }) => {
    await open({ batchSize });
    const entries = entriesOf(log, 0, 40);
    await bus.publish(entries);
    await follow();
    await arrivals.upTo(40);
    expect(arrivals.entries()).toEqual(entries);
    expect(Math.max(...arrivals.batches.map((batch) => batch.entries.length))).toBe(Math.min(batchSize, 40));
  });

  it('carries commands to the owner of the partition in the order of arrival, and again after a lost answer', async () => {
    await open();
    const command = (n: number) => ({
      log: 'accounts.commands',
      partition: 1,
      commandId: `c-${n}`,
      type: 'OpenAccount',
      bodyText: `{"accountId":"alice.main${n}"}`,
      actor: n === 2 ? null : 'ops',
    });
    await bus.send(command(1));
    await bus.send(command(2));
    const commands: unknown[] = [];
    let nextOffset = '';
    const first = await bus.receive({ log: 'accounts.commands', partition: 1 }, async (batch) => {
      commands.push(...batch.commands);
      nextOffset = batch.nextOffset;
      arrivals.look();
    });
    await arrivals.until(() => commands.length === 2);
    await first.stop();
    expect(commands).toEqual([command(1), command(2)]);

    await bus.send(command(1));
    await bus.receive({ log: 'accounts.commands', partition: 1, offset: nextOffset }, async (batch) => {
      commands.push(...batch.commands);
      arrivals.look();
    });
    await arrivals.until(() => commands.length === 3);
    expect(commands.slice(2)).toEqual([command(1)]);
  });

  it('parks a command that its log does not have, and hands over the next', async () => {
    await open();
    const command = {
      log: 'accounts.commands',
      partition: 1,
      commandId: 'c-1',
      type: 'OpenAccount',
      bodyText: '{"accountId":"alice.main"}',
      actor: 'ops',
    };
    await bus.send({ ...command, commandId: 'c-0', type: 'CloseTheHouse' });
    await bus.send(command);
    const batches: CommandBatch[] = [];
    await bus.receive(
      { log: 'accounts.commands', partition: 1 },
      async (batch) => {
        batches.push(batch);
        arrivals.look();
      },
      arrivals.onHalt,
    );
    await arrivals.until(() => batches.some(({ commands }) => commands.length > 0));
    expect(batches.flatMap(({ commands }) => commands)).toEqual([command]);
    const parked = batches.flatMap((batch) => batch.parked);
    expect(parked).toMatchObject([{ partition: 1, key: Buffer.from('c-0') }]);
    expect(parked[0]?.error).toContain('unknown-type: type is "CloseTheHouse"');
    expect(incidents).toEqual([{ kind: 'parked', message: parked[0] }]);
  });
}
