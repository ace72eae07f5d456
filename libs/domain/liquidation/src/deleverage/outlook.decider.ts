import type { AdlEvents, Underlying } from '@ballast/facts';
import { ZERO, maxOf, sum, text, type Decimal } from '@ballast/kernel';
import type { DeleveragingPhase, Outlook, QueueOutlook } from './outlook.state.js';

/** How far the fund is from deleveraging on one side of an instrument, USD. */
export interface Distances {
  /** In the reserve of the underlying. */
  readonly reserve: Decimal;
  /** Further deficits of the underlying that reserve and fund can pay. */
  readonly trigger: Decimal;
  /** What has to come in, or to be owed less, before the fund can pay again. */
  readonly stop: Decimal;
  /** Once more what is required of the accounts in liquidation, and the fund could not pay what they owe. */
  readonly isNear: boolean;
}

type Amount = (queue: QueueOutlook) => Decimal;

/** What each reserve leaves of an amount to the fund of all, by underlying. */
function beyondReserves({ queues, reserves }: Outlook, amount: Amount): ReadonlyMap<Underlying, Decimal> {
  const amounts = new Map<Underlying, Decimal>();
  for (const queue of queues.values()) {
    amounts.set(queue.underlying, (amounts.get(queue.underlying) ?? ZERO).plus(amount(queue)));
  }
  return new Map(
    [...amounts].map(([underlying, all]) => [underlying, maxOf(all.minus(reserves.get(underlying) ?? ZERO), ZERO)]),
  );
}

/**
 * How near each queue is. Deficits are paid by the reserve of their underlying, then by the fund of all, which all underlyings share:
 *   beyond_u = max(0, deficits_u - reserve_u)
 *   trigger  = max(0, reserve_u - deficits_u) + max(0, fund - sum of beyond)
 *   stop     = max(0, sum of beyond - fund), where beyond_u > 0
 * @see docs/spec/liquidation.md CLR-LIQ-041
 */
export function distancesOf(outlook: Outlook): (queue: QueueOutlook) => Distances {
  const owed = beyondReserves(outlook, (queue) => queue.owed);
  const exposed = beyondReserves(outlook, (queue) => queue.exposed);
  const left = outlook.fund.minus(sum([...owed.values()]));
  const isShort = sum([...exposed.values()]).gt(outlook.fund);
  return ({ underlying, exposed: own }) => {
    const reserve = outlook.reserves.get(underlying) ?? ZERO;
    const deficits = sum(
      [...outlook.queues.values()].filter((each) => each.underlying === underlying).map((each) => each.owed),
    );
    const beyond = owed.get(underlying) ?? ZERO;
    return {
      reserve,
      trigger: maxOf(reserve.minus(deficits), ZERO).plus(maxOf(left, ZERO)),
      stop: beyond.gt(0) ? maxOf(left.neg(), ZERO) : ZERO,
      isNear: isShort && own.gt(0) && (exposed.get(underlying) ?? ZERO).gt(0),
    };
  };
}

/**
 * What is to be said now: every queue whose phase is another than it was said to be.
 * @param waits true while a request of the queue, or a round over it, is under way
 */
export function announcements(
  outlook: Outlook,
  waits: (queue: QueueOutlook) => boolean,
): readonly AdlEvents['DeleveragingAnnounced'][] {
  const distances = distancesOf(outlook);
  return [...outlook.queues.values()].flatMap((queue) => {
    const { reserve, trigger, stop, isNear } = distances(queue);
    const staysOn = queue.phase === 'on' && queue.owed.gt(0) && stop.gt(0);
    const to: DeleveragingPhase = waits(queue) || staysOn ? 'on' : isNear ? 'soon' : 'off';
    if (to === queue.phase) return [];
    const { instrument, side, underlying, owed, exposed, phase } = queue;
    return [
      {
        instrument,
        side,
        underlying,
        from: phase,
        to,
        fund: text(outlook.fund),
        reserve: text(reserve),
        owed: text(owed),
        exposed: text(exposed),
        triggerDistance: text(trigger),
        stopDistance: text(stop),
      },
    ];
  });
}
