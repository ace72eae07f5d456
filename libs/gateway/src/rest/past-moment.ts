import type { z } from 'zod';
import { readPlace, type ExplanationRefusal, type HistoryEnd } from '@ballast/audit';
import type { explanationQuery } from '@ballast/contracts';
import { InvariantViolation, instantOf, type AccountId, type Instant } from '@ballast/kernel';
import { unknownAccount } from './account-views.js';
import { Problem } from './problem.js';

export type AskedMoment = z.output<typeof explanationQuery>;

/** The clearing time that a question names; undefined for now. @throws Problem `request-malformed` */
export function momentOf(at: string | undefined): Instant | undefined {
  if (at === undefined) return undefined;
  try {
    return instantOf(at);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new Problem('request-malformed', error.message, [
      { field: 'at', message: error.message, remedy: 'write an ISO 8601 UTC time such as 2020-03-12T10:45:00Z' },
    ]);
  }
}

/** The time or the event that a question about an account names; undefined for now. @throws Problem `request-malformed` */
export function endOf({ at, event }: AskedMoment): HistoryEnd | undefined {
  if (event === undefined) {
    const moment = momentOf(at);
    return moment === undefined ? undefined : { at: moment };
  }
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
