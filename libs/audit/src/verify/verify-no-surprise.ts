import { type LogDirectory, readPartition } from '@ballast/event-log';
import { GLOBAL } from '@ballast/event-sourcing';
import type { DocumentEvents, MarginEvents, MarginGlobalEvents, OpeningEvents, PricingEvents } from '@ballast/facts';
import {
  CalledFirstJudge,
  isCalledFirstEvent,
  noSurpriseJudge,
  type NoSurpriseViolation,
} from '@ballast/margin-domain';
import type { Fault } from './fault.js';

interface Entry {
  readonly partition: number;
  readonly position: number;
  readonly event: MarginEvents['LiquidationTriggered'];
}

/** No surprise: every entry into LIQUIDATING, judged by the schedules in force (architecture section 6, item 9). */
export async function verifyNoSurprise(
  logs: LogDirectory,
  onRead: (entries: number) => void,
  onJudged: (count: number) => void,
): Promise<Fault | undefined> {
  // Entries by the schedule they were decided on; schedules are then walked once, oldest first.
  const entries = new Map<number, Entry[]>();
  for (let partition = 0; partition < logs.partitions; partition++) {
    const calledFirst = new CalledFirstJudge();
    for await (const entry of readPartition(logs.log('margin'), partition)) {
      onRead(1);
      const { type, position, payload } = entry;
      const [uncalled] = isCalledFirstEvent(entry) ? calledFirst.next(entry) : [];
      if (uncalled !== undefined) return surprise(partition, position, uncalled);
      if (type !== 'LiquidationTriggered') continue;
      const event = payload as MarginEvents['LiquidationTriggered'];
      const same = entries.get(event.assessment.schedule);
      if (same === undefined) entries.set(event.assessment.schedule, [{ partition, position, event }]);
      else same.push({ partition, position, event });
    }
  }
  const judge = noSurpriseJudge();
  for await (const { type, payload } of readPartition(logs.log('pricing'), GLOBAL)) {
    if (type === 'VolatilitySeeded') judge.seed(payload as PricingEvents['VolatilitySeeded']);
    else if (type === 'PriceSetPublished') break;
  }
  for await (const { type, position, payload } of readPartition(logs.log('margin'), GLOBAL)) {
    if (type === 'DocumentsEstablished') {
      for (const document of (payload as OpeningEvents['DocumentsEstablished']).documents) judge.document(document);
    }
    if (type === 'DocumentProposed') judge.document((payload as DocumentEvents['DocumentProposed']).document);
    if (type !== 'ScheduleInForce') continue;
    judge.schedule(payload as MarginGlobalEvents['ScheduleInForce']);
    for (const { partition, position: at, event } of entries.get(position) ?? []) {
      const [violation] = judge.violations(event);
      if (violation !== undefined) {
        return surprise(partition, at, violation);
      }
      onJudged(1);
    }
    entries.delete(position);
  }
  for (const [schedule, [entry]] of entries) {
    if (entry === undefined) continue;
    const { partition, position } = entry;
    return { log: 'margin', partition, position, what: `it names schedule ${schedule}, which does not exist` };
  }
  return undefined;
}

const surprise = (partition: number, position: number, { rule, detail }: NoSurpriseViolation): Fault => ({
  log: 'margin',
  partition,
  position,
  what: `surprise: ${rule}: ${detail}`,
});
