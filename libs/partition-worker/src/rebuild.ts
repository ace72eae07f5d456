import { compareLockstep, type LogEntry, type PartitionMachine, type SealedEvent } from '@ballast/event-sourcing';
import {
  blockAt,
  commandEntry,
  cursorMovesOf,
  type Block,
  type BlockPlace,
  type CursorMove,
  type EntryReader,
  type EventLog,
} from '@ballast/event-log';
import { invariant } from '@ballast/kernel';
import { rankIn, sourceKey, type SourceRef } from './source.js';

const PAGE = 1_000;

/** Reads sources forward, a page at a time; remembers what was read ahead. */
export class ForwardReader {
  readonly #pages = new Map<string, { entries: readonly LogEntry[]; next: number }>();

  constructor(private readonly reader: EntryReader) {}

  /** Entries after `after` up to `upTo`, in order. */
  async *between(log: string, partition: number, after: number, upTo: number): AsyncGenerator<LogEntry> {
    const key = sourceKey(log, partition);
    for (let position = after + 1; position <= upTo; position++) {
      let page = this.#pages.get(key);
      if (page === undefined || page.next >= page.entries.length) {
        const entries = await this.reader.read(log, partition, position - 1, PAGE);
        invariant(entries.length > 0, `${key} ends before position ${position}, which was applied`);
        page = { entries, next: 0 };
        this.#pages.set(key, page);
      }
      const entry = page.entries[page.next] as LogEntry;
      invariant(entry.position === position, `${key}: expected position ${position}, read ${entry.position}`);
      page.next += 1;
      yield entry;
    }
  }

  /** What was read and not taken yet, of all sources. */
  *ahead(): Generator<LogEntry> {
    for (const { entries, next } of this.#pages.values()) yield* entries.slice(next);
  }
}

/**
 * Brings a machine to where its logs end, or to given places of them: every input that was applied before an own event, in the order that
 * the event's basis tells, then the event. Nothing is decided again.
 * @param onOwn told of each own event
 * @param endOf last position that is taken of a partition which the machine writes
 * @returns number of entries that were taken
 */
export async function rebuild<State>(
  machine: PartitionMachine<State>,
  logs: (name: string) => EventLog,
  reader: EntryReader,
  onOwn: () => void = () => undefined,
  endOf: (log: string, partition: number) => number = () => Infinity,
): Promise<number> {
  const forward = new ForwardReader(reader);
  let taken = 0;
  for await (const event of ownEvents(machine, logs, endOf)) {
    // What was heard presupposes what others have to know; the machine itself took nothing.
    for (const [source, partition, upTo] of machine.process.hears === true ? [] : event.basis) {
      if (machine.writes(source, partition)) continue;
      const applied = machine.cursor(source, partition);
      for await (const entry of forward.between(source, partition, applied, upTo)) {
        machine.recall(entry);
        taken += 1;
      }
    }
    machine.recallOwn(event);
    taken += 1;
    onOwn();
  }
  return taken;
}

/** Own events in the order of their logical time, which never falls in a partition; of one time, partition after partition. */
async function* ownEvents<State>(
  machine: PartitionMachine<State>,
  logs: (name: string) => EventLog,
  endOf: (log: string, partition: number) => number,
): AsyncGenerator<SealedEvent> {
  const parts = machine.ends.map(
    ({ log, partition, size }) => new OwnPart(logs(log), partition, size, endOf(log, partition)),
  );
  for (const part of parts) await part.advance();
  for (;;) {
    let first: OwnPart | undefined;
    for (const part of parts)
      if (part.next !== undefined && (first === undefined || part.isBefore(first))) first = part;
    if (first?.next === undefined) return;
    yield first.next;
    await first.advance();
  }
}

/** One partition of those that a machine writes, read from where the machine is. */
class OwnPart {
  next: SealedEvent | undefined;
  #page: readonly SealedEvent[] = [];
  #at = 0;

  constructor(
    private readonly log: EventLog,
    private readonly partition: number,
    private readonly after: number,
    private readonly upTo: number,
  ) {}

  async advance(): Promise<void> {
    this.#at += 1;
    if (this.#at >= this.#page.length) {
      const after = this.next?.position ?? this.after;
      this.#page = after < this.upTo ? await this.log.read(this.partition, after, PAGE) : [];
      this.#at = 0;
    }
    const next = this.#page[this.#at];
    this.next = next !== undefined && next.position <= this.upTo ? next : undefined;
  }

  isBefore(other: OwnPart): boolean {
    const [{ time: a }, { time: b }] = [this.next, other.next] as [SealedEvent, SealedEvent];
    return a.clearing < b.clearing || (a.clearing === b.clearing && a.hop < b.hop);
  }
}

/**
 * What was applied after the last own event and answered commands without an event: each command behind the inputs
 * that were applied before it, which the cursors tell that its block moved, and of one block their times; among inputs the order is that of lockstep.
 * To be applied as it comes; nothing when no command was answered since the last event.
 */
export async function* entriesOfTail<State>(
  machine: PartitionMachine<State>,
  log: EventLog,
  reader: EntryReader,
  sources: readonly SourceRef[],
): AsyncGenerator<LogEntry> {
  const { partition } = machine;
  const forward = new ForwardReader(reader);
  const compare = compareLockstep(rankIn(sources));
  const moved = new Map<string, CursorMove>();
  let answered = machine.cursor(`${log.name}.commands`, partition);
  for await (const block of blocksOfTail(log, machine)) {
    for (const move of cursorMovesOf(block)) moved.set(sourceKey(move[0], move[1]), move);
    if (block.lastCommand <= answered) continue;
    const inputs: LogEntry[] = [];
    for (const [source, of, upTo] of moved.values()) {
      // Commands have no cursor: what stands there is where their topic goes on.
      if (source.endsWith('.commands')) continue;
      for await (const entry of forward.between(source, of, machine.cursor(source, of), upTo)) inputs.push(entry);
    }
    inputs.sort(compare);
    for (const record of await log.commands(partition, answered, block.lastCommand - answered)) {
      // A command's clearing time is the latest that its partition had applied.
      const after = inputs.findIndex(({ time }) => time.clearing > record.clearing);
      yield* inputs.splice(0, after < 0 ? inputs.length : after);
      yield commandEntry(log.name, record);
      answered = record.number;
    }
    yield* inputs;
  }
}

/** The block of the last own event and those behind it; in a log that is whole these have none. */
async function* blocksOfTail<State>(
  log: EventLog,
  { partition, size }: PartitionMachine<State>,
): AsyncGenerator<Block> {
  const last = size === 0 ? undefined : await blockAt(log, partition, size);
  if (last !== undefined) yield last;
  for (let place: BlockPlace = { firstPosition: size + 1, number: last?.number ?? 0 }; ;) {
    const blocks = await log.blocks(partition, place, 1);
    if (blocks.length === 0) return;
    yield* blocks;
    place = blocks.at(-1) as Block;
  }
}
