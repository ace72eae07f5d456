import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { compareText, invariant } from '@ballast/kernel';
import type { SealedEvent } from '@ballast/event-sourcing';
import { assertApart, commandsBefore, flawOf, judge, outcomeTogether, type Surroundings } from '../append-rules.js';
import { HASH_BYTES, chainAt, commandsOf, contentOf, eventLinesOf, eventRowsOf, sealedEventsOf } from '../block.js';
import type {
  ArchivedManifest,
  AppendItem,
  AppendOutcome,
  Block,
  BlockPlace,
  CommandRecord,
  Cursor,
  EventLine,
  EventLog,
  EventRow,
  LogShape,
  LogStore,
  PartitionHead,
  PartitionStanding,
  PlacedItem,
  StoredCheckpoint,
} from '../event-log.js';
import { assertShape, partitionNumbers } from '../log-shape.js';
import type { ArchivableLog, RemovalDecision } from '../archive/archivable-log.js';
import { ArchivedBlocks } from '../archive/archived-blocks.js';
import { manifestName, manifestOf, type ArchivedRange, type BlockSpan } from '../archive/archive-manifest.js';
import { ArchiveRefused, type ArchiveStore } from '../archive/archive-store.js';
import { DirectoryArchive } from '../archive/directory-archive.js';
import { assertContiguous } from '../contiguous.js';
import { asRead, correctionsOf } from '../corrections/read-as.js';
import { plainArray, textArray } from './array-literal.js';
import { poolOptions, type PostgresConnection } from './connection.js';
import { logNames } from './log-names.js';
import { logSql, PLANNING, type LogSql } from './log-sql.js';
import { createdShape, migrateLog, presentShape } from './migrate.js';
import { PostgresOutcomes } from './postgres-outcomes.js';
import { PostgresSnapshots } from './postgres-snapshots.js';
import { isTransient } from './transient-error.js';

type Row = readonly unknown[];

interface ArchivedNotes {
  readonly place: BlockPlace;
  readonly notes: readonly string[];
}
const NO_NOTES: ArchivedNotes = { place: { firstPosition: 0, number: 0 }, notes: [] };

/** Commands that may wait for the index of their ids; until then they are looked for in their blocks. */
const UNINDEXED_COMMANDS = 256;
const INDEX_PAGE = 1_000;
/** Keeps others from archiving the same database at the same time; any fixed number. */
const ARCHIVING_LOCK = 6_251_998_219;
/** So that no removal holds its locks for long. */
const BLOCKS_REMOVED_AT_A_TIME = 10_000;
/** A refused item whose reason is gone when it is looked for is tried again; more often than this it can't be. */
const MOST_ATTEMPTS = 5;
const APPENDED: AppendOutcome = { status: 'appended' };

type Ask = (statement: keyof LogSql, values: unknown[]) => Promise<Row[]>;

class PostgresLog implements ArchivableLog {
  readonly outcomes: PostgresOutcomes;
  readonly #sql: LogSql;
  readonly #archived: ArchivedBlocks;
  /** By partition: what is noted in archived blocks, up to a place; read once. */
  readonly #notesInArchive = new Map<number, ArchivedNotes>();
  readonly #openArchive: (place: string) => ArchiveStore;
  readonly #numbers: ReadonlySet<number>;
  readonly #listeners = new Set<(partition: number, size: number) => void>();
  /** Ids of commands that were appended here and are not in the index yet, and the number of the first. */
  readonly #unindexed = new Map<number, { readonly first: number; readonly ids: string[] }>();
  readonly #indexed = new Set<number>();
  readonly #indexing = new Map<number, Promise<void>>();
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
    this.#unindexed.delete(partition);
    this.#indexed.delete(partition);
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
    return [...(await this.#archivedNotes(partition)), ...(await this.#rows('notes', [partition])).map(noteOf)];
  }

  async addNote(partition: number, decide: (before: readonly string[]) => string): Promise<void> {
    this.#assertPartition(partition);
    const archived = await this.#archivedNotes(partition);
    await this.#inTransaction('begin', async (ask) => {
      await ask('hold', [partition]);
      const before = (await ask('notes', [partition])).map(noteOf);
      await ask('note', [partition, decide([...archived, ...before])]);
    });
  }

  /** Of blocks that only the archive holds. */
  async #archivedNotes(partition: number): Promise<readonly string[]> {
    await this.#archived.refresh(partition);
    const end = this.#archived.end(partition).number;
    let { place, notes } = this.#notesInArchive.get(partition) ?? NO_NOTES;
    while (place.number < end) {
      const blocks = await this.#archived.behindBlock(partition, place, Infinity);
      notes = [...notes, ...blocks.flatMap(({ note }) => (note === '' ? [] : [note]))];
      place = blocks.at(-1) as Block;
    }
    this.#notesInArchive.set(partition, { place, notes });
    return notes;
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

  /**
   * Puts ids of commands into their index, behind the answers to whoever gave them. They are those that were appended here;
   * what a former owner left out is read from the blocks.
   */
  async #indexCommands(partition: number): Promise<void> {
    const { first, ids } = this.#unindexed.get(partition) ?? { first: 1, ids: [] };
    this.#unindexed.delete(partition);
    const [index] = await this.#rows('commandIndex', [partition]);
    let indexed = Number(index?.[0]);
    while (indexed < first - 1) {
      const page = await this.commands(partition, indexed, Math.min(INDEX_PAGE, first - 1 - indexed));
      if (page.length === 0) return;
      await this.#rows('indexCommands', [partition, indexed, textArray(page.map(({ commandId }) => commandId))]);
      indexed += page.length;
    }
    const fresh = ids.slice(indexed - (first - 1));
    if (fresh.length > 0) await this.#rows('indexCommands', [partition, indexed, textArray(fresh)]);
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

  async saveCheckpoint(checkpoint: Omit<StoredCheckpoint, 'number'>): Promise<StoredCheckpoint> {
    const { note, frontier, verifierKey, succession } = checkpoint;
    const [row] = await this.#rows('saveCheckpoint', [note, frontier, verifierKey, succession]);
    return checkpointOf(row as Row);
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
    const [index] = await this.#rows('commandIndex', [partition]);
    for (let indexed = Number(index?.[0]); indexed < number;) {
      const page = await this.commands(partition, indexed, INDEX_PAGE);
      invariant(page.length > 0, `${this.name}/${partition} ends before command ${number}`);
      await this.#rows('indexCommands', [partition, indexed, textArray(page.map(({ commandId }) => commandId))]);
      indexed += page.length;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#indexing.values());
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
    const client = await this.pool.connect();
    let failed: Error | undefined;
    try {
      await client.query(begin);
      const done = await work(
        async (statement, values) =>
          (await client.query<Row[]>({ text: this.#sql[statement], values, rowMode: 'array' })).rows,
      );
      await client.query('commit');
      return done;
    } catch (error) {
      // The connection is thrown away, and with it the transaction.
      failed = error as Error;
      throw error;
    } finally {
      client.release(failed);
    }
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
    this.#answered(item);
    return APPENDED;
  }

  /** An index that is behind costs time only, so its trouble is nobody's: the next commands try again. */
  #answered({ partition, commands }: AppendItem): void {
    const [command] = commands;
    if (command === undefined) return;
    let unindexed = this.#unindexed.get(partition);
    if (unindexed === undefined) this.#unindexed.set(partition, (unindexed = { first: command.number, ids: [] }));
    for (const { commandId } of commands) unindexed.ids.push(commandId);
    // The first of an owner asks what the former one left out.
    const isFirst = !this.#indexed.has(partition);
    if ((!isFirst && unindexed.ids.length < UNINDEXED_COMMANDS) || this.#indexing.has(partition)) return;
    this.#indexed.add(partition);
    const running = this.#indexCommands(partition)
      .catch(() => undefined)
      .finally(() => this.#indexing.delete(partition));
    this.#indexing.set(partition, running);
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

export interface PostgresLogStoreOptions {
  readonly connection: PostgresConnection;
  /** Most connections at a time; default 10. */
  readonly poolSize?: number;
  /** Refuses every change: for those who only look. */
  readonly readOnly?: boolean;
  /** Where archived blocks are kept now; default: where they were put. */
  readonly archive?: string | undefined;
  /** Told when an append failed for a reason that may pass: the writer tries again until it does. */
  readonly onTrouble?: (log: string, error: unknown) => void;
}

/** Logs in PostgreSQL 15 or later, one schema per service, over one pool of connections. */
export class PostgresLogStore implements LogStore {
  /** For neighbours in the same database, such as read models. */
  readonly pool: pg.Pool;
  readonly snapshots: PostgresSnapshots;
  readonly #connection: PostgresConnection;
  readonly #openArchive: (place: string) => ArchiveStore;
  readonly #onTrouble: (log: string, error: unknown) => void;
  readonly #logs: PostgresLog[] = [];

  constructor({
    connection,
    poolSize = 10,
    readOnly = false,
    archive,
    onTrouble = () => undefined,
  }: PostgresLogStoreOptions) {
    this.#connection = connection;
    this.#openArchive = (place) => new DirectoryArchive(archive ?? place);
    this.#onTrouble = onTrouble;
    this.pool = new pg.Pool({
      ...poolOptions(connection),
      max: poolSize,
      application_name: 'ballast',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // Also on a server that an operator set otherwise: a crash must never take back a position that was answered for.
      options: `-c synchronous_commit=on ${PLANNING}${readOnly ? ' -c default_transaction_read_only=on' : ''}`,
    });
    this.snapshots = new PostgresSnapshots(this.pool);
    // An idle connection that breaks is replaced; a busy one reports its error to whoever uses it.
    this.pool.on('error', () => undefined);
  }

  async open(shape: LogShape): Promise<EventLog> {
    assertShape(shape);
    await migrateLog(this.pool, this.#connection, shape);
    const log = new PostgresLog(shape, this.pool, this.#onTrouble, this.#openArchive);
    this.#logs.push(log);
    return log;
  }

  async openPresent(name: string): Promise<EventLog | undefined> {
    const shape = await presentShape(this.pool, name);
    if (shape === undefined) return undefined;
    const log = new PostgresLog(shape, this.pool, this.#onTrouble, this.#openArchive);
    this.#logs.push(log);
    return log;
  }

  /** A log that is there, for those who archive it; undefined when it was never created. */
  async openArchivable(name: string): Promise<ArchivableLog | undefined> {
    const log = await this.openPresent(name);
    return log && (log as PostgresLog);
  }

  /**
   * Does what only one process at a time may do with the archive of this database.
   * @throws ArchiveRefused when another one is at it
   */
  async whileArchiving<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [
        ARCHIVING_LOCK,
      ]);
      if (rows[0]?.free !== true) {
        throw new ArchiveRefused('another process archives logs of this database; wait until it is done');
      }
      return await work();
    } finally {
      // Also frees the lock: whoever ends in the middle frees it too.
      client.release(true);
    }
  }

  shapeOf(name: string): Promise<LogShape | undefined> {
    return createdShape(this.pool, name);
  }

  async appendTogether(items: readonly PlacedItem[]): Promise<AppendOutcome> {
    assertApart(items);
    const flaw = items.map(flawOf).find((found) => found !== undefined);
    if (flaw !== undefined) return flaw;
    const byLog = this.#byLog(items);
    try {
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        if (await this.#insertTogether(byLog)) {
          for (const [log, own] of byLog) log.told(own);
          return APPENDED;
        }
        const outcomes: AppendOutcome[] = [];
        for (const [log, own] of byLog) outcomes.push(...(await log.outcomesOf(own)));
        const outcome = outcomeTogether(
          byLog.flatMap(([, own]) => own),
          outcomes,
        );
        if (outcome.status !== 'appended') return outcome;
      }
    } catch (error) {
      if (isTransient(error)) byLog[0]?.[0].trouble(error);
      throw error;
    }
    throw new Error('the store refuses items that belong together and gives no reason');
  }

  /** Logs in the order of their names, so that two writers who compete can't block each other. */
  #byLog(items: readonly PlacedItem[]): readonly (readonly [PostgresLog, readonly PlacedItem[]])[] {
    return [...new Set(items.map(({ log }) => log))].sort(compareText).map((name) => {
      const log = this.#logs.findLast((each) => each.name === name);
      invariant(log !== undefined, `log ${name} is not open`);
      return [log, items.filter((item) => item.log === name)];
    });
  }

  /** @returns false when anything does not fit: then nothing is stored */
  async #insertTogether(byLog: readonly (readonly [PostgresLog, readonly PlacedItem[]])[]): Promise<boolean> {
    const client = await this.pool.connect();
    let failed: Error | undefined;
    try {
      await client.query('begin');
      for (const [log, items] of byLog) {
        if (await log.insertIn(client, items)) continue;
        await client.query('rollback');
        return false;
      }
      await client.query('commit');
      return true;
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      client.release(failed);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.close()));
    await this.pool.end();
  }
}

/** The parameters of the append statement, column by column. */
function appendValues(items: readonly AppendItem[]): unknown[] {
  const moves = items.flatMap((item) => item.cursors.map((move) => ({ partition: item.partition, move })));
  const lasts = items.map((item) => item.events.at(-1));
  const contents = items.map(contentOf);
  const texts: Buffer[] = [];
  const placed = { hashes: 0, texts: 0 };
  const place = (text: string): { readonly at: number; readonly length: number } => {
    const bytes = Buffer.from(text);
    const at = placed.texts;
    texts.push(bytes);
    placed.texts += bytes.length;
    return { at, length: bytes.length };
  };
  const places = contents.map(({ entriesText, hashes, commandsText }) => {
    const hashesAt = placed.hashes;
    placed.hashes += hashes.length;
    return { hashesAt, entries: place(entriesText), commands: place(commandsText) };
  });
  return [
    plainArray(items.map((item) => item.partition)),
    plainArray(items.map((item) => item.epoch)),
    plainArray(items.map((item) => item.expectedSize)),
    plainArray(items.map((item) => item.expectedSize + item.events.length)),
    plainArray(lasts.map((last) => last?.time.clearing ?? null)),
    plainArray(lasts.map((last) => last?.time.hop ?? null)),
    plainArray(items.map((item) => commandsBefore(item) ?? null)),
    plainArray(items.map((item) => item.commands.length)),
    textArray(items.map((item) => item.worker)),
    textArray(items.map((item) => item.trace ?? null)),
    textArray(contents.map(({ cursorsText }) => cursorsText)),
    plainArray(places.map(({ hashesAt }) => hashesAt)),
    plainArray(places.map(({ entries }) => entries.at)),
    plainArray(places.map(({ entries }) => entries.length)),
    plainArray(places.map(({ commands }) => commands.at)),
    plainArray(places.map(({ commands }) => commands.length)),
    Buffer.concat(items.map((item) => item.expectedHead)),
    Buffer.concat(items.map((item, index) => lasts[index]?.chain ?? item.expectedHead)),
    Buffer.concat(contents.map(({ hashes }) => hashes)),
    Buffer.concat(texts),
    plainArray(moves.map(({ partition }) => partition)),
    textArray(moves.map(({ move }) => move[0])),
    plainArray(moves.map(({ move }) => move[1])),
    plainArray(moves.map(({ move }) => move[2])),
    textArray(moves.map(({ move }) => move[3] ?? null)),
  ];
}

function headOf(row: Row): PartitionHead {
  const [partition, epoch, size, head, clearing, hop, commands, incarnation, worker, blocks, blockChain] = row;
  return {
    partition: partition as number,
    epoch: Number(epoch),
    size: Number(size),
    head: head as Buffer,
    clearing: Number(clearing),
    hop: hop as number,
    commands: Number(commands),
    incarnation: incarnation as string,
    worker: worker as string | null,
    blocks: Number(blocks),
    blockChain: blockChain as Buffer,
  };
}

function blockOf(row: Row): Block {
  return {
    partition: row[0] as number,
    number: Number(row[1]),
    firstPosition: Number(row[2]),
    lastPosition: Number(row[3]),
    firstCommand: Number(row[4]),
    lastCommand: Number(row[5]),
    clearing: Number(row[6]),
    hop: row[7] as number,
    epoch: Number(row[8]),
    incarnation: row[9] as string,
    worker: row[10] as string,
    trace: row[11] as string | null,
    chainBefore: row[12] as Buffer,
    chain: row[13] as Buffer,
    hashes: row[14] as Buffer,
    entriesText: row[15] as string,
    commandsText: row[16] as string,
    cursorsText: row[17] as string,
    blockChain: row[18] as Buffer,
    recordedAt: Number(row[19]),
    note: row[20] as string,
  };
}

function cursorOf([, log, partition, position, nextOffset]: Row): Cursor {
  return {
    log: log as string,
    partition: partition as number,
    position: Number(position),
    nextOffset: nextOffset as string | null,
  };
}

function rangeOf(row: Row): ArchivedRange {
  const [number, firstBlock, lastBlock, note, verifierKey, place, proposedBy, removedBy] = row;
  return {
    number: number as number,
    firstBlock: Number(firstBlock),
    lastBlock: Number(lastBlock),
    note: note as string,
    verifierKey: verifierKey as string,
    place: place as string,
    proposedBy: proposedBy as string | null,
    removedBy: removedBy as string | null,
  };
}

const noteOf = ([note]: Row): string => note as string;

function checkpointOf([number, note, frontier, verifierKey, succession]: Row): StoredCheckpoint {
  return {
    number: Number(number),
    note: note as string,
    frontier: frontier as string,
    verifierKey: verifierKey as string,
    succession: succession as string | null,
  };
}
