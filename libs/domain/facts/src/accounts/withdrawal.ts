import { accountAfter, booked } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, asset, code, identifier, ordinal, positiveDecimal } from '../schema/forms.js';
import { optional } from '../schema/schema.js';

const stream = 'account-<accountId>';

const money = { asset: asset(), amount: positiveDecimal('In units of the asset.') };

/** A transfer: what is asked of margin, and when, is the same as of a withdrawal. */
const to = optional(accountId('Account of the same owner that gets the money; absent: it is paid out.'));

const attempt = ordinal('1 for the first question to margin; raised each time it is asked again.');

export const WITHDRAWAL_EVENTS = {
  WithdrawalHeld: event({
    description:
      'Money was moved from the client to a hold, and margin is asked: it answers with WithdrawalCleared or WithdrawalRefused.',
    stream,
    payload: { ...accountAfter, ...booked, withdrawalId: identifier(), attempt, ...money, to },
  }),
  WithdrawalResubmitted: event({
    description:
      'Margin is asked again, because the account changed between its answer and the settlement. No posting.',
    stream,
    payload: { accountId: accountId(), withdrawalId: identifier(), attempt, ...money, to },
  }),
  WithdrawalSettled: event({
    description: 'Cleared by margin and paid out: the money has left custody, or is on its way to another account.',
    stream,
    payload: { ...accountAfter, ...booked, withdrawalId: identifier(), ...money, to },
  }),
  WithdrawalReleased: event({
    description: 'Refused by margin: the held money was given back to the client.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      withdrawalId: identifier(),
      ...money,
      to,
      code: code('Why margin refused it.'),
    },
  }),
  WithdrawalRejected: event({
    description: 'Refused at once by accounts: nothing was held.',
    stream,
    payload: { accountId: accountId(), withdrawalId: identifier(), to, code: code('Why it was refused.') },
  }),
  TransferReceived: event({
    description:
      'Money that another account of the same owner sent has arrived, in the decision that settled it there.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      from: accountId('Account that sent it.'),
      withdrawalId: identifier('Of the WithdrawalSettled of the sender.'),
      ...money,
    },
  }),
};
