import type { CommandResult } from '@ballast/event-sourcing';

/**
 * Every "no" of accounts, with its meaning. As the answer to a command the code is the result; in a fact that cannot
 * be refused (a message of the exchange) it is the detail of `SuspenseBooked`. Codes are stable: callers act on them.
 */
export const ACCOUNTS_REJECTIONS = {
  'account-id-invalid': 'An account id has the form <owner>.<name>.',
  'account-of-other-partition': 'The owner of this account lives in another partition.',
  'account-exists': 'The account is open already.',
  'account-awaits-import': 'The account is part of a book that is being imported.',
  'account-unknown': 'No such account is open.',
  'account-frozen': 'The account is frozen: it takes deposits and reduces risk only.',
  'account-closed': 'The account is closed, for good. Open another one.',
  'account-not-flat': 'The account still holds positions.',
  'account-correcting':
    'A person proposed to take a trade of the account back: approve that, or withdraw it (GET /corrections), and ask again.',
  'account-not-empty': 'The account still holds, owes or waits for money.',
  'standing-invalid': 'An account is open, frozen or closed; name a reason.',
  'standing-unchanged': 'The account stands like that already.',
  'actor-missing': 'Name the person who does it: X-Actor.',
  'freezer-may-not-release': 'Another person than the one who froze the account releases it.',
  'asset-invalid': 'An asset is named with 2 to 12 capitals and digits.',
  'asset-not-kept': 'The house does not keep this asset.',
  'deposits-closed': 'The house takes no deposits of this asset.',
  'withdrawals-closed': 'The house pays no withdrawals of this asset.',
  'amount-invalid': 'An amount is a decimal number as text, in plain notation.',
  'amount-not-positive': 'The amount must be above zero.',
  'collateral-of-nothing': 'Leave the asset out, or write what the account has of it or owes.',
  'amount-too-large': 'The amount is beyond 1e15.',
  'amount-too-fine': 'The amount has more digits after the point than the asset or the order book knows.',
  'deposit-id-invalid': 'A deposit id has 1 to 120 printable ASCII characters without blanks.',
  'deposit-id-reused': 'The same deposit id came with another account, asset or amount.',
  'withdrawal-id-invalid': 'A withdrawal id has 1 to 120 printable ASCII characters without blanks.',
  'withdrawal-id-reused': 'The same withdrawal id came with another asset, amount or recipient.',
  'transfer-id-invalid': 'A transfer id has 1 to 120 printable ASCII characters without blanks.',
  'transfer-id-reused': 'The account used this id before, for another transfer or for a withdrawal.',
  'transfer-to-other-owner': 'A transfer goes to another account of the same owner. Pay out and in between owners.',
  'transfer-to-itself': 'A transfer goes to another account than it comes from.',
  'recipient-unknown': 'The account that is to get the money is not open.',
  'contribution-id-invalid': 'A contribution id has 1 to 120 printable ASCII characters without blanks.',
  'contribution-id-reused': 'The same contribution id came with another amount.',
  'account-liquidating': 'Nothing leaves an account while it is being liquidated.',
  'claim-repaid-first':
    'The waterfall has paid a deficit of this account: what could have left it has paid that back. Ask again for the rest.',
  'insufficient-collateral':
    'The free collateral of this asset does not cover the amount. Held money and unrealised profit are not free.',
  'trade-id-invalid': 'A trade id has 1 to 120 printable ASCII characters without blanks.',
  'trade-id-reused':
    'The same side of the same trade in the same instrument came with another quantity or price; number the fills of a side.',
  'fill-repeated': 'The same fill came again; if it is another one, number the fills of the side.',
  'fill-number-invalid': 'Fills of a side are numbered 1, 2, 3, ...; leave the number out when there is one.',
  'instrument-unknown': 'Ballast does not clear this instrument.',
  'instrument-not-listed': 'The contract is not listed yet.',
  'instrument-expired': 'The contract has expired.',
  'quantity-off-lot': 'The quantity is no whole number of lots of the contract.',
  'close-out-order-invalid': 'A close-out order is named by a partition and a position, whole numbers from 0 and 1.',
  'order-filled': 'An order that has filled wholly rests no more: leave it out.',
  'order-id-invalid': 'An order id has 1 to 120 printable ASCII characters without blanks.',
  'model-invalid': 'A margin model is named <name>@<version>.',
  'model-not-offered': 'The house does not offer this margin model to owners.',
  'model-while-liquidating': 'The margin model of an account stays while it is being liquidated.',
  'answers-invalid': 'An account answers for the others of its owner, or it does not: true or false.',
  'set-off-not-offered': 'The waterfall of the house asks no other accounts of an owner.',
  'set-off-while-liquidating': 'An account goes on answering while another of its owner is being liquidated.',
  'side-unknown': 'A trade buys or sells.',
  'liquidity-unknown': 'A side of a trade is maker or taker.',
  'house-reduce-only': 'The house takes no new risk at present.',
  'house-withdrawals-stopped': 'The house pays no withdrawals at present.',
  'house-halted': 'The house is halted: it takes deposits only.',
  'release-invalid': 'Write releaseId, suspense, outcome (book or send-back) and reason.',
  'release-exists': 'The release id was used before: take another one.',
  'release-unknown': 'The release was never proposed in this partition.',
  'release-approved': 'The release is approved already.',
  'proposer-may-not-approve': 'Another person than the proposer approves it.',
  'suspense-unknown': 'Nothing of that position waits in suspense.',
  'suspense-not-bookable': 'It cannot be booked where it says, as things stand.',
  'suspense-not-money': 'Only money is sent back. A fill is cancelled with its trade: propose a correction.',
  'message-unreadable': 'The message is not a record.',
} as const;

export type AccountsRejectionCode = keyof typeof ACCOUNTS_REJECTIONS;

/** Whether a recorded code is one of today's. */
export const isRejectionCode = (code: string): code is AccountsRejectionCode =>
  Object.hasOwn(ACCOUNTS_REJECTIONS, code);

/** The answer to a command that is refused; what its content lacks is told instead of what the code means. */
export const refusedCommand = (
  code: AccountsRejectionCode,
  detail: string = ACCOUNTS_REJECTIONS[code],
): CommandResult => ({ outcome: 'rejected', code, detail });
