// What verifies and replays, alone: nothing of it loads the schemas of the contracts, which only those need who explain.
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
export { doTogether, groupsOf, inTurn } from './tasks/do-task.js';
export { PageCache } from './page-cache.js';
export { faultText } from './verify/fault.js';
export { verifySnapshots } from './verify/verify-snapshots.js';
export { CheckpointFile } from './verify/checkpoint-file.js';
export { correctedText, verify, type VerifyProgress, type VerifyReport } from './verify/verify.js';
