import type { z } from 'zod';
import { readPlace, type ExplanationRefusal, type HistoryEnd } from '@ballast/audit';
import type { explanationQuery } from '@ballast/contracts';
import type { AccountId } from '@ballast/kernel';
import { unknownAccount } from './account-views.js';
import { Problem } from './problem.js';

export type AskedMoment = z.output<typeof explanationQuery>;

/** The time or the event that a question about an account names; undefined for now. @throws Problem `request-malformed` */
export function endOf({ at, event }: AskedMoment): HistoryEnd | undefined {
  if (event === undefined) return at === undefined ? undefined : { at };
  const place = at === undefined ? readPlace(event) : undefined;
  if (place !== undefined) return { event: place };
  throw new Problem('request-malformed', 'event names one event, instead of a time', [
    {
      field: 'event',
      message: at === undefined ? 'is no place of an event' : 'came together with at',
      remedy: 'write a place such as margin/0%23105, and no at',
    },
  ]);
}

/** Why nothing can be told of an account at a moment. */
export function noExplanation(refusal: ExplanationRefusal, accountId: AccountId, { event }: AskedMoment): Problem {
  if (refusal === 'account-unknown') return unknownAccount(accountId);
  return new Problem('event-unknown', `${event} is no event about ${accountId}`, [
    {
      field: 'event',
      message: refusal === 'event-unknown' ? 'is in no log' : `is not about ${accountId}`,
      remedy: 'name one of the timeline, with its # written as %23',
    },
  ]);
}
