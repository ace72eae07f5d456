import { randomUUID } from 'node:crypto';
import { invariant } from '@ballast/kernel';
import { EMPTY_HEAD, type SealedEvent } from '@ballast/event-sourcing';
import { assertApart, compareCursors, flawOf, judge, outcomeTogether, type Surroundings } from '../append-rules.js';
import {
  type AppendItem,
  type AppendOutcome,
  type CommandRecord,
  type Cursor,
  type EventLog,
  type EventRow,
  type LogShape,
  type LogStore,
  type PartitionHead,
  type PlacedItem,
  type StoredCheckpoint,
} from '../event-log.js';
import { assertSameShape, assertShape, partitionNumbers } from '../log-shape.js';
import { eventOf } from '../stored-event.js';
import { MemorySnapshots } from './memory-snapshots.js';

class MemoryPartition implements Surroundings {
  head: PartitionHead;
  readonly rows: EventRow[] = [];
  /** Parsed once from the stored texts, so that a reader gets what PostgreSQL would give it. */
  readonly events: SealedEvent[] = [];
  readonly commands: CommandRecord[] = [];
  readonly cursorRows = new Map<string, Cursor>();
  relayed = 0;
  readonly #rowById = new Map<string, EventRow>();
  readonly #commandById = new Map<string, CommandRecord>();
  readonly #streamVersions = new Map<string, number>();

  constructor(partition: number, incarnation: string) {
    this.head = {
      partition,
      epoch: 0,
      size: 0,
      head: EMPTY_HEAD,
      clearing: 0,
      hop: 0,
      commands: 0,
      incarnation,
      worker: null,
    };
  }

  eventById(id: string): EventRow | undefined {
    return this.#rowById.get(id);
  }

  commandById(id: string): CommandRecord | undefined {
    return this.#commandById.get(id);
  }

  streamVersion(stream: string): number {
    return this.#streamVersions.get(stream) ?? 0;
  }

  cursor(log: string, partition: number): Cursor | undefined {
    return this.cursorRows.get(`${log}/${partition}`);
  }

  add(log: string, item: AppendItem, recordedAt: number): void {
    const { epoch, incarnation } = this.head;
    for (const event of item.events) {
      const row: EventRow = {
        partition: event.partition,
        position: event.position,
        id: event.id,
        stream: event.stream,
        version: event.version,
        type: event.type,
        schemaVersion: event.schemaVersion,
        clearing: event.time.clearing,
        hop: event.time.hop,
        causeText: event.causeText,
        basisText: event.basisText,
        correlation: event.correlation,
        actor: event.actor,
        payloadText: event.payloadText,
        hash: event.hash,
        chain: event.chain,
        epoch,
        worker: item.worker,
        incarnation,
        recordedAt,
        trace: item.trace ?? null,
      };
      this.rows.push(row);
      this.events.push(eventOf(log, row));
      this.#rowById.set(row.id, row);
      this.#streamVersions.set(row.stream, row.version);
    }
    for (const command of item.commands) {
      this.commands.push(command);
      this.#commandById.set(command.commandId, command);
    }
    for (const [source, partition, position, nextOffset] of item.cursors) {
      const known = this.cursor(source, partition)?.nextOffset ?? null;
      this.cursorRows.set(`${source}/${partition}`, {
        log: source,
        partition,
        position,
        nextOffset: nextOffset ?? known,
      });
    }
    const last = item.events.at(-1);
    this.head = {
      ...this.head,
      commands: this.head.commands + item.commands.length,
      ...(last && { size: last.position, head: last.chain, clearing: last.time.clearing, hop: last.time.hop }),
    };
  }
}

/** What a log holds; outlives the handles that are opened on it, as a database does. */
class MemoryContent {
  readonly partitions: ReadonlyMap<number, MemoryPartition>;
  readonly checkpoints: StoredCheckpoint[] = [];

  constructor(readonly shape: LogShape) {
    const incarnation = randomUUID();
    this.partitions = new Map(
      partitionNumbers(shape).map((number) => [number, new MemoryPartition(number, incarnation)]),
    );
  }
}

class MemoryLog implements EventLog {
  readonly #listeners = new Set<(partition: number, size: number) => void>();
  #closed = false;

  constructor(
    readonly content: MemoryContent,
    readonly now: () => number,
  ) {}

  get name(): string {
    return this.content.shape.name;
  }

  get partitions(): number {
    return this.content.shape.partitions;
  }

  get global(): boolean {
    return this.content.shape.global;
  }

  async take(partition: number, worker: string): Promise<PartitionHead> {
    const state = this.#partition(partition);
    state.head = { ...state.head, epoch: state.head.epoch + 1, worker };
    return state.head;
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    const states = items.map((item) => this.#partition(item.partition));
    invariant(new Set(states).size === items.length, 'two items of one partition in one append');
    const outcomes = items.map((item, index) => this.#append(item, states[index] as MemoryPartition));
    items.forEach((item, index) => {
      const last = item.events.at(-1);
      if (last === undefined || outcomes[index]?.status !== 'appended') return;
      for (const listener of this.#listeners) listener(item.partition, last.position);
    });
    return outcomes;
  }

  /** What would become of an item, and how to store it: for those who append to several logs at once. */
  prepare(item: AppendItem): { readonly outcome: AppendOutcome; store(): void } {
    const state = this.#partition(item.partition);
    return {
      outcome: flawOf(item) ?? judge(item, state),
      store: () => {
        state.add(this.name, item, this.now());
        const last = item.events.at(-1);
        if (last !== undefined) for (const listener of this.#listeners) listener(item.partition, last.position);
      },
    };
  }

  #append(item: AppendItem, state: MemoryPartition): AppendOutcome {
    const outcome = flawOf(item) ?? judge(item, state);
    if (outcome.status === 'appended') state.add(this.name, item, this.now());
    return outcome;
  }

  async read(partition: number, after: number, limit: number): Promise<readonly SealedEvent[]> {
    return this.#partition(partition).events.slice(after, after + limit);
  }

  async readRaw(partition: number, after: number, limit: number): Promise<readonly EventRow[]> {
    return this.#partition(partition).rows.slice(after, after + limit);
  }

  async hashes(partition: number, after: number, limit: number): Promise<Buffer> {
    return Buffer.concat(
      this.#partition(partition)
        .rows.slice(after, after + limit)
        .map(({ hash }) => hash),
    );
  }

  async heads(): Promise<readonly PartitionHead[]> {
    this.#assertOpen();
    return [...this.content.partitions.values()].map(({ head }) => head);
  }

  async cursors(partition: number): Promise<readonly Cursor[]> {
    return [...this.#partition(partition).cursorRows.values()].sort(compareCursors);
  }

  async commands(partition: number, after: number, limit: number): Promise<readonly CommandRecord[]> {
    return this.#partition(partition).commands.slice(after, after + limit);
  }

  async commandById(partition: number, commandId: string): Promise<CommandRecord | undefined> {
    return this.#partition(partition).commandById(commandId);
  }

  async relayCursor(partition: number): Promise<number> {
    return this.#partition(partition).relayed;
  }

  async saveRelayCursor(partition: number, position: number): Promise<void> {
    const state = this.#partition(partition);
    state.relayed = Math.max(state.relayed, position);
  }

  async saveCheckpoint(note: string, frontier: string): Promise<StoredCheckpoint> {
    this.#assertOpen();
    const { checkpoints } = this.content;
    const checkpoint = { number: checkpoints.length + 1, note, frontier };
    checkpoints.push(checkpoint);
    return checkpoint;
  }

  async checkpoints(after: number, limit: number): Promise<readonly StoredCheckpoint[]> {
    this.#assertOpen();
    return this.content.checkpoints.slice(after, after + limit);
  }

  async lastCheckpoint(): Promise<StoredCheckpoint | undefined> {
    this.#assertOpen();
    return this.content.checkpoints.at(-1);
  }

  async renewIncarnation(): Promise<string> {
    this.#assertOpen();
    const incarnation = randomUUID();
    for (const state of this.content.partitions.values()) state.head = { ...state.head, incarnation };
    return incarnation;
  }

  onAppended(listener: (partition: number, size: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  #partition(partition: number): MemoryPartition {
    this.#assertOpen();
    const state = this.content.partitions.get(partition);
    invariant(state !== undefined, `log ${this.name} has no partition ${partition}`);
    return state;
  }

  #assertOpen(): void {
    invariant(!this.#closed, `log ${this.name} is closed`);
  }
}

/**
 * Logs in memory, by the same rules as in PostgreSQL: for tests and simulations. A log outlives its handles: opening it
 * again after `close` is a restart.
 */
export class MemoryLogStore implements LogStore {
  readonly snapshots = new MemorySnapshots();
  readonly #contents = new Map<string, MemoryContent>();
  /** The newest handle of each log. */
  readonly #logs = new Map<string, MemoryLog>();
  readonly #now: () => number;

  constructor(options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
  }

  async open(shape: LogShape): Promise<EventLog> {
    assertShape(shape);
    const known = this.#contents.get(shape.name);
    if (known !== undefined) assertSameShape(known.shape, shape);
    const content = known ?? new MemoryContent(shape);
    this.#contents.set(shape.name, content);
    const log = new MemoryLog(content, this.#now);
    this.#logs.set(shape.name, log);
    return log;
  }

  async appendTogether(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    assertApart(items);
    const prepared = items.map((item) => {
      const log = this.#logs.get(item.log);
      invariant(log !== undefined, `log ${item.log} is not open`);
      return log.prepare(item);
    });
    const outcome = outcomeTogether(
      items,
      prepared.map((each) => each.outcome),
    );
    if (outcome.status === 'appended') for (const each of prepared) each.store();
    return outcome;
  }

  shapeOf(name: string): Promise<LogShape | undefined> {
    return Promise.resolve(this.#contents.get(name)?.shape);
  }

  /** The contents stay: a store in memory ends with the process. */
  async close(): Promise<void> {}
}
