import { commandsBefore } from '../append-rules.js';
import type { ArchivedRange } from '../archive/archive-manifest.js';
import { contentOf } from '../block.js';
import type { AppendItem, Block, Cursor, PartitionHead, StoredCheckpoint } from '../event-log.js';
import { plainArray, textArray } from './array-literal.js';

/** What a statement of a log returns, column by column. */
export type Row = readonly unknown[];

/** The parameters of the append statement, column by column. */
export function appendValues(items: readonly AppendItem[]): unknown[] {
  const moves = items.flatMap((item) => item.cursors.map((move) => ({ partition: item.partition, move })));
  const lasts = items.map((item) => item.events.at(-1));
  const contents = items.map(contentOf);
  const texts: Buffer[] = [];
  const placed = { hashes: 0, texts: 0 };
  const place = (text: string): { readonly at: number; readonly length: number } => {
    const bytes = Buffer.from(text);
    const at = placed.texts;
    texts.push(bytes);
    placed.texts += bytes.length;
    return { at, length: bytes.length };
  };
  const places = contents.map(({ entriesText, hashes, commandsText }) => {
    const hashesAt = placed.hashes;
    placed.hashes += hashes.length;
    return { hashesAt, entries: place(entriesText), commands: place(commandsText) };
  });
  return [
    plainArray(items.map((item) => item.partition)),
    plainArray(items.map((item) => item.epoch)),
    plainArray(items.map((item) => item.expectedSize)),
    plainArray(items.map((item) => item.expectedSize + item.events.length)),
    plainArray(lasts.map((last) => last?.time.clearing ?? null)),
    plainArray(lasts.map((last) => last?.time.hop ?? null)),
    plainArray(items.map((item) => commandsBefore(item) ?? null)),
    plainArray(items.map((item) => item.commands.length)),
    textArray(items.map((item) => item.worker)),
    textArray(items.map((item) => item.trace ?? null)),
    textArray(contents.map(({ cursorsText }) => cursorsText)),
    plainArray(places.map(({ hashesAt }) => hashesAt)),
    plainArray(places.map(({ entries }) => entries.at)),
    plainArray(places.map(({ entries }) => entries.length)),
    plainArray(places.map(({ commands }) => commands.at)),
    plainArray(places.map(({ commands }) => commands.length)),
    Buffer.concat(items.map((item) => item.expectedHead)),
    Buffer.concat(items.map((item, index) => lasts[index]?.chain ?? item.expectedHead)),
    Buffer.concat(contents.map(({ hashes }) => hashes)),
    Buffer.concat(texts),
    plainArray(moves.map(({ partition }) => partition)),
    textArray(moves.map(({ move }) => move[0])),
    plainArray(moves.map(({ move }) => move[1])),
    plainArray(moves.map(({ move }) => move[2])),
    textArray(moves.map(({ move }) => move[3] ?? null)),
  ];
}

export function headOf(row: Row): PartitionHead {
  const [partition, epoch, size, head, clearing, hop, commands, incarnation, worker, blocks, blockChain] = row;
  return {
    partition: partition as number,
    epoch: Number(epoch),
    size: Number(size),
    head: head as Buffer,
    clearing: Number(clearing),
    hop: hop as number,
    commands: Number(commands),
    incarnation: incarnation as string,
    worker: worker as string | null,
    blocks: Number(blocks),
    blockChain: blockChain as Buffer,
  };
}

export function blockOf(row: Row): Block {
  return {
    partition: row[0] as number,
    number: Number(row[1]),
    firstPosition: Number(row[2]),
    lastPosition: Number(row[3]),
    firstCommand: Number(row[4]),
    lastCommand: Number(row[5]),
    clearing: Number(row[6]),
    hop: row[7] as number,
    epoch: Number(row[8]),
    incarnation: row[9] as string,
    worker: row[10] as string,
    trace: row[11] as string | null,
    chainBefore: row[12] as Buffer,
    chain: row[13] as Buffer,
    hashes: row[14] as Buffer,
    entriesText: row[15] as string,
    commandsText: row[16] as string,
    cursorsText: row[17] as string,
    blockChain: row[18] as Buffer,
    recordedAt: Number(row[19]),
    note: row[20] as string,
  };
}

export function cursorOf([, log, partition, position, nextOffset]: Row): Cursor {
  return {
    log: log as string,
    partition: partition as number,
    position: Number(position),
    nextOffset: nextOffset as string | null,
  };
}

export function rangeOf(row: Row): ArchivedRange {
  const [number, firstBlock, lastBlock, note, verifierKey, place, proposedBy, removedBy] = row;
  return {
    number: number as number,
    firstBlock: Number(firstBlock),
    lastBlock: Number(lastBlock),
    note: note as string,
    verifierKey: verifierKey as string,
    place: place as string,
    proposedBy: proposedBy as string | null,
    removedBy: removedBy as string | null,
  };
}

export const noteOf = ([note]: Row): string => note as string;

export function checkpointOf([number, note, frontier, verifierKey, succession]: Row): StoredCheckpoint {
  return {
    number: Number(number),
    note: note as string,
    frontier: frontier as string,
    verifierKey: verifierKey as string,
    succession: succession as string | null,
  };
}
