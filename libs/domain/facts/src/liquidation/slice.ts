import { place } from '../common.js';
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
  ordinal,
  positiveDecimal,
  tradeSide,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { nullable, oneOf, optional, record } from '../schema/schema.js';

const stream = 'liquidation-<caseId>';

const fraction = nonNegativeDecimal;

export const SLICE_EVENTS = {
  CloseOutOrderPlaced: event({
    description:
      'Immediate-or-cancel order for a part of a position of the account; its id on the exchange is its place in this log.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      slice: ordinal('Counts the slices of the case: 1, 2, 3, ...'),
      instrument: instrument(),
      side: tradeSide(),
      quantity: positiveDecimal('Contracts: whole lots, or all of a position that is less than one.'),
      mark: nonNegativeDecimal(
        'Price at which the position of the account is closed, whatever the fill is; an option may be marked at 0.',
      ),
      limit: nonNegativeDecimal(
        'Worst price of a fill, whole ticks, toward the client: beyond it nothing is traded, and no account of the same owner is a counterparty.',
      ),
      policy: versionedName('Liquidation policy it was placed under; its final cost follows from the same.'),
      equityRate: decimal('e: equity attributable to the position over its notional.'),
      bearableRate: fraction(
        'What the client has in the position at full collateral prices: the slippage that is his to bear.',
      ),
      theta: fraction('Largest share of e that the penalty may take.'),
      modelledRate: fraction('Modelled penalty, fraction of closed notional.'),
      provisionalRate: fraction('Rate the fills are charged: min(modelled, theta * max(e, 0)).'),
      executionRate: fraction('c_exec: modelled cost of execution.'),
      timeRate: fraction('c_time: modelled cost of time.'),
      expected: record(
        {
          rate: fraction('Fraction of the notional of the order.'),
          from: oneOf(['measured', 'parameters']),
        },
        'Expected cost of this order against the mark: of the measured book, behind what others took in the same minute; else c_exec.',
      ),
      fundShare: fraction('f_IF: part of the execution rate that the fund gets on top.'),
      operatingCost: fraction('c_ops: fraction of the notional.'),
      requirementFreed: nonNegativeDecimal('USD of maintenance requirement that the slice frees.'),
      health: decimal('Equity over maintenance requirement before the slice.'),
      schedule: ordinal('Position of the ScheduleInForce the figures are from.'),
      accountVersion: ordinal('Version of the account the figures hold for.'),
      settlement: record(
        {
          asset: asset(),
          notional: nonNegativeDecimal('USD per contract that the rates are fractions of.'),
          assetPrice: positiveDecimal('USD per unit of the settlement asset; mark against fill is converted at it.'),
        },
        'What accounts books the fills by.',
      ),
      part: optional(
        record(
          {
            quantity: positiveDecimal('Contracts that margin judged, at least as many as the order has.'),
            maintenance: nonNegativeDecimal('What the account is required without them, USD.'),
          },
          'Only of a position that hedges others or is hedged by them: the closing of the assessment that the order is sized, charged and limited by.',
        ),
      ),
      hedge: optional(
        record(
          {
            judgement: place('The HedgeJudged in margin that the size is of.'),
            underlying: underlying(),
            deltaBefore: decimal('USD that the account gains per unit of relative move of the underlying.'),
            deltaAfter: decimal('The same once the whole order is filled.'),
            requirementBefore: nonNegativeDecimal('Maintenance requirement, USD, as margin judged it.'),
            requirementAfter: nonNegativeDecimal('The same once the whole order is filled.'),
          },
          'Only of an order that hedges options: it may open a position, and no fill makes it larger than this.',
        ),
      ),
    },
  }),
  LiquidationCostAssessed: event({
    description: 'Final cost of a slice, after its last report and the booking of all of its fills.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      order: place('The CloseOutOrderPlaced.'),
      closedQuantity: nonNegativeDecimal('Contracts.'),
      closedNotional: nonNegativeDecimal('closedQuantity * notional of a contract, USD.'),
      equityRate: decimal('e of the slice.'),
      slippage: decimal('Realised against the mark, USD; >= 0 is a cost.'),
      realisedRate: fraction('Slippage as a fraction of closed notional, not below 0.'),
      finalRate: fraction('Penalty as a fraction of closed notional.'),
      charged: nonNegativeDecimal('USD charged at the fills.'),
      penalty: nonNegativeDecimal('USD due by the final rate.'),
      trueUp: decimal('charged - penalty, USD: positive = returned to the client.'),
      reward: nonNegativeDecimal('Part of the penalty that pays execution and time, USD; the rest is for the fund.'),
    },
  }),
  CloseOutFillFlagged: event({
    description:
      'A fill of a close-out order that should not have been: against another account of its owner, or beyond its limit. It is booked, and a person has to ask the exchange.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      order: place('The CloseOutOrderPlaced.'),
      tradeId: identifier(),
      reason: oneOf(['own-counterparty', 'beyond-limit']),
      counterparty: nullable(accountId('Account of the same owner on the other side; null if it is not that.')),
      quantity: positiveDecimal('Contracts.'),
      fillPrice: positiveDecimal('Price on the exchange.'),
    },
  }),
  FundDrawRequested: event({
    description: 'The insurance fund is asked for a deficit, or for slippage that the penalty does not cover.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      purpose: fundPurpose(),
      amount: positiveDecimal('USD.'),
      order: nullable(place('The slice, for slippage; null for a deficit.')),
      underlying: nullable(
        underlying('Whose reserve is asked first: of the slice, or of the position that lost most; null without one.'),
      ),
    },
  }),
};
