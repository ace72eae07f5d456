import { z } from 'zod';
import { asset, count, decimal, instant, nonNegativeDecimal, ordinal, perpetual } from '../common/fields.js';
import { positiveDecimal, priceStatus, underlying, versionedName } from '../common/fields.js';
import { payload } from '../event-schema.js';
import { liquidationCostFields } from './parameters.v1.js';

const liquidationCost = z.strictObject(liquidationCostFields);

const bracket = z
  .strictObject({ floor: nonNegativeDecimal, rate: nonNegativeDecimal, deduction: decimal })
  .describe('For a notional N from `floor` (USD) up to the next floor the requirement is N * rate - deduction.');

const bySide = <Value extends z.ZodType>(value: Value) => z.strictObject({ long: value, short: value });

const underlyingSchedule = z.strictObject({
  underlying,
  instrument: perpetual,
  status: priceStatus,
  mark: nonNegativeDecimal.describe('USD.'),
  scalarMeasured: nonNegativeDecimal.describe('V*: measured volatility over reference, clamped.'),
  scalar: nonNegativeDecimal.describe('V_t: rate-limited scalar.'),
  scalarEffective: nonNegativeDecimal.describe('V_eff: after the buffer.'),
  sigma: nonNegativeDecimal.describe('V_eff * s_base, daily volatility.'),
  logReturn: decimal.describe('R_t = ln(mark / mark an hour ago).'),
  logReturnAgeMs: count.describe('Age of the mark that R_t is measured against, milliseconds.'),
  triggerThreshold: nonNegativeDecimal.describe('x: |R_t| from which the price trigger is on.'),
  triggered: bySide(z.boolean()),
  triggerScalar: bySide(nonNegativeDecimal).describe('X_side: price-triggered scalar, decaying; 0 when off.'),
  liquidationScalar: bySide(nonNegativeDecimal).describe('L_side: scalar of the liquidation level of the side.'),
  callBrackets: z.array(bracket).describe('Requirement at the call level.'),
  notice: z.array(z.array(bracket)).describe('Schedules of the notice window that can be the lowest somewhere.'),
  trigger: bySide(z.array(bracket).nullable()).describe('Schedule of the price trigger of a side; null when off.'),
  liquidationCost: liquidationCost.describe('What closing out on this underlying costs (LCP).'),
});

export const scheduleInForceV1 = payload(
  {
    number: ordinal.describe('Counts 1, 2, 3, ...'),
    priceSet: ordinal.describe('Position of the PriceSetPublished in pricing global.'),
    asOf: instant,
    parameters: versionedName.describe('Id of the parameters.'),
    targetHealth: positiveDecimal.describe('Health (equity over call requirement) at which a liquidation ends.'),
    status: priceStatus.describe('On HALT nobody enters LIQUIDATING on this schedule.'),
    underlyings: z.array(underlyingSchedule),
    collateral: z.array(
      z.strictObject({ asset, price: nonNegativeDecimal.describe('USD.'), haircut: nonNegativeDecimal }),
    ),
  },
  {
    stream: 'schedule',
    description: 'Prices and parameters were joined into one schedule; the only event that starts a full margin run.',
  },
);
