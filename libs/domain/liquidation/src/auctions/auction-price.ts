import { dec, type Decimal, type Instant } from '@ballast/kernel';
import type { AuctionEvents } from '@ballast/facts';
import { discountMultiplier } from '@ballast/venue-rules';

type Opened = AuctionEvents['AuctionOpened'];

const DISCOUNT_DIGITS = 8;
const MS_PER_SECOND = 1_000;

/**
 * What a bid in an auction may ask at a moment, as a fraction of the notional. Sealed: what equity bears when it is opened. Of a falling price
 *   discount = most * (1 - share kept), share kept as in CLR-LQM-001, of whole steps since the start
 * rounded down to 8 digits, toward the debtor: so it goes from the mark to the bankruptcy price and never beyond.
 * @param at clearing time, not before the start
 * @see docs/spec/liquidation.md CLR-LIQ-071
 */
export function discountAt(
  { dutch, mostDiscount, openedAt }: Pick<Opened, 'dutch' | 'mostDiscount' | 'openedAt'>,
  at: Instant,
): Decimal {
  const most = dec(mostDiscount);
  if (dutch === null) return most;
  const steps = Math.floor((at - openedAt) / dutch.stepMs);
  const kept = discountMultiplier(dec(steps * dutch.stepMs).div(MS_PER_SECOND), {
    startingShare: dec(dutch.startingShare),
    fastCutoffShare: dec(dutch.fastCutoffShare),
    fastLengthSeconds: dec(dutch.fastLengthMs).div(MS_PER_SECOND),
    slowLengthSeconds: dec(dutch.slowLengthMs).div(MS_PER_SECOND),
  });
  return most.times(dec(1).minus(kept)).toDecimalPlaces(DISCOUNT_DIGITS, 'down');
}
