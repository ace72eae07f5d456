import { z } from 'zod';
import {
  accountId,
  asset,
  decimal,
  instrument,
  nonNegativeDecimal,
  ordinal,
  side,
  underlying,
} from '../common/fields.js';
import { marginFigures } from '../common/figures.js';

export const accountMarginState = z.enum(['HEALTHY', 'WARN', 'MARGIN_CALL', 'RESTRICTED', 'LIQUIDATING']);

const positionRequirement = z.strictObject({
  instrument,
  underlying,
  side,
  quantity: decimal.describe('Base units; negative = short.'),
  mark: nonNegativeDecimal.describe('USD.'),
  notional: nonNegativeDecimal.describe('|quantity| * mark, USD.'),
  ownerNotional: nonNegativeDecimal.describe("The owner's sum on this side of the underlying, USD; sets the rate."),
  callRate: nonNegativeDecimal,
  liquidationRate: nonNegativeDecimal,
  call: nonNegativeDecimal.describe('Call requirement, USD, not rounded.'),
  liquidation: nonNegativeDecimal.describe('Liquidation requirement, USD, not rounded.'),
  unrealisedPnl: decimal.describe('quantity * mark - cost, USD.'),
});

const collateralLine = z.strictObject({
  asset,
  amount: decimal,
  price: nonNegativeDecimal.describe('USD.'),
  haircut: nonNegativeDecimal.describe('Fraction.'),
  value: decimal.describe('USD after the haircut.'),
});

/** One assessment with every figure that led to it. */
export const assessmentDetail = z
  .strictObject({
    accountId,
    accountVersion: ordinal.describe('Version of the account (stream account-<accountId> of accounts) assessed.'),
    schedule: ordinal.describe('Position of the ScheduleInForce in margin global.'),
    figures: marginFigures,
    clearedHolds: nonNegativeDecimal.describe('USD value of cleared withdrawals; already left out of equity.'),
    collateral: z.array(collateralLine),
    positions: z.array(positionRequirement),
  })
  .describe('The whole assessment: everything it read and every figure on the way.');
