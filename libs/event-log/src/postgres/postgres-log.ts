import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { invariant } from '@ballast/kernel';
import type { SealedEvent } from '@ballast/event-sourcing';
import { commandsBefore, flawOf, judge, type Surroundings } from '../append-rules.js';
import { HASH_BYTES, chainAt, commandsOf, eventLinesOf, eventRowsOf, sealedEventsOf } from '../block.js';
import type {
  ArchivedManifest,
  AppendItem,
  AppendOutcome,
  Block,
  BlockPlace,
  CommandRecord,
  Cursor,
  EventLine,
  EventRow,
  LogShape,
  PartitionHead,
  PartitionStanding,
  StoredCheckpoint,
} from '../event-log.js';
import { partitionNumbers } from '../log-shape.js';
import type { ArchivableLog, RemovalDecision } from '../archive/archivable-log.js';
import { ArchivedBlocks } from '../archive/archived-blocks.js';
import { manifestName, manifestOf, type ArchivedRange, type BlockSpan } from '../archive/archive-manifest.js';
import type { ArchiveStore } from '../archive/archive-store.js';
import { assertContiguous } from '../contiguous.js';
import { asRead, correctionsOf } from '../corrections/read-as.js';
import { plainArray, textArray } from './array-literal.js';
import { CommandIndex, INDEX_PAGE } from './command-index.js';
import { logNames } from './log-names.js';
import { appendValues, blockOf, checkpointOf, cursorOf, headOf, noteOf, rangeOf, type Row } from './log-rows.js';
import { logSql, type LogSql } from './log-sql.js';
import { PostgresOutcomes } from './postgres-outcomes.js';
import { isTransient } from './transient-error.js';
import { withClient } from './with-client.js';

interface ArchivedNotes {
  readonly place: BlockPlace;
  readonly notes: readonly string[];
}
const NO_NOTES: ArchivedNotes = { place: { firstPosition: 0, number: 0 }, notes: [] };

/** So that no removal holds its locks for long. */
const BLOCKS_REMOVED_AT_A_TIME = 10_000;
/** A refused item whose reason is gone when it is looked for is tried again; more often than this it can't be. */
export const MOST_ATTEMPTS = 5;
export const APPENDED: AppendOutcome = { status: 'appended' };

type Ask = (statement: keyof LogSql, values: unknown[]) => Promise<Row[]>;

/** One log: a schema of its own, over a pool of connections that it shares. */
export class PostgresLog implements ArchivableLog {
  readonly outcomes: PostgresOutcomes;
  readonly #sql: LogSql;
  readonly #archived: ArchivedBlocks;
  /** By partition: what is noted in archived blocks, up to a place; read once. */
  readonly #notesInArchive = new Map<number, ArchivedNotes>();
  readonly #openArchive: (place: string) => ArchiveStore;
  readonly #numbers: ReadonlySet<number>;
  readonly #listeners = new Set<(partition: number, size: number) => void>();
  readonly #commandIndex: CommandIndex;
  #closed = false;

  constructor(
    readonly shape: LogShape,
    private readonly pool: pg.Pool,
    private readonly onTrouble: (log: string, error: unknown) => void,
    openArchive: (place: string) => ArchiveStore,
  ) {
    this.#sql = logSql(logNames(shape.name));
    this.outcomes = new PostgresOutcomes(pool, logNames(shape.name));
    this.#openArchive = openArchive;
    this.#archived = new ArchivedBlocks(
      shape.name,
      async (partition) => (await this.#rows('archived', [partition])).map(rangeOf),
      openArchive,
    );
    this.#numbers = new Set(partitionNumbers(shape));
    this.#commandIndex = new CommandIndex({
      numberOfLast: async (partition) => Number((await this.#rows('commandIndex', [partition]))[0]?.[0]),
      add: async (partition, behind, ids) =>
        void (await this.#rows('indexCommands', [partition, behind, textArray(ids)])),
      commands: (partition, after, limit) => this.commands(partition, after, limit),
    });
  }

  get name(): string {
    return this.shape.name;
  }

  get partitions(): number {
    return this.shape.partitions;
  }

  get global(): boolean {
    return this.shape.global;
  }

  async take(partition: number, worker: string): Promise<PartitionHead> {
    this.#assertPartition(partition);
    const [row] = await this.#rows('take', [partition, worker]);
    this.#commandIndex.taken(partition);
    return headOf(row as Row);
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    try {
      return await this.#append(items);
    } catch (error) {
      if (isTransient(error)) this.onTrouble(this.name, error);
      throw error;
    }
  }

  async #append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    for (const { partition } of items) this.#assertPartition(partition);
    invariant(
      new Set(items.map((item) => item.partition)).size === items.length,
      'two items of one partition in one append',
    );
    const outcomes: (AppendOutcome | undefined)[] = items.map(flawOf);
    for (let attempt = 1; ; attempt++) {
      const open = items.filter((_, index) => outcomes[index] === undefined);
      if (open.length === 0) return outcomes as AppendOutcome[];
      if (attempt > MOST_ATTEMPTS) throw new Error(`log ${this.name} refuses an item and gives no reason`);
      const accepted = await this.#insert(open);
      const reasons = await this.#judge(open.filter(({ partition }) => !accepted.has(partition)));
      items.forEach((item, index) => {
        if (outcomes[index] !== undefined) return;
        if (accepted.has(item.partition)) outcomes[index] = this.#appended(item);
        const reason = reasons.get(item.partition);
        if (reason !== undefined && reason.status !== 'appended') outcomes[index] = reason;
      });
    }
  }

  /** Appends inside a transaction of the caller's. @returns whether every item was accepted; if not, it must be rolled back */
  async insertIn(client: pg.PoolClient, items: readonly AppendItem[]): Promise<boolean> {
    for (const { partition } of items) this.#assertPartition(partition);
    invariant(!this.#closed, `log ${this.name} is closed`);
    const statement = { name: `${this.name}:append`, text: this.#sql.append, values: appendValues(items) };
    const { rows } = await client.query<Row[]>({ ...statement, rowMode: 'array' });
    return rows.length === items.length;
  }

  /** Why items would not be accepted, or that they would. */
  async outcomesOf(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]> {
    const judged = await this.#judge(items);
    return items.map(({ partition }) => judged.get(partition) as AppendOutcome);
  }

  /** Tells those who watch, after a transaction of the caller's. */
  told(items: readonly AppendItem[]): void {
    for (const item of items) this.#appended(item);
  }

  trouble(error: unknown): void {
    this.onTrouble(this.name, error);
  }

  async read(partition: number, after: number, limit: number): Promise<readonly SealedEvent[]> {
    this.#assertPartition(partition);
    const blocks = await this.#blocksWithEvents(partition, after, limit);
    const events = sealedEventsOf(this.name, blocks, after, limit);
    assertContiguous(this.name, partition, after, events);
    return asRead(events, () => correctionsOf(this, partition));
  }

  async notes(partition: number): Promise<readonly string[]> {
    this.#assertPartition(partition);
    for (;;) {
      const { place, notes } = await this.#archivedNotes(partition);
      const stored = (await this.#rows('notes', [partition, place.number])).map(noteOf);
      // What was removed meanwhile stands in the archive only.
      if (!(await this.#archived.refresh(partition))) return [...notes, ...stored];
    }
  }

  async addNote(partition: number, decide: (before: readonly string[]) => string): Promise<void> {
    this.#assertPartition(partition);
    for (let isNoted = false; !isNoted;) {
      const { place, notes } = await this.#archivedNotes(partition);
      isNoted = await this.#inTransaction('begin', async (ask) => {
        await ask('hold', [partition]);
        const stored = (await ask('notes', [partition, place.number])).map(noteOf);
        // What was removed since the archive was read stands there only, and nothing may be decided without it.
        const ranges = (await ask('archived', [partition])).map(rangeOf);
        if (ranges.some(({ removedBy, lastBlock }) => removedBy !== null && lastBlock > place.number)) return false;
        await ask('note', [partition, decide([...notes, ...stored])]);
        return true;
      });
    }
  }

  /** Of blocks that are read from the archive, though the database may hold some of them still. */
  async #archivedNotes(partition: number): Promise<ArchivedNotes> {
    await this.#archived.refresh(partition);
    const end = this.#archived.end(partition).number;
    let { place, notes } = this.#notesInArchive.get(partition) ?? NO_NOTES;
    while (place.number < end) {
      const blocks = await this.#archived.behindBlock(partition, place, Infinity);
      notes = [...notes, ...blocks.flatMap(({ note }) => (note === '' ? [] : [note]))];
      place = blocks.at(-1) as Block;
    }
    const read = { place, notes };
    this.#notesInArchive.set(partition, read);
    return read;
  }

  async readLines(partition: number, after: number, limit: number): Promise<readonly EventLine[]> {
    this.#assertPartition(partition);
    return eventLinesOf(await this.#blocksWithEvents(partition, after, limit), after, limit);
  }

  async readRaw(partition: number, after: number, limit: number): Promise<readonly EventRow[]> {
    this.#assertPartition(partition);
    const blocks = await this.#blocksWithEvents(partition, after, limit);
    return eventRowsOf(this.name, blocks, after, limit);
  }

  async hashes(partition: number, after: number, limit: number): Promise<Buffer> {
    this.#assertPartition(partition);
    const blocks = await this.#archivedAndStored(partition, after, limit, async (behind, left) =>
      (await this.#rows('hashes', [partition, behind, left])).map(([first, hashes]) => ({
        firstPosition: Number(first),
        hashes: hashes as Buffer,
      })),
    );
    const pages = blocks.map(({ firstPosition, hashes }) => {
      const at = firstPosition - 1;
      const [from, to] = [Math.max(0, after - at), Math.max(0, after + limit - at)];
      return hashes.subarray(from * HASH_BYTES, to * HASH_BYTES);
    });
    return Buffer.concat(pages);
  }

  async blocks(partition: number, after: BlockPlace, positions: number): Promise<readonly Block[]> {
    this.#assertPartition(partition);
    for (;;) {
      const archived = await this.#archived.behindBlock(partition, after, positions);
      if (archived.length > 0) return archived;
      const { firstPosition, number } = this.#archived.end(partition);
      const place = after.number < number ? [firstPosition, number] : [after.firstPosition, after.number];
      const blocks = (await this.#rows('blocks', [partition, ...place, positions])).map(blockOf);
      const isHole = blocks[0] !== undefined && blocks[0].number > after.number + 1;
      if (!isHole || !(await this.#archived.refresh(partition))) return blocks;
    }
  }

  async blockBefore(partition: number, position: number): Promise<Block | undefined> {
    this.#assertPartition(partition);
    const [row] = await this.#rows('blockBefore', [partition, position]);
    if (row !== undefined) return blockOf(row);
    await this.#archived.refresh(partition);
    return this.#archived.before(partition, position);
  }

  #blocksWithEvents(partition: number, after: number, limit: number): Promise<readonly Block[]> {
    return this.#archivedAndStored(partition, after, limit, async (behind, left) =>
      (await this.#rows('read', [partition, behind, left])).map(blockOf),
    );
  }

  /**
   * Blocks with events behind a position, from the archive and then from the database. That the archive has some shows when
   * the database begins behind a hole.
   */
  async #archivedAndStored<Read extends Pick<Block, 'firstPosition' | 'hashes'>>(
    partition: number,
    after: number,
    limit: number,
    stored: (after: number, limit: number) => Promise<readonly Read[]>,
  ): Promise<readonly (Read | Block)[]> {
    for (;;) {
      const archived = await this.#archived.behindPosition(partition, after, after + limit);
      const at = Math.max(after, archived.at(-1)?.lastPosition ?? 0);
      const blocks = at >= after + limit ? [] : await stored(at, after + limit - at);
      const isHole = blocks[0] !== undefined && blocks[0].firstPosition > at + 1;
      if (!isHole || !(await this.#archived.refresh(partition))) return [...archived, ...blocks];
    }
  }

  async archivedManifest(range: ArchivedRange): Promise<ArchivedManifest> {
    const store = this.#openArchive(range.place);
    const name = manifestName(manifestOf(range));
    return { file: `${store.place}/${name}`, note: (await store.get(name))?.toString() };
  }

  async standing(partition: number): Promise<PartitionStanding> {
    this.#assertPartition(partition);
    return this.#atOneMoment(async (ask) => {
      const [head] = await ask('headsOf', [[partition]]);
      invariant(head !== undefined, `${this.name}/${partition} has no end`);
      const [indexed] = await ask('commandIndex', [partition]);
      const [indexRows] = await ask('indexRows', [partition]);
      const [relayed] = await ask('relayCursor', [partition]);
      return {
        head: headOf(head),
        cursors: (await ask('cursors', [[partition]])).map(cursorOf),
        indexedCommands: Number(indexed?.[0]),
        indexRows: Number(indexRows?.[0]),
        relayed: Number(relayed?.[0] ?? 0),
        archived: (await ask('archived', [partition])).map(rangeOf),
      };
    });
  }

  async indexedCommands(partition: number, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#rows('indexedCommands', [partition, ids]);
    return new Map(rows.map(([id, number]) => [id as string, Number(number)]));
  }

  async rebuildCommandIndex(partition: number, onIndexed: (number: number) => void): Promise<void> {
    this.#assertPartition(partition);
    await this.#inTransaction('begin', async (ask) => {
      await ask('holdCommandIndex', [partition]);
      await ask('emptyCommandIndex', [partition]);
      let end = 0;
      for (;;) {
        const page = await this.commands(partition, end, INDEX_PAGE);
        if (page.length === 0) break;
        const [numbers, ids] = [page.map(({ number }) => number), page.map(({ commandId }) => commandId)];
        await ask('fillCommandIndex', [partition, plainArray(numbers), textArray(ids)]);
        end = page.at(-1)?.number ?? end;
        onIndexed(end);
      }
      await ask('endCommandIndex', [partition, end]);
    });
  }

  async heads(): Promise<readonly PartitionHead[]> {
    return (await this.#rows('heads', [])).map(headOf);
  }

  async cursors(partition: number): Promise<readonly Cursor[]> {
    this.#assertPartition(partition);
    return (await this.#rows('cursors', [[partition]])).map(cursorOf);
  }

  async commands(partition: number, after: number, limit: number): Promise<readonly CommandRecord[]> {
    this.#assertPartition(partition);
    for (;;) {
      const found: CommandRecord[] = [];
      for (let at = after; found.length < limit; at = found.at(-1)?.number ?? at) {
        const blocks = await this.#archived.behindCommand(partition, at);
        if (blocks.length === 0) break;
        const behind = at;
        const commands = blocks.flatMap((block) => commandsOf(this.name, block));
        found.push(...commands.filter(({ number }) => number > behind));
      }
      const at = found.at(-1)?.number ?? after;
      const stored = found.length >= limit ? [] : await this.#storedCommands(partition, at, limit - found.length);
      const isWhole = found.length >= limit || stored[0]?.number === at + 1;
      if (isWhole || !(await this.#archived.refresh(partition))) return [...found, ...stored].slice(0, limit);
    }
  }

  async #storedCommands(partition: number, after: number, limit: number): Promise<readonly CommandRecord[]> {
    const rows = await this.#rows('commands', [partition, after, limit]);
    return rows.flatMap((row) => this.#commandsOf(row)).filter(({ number }) => number > after);
  }

  async commandById(partition: number, commandId: string): Promise<CommandRecord | undefined> {
    this.#assertPartition(partition);
    const blocks = await this.#rows('commandById', [partition, commandId, `"id":${JSON.stringify(commandId)}`]);
    const present = blocks.filter(([, , text]) => text !== null);
    const found = present.flatMap((row) => this.#commandsOf(row)).find((command) => command.commandId === commandId);
    const gone = blocks.find(([, , text]) => text === null);
    if (found !== undefined || gone === undefined) return found;
    // Its block was removed from the database since it was put into the index.
    return (await this.commands(partition, Number(gone[1]) - 1, 1)).find((command) => command.commandId === commandId);
  }

  #commandsOf([partition, firstCommand, commandsText]: Row): readonly CommandRecord[] {
    return commandsOf(this.name, {
      partition: partition as number,
      firstCommand: Number(firstCommand),
      commandsText: commandsText as string,
    });
  }

  async relayCursor(partition: number): Promise<number> {
    this.#assertPartition(partition);
    const [row] = await this.#rows('relayCursor', [partition]);
    return Number(row?.[0] ?? 0);
  }

  async saveRelayCursor(partition: number, position: number): Promise<void> {
    this.#assertPartition(partition);
    await this.#rows('saveRelayCursor', [partition, position]);
  }

  async saveCheckpoint(
    after: number,
    { note, frontier, verifierKey, succession }: Omit<StoredCheckpoint, 'number'>,
  ): Promise<StoredCheckpoint | undefined> {
    const [row] = await this.#rows('saveCheckpoint', [after, note, frontier, verifierKey, succession]);
    return row && checkpointOf(row);
  }

  async checkpoints(after: number, limit: number): Promise<readonly StoredCheckpoint[]> {
    return (await this.#rows('checkpoints', [after, limit])).map(checkpointOf);
  }

  async lastCheckpoint(): Promise<StoredCheckpoint | undefined> {
    const [row] = await this.#rows('lastCheckpoint', []);
    return row && checkpointOf(row);
  }

  async renewIncarnation(): Promise<string> {
    const incarnation = randomUUID();
    await this.#rows('renewIncarnation', [incarnation]);
    return incarnation;
  }

  onAppended(listener: (partition: number, size: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async archived(partition: number): Promise<readonly ArchivedRange[]> {
    this.#assertPartition(partition);
    return (await this.#rows('archived', [partition])).map(rangeOf);
  }

  async saveArchived(
    partition: number,
    { number, firstBlock, lastBlock, note, verifierKey, place }: Omit<ArchivedRange, 'proposedBy' | 'removedBy'>,
  ): Promise<void> {
    await this.#rows('saveArchived', [partition, number, firstBlock, lastBlock, note, verifierKey, place]);
  }

  proposeRemoval(partition: number, number: number, decide: RemovalDecision): Promise<ArchivedRange> {
    return this.#noteRemoval('proposeRemoval', partition, number, decide);
  }

  approveRemoval(partition: number, number: number, decide: RemovalDecision): Promise<ArchivedRange> {
    return this.#noteRemoval('approveRemoval', partition, number, decide);
  }

  /** What was decided is a block of the partition, and stands beside the range; both or neither. */
  async #noteRemoval(
    statement: 'proposeRemoval' | 'approveRemoval',
    partition: number,
    number: number,
    decide: RemovalDecision,
  ): Promise<ArchivedRange> {
    return this.#inTransaction('begin', async (ask) => {
      const [row] = await ask('archivedForUpdate', [partition, number]);
      invariant(row !== undefined, `${this.name}/${partition} has no archived range ${number}`);
      const { actor, note } = decide(rangeOf(row));
      await ask('note', [partition, note]);
      await ask(statement, [partition, number, actor]);
      const [noted] = await ask('archivedForUpdate', [partition, number]);
      return rangeOf(noted as Row);
    });
  }

  async removeBlocks(partition: number, { lastPosition, lastBlock }: BlockSpan): Promise<number> {
    invariant(!this.#closed, `log ${this.name} is closed`);
    let removed = 0;
    for (;;) {
      const { rowCount } = await this.pool.query(this.#sql.removeBlocks, [
        ...[partition, lastPosition + 1, lastBlock, BLOCKS_REMOVED_AT_A_TIME],
      ]);
      if (rowCount === 0 || rowCount === null) return removed;
      removed += rowCount;
    }
  }

  async indexCommandsUpTo(partition: number, number: number): Promise<void> {
    const indexed = await this.#commandIndex.fill(partition, number);
    invariant(indexed >= number, `${this.name}/${partition} ends before command ${number}`);
  }

  async close(): Promise<void> {
    await this.#commandIndex.settled();
    this.#closed = true;
    this.#listeners.clear();
  }

  async #insert(items: readonly AppendItem[]): Promise<ReadonlySet<number>> {
    return new Set((await this.#rows('append', appendValues(items))).map(([partition]) => partition as number));
  }

  /** Why items were not accepted. In a transaction of its own, which sees what the append had to wait for. */
  async #judge(items: readonly AppendItem[]): Promise<ReadonlyMap<number, AppendOutcome>> {
    if (items.length === 0) return new Map();
    return this.#atOneMoment(async (ask) => {
      const surroundings = await this.#surroundings(ask, items);
      return new Map(items.map((item) => [item.partition, judge(item, surroundings(item.partition))]));
    });
  }

  #atOneMoment<T>(look: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#inTransaction('begin transaction isolation level repeatable read read only', look);
  }

  async #inTransaction<T>(begin: string, work: (ask: Ask) => Promise<T>): Promise<T> {
    invariant(!this.#closed, `log ${this.name} is closed`);
    return withClient(this.pool, async (client) => {
      await client.query(begin);
      const done = await work(
        async (statement, values) =>
          (await client.query<Row[]>({ text: this.#sql[statement], values, rowMode: 'array' })).rows,
      );
      await client.query('commit');
      return done;
    });
  }

  async #surroundings(ask: Ask, items: readonly AppendItem[]): Promise<(partition: number) => Surroundings> {
    const partitions = items.map(({ partition }) => partition);
    const heads = new Map((await ask('headsOf', [partitions])).map(headOf).map((head) => [head.partition, head]));
    const lasts = items.flatMap(({ partition, events }) => {
      const last = events.at(-1);
      return last === undefined ? [] : [{ partition, position: last.position }];
    });
    const numbersOf = (of: readonly { readonly partition: number }[]): number[] => of.map(({ partition }) => partition);
    const blocks = new Map(
      (await ask('blocksAt', [numbersOf(lasts), lasts.map(({ position }) => position)]))
        .map(blockOf)
        .map((block) => [block.partition, block]),
    );
    const commands = new Map<string, CommandRecord>();
    for (const { partition, commands: own } of items) {
      const before = commandsBefore({ commands: own });
      if (before === undefined) continue;
      for (const row of await ask('commands', [partition, before, own.length])) {
        for (const command of this.#commandsOf(row)) commands.set(`${partition}/${command.number}`, command);
      }
    }
    const cursors = new Map(
      (await ask('cursors', [partitions])).map((row) => {
        const cursor = cursorOf(row);
        return [`${row[0] as number}/${cursor.log}/${cursor.partition}`, cursor];
      }),
    );
    return (partition) => {
      const block = blocks.get(partition);
      return {
        head: heads.get(partition) as PartitionHead,
        chainAt: (position) => block && chainAt(block, position),
        commandByNumber: (number) => commands.get(`${partition}/${number}`),
        cursor: (log, source) => cursors.get(`${partition}/${log}/${source}`),
      };
    };
  }

  #appended(item: AppendItem): AppendOutcome {
    const last = item.events.at(-1);
    if (last !== undefined) for (const listener of this.#listeners) listener(item.partition, last.position);
    this.#commandIndex.answered(item);
    return APPENDED;
  }

  async #rows(statement: keyof LogSql, values: unknown[]): Promise<Row[]> {
    invariant(!this.#closed, `log ${this.name} is closed`);
    const name = `${this.name}:${statement}`;
    const { rows } = await this.pool.query<Row[]>({ name, text: this.#sql[statement], values, rowMode: 'array' });
    return rows;
  }

  #assertPartition(partition: number): void {
    invariant(this.#numbers.has(partition), `log ${this.name} has no partition ${partition}`);
  }
}
