import type { AuditTask, WeighedTask } from './audit-task.js';

/** A task with the number of entries that it will read, as far as anybody knows before. */
export interface MeteredTask<Task extends AuditTask> extends WeighedTask<Task> {
  readonly reads: number;
}

interface Part {
  readonly weight: number;
  readonly reads: number;
  read: number;
  ended: boolean;
}

/** How far a run of tasks has come: each counts by its weight, as far as it has read what it will read, and whole once it has ended. */
export class Meter<Task extends AuditTask> {
  readonly #parts: ReadonlyMap<Task, Part>;

  constructor(tasks: readonly MeteredTask<Task>[]) {
    this.#parts = new Map(tasks.map(({ task, weight, reads }) => [task, { weight, reads, read: 0, ended: false }]));
  }

  read(task: Task, entries: number): void {
    const part = this.#parts.get(task);
    if (part !== undefined) part.read = Math.min(part.reads, part.read + entries);
  }

  ended(task: Task): void {
    const part = this.#parts.get(task);
    if (part !== undefined) part.ended = true;
  }

  /** From 0 to 1; it never falls. */
  get share(): number {
    let [done, total] = [0, 0];
    for (const { weight, reads, read, ended } of this.#parts.values()) {
      total += weight;
      if (ended) done += weight;
      else if (reads > 0) done += (weight * read) / reads;
    }
    return total === 0 ? 1 : Math.min(1, done / total);
  }
}
