import type { Block, BlockPlace } from '../event-log.js';
import { MOST_BLOCKS } from '../postgres/log-sql.js';
import { readArchivedFile } from './archive-file.js';
import { CheckpointRejected } from '../checkpoint.js';
import { manifestOf, type ArchiveManifest, type ArchivedFile, type ArchivedRange } from './archive-manifest.js';
import { ArchiveRefused, type ArchiveStore } from './archive-store.js';

/** Decoded files that are kept: readers go forward, several side by side. */
const KEPT_FILES = 8;

type PlacedFile = ArchivedFile & { readonly place: string };

/**
 * The blocks of a log that its database no longer has, read from the archive. They are a partition's first ones; which, is asked
 * only when a reader of the database meets a hole, so that a log without an archive pays nothing.
 */
export class ArchivedBlocks {
  readonly #files = new Map<number, readonly PlacedFile[]>();
  /** By name, the one that was used last at the end. */
  readonly #decoded = new Map<string, Promise<readonly Block[]>>();

  constructor(
    private readonly log: string,
    private readonly rangesOf: (partition: number) => Promise<readonly ArchivedRange[]>,
    private readonly open: (place: string) => ArchiveStore,
  ) {}

  /** Looks what was removed from the database since. @returns whether anything was */
  async refresh(partition: number): Promise<boolean> {
    const files = (await this.rangesOf(partition))
      .filter(({ removedBy }) => removedBy !== null)
      .flatMap((range) => this.#manifestOf(partition, range).files.map((file) => ({ ...file, place: range.place })));
    const isMore = files.length > this.#filesOf(partition).length;
    this.#files.set(partition, files);
    return isMore;
  }

  /** The last block that only the archive holds; the beginning when there is none. */
  end(partition: number): BlockPlace & { readonly position: number } {
    const last = this.#filesOf(partition).at(-1);
    if (last === undefined) return { firstPosition: 0, number: 0, position: 0 };
    // No block behind begins before it, so its own beginning need not be known.
    return { firstPosition: last.lastPosition + 1, number: last.lastBlock, position: last.lastPosition };
  }

  /** Blocks with events behind a position, up to another. */
  async behindPosition(partition: number, after: number, upTo: number): Promise<readonly Block[]> {
    const files = this.#filesOf(partition).filter((each) => each.lastPosition > after && each.firstPosition <= upTo);
    const found: Block[] = [];
    for (const file of files) {
      for (const block of await this.#read(partition, file)) {
        const hasEvents = block.lastPosition >= block.firstPosition;
        if (hasEvents && block.lastPosition > after && block.firstPosition <= upTo) found.push(block);
      }
    }
    return found;
  }

  /** Blocks behind a block, of one file; see `EventLog.blocks`. */
  async behindBlock(partition: number, after: BlockPlace, positions: number): Promise<readonly Block[]> {
    const file = this.#filesOf(partition).find(({ lastBlock }) => lastBlock > after.number);
    if (file === undefined) return [];
    const behind = (await this.#read(partition, file)).filter(({ number }) => number > after.number);
    const upTo = Math.max(after.firstPosition + positions, behind[0]?.firstPosition ?? 0);
    return behind.filter(({ firstPosition }) => firstPosition <= upTo).slice(0, MOST_BLOCKS);
  }

  /** Blocks with commands behind a number, of the first file that has any. */
  async behindCommand(partition: number, after: number): Promise<readonly Block[]> {
    const file = this.#filesOf(partition).find((each) => each.lastCommand > after);
    if (file === undefined) return [];
    return (await this.#read(partition, file)).filter(
      ({ commandsText, lastCommand }) => commandsText !== '' && lastCommand > after,
    );
  }

  /** The last block that ends before a position. */
  async before(partition: number, position: number): Promise<Block | undefined> {
    const ends = ({ firstPosition, lastPosition }: Pick<Block, 'firstPosition' | 'lastPosition'>): boolean =>
      firstPosition <= position && lastPosition < position;
    for (const file of this.#filesOf(partition).toReversed()) {
      if (file.firstPosition > position) continue;
      const block = (await this.#read(partition, file)).findLast(ends);
      if (block !== undefined) return block;
    }
    return undefined;
  }

  #manifestOf(partition: number, range: ArchivedRange): ArchiveManifest {
    try {
      return manifestOf(range);
    } catch (error) {
      if (!(error instanceof CheckpointRejected)) throw error;
      throw new ArchiveRefused(
        `the database's copy of the manifest of archived range ${range.number} of ${this.log}/${partition} is altered: ` +
          `put back the row from a backup; its text stands in ${range.place} too`,
      );
    }
  }

  #filesOf(partition: number): readonly PlacedFile[] {
    return this.#files.get(partition) ?? [];
  }

  #read(partition: number, file: PlacedFile): Promise<readonly Block[]> {
    const reading = this.#decoded.get(file.name) ?? readArchivedFile(this.open(file.place), this.log, partition, file);
    this.#decoded.delete(file.name);
    this.#decoded.set(file.name, reading);
    // Who puts a file back need not start anew.
    reading.catch(() => this.#decoded.delete(file.name));
    for (const oldest of [...this.#decoded.keys()].slice(0, -KEPT_FILES)) this.#decoded.delete(oldest);
    return reading;
  }
}
