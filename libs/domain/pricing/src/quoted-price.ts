import { dec, type Decimal } from '@ballast/kernel';
import type { PricingRules } from './rules/pricing-rules.js';

/** What a price can be written like: beyond it lies a typing error, and within it nothing overflows. */
const PLAIN_DECIMAL = /^\d{1,12}(\.\d{1,18})?$/;
/**
 * Reads a price that somebody outside quoted.
 * @returns null when it is no plain positive decimal of a believable size; an outside price never throws
 */
export function quotedPrice(value: unknown, { leastPrice }: PricingRules): Decimal | null {
  if (typeof value !== 'string' || !PLAIN_DECIMAL.test(value)) return null;
  const price = dec(value);
  return price.lt(leastPrice) ? null : price;
}

/**
 * Reads the premium of an option or its open interest as somebody outside quoted it: zero is a figure, null is none.
 * @returns `malformed` when it is no plain decimal >= 0 of a believable size
 */
export function quotedPremium(value: unknown): Decimal | null | 'malformed' {
  if (value === null) return null;
  return typeof value === 'string' && PLAIN_DECIMAL.test(value) ? dec(value) : 'malformed';
}

/** True if the value is a moment of clearing time. */
export function isMoment(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
