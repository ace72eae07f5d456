/** What one run of one rule brought. Statistics of a simulation, not money of anybody: float64. `null`: it did not happen. */
export interface RunMeasures {
  /** Accounts that the model of the rule decided, share of the accounts assessed. */
  readonly decidedShare: number;
  /** Greatest sum of all long positions in linear perpetuals at a price set, USD. */
  readonly peakOpenInterest: number;
  /** Losses that owners could not pay, whoever paid them, per mille of the peak of open interest. */
  readonly badDebtPerMille: number;
  readonly liquidations: number;
  /** Liquidations of positions that could have been held. @see couldBeHeld */
  readonly needlessClosures: number;
  readonly calls: number;
  /** Liquidations that a call preceded by a minute or more, percent. */
  readonly calledFirstPercent: number | null;
  readonly medianLeadMinutes: number | null;
  /** Maintenance of a long position of 1M USD in the first underlying, percent: lowest and highest of the run. */
  readonly calmMarginPercent: number;
  readonly stressMarginPercent: number;
  /** Largest multiple of the lowest of the hour before. */
  readonly largestRiseInAnHour: number;
  /** Cost of execution of all close-outs, basis points of what was closed: at the fills, and as it was modelled. */
  readonly realisedCostBp: number | null;
  readonly modelledCostBp: number | null;
  /** Median of equity over maintenance when a liquidation is over and something is left. */
  readonly endHealth: number | null;
  /** Most that was closed of an underlying from one price set to the next, multiple of phi ADV of that time. */
  readonly pace: number | null;
  /** Notional that was deleveraged over the deficits that it covered. */
  readonly deleveragedOverDeficit: number | null;
  /** The same over what those deficits need at the deleveraging distance of the policy; 1: no more than that. */
  readonly deleveragedTimesNeeded: number | null;
  /** What liquidity providers took over of linear perpetuals, at the prices they took it over at, USD. */
  readonly takenOver: number;
  /** Who bore the losses, USD: reserves of underlyings, the insurance fund, the house's own money. */
  readonly reservesPaid: number;
  readonly fundPaid: number;
  readonly housePaid: number;
  readonly deleveragingPaid: number;
  readonly uncovered: number;
}

export type MeasureName = keyof RunMeasures;
