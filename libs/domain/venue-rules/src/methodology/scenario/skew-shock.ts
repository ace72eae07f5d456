import { figure, record, type DocumentForm } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';

/** How far the wings of the smile move; `k = ln(K / F)`. */
export interface SkewShock {
  readonly linearBaseCap: Decimal;
  readonly linearCBase: Decimal;
  readonly absBaseCap: Decimal;
  readonly absCBase: Decimal;
  readonly minKStar: Decimal;
  readonly widthScale: Decimal;
  readonly volParamStatic: Decimal;
  readonly volParamScale: Decimal;
}

const notNegative = figure({ min: '0' });

export const SKEW_SHOCK_FORM: DocumentForm<SkewShock> = record({
  linearBaseCap: notNegative,
  linearCBase: figure(),
  absBaseCap: notNegative,
  absCBase: figure(),
  minKStar: notNegative,
  widthScale: notNegative,
  volParamStatic: notNegative,
  volParamScale: figure(),
});

/**
 * What the volatility of a strike is multiplied by in a skew shock: max(0, 1 + clamp(k cap / kStar, -cap, cap)), k = ln(K / F), |k| for `abs`;
 * cap = cBase sqrt(years) + baseCap; kStar = max(minKStar, sqrt(years) widthScale (volParamStatic + sqrt(years) volParamScale)).
 * Only the bound on the side of k applies, as the venue has it: with a cap below zero the move is at least the cap in size.
 */
export function skewMultiplier(move: 'linear' | 'abs', moneyness: number, years: number, shock: SkewShock): number {
  const root = Math.sqrt(years);
  const base = move === 'linear' ? shock.linearCBase : shock.absCBase;
  const cap = base.toNumber() * root + (move === 'linear' ? shock.linearBaseCap : shock.absBaseCap).toNumber();
  const width = shock.volParamStatic.toNumber() + root * shock.volParamScale.toNumber();
  const kStar = Math.max(shock.minKStar.toNumber(), root * shock.widthScale.toNumber() * width);
  const k = move === 'abs' ? Math.abs(moneyness) : moneyness;
  // Where the smile flattens at once (kStar = 0) every strike off the forward moves by the cap.
  const slope = kStar === 0 ? (k === 0 ? 0 : k > 0 ? cap : -cap) : (k * cap) / kStar;
  return Math.max(0, 1 + (k >= 0 ? Math.min(cap, slope) : Math.max(-cap, slope)));
}
