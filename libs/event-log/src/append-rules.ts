import { compareText, invariant, sha256OfPair } from '@ballast/kernel';
import type {
  AppendItem,
  AppendOutcome,
  CommandRecord,
  ConflictReason,
  Cursor,
  PartitionHead,
  PlacedItem,
} from './event-log.js';

/** What a store knows around an item: enough to say why it may or may not be appended. */
export interface Surroundings {
  readonly head: PartitionHead;
  /** Chain after a position; undefined when the partition is not that long. */
  chainAt(position: number): Buffer | undefined;
  commandByNumber(number: number): CommandRecord | undefined;
  cursor(log: string, partition: number): Cursor | undefined;
}

type Conflict = Extract<AppendOutcome, { status: 'conflict' }>;

const conflict = (reason: ConflictReason, detail: string): Conflict => ({ status: 'conflict', reason, detail });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Bytes of its text: a Kafka message must hold an event with its headers; brokers take 1 MiB by default. */
const LONGEST_EVENT = 900_000;

/** Neither PostgreSQL nor UTF-8 keeps every JavaScript string: a NUL or half a surrogate pair would change the hash. */
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const storable = (value: string): boolean => !UNSTORABLE.test(value);

/**
 * The part of the rules that needs no look into the store: the events must follow each other by position, version
 * and chain. A writer that breaks them is defective, so the item is refused before it costs a transaction.
 */
export function flawOf(item: AppendItem): Conflict | undefined {
  let chain = item.expectedHead;
  let position = item.expectedSize;
  const versions = new Map<string, number>();
  const ids = new Set<string>();
  const sources = new Set<string>();
  for (const event of item.events) {
    position += 1;
    const where = `event ${event.partition}/${event.position}`;
    if (event.partition !== item.partition) return conflict('malformed', `${where} in an item of ${item.partition}`);
    if (event.position !== position) return conflict('malformed', `${where} stands where position ${position} belongs`);
    if (!UUID.test(event.id)) return conflict('malformed', `${where} has the id ${event.id}, which is no UUID`);
    if (ids.has(event.id)) return conflict('id', `${where} has the id ${event.id}, and so has an event before it`);
    ids.add(event.id);
    const { stream, type, correlation, actor } = event;
    if (!storable(stream) || !storable(type) || !storable(correlation) || (actor !== null && !storable(actor))) {
      return conflict('malformed', `${where} has a text that can't be stored as UTF-8`);
    }
    // A unit of UTF-16 takes three bytes at most: nearly all texts need not be measured.
    const bytes = 3 * event.text.length > LONGEST_EVENT ? Buffer.byteLength(event.text) : 0;
    if (bytes > LONGEST_EVENT) {
      return conflict('malformed', `${where} has ${bytes} bytes, at most ${LONGEST_EVENT} are possible`);
    }
    if (!Number.isSafeInteger(event.version) || event.version < 1) {
      return conflict('malformed', `${where} has the version ${event.version}`);
    }
    const before = versions.get(event.stream);
    if (before !== undefined && event.version !== before + 1) {
      return conflict('malformed', `${where} has version ${event.version} of ${event.stream} after ${before}`);
    }
    versions.set(event.stream, event.version);
    chain = sha256OfPair(chain, event.hash);
    if (!chain.equals(event.chain)) return conflict('malformed', `${where} does not continue the chain`);
  }
  let number = item.commands[0]?.number ?? 0;
  const commandIds = new Set<string>();
  for (const command of item.commands) {
    if (command.partition !== item.partition || command.number !== number || number < 1) {
      return conflict('malformed', `command ${command.partition}/${command.number} stands where ${number} belongs`);
    }
    if (commandIds.has(command.commandId))
      return conflict('id', `command ${command.commandId} stands twice in an item`);
    commandIds.add(command.commandId);
    if (!storable(command.commandId) || !storable(command.type) || !storable(command.actor ?? '')) {
      return conflict('malformed', `command ${number} has a text that can't be stored as UTF-8`);
    }
    number += 1;
  }
  for (const [log, partition, upTo] of item.cursors) {
    const source = `${log}/${partition}`;
    if (sources.has(source)) return conflict('malformed', `the cursor of ${source} stands twice in an item`);
    if (!Number.isSafeInteger(upTo) || upTo < 0) return conflict('malformed', `cursor ${source} at ${upTo}`);
    sources.add(source);
  }
  return undefined;
}

/** Where the partition must stand for the item's commands to follow; undefined when the item has none. */
export function commandsBefore(item: Pick<AppendItem, 'commands'>): number | undefined {
  const [first] = item.commands;
  return first === undefined ? undefined : first.number - 1;
}

const sameCommand = (a: CommandRecord, b: CommandRecord): boolean =>
  a.commandId === b.commandId && a.type === b.type && a.bodyHash.equals(b.bodyHash) && a.resultText === b.resultText;

/**
 * The rules of appending, one text for every store. A memory log asks them before it appends; PostgreSQL checks the
 * same in its statement and asks here why an item was not taken.
 * @returns what becomes of the item; `appended` means that it may be appended
 */
export function judge(item: AppendItem, stored: Surroundings): AppendOutcome {
  const { head } = stored;
  if (item.epoch !== head.epoch) return { status: 'fenced', epoch: head.epoch };
  if (isStored(item, stored)) return { status: 'duplicate' };
  if (item.expectedSize !== head.size) {
    return conflict(
      'version',
      `partition ${head.partition} ends at ${head.size}, the item expects ${item.expectedSize}`,
    );
  }
  if (!item.expectedHead.equals(head.head)) {
    return conflict('head', `partition ${head.partition} has another chain head at ${head.size} than the item expects`);
  }
  const before = commandsBefore(item);
  if (before !== undefined && before !== head.commands) {
    return conflict('version', `the last command is ${head.commands}, the item expects ${before}`);
  }
  for (const [log, partition, upTo] of item.cursors) {
    const cursor = stored.cursor(log, partition);
    if (cursor !== undefined && upTo < cursor.position) {
      return conflict('cursor', `the cursor of ${log}/${partition} would move back from ${cursor.position} to ${upTo}`);
    }
  }
  return { status: 'appended' };
}

/**
 * True if all of the item is there: the chain after its last event is a hash over it and everything before. Then its
 * cursors moved too, because they moved in the same transaction.
 */
function isStored(item: AppendItem, stored: Surroundings): boolean {
  const last = item.events.at(-1);
  if (last === undefined && item.commands.length === 0) return false;
  if (last !== undefined && stored.chainAt(last.position)?.equals(last.chain) !== true) return false;
  return item.commands.every((command) => {
    const there = stored.commandByNumber(command.number);
    return there !== undefined && sameCommand(command, there);
  });
}

/** Order in which cursors are listed. */
export const compareCursors = (a: Cursor, b: Cursor): number => compareText(a.log, b.log) || a.partition - b.partition;

/** @throws InvariantViolation when two items are for one partition of one log */
export function assertApart(items: readonly PlacedItem[]): void {
  const places = new Set(items.map(({ log, partition }) => `${log}/${partition}`));
  invariant(places.size === items.length, 'two items of one partition in one append');
}

/**
 * What becomes of items that are stored together: all of them are, or were before, or the first refusal counts. An item
 * of nothing but cursors says neither: they moved with the events of the others.
 */
export function outcomeTogether(items: readonly AppendItem[], outcomes: readonly AppendOutcome[]): AppendOutcome {
  const refused = outcomes.find(({ status }) => status === 'fenced' || status === 'conflict');
  if (refused !== undefined) return refused;
  const telling = outcomes.filter((_, index) => {
    const { events, commands } = items[index] as AppendItem;
    return events.length > 0 || commands.length > 0;
  });
  if (telling.every(({ status }) => status === 'appended')) return { status: 'appended' };
  if (telling.every(({ status }) => status === 'duplicate')) return { status: 'duplicate' };
  return conflict('malformed', 'only a part of what belongs together is stored');
}
