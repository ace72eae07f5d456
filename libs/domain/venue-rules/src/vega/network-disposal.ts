import { type Decimal, invariant, minOf } from '@ballast/kernel';

/** How the network sells down what it took over from closed-out accounts. */
export interface DisposalStrategy {
  /** Share of the position offered in one step, in (0, 1]. */
  readonly disposalFraction: Decimal;
  /** A position of at most this size is offered whole. */
  readonly fullDisposalSize: Decimal;
  /** Share of the volume within the price range that one order may take, in [0, 1]. */
  readonly maxFractionConsumed: Decimal;
}

/**
 * Size of the next order that disposes of the network's position, 0 = none:
 *   min( |position| if <= fullDisposalSize else ceil(|position| * disposalFraction), ceil(volume * maxFractionConsumed) )
 * The side is opposite to the sign of the position. Sizes are whole lots.
 * @param availableVolume on the other side of the book within the allowed range of prices
 * @see vegaprotocol/specs 0012-POSR position resolution
 */
export function networkDisposalSize(
  networkPosition: Decimal,
  { disposalFraction, fullDisposalSize, maxFractionConsumed }: DisposalStrategy,
  availableVolume: Decimal,
): Decimal {
  invariant(disposalFraction.gt(0) && disposalFraction.lte(1), 'a disposal fraction is above 0 and at most 1');
  invariant(maxFractionConsumed.gte(0) && maxFractionConsumed.lte(1), 'a consumed fraction is from 0 to 1');
  invariant(fullDisposalSize.gte(0) && availableVolume.gte(0), 'sizes of the disposal are not negative');
  const size = networkPosition.abs();
  const wanted = size.lte(fullDisposalSize) ? size : size.times(disposalFraction).ceil();
  return minOf(wanted, availableVolume.times(maxFractionConsumed).ceil());
}
