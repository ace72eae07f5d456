import type { PortfolioDetail, Side, Underlying } from '@ballast/facts';
import { dec, type Decimal } from '@ballast/kernel';

/** Codes of the lines by which the house's own model says what it asks for. @see docs/spec/adaptive-portfolio.md CLR-ADP-004 */
export const SCAN_LINE = 'scan-risk';
/** What an underlying asks for at the liquidation level, with the ranges. */
export const LIQUIDATION_LINE = 'liquidation-level';

/** Lines that add up to the maintenance requirement of an underlying. */
export const MAINTENANCE_LINES: ReadonlySet<string> = new Set([
  SCAN_LINE,
  'short-option-minimum',
  'offset-between-expiries',
  'offset-between-positions',
]);

export interface ScannedSize {
  readonly underlying: Underlying;
  readonly side: Side;
  /** The owner's notional there, USD: what the range was read at. */
  readonly size: Decimal;
}

/** Sizes that the ranges of an account were read at, by underlying and side. */
export const scannedSizes = ({ lines }: Pick<PortfolioDetail, 'lines'>): readonly ScannedSize[] =>
  lines
    .filter(({ code }) => code === SCAN_LINE)
    .flatMap(({ subject = '', figures = {} }) => [
      { underlying: subject, side: 'long', size: dec(figures['sizeLong'] ?? '0') },
      { underlying: subject, side: 'short', size: dec(figures['sizeShort'] ?? '0') },
    ]);
