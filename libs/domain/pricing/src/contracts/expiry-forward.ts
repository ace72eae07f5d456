import type { Settlement } from '@ballast/instruments';
import { ONE, dec, type Decimal } from '@ballast/kernel';
import { medianOf } from '../index/index-price.js';

/** A strike whose call and put are both quoted on both sides, middles as they are quoted. */
export interface ParityQuote {
  readonly strike: Decimal;
  readonly settlement: Settlement;
  readonly call: Decimal;
  readonly put: Decimal;
}

/**
 * Forward by put-call parity at one strike: F = K + C - P; coin-settled, where prices are fractions of the forward,
 * F = K / (1 - (c - p)).
 * @returns null where the quotes make no positive forward
 */
export function parityForward({ strike, settlement, call, put }: ParityQuote): Decimal | null {
  const difference = call.minus(put);
  if (settlement === 'linear') {
    const forward = strike.plus(difference);
    return forward.gt(0) ? forward : null;
  }
  const share = ONE.minus(difference);
  return share.gt(0) ? strike.div(share) : null;
}

/**
 * Forward of a chain: median of the parity forwards at the strikes nearest to the index, where both options are worth enough
 * to be quoted well. So no single stale quote moves it.
 * @param count how many strikes are asked
 * @returns null when no strike has a live call and put
 */
export function chainForward(quotes: readonly ParityQuote[], index: Decimal, count: number): Decimal | null {
  const distance = ({ strike }: ParityQuote): Decimal => strike.minus(index).abs();
  const nearest = [...quotes]
    .sort((a, b) => distance(a).cmp(distance(b)) || a.strike.cmp(b.strike) || (a.settlement < b.settlement ? 1 : -1))
    .slice(0, count)
    .map(parityForward)
    .filter((forward) => forward !== null);
  return nearest.length === 0 ? null : dec(medianOf(nearest));
}
