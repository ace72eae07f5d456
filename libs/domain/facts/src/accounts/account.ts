import { accountAfter, booked } from '../common.js';
import { accountStanding } from '../account-standings.js';
import { event } from '../schema/event.js';
import { accountId, asset, identifier, positiveDecimal, reason, versionedName } from '../schema/forms.js';
import { flag } from '../schema/schema.js';

const stream = 'account-<accountId>';

export const ACCOUNT_EVENTS = {
  AccountOpened: event({ description: 'An account exists from now on.', stream, payload: { accountId: accountId() } }),
  CollateralCredited: event({
    description: 'A deposit, or a correction in favour of the client, was booked.',
    stream,
    payload: {
      ...accountAfter,
      ...booked,
      depositId: identifier(),
      asset: asset(),
      amount: positiveDecimal('In units of the asset.'),
    },
  }),
  AccountStandingChanged: event({
    description:
      'A person froze, released or closed the account. No posting; a closed account is empty and stays closed.',
    stream,
    payload: { accountId: accountId(), from: accountStanding, to: accountStanding, reason: reason() },
  }),
  MarginModelChosen: event({
    description: 'The owner chose the margin model of the account; margin acts on it from its next run. No posting.',
    stream,
    payload: { accountId: accountId(), model: versionedName('Margin model, `<name>@<version>`.') },
  }),
  SetOffAgreementChanged: event({
    description:
      'The owner agreed that this account answers for debts of his other accounts, or ended that agreement; the author is the actor of the event. No posting.',
    stream,
    payload: {
      accountId: accountId('That answers for the others.'),
      answers: flag('Whether it answers from now on.'),
    },
  }),
};
