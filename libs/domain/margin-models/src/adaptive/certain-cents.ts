import { dec, type Decimal } from '@ballast/kernel';
import { floatBound } from '@ballast/risk-schedule';

const CENTS = 100;
/** Difference or sum with the bound, and the product with 100. */
const OWN_ROUNDINGS = 4;

/**
 * A requirement rounded up to the cent, although it is known in float64 only: all figures within the bound mostly have the
 * same cents.
 * @returns USD; null where they may have two, and where figure or bound is no number
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-009
 */
export function centsUp(figure: number, bound: number): Decimal | null {
  const away = bound + floatBound(OWN_ROUNDINGS, Math.abs(figure) + bound);
  const least = Math.ceil((figure - away) * CENTS);
  const most = Math.ceil((figure + away) * CENTS);
  return least === most && Number.isSafeInteger(most) ? dec(most).div(CENTS) : null;
}
