import type { OwnTable } from '@ballast/event-sourcing';
import type { InstrumentId, PricingEvents } from '@ballast/facts';
import { invariant } from '@ballast/kernel';
import { endHalt } from '../instrument-halt/instrument-halt.evolve.js';
import type { Delisting, PricingState } from '../pricing.state.js';

type Delistings = Pick<PricingState, 'delistings'>;

/** What two persons decided last about the end of a perpetual; undefined where it stays, and where nobody decided. */
export function delistingOf({ delistings }: Delistings, instrument: InstrumentId): Delisting | undefined {
  const [last] = [...delistings.values()]
    .filter(({ proposed, approvedAt }) => proposed.instrument === instrument && approvedAt !== null)
    .sort((a, b) => b.approval - a.approval);
  return last?.proposed.at === null ? undefined : last;
}

/** Whether a perpetual has ended. */
export const isDelisted = (state: Delistings, instrument: InstrumentId): boolean =>
  delistingOf(state, instrument)?.ended === true;

/** How the end of perpetuals follows from events. */
export const delistingEvolution: OwnTable<
  PricingState,
  Pick<PricingEvents, 'DelistingProposed' | 'DelistingApproved' | 'InstrumentDelisted'>
> = {
  DelistingProposed({ delistings }, { payload, actor }) {
    delistings.set(payload.delistingId, {
      ...{ proposed: payload, proposer: actor ?? '', approver: null, approvedAt: null, approval: 0, ended: false },
    });
  },
  DelistingApproved({ delistings }, { payload: { delistingId }, time, position, actor }) {
    const delisting = delistings.get(delistingId);
    invariant(delisting, `approval of a delisting that never was: ${delistingId}`);
    delisting.approver = actor ?? '';
    delisting.approvedAt = time.clearing;
    delisting.approval = position;
  },
  InstrumentDelisted(state, { payload: { delistingId, instrument } }) {
    const delisting = state.delistings.get(delistingId);
    invariant(delisting, `end by a delisting that never was: ${delistingId}`);
    delisting.ended = true;
    endHalt(state, instrument);
  },
};
