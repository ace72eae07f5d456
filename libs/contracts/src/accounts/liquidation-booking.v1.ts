import { z } from 'zod';
import { accountId, asset, caseId, decimal, fundPurpose, identifier, instrument } from '../common/fields.js';
import { nonNegativeDecimal, positiveDecimal, tradeSide } from '../common/fields.js';
import { accountAfter, amountByAsset, booked, place, positionFigures } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'account-<accountId>';

export const liquidationCostSettledV1 = payload(
  {
    ...accountAfter,
    ...booked,
    caseId,
    order: place.describe('The close-out order in liquidation.'),
    trueUp: decimal.describe('USD: positive = returned to the client, negative = charged.'),
  },
  { stream, description: 'The final cost of a close-out slice was settled against what its fills had charged.' },
);

export const penaltyRemainderSentV1 = payload(
  { ...booked, caseId, order: place, amount: positiveDecimal.describe('USD.') },
  {
    stream: 'fund-transit',
    description: 'What the liquidation ledger account held in plus after a slice leaves for the insurance fund.',
  },
);

export const fundGrantReceivedV1 = payload(
  {
    ...booked,
    caseId,
    request: place.describe('The FundDrawRequested in liquidation.'),
    purpose: fundPurpose,
    accountId,
    amount: positiveDecimal.describe('USD.'),
    collateral: amountByAsset.describe('All collateral credited to the client after the event.'),
  },
  {
    stream,
    description: 'Money of the insurance fund arrived: on the account (deficit) or on the liquidation ledger account.',
  },
);

export const uncoveredLossBookedV1 = payload(
  {
    ...booked,
    caseId,
    accountId,
    reason: z.enum(['deficit-without-position', 'slippage-beyond-fund']),
    amount: positiveDecimal.describe('USD. The sum over all of these events is the shortfall.'),
    collateral: amountByAsset.describe('All collateral credited to the client after the event.'),
  },
  { stream, description: 'A loss that nobody pays was moved to the ledger account uncovered-loss.' },
);

export const adlBookedV1 = payload(
  {
    ...accountAfter,
    ...booked,
    roundId: identifier,
    role: z.enum(['candidate', 'bankrupt']),
    request: place.describe('The AdlRequested in liquidation whose bankruptcy price this is.'),
    instrument,
    side: tradeSide,
    executedQuantity: nonNegativeDecimal.describe('Contracts the round assigned.'),
    quantity: nonNegativeDecimal.describe('Contracts booked: less, also zero, when the account held less.'),
    price: decimal.describe('Bankruptcy price, as the contract is quoted.'),
    realisedPnl: decimal.describe('Settlement asset, exact; zero against premium.'),
    position: positionFigures,
    settlement: z
      .strictObject({
        asset,
        cash: decimal.describe('Paid to the client, rounded down; negative = paid by the client.'),
      })
      .optional()
      .describe('Absent for the linear perpetuals, which settle in USD.'),
  },
  { stream, description: 'One side of an auto-deleveraging was booked, without a fee.' },
);

export const fundContributionForwardedV1 = payload(
  { ...booked, contributionId: identifier, amount: positiveDecimal.describe('USD.') },
  { stream: 'fund-transit', description: "The operator's contribution was passed on to the insurance fund." },
);
