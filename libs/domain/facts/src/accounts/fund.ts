import { booked, place } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  caseId,
  fundPurpose,
  instant,
  instrument,
  nonNegativeDecimal,
  ordinal,
  partitionNumber,
  positiveDecimal,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { describable, flag, list, nullable, oneOf, record } from '../schema/schema.js';

const stream = 'insurance-fund';

const balance = nonNegativeDecimal('USD in fund and reserves together after the event; never below zero.');

const reserve = nullable(underlying('Reserve of this underlying; null: the fund of all.'));

/** Steps of the waterfall that pay money out of something that the house keeps for losses. */
export const PAYING_STEPS = ['product-reserve', 'global-fund', 'house-tranche'] as const;
const payingStep = describable(oneOf(PAYING_STEPS));

/** What happens before anybody is asked for money, in this order: closing within the position's own equity, then the account's collateral. */
export const OWN_STEPS = ['position', 'account'] as const;
/** What may come between the two, by agreements of their own: liquidity providers take over what the book does not, for a discount that the position pays. */
export const PROVIDER_STEP = 'providers';
/** The same by an auction: what neither the book nor those with an agreement take, for the discount that it has come to. */
export const AUCTION_STEP = 'auction';
/** What may stand right behind them: accounts of the same owner that answer for this one. */
export const OWNER_STEP = 'other-accounts';
/** What may stand between the last two: gains of the next settlement of variation pay what nobody has paid. */
export const GAINS_STEP = 'variation-gains';
/** What happens when no money is left, in this order: the other side, then who bears what nobody else does. */
export const LAST_STEPS = ['deleveraging', 'residual'] as const;
/** All that may bear a part of a loss by the document of the waterfall. */
export const LOSS_STEPS = [
  ...OWN_STEPS,
  OWNER_STEP,
  ...PAYING_STEPS,
  LAST_STEPS[0],
  GAINS_STEP,
  LAST_STEPS[1],
] as const;

const dueAt = instant('Time of the settlement cycle.');

export const FUND_EVENTS = {
  OpenInterestMeasured: event({
    description:
      'How much all accounts of the house hold of an instrument whose open interest is limited: when it passes the limit either way, and whenever it has moved by a hundredth of it.',
    stream: 'open-interest-<instrument>',
    payload: {
      instrument: instrument(),
      long: nonNegativeDecimal('Contracts that accounts are long.'),
      short: nonNegativeDecimal('Contracts that accounts are short.'),
      limit: nonNegativeDecimal('Contracts that accounts may be long, and short.'),
      exceeded: flag('The larger of both is beyond the limit.'),
      limits: versionedName('The position limits in force.'),
    },
  }),
  CollateralHeldMeasured: event({
    description:
      'How much of an asset all clients together hold as collateral, debts in it taken off: whenever it has moved by a hundredth since it was told. Dollars are not told.',
    stream: 'collateral-held-<asset>',
    payload: { asset: asset(), amount: nonNegativeDecimal('Of the asset.') },
  }),
  FundCredited: event({
    description: 'Money arrived in the insurance fund, or in the reserve of an underlying.',
    stream,
    payload: {
      ...booked,
      reason: oneOf(['contribution', 'penalty-remainder']),
      origin: place('The event in accounts that sent the money.'),
      reserve,
      amount: positiveDecimal('USD.'),
      balance,
    },
  }),
  LossStepTaken: event({
    description: 'One step of the waterfall paid its part of a loss. The steps of a request sum to what is granted.',
    stream: 'loss-waterfall',
    payload: {
      ...booked,
      request: place('The FundDrawRequested in liquidation.'),
      caseId: caseId(),
      accountId: accountId(),
      purpose: fundPurpose(),
      step: payingStep('In the order of the document loss-waterfall.'),
      reserve,
      before: positiveDecimal('USD of the loss before the step.'),
      amount: positiveDecimal('USD that the step pays.'),
      remaining: nonNegativeDecimal('USD of the loss that goes on to the next step.'),
      balance,
    },
  }),
  FundDrawGranted: event({
    description:
      'Answer to a FundDrawRequested: the sum of the steps that paid for it, perhaps less than asked. No posting.',
    stream,
    payload: {
      request: place('The FundDrawRequested in liquidation.'),
      caseId: caseId(),
      accountId: accountId(),
      purpose: fundPurpose(),
      requested: positiveDecimal('USD.'),
      granted: nonNegativeDecimal('USD, perhaps zero.'),
      balance,
    },
  }),
  RepaymentBooked: event({
    description: 'Money that a debtor paid back went to a step that had paid for him: who paid last is repaid first.',
    stream: 'loss-waterfall',
    payload: {
      ...booked,
      origin: place('The ClaimRepaid in accounts.'),
      caseId: caseId('Case in which the step had paid.'),
      accountId: accountId(),
      step: payingStep('That is repaid.'),
      reserve,
      amount: positiveDecimal('USD.'),
      remaining: nonNegativeDecimal('USD of what the step paid at that time which are not repaid.'),
      balance,
    },
  }),
  VariationGainsCalled: event({
    description:
      'Losses that nobody has paid are to be paid by the gains of a settlement of variation, which all partitions have closed: margin says what each can bear.',
    stream: 'loss-waterfall',
    payload: {
      instrument: instrument(),
      dueAt,
      called: positiveDecimal('USD: the sum of the losses.'),
      losses: list(
        record({
          loss: place('The UncoveredLossBooked in accounts.'),
          caseId: caseId(),
          accountId: accountId(),
          amount: positiveDecimal('USD that is open.'),
        }),
        'Oldest first.',
      ),
    },
  }),
  VariationHaircutFixed: event({
    description: 'By how much the gains of a settlement of variation are cut, pro rata. No posting.',
    stream: 'loss-waterfall',
    payload: {
      instrument: instrument(),
      dueAt,
      called: positiveDecimal('USD: the losses.'),
      gains: nonNegativeDecimal('USD: all gains of the settlement.'),
      taken: nonNegativeDecimal('USD: the sum of the cuts; what lacks stays with the residual party.'),
      cuts: list(
        record({
          partition: partitionNumber(),
          accountId: accountId(),
          accountVersion: ordinal('Version of the account that the cut holds for.'),
          gain: positiveDecimal('USD that the settlement paid.'),
          amount: positiveDecimal('USD, rounded down; at most the gain, and at most what the account has.'),
        }),
      ),
    },
  }),
  LossRecovered: event({
    description: 'Money that came in later pays a loss that the residual party bears.',
    stream: 'loss-waterfall',
    payload: {
      ...booked,
      loss: place('The UncoveredLossBooked in accounts.'),
      caseId: caseId(),
      accountId: accountId(),
      step: oneOf([...PAYING_STEPS, GAINS_STEP]),
      reserve,
      before: positiveDecimal('USD of the loss that was open.'),
      amount: positiveDecimal('USD.'),
      remaining: nonNegativeDecimal('USD of the loss that stays open.'),
      balance,
    },
  }),
};
