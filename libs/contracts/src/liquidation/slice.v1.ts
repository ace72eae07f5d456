import { z } from 'zod';
import { accountId, asset, caseId, decimal, fundPurpose, instrument, nonNegativeDecimal } from '../common/fields.js';
import { ordinal, positiveDecimal, tradeSide } from '../common/fields.js';
import { place } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'liquidation-<caseId>';
const fraction = nonNegativeDecimal;

export const closeOutOrderPlacedV1 = payload(
  {
    caseId,
    accountId,
    slice: ordinal.describe('Counts the slices of the case: 1, 2, 3, ...'),
    instrument,
    side: tradeSide,
    quantity: positiveDecimal.describe('Base units.'),
    mark: nonNegativeDecimal.describe(
      'Price at which the position of the account is closed, whatever the fill is; an option may be marked at 0.',
    ),
    equityRate: decimal.describe('e: equity attributable to the position over its notional.'),
    theta: fraction.describe('Largest share of e that the penalty may take.'),
    modelledRate: fraction.describe('Modelled penalty, fraction of closed notional.'),
    provisionalRate: fraction.describe('Rate the fills are charged: min(modelled, theta * max(e, 0)).'),
    executionRate: fraction.describe('c_exec: modelled cost of execution.'),
    timeRate: fraction.describe('c_time: modelled cost of time.'),
    fundShare: fraction.describe('f_IF: part of the execution rate that the fund gets on top.'),
    operatingCost: fraction,
    requirementFreed: nonNegativeDecimal.describe('USD of call requirement that the slice frees.'),
    health: decimal.describe('Equity over call requirement before the slice.'),
    schedule: ordinal.describe('Position of the ScheduleInForce the figures are from.'),
    accountVersion: ordinal.describe('Version of the account the figures hold for.'),
    settlement: z
      .strictObject({
        asset,
        notional: nonNegativeDecimal.describe('USD per contract that the rates are fractions of.'),
        assetPrice: positiveDecimal.describe(
          'USD per unit of the settlement asset; mark against fill is converted at it.',
        ),
      })
      .optional()
      .describe('Absent for the linear perpetuals, which settle in USD.'),
  },
  {
    stream,
    description:
      'Immediate-or-cancel order for a part of a position of the account; its id on the exchange is its place in this log.',
  },
);

export const liquidationCostAssessedV1 = payload(
  {
    caseId,
    accountId,
    order: place.describe('The CloseOutOrderPlaced.'),
    closedQuantity: nonNegativeDecimal.describe('Base units.'),
    closedNotional: nonNegativeDecimal.describe('closedQuantity * mark, USD.'),
    equityRate: decimal.describe('e of the slice.'),
    slippage: decimal.describe('Realised against the mark, USD; >= 0 is a cost.'),
    realisedRate: fraction.describe('Slippage as a fraction of closed notional, not below 0.'),
    finalRate: fraction,
    charged: nonNegativeDecimal.describe('USD charged at the fills.'),
    penalty: nonNegativeDecimal.describe('USD due by the final rate.'),
    trueUp: decimal.describe('charged - penalty, USD: positive = returned to the client.'),
    reward: nonNegativeDecimal.describe(
      'Part of the penalty that pays execution and time, USD; the rest is for the fund.',
    ),
  },
  { stream, description: 'Final cost of a slice, after its last report and the booking of all of its fills.' },
);

export const fundDrawRequestedV1 = payload(
  {
    caseId,
    accountId,
    purpose: fundPurpose,
    amount: positiveDecimal.describe('USD.'),
    order: place.nullable().describe('The slice, for slippage; null for a deficit.'),
  },
  {
    stream,
    description: 'The insurance fund is asked for a deficit, or for slippage that the penalty does not cover.',
  },
);
