export { accountsProcess } from './accounts.process.js';
export { fundProcess, type FundState } from './fund/fund.process.js';
export type { AccountsState } from './accounts.state.js';
export { trialBalance } from './ledger/ledger.js';
export { contractOf } from './ledger/contracts.js';
export { accountStatement, rejectionOf, withdrawalOf } from './account-statement.js';
export {
  accountsInvariants,
  shortfall,
  type AccountsInvariant,
  type AccountsViolation,
} from './accounts.invariants.js';
