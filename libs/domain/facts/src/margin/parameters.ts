import type { DecimalString } from '../names.js';
import { asset, count, nonNegativeDecimal, positiveDecimal, underlying } from '../schema/forms.js';
import { list, map, optional, record, type RecordOf, type ValueOf } from '../schema/schema.js';

const rate = nonNegativeDecimal('Fraction.');
/** What closing out costs (LCP); docs/spec/liquidation.md. */
export const liquidationCostFields = {
  spread: nonNegativeDecimal('s: full bid-ask spread, fraction.'),
  impact: nonNegativeDecimal('Y: impact coefficient of the square-root law.'),
  zeta: nonNegativeDecimal('Price of the risk carried while unwinding.'),
  participation: positiveDecimal('phi: share of the daily volume that a close-out may take.'),
  fundShare: nonNegativeDecimal('f_IF: what the insurance fund gets on top, fraction of execution and time cost.'),
  operatingCost: nonNegativeDecimal('c_ops: fraction of notional.'),
  penaltyMin: nonNegativeDecimal('Least penalty, fraction of notional.'),
  penaltyMax: nonNegativeDecimal('Greatest penalty, fraction of notional.'),
  averageDailyVolume: positiveDecimal('ADV, USD per day.'),
};
export type LiquidationCostFigures = RecordOf<typeof liquidationCostFields>;

/** Parameters of one underlying; what each of them does stands in docs/spec/margin.md. */
export const underlyingParameters = record({
  sRef: positiveDecimal('Reference daily volatility: scalar 1.'),
  sBase: positiveDecimal('Daily volatility of the schedule at scalar 1.'),
  triggerK: positiveDecimal('Price trigger in standard deviations of an hour.'),
  weightFast: nonNegativeDecimal('Weight of the fast volatility.'),
  weightSlow: nonNegativeDecimal('Weight of the slow volatility.'),
  weightImplied: nonNegativeDecimal('Weight of what options imply, beside the two, where a surface is LIVE.'),
  scalarMax: positiveDecimal('Upper bound of the scalar.'),
  risePerHour: nonNegativeDecimal('Fastest rise of the scalar without a trigger.'),
  decayPerHour: nonNegativeDecimal('Decay of the scalar.'),
  buffer: nonNegativeDecimal('Part of the scalar that is kept as a buffer.'),
  z: positiveDecimal('Standard deviations that the requirement covers.'),
  tau0Days: positiveDecimal('Days until a close-out begins.'),
  rateMin: rate,
  rateMax: rate,
  bracketFloors: list(nonNegativeDecimal(), 'Floors of the brackets, USD, increasing.'),
  lastBracketEndsAt: positiveDecimal('Where the open last bracket ends, multiple of its floor.'),
  ...liquidationCostFields,
});
export type UnderlyingParameters = ValueOf<typeof underlyingParameters>;

/** How one asset counts as collateral; docs/spec/collateral.md. */
const collateralRule = record({
  z: nonNegativeDecimal(),
  liquidationDays: nonNegativeDecimal(),
  volatilityFloor: nonNegativeDecimal(),
  halfSpread: nonNegativeDecimal('Fraction.'),
  haircut: nonNegativeDecimal('Comes off every amount, whatever is held beside it: an emergency raises it. Fraction.'),
  impact: nonNegativeDecimal(),
  averageDailyVolume: positiveDecimal('USD per day.'),
  minimumHaircut: nonNegativeDecimal('Fraction.'),
  accountCap: optional(nonNegativeDecimal('USD of one owner.')),
  platformCap: optional(nonNegativeDecimal('USD of all accounts.')),
  tiers: optional(list(record({ upTo: positiveDecimal('USD.'), share: nonNegativeDecimal('Fraction.') }))),
  depeg: optional(list(record({ price: positiveDecimal('USD.'), haircut: nonNegativeDecimal('Fraction.') }))),
});
export type CollateralRuleDocument = ValueOf<typeof collateralRule>;

/** Body of a `margin-parameters` document: one set for every account and every model of the house. */
export const marginParameters = record({
  noticeMs: count('Notice before a higher scalar may liquidate, milliseconds.'),
  noticeAllowance: nonNegativeDecimal(),
  callMultiple: positiveDecimal('Call requirement over maintenance requirement.'),
  initialMultiple: positiveDecimal('Initial requirement over maintenance requirement.'),
  exitFactor: positiveDecimal('A state is left at its entry level times this.'),
  targetHealth: positiveDecimal('Equity over maintenance requirement at which a liquidation ends.'),
  scenarios: record(
    {
      volatilityShock: record({ up: nonNegativeDecimal(), down: nonNegativeDecimal() }),
      lostOffset: record({ betweenExpiries: nonNegativeDecimal(), betweenPositions: nonNegativeDecimal() }),
      shortOptionMinimum: nonNegativeDecimal(),
    },
    'How the positions of an underlying count together; docs/spec/adaptive-portfolio.md.',
  ),
  collateral: record({
    assets: map(asset, collateralRule, 'USD counts in full and has no rule; an asset without one counts nothing.'),
    confidence: record({
      threshold: nonNegativeDecimal(),
      factor: nonNegativeDecimal(),
      degraded: nonNegativeDecimal(),
    }),
  }),
  underlyings: map(underlying, underlyingParameters),
});
export type MarginParameters = ValueOf<typeof marginParameters>;

/** Body of a `model-list` document: the models that owners may choose instead of the house's own. */
export interface ModelList {
  readonly models: readonly {
    readonly model: string;
    /** Id of the `model` document it is used with. */
    readonly parameters: string;
    /** Who may choose it. */
    readonly entitlement: 'everyone' | readonly string[];
    /** At no level it asks for less than this share of what the house's own model asks. */
    readonly floorShare: DecimalString;
  }[];
}

/** Body of a `model` document: the parameters of a model on the list. */
export interface ModelDocument {
  readonly model: string;
  readonly document: unknown;
}
