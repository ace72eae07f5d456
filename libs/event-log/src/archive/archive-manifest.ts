import { canonicalText, sha256 } from '@ballast/kernel';
import { CheckpointRejected, signedText, type CheckpointKey } from '../checkpoint.js';
import type { Block } from '../event-log.js';

/** Positions, commands and blocks that something holds, the first and the last each. */
export interface BlockSpan {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly firstCommand: number;
  readonly lastCommand: number;
}

/** What stands at the end of a file, so that a reader can go on behind one that is lost. */
export interface BlocksEnd {
  readonly clearing: number;
  readonly hop: number;
  readonly epoch: number;
  readonly worker: string;
  readonly incarnation: string;
  /** Chain over the events and over the blocks, in hex. */
  readonly chain: string;
  readonly blockChain: string;
}

/** A file of an archive: whole blocks of one partition, without a hole. */
export interface ArchivedFile extends BlockSpan {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  readonly end: BlocksEnd;
}

/** What is signed: which blocks of a partition stand in which files, and the partition's proofs up to there. */
export interface ArchiveManifest extends BlockSpan {
  /** Whose log it is. */
  readonly house: string;
  readonly log: string;
  readonly partition: number;
  readonly files: readonly ArchivedFile[];
  /** Right edge of the Merkle tree over all events of the partition up to here, in hex. */
  readonly frontier: readonly string[];
}

/** What the database knows of an archived range of a partition. */
export interface ArchivedRange {
  /** 1, 2, 3, ... per partition. */
  readonly number: number;
  /** Blocks that the database may lose once somebody removed them; as in the manifest. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** The signed note as it was written. */
  readonly note: string;
  readonly verifierKey: string;
  /** Where its files were put. */
  readonly place: string;
  /** Who proposed to remove it from the database, and who approved; null as long as nobody did. */
  readonly proposedBy: string | null;
  readonly removedBy: string | null;
}

const FORMAT = 'ballast-archive/v1';

export const signManifest = (key: CheckpointKey, manifest: ArchiveManifest): string =>
  key.signNote(`${FORMAT}\n${canonicalText(manifest)}\n`);

/**
 * @param verifierKey as `CheckpointKey.verifierKey` gives it
 * @throws CheckpointRejected when the key did not sign it, or it is no manifest
 */
export function verifyManifest(note: string, verifierKey: string): ArchiveManifest {
  return parse(signedText(note, verifierKey, 'this manifest'));
}

/** Reads a manifest without asking who signed it: for readers, who trust the database that holds it as they trust its blocks. */
export function manifestOf({ note }: Pick<ArchivedRange, 'note'>): ArchiveManifest {
  return parse(note.slice(0, note.lastIndexOf('\n\n') + 1));
}

/** By which the log names a manifest. */
export const digestOfManifest = ({ note }: Pick<ArchivedRange, 'note'>): string => sha256(note).toString('hex');

function parse(text: string): ArchiveManifest {
  try {
    const [format, line = '', ...rest] = text.split('\n');
    const manifest = JSON.parse(line) as ArchiveManifest;
    const isRead = format === FORMAT && rest.join('') === '' && canonicalText(manifest) === line;
    if (isRead && Array.isArray(manifest.files)) return manifest;
  } catch {
    // Told below.
  }
  throw new CheckpointRejected('not the manifest of an archive');
}

const padded = (number: number): string => String(number).padStart(12, '0');
const folderOf = (log: string, partition: number): string => `${log}/${partition < 0 ? 'global' : partition}`;

/** Name of a file with the blocks of a partition. */
export const fileName = (log: string, partition: number, first: number, last: number): string =>
  `${folderOf(log, partition)}/${padded(first)}-${padded(last)}.jsonl.gz`;

/** Name of the copy of the manifest that stands beside the files. */
export const manifestName = ({ log, partition, firstBlock, lastBlock }: ArchiveManifest): string =>
  `${folderOf(log, partition)}/${padded(firstBlock)}-${padded(lastBlock)}.manifest`;

/** In words: `blocks 1 to 40 (events 1 to 212) of margin/3`. */
export const spanText = (log: string, partition: number, span: BlockSpan): string =>
  `blocks ${span.firstBlock} to ${span.lastBlock} ` +
  (span.lastPosition < span.firstPosition
    ? '(without events)'
    : `(events ${span.firstPosition} to ${span.lastPosition})`) +
  ` of ${log}/${partition}`;

/** What consecutive blocks hold. */
export function spanOf(first: Block, last: Block): BlockSpan {
  return {
    ...{ firstBlock: first.number, lastBlock: last.number },
    ...{ firstPosition: first.firstPosition, lastPosition: last.lastPosition },
    ...{ firstCommand: first.firstCommand, lastCommand: last.lastCommand },
  };
}

export const endOf = ({ clearing, hop, epoch, worker, incarnation, chain, blockChain }: Block): BlocksEnd => ({
  ...{ clearing, hop, epoch, worker, incarnation },
  ...{ chain: chain.toString('hex'), blockChain: blockChain.toString('hex') },
});
