/** What a worker does when partitions of its service come to it or go. Calls for one partition never overlap. */
export interface PartitionOwner {
  /** Raises the partition's epoch, rebuilds and begins to work. A rejection is reported and tried again. */
  onAssigned(partition: number): Promise<void>;
  /** Stops working on the partition; nothing of it is in flight when this resolves. */
  onRevoked(partition: number): Promise<void>;
}

/** Says which partitions of a service this worker works on. The global partition is number -1. */
export interface Ownership {
  start(owner: PartitionOwner): Promise<void>;
  /** The worker was fenced: it drops the partition, and takes it again if it is still listed at the next heartbeat. */
  fenced(partition: number): void;
  /** Partitions that are worked on at this moment, in order. */
  readonly held: readonly number[];
  /** Partitions that the group gave this worker and that are not worked on yet, or not any more, in order. */
  readonly awaited: readonly number[];
  /** For how long the group has not said that it counts this worker in, milliseconds. */
  readonly silentMs: number;
  /** Drops every partition, then leaves. */
  close(): Promise<void>;
}

interface Taking {
  /** The group lists it for this worker. */
  listed: boolean;
  taken: boolean;
  /** To be dropped although it is listed, as soon as it is taken. */
  fenced: boolean;
  /** Taking it failed or was undone; the next heartbeat tries again. */
  waits: boolean;
  running: Promise<void> | undefined;
}

/** Brings what is worked on in line with what is listed, partition by partition, one step at a time each. */
export class PartitionTaking {
  readonly #partitions = new Map<number, Taking>();
  #leaving = false;
  #heardAt = performance.now();

  constructor(
    private readonly owner: PartitionOwner,
    private readonly onFailure: (partition: number, error: unknown) => void,
  ) {}

  get held(): readonly number[] {
    return [...this.#partitions].flatMap(([partition, { taken }]) => (taken ? [partition] : [])).sort((a, b) => a - b);
  }

  get awaited(): readonly number[] {
    return [...this.#partitions]
      .flatMap(([partition, { listed, taken }]) => (listed && !taken ? [partition] : []))
      .sort((a, b) => a - b);
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** These partitions are this worker's, and no others. */
  list(partitions: readonly number[]): void {
    this.#heardAt = performance.now();
    // A rebalance may still be under way when a worker leaves, and list what it has just dropped.
    if (this.#leaving) return;
    for (const partition of partitions) this.#of(partition);
    for (const [partition, taking] of this.#partitions) {
      taking.listed = partitions.includes(partition);
      this.#reconcile(partition, taking);
    }
  }

  fenced(partition: number): void {
    const taking = this.#partitions.get(partition);
    // A partition that is being taken may be worked on, and fenced, before taking it is finished.
    if (taking === undefined || !(taking.taken || taking.running !== undefined)) return;
    taking.fenced = true;
    this.#reconcile(partition, taking);
  }

  /** The group still counts this worker in: what is listed and not worked on is taken again. */
  heartbeat(): void {
    this.#heardAt = performance.now();
    for (const [partition, taking] of this.#partitions) {
      taking.waits = false;
      this.#reconcile(partition, taking);
    }
  }

  /** Drops everything and takes nothing any more. */
  async dropAll(): Promise<void> {
    this.list([]);
    this.#leaving = true;
    await Promise.all([...this.#partitions.values()].flatMap(({ running }) => running ?? []));
  }

  #of(partition: number): Taking {
    let taking = this.#partitions.get(partition);
    if (taking === undefined) {
      taking = { listed: false, taken: false, fenced: false, waits: false, running: undefined };
      this.#partitions.set(partition, taking);
    }
    return taking;
  }

  #reconcile(partition: number, taking: Taking): void {
    taking.running ??= this.#follow(partition, taking);
  }

  async #follow(partition: number, taking: Taking): Promise<void> {
    // Never in the caller's turn: `running` is set before anything is called.
    await Promise.resolve();
    for (;;) {
      try {
        if (taking.taken && (!taking.listed || taking.fenced)) {
          taking.taken = false;
          taking.waits = taking.fenced;
          taking.fenced = false;
          await this.owner.onRevoked(partition);
        } else if (!taking.taken && taking.listed && !taking.waits) {
          taking.fenced = false;
          await this.owner.onAssigned(partition);
          taking.taken = true;
        } else {
          break;
        }
      } catch (error) {
        taking.waits = true;
        this.#report(partition, error);
      }
    }
    taking.running = undefined;
  }

  /** A report that fails must not end the steps of its partition: nobody would begin them again. */
  #report(partition: number, error: unknown): void {
    try {
      this.onFailure(partition, error);
    } catch {
      // What is to be reported is tried again, and reported again.
    }
  }
}
