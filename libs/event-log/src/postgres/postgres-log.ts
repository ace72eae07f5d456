import pg from 'pg';
import { compareText, invariant } from '@ballast/kernel';
import type { SealedEvent } from '@ballast/event-sourcing';
import {
  assertApart,
  commandsBefore,
  firstVersions,
  flawOf,
  judge,
  outcomeTogether,
  type Surroundings,
} from '../append-rules.js';
import type {
  AppendItem,
  AppendOutcome,
  CommandRecord,
  Cursor,
  EventLog,
  EventRow,
  LogShape,
  LogStore,
  PartitionHead,
  PlacedItem,
  StoredCheckpoint,
} from '../event-log.js';
import { assertShape, partitionNumbers } from '../log-shape.js';
import { assertContiguous, eventOf } from '../stored-event.js';
import { plainArray, textArray } from './array-literal.js';
import { poolOptions, type PostgresConnection } from './connection.js';
import { logNames } from './log-names.js';
import { logSql, PLANNING, type LogSql } from './log-sql.js';
import { createdShape, migrateLog } from './migrate.js';
import { PostgresSnapshots } from './postgres-snapshots.js';
import { isTransient } from './transient-error.js';

type Row = readonly unknown[];

const UNIQUE_VIOLATION = '23505';
/** A refused item whose reason is gone when it is looked for is tried again; more often than this it can't be. */
const MOST_ATTEMPTS = 5;
const APPENDED: AppendOutcome = { status: 'appended' };

class PostgresLog implements EventLog {
  readonly #sql: LogSql;
  readonly #numbers: ReadonlySet<number>;
  readonly #listeners = new Set<(partition: number, size: number) => void>();
  #closed = false;

  constructor(
    readonly shape: LogShape,
    private readonly pool: pg.Pool,
    private readonly onTrouble: (log: string, error: unknown) => void,
  ) {
    this.#sql = logSql(logNames(shape.name));
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
    const rows = await this.readRaw(partition, after, limit);
    assertContiguous(this.name, partition, after, rows);
    return rows.map((row) => eventOf(this.name, row));
  }

  async readRaw(partition: number, after: number, limit: number): Promise<readonly EventRow[]> {
    this.#assertPartition(partition);
    return (await this.#rows('read', [partition, after, limit])).map(eventRowOf);
  }

  async hashes(partition: number, after: number, limit: number): Promise<Buffer> {
    this.#assertPartition(partition);
    const [row] = await this.#rows('hashes', [partition, after, limit]);
    return (row?.[0] as Buffer | null) ?? Buffer.alloc(0);
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
    return (await this.#rows('commands', [partition, after, limit])).map(commandOf);
  }

  async commandById(partition: number, commandId: string): Promise<CommandRecord | undefined> {
    this.#assertPartition(partition);
    const [row] = await this.#rows('commandsById', [[partition], [commandId]]);
    return row && commandOf(row);
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

  async saveCheckpoint(note: string, frontier: string): Promise<StoredCheckpoint> {
    const [row] = await this.#rows('saveCheckpoint', [note, frontier]);
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
    const [row] = await this.#rows('renewIncarnation', []);
    return (row as Row)[0] as string;
  }

  onAppended(listener: (partition: number, size: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  /** One statement for the group. A stored id makes PostgreSQL give up all of it: then every item goes alone. */
  async #insert(items: readonly AppendItem[]): Promise<ReadonlySet<number>> {
    try {
      return new Set((await this.#rows('append', appendValues(items))).map(([partition]) => partition as number));
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      if (items.length === 1) return new Set();
      const alone: ReadonlySet<number>[] = [];
      for (const item of items) alone.push(await this.#insert([item]));
      return new Set(alone.flatMap((accepted) => [...accepted]));
    }
  }

  /** Why items were not accepted. In a transaction of its own, which sees what the append had to wait for. */
  async #judge(items: readonly AppendItem[]): Promise<ReadonlyMap<number, AppendOutcome>> {
    if (items.length === 0) return new Map();
    const client = await this.pool.connect();
    let failed: Error | undefined;
    try {
      await client.query('begin transaction isolation level repeatable read read only');
      const surroundings = await this.#surroundings(client, items);
      await client.query('commit');
      return new Map(items.map((item) => [item.partition, judge(item, surroundings(item.partition))]));
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      client.release(failed);
    }
  }

  async #surroundings(
    client: pg.PoolClient,
    items: readonly AppendItem[],
  ): Promise<(partition: number) => Surroundings> {
    const partitions = items.map(({ partition }) => partition);
    const events = items.flatMap((item) => item.events);
    const commands = items.flatMap((item) => item.commands);
    const streams = items.flatMap((item) => [...firstVersions(item).keys()].map((stream) => ({ ...item, stream })));
    const numbersOf = (of: readonly { readonly partition: number }[]): number[] => of.map(({ partition }) => partition);
    const ask = async (statement: keyof LogSql, values: unknown[]): Promise<Row[]> =>
      (await client.query<Row[]>({ text: this.#sql[statement], values, rowMode: 'array' })).rows;

    const heads = new Map((await ask('headsOf', [partitions])).map(headOf).map((head) => [head.partition, head]));
    const byId = new Map(
      (await ask('eventsById', [numbersOf(events), events.map(({ id }) => id)])).map(
        ([partition, id, position, hash]) => [
          `${partition as number}/${id as string}`,
          { position: Number(position), hash: hash as Buffer },
        ],
      ),
    );
    const commandsById = new Map(
      (await ask('commandsById', [numbersOf(commands), commands.map(({ commandId }) => commandId)]))
        .map(commandOf)
        .map((command) => [`${command.partition}/${command.commandId}`, command]),
    );
    const versions = new Map(
      (await ask('streamVersions', [numbersOf(streams), streams.map(({ stream }) => stream)])).map(
        ([partition, stream, version]) => [`${partition as number}/${stream as string}`, version as number],
      ),
    );
    const cursors = new Map(
      (await ask('cursors', [partitions])).map((row) => {
        const cursor = cursorOf(row);
        return [`${row[0] as number}/${cursor.log}/${cursor.partition}`, cursor];
      }),
    );
    return (partition) => ({
      head: heads.get(partition) as PartitionHead,
      eventById: (id) => byId.get(`${partition}/${id}`),
      commandById: (id) => commandsById.get(`${partition}/${id}`),
      streamVersion: (stream) => versions.get(`${partition}/${stream}`) ?? 0,
      cursor: (log, source) => cursors.get(`${partition}/${log}/${source}`),
    });
  }

  #appended(item: AppendItem): AppendOutcome {
    const last = item.events.at(-1);
    if (last !== undefined) for (const listener of this.#listeners) listener(item.partition, last.position);
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

export interface PostgresLogStoreOptions {
  readonly connection: PostgresConnection;
  /** Most connections at a time; default 10. */
  readonly poolSize?: number;
  /** Told when an append failed for a reason that may pass: the writer tries again until it does. */
  readonly onTrouble?: (log: string, error: unknown) => void;
}

/** Logs in PostgreSQL 15 or later, one schema per service, over one pool of connections. */
export class PostgresLogStore implements LogStore {
  /** For neighbours in the same database, such as read models. */
  readonly pool: pg.Pool;
  readonly snapshots: PostgresSnapshots;
  readonly #connection: PostgresConnection;
  readonly #onTrouble: (log: string, error: unknown) => void;
  readonly #logs: PostgresLog[] = [];

  constructor({ connection, poolSize = 10, onTrouble = () => undefined }: PostgresLogStoreOptions) {
    this.#connection = connection;
    this.#onTrouble = onTrouble;
    this.pool = new pg.Pool({
      ...poolOptions(connection),
      max: poolSize,
      application_name: 'ballast',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // Also on a server that an operator set otherwise: a crash must never take back a position that was answered for.
      options: `-c synchronous_commit=on ${PLANNING}`,
    });
    this.snapshots = new PostgresSnapshots(this.pool);
    // An idle connection that breaks is replaced; a busy one reports its error to whoever uses it.
    this.pool.on('error', () => undefined);
  }

  async open(shape: LogShape): Promise<EventLog> {
    assertShape(shape);
    await migrateLog(this.pool, this.#connection, shape);
    const log = new PostgresLog(shape, this.pool, this.#onTrouble);
    this.#logs.push(log);
    return log;
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
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) {
        failed = error as Error;
        throw error;
      }
      await client.query('rollback');
      return false;
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
  const events = items.flatMap((item) => item.events);
  const commands = items.flatMap((item) => item.commands);
  const begins = items.flatMap((item) =>
    [...firstVersions(item)].flatMap(([stream, version]) =>
      version > 1 ? [{ partition: item.partition, stream, version }] : [],
    ),
  );
  const moves = items.flatMap((item) => item.cursors.map((move) => ({ partition: item.partition, move })));
  const lasts = items.map((item) => item.events.at(-1));
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
    Buffer.concat(items.map((item) => item.expectedHead)),
    Buffer.concat(items.map((item, index) => lasts[index]?.chain ?? item.expectedHead)),
    plainArray(begins.map((begin) => begin.partition)),
    textArray(begins.map((begin) => begin.stream)),
    plainArray(begins.map((begin) => begin.version)),
    plainArray(moves.map(({ partition }) => partition)),
    textArray(moves.map(({ move }) => move[0])),
    plainArray(moves.map(({ move }) => move[1])),
    plainArray(moves.map(({ move }) => move[2])),
    textArray(moves.map(({ move }) => move[3] ?? null)),
    plainArray(events.map((event) => event.partition)),
    plainArray(events.map((event) => event.position)),
    plainArray(events.map((event) => event.id)),
    textArray(events.map((event) => event.stream)),
    plainArray(events.map((event) => event.version)),
    textArray(events.map((event) => event.type)),
    plainArray(events.map((event) => event.schemaVersion)),
    plainArray(events.map((event) => event.time.clearing)),
    plainArray(events.map((event) => event.time.hop)),
    textArray(events.map((event) => event.causeText)),
    textArray(events.map((event) => event.basisText)),
    textArray(events.map((event) => event.correlation)),
    textArray(events.map((event) => event.actor)),
    textArray(events.map((event) => event.payloadText)),
    Buffer.concat(events.map((event) => event.hash)),
    Buffer.concat(events.map((event) => event.chain)),
    plainArray(commands.map((command) => command.partition)),
    plainArray(commands.map((command) => command.number)),
    textArray(commands.map((command) => command.commandId)),
    textArray(commands.map((command) => command.type)),
    textArray(commands.map((command) => command.bodyText)),
    plainArray(commands.map((command) => command.clearing)),
    textArray(commands.map((command) => command.actor)),
    textArray(commands.map((command) => command.resultText)),
    Buffer.concat(commands.map((command) => command.bodyHash)),
  ];
}

function headOf(row: Row): PartitionHead {
  const [partition, epoch, size, head, clearing, hop, commands, incarnation, worker] = row;
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
  };
}

function eventRowOf(row: Row): EventRow {
  return {
    partition: row[0] as number,
    position: Number(row[1]),
    id: row[2] as string,
    stream: row[3] as string,
    version: row[4] as number,
    type: row[5] as string,
    schemaVersion: row[6] as number,
    clearing: Number(row[7]),
    hop: row[8] as number,
    causeText: row[9] as string,
    basisText: row[10] as string,
    correlation: row[11] as string,
    actor: row[12] as string | null,
    payloadText: row[13] as string,
    hash: row[14] as Buffer,
    chain: row[15] as Buffer,
    epoch: Number(row[16]),
    worker: row[17] as string,
    incarnation: row[18] as string,
    recordedAt: Number(row[19]),
    trace: row[20] as string | null,
  };
}

function commandOf(row: Row): CommandRecord {
  const [partition, number, commandId, type, bodyText, bodyHash, clearing, actor, resultText] = row;
  return {
    partition: partition as number,
    number: Number(number),
    commandId: commandId as string,
    type: type as string,
    bodyText: bodyText as string,
    bodyHash: bodyHash as Buffer,
    clearing: Number(clearing),
    actor: actor as string | null,
    resultText: resultText as string | null,
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

function checkpointOf([number, note, frontier]: Row): StoredCheckpoint {
  return { number: Number(number), note: note as string, frontier: frontier as string };
}
