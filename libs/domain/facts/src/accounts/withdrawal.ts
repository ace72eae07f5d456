import { accountAfter, booked } from '../common.js';
import { event } from '../schema/event.js';
import { accountId, asset, code, identifier, ordinal, positiveDecimal } from '../schema/forms.js';

const stream = 'account-<accountId>';

const money = { asset: asset(), amount: positiveDecimal() };

const attempt = ordinal('1 for the first question to margin; raised each time it is asked again.');

export const WITHDRAWAL_EVENTS = {
  WithdrawalHeld: event({
    description:
      'Money was moved from the client to a hold, and margin is asked: it answers with WithdrawalCleared or WithdrawalRefused.',
    stream,
    payload: { ...accountAfter, ...booked, withdrawalId: identifier(), attempt, ...money },
  }),
  WithdrawalResubmitted: event({
    description:
      'Margin is asked again, because the account changed between its answer and the settlement. No posting.',
    stream,
    payload: { accountId: accountId(), withdrawalId: identifier(), attempt, ...money },
  }),
  WithdrawalSettled: event({
    description: 'Cleared by margin and paid out: the money has left custody.',
    stream,
    payload: { ...accountAfter, ...booked, withdrawalId: identifier(), ...money },
  }),
  WithdrawalReleased: event({
    description: 'Refused by margin: the held money was given back to the client.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      withdrawalId: identifier(),
      ...money,
      code: code('Why margin refused it.'),
    },
  }),
  WithdrawalRejected: event({
    description: 'Refused at once by accounts: nothing was held.',
    stream,
    payload: { accountId: accountId(), withdrawalId: identifier(), code: code('Why it was refused.') },
  }),
};
