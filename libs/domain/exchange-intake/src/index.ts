export { intakeProcess } from './intake.process.js';
export { keptUpTo, type IntakeState } from './intake.state.js';
export { judgeMessage, keptMessage, type ProducerMessage } from './judge-message.js';
export {
  approveContinuation,
  clockTicked,
  producerBegan,
  producerForked,
  proposeContinuation,
  type ContinuationDecision,
  type ContinuationRefusal,
} from './producers.js';
