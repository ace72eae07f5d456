import type { EventRow, EntryReader, LogDirectory } from '@ballast/event-log';
import type { BasisStep, Cause, LogEntry, LogicalTime } from '@ballast/event-sourcing';
import { mayHoldNoFigure, type ServiceLog } from '@ballast/facts';

/** Entries of pricing can be a quarter of a megabyte each: who stops in the middle should not have read a thousand more. */
const PAGE_OF_PRICING = 100;

/** An entry whose texts are parsed when somebody looks at them: most of pricing is of no interest to margin. */
class LazyEntry implements LogEntry {
  readonly time: LogicalTime;
  #payload: unknown;
  #parsed = false;

  constructor(
    readonly log: string,
    private readonly row: EventRow,
  ) {
    this.time = { clearing: row.clearing, hop: row.hop };
  }

  get partition(): number {
    return this.row.partition;
  }

  get position(): number {
    return this.row.position;
  }

  get id(): string {
    return this.row.id;
  }

  get stream(): string {
    return this.row.stream;
  }

  get version(): number {
    return this.row.version;
  }

  get type(): string {
    return this.row.type;
  }

  get schemaVersion(): number {
    return this.row.schemaVersion;
  }

  get correlation(): string {
    return this.row.correlation;
  }

  get actor(): string | null {
    return this.row.actor;
  }

  get cause(): Cause {
    return JSON.parse(this.row.causeText) as Cause;
  }

  get basis(): readonly BasisStep[] {
    return JSON.parse(this.row.basisText) as readonly BasisStep[];
  }

  get payload(): unknown {
    if (!this.#parsed) this.#payload = JSON.parse(this.row.payloadText) as unknown;
    this.#parsed = true;
    return this.#payload;
  }
}

/** Reads the sources of margin for a rebuild that takes little of what it reads. */
export class LazyReader implements EntryReader {
  constructor(private readonly logs: LogDirectory) {}

  async read(log: string, partition: number, after: number, limit: number): Promise<readonly LogEntry[]> {
    if (log.endsWith('.commands')) return this.logs.read(log, partition, after, limit);
    const page = log === 'pricing' ? Math.min(limit, PAGE_OF_PRICING) : limit;
    const own = this.logs.log(log as ServiceLog);
    const rows = await own.readRaw(partition, after, page);
    // What holds a figure that is none is read as two persons have said.
    if (rows.some(({ payloadText }) => mayHoldNoFigure(payloadText))) return own.read(partition, after, rows.length);
    return rows.map((row) => new LazyEntry(log, row));
  }
}
