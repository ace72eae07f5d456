import type { Settlement } from '@ballast/instruments';
import { ONE, dec, text, type Decimal } from '@ballast/kernel';
import { medianOf } from '../index/index-price.js';

/** Bid and ask of an option, as it is quoted. */
export interface TwoSidedQuote {
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** A strike whose call and put are both quoted on both sides. */
export interface ParityQuote {
  readonly strike: Decimal;
  readonly settlement: Settlement;
  readonly call: TwoSidedQuote;
  readonly put: TwoSidedQuote;
}

const middleOf = ({ bid, ask }: TwoSidedQuote): Decimal => bid.plus(ask).div(2);

/**
 * Forward by put-call parity at one strike: F = K + C - P; coin-settled, where prices are fractions of the forward,
 * F = K / (1 - (c - p)), of middles.
 * @returns null where the quotes make no positive forward
 */
export function parityForward({ strike, settlement, call, put }: ParityQuote): Decimal | null {
  const difference = middleOf(call).minus(middleOf(put));
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
  const forwards = nearest(quotes, index, count)
    .map(parityForward)
    .filter((forward) => forward !== null);
  return forwards.length === 0 ? null : dec(medianOf(forwards));
}

function nearest(quotes: readonly ParityQuote[], index: Decimal, count: number): readonly ParityQuote[] {
  const distance = ({ strike }: ParityQuote): Decimal => strike.minus(index).abs();
  return [...quotes]
    .sort((a, b) => distance(a).cmp(distance(b)) || a.strike.cmp(b.strike) || (a.settlement < b.settlement ? 1 : -1))
    .slice(0, count);
}

/** Two strikes say nothing of which of them is wrong. */
const FEWEST_STRIKES = 3;

/**
 * Whether the quotes near the money contradict each other. By parity C - P falls by a dollar for every dollar of strike, whatever forward
 * and volatility are: premiums of ten contracts make it fall by ten, calls alone at thrice their worth by about two. Of every two of the
 * strikes nearest to the index the fall is taken as near to a dollar as their bids and asks allow; more than half of the pairs on one side
 * of the band are a contradiction, so one strike alone makes none.
 * @param count how many strikes are asked
 * @param band from 1 / (1 + band) to 1 + band a fall is believed, since quotes are of different moments
 * @see docs/spec/pricing.md CLR-PRC-058
 */
export function quotesContradict(
  quotes: readonly ParityQuote[],
  index: Decimal,
  count: number,
  band: Decimal,
): boolean {
  const asked = nearest(quotes, index, count);
  if (new Set(asked.map(({ strike }) => text(strike))).size < FEWEST_STRIKES) return false;
  const most = ONE.plus(band);
  let [pairs, above, below] = [0, 0, 0];
  for (const lower of asked) {
    for (const upper of asked) {
      const step = upper.strike.minus(lower.strike);
      if (step.lte(0)) continue;
      const [low, high] = [differenceRange(lower, index), differenceRange(upper, index)];
      pairs += 1;
      if (low.least.minus(high.most).gt(step.times(most))) above += 1;
      if (low.most.minus(high.least).times(most).lt(step)) below += 1;
    }
  }
  return above > pairs / 2 || below > pairs / 2;
}

/** Between what bids and asks hold C - P, USD; a coin price is a fraction of the forward, for which the index is near enough here. */
function differenceRange({ settlement, call, put }: ParityQuote, index: Decimal): { least: Decimal; most: Decimal } {
  const unit = settlement === 'inverse' ? index : ONE;
  return { least: call.bid.minus(put.ask).times(unit), most: call.ask.minus(put.bid).times(unit) };
}
