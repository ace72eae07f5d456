/**
 * Every "no" of accounts, with its meaning. As the answer to a command the code is the result; in a fact that cannot
 * be refused (a message of the exchange) it is the detail of `SuspenseBooked`. Codes are stable: callers act on them.
 */
export const ACCOUNTS_REJECTIONS = {
  'command-unknown': 'No command of this name exists.',
  'account-id-invalid': 'An account id has the form <owner>.<name>.',
  'account-of-other-partition': 'The owner of this account lives in another partition.',
  'account-exists': 'The account is open already.',
  'account-unknown': 'No such account is open.',
  'asset-unknown': 'The ledger does not keep this asset.',
  'amount-invalid': 'An amount is a decimal number as text, in plain notation.',
  'amount-not-positive': 'The amount must be above zero.',
  'amount-too-large': 'The amount is beyond 1e15.',
  'amount-too-fine': 'The amount has more digits after the point than the asset or the order book knows.',
  'deposit-id-invalid': 'A deposit id is a text of 1 to 100 characters.',
  'deposit-id-reused': 'The same deposit id came with another account, asset or amount.',
  'withdrawal-id-invalid': 'A withdrawal id is a text of 1 to 100 characters.',
  'withdrawal-id-reused': 'The same withdrawal id came with another asset or amount.',
  'contribution-id-invalid': 'A contribution id is a text of 1 to 100 characters.',
  'contribution-id-reused': 'The same contribution id came with another amount.',
  'account-liquidating': 'Nothing leaves an account while it is being liquidated.',
  'insufficient-collateral':
    'The free collateral of this asset does not cover the amount. Held money and unrealised profit are not free.',
  'trade-id-invalid': 'A trade id is a text of 1 to 100 characters.',
  'trade-id-reused': 'The same side of the same trade came with another instrument, quantity or price.',
  'instrument-unknown': 'Ballast does not clear this instrument.',
  'instrument-not-listed': 'The contract is not listed yet.',
  'instrument-expired': 'The contract has expired.',
  'off-tick': 'The price is no whole step of the contract.',
  'off-lot': 'The quantity is no whole step of the contract.',
  'model-invalid': 'A margin model is named <name>@<version>.',
  'model-while-liquidating': 'The margin model of an account stays while it is being liquidated.',
  'side-unknown': 'A trade buys or sells.',
  'liquidity-unknown': 'A side of a trade is maker or taker.',
  'message-unreadable': 'The message is not a record.',
} as const;

export type AccountsRejectionCode = keyof typeof ACCOUNTS_REJECTIONS;
