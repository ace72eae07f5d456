import {
  CheckpointRejected,
  verifyCheckpoint,
  verifySuccession,
  type CheckpointPartition,
  type EventLog,
  type StoredCheckpoint,
} from '@ballast/event-log';
import { canonicalText } from '@ballast/kernel';
import type { Fault } from './fault.js';

const PAGE = 100;

/** What a stored checkpoint says of a partition, and the edge of its tree that stands beside it, in hex. */
export type StoredPromise = CheckpointPartition & { readonly subtrees: readonly string[] };

export interface StoredCheckpoints {
  readonly notes: readonly string[];
  readonly promises: readonly StoredPromise[];
  /** Keys that signed, in order. */
  readonly signers: readonly string[];
  readonly faults: readonly Fault[];
}

/**
 * Reads the checkpoints that stand beside a log: numbers, signatures, and that each key was handed over to by the one before.
 * @param pinned a key that must be among them
 */
export async function readStoredCheckpoints(log: EventLog, pinned?: string): Promise<StoredCheckpoints> {
  const promises: StoredPromise[] = [];
  const signers: string[] = [];
  const faults: Fault[] = [];
  const notes: string[] = [];
  let count = 0;
  for (;;) {
    const page = await log.checkpoints(count, PAGE);
    if (page.length === 0) break;
    for (const stored of page) {
      const wrong = (what: string): void =>
        void faults.push({ log: `${log.name}.checkpoints`, partition: null, position: stored.number, what });
      if (stored.number !== count + 1) wrong(`checkpoint ${count + 1} is missing`);
      count = stored.number;
      notes.push(stored.note);
      try {
        const before = signers.at(-1);
        if (before === undefined || before === stored.verifierKey) {
          if (stored.succession !== null) wrong('it says that a key handed over, and none did');
        } else if (verifySuccession(stored.succession ?? '', before) !== stored.verifierKey) {
          wrong('it is signed by another key than the one before handed over to');
        }
        if (before !== stored.verifierKey) signers.push(stored.verifierKey);
        promises.push(...promisesOf(log.name, stored, wrong));
      } catch (error) {
        if (!(error instanceof CheckpointRejected)) throw error;
        wrong(error.message);
      }
    }
  }
  if (pinned !== undefined && count > 0 && !signers.includes(pinned)) {
    const what = `none is signed by the key that is expected, ${pinned}`;
    faults.push({ log: `${log.name}.checkpoints`, partition: null, position: null, what });
  }
  return { notes, promises, signers, faults };
}

type Edges = Readonly<Record<string, { readonly size: number; readonly subtrees: readonly string[] }>>;

function promisesOf(
  name: string,
  { note, frontier, verifierKey }: StoredCheckpoint,
  wrong: (what: string) => void,
): readonly StoredPromise[] {
  const { log, partitions } = verifyCheckpoint(note, verifierKey);
  if (log !== name) wrong(`it is a checkpoint of ${log}`);
  const edges = edgesOf(frontier);
  const isWhole =
    edges !== undefined &&
    Object.keys(edges).length === partitions.length &&
    partitions.every(({ partition, size }) => edges[partition]?.size === size);
  if (!isWhole) wrong('the edges of the trees that stand beside it are not as they were written');
  return partitions.map((each) => ({ ...each, subtrees: edges?.[each.partition]?.subtrees ?? [] }));
}

function edgesOf(text: string): Edges | undefined {
  try {
    const edges = JSON.parse(text) as Edges;
    return canonicalText(edges) === text ? edges : undefined;
  } catch {
    return undefined;
  }
}
