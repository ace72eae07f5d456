import { marginFigures, place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, caseId, count, nonNegativeDecimal } from '../schema/forms.js';
import { oneOf } from '../schema/schema.js';

const stream = 'liquidation-<caseId>';

export const CASE_EVENTS = {
  LiquidationOpened: event({
    description: 'A case was opened for an account that margin declared LIQUIDATING; one per account at a time.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      trigger: place('The LiquidationTriggered in margin.'),
      figures: marginFigures(),
    },
  }),
  OrdersCancelRequested: event({
    description: 'The exchange is asked to cancel all open orders of the account, before the first slice.',
    stream,
    payload: { caseId: caseId(), accountId: accountId() },
  }),
  CollateralTakeOverRequested: event({
    description:
      'What the account has in other assets is to pay its debts, before anybody else does: the house takes it over at the index.',
    stream,
    payload: { caseId: caseId(), accountId: accountId() },
  }),
  LiquidationClosed: event({
    description: 'The case is over: health restored, everything closed, or the rest deleveraged.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      outcome: oneOf(['restored', 'closed-out', 'deleveraged']),
      slices: count('Close-out orders that were placed.'),
      uncoveredLoss: nonNegativeDecimal('Deficit left without a position, USD.'),
    },
  }),
};
