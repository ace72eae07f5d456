import type { OwnTable } from '@ballast/event-sourcing';
import type { InstrumentId, PricingEvents } from '@ballast/facts';
import { invariant } from '@ballast/kernel';
import type { InstrumentHalt, PricingState } from '../pricing.state.js';

type Halts = Pick<PricingState, 'instrumentHalts'>;

/** The halt of an instrument that is in force. */
export const haltOf = ({ instrumentHalts }: Halts, instrument: InstrumentId): InstrumentHalt | undefined =>
  [...instrumentHalts.values()].find((halt) => halt.inForce && halt.instrument === instrument);

/** Nothing happens where none is in force. */
export function endHalt(state: Halts, instrument: InstrumentId): void {
  const halt = haltOf(state, instrument);
  if (halt !== undefined) halt.inForce = false;
}

/** How halts of instruments follow from events. */
export const instrumentHaltEvolution: OwnTable<
  PricingState,
  Pick<PricingEvents, 'InstrumentHalted' | 'InstrumentResumptionProposed' | 'InstrumentResumed'>
> = {
  InstrumentHalted(state, { payload: { haltId, instrument, until, reason }, actor, time }) {
    endHalt(state, instrument);
    const since = time.clearing;
    const halt = { instrument, reason, haltedBy: actor ?? '', since, until, resumption: null, inForce: true };
    state.instrumentHalts.set(haltId, halt);
  },
  InstrumentResumptionProposed({ instrumentHalts }, { payload: { haltId, reason }, actor }) {
    const halt = instrumentHalts.get(haltId);
    invariant(halt, `resumption of a halt that never was: ${haltId}`);
    halt.resumption = { proposer: actor ?? '', reason };
  },
  InstrumentResumed: (state, { payload: { instrument } }) => endHalt(state, instrument),
};
