import { LIQUIDATING, MARGIN_CALL, RESTRICTED, WARN } from './margin-state.js';
import type { AccountOutcome } from '../run/margin-run.js';

/** Why an account changes its state, as a stable code. */
export type StateReason =
  | 'equity-below-liquidation'
  | 'equity-below-liquidation-prices-halted'
  | 'equity-below-midpoint'
  | 'call-expired'
  | 'equity-below-call'
  | 'equity-below-initial'
  | 'liquidation-closed'
  | 'recovered';

export function reasonOf({ memory, decision, detail }: AccountOutcome, halted: boolean): StateReason {
  const { equity, liquidation, call } = detail.figures;
  if (memory.state === LIQUIDATING) return 'liquidation-closed';
  if (decision.state < memory.state) return 'recovered';
  switch (decision.state) {
    case LIQUIDATING:
      return 'equity-below-liquidation';
    case RESTRICTED:
      if (equity.lt(liquidation) && halted) return 'equity-below-liquidation-prices-halted';
      return equity.times(2).lt(call.plus(liquidation)) ? 'equity-below-midpoint' : 'call-expired';
    case MARGIN_CALL:
      return 'equity-below-call';
    case WARN:
      return 'equity-below-initial';
    default:
      return 'recovered';
  }
}
