import type { LogEntry } from './event.js';

/** A view of a log, one row per key. Pure: the runner owns table, cursor and rebuild. */
export interface Projection<Row> {
  readonly name: string;
  /** Raise it to rebuild into a new table. */
  readonly version: number;
  /** Keys of the rows that an event changes; none for an event the view does not know (counted and skipped). */
  keys(event: LogEntry): readonly string[];
  apply(row: Row | undefined, event: LogEntry, key: string): Row | undefined;
}
