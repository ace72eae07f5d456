import { accountStanding } from '../account-standings.js';
import { event } from '../schema/event.js';
import { accountId, asset, identifier, ordinal, positiveDecimal, reason, versionedName } from '../schema/forms.js';
import { flag, oneOf } from '../schema/schema.js';

/** What two persons may decide of something in suspense; a fill is cancelled with its trade instead. */
export const SUSPENSE_OUTCOMES = ['book', 'send-back'] as const;

const transfer = { accountId: accountId(), asset: asset(), amount: positiveDecimal('In units of the asset.') };

const stream = 'commands';

export const ACCOUNTS_COMMANDS = {
  OpenAccount: event({ description: 'Open an account of an owner.', stream, payload: { accountId: accountId() } }),
  Deposit: event({
    description: 'Credit collateral to an account. A deposit id is booked once, however often it is sent.',
    stream,
    payload: { depositId: identifier(), ...transfer },
  }),
  RequestWithdrawal: event({
    description: 'Hold collateral of an account and pay it out if margin clears it.',
    stream,
    payload: { withdrawalId: identifier(), ...transfer },
  }),
  RequestTransfer: event({
    description: 'Hold collateral of an account and move it to another one of the same owner if margin clears it.',
    stream,
    payload: {
      transferId: identifier('Transfers and withdrawals of an account have no id in common.'),
      ...transfer,
      to: accountId('Account that gets the money.'),
    },
  }),
  ChangeAccountStanding: event({
    description: 'Freeze, release or close an account. The actor is the person who does it.',
    stream,
    payload: { accountId: accountId(), standing: accountStanding, reason: reason('Why; the auditor reads it.') },
  }),
  ChooseMarginModel: event({
    description: 'Choose the margin model of an account, of those that the house offers.',
    stream,
    payload: { accountId: accountId(), model: versionedName() },
  }),
  ChangeSetOffAgreement: event({
    description: "Agree that an account answers for debts of its owner's other accounts, or end that agreement.",
    stream,
    payload: { accountId: accountId(), answers: flag() },
  }),
  ProposeSuspenseRelease: event({
    description:
      'Decide what becomes of something that the partition keeps in suspense. Another person must approve it.',
    stream,
    payload: {
      releaseId: identifier(),
      suspense: ordinal('Position of its SuspenseBooked in this partition.'),
      outcome: oneOf(SUSPENSE_OUTCOMES),
      reason: reason('Why; the approver and the auditor read it.'),
    },
  }),
  ApproveSuspenseRelease: event({
    description: 'Approve what was proposed for something in suspense; the actor is another person than the proposer.',
    stream,
    payload: { releaseId: identifier() },
  }),
};
