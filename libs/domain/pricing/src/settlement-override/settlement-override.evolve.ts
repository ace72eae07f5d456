import type { OwnTable } from '@ballast/event-sourcing';
import type { PricingEvents, Underlying } from '@ballast/facts';
import { invariant, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';

/** What two persons decided of the price of an expiry; of several decisions the last, and undefined where that is the average. */
export function overrideOf(
  { settlementOverrides }: Pick<PricingState, 'settlementOverrides'>,
  underlying: Underlying,
  expiry: Instant,
): { readonly overrideId: string; readonly price: DecimalString; readonly approvedAt: Instant } | undefined {
  const [last] = [...settlementOverrides.values()]
    .filter(({ proposed }) => proposed.underlying === underlying && proposed.expiry === expiry)
    .sort((a, b) => b.approval - a.approval);
  if (last === undefined || last.approvedAt === null || last.proposed.price === null) return undefined;
  const { overrideId, price } = last.proposed;
  return { overrideId, price, approvedAt: last.approvedAt };
}

/** How prices that persons set follow from events. */
export const settlementOverrideEvolution: OwnTable<
  PricingState,
  Pick<PricingEvents, 'SettlementOverrideProposed' | 'SettlementOverrideApproved'>
> = {
  SettlementOverrideProposed({ settlementOverrides }, { payload, actor }) {
    settlementOverrides.set(payload.overrideId, {
      ...{ proposed: payload, proposer: actor ?? '', approver: null, approvedAt: null, approval: 0 },
    });
  },
  SettlementOverrideApproved({ settlementOverrides }, { payload: { overrideId }, time, position, actor }) {
    const override = settlementOverrides.get(overrideId);
    invariant(override, `approval of an override that never was: ${overrideId}`);
    override.approver = actor ?? '';
    override.approvedAt = time.clearing;
    override.approval = position;
  },
};
