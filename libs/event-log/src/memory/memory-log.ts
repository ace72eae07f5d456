import type { ArchivedRange } from '../archive/archive-manifest.js';
import { randomUUID } from 'node:crypto';
import { invariant } from '@ballast/kernel';
import { EMPTY_HEAD, sealedEvent, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import { assertApart, compareCursors, flawOf, judge, outcomeTogether, type Surroundings } from '../append-rules.js';
import {
  type ArchivedManifest,
  type AppendItem,
  type AppendOutcome,
  type Block,
  type BlockPlace,
  type CommandRecord,
  type Cursor,
  type EventLine,
  type EventLog,
  type EventRow,
  type LogShape,
  type LogStore,
  type PartitionHead,
  type PartitionStanding,
  type PlacedItem,
  type StoredCheckpoint,
} from '../event-log.js';
import { asRead, correctionsOf } from '../corrections/read-as.js';
import {
  NO_BLOCK,
  commandsTextOf,
  contentOf,
  cursorsTextOf,
  eventLinesOf,
  eventRowsOf,
  nextBlockChain,
} from '../block.js';
import { assertSameShape, assertShape, partitionNumbers } from '../log-shape.js';
import { MemoryOutcomes } from './memory-outcomes.js';
import { MemorySnapshots } from './memory-snapshots.js';

type KeptBlock = Omit<Block, 'entriesText' | 'hashes'> & { readonly events: readonly SealedEvent[] };

const withTexts = ({ events, ...block }: KeptBlock): Block => {
  const { entriesText, hashes } = contentOf({ events, commands: [], cursors: [] });
  return { ...block, entriesText, hashes };
};

/** Index of the first block that ends behind a position. */
function firstBehind(blocks: readonly KeptBlock[], position: number): number {
  let [from, to] = [0, blocks.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((blocks[middle] as KeptBlock).lastPosition <= position) from = middle + 1;
    else to = middle;
  }
  return from;
}

class MemoryPartition implements Surroundings {
  head: PartitionHead;
  readonly #stored: Pick<SealedEvent, 'text' | 'hash' | 'chain'>[] = [];
  /** Parsed from the stored texts when somebody reads them, so that a reader gets what PostgreSQL would give it. */
  readonly #parsed: SealedEvent[] = [];
  readonly commands: CommandRecord[] = [];
  readonly cursorRows = new Map<string, Cursor>();
  relayed = 0;
  /** What PostgreSQL has a row for; texts and hashes are made of the events when they are asked for. */
  readonly blocks: KeptBlock[] = [];
  readonly #commandById = new Map<string, CommandRecord>();

  constructor(
    private readonly log: string,
    partition: number,
    incarnation: string,
  ) {
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
      blocks: 0,
      blockChain: NO_BLOCK,
    };
  }

  /** In position order, at most so many. */
  events(after: number, limit: number): readonly SealedEvent[] {
    const upTo = Math.min(after + limit, this.#stored.length);
    for (const { text, hash, chain } of this.#stored.slice(this.#parsed.length, upTo)) {
      this.#parsed.push(sealedEvent(this.log, JSON.parse(text) as LogEntry, text, hash, chain));
    }
    return this.#parsed.slice(after, upTo);
  }

  hashes(after: number, limit: number): readonly Buffer[] {
    return this.#stored.slice(after, after + limit).map(({ hash }) => hash);
  }

  chainAt(position: number): Buffer | undefined {
    return this.#stored[position - 1]?.chain;
  }

  commandByNumber(number: number): CommandRecord | undefined {
    return this.commands[number - 1];
  }

  commandById(id: string): CommandRecord | undefined {
    return this.#commandById.get(id);
  }

  cursor(log: string, partition: number): Cursor | undefined {
    return this.cursorRows.get(`${log}/${partition}`);
  }

  add(item: AppendItem, recordedAt: number): void {
    for (const event of item.events) this.#stored.push(event);
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
    const after = { ...this.head, commands: this.head.commands + item.commands.length };
    if (last !== undefined) {
      after.size = last.position;
      after.head = last.chain;
      after.clearing = last.time.clearing;
      after.hop = last.time.hop;
    }
    const commandsText = commandsTextOf(item.commands);
    const cursorsText = cursorsTextOf(item.cursors);
    this.advance(
      after,
      { worker: item.worker, trace: item.trace ?? null, commandsText, cursorsText, note: '', recordedAt },
      item.events,
    );
  }

  /** A block without events: the partition was taken, got a new incarnation, or persons said something of it. */
  note(change: Partial<PartitionHead>, recordedAt: number, note = ''): void {
    const worker = change.worker ?? this.head.worker ?? '';
    const beside = { worker, trace: null, commandsText: '', cursorsText: '', note, recordedAt };
    this.advance({ ...this.head, ...change }, beside, []);
  }

  /** @param after head of the partition but for the number and the chain of its blocks */
  private advance(
    after: PartitionHead,
    beside: Pick<Block, 'worker' | 'trace' | 'commandsText' | 'cursorsText' | 'note' | 'recordedAt'>,
    events: readonly SealedEvent[],
  ): void {
    const before = this.head;
    // Written out: spreading costs more than hashing, and every item comes by here.
    const block = {
      partition: after.partition,
      number: before.blocks + 1,
      firstPosition: before.size + 1,
      lastPosition: after.size,
      firstCommand: before.commands + 1,
      lastCommand: after.commands,
      clearing: after.clearing,
      hop: after.hop,
      epoch: after.epoch,
      incarnation: after.incarnation,
      chainBefore: before.head,
      chain: after.head,
      note: beside.note,
      worker: beside.worker,
      trace: beside.trace,
      commandsText: beside.commandsText,
      cursorsText: beside.cursorsText,
      recordedAt: beside.recordedAt,
    };
    const blockChain = nextBlockChain(before.blockChain, block);
    this.blocks.push({ ...block, blockChain, events });
    this.head = { ...after, blocks: block.number, blockChain };
  }
}

/** What a log holds; outlives the handles that are opened on it, as a database does. */
class MemoryContent {
  readonly partitions: ReadonlyMap<number, MemoryPartition>;
  readonly checkpoints: StoredCheckpoint[] = [];
  readonly outcomes = new MemoryOutcomes();

  constructor(readonly shape: LogShape) {
    const incarnation = randomUUID();
    this.partitions = new Map(
      partitionNumbers(shape).map((number) => [number, new MemoryPartition(shape.name, number, incarnation)]),
    );
  }
}

/** Most blocks of one answer, as in PostgreSQL. */
const MOST_BLOCKS = 1_000;

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

  get outcomes(): MemoryOutcomes {
    return this.content.outcomes;
  }

  get partitions(): number {
    return this.content.shape.partitions;
  }

  get global(): boolean {
    return this.content.shape.global;
  }

  async take(partition: number, worker: string): Promise<PartitionHead> {
    const state = this.#partition(partition);
    state.note({ epoch: state.head.epoch + 1, worker }, this.now());
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
        state.add(item, this.now());
        const last = item.events.at(-1);
        if (last !== undefined) for (const listener of this.#listeners) listener(item.partition, last.position);
      },
    };
  }

  #append(item: AppendItem, state: MemoryPartition): AppendOutcome {
    const outcome = flawOf(item) ?? judge(item, state);
    if (outcome.status === 'appended') state.add(item, this.now());
    return outcome;
  }

  async read(partition: number, after: number, limit: number): Promise<readonly SealedEvent[]> {
    return asRead(this.#partition(partition).events(after, limit), () => correctionsOf(this, partition));
  }

  async notes(partition: number): Promise<readonly string[]> {
    return this.#partition(partition).blocks.flatMap(({ note }) => (note === '' ? [] : [note]));
  }

  async addNote(partition: number, decide: (before: readonly string[]) => string): Promise<void> {
    const state = this.#partition(partition);
    state.note({}, this.now(), decide(await this.notes(partition)));
  }

  async readLines(partition: number, after: number, limit: number): Promise<readonly EventLine[]> {
    return eventLinesOf(this.#blocksAround(partition, after, limit), after, limit);
  }

  async readRaw(partition: number, after: number, limit: number): Promise<readonly EventRow[]> {
    return eventRowsOf(this.name, this.#blocksAround(partition, after, limit), after, limit);
  }

  #blocksAround(partition: number, after: number, limit: number): readonly Block[] {
    const { blocks } = this.#partition(partition);
    const around: Block[] = [];
    for (let at = firstBehind(blocks, after); (blocks[at]?.firstPosition ?? Infinity) <= after + limit; at++) {
      around.push(withTexts(blocks[at] as KeptBlock));
    }
    return around;
  }

  async hashes(partition: number, after: number, limit: number): Promise<Buffer> {
    return Buffer.concat(this.#partition(partition).hashes(after, limit));
  }

  async blocks(partition: number, after: BlockPlace, positions: number): Promise<readonly Block[]> {
    const behind = this.#partition(partition)
      .blocks.slice(after.number)
      .filter(({ firstPosition }) => firstPosition >= after.firstPosition);
    const upTo = Math.max(after.firstPosition + positions, behind[0]?.firstPosition ?? 0);
    return behind
      .filter(({ firstPosition }) => firstPosition <= upTo)
      .slice(0, MOST_BLOCKS)
      .map(withTexts);
  }

  async blockBefore(partition: number, position: number): Promise<Block | undefined> {
    const blocks = await this.blocks(partition, { firstPosition: 0, number: 0 }, Infinity);
    return blocks.findLast(({ lastPosition }) => lastPosition < position);
  }

  async standing(partition: number): Promise<PartitionStanding> {
    const { head, relayed, commands } = this.#partition(partition);
    const cursors = await this.cursors(partition);
    return { head, cursors, relayed, indexedCommands: commands.length, indexRows: commands.length, archived: [] };
  }

  /** What is in memory ends with it; nothing of it is archived. */
  archivedManifest(range: ArchivedRange): Promise<ArchivedManifest> {
    return Promise.reject(new Error(`${this.name}: range ${range.number} is not of a log in memory`));
  }

  async indexedCommands(partition: number, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const state = this.#partition(partition);
    return new Map(ids.flatMap((id) => [[id, state.commandById(id)?.number ?? 0] as const]));
  }

  /** In memory commands are found where they stand. */
  async rebuildCommandIndex(partition: number, onIndexed: (number: number) => void): Promise<void> {
    onIndexed(this.#partition(partition).commands.length);
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

  async saveCheckpoint(
    after: number,
    written: Omit<StoredCheckpoint, 'number'>,
  ): Promise<StoredCheckpoint | undefined> {
    this.#assertOpen();
    const { checkpoints } = this.content;
    if (checkpoints.length !== after) return undefined;
    const checkpoint = { number: after + 1, ...written };
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
    for (const state of this.content.partitions.values()) state.note({ incarnation }, this.now());
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

  async openPresent(name: string): Promise<EventLog | undefined> {
    const content = this.#contents.get(name);
    return content && this.open(content.shape);
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
