import type { PriceJump, SurfaceJump } from '@ballast/facts';
import { isoOf } from '@ballast/kernel';

/** Why prices are halted although sources quote, in a sentence without its end. */
export const priceJumpText = (underlying: string, { index, believedFrom }: PriceJump): string =>
  `all sources of ${underlying} together make ${index} USD, which is not believed before ${isoOf(believedFrom)}`;

/** Why the smile before stands although options are quoted, in the same form. */
export const surfaceJumpText = ({ volatility, believedFrom }: SurfaceJump): string =>
  `its quotes make a volatility of ${volatility} near the money, which is not believed before ${isoOf(believedFrom)}`;
