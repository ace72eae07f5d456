import { compareText, type Decimal } from '@ballast/kernel';
import type { AccountId } from '@ballast/facts';

/** A position on the side that bankrupt ones are closed against. */
export interface RankedPosition {
  readonly accountId: AccountId;
  /** Contracts, > 0. */
  readonly quantity: Decimal;
  /** USD of the portfolio's maintenance requirement that the position bears; not above zero for a hedge. */
  readonly requirement: Decimal;
  /** USD, > 0. */
  readonly equity: Decimal;
}

/** Hedges, which bear no requirement, come after all that bear some. */
export const bearsRequirement = ({ requirement }: Pick<RankedPosition, 'requirement'>): boolean => requirement.gt(0);

/** What the size that is left to a counterparty is in proportion to. @see docs/spec/liquidation.md CLR-LIQ-040 */
export function capacityOf(position: Pick<RankedPosition, 'equity' | 'quantity' | 'requirement'>): Decimal {
  const { equity, quantity, requirement } = position;
  return bearsRequirement(position) ? equity.times(quantity).div(requirement) : equity;
}

/**
 * Who is deleveraged first: whose position needs most of his equity, as a round decides it; equals by account. The price of a request
 * is not known before: who cannot bear it comes after those who can.
 * @see docs/spec/liquidation.md CLR-LIQ-041
 */
export const inOrderOfDeleveraging = <Position extends RankedPosition>(
  positions: readonly Position[],
): readonly Position[] => [...positions].sort(compareRanks);

/** Below zero when the first comes first. */
export const compareRanks = (a: RankedPosition, b: RankedPosition): number =>
  Number(bearsRequirement(b)) - Number(bearsRequirement(a)) ||
  // Compared crosswise, so that equal needs are exactly equal.
  needOver(b, a).cmp(needOver(a, b)) ||
  compareText(a.accountId, b.accountId);

/** What a position needs per equity, times the equity of another; of hedges their size. */
const needOver = (of: RankedPosition, other: RankedPosition): Decimal =>
  (bearsRequirement(of) ? of.requirement : of.quantity).times(other.equity);
