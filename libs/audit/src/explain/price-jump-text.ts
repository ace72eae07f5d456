import type { PriceJump } from '@ballast/facts';
import { isoOf } from '@ballast/kernel';

/** Why prices are halted although sources quote, in a sentence without its end. */
export const priceJumpText = (underlying: string, { index, believedFrom }: PriceJump): string =>
  `all sources of ${underlying} together make ${index} USD, which is not believed before ${isoOf(believedFrom)}`;
