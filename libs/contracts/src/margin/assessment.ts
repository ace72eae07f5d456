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
  versionedName,
} from '../common/fields.js';
import { marginFigures } from '../common/figures.js';

export const accountMarginState = z.enum(['HEALTHY', 'WARN', 'MARGIN_CALL', 'RESTRICTED', 'LIQUIDATING']);

const positionRequirement = z.strictObject({
  instrument,
  underlying,
  side,
  quantity: decimal.describe('Contracts (of a linear perpetual: base units); negative = short.'),
  mark: nonNegativeDecimal.describe('USD per unit of the underlying; coin for a coin-settled option.'),
  notional: nonNegativeDecimal.describe('Value of the underlying, USD; of a linear perpetual |quantity| * mark.'),
  ownerNotional: nonNegativeDecimal.describe("The owner's sum on this side of the underlying, USD; sets the rate."),
  callRate: decimal,
  liquidationRate: decimal,
  call: decimal.describe('Call requirement, USD, not rounded; in a portfolio its share, below zero for a hedge.'),
  liquidation: decimal.describe('Liquidation requirement, USD, not rounded; likewise.'),
  unrealisedPnl: decimal.describe(
    'What the position is worth in equity, USD; of a linear perpetual quantity * mark - cost.',
  ),
});

const portfolio = z
  .strictObject({
    model: versionedName,
    parameters: versionedName.describe('Id of the parameter document of the model.'),
    riskArrays: z
      .int()
      .nonnegative()
      .describe('Number of the RiskArraysPublished in pricing; 0 while nothing needs any.'),
    worstScenario: z.string().max(80).nullable().describe('Scenario with the greatest loss at the call level.'),
    scenarios: z.array(z.strictObject({ id: z.string().max(80), pnl: decimal.describe('USD, loss negative.') })),
    lines: z
      .array(
        z.strictObject({
          code: z.string().max(80),
          subject: z.string().max(120).optional(),
          amount: decimal.describe('USD.'),
          figures: z.record(z.string().max(80), decimal).optional(),
        }),
      )
      .describe('What the requirement was made of.'),
  })
  .describe('Present when a portfolio model decided.');

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
    portfolio: portfolio.optional(),
  })
  .describe('The whole assessment: everything it read and every figure on the way.');
