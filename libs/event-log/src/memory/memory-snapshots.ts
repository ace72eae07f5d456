import type { SnapshotMark, SnapshotStore, StoredSnapshot } from '../snapshot-store.js';

/** Snapshots in memory, beside a log in memory. */
export class MemorySnapshots implements SnapshotStore {
  /** By log and partition, newest first. */
  readonly #kept = new Map<string, readonly StoredSnapshot[]>();

  async save(snapshot: StoredSnapshot, keep: number): Promise<void> {
    const key = `${snapshot.log}/${snapshot.partition}`;
    const others = (this.#kept.get(key) ?? []).filter(({ position }) => position !== snapshot.position);
    const newestFirst = [snapshot, ...others].sort((a, b) => b.position - a.position);
    this.#kept.set(key, newestFirst.slice(0, keep));
  }

  async partitions(log: string): Promise<readonly number[]> {
    const keys = [...this.#kept.keys()].filter((key) => key.startsWith(`${log}/`));
    return keys.map((key) => Number(key.slice(log.length + 1))).sort((a, b) => a - b);
  }

  async marks(log: string, partition: number): Promise<readonly SnapshotMark[]> {
    return this.#kept.get(`${log}/${partition}`) ?? [];
  }

  async read(log: string, partition: number, position: number): Promise<StoredSnapshot | undefined> {
    return this.#kept.get(`${log}/${partition}`)?.find((each) => each.position === position);
  }

  async clear(log: string): Promise<number> {
    let cleared = 0;
    for (const [key, kept] of this.#kept) {
      if (!key.startsWith(`${log}/`)) continue;
      cleared += kept.length;
      this.#kept.delete(key);
    }
    return cleared;
  }
}
