import { accountAfter, amountByAsset, booked, place, positionFigures } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  caseId,
  decimal,
  fundPurpose,
  identifier,
  instrument,
  nonNegativeDecimal,
  positiveDecimal,
  tradeSide,
  underlying,
} from '../schema/forms.js';
import { flag, list, nullable, oneOf, record } from '../schema/schema.js';

const stream = 'account-<accountId>';

/** What a trade between two accounts of the house made of one of them. */
const settledTrade = {
  realisedPnl: decimal('Settlement asset, exact; zero against premium.'),
  position: positionFigures(),
  settlement: record(
    {
      asset: asset('Settlement asset of the contract.'),
      cash: decimal('Paid to the client, rounded down; negative = paid by the client.'),
    },
    'What the close moved at once.',
  ),
};

export const LIQUIDATION_BOOKING_EVENTS = {
  LiquidationCostSettled: event({
    description: 'The final cost of a close-out slice was settled against what its fills had charged.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      caseId: caseId(),
      order: place('The close-out order in liquidation.'),
      trueUp: decimal('USD: positive = returned to the client, negative = charged.'),
    },
  }),
  PenaltyRemainderSent: event({
    description: 'What the liquidation ledger account held in plus after a slice leaves for the insurance fund.',
    stream: 'fund-transit',
    payload: {
      ...booked,
      caseId: caseId(),
      order: place(),
      underlying: underlying('Of the contract that was closed: its reserve gets a share.'),
      amount: positiveDecimal('USD.'),
    },
  }),
  FundGrantReceived: event({
    description: 'Money of the insurance fund arrived: on the account (deficit) or on the liquidation ledger account.',
    stream,
    payload: {
      ...booked,
      caseId: caseId(),
      request: place('The FundDrawRequested in liquidation.'),
      purpose: fundPurpose(),
      accountId: accountId(),
      amount: positiveDecimal('USD.'),
      collateral: amountByAsset('All collateral credited to the client after the event.'),
    },
  }),
  CollateralTakenOver: event({
    description:
      'The house took over what the client had in other assets, at the index, and credited the dollars; also booked when there was nothing.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      caseId: caseId(),
      request: place('The CollateralTakeOverRequested in liquidation.'),
      discount: nonNegativeDecimal(
        'Fraction of the worth at the index that the house kept: at most what the document says, and never more than the client had left.',
      ),
      taken: list(
        record({
          asset: asset(),
          amount: positiveDecimal('In units of the asset.'),
          price: positiveDecimal('Index, USD.'),
          dollars: nonNegativeDecimal('Credited to the client, USD, rounded down.'),
        }),
      ),
    },
  }),
  OtherAccountCharged: event({
    description:
      "An account that answers for its owner's others paid a part of a deficit; the ledger account set-off holds it until the debtor is credited.",
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      caseId: caseId(),
      request: place('The SetOffRequested in liquidation.'),
      debtor: accountId('Account whose deficit it pays.'),
      amount: positiveDecimal('USD.'),
    },
  }),
  SetOffReceived: event({
    description:
      "What the owner's other accounts paid of a deficit was credited to the debtor; also booked when it was nothing, since the case waits for it.",
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      caseId: caseId(),
      request: place('The SetOffRequested in liquidation.'),
      requested: positiveDecimal('USD.'),
      received: nonNegativeDecimal('USD: the sum of what the accounts paid.'),
      remaining: nonNegativeDecimal('USD of the deficit that goes on to the next step.'),
      from: list(
        record({
          accountId: accountId(),
          available: nonNegativeDecimal('What margin said it can spare, USD.'),
          amount: nonNegativeDecimal('USD.'),
          changed: flag('It changed after margin had said so; nothing was taken, and the case asks again.'),
        }),
        'In the order in which they were asked.',
      ),
    },
  }),
  UncoveredLossBooked: event({
    description:
      'The last step of the waterfall: what no other step pays was moved to the ledger account uncovered-loss, which the residual party bears.',
    stream,
    payload: {
      ...booked,
      caseId: caseId(),
      accountId: accountId(),
      reason: oneOf(['deficit-without-position', 'slippage-beyond-fund']),
      underlying: nullable(underlying('Whose reserve may still pay it; null when no position is left to name one.')),
      bearer: identifier('Residual party by the document loss-waterfall.'),
      amount: positiveDecimal('USD. The sum over all of these events, less what was recovered, is the shortfall.'),
      collateral: amountByAsset('All collateral credited to the client after the event.'),
    },
  }),
  UncoveredLossRecovered: event({
    description: 'Money of the fund arrived that pays a loss which was on the residual party.',
    stream: 'fund-transit',
    payload: {
      ...booked,
      caseId: caseId(),
      accountId: accountId(),
      loss: place('The UncoveredLossBooked.'),
      amount: positiveDecimal('USD.'),
    },
  }),
  ClaimRepaid: event({
    description:
      'A debtor paid back what the waterfall had paid of a deficit: out of equity beyond the target before the case ends, or out of money that was to leave the account; also booked when it was nothing, since the case waits for it.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      caseId: nullable(caseId('That asked for it; null: the money was to leave the account.')),
      request: nullable(place('The RepaymentRequested in liquidation; null without a case.')),
      withdrawalId: nullable(identifier('Withdrawal or transfer whose money pays; null: the case does.')),
      asset: asset('That the debtor paid in.'),
      quantity: nonNegativeDecimal('In that asset.'),
      amount: nonNegativeDecimal('USD that leave for those who had paid: a coin at the index, rounded down.'),
      remaining: nonNegativeDecimal('USD of the claim that stays open.'),
      changed: flag('The account changed after margin had judged it; nothing was taken, and the case asks again.'),
    },
  }),
  ClaimWaived: event({
    description:
      'A case ended with nothing left on the account: what the waterfall paid of its deficits is claimed no longer. No posting.',
    stream: 'loss-waterfall',
    payload: { caseId: caseId(), accountId: accountId(), amount: positiveDecimal('USD of the claim.') },
  }),
  ProviderTradeBooked: event({
    description: 'One side of a take-over by a liquidity provider was booked, without a fee.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      roundId: identifier(),
      role: oneOf(['provider', 'debtor']),
      request: place('The ProvidersAsked in liquidation.'),
      instrument: instrument(),
      side: tradeSide(),
      executedQuantity: nonNegativeDecimal('Contracts the round assigned.'),
      quantity: nonNegativeDecimal(
        'Contracts booked: all, or nothing when the provider is not as margin has judged him.',
      ),
      price: decimal('As the contract is quoted.'),
      ...settledTrade,
    },
  }),
  AdlBooked: event({
    description: 'One side of an auto-deleveraging was booked, without a fee.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      roundId: identifier(),
      role: oneOf(['candidate', 'bankrupt']),
      request: place('The AdlRequested in liquidation whose bankruptcy price this is.'),
      instrument: instrument(),
      side: tradeSide(),
      executedQuantity: nonNegativeDecimal('Contracts the round assigned.'),
      quantity: nonNegativeDecimal('Contracts booked: less, also zero, when the account held less.'),
      price: decimal('Bankruptcy price, as the contract is quoted.'),
      ...settledTrade,
    },
  }),
  FundContributionForwarded: event({
    description: "The operator's contribution was passed on to the insurance fund.",
    stream: 'fund-transit',
    payload: { ...booked, contributionId: identifier(), amount: positiveDecimal('USD.') },
  }),
};
