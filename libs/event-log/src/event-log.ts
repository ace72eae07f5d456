import type { Instant } from '@ballast/kernel';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { ArchivedRange } from './archive/archive-manifest.js';
import type { OutcomeIndex } from './outcome-index.js';
import type { SnapshotStore } from './snapshot-store.js';

/**
 * What a log is, chosen when it is created and never changed: its name (`accounts`, or `exchange.fills` for one of
 * several logs of a service), the number of numbered partitions (0 for a log with a global partition only), and
 * whether the global partition, number -1, exists besides.
 */
export interface LogShape {
  readonly name: string;
  readonly partitions: number;
  readonly global: boolean;
}

/** Where a partition ends. One row in the database: counter, fence and chain head in one. */
export interface PartitionHead {
  readonly partition: number;
  /** Raised by every `take`; an append must name the present one. */
  readonly epoch: number;
  /** Position of the last event; 0 when empty. */
  readonly size: number;
  /** Chain after the last event; 32 zero bytes when empty. */
  readonly head: Buffer;
  /** Logical time of the last event; both 0 when empty. */
  readonly clearing: Instant;
  readonly hop: number;
  /** Number of the last command; 0 before the first. */
  readonly commands: number;
  /** New after a restore or a promotion: positions of another incarnation may name other events. */
  readonly incarnation: string;
  /** Who took the partition last; null before the first. */
  readonly worker: string | null;
  /** Number of the last block; 0 before the first. */
  readonly blocks: number;
  /** Head of the chain over blocks; 32 zero bytes before the first. */
  readonly blockChain: Buffer;
}

/**
 * What one item brought, in one row: its events, the answers to commands, the cursors it moved. A block without them says
 * that somebody took the partition, that it got a new incarnation, or what its note tells: so the partition's end is always that of its last block.
 */
export interface Block {
  readonly partition: number;
  /** 1, 2, 3, ... per partition. */
  readonly number: number;
  /** Position of its first event: one more than the size before, also when it has none. */
  readonly firstPosition: number;
  /** Position of its last event: the size after it. */
  readonly lastPosition: number;
  readonly firstCommand: number;
  readonly lastCommand: number;
  /** Logical time after it. */
  readonly clearing: Instant;
  readonly hop: number;
  readonly epoch: number;
  readonly incarnation: string;
  readonly worker: string;
  readonly trace: string | null;
  /** Chain over events before its first and after its last event. */
  readonly chainBefore: Buffer;
  readonly chain: Buffer;
  /** Event hashes, 32 bytes each, one behind the other. */
  readonly hashes: Buffer;
  /** The hashed texts of its events, one in a line. */
  readonly entriesText: string;
  /** Its commands with their answers, a canonical text in a line. */
  readonly commandsText: string;
  /** Its cursor moves as a JSON array; empty when there are none. */
  readonly cursorsText: string;
  /** What persons did to the partition itself, as a canonical text; empty in all other blocks. */
  readonly note: string;
  /** Chain over blocks after it; covers all of the above. */
  readonly blockChain: Buffer;
  /** Wall clock of the store, milliseconds since 1970. Information only. */
  readonly recordedAt: number;
}

/** A block's place in the order of its partition. */
export type BlockPlace = Pick<Block, 'firstPosition' | 'number'>;

/** What a store keeps of a partition beside its blocks, at one moment; all of it follows from them. */
export interface PartitionStanding {
  readonly head: PartitionHead;
  readonly cursors: readonly Cursor[];
  /** Number of the command up to which commands are found by their ids in an index. */
  readonly indexedCommands: number;
  /** Rows of that index. */
  readonly indexRows: number;
  readonly relayed: number;
  /** In order. */
  readonly archived: readonly ArchivedRange[];
}

/** A command that was accepted for decision; its number is its position in the log `<service>.commands`. */
export interface CommandRecord {
  readonly partition: number;
  /** 1, 2, 3, ... per partition, given by the partition's owner. */
  readonly number: number;
  readonly commandId: string;
  readonly type: string;
  /** Canonical text of the command's body. */
  readonly bodyText: string;
  /** SHA-256 of the body text: the same id with another body is another command, and refused. */
  readonly bodyHash: Buffer;
  readonly clearing: Instant;
  readonly actor: string | null;
  /** Canonical text of the answer; null when the process had none to give. */
  readonly resultText: string | null;
}

/**
 * "Of this source log partition everything up to here is applied." The fourth part is a hint: the next Kafka offset
 * to fetch. What comes is judged by position alone. A `BasisStep` is a move without a hint.
 */
export type CursorMove = readonly [log: string, partition: number, upTo: number, nextOffset?: string];

export interface Cursor {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  readonly nextOffset: string | null;
}

/** One partition's events, the cursors that move with them and the answers to commands: all or nothing. */
export interface AppendItem {
  readonly partition: number;
  readonly epoch: number;
  readonly expectedSize: number;
  readonly expectedHead: Buffer;
  readonly events: readonly SealedEvent[];
  readonly cursors: readonly CursorMove[];
  readonly commands: readonly CommandRecord[];
  /** Who writes; stored beside the events, not hashed. */
  readonly worker: string;
  /** W3C trace context; stored beside the events, not hashed. */
  readonly trace?: string;
}

/** An item for a partition of one of several logs. */
export interface PlacedItem extends AppendItem {
  readonly log: string;
}

export type ConflictReason =
  /** The partition or its commands don't end where the item begins. */
  | 'version'
  /** An event or command id stands twice in the item. */
  | 'id'
  /** Sizes agree, chain heads don't: the writer continues another history. */
  | 'head'
  /** A cursor would move back. */
  | 'cursor'
  /** The item contradicts itself; no log would take it. */
  | 'malformed';

export type AppendOutcome =
  | { readonly status: 'appended' }
  /** The chain says that all of it is stored already: a retry of an append whose answer was lost. */
  | { readonly status: 'duplicate' }
  /** Somebody else took the partition. The writer must drop it. */
  | { readonly status: 'fenced'; readonly epoch: number }
  | { readonly status: 'conflict'; readonly reason: ConflictReason; readonly detail: string };

/** A stored event as it was hashed, unparsed. */
export interface EventLine extends Pick<SealedEvent, 'position' | 'text' | 'hash' | 'chain'> {
  readonly partition: number;
}

/** A stored event taken apart, its texts unparsed. */
export interface EventTexts extends EventLine {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly clearing: Instant;
  readonly hop: number;
  readonly causeText: string;
  readonly basisText: string;
  readonly correlation: string;
  readonly actor: string | null;
  readonly payloadText: string;
}

/** The same with what stands beside the events of its block and is not in its hash. */
export interface EventRow extends EventTexts {
  readonly epoch: number;
  readonly worker: string;
  readonly incarnation: string;
  /** Wall clock of the store, milliseconds since 1970. Information only. */
  readonly recordedAt: number;
  readonly trace: string | null;
}

export interface StoredCheckpoint {
  readonly number: number;
  /** The signed note. */
  readonly note: string;
  /** What the next checkpoint continues from; checked against the note before it is believed. */
  readonly frontier: string;
  /** Key that signed it, as verifiers take it. */
  readonly verifierKey: string;
  /** Statement by which the key of the checkpoint before handed over to this one; null when it is the same key. */
  readonly succession: string | null;
}

/** What the archive has of a signed manifest. */
export interface ArchivedManifest {
  readonly file: string;
  readonly note: string | undefined;
}

/**
 * A log of one service. Every partition has one writer, made so by `take`; reading needs no ownership.
 * Positions that can be read are contiguous and final: a position is visible only after its transaction committed,
 * and the partition's row is locked until then.
 */
export interface EventLog {
  readonly name: string;
  /** Number of numbered partitions. */
  readonly partitions: number;
  readonly global: boolean;

  /** Raises the epoch and returns where the partition ends: the only way to become its writer. */
  take(partition: number, worker: string): Promise<PartitionHead>;
  /**
   * Appends in one transaction, a block for each item. That ids and versions are new is the writer's business: it alone
   * knows all that its partition holds, and `verifyPartition` checks it. Outcomes come in the order of the items; an item fails alone, the others commit.
   * Partitions must differ. Rejects only when the store itself failed: then nothing is known, and the same call may
   * be repeated (what had been committed answers `duplicate`).
   */
  append(items: readonly AppendItem[]): Promise<readonly AppendOutcome[]>;

  /**
   * Up to `limit` events after a position, in order, as they are to be read.
   * @throws InvariantViolation on a hole
   * @throws UnreadableEvent on a figure that is none, unless two persons have said how it is read
   */
  read(partition: number, after: number, limit: number): Promise<readonly SealedEvent[]>;
  /** The same as their lines, without looking for holes: for replay, which compares texts. */
  readLines(partition: number, after: number, limit: number): Promise<readonly EventLine[]>;
  /** The same with what stands beside the events, payloads unparsed, without looking for holes. */
  readRaw(partition: number, after: number, limit: number): Promise<readonly EventRow[]>;
  /** Event hashes, 32 bytes each, one behind the other: the leaves of the partition's Merkle tree. */
  hashes(partition: number, after: number, limit: number): Promise<Buffer>;
  /**
   * Blocks behind a place in the order of the partition, as stored, without looking for holes: for verification. Those
   * that begin within `positions` of it, or one that begins later; at most 1,000.
   */
  blocks(partition: number, after: BlockPlace, positions: number): Promise<readonly Block[]>;
  /** The last block that ends before a position; undefined when there is none. */
  blockBefore(partition: number, position: number): Promise<Block | undefined>;
  standing(partition: number): Promise<PartitionStanding>;
  /** Numbers under which an index knows commands, by id; for verification. */
  indexedCommands(partition: number, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Makes the index of command ids of a partition again from its blocks, up to its end, for whoever owns the tables. Nobody sees it
   * half made; its writer goes on.
   * @param onIndexed told of the number of the last command that is in it, page by page
   */
  rebuildCommandIndex(partition: number, onIndexed: (number: number) => void): Promise<void>;
  /** Where every partition ends, at one moment, the global one first. */
  heads(): Promise<readonly PartitionHead[]>;

  /** What its partitions have said of ids for good, as their writers have put it in. */
  readonly outcomes: OutcomeIndex;

  /** What persons did to a partition or said of its events, in order; see `Block.note`. */
  notes(partition: number): Promise<readonly string[]>;
  /**
   * Says so in a block without events. Nobody writes to the partition between what `decide` is shown and what it answers.
   * @param decide gives the note, or throws to refuse
   */
  addNote(partition: number, decide: (before: readonly string[]) => string): Promise<void>;

  /** The copy of the manifest that stands beside the files of an archived range, in the directory that is read; its note is undefined when it is missing. */
  archivedManifest(range: ArchivedRange): Promise<ArchivedManifest>;

  cursors(partition: number): Promise<readonly Cursor[]>;
  commands(partition: number, after: number, limit: number): Promise<readonly CommandRecord[]>;
  commandById(partition: number, commandId: string): Promise<CommandRecord | undefined>;

  /** Position up to which the partition was published; 0 before the first. */
  relayCursor(partition: number): Promise<number>;
  /** Never moves back: a slower relay of a former owner changes nothing. */
  saveRelayCursor(partition: number, position: number): Promise<void>;

  /**
   * @param after number of the last checkpoint that the signer knows; 0 before the first
   * @returns undefined when that is not the last any more: another process signed one meanwhile, and nothing is stored
   */
  saveCheckpoint(after: number, checkpoint: Omit<StoredCheckpoint, 'number'>): Promise<StoredCheckpoint | undefined>;
  checkpoints(after: number, limit: number): Promise<readonly StoredCheckpoint[]>;
  lastCheckpoint(): Promise<StoredCheckpoint | undefined>;

  /** Gives every partition a new incarnation. For the operator, after a restore or a promotion, before any worker starts. */
  renewIncarnation(): Promise<string>;

  /**
   * Calls back after each append through this handle, with the partition's new size. A hint to look again, not a
   * delivery: other processes append too. Returns how to stop.
   */
  onAppended(listener: (partition: number, size: number) => void): () => void;
  close(): Promise<void>;
}

/** Several logs side by side, e.g. one schema per service in one database. */
export interface LogStore {
  /** Of the partitions of its logs. */
  readonly snapshots: SnapshotStore;
  /**
   * Opens a log, and creates it when it isn't there.
   * @throws LogRefused when it was created with another shape, or by a newer version of this program
   */
  open(shape: LogShape): Promise<EventLog>;
  /**
   * Opens a log as it is and changes nothing; undefined when it was never created.
   * @throws LogRefused when its tables are those of another release, or say that it is another log
   */
  openPresent(name: string): Promise<EventLog | undefined>;
  /** The shape a log was created with; undefined when there is no such log yet. Creates nothing. */
  shapeOf(name: string): Promise<LogShape | undefined>;
  /**
   * Appends to partitions of several open logs of this store in one transaction: every item or none. The outcome is that
   * of the first item that does not fit. Rejects, and may be repeated, as `EventLog.append`.
   */
  appendTogether(items: readonly PlacedItem[]): Promise<AppendOutcome>;
  close(): Promise<void>;
}

/** A log that must not be opened this way; the message says what to change. */
export class LogRefused extends Error {
  override readonly name: string = 'LogRefused';
}

/** A log whose own description is not as it was written. */
export class LogAltered extends LogRefused {
  override readonly name = 'LogAlteredRefused';
}
