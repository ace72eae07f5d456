export { divergenceText } from './replay/divergence.js';
export { type ReplayReport, replay } from './replay/replay.js';
export { faultText } from './verify/fault.js';
export { CheckpointFile, verify } from './verify/verify.js';
export type { HistoryEnd, HistoryProgress } from './explain/account-history.js';
export { placeText, readPlace } from './explain/event-place.js';
export { type ExplanationRefusal, explainAccount } from './explain/explain-account.js';
export * from './explain/explanation-text.js';
export * from './explain/what-if-account.js';
