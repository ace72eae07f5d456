import { setTimeout as wait } from 'node:timers/promises';
import type { Owners } from '@ballast/services';
import { absentFrom } from '../rest/house-backlog.js';
import type { LogCopy } from './log-copy.js';

const LOOK_AGAIN_MS = 1_000;

export interface CatchUpOptions {
  readonly copy: Pick<LogCopy, 'isReached'>;
  readonly owners: Pick<Owners, 'standings'>;
  /** Numbered partitions of every log. */
  readonly partitions: number;
  /** Whether somebody says of every partition that he decides it. */
  readonly areOwnersKnown: () => boolean;
  /** Told when the owners could not be asked; they are asked again. */
  readonly onTrouble: (error: unknown) => void;
  readonly stop: AbortSignal;
  /** How often it is looked again. */
  readonly everyMs?: number;
}

/** Resolves when the copy is where the owners were when all of them were first known, or when it is stopped; never rejects. */
export async function catchUp(options: CatchUpOptions): Promise<void> {
  const { copy, owners, partitions, areOwnersKnown, onTrouble, stop, everyMs = LOOK_AGAIN_MS } = options;
  const pause = (): Promise<void> => wait(everyMs, undefined, { signal: stop }).catch(() => undefined);
  while (!stop.aborted) {
    try {
      while (!stop.aborted && !areOwnersKnown()) await pause();
      const standings = await owners.standings();
      // Who is known may have died: how far his partition came is asked of whoever takes it over.
      if (absentFrom(standings, partitions).length > 0) {
        await pause();
        continue;
      }
      for (const { log, partition, position } of standings) {
        while (!stop.aborted && !(await copy.isReached(log, partition, position, everyMs)));
      }
      return;
    } catch (error) {
      onTrouble(error);
      await pause();
    }
  }
}
