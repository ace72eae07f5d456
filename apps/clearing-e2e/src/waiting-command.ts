import { setTimeout as wait } from 'node:timers/promises';
import type { ServiceLog } from '@ballast/facts';
import type { ClearingHouse } from '@ballast/services';

/**
 * Resolves when a command waits for its step: whether it was answered before is looked up first, which takes as long as the store takes.
 * Who steps before then, and not afterwards, waits for the answer for ever.
 */
export async function untilCommandWaits(house: ClearingHouse, log: ServiceLog, partition: number): Promise<void> {
  while (house.workerOf(log, partition).waitingCommands === 0) await wait(1);
}
