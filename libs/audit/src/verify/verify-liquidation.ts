import { type LogDirectory, readPartition } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import { liquidationInvariants, type LiquidationViolation } from '@ballast/liquidation-domain';
import type { Fault } from './fault.js';

/** Cases, slices, penalties, draws, take-overs, hedges and announcements: architecture section 6, items 5 and 6. */
export async function verifyLiquidation(
  logs: LogDirectory,
  onProgress: (events: number) => void,
): Promise<Fault | undefined> {
  const invariants = liquidationInvariants();
  for (let partition = GLOBAL; partition < logs.partitions; partition++) {
    for await (const entry of readPartition(logs.log('liquidation'), partition)) {
      const [violation] = invariants.take(entry);
      if (violation !== undefined) return faultOf(violation);
      onProgress(1);
    }
  }
  // What is booked is judged for itself elsewhere; here only where it answers a take-over.
  const numbered = invariants.awaitsBookings ? logs.partitions : 0;
  for (let partition = GLOBAL; partition < numbered; partition++) {
    for await (const entry of readPartition(logs.log('accounts'), partition)) {
      invariants.take(entry);
      onProgress(1);
    }
  }
  // What margin judged, where something was hedged or taken over by it.
  const judging = invariants.awaitsJudgements ? logs.partitions : 0;
  for (let partition = 0; partition < judging; partition++) {
    for await (const entry of readPartition(logs.log('margin'), partition)) {
      invariants.take(entry);
      onProgress(1);
    }
  }
  const [violation] = invariants.finish();
  return violation && faultOf(violation);
}

const faultOf = ({ rule, detail, event: { log, partition, position } }: LiquidationViolation): Fault => ({
  log,
  partition,
  position,
  what: `${rule}: ${detail}`,
});
