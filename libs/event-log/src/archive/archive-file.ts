import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { sha256 } from '@ballast/kernel';
import type { Block } from '../event-log.js';
import { ArchiveFileRefused, ArchiveRefused, type ArchiveStore } from './archive-store.js';
import { spanText, type ArchivedFile } from './archive-manifest.js';

const gzip = promisify(zlib.gzip);
const gunzip = promisify(zlib.gunzip);

const FORMAT = 'ballast-archive-blocks/v1';

interface FileHead {
  readonly format: string;
  readonly log: string;
  readonly partition: number;
}

/** Bytes of a file: a line that says whose blocks they are, then a block in a line, compressed with gzip. */
export async function encodeBlocks(log: string, partition: number, lines: readonly string[]): Promise<Buffer> {
  const head: FileHead = { format: FORMAT, log, partition };
  return gzip(`${[JSON.stringify(head), ...lines].join('\n')}\n`);
}

/** A block as a line. Hashes in base64; the texts are those that were hashed. */
export function lineOfBlock(block: Block): string {
  const { chainBefore, chain, blockChain, hashes, ...rest } = block;
  const encoded = { chainBefore, chain, blockChain, hashes };
  return JSON.stringify({
    ...rest,
    ...Object.fromEntries(Object.entries(encoded).map(([name, bytes]) => [name, bytes.toString('base64')])),
  });
}

function blockOfLine(line: string): Block {
  const read = JSON.parse(line) as Block & Record<'chainBefore' | 'chain' | 'blockChain' | 'hashes', unknown>;
  const bytes = (text: unknown): Buffer => Buffer.from(text as string, 'base64');
  return {
    ...read,
    chainBefore: bytes(read.chainBefore),
    chain: bytes(read.chain),
    blockChain: bytes(read.blockChain),
    hashes: bytes(read.hashes),
  };
}

/**
 * The blocks of a file, which must be byte for byte what its manifest says.
 * @throws ArchiveFileRefused when it is missing or altered; the message says what it held and what to do
 */
export async function readArchivedFile(
  store: ArchiveStore,
  log: string,
  partition: number,
  file: ArchivedFile,
): Promise<readonly Block[]> {
  const refuse = (what: string): ArchiveFileRefused =>
    new ArchiveFileRefused(
      `archive file ${store.place}/${file.name} ${what}. It held ${spanText(log, partition, file)}: ` +
        'put it back from a copy of the archive, or name the directory that holds it with --archive',
      file,
    );
  let bytes: Buffer | undefined;
  try {
    bytes = await store.get(file.name);
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error;
    throw refuse(`can't be read (${error.message})`);
  }
  if (bytes === undefined) throw refuse('is missing');
  if (sha256(bytes).toString('hex') !== file.sha256) {
    const head = await headOf(bytes);
    const isAnother = head !== undefined && (head.log !== log || head.partition !== partition);
    throw refuse(
      isAnother ? `is another one, with blocks of ${head.log}/${head.partition}` : 'is altered: it has another SHA-256',
    );
  }
  const [, ...lines] = (await gunzip(bytes)).toString().trimEnd().split('\n');
  return lines.map(blockOfLine);
}

/** What a file that is not the one that was written says of itself. */
async function headOf(bytes: Buffer): Promise<FileHead | undefined> {
  try {
    const [first = ''] = (await gunzip(bytes)).toString().split('\n', 1);
    const head = JSON.parse(first) as FileHead;
    return head.format === FORMAT ? head : undefined;
  } catch {
    return undefined;
  }
}
