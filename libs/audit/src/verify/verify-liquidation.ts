import { type LogDirectory, readPartition } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { liquidationInvariants } from '@ballast/liquidation-domain';
import type { Fault } from './fault.js';

/** Cases, slices, penalties and draws: architecture section 6, items 5 and 6. */
export async function verifyLiquidation(
  logs: LogDirectory,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  const invariants = liquidationInvariants();
  for (let partition = 0; partition < logs.partitions; partition++) {
    for await (const entry of readPartition(logs.log('liquidation'), partition)) {
      const [violation] = invariants.take(entry);
      if (violation !== undefined) {
        const { position } = entry;
        return { log: 'liquidation', partition, position, what: `${violation.rule}: ${violation.detail}` };
      }
      onProgress(1);
    }
  }
  for await (const entry of readPartition(logs.log('accounts'), GLOBAL)) invariants.take(entry);
  const [violation] = invariants.finish();
  return (
    violation && { log: 'accounts', partition: GLOBAL, position: null, what: `${violation.rule}: ${violation.detail}` }
  );
}
