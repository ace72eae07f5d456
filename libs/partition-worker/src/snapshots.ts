import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { PartitionMachine, snapshotFormat, type PartitionProcess } from '@ballast/event-sourcing';
import type { EventLog, PartitionHead, SnapshotMark, SnapshotStore, StoredSnapshot } from '@ballast/event-log';
import { invariant, sha256 } from '@ballast/kernel';
import { sourceKey } from './source.js';

const compressed = promisify(deflate);
const decompressed = promisify(inflate);

/** Speed before size: a snapshot lives until the next one. */
const COMPRESSION = { level: 1 };
/** What an entry is reckoned to weigh in a log when its text is not at hand, bytes. */
const ENTRY_BYTES = 256;
/** A snapshot is worth taking when what came since weighs this part of the one before: so writing them stays a small part of the work. */
const WORTHWHILE_SHARE = 0.25;

/** When a partition is written down again, and how many are kept. */
export interface SnapshotPolicy {
  /** Inputs and own events since the last one; Infinity writes none but at a clean stop. */
  readonly everyEntries: number;
  /** Bytes of their texts. */
  readonly everyBytes: number;
  /** Of each partition, the newest. */
  readonly keep: number;
}

/** Some 2,000 entries are taken again in about a second. */
export const SNAPSHOT_POLICY: SnapshotPolicy = { everyEntries: 2_000, everyBytes: 16 * 1024 * 1024, keep: 2 };

export interface SnapshotOptions {
  readonly store: SnapshotStore;
  readonly policy?: SnapshotPolicy;
  /** The program that writes them. */
  readonly release: string;
  readonly build: string;
  /** Told of one that could not be used or not be written, and why. */
  readonly notice: (line: string) => void;
}

/** Nothing follows from so many times the entries of the policy: then a partition is written down where it is. */
const QUIET_TIMES = 2;

interface Captured {
  readonly position: number;
  readonly head: Buffer;
  readonly text: string;
  readonly resting: boolean;
}

/**
 * Writes a partition down from time to time, behind its log. The text is made between two entries, while nothing changes; it is
 * compressed, hashed by whoever waits for nothing, and stored only after the events that it counts in are stored.
 */
export class SnapshotWriter<State> {
  #entries = 0;
  #bytes = 0;
  /** Characters of the last text. */
  #last = 0;
  #captured: Captured | undefined;
  #writing: Promise<void> | undefined;
  /** Where the last snapshot was taken that is good only until something is appended. */
  #restsAt: number | undefined;

  constructor(
    private readonly machine: PartitionMachine<State>,
    private readonly options: SnapshotOptions,
    /** What a start had to take again, and whether it began where a writer had come to rest. */
    start: { readonly taken: number; readonly atRest: boolean },
    /** What is done when a snapshot is stored that holds inputs behind the last event. */
    private readonly whenResting: () => () => void,
  ) {
    this.#entries = start.taken;
    this.#restsAt = start.atRest ? machine.size : undefined;
    machine.onEvent = () => {
      if (this.#isDue()) this.#capture();
    };
  }

  /** Counts what the machine took or said. */
  count(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
  }

  /** What the machine has said is stored: so may be what was captured meanwhile. */
  stored(): void {
    if (this.#writing !== undefined) return;
    if (this.#captured === undefined && this.#isDue(QUIET_TIMES)) this.#capture();
    const captured = this.#captured;
    if (captured === undefined) return;
    this.#captured = undefined;
    const rested = captured.resting ? this.whenResting() : undefined;
    this.#writing = this.#write(captured).then((written) => {
      this.#writing = undefined;
      if (written) rested?.();
    });
  }

  /** The machine comes to rest with everything that it said stored: the next start has nothing to take again. */
  async rest(): Promise<void> {
    this.machine.onEvent = undefined;
    await this.#writing;
    if (this.#entries === 0 || this.machine.size === 0) return;
    this.#capture();
    this.stored();
    await this.#writing;
  }

  #isDue(times = 1): boolean {
    if (this.#writing !== undefined || this.machine.size === 0) return false;
    // What was written at rest is of no use any more: something was appended.
    if (this.#restsAt !== undefined && this.machine.size > this.#restsAt) return true;
    const { everyEntries, everyBytes } = this.options.policy ?? SNAPSHOT_POLICY;
    if (this.#entries < times * everyEntries && this.#bytes < times * everyBytes) return false;
    return this.#bytes + ENTRY_BYTES * this.#entries >= WORTHWHILE_SHARE * this.#last;
  }

  #capture(): void {
    const { size: position, head, atEvent } = this.machine;
    const text = this.machine.snapshot();
    this.#captured = { position, head, text, resting: !atEvent };
    this.#restsAt = atEvent ? undefined : position;
    this.#last = text.length;
    this.#entries = 0;
    this.#bytes = 0;
  }

  async #write({ text, ...place }: Captured): Promise<boolean> {
    const { process, partition } = this.machine;
    const { store, policy = SNAPSHOT_POLICY, release, build, notice } = this.options;
    try {
      const packed = await packedText(text);
      const format = snapshotFormat(process, partition);
      await store.save({ log: process.log, partition, ...place, format, release, build, ...packed }, policy.keep);
      return true;
    } catch (error) {
      notice(`${sourceKey(process.log, partition)}: a snapshot could not be written: ${(error as Error).message}`);
      return false;
    }
  }
}

export interface RestoreOptions<State> {
  readonly process: PartitionProcess<State>;
  readonly partition: number;
  readonly partitions: number;
  readonly logs: (name: string) => EventLog;
  /** Where the partition of the process ends now. */
  readonly head: PartitionHead;
  readonly store: SnapshotStore;
  readonly notice: (line: string) => void;
}

/**
 * Machines to start from, the newest first, and at last one that begins at the beginning. A snapshot of another format or of
 * another history, or one that is damaged, is passed over and said so.
 */
export async function* machinesToStartFrom<State>({
  store,
  notice,
  ...options
}: RestoreOptions<State>): AsyncGenerator<{ readonly machine: PartitionMachine<State>; readonly isLast: boolean }> {
  const { process, partition, partitions } = options;
  const marks = await store.marks(process.log, partition).catch((error: unknown) => {
    notice(`${sourceKey(process.log, partition)}: no snapshot can be read: ${(error as Error).message}`);
    return [];
  });
  for (const mark of marks) {
    try {
      const machine = await machineOf(options, mark, () => store.read(process.log, partition, mark.position));
      if (machine !== undefined) yield { machine, isLast: false };
    } catch (error) {
      const place = `${sourceKey(process.log, partition)}: the snapshot at position ${mark.position}`;
      notice(`${place} is passed over: ${(error as Error).message}`);
    }
  }
  yield { machine: new PartitionMachine(process, partition, partitions), isLast: true };
}

/**
 * Undefined for what was written at rest and is over, as every such snapshot is sooner or later.
 * @throws Error saying why it can't be used
 */
async function machineOf<State>(
  { process, partition, partitions, logs, head }: Omit<RestoreOptions<State>, 'store' | 'notice'>,
  mark: SnapshotMark,
  read: () => Promise<StoredSnapshot | undefined>,
): Promise<PartitionMachine<State> | undefined> {
  const format = snapshotFormat(process, partition);
  if (mark.format !== format) throw new Error(`it has format ${mark.format}, this release reads ${format}`);
  if (mark.resting && mark.position !== head.size) return undefined;
  const stored = await read();
  if (stored === undefined) throw new Error('it is no longer there');
  const machine = new PartitionMachine(process, partition, partitions, await snapshotText(stored));
  if (machine.size !== mark.position || !machine.head.equals(mark.head))
    throw new Error('it is of another place than it says');
  for (const end of machine.ends) {
    if (end.size === 0) continue;
    const [event] = await logs(end.log).read(end.partition, end.size - 1, 1);
    if (event?.chain.equals(end.head) !== true) {
      throw new Error(`${sourceKey(end.log, end.partition)} has another head at position ${end.size}`);
    }
  }
  const commands = machine.cursor(`${process.log}.commands`, partition);
  if (mark.resting && commands !== head.commands) return undefined;
  return machine;
}

/** A text as it is kept. Compressed and hashed on the thread pool: nobody waits for it. */
export async function packedText(text: string): Promise<Pick<StoredSnapshot, 'content' | 'digest'>> {
  const bytes = Buffer.from(text);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes));
  return { content: await compressed(bytes, COMPRESSION), digest };
}

/** @throws Error when it is damaged */
export async function snapshotText({ content, digest }: Pick<StoredSnapshot, 'content' | 'digest'>): Promise<string> {
  const bytes = await decompressed(content);
  invariant(sha256(bytes).equals(digest), 'its content has another hash');
  return bytes.toString();
}
