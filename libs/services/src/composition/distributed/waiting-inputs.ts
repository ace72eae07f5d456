import type { EntryReader } from '@ballast/event-log';
import type { LogPartition } from '@ballast/event-sourcing';
import { sourceKey, type WaitingInput } from '@ballast/partition-worker';

/** What an entry stands behind was stored before anybody could name it, so an input waits for its way here, and no longer. */
const PATIENCE_MS = 10_000;

/** A partition that takes inputs of several logs. */
interface Reading extends LogPartition {
  readonly waiting: readonly WaitingInput[];
}

interface Wait {
  readonly position: number;
  readonly since: number;
  /** Why it waits for what never comes, once that is known. */
  vain: string | undefined;
}

/**
 * Watches the inputs of the partitions of a process that wait for what their basis names. One that waits long is looked into: what its
 * basis names must stand in the log that it names, and must not wait for the input itself.
 * @see docs/spec/event-log.md CLR-LOG-048
 */
export class WaitingInputs {
  /** By reader, and by source. */
  #waits = new Map<string, Map<string, Wait>>();

  constructor(
    private readonly reader: EntryReader,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks at what waits now. @returns what was found to wait in vain, and was not told before, in sentences */
  async look(readers: readonly Reading[]): Promise<readonly string[]> {
    const waits = new Map<string, Map<string, Wait>>();
    const found: string[] = [];
    for (const reader of readers) {
      const key = sourceKey(reader.log, reader.partition);
      const of = new Map<string, Wait>();
      for (const input of reader.waiting) {
        const source = sourceKey(input.log, input.partition);
        const before = this.#waits.get(key)?.get(source);
        const wait =
          before?.position === input.position
            ? before
            : { position: input.position, since: this.now(), vain: undefined };
        of.set(source, wait);
        if (this.now() - wait.since < PATIENCE_MS) continue;
        const told = wait.vain !== undefined;
        wait.vain = await this.#whyInVain(input, reader.waiting);
        if (wait.vain !== undefined && !told) found.push(`${key} does not go on: ${wait.vain}`);
      }
      waits.set(key, of);
    }
    this.#waits = waits;
    return found;
  }

  /** Why a reader takes no more from a source; undefined while it does. */
  vain({ log, partition }: LogPartition, source: LogPartition): string | undefined {
    return this.#waits.get(sourceKey(log, partition))?.get(sourceKey(source.log, source.partition))?.vain;
  }

  /** All that waits in vain, in sentences. */
  get troubles(): readonly string[] {
    return [...this.#waits].flatMap(([key, waits]) =>
      [...waits.values()].flatMap(({ vain }) => (vain === undefined ? [] : [`${key} does not go on: ${vain}`])),
    );
  }

  /** How long the input of a reader waits that waits longest, milliseconds. */
  longest({ log, partition }: LogPartition): number {
    const waits = this.#waits.get(sourceKey(log, partition))?.values() ?? [];
    return Math.max(0, ...[...waits].map(({ since }) => this.now() - since));
  }

  async #whyInVain(input: WaitingInput, waiting: readonly WaitingInput[]): Promise<string | undefined> {
    const place = `${sourceKey(input.log, input.partition)} position ${input.position}`;
    if (standsBehindItself(input, waiting)) return `${place} has itself in its basis, or what stands behind it`;
    for (const [log, partition, upTo] of input.lacks) {
      // A log that can't be asked says nothing: it is asked again.
      const named = await this.reader.read(log, partition, upTo - 1, 1).catch(() => undefined);
      if (named?.length === 0)
        return `${place} has ${sourceKey(log, partition)} position ${upTo} in its basis, which that log does not have`;
    }
    return undefined;
  }
}

/** Whether what an input waits for waits for that input. */
function standsBehindItself(input: WaitingInput, waiting: readonly WaitingInput[]): boolean {
  const seen = new Set<WaitingInput>();
  const next = [input];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    for (const [log, partition, upTo] of at.lacks) {
      for (const other of waiting) {
        if (other.log !== log || other.partition !== partition || other.position > upTo) continue;
        if (other === input) return true;
        if (!seen.has(other)) next.push(other);
        seen.add(other);
      }
    }
  }
  return false;
}
