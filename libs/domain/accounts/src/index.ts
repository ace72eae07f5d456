export { accountsProcess } from './accounts.process.js';
export { fundProcess, fundBalance, type FundCause, type FundState } from './fund.process.js';
export { ACCOUNTS_REJECTIONS, type AccountsRejectionCode } from './accounts.rejections.js';
export type { Account, AccountsState, CloseOutOrder, InstrumentBook, Withdrawal } from './accounts.state.js';
export { trialBalance, type Ledger, type LedgerLine, type TrialBalance } from './ledger.js';
export type { Position } from './position.js';
export { contractOf } from './cleared-contracts.js';
export { FEES, FUTURE_FEES, OPTION_FEES, type FeeSchedule, type OptionFeeSchedule } from './fee-schedule.js';
export { accountStatement, type AccountStatement, type HeldWithdrawal } from './account-statement.js';
export {
  accountsInvariants,
  shortfall,
  type AccountsInvariant,
  type AccountsViolation,
} from './accounts.invariants.js';
