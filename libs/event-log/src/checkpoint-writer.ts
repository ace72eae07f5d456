import { MerkleFrontier, canonicalText, invariant } from '@ballast/kernel';
import { blockAt } from './block-at.js';
import { CheckpointRejected, verifyCheckpoint, type Checkpoint, type CheckpointKey } from './checkpoint.js';
import type { Block, EventLog, StoredCheckpoint } from './event-log.js';
import { leavesOf } from './leaves.js';

/** Hashes that are read and kept at a time. */
const PAGE = 10_000;

type StoredFrontier = Readonly<Record<string, { readonly size: number; readonly subtrees: readonly string[] }>>;

/** Another process signed a checkpoint of the log meanwhile: what stands behind that one is signed by whoever resumes. */
class CheckpointOvertaken extends Error {
  override readonly name = 'CheckpointOvertaken';
}

/**
 * Grows the Merkle trees of a log behind the appends and signs where they stand. It goes on from the last checkpoint, so a restart
 * doesn't read the log again. Of several that sign at the same time each stored checkpoint continues the one before.
 */
export class CheckpointWriter {
  private constructor(
    private readonly log: EventLog,
    private readonly key: CheckpointKey,
    private readonly frontiers: Map<number, MerkleFrontier>,
    private last: (Checkpoint & Pick<StoredCheckpoint, 'number'>) | undefined,
    private succession: string | null,
  ) {}

  /**
   * Signs where a log stands, behind whatever another process signs at the same time.
   * @returns the newest checkpoint; undefined of a log without a block
   * @throws CheckpointRejected as `resume`
   */
  static async sign(
    log: EventLog,
    key: CheckpointKey,
    previous?: CheckpointKey,
  ): Promise<StoredCheckpoint | undefined> {
    for (;;) {
      try {
        return (await (await CheckpointWriter.resume(log, key, previous)).write()) ?? (await log.lastCheckpoint());
      } catch (error) {
        if (!(error instanceof CheckpointOvertaken)) throw error;
      }
    }
  }

  /**
   * @param previous key that signed the last checkpoint, when another takes over: it says so in a statement
   * @throws CheckpointRejected when the last checkpoint was signed by neither, or the log is shorter than it or has another history
   */
  static async resume(log: EventLog, key: CheckpointKey, previous?: CheckpointKey): Promise<CheckpointWriter> {
    const stored = await log.lastCheckpoint();
    const isHandedOver = stored !== undefined && stored.verifierKey === previous?.verifierKey;
    if (stored !== undefined && !isHandedOver && stored.verifierKey !== key.verifierKey) {
      throw new CheckpointRejected(
        `the last checkpoint of ${log.name} was signed by ${stored.verifierKey}, not by ${key.verifierKey}: ` +
          'sign with that key, or name it as --previous-key so that it hands over',
      );
    }
    const last = stored && verifyCheckpoint(stored.note, stored.verifierKey);
    const succession = isHandedOver && previous !== undefined ? previous.handOver(key.verifierKey) : null;
    const frontiers = (stored && last && frontiersOf(stored, last)) ?? new Map<number, MerkleFrontier>();
    if (last) await assertContinues(log, last);
    return new CheckpointWriter(log, key, frontiers, stored && last && { ...last, number: stored.number }, succession);
  }

  /**
   * Signs the present state; undefined when no block was added since the last checkpoint.
   * @throws CheckpointOvertaken
   */
  async write(): Promise<StoredCheckpoint | undefined> {
    const heads = await this.log.heads();
    const incarnation = heads[0]?.incarnation ?? '';
    const partitions = [];
    for (const { partition, size, head, blocks, blockChain } of heads) {
      const frontier = await this.#grow(partition, size);
      partitions.push({ partition, size, root: frontier.root(), head, blocks, blockChain });
    }
    const checkpoint: Checkpoint = { house: this.key.name, log: this.log.name, incarnation, partitions };
    if (this.last && isSame(this.last, checkpoint) && this.succession === null) return undefined;
    const stored = await this.log.saveCheckpoint(this.last?.number ?? 0, {
      note: this.key.sign(checkpoint),
      frontier: frontierText(this.frontiers),
      verifierKey: this.key.verifierKey,
      succession: this.succession,
    });
    if (stored === undefined) {
      throw new CheckpointOvertaken(`another process signed a checkpoint of ${this.log.name} meanwhile`);
    }
    this.last = { ...checkpoint, number: stored.number };
    this.succession = null;
    return stored;
  }

  async #grow(partition: number, size: number): Promise<MerkleFrontier> {
    const frontier = this.frontiers.get(partition) ?? new MerkleFrontier();
    this.frontiers.set(partition, frontier);
    invariant(frontier.size <= size, `${this.log.name}/${partition} has shrunk from ${frontier.size} to ${size}`);
    while (frontier.size < size) {
      const upTo = Math.min(size, frontier.size + PAGE);
      for (const leaf of await leavesOf(this.log, partition, frontier.size, upTo)) frontier.append(leaf);
    }
    return frontier;
  }
}

const isSame = (a: Checkpoint, b: Checkpoint): boolean =>
  a.incarnation === b.incarnation &&
  a.partitions.every(({ blocks }, index) => blocks === b.partitions[index]?.blocks) &&
  a.partitions.length === b.partitions.length;

/** Edges of the trees as they are stored beside a checkpoint. */
function frontierText(frontiers: ReadonlyMap<number, MerkleFrontier>): string {
  return canonicalText(
    Object.fromEntries(
      [...frontiers].map(([partition, { size, subtrees }]) => [
        String(partition),
        { size, subtrees: subtrees.map((hash) => hash.toString('hex')) },
      ]),
    ),
  );
}

/** The stored edges of the trees, if they have the roots that were signed; otherwise the trees are grown anew. */
function frontiersOf(stored: StoredCheckpoint, signed: Checkpoint): Map<number, MerkleFrontier> | undefined {
  try {
    const frontiers = new Map(
      Object.entries(JSON.parse(stored.frontier) as StoredFrontier).map(([partition, { size, subtrees }]) => [
        Number(partition),
        new MerkleFrontier(
          size,
          subtrees.map((hash) => Buffer.from(hash, 'hex')),
        ),
      ]),
    );
    const agree = signed.partitions.every(({ partition, size, root }) => {
      const frontier = frontiers.get(partition);
      return frontier !== undefined && frontier.size === size && frontier.root().equals(root);
    });
    return agree ? frontiers : undefined;
  } catch {
    return undefined;
  }
}

/** A new checkpoint must never vouch for a history that the last one contradicts. */
async function assertContinues(log: EventLog, last: Checkpoint): Promise<void> {
  for (const promised of last.partitions) {
    const { partition, size, head, blocks, blockChain } = promised;
    const refuse = (place: string): CheckpointRejected =>
      new CheckpointRejected(
        `${log.name}/${partition} does not continue its last checkpoint at ${place}: it was rewritten or restored; ballast verify names all faults`,
      );
    const [event] = size === 0 ? [] : await log.readRaw(partition, size - 1, 1);
    if (size > 0 && (event?.position !== size || !event.chain.equals(head))) throw refuse(`position ${size}`);
    const block = blocks === 0 ? undefined : await lastBlockOf(log, promised);
    if (blocks > 0 && (block?.number !== blocks || !block.blockChain.equals(blockChain)))
      throw refuse(`block ${blocks}`);
  }
}

/** The block at which a partition ended: that of its last event, or one without events behind it. */
async function lastBlockOf(
  log: EventLog,
  { partition, size, blocks }: Checkpoint['partitions'][number],
): Promise<Block | undefined> {
  const ofEvent = size === 0 ? undefined : await blockAt(log, partition, size);
  if (ofEvent?.number === blocks) return ofEvent;
  return (await log.blocks(partition, { firstPosition: size + 1, number: blocks - 1 }, 1))[0];
}
