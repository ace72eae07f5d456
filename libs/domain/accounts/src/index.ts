export { accountsProcess } from './accounts.process.js';
export { documentChecks } from './accounts-rules.js';
export { fundProcess, fundBalance, type FundCause, type FundState } from './fund/fund.process.js';
export { ACCOUNTS_REJECTIONS, type AccountsRejectionCode } from './accounts.rejections.js';
export type { Account, AccountsState, CloseOutOrder, InstrumentBook, Withdrawal } from './accounts.state.js';
export { trialBalance, type Ledger, type LedgerLine, type TrialBalance } from './ledger/ledger.js';
export type { Position } from './ledger/position.js';
export { contractOf } from './ledger/contracts.js';
export {
  accountStatement,
  rejectionOf,
  withdrawalOf,
  type AccountStatement,
  type HeldWithdrawal,
} from './account-statement.js';
export {
  accountsInvariants,
  shortfall,
  type AccountsInvariant,
  type AccountsViolation,
} from './accounts.invariants.js';
