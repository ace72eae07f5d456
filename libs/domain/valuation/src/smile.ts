/** One observed volatility of an expiry. */
export interface SmilePoint {
  /** ln(K / F) */
  readonly k: number;
  /** Per square root of a year. */
  readonly volatility: number;
  /** > 0: how much a squared miss of volatility counts. */
  readonly weight: number;
}
