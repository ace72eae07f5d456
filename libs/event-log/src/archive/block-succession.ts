import { MerkleFrontier, leafHash, sha256 } from '@ballast/kernel';
import { EMPTY_HEAD, chainHead } from '@ballast/event-sourcing';
import { HASH_BYTES, NO_BLOCK, entryLinesOf, nextBlockChain } from '../block.js';
import type { Block } from '../event-log.js';
import { ArchiveRefused } from './archive-store.js';
import type { ArchiveManifest } from './archive-manifest.js';

/** Follows blocks of a partition one by one, and refuses what does not continue them or is not what was hashed. */
export class BlockSuccession {
  #number = 0;
  #position = 0;
  #chain: Buffer = EMPTY_HEAD;
  #blockChain: Buffer = NO_BLOCK;
  #frontier = new MerkleFrontier();

  constructor(
    private readonly log: string,
    private readonly partition: number,
    /** Of the range that ends where this one begins; absent at the beginning. */
    before: ArchiveManifest | undefined,
  ) {
    const last = before?.files.at(-1);
    if (before === undefined || last === undefined) return;
    [this.#number, this.#position] = [last.lastBlock, last.lastPosition];
    [this.#chain, this.#blockChain] = [Buffer.from(last.end.chain, 'hex'), Buffer.from(last.end.blockChain, 'hex')];
    this.#frontier = new MerkleFrontier(
      this.#position,
      before.frontier.map((hash) => Buffer.from(hash, 'hex')),
    );
  }

  /** Right edge of the tree over all events so far, in hex. */
  get frontier(): readonly string[] {
    return this.#frontier.subtrees.map((hash) => hash.toString('hex'));
  }

  /** @throws ArchiveRefused when it is not the block that comes next */
  take(block: Block): void {
    const refuseUnless = (holds: boolean, what: string): void => {
      if (holds) return;
      throw new ArchiveRefused(
        `block ${block.number} of ${this.log}/${this.partition} ${what}; nothing was moved: ballast verify names all faults`,
      );
    };
    refuseUnless(block.number === this.#number + 1, `stands where block ${this.#number + 1} belongs`);
    refuseUnless(block.firstPosition === this.#position + 1, `does not begin with event ${this.#position + 1}`);
    const lines = entryLinesOf(block);
    const isWhole =
      lines.length === block.lastPosition - block.firstPosition + 1 &&
      block.hashes.length === lines.length * HASH_BYTES;
    refuseUnless(isWhole, 'has not the events that it names');
    lines.forEach((line, index) => {
      const hash = block.hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
      refuseUnless(sha256(line).equals(hash), `holds event ${block.firstPosition + index}, which is altered`);
      this.#chain = chainHead(this.#chain, hash);
      this.#frontier.append(leafHash(hash));
    });
    refuseUnless(this.#chain.equals(block.chain), 'does not continue the chain of the events');
    refuseUnless(
      nextBlockChain(this.#blockChain, block).equals(block.blockChain),
      'does not continue the chain of blocks',
    );
    [this.#number, this.#position, this.#blockChain] = [block.number, block.lastPosition, block.blockChain];
  }
}
