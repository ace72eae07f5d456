import { event } from '../schema/event.js';
import {
  asset,
  count,
  decimal,
  instant,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  priceStatus,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { measuredMarket } from '../pricing/prices.js';
import { liquidationCostFields } from './parameters.js';
import {
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type RecordOf,
  type SchemaOf,
  type ValueOf,
} from '../schema/schema.js';

/** One tier of a continuous schedule. @see docs/spec/margin.md (W65) */
const bracket = record(
  {
    floor: nonNegativeDecimal('Notional from which it holds, USD.'),
    rate: nonNegativeDecimal('Fraction of the notional.'),
    deduction: decimal('USD.'),
  },
  'For a notional N from `floor` (USD) up to the next floor the requirement is N * rate - deduction.',
);

export type Bracket = ValueOf<typeof bracket>;

export interface BySide<Value> {
  readonly long: Value;
  readonly short: Value;
}

const bySide = <Value>(value: SchemaOf<Value>, description?: string): SchemaOf<BySide<Value>> =>
  record({ long: value, short: value }, description);

const rateTableFields = {
  scalar: nonNegativeDecimal('Scalar of volatility that the rates are for.'),
  brackets: list(bracket),
};
/** Rates at one scalar of volatility. */
export type RateTable = RecordOf<typeof rateTableFields>;

/** Everything the margin of one underlying depends on, at one price set. Daily volatility units. */
const underlyingSchedule = record({
  underlying: underlying(),
  status: priceStatus(),
  mark: nonNegativeDecimal('Of its linear perpetual, USD.'),
  scalarMeasured: nonNegativeDecimal('V*: measured volatility over reference, clamped.'),
  drivenBy: oneOf(['fast', 'slow', 'implied'], 'Which volatility has the largest part in V*.'),
  scalar: nonNegativeDecimal('V_t: rate-limited scalar.'),
  scalarEffective: nonNegativeDecimal('V_eff: after the buffer.'),
  sigma: nonNegativeDecimal('V_eff * s_base, daily volatility.'),
  logReturn: decimal('R_t = ln(mark / mark an hour ago).'),
  logReturnAgeMs: count('Age of the mark that R_t is measured against, milliseconds.'),
  triggerThreshold: nonNegativeDecimal('x: |R_t| from which the price trigger is on.'),
  triggered: bySide(flag()),
  triggerScalar: bySide(nonNegativeDecimal(), 'X_side: price-triggered scalar, decaying; 0 when off.'),
  liquidationScalar: bySide(nonNegativeDecimal(), 'L_side: scalar of the liquidation level of the side.'),
  maintenanceBrackets: list(bracket, 'Maintenance requirement: at V_eff.'),
  notice: list(
    record({ parameters: versionedName(), ...rateTableFields }),
    'Of each parameter version in force in the notice period at its lowest scalar, the present version first.',
  ),
  trigger: bySide(
    nullable(record(rateTableFields)),
    'At min(X_side, V_eff), while the trigger of a side is on or decaying. The liquidation rate is the lowest of `notice`, or this if higher.',
  ),
  liquidationCost: record(liquidationCostFields, 'What closing out on this underlying costs (LCP).'),
  market: optional(
    measuredMarket(
      'Measured depth and volume of its linear perpetual, which close-outs are paced and sized by; no requirement depends on it.',
    ),
  ),
});
export type UnderlyingSchedule = ValueOf<typeof underlyingSchedule>;

const collateralPrice = record({ asset: asset(), price: nonNegativeDecimal('USD, before any haircut.') });
export type CollateralPrice = ValueOf<typeof collateralPrice>;

export const SCHEDULE_EVENTS = {
  ScheduleInForce: event({
    description: 'Prices and parameters were joined into one schedule; the only event that starts a full margin run.',
    stream: 'schedule',
    payload: {
      number: ordinal('Counts 1, 2, 3, ...'),
      priceSet: ordinal('Position of the PriceSetPublished in pricing global.'),
      asOf: instant(),
      parameters: versionedName('Id of the `margin-parameters` document, which stands in this log.'),
      targetHealth: positiveDecimal('Health (equity over maintenance requirement) at which a liquidation ends.'),
      status: priceStatus('On HALT nobody enters LIQUIDATING on this schedule.'),
      underlyings: list(underlyingSchedule),
      collateral: list(collateralPrice),
    },
  }),
};
