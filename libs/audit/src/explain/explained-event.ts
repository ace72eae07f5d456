import { type AccountExplanation, decisionOf } from '@ballast/contracts';
import type { LogDirectory } from '@ballast/event-log';
import { causeName, type LogEntry, type PartitionMachine } from '@ballast/event-sourcing';
import { type AccountId, partitionOfAccount } from '@ballast/kernel';
import { assessedNow, standingOf, type MarginState } from '@ballast/margin-domain';
import { isAbout } from './account-history.js';
import { bookingText } from './booking-text.js';
import type { EventPlace } from './event-place.js';
import { liquidationText } from './liquidation-text.js';
import { orderEventText } from './order-text.js';

/** What margin held of an account at some point: its state, and its figures on the schedule that was in force. */
export type MarginView = NonNullable<NonNullable<AccountExplanation['event']>['before']>;

/** The event at a place, or why it can't be explained for this account. */
export async function eventAt(
  logs: LogDirectory,
  accountId: AccountId,
  { log, partition, position }: EventPlace,
): Promise<LogEntry | 'event-unknown' | 'event-of-another'> {
  const heads = await logs.log(log).heads();
  const size = heads.find((head) => head.partition === partition)?.size ?? 0;
  if (position > size) return 'event-unknown';
  if (partition !== partitionOfAccount(accountId, logs.partitions)) return 'event-of-another';
  const [event] = await logs.log(log).read(partition, position - 1, 1);
  if (event === undefined) return 'event-unknown';
  return isAbout(event, accountId) ? event : 'event-of-another';
}

/** State and figures of an account in a margin partition as it stands; null while it is not known there or there is no price. */
export function viewOf(machine: PartitionMachine<MarginState>, accountId: AccountId): MarginView | null {
  const { state, size } = machine;
  const standing = standingOf(state, accountId);
  const assessed = assessedNow(state, accountId);
  if (standing === undefined || assessed === null) return null;
  const { schedule, figures } = assessed;
  return { marginPosition: size, schedule, state: standing.state, figures };
}

export function toldEvent(
  event: LogEntry,
  before: MarginView | null,
  decided: MarginView | null,
): NonNullable<AccountExplanation['event']> {
  const { log, partition, position, time, type, cause } = event;
  return {
    log: log as EventPlace['log'],
    partition,
    position,
    at: time.clearing,
    type,
    summary: eventText(event),
    cause: cause.kind === 'event' ? `${cause.log}/${cause.partition}#${cause.position}` : causeName(cause),
    before,
    decided,
  };
}

/** An event of margin, liquidation or accounts about one account, in a sentence. */
export function eventText(entry: LogEntry): string {
  switch (entry.log) {
    case 'liquidation':
      return liquidationText(entry);
    case 'accounts':
      return bookingText(entry);
    default:
      return decisionOf(entry)?.summary ?? orderEventText(entry) ?? entry.type;
  }
}
