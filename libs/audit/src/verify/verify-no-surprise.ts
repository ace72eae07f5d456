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

/** An entry into LIQUIDATING. */
interface Entry {
  readonly partition: number;
  readonly position: number;
  readonly event: MarginEvents['LiquidationTriggered'];
  /** What its calls break. */
  readonly uncalled: NoSurpriseViolation | undefined;
}

/** Entries of a partition that are held at once: all partitions are read side by side. */
const AT_ONCE = 200;

/**
 * No surprise: every entry into LIQUIDATING, judged by the schedules in force (architecture section 6, item 9). Schedules are walked once,
 * oldest first, and beside them the entries of all partitions, which name them in the same order: nothing is kept of either.
 */
export async function verifyNoSurprise(
  logs: LogDirectory,
  onRead: (entries: number) => void,
  onJudged: (count: number) => void,
): Promise<Fault | undefined> {
  const partitions = Array.from({ length: logs.partitions }, (_, partition) => entriesOf(logs, partition, onRead));
  const next: (Entry | undefined)[] = [];
  for (const entries of partitions) next.push(await following(entries));
  const judge = noSurpriseJudge();
  for await (const { type, payload } of readPartition(logs.log('pricing'), GLOBAL)) {
    if (type === 'VolatilitySeeded') judge.seed(payload as PricingEvents['VolatilitySeeded']);
    else if (type === 'PriceSetPublished') break;
  }
  for await (const { type, position, payload } of readPartition(logs.log('margin'), GLOBAL, 0, AT_ONCE)) {
    if (type === 'DocumentsEstablished') {
      for (const document of (payload as OpeningEvents['DocumentsEstablished']).documents) judge.document(document);
    }
    if (type === 'DocumentProposed') judge.document((payload as DocumentEvents['DocumentProposed']).document);
    if (type !== 'ScheduleInForce') continue;
    judge.schedule(payload as MarginGlobalEvents['ScheduleInForce']);
    for (const [index, entries] of partitions.entries()) {
      for (let entry = next[index]; entry?.event.assessment.schedule === position; entry = next[index]) {
        const violation = entry.uncalled ?? judge.violations(entry.event)[0];
        if (violation !== undefined) return surprise(entry, violation);
        onJudged(1);
        next[index] = await following(entries);
      }
    }
  }
  const left = next.find((entry) => entry !== undefined);
  return left && unscheduled(left);
}

/** Entries into LIQUIDATING of one partition of margin, in order. */
async function* entriesOf(
  logs: LogDirectory,
  partition: number,
  onRead: (entries: number) => void,
): AsyncGenerator<Entry, undefined> {
  const calledFirst = new CalledFirstJudge();
  for await (const entry of readPartition(logs.log('margin'), partition, 0, AT_ONCE)) {
    onRead(1);
    const [uncalled] = isCalledFirstEvent(entry) ? calledFirst.next(entry) : [];
    const { type, position, payload } = entry;
    if (type !== 'LiquidationTriggered') continue;
    yield { partition, position, event: payload as MarginEvents['LiquidationTriggered'], uncalled };
  }
}

const following = async (entries: AsyncGenerator<Entry, undefined>): Promise<Entry | undefined> =>
  (await entries.next()).value;

/** Its schedule is none of those that follow that of the entry before it. */
const unscheduled = ({ partition, position, event: { assessment } }: Entry): Fault => ({
  log: 'margin',
  partition,
  position,
  what: `it names schedule margin/-1#${assessment.schedule}, which does not exist, or was over before`,
});

const surprise = ({ partition, position }: Entry, { rule, detail }: NoSurpriseViolation): Fault => ({
  log: 'margin',
  partition,
  position,
  what: `surprise: ${rule}: ${detail}`,
});
