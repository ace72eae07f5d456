import { ZERO, maxOf, minOf, text, type Decimal, type Instant } from '@ballast/kernel';
import type { TurnEvents } from '@ballast/facts';
import { LONGEST_EXPECTATION_MS, PACE_WINDOW_MS } from '../liquidation-policy.js';
import { roomAt, takenNow, type Turns, type WaitingTurn } from './turns.state.js';

/**
 * Whose turn it is: the case that has waited longest, as soon as the minute has room for what is worth an order. A case that has had its
 * turn and needs more asks again, behind all that wait. Where nothing was taken in the last minute the first is served whatever it needs,
 * so that a lot larger than the pace is no dead end.
 * @see docs/spec/liquidation.md CLR-LIQ-038
 */
export function nextTurn(turns: Turns, now: Instant): TurnEvents['CloseOutTurnGranted'] | undefined {
  const [first] = turns.waiting;
  if (first === undefined) return undefined;
  const taken = takenNow(turns, now);
  const room = maxOf(first.perMinute.minus(taken), ZERO);
  if (room.lt(first.least) && !taken.isZero()) return undefined;
  const notional = minOf(first.notional, maxOf(room, first.least));
  return { ...answered(first, taken), notional: text(notional), from: now, until: now + PACE_WINDOW_MS };
}

const answered = ({ request, caseId, accountId, instrument }: WaitingTurn, taken: Decimal) => ({
  caseId,
  accountId,
  instrument,
  request,
  taken: text(taken),
});

/**
 * What those are told that have to wait and have not been told so, or have waited until the time that they were told. Expected is a time
 * at which the minute has room and, at the full pace, all before them have been served.
 */
export function deferrals(turns: Turns, now: Instant): readonly TurnEvents['CloseOutTurnDeferred'][] {
  const [first] = turns.waiting;
  if (first === undefined || turns.waiting.every(({ nextAt }) => nextAt !== null && nextAt > now)) return [];
  const taken = takenNow(turns, now);
  const roomFrom = roomAt(turns, first, now);
  let before = ZERO;
  return turns.waiting.flatMap((each, ahead) => {
    const minutes = each.perMinute.isZero() ? ZERO : before.div(each.perMinute).floor();
    before = before.plus(each.notional);
    if (each.nextAt !== null && each.nextAt > now) return [];
    const pauseMs = Math.min(minutes.toNumber() * PACE_WINDOW_MS, LONGEST_EXPECTATION_MS);
    const reason = ahead === 0 ? ('minute-used-up' as const) : ('others-first' as const);
    return [{ ...answered(each, taken), reason, ahead, nextAt: roomFrom + pauseMs }];
  });
}
