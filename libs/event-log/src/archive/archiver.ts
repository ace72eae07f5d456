import { invariant, sha256, subjectOf, type Instant } from '@ballast/kernel';
import type { CheckpointKey } from '../checkpoint.js';
import type { Block, BlockPlace } from '../event-log.js';
import type { ArchivableLog } from './archivable-log.js';
import { encodeBlocks, lineOfBlock, readArchivedFile } from './archive-file.js';
import {
  digestOfManifest,
  endOf,
  fileName,
  manifestName,
  manifestOf,
  signManifest,
  spanOf,
  spanText,
  verifyManifest,
  type ArchiveManifest,
  type ArchivedFile,
  type ArchivedRange,
} from './archive-manifest.js';
import { ArchiveRefused, type ArchiveStore } from './archive-store.js';
import { BlockSuccession } from './block-succession.js';
import { removalNoteText } from './removal-note.js';

/** Characters of lines in a file: a reader decodes a whole one. */
const FILE_CHARACTERS = 8 * 1_024 * 1_024;
/** Positions that are read at a time. */
const PAGE = 1_000;

/** An archived range and what its manifest says. */
export interface ArchivedPart {
  readonly range: ArchivedRange;
  readonly manifest: ArchiveManifest;
}

/**
 * Moves old blocks of one partition to an archive, in steps that may each be broken off and repeated: `write` copies them,
 * `propose` and `approve` record that two persons want them out of the database, `finish` deletes them there.
 */
export class Archiver {
  constructor(
    private readonly log: ArchivableLog,
    private readonly partition: number,
  ) {}

  async parts(): Promise<readonly ArchivedPart[]> {
    const ranges = await this.log.archived(this.partition);
    return ranges.map((range) => ({ range, manifest: manifestOf(range) }));
  }

  /**
   * Writes all blocks behind the last archived one that end before a time, but never the partition's last event: files first, then
   * the signed manifest, then its row. What an attempt left behind that was broken off is written over with the same, or stands
   * unused.
   * @returns undefined when there is nothing to write
   * @throws ArchiveRefused when the store takes nothing, or a block is not as it was written
   */
  async write(
    before: Instant,
    store: ArchiveStore,
    key: CheckpointKey,
    onProgress: (events: number) => void = () => undefined,
  ): Promise<ArchivedPart | undefined> {
    const last = (await this.parts()).at(-1);
    const { name, partition } = { name: this.log.name, partition: this.partition };
    const succession = new BlockSuccession(name, partition, last?.manifest);
    const files: ArchivedFile[] = [];
    let [blocks, lines, characters]: [Block[], string[], number] = [[], [], 0];
    const flush = async (): Promise<void> => {
      const [first, end] = [blocks[0], blocks.at(-1)];
      if (first === undefined || end === undefined) return;
      const bytes = await encodeBlocks(name, partition, lines);
      const file = fileName(name, partition, first.number, end.number);
      await store.put(file, bytes);
      files.push({
        ...{ name: file, bytes: bytes.length, sha256: sha256(bytes).toString('hex') },
        ...{ ...spanOf(first, end), end: endOf(end) },
      });
      onProgress(end.lastPosition - first.firstPosition + 1);
      [blocks, lines, characters] = [[], [], 0];
    };
    for await (const block of this.#blocksBefore(before, last?.manifest)) {
      succession.take(block);
      const line = lineOfBlock(block);
      blocks.push(block);
      lines.push(line);
      characters += line.length;
      if (characters >= FILE_CHARACTERS) await flush();
    }
    await flush();
    const [first, end] = [files[0], files.at(-1)];
    if (first === undefined || end === undefined) return undefined;
    const manifest: ArchiveManifest = {
      ...{ house: key.name, log: name, partition, files, frontier: succession.frontier },
      ...{ firstBlock: first.firstBlock, lastBlock: end.lastBlock },
      ...{ firstPosition: first.firstPosition, lastPosition: end.lastPosition },
      ...{ firstCommand: first.firstCommand, lastCommand: end.lastCommand },
    };
    const note = signManifest(key, manifest);
    await store.put(manifestName(manifest), Buffer.from(note));
    const range = {
      ...{ number: (last?.range.number ?? 0) + 1, firstBlock: manifest.firstBlock, lastBlock: manifest.lastBlock },
      ...{ note, verifierKey: key.verifierKey, place: store.place },
    };
    await this.log.saveArchived(partition, range);
    return { range: { ...range, proposedBy: null, removedBy: null }, manifest };
  }

  async *#blocksBefore(before: Instant, archived: ArchiveManifest | undefined): AsyncGenerator<Block> {
    const size = (await this.log.heads()).find(({ partition }) => partition === this.partition)?.size ?? 0;
    let place: BlockPlace = { firstPosition: 0, number: 0 };
    if (archived !== undefined) place = { firstPosition: archived.lastPosition + 1, number: archived.lastBlock };
    for (;;) {
      const page = await this.log.blocks(this.partition, place, PAGE);
      if (page.length === 0) return;
      for (const block of page) {
        if (block.clearing >= before || block.lastPosition >= size) return;
        yield block;
      }
      place = page.at(-1) as Block;
    }
  }

  /** @throws ArchiveRefused when somebody proposed it already */
  async propose(number: number, actor: string, reason: string): Promise<ArchivedRange> {
    return this.log.proposeRemoval(this.partition, number, (range) => {
      if (range.proposedBy !== null) {
        throw new ArchiveRefused(`${this.#text(range)}: ${range.proposedBy} proposed already to remove them`);
      }
      const note = {
        act: 'archived-range-removal-proposed',
        actor,
        manifest: digestOfManifest(range),
        reason,
      } as const;
      return { actor, note: removalNoteText(note) };
    });
  }

  /**
   * Reads everything back from the archive before the database may forget it.
   * @throws ArchiveRefused when nobody proposed it, the same person did, or the archive is not as it was written
   */
  async approve(number: number, actor: string, store: ArchiveStore): Promise<ArchivedRange> {
    const { range: present, manifest } = await this.#part(number);
    this.#assertOther(present, actor);
    await this.#readBack(present, store);
    await this.log.indexCommandsUpTo(this.partition, manifest.lastCommand);
    return this.log.approveRemoval(this.partition, number, (range) => {
      this.#assertOther(range, actor);
      const note = { act: 'archived-range-removed', actor, manifest: digestOfManifest(range) } as const;
      return { actor, note: removalNoteText(note) };
    });
  }

  /** Deletes what was approved, or what is left of it. @returns blocks that were deleted */
  async finish(number: number): Promise<number> {
    const { range, manifest } = await this.#part(number);
    return range.removedBy === null ? 0 : this.log.removeBlocks(this.partition, manifest);
  }

  async #part(number: number): Promise<ArchivedPart> {
    const part = (await this.parts()).find(({ range }) => range.number === number);
    invariant(part !== undefined, `${this.log.name}/${this.partition} has no archived range ${number}`);
    return part;
  }

  #assertOther(range: ArchivedRange, actor: string): void {
    const { proposedBy, removedBy } = range;
    if (proposedBy === null) {
      throw new ArchiveRefused(`${this.#text(range)}: nobody proposed to remove them; propose it first`);
    }
    if (removedBy !== null) throw new ArchiveRefused(`${this.#text(range)}: ${removedBy} removed them already`);
    if (subjectOf(proposedBy) !== subjectOf(actor)) return;
    throw new ArchiveRefused(`${this.#text(range)}: ${proposedBy} proposed to remove them; another person approves it`);
  }

  #text(range: ArchivedRange): string {
    return spanText(this.log.name, this.partition, manifestOf(range));
  }

  async #readBack(range: ArchivedRange, store: ArchiveStore): Promise<void> {
    const manifest = verifyManifest(range.note, range.verifierKey);
    const parts = await this.parts();
    const before = parts.find((part) => part.range.number === range.number - 1)?.manifest;
    const succession = new BlockSuccession(this.log.name, this.partition, before);
    for (const file of manifest.files) {
      for (const block of await readArchivedFile(store, this.log.name, this.partition, file)) succession.take(block);
    }
    const kept = await store.get(manifestName(manifest));
    if (kept?.toString() !== range.note || succession.frontier.join() !== manifest.frontier.join()) {
      throw new ArchiveRefused(
        `the manifest ${store.place}/${manifestName(manifest)} is missing or altered; put it back from a copy of the archive`,
      );
    }
    // What stays in the database must go on from it.
    const place = { firstPosition: manifest.lastPosition + 1, number: manifest.lastBlock };
    const [next] = await this.log.blocks(this.partition, place, 1);
    if (next === undefined) throw new ArchiveRefused(`${this.#text(range)}: nothing stands behind them`);
    succession.take(next);
  }
}
