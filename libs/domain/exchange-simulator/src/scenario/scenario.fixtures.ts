import { HOUR_MS, instantOf, type Instant } from '@ballast/kernel';
import { decimalText } from '../scaled-integer.js';
import type { Bar, Scenario } from './scenario.js';

/** Noon of the day before the crash. */
export const NOON = instantOf('2020-03-11T12:00:00Z');

type Prices = readonly [open: number, high: number, low: number, close: number];

/** An hour bar; prices in USD with at most two digits. */
export const hourBar = (start: Instant, [open, high, low, close]: Prices, durationMs = HOUR_MS): Bar => ({
  start,
  durationMs,
  open: decimalText(Math.round(open * 100), 2),
  high: decimalText(Math.round(high * 100), 2),
  low: decimalText(Math.round(low * 100), 2),
  close: decimalText(Math.round(close * 100), 2),
});

/** Six calm hours of warm-up, a calm hour, an hour that loses a fifth, and a calm hour at the bottom. */
const BTC: readonly Prices[] = [
  ...Array.from({ length: 6 }, (): Prices => [8_000, 8_030, 7_970, 8_000]),
  [8_000, 8_020, 7_960, 7_990],
  [7_990, 8_000, 6_200, 6_400],
  [6_400, 6_500, 6_300, 6_450],
];

export const barsFrom = (start: Instant, prices: readonly Prices[], scale = 1): readonly Bar[] =>
  prices.map(([open, high, low, close], hour) =>
    hourBar(start + hour * HOUR_MS, [open / scale, high / scale, low / scale, close / scale]),
  );

/** A small crash: three hours from noon, prices every minute. */
export function smallCrash(changes: Partial<Scenario> = {}): Scenario {
  const warmUpFrom = NOON - 6 * HOUR_MS;
  return {
    name: 'small-crash',
    warmUpFrom,
    from: NOON,
    to: NOON + 3 * HOUR_MS,
    priceSetEverySeconds: 60,
    openingFund: '100000',
    bars: { BTC: barsFrom(warmUpFrom, BTC), ETH: barsFrom(warmUpFrom, BTC, 40) },
    ...changes,
  };
}
