import { marginFigures, place } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, caseId, count, nonNegativeDecimal, ordinal, positiveDecimal } from '../schema/forms.js';
import { list, oneOf } from '../schema/schema.js';

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
  SetOffRequested: event({
    description:
      'Accounts of the same owner that answer for this one are asked to pay its deficit: margin says what each can spare, accounts books it.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      amount: positiveDecimal('The deficit, USD.'),
      accounts: list(accountId(), 'In the order in which they are asked.'),
    },
  }),
  RepaymentRequested: event({
    description:
      'The account is back at its target, and the waterfall has paid a deficit of it: what it has beyond the target pays that back, before the case ends.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      amount: positiveDecimal('USD: at most the claim, the equity beyond the target, and the dollars of the account.'),
      accountVersion: ordinal('Version of the account that the amount holds for.'),
    },
  }),
  LiquidationPaused: event({
    description:
      'A case can do nothing on the figures of a schedule; said once per reason, until it goes on. It is judged again on every schedule from the named one on.',
    stream,
    payload: {
      caseId: caseId(),
      accountId: accountId(),
      reason: oneOf(
        [
          'book-too-thin',
          'no-counterparty',
          'prices-halted',
          'house-halted',
          'instrument-halted',
          'debt-secured-by-collateral',
          'nothing-frees',
        ],
        'book-too-thin: the last order was not filled within its limit; no-counterparty: nobody on the other side takes what is offered; prices-halted: nothing is closed at frozen prices; house-halted: a person halted the house; instrument-halted: a person halted what is to be closed; debt-secured-by-collateral: what is owed is secured by what the account has, and nothing it holds is required for; nothing-frees: what the account holds is so balanced that it would be required no less without any part of a single position.',
      ),
      nextSchedule: ordinal('Number of the schedule on which it is judged again.'),
    },
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
