import { type Decimal, dec, text } from '@ballast/kernel';

/** Significant digits of a published figure: two less than a float valuation is good for, so that it is the same everywhere. */
const PUBLISHED_DIGITS = 12;
/** Decimal places beyond which a published figure is zero. */
const PUBLISHED_PLACES = 12;

/**
 * A computed float as the decimal that is published, hashed and acted upon: 12 significant digits, at most 12 decimal places, to
 * the nearest. `toPrecision` is exact by ECMA-262, so the text is a function of the bits.
 */
export function publishedFigure(value: number): Decimal {
  return dec(value.toPrecision(PUBLISHED_DIGITS)).toDecimalPlaces(PUBLISHED_PLACES);
}

export function publishedText(value: number): string {
  return text(publishedFigure(value));
}
