import type { Underlying } from '@ballast/facts';
import { isUnderlying } from '@ballast/instruments';
import { SETTLEMENT_ASSET, invariant, type DecimalString, type Instant } from '@ballast/kernel';
import type { PricingState } from '../pricing.state.js';
import { startVolatility, type PricingRules } from '../rules/pricing-rules.js';
import type { JumpedLevel } from './shared-jump.js';
import type { SourceRecord } from './source-state.js';

export interface UnderlyingRecord {
  readonly sources: Map<string, SourceRecord>;
  /** Last index that was not frozen, and its time; null before the first price. */
  index: DecimalString | null;
  indexAt: Instant | null;
  /** The anchor: the last index that two sources or more stand behind, else the first one; null before that. */
  anchor: DecimalString | null;
  /** Where the sources stand while that is not believed. */
  jump: JumpedLevel | null;
  /** Daily, as published last. */
  volatility: { readonly fast: DecimalString; readonly slow: DecimalString };
}

/**
 * What is known of an underlying or a coin, from its first quote on.
 * @returns null for a name that none can have, and for dollars, in which prices are
 */
export function quotedUnderlying(
  state: PricingState,
  underlying: Underlying,
  rules: PricingRules,
): UnderlyingRecord | null {
  if (!isUnderlying(underlying) || underlying === SETTLEMENT_ASSET) return null;
  const known = state.underlyings.get(underlying);
  if (known !== undefined) return known;
  const start = startVolatility(rules, underlying);
  const record = {
    sources: new Map(),
    index: null,
    indexAt: null,
    anchor: null,
    jump: null,
    volatility: { fast: start, slow: start },
  };
  state.underlyings.set(underlying, record);
  return record;
}

/** @throws InvariantViolation when it was never quoted */
export function underlyingOf({ underlyings }: PricingState, underlying: Underlying): UnderlyingRecord {
  const record = underlyings.get(underlying);
  invariant(record, `pricing has no underlying ${underlying}`);
  return record;
}
