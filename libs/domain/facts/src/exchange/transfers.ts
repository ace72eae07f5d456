import { event } from '../schema/event.js';
import { accountId, asset, identifier, positiveDecimal } from '../schema/forms.js';
import { flag, optional, record } from '../schema/schema.js';

const transfer = { accountId: accountId(), asset: asset(), amount: positiveDecimal('In units of the asset.') };

/** Part of the basis of a message about an account. */
export const openedAccount = optional(flag('The account was open, by a message that may come later than this one.'));

export const TRANSFER_EVENTS = {
  AccountOpeningRequested: event({
    description: 'The exchange asks for an account, before the first transfer to it.',
    stream: 'transfers-<accountId>',
    payload: { accountId: accountId() },
  }),
  DepositReceived: event({
    description: 'Collateral arrived in custody for an account.',
    stream: 'transfers-<accountId>',
    payload: {
      depositId: identifier(),
      ...transfer,
      basis: optional(
        record(
          { account: openedAccount },
          'What the exchange knew when the deposit arrived; absent: nothing that another message has to say first.',
        ),
      ),
    },
  }),
  WithdrawalRequested: event({
    description: 'A client asks through the exchange for collateral to be paid out.',
    stream: 'transfers-<accountId>',
    payload: { withdrawalId: identifier(), ...transfer },
  }),
  FundContributionReceived: event({
    description: "The operator's money for the insurance fund arrived, in partition 0.",
    stream: 'transfers-fund',
    payload: { contributionId: identifier(), amount: positiveDecimal('USD.') },
  }),
};
