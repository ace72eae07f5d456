import { event } from '../schema/event.js';
import {
  asset,
  count,
  decimal,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  priceStatus,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { liquidationCostFields } from './parameters.js';
import { flag, list, nullable, record, type SchemaOf, type ValueOf } from '../schema/schema.js';

/** One tier of a continuous schedule. @see docs/spec/margin.md (W65) */
const bracket = record(
  { floor: nonNegativeDecimal(), rate: nonNegativeDecimal(), deduction: decimal() },
  'For a notional N from `floor` (USD) up to the next floor the requirement is N * rate - deduction.',
);

export type Bracket = ValueOf<typeof bracket>;

export interface BySide<Value> {
  readonly long: Value;
  readonly short: Value;
}

const bySide = <Value>(value: SchemaOf<Value>, description?: string): SchemaOf<BySide<Value>> =>
  record({ long: value, short: value }, description);

/** Everything the margin of one underlying depends on, at one price set. Daily volatility units. */
const underlyingSchedule = record({
  underlying: underlying(),
  instrument: instrument(),
  status: priceStatus(),
  mark: nonNegativeDecimal('USD.'),
  scalarMeasured: nonNegativeDecimal('V*: measured volatility over reference, clamped.'),
  scalar: nonNegativeDecimal('V_t: rate-limited scalar.'),
  scalarEffective: nonNegativeDecimal('V_eff: after the buffer.'),
  sigma: nonNegativeDecimal('V_eff * s_base, daily volatility.'),
  logReturn: decimal('R_t = ln(mark / mark an hour ago).'),
  logReturnAgeMs: count('Age of the mark that R_t is measured against, milliseconds.'),
  triggerThreshold: nonNegativeDecimal('x: |R_t| from which the price trigger is on.'),
  triggered: bySide(flag()),
  triggerScalar: bySide(nonNegativeDecimal(), 'X_side: price-triggered scalar, decaying; 0 when off.'),
  liquidationScalar: bySide(nonNegativeDecimal(), 'L_side: scalar of the liquidation level of the side.'),
  callBrackets: list(bracket, 'Requirement at the call level.'),
  notice: list(list(bracket), 'Schedules of the notice window that can be the lowest somewhere.'),
  trigger: bySide(nullable(list(bracket)), 'Schedule of the price trigger of a side; null when off.'),
  liquidationCost: record(liquidationCostFields, 'What closing out on this underlying costs (LCP).'),
});
export type UnderlyingSchedule = ValueOf<typeof underlyingSchedule>;

const collateralPrice = record({
  asset: asset(),
  price: nonNegativeDecimal('USD.'),
  haircut: nonNegativeDecimal('Fraction.'),
});
export type CollateralPrice = ValueOf<typeof collateralPrice>;

export const SCHEDULE_EVENTS = {
  ScheduleInForce: event({
    description: 'Prices and parameters were joined into one schedule; the only event that starts a full margin run.',
    stream: 'schedule',
    payload: {
      number: ordinal('Counts 1, 2, 3, ...'),
      priceSet: ordinal('Position of the PriceSetPublished in pricing global.'),
      asOf: instant(),
      parameters: versionedName('Id of the parameters.'),
      targetHealth: positiveDecimal('Health (equity over call requirement) at which a liquidation ends.'),
      status: priceStatus('On HALT nobody enters LIQUIDATING on this schedule.'),
      underlyings: list(underlyingSchedule),
      collateral: list(collateralPrice),
    },
  }),
};
