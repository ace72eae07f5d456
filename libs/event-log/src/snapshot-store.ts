/** A snapshot as it is kept: what it is of, and its content. */
export interface StoredSnapshot extends SnapshotMark {
  /** The canonical text of the machine, compressed (deflate). */
  readonly content: Buffer;
}

/** By what a reader chooses a snapshot without reading it. */
export interface SnapshotMark {
  readonly log: string;
  readonly partition: number;
  /** Where the partition ended, and the chain there: a log that has another head at this position is another history. */
  readonly position: number;
  readonly head: Buffer;
  /** Taken while inputs without consequences were applied beyond the last event: good only as long as nothing was appended. */
  readonly resting: boolean;
  /** Versions of what it says, as `snapshotFormat` writes them. */
  readonly format: string;
  /** Name and version of the program that wrote it, and the hash of its build; information only. */
  readonly release: string;
  readonly build: string;
  /** SHA-256 of the text, before compression. */
  readonly digest: Buffer;
}

/** Beside the partitions of accounts: views are of all logs of the services, and stand in no partition of any. */
export const VIEWS = { log: 'accounts', partition: -2, form: 'views' } as const;

/**
 * Where snapshots are kept, beside the logs. A cache: whatever is lost or damaged here is made again from the logs, so nothing here is
 * final and nobody has to own a partition to write.
 */
export interface SnapshotStore {
  /** Keeps a snapshot, and of its partition the newest few only; one of the same position is replaced. */
  save(snapshot: StoredSnapshot, keep: number): Promise<void>;
  /** Partitions of which a log has snapshots, also when it has no such partition. */
  partitions(log: string): Promise<readonly number[]>;
  /** Newest first. */
  marks(log: string, partition: number): Promise<readonly SnapshotMark[]>;
  read(log: string, partition: number, position: number): Promise<StoredSnapshot | undefined>;
  /** Forgets all snapshots of a log. @returns how many there were */
  clear(log: string): Promise<number>;
}
