export { accountsProcess } from './accounts.process.js';
export { fundProcess } from './fund/fund.process.js';
export type { FundState } from './fund/fund.state.js';
export {
  bookNote,
  digestOfBook,
  faultsOfBook,
  MOST_FAULTS,
  type BookFault,
  ownersInParts,
  partsOf,
  type Book,
} from './book-import/book.js';
export { bookImportFigures } from './book-import/book-import.decider.js';
export { judgeImported } from './book-import/imported-account.decider.js';
export { correctionFigures } from './correction/trade-correction.decider.js';
export { isExplained, lastReconciliations, openBreaks } from './reconciliation/reconciliation.decider.js';
export type { AccountsState } from './accounts.state.js';
export { trialBalance } from './ledger/ledger.js';
export {
  accountIds,
  accountStatement,
  type AccountStatement,
  averageEntryOf,
  isCleared,
  isOpenAccount,
  accountStandings,
  deferredLines,
  openReleases,
  suspendedLines,
} from './accounts.queries.js';
export {
  accountsInvariants,
  deferralTally,
  lossTally,
  shortfall,
  transferTally,
  type AccountsInvariant,
  type AccountsViolation,
} from './accounts.invariants.js';
export { ownersFees } from './fees/fee-tiers.js';
