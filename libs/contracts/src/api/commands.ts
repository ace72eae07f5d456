import { z } from 'zod';
import { ACCOUNT_STANDINGS } from '@ballast/facts';
import { accountId, code, identifier, instrument, reason, versionedName } from '../fields.js';
import { movementOf } from './amounts.js';

/** Header that names the person behind a request. */
export const actor = identifier.max(100).meta({
  id: 'Actor',
  description: 'Person or key behind the request; rules need one to propose and another to approve.',
  example: 'risk-officer-1',
});

/** Header of every write: the id of the command. The same key with the same body is answered again, not done again. */
export const idempotencyKey = identifier.min(8).max(100).meta({
  id: 'IdempotencyKey',
  description: 'Chosen by the caller, 8 to 100 printable ASCII characters; a UUID is a good choice.',
  example: '3f0c8a52-7e1d-4c59-9a7e-52d1c9f0aa10',
});

export const openAccountRequest = z.strictObject({ accountId }).meta({
  id: 'OpenAccountRequest',
  description: 'Opens an account. The part before the point is its owner, for life.',
  example: { accountId: 'carol.main' },
});

export const depositRequest = movementOf({
  depositId: identifier.meta({ description: 'A deposit id is booked once, however often it is sent.' }),
}).meta({
  id: 'DepositRequest',
  description: 'Credits collateral to the account in the path.',
  example: { depositId: 'd-1041', asset: 'USD', amount: '12000.00' },
});

export const withdrawalRequest = movementOf({
  withdrawalId: identifier.meta({ description: 'A withdrawal id is asked once, however often it is sent.' }),
}).meta({
  id: 'WithdrawalRequest',
  description:
    'Holds collateral of the account in the path. It is paid out once margin has cleared it; look at the withdrawal for that.',
  example: { withdrawalId: 'w-310', asset: 'USD', amount: '2500.00' },
});

export const transferRequest = movementOf({
  transferId: identifier.meta({
    description: 'A transfer id is asked once, however often it is sent; no withdrawal of the account has it.',
  }),
  to: accountId.meta({ description: 'Another account of the same owner.' }),
}).meta({
  id: 'TransferRequest',
  description:
    'Moves collateral of the account in the path to another account of its owner, once margin has cleared it like a withdrawal.',
  example: { transferId: 't-7', to: 'carol.hedge', asset: 'USD', amount: '2500.00' },
});

export const accountStandingRequest = z
  .strictObject({
    standing: z.enum(ACCOUNT_STANDINGS).meta({ description: '`frozen` and `open` again, or `closed` for good.' }),
    reason: reason.meta({ description: 'Why; the auditor reads it.' }),
  })
  .meta({
    id: 'AccountStandingRequest',
    description:
      'Freezes the account in the path, releases it (another person than who froze it), or closes it, when it is flat and empty.',
    example: { standing: 'frozen', reason: 'The owner reports a stolen key.' },
  });

export const marginModelRequest = z
  .strictObject({ model: versionedName.meta({ description: 'Name and version.' }) })
  .meta({
    id: 'MarginModelRequest',
    description:
      'Chooses the margin model of the account in the path, of those that the house offers. Margin acts on it from its next run.',
    example: { model: 'adaptive-portfolio@1' },
  });

export const setOffRequest = z
  .strictObject({ answers: z.boolean().meta({ description: 'Whether it answers from now on.' }) })
  .meta({
    id: 'SetOffRequest',
    description:
      "Agrees that the account in the path answers for debts of its owner's other accounts with what it has beyond its own initial requirement, or ends that. Only where the waterfall of the house has the step `other-accounts`.",
    example: { answers: true },
  });

export const documentProposalRequest = z
  .strictObject({
    proposalId: identifier,
    kind: code.meta({ description: 'What it rules, such as `margin-parameters`.' }),
    id: versionedName.meta({ description: '`<name>@<version>`, never used for another content.' }),
    body: z.unknown().meta({ description: 'The whole document, as its kind has it.' }),
    reason: reason.meta({ description: 'Why; the approver and the auditor read it.' }),
  })
  .meta({
    id: 'DocumentProposalRequest',
    description: 'Proposes rules of a service. Another person must approve them.',
    example: {
      proposalId: 'policy-2020-03',
      kind: 'liquidation-policy',
      id: 'close-out-default@2',
      body: {
        theta: '0.7',
        psi: '1',
        sliceDurationMs: 300_000,
        minimumSliceNotional: '10000',
        highestBankruptcyPrice: '1000',
        newestSchedules: 64,
      },
      reason: 'Penalties took too much of what small accounts had left.',
    },
  });

export const documentApprovalRequest = z
  .strictObject({})
  .meta({ id: 'DocumentApprovalRequest', description: 'Approves the proposal in the path.', example: {} });

export const tradeCorrectionRequest = z
  .strictObject({
    correctionId: identifier,
    tradeId: identifier.meta({ description: 'Of the trade; both of its sides are taken back.' }),
    instrument,
    reason: reason.meta({ description: 'Why; the approver and the auditor read it.' }),
  })
  .meta({
    id: 'TradeCorrectionRequest',
    description: 'Asks to cancel a booked trade, its fees with it. Another person must approve it.',
    example: {
      correctionId: 'lme-2022-03-08-17',
      tradeId: 'trade-8821',
      instrument: 'BTC-PERP',
      reason: 'cancelled by the exchange after a disorderly market',
    },
  });

export const tradeCorrectionApproval = z
  .strictObject({})
  .meta({ id: 'TradeCorrectionApproval', description: 'Approves the correction in the path.', example: {} });

export const tradeCorrectionWithdrawal = z
  .strictObject({ reason: reason.meta({ description: 'Why; the auditor reads it.' }) })
  .meta({
    id: 'TradeCorrectionWithdrawal',
    description: 'Gives up the correction in the path, which is not approved.',
    example: { reason: 'The exchange lets the trade stand.' },
  });
