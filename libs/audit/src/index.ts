export { divergenceText } from './replay/divergence.js';
export { type ReplayReport, replay } from './replay/replay.js';
export type {
  AnswerOf,
  AuditDesk,
  AuditTask,
  RunOptions,
  TaskNews,
  TaskRunner,
  WeighedTask,
} from './tasks/audit-task.js';
export { AuditProgress } from './tasks/audit-progress.js';
export { doTask, inTurn } from './tasks/do-task.js';
export { PageCache } from './page-cache.js';
export { faultText } from './verify/fault.js';
export { verifySnapshots } from './verify/verify-snapshots.js';
export { CheckpointFile } from './verify/checkpoint-file.js';
export { correctedText, verify, type VerifyReport } from './verify/verify.js';
export type { HistoryEnd, HistoryProgress } from './explain/account-history.js';
export { placeText, readPlace } from './explain/event-place.js';
export { type ExplanationRefusal, explainAccount } from './explain/explain-account.js';
export * from './explain/explanation-text.js';
export * from './explain/what-if-account.js';
export { readLogPlace, type LogPlace } from './causes/cause-graph.js';
export { type HeldLine } from './reconciliation/held-books.js';
export { differencesOf } from './reconciliation/differences.js';
export { dayStatement, startOfDay } from './statement/day-statement.js';
export { statementCsv } from './statement/statement-csv.js';
export { marginAt } from './story/margin-at.js';
export { keep } from './story/keep.js';
export { LogHistory, accountOfPlace, type History } from './story/log-history.js';
export type { ImpossibleQuestion } from './story/past-questions.js';
