import { accountAfter, booked, positionFigures } from '../common.js';
import { event } from '../schema/event.js';
import {
  accountId,
  asset,
  code,
  decimal,
  identifier,
  instrument,
  ordinal,
  partitionNumber,
  positiveDecimal,
  reason,
  tradeSide,
} from '../schema/forms.js';
import { list, nullable, optional, record } from '../schema/schema.js';

const stream = 'correction-<correctionId>';

const trade = {
  correctionId: identifier(),
  tradeId: identifier('Of the trade that is to be cancelled.'),
  instrument: instrument(),
};

const fill = optional(ordinal('Number of the fill within the side of the trade, when it has several.'));

/** accounts, global: what two persons ask of booked trades. */
export const CORRECTION_COMMANDS = {
  ProposeTradeCorrection: event({
    description: 'Cancel a booked trade on both sides, its fees with it. Another person must approve it.',
    stream: 'commands',
    payload: { ...trade, reason: reason('Why; the approver and the auditor read it.') },
  }),
  ApproveTradeCorrection: event({
    description: 'Approve the cancellation of a trade; the actor is another person than the proposer.',
    stream: 'commands',
    payload: { correctionId: identifier() },
  }),
  WithdrawTradeCorrection: event({
    description: 'Give up the cancellation of a trade that is not approved; the trade stands.',
    stream: 'commands',
    payload: { correctionId: identifier(), reason: reason('Why; the auditor reads it.') },
  }),
};

/** accounts, global. */
export const CORRECTION_EVENTS = {
  TradeCorrectionProposed: event({
    description: 'A person asked to cancel a booked trade; every partition now says what it booked of it.',
    stream,
    payload: { ...trade, reason: reason('Why.') },
  }),
  TradeCorrectionApproved: event({
    description: 'Another person approved it: the sides, which cancel, are reversed in their partitions.',
    stream,
    payload: {
      ...trade,
      sides: list(
        record({
          partition: partitionNumber(),
          accountId: accountId(),
          side: tradeSide('Of the trade.'),
          fill,
          quantity: positiveDecimal('Contracts.'),
        }),
      ),
    },
  }),
  TradeCorrectionEnded: event({
    description: 'A cancellation will not be approved: the trade stands, and what was kept in reach for it is free.',
    stream,
    payload: {
      ...trade,
      code: code('`correction-withdrawn` when a person gave it up; else why the trade cannot be reversed.'),
      reason: nullable(reason('Of the person who gave it up; null when nobody did.')),
    },
  }),
};

/** accounts p. */
export const TRADE_REVERSAL_EVENTS = {
  TradeSidesReported: event({
    description: 'What the partition booked of a trade that is to be cancelled, also when that is nothing.',
    stream,
    payload: {
      ...trade,
      sides: list(record({ accountId: accountId(), side: tradeSide(), fill, quantity: positiveDecimal('Contracts.') })),
      refusal: nullable(code('Why a side of it cannot be reversed; null when all can.')),
    },
  }),
  TradeReversed: event({
    description: 'One side of a trade was taken back at its price, and its fee returned.',
    stream: 'account-<accountId>',
    payload: {
      ...accountAfter,
      ...booked,
      correctionId: identifier(),
      tradeId: identifier(),
      fill,
      side: tradeSide('Of the trade that is taken back.'),
      quantity: positiveDecimal('Contracts.'),
      price: positiveDecimal('At which it was booked, and is taken back.'),
      realisedPnl: decimal('Of taking it back, exact, settlement asset; zero against premium.'),
      fee: decimal('Returned to the client, settlement asset; negative = a rebate that is taken back.'),
      position: positionFigures(),
      settlement: record(
        {
          asset: asset('Settlement asset of the contract.'),
          cash: decimal('Paid to the client before the fee, rounded down; negative = paid by the client.'),
        },
        'What taking it back moved at once.',
      ),
    },
  }),
};
