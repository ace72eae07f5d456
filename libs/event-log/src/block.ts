import { InvariantViolation, canonicalText, invariant, sha256, sha256OfPair } from '@ballast/kernel';
import { canonicalEnvelope, sealedEvent, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type { AppendItem, Block, CommandRecord, CursorMove, EventLine, EventRow, EventTexts } from './event-log.js';

export const HASH_BYTES = 32;

/** Block chain of a partition that has no block. */
export const NO_BLOCK: Buffer = Buffer.alloc(HASH_BYTES);

/** What an item brings into its block: a canonical text per line, and 32 bytes per event. */
export interface BlockContent {
  readonly entriesText: string;
  readonly hashes: Buffer;
  readonly commandsText: string;
  readonly cursorsText: string;
}

export function contentOf({
  events,
  commands,
  cursors,
}: Pick<AppendItem, 'events' | 'commands' | 'cursors'>): BlockContent {
  return {
    entriesText: events.map(({ text }) => text).join('\n'),
    hashes: Buffer.concat(events.map(({ hash }) => hash)),
    commandsText: commandsTextOf(commands),
    cursorsText: cursorsTextOf(cursors),
  };
}

export const commandsTextOf = (commands: readonly CommandRecord[]): string => commands.map(commandLine).join('\n');

export const cursorsTextOf = (cursors: readonly CursorMove[]): string =>
  cursors.length === 0 ? '' : JSON.stringify(cursors);

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

/** Most blocks have no trace and no commands. */
const HASH_OF_NOTHING = sha256('');
const hashOfText = (text: string): Buffer => (text === '' ? HASH_OF_NOTHING : sha256(text));

/**
 * Next head of the chain over blocks. It covers whatever of a block the chain over its events does not: who wrote it and
 * when in the life of the partition, cursor moves, commands and their answers. All parts have a fixed length, so that no
 * two blocks have the same bytes. The text of `log-sql.ts` makes the same in PostgreSQL.
 */
export function nextBlockChain(
  before: Buffer,
  block: Omit<Block, 'blockChain' | 'recordedAt' | 'entriesText' | 'hashes'>,
): Buffer {
  const numbers = Buffer.alloc(2 + 8 * 7 + 4);
  let at = numbers.writeInt16BE(block.partition, 0);
  for (const value of [
    block.number,
    block.firstPosition,
    block.lastPosition,
    block.firstCommand,
    block.lastCommand,
    block.clearing,
    block.epoch,
  ]) {
    at = numbers.writeBigInt64BE(BigInt(value), at);
  }
  numbers.writeInt32BE(block.hop, at);
  return sha256(
    Buffer.concat([
      before,
      block.chainBefore,
      block.chain,
      numbers,
      Buffer.from(block.incarnation.replaceAll('-', ''), 'hex'),
      sha256(block.worker),
      hashOfText(block.trace ?? ''),
      hashOfText(block.cursorsText),
      hashOfText(block.commandsText),
      // A note comes last and seldom: without one the bytes are those of a block that can have none.
      ...(block.note === '' ? [] : [sha256(block.note)]),
    ]),
  );
}

/** An event line as it was hashed, taken apart. */
export interface ReadEntry {
  readonly entry: LogEntry;
  readonly causeText: string;
  readonly basisText: string;
  readonly payloadText: string;
}

/**
 * Takes the canonical envelope of an event apart. The payload's text is what stands in the line, not what a parser made of it.
 * @throws InvariantViolation when the line is no canonical envelope
 */
export function readEntryLine(line: string, where: () => string): ReadEntry {
  const entry = parsed(line, where) as LogEntry;
  invariant(isObject(entry.time), `${where()} has no time`);
  const basisText = JSON.stringify(entry.basis);
  const causeText = JSON.stringify(entry.cause);
  // All but the payload is short and has one text; what is left in the middle is the payload.
  const around = canonicalEnvelope(entry, { basisText, causeText, payloadText: '\n' });
  const cut = around.indexOf('\n');
  const [before, behind] = [around.slice(0, cut), around.slice(cut + 1)];
  const isCanonical = line.startsWith(before) && line.endsWith(behind) && line.length > before.length + behind.length;
  invariant(isCanonical, `${where()} is not stored in its canonical text`);
  return { entry, causeText, basisText, payloadText: line.slice(before.length, line.length - behind.length) };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function parsed(line: string, where: () => string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Told below, with the place.
  }
  throw new InvariantViolation(`${where()} is not stored as JSON`);
}

/** Events of a block behind a position, in order, up to another. */
function* linesBehind(block: Block, after: number, upTo: number): Generator<EventLine> {
  let chain = block.chainBefore;
  let position = block.firstPosition - 1;
  for (const text of linesOf(block.entriesText)) {
    const at = position - block.firstPosition + 1;
    position += 1;
    if (position > upTo) return;
    const hash = block.hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    chain = sha256OfPair(chain, hash);
    if (position <= after) continue;
    yield { partition: block.partition, position, text, hash: Buffer.from(hash), chain };
  }
}

const readLine = (log: string, { partition, position, text }: EventLine): ReadEntry =>
  readEntryLine(text, () => `event ${log}/${partition}#${position}`);

/** Events of blocks as they were sealed. */
export function sealedEventsOf(log: string, blocks: readonly Block[], after: number, limit: number): SealedEvent[] {
  return eventLinesOf(blocks, after, limit).map((line) =>
    sealedEvent(log, readLine(log, line).entry, line.text, line.hash, line.chain),
  );
}

/** Events of blocks, unparsed. */
export const eventLinesOf = (blocks: readonly Block[], after: number, limit: number): EventLine[] =>
  blocks.flatMap((block) => [...linesBehind(block, after, after + limit)]);

/**
 * Takes an event apart.
 * @throws InvariantViolation when its line is no canonical envelope
 */
export function textsOfLine(log: string, line: EventLine): EventTexts {
  const { entry, payloadText, basisText, causeText } = readLine(log, line);
  return {
    partition: line.partition,
    position: line.position,
    text: line.text,
    id: entry.id,
    stream: entry.stream,
    version: entry.version,
    type: entry.type,
    schemaVersion: entry.schemaVersion,
    clearing: entry.time.clearing,
    hop: entry.time.hop,
    causeText,
    basisText,
    correlation: entry.correlation,
    actor: entry.actor,
    payloadText,
    hash: line.hash,
    chain: line.chain,
  };
}

/** Why an event was decided, and when. */
type EventReasons = Pick<LogEntry, 'basis' | 'cause' | 'time'>;

/**
 * What an event says before and behind its payload, which takes most of the time to read and stands between the two; a text inside of it
 * says no quotation mark as it is, so that what is looked for is found where it stands.
 * @throws InvariantViolation when its line is no canonical envelope
 */
export function reasonsOfLine(log: string, line: EventLine): EventReasons {
  const { text } = line;
  const [before, behind] = [text.indexOf(',"correlation":'), text.lastIndexOf(',"position":')];
  if (before < 0 || behind < before) return readLine(log, line).entry;
  const where = (): string => `event ${log}/${line.partition}#${line.position}`;
  const { basis, cause } = parsed(`${text.slice(0, before)}}`, where) as Pick<LogEntry, 'basis' | 'cause'>;
  const { time } = parsed(`{${text.slice(behind + 1)}`, where) as Pick<LogEntry, 'time'>;
  invariant(Array.isArray(basis) && isObject(cause) && isObject(time), `${where()} is no event`);
  return { basis, cause, time };
}

/** Events of blocks with what stands beside them. */
export function eventRowsOf(log: string, blocks: readonly Block[], after: number, limit: number): EventRow[] {
  return blocks.flatMap((block) => {
    const { epoch, worker, incarnation, recordedAt, trace } = block;
    const rows: EventRow[] = [];
    for (const line of linesBehind(block, after, after + limit)) {
      rows.push({ ...textsOfLine(log, line), epoch, worker, incarnation, recordedAt, trace });
    }
    return rows;
  });
}

/** Chain after a position that stands in the block; undefined when it does not. */
export function chainAt(block: Block, position: number): Buffer | undefined {
  if (position < block.firstPosition || position > block.lastPosition) return undefined;
  let chain = block.chainBefore;
  for (let at = 0; at <= position - block.firstPosition; at++) {
    chain = sha256OfPair(chain, block.hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }
  return chain;
}

function commandLine({ number, commandId, type, bodyText, clearing, actor, resultText }: CommandRecord): string {
  return (
    `{"actor":${actor === null ? 'null' : JSON.stringify(actor)},"body":${bodyText},"clearing":${clearing},` +
    `"id":${JSON.stringify(commandId)},"number":${number},` +
    `${resultText === null ? '' : `"result":${resultText},`}"type":${JSON.stringify(type)}}`
  );
}

interface ParsedCommand {
  readonly actor: string | null;
  readonly body: unknown;
  readonly clearing: number;
  readonly id: string;
  readonly number: number;
  readonly result?: unknown;
  readonly type: string;
}

/**
 * Commands of a block, in order.
 * @throws InvariantViolation when a line is no command in canonical text
 */
export function commandsOf(
  log: string,
  block: Pick<Block, 'partition' | 'firstCommand' | 'commandsText'>,
): CommandRecord[] {
  return linesOf(block.commandsText).map((line, index) => {
    const where = (): string => `command ${log}.commands/${block.partition}#${block.firstCommand + index}`;
    const command = parsed(line, where) as ParsedCommand;
    const bodyText = canonicalText(command.body);
    const record: CommandRecord = {
      partition: block.partition,
      number: command.number,
      commandId: command.id,
      type: command.type,
      bodyText,
      bodyHash: sha256(bodyText),
      clearing: command.clearing,
      actor: command.actor,
      resultText: command.result === undefined ? null : canonicalText(command.result),
    };
    invariant(commandLine(record) === line, `${where()} is not stored in its canonical text`);
    return record;
  });
}

/** @throws InvariantViolation when the text is no list of moves */
export function cursorMovesOf({ cursorsText }: Pick<Block, 'cursorsText'>): readonly CursorMove[] {
  if (cursorsText === '') return [];
  const moves = parsed(cursorsText, () => 'a list of cursor moves');
  invariant(Array.isArray(moves) && moves.every(Array.isArray), 'a list of cursor moves is none');
  return moves as unknown as CursorMove[];
}

export const entryLinesOf = ({ entriesText }: Pick<Block, 'entriesText'>): readonly string[] => linesOf(entriesText);
