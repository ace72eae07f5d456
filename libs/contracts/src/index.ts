export { DECISION_LOGS, decisionOf, type AccountDecision, type DecisionLog } from './account-decision.js';
export { type EventSchema, allEventSchemas } from './event-schemas.js';
export { entryEnvelope } from './parse-entry.js';
export * from './refusal.js';
export {
  LOCKSTEP_GATE_TOPIC,
  LOCKSTEP_REPORTS_TOPIC,
  PARKED_TOPIC,
  type TopicSetup,
  topicsOf,
  topicOf,
  logPartitionOf,
} from './topics.js';
export { START_OF_LOG, judgeArrival, cursorAfter } from './wire/arrival.js';
export { encodeCommand, decodeCommand } from './wire/command-message.js';
export { type DecodedMessage, encodeMessage, decodeMessage } from './wire/message.js';
export {
  accountExplanation,
  type AccountExplanation,
  accountView,
  accountListPage,
  actor,
  idempotencyKey,
  openAccountRequest,
  depositRequest,
  withdrawalRequest,
  marginModelRequest,
  documentProposalRequest,
  documentApprovalRequest,
  commandAccepted,
  withdrawalView,
  decisionPage,
  LOG_PAGE_PATH,
  logPageQuery,
  logPage,
  preTradeCheckRequest,
  preTradeCheckResponse,
  type ProblemCode,
  type Problem,
  problemOf,
  accountIdForm,
  identifierForm,
  logNameForm,
  logPartitionForm,
  accountListQuery,
  decisionQuery,
  explanationQuery,
  RULED_SERVICES,
  ruledServiceForm,
  documentsView,
  whatIfRequest,
  whatIfResponse,
} from './api/index.js';
export { encodeLogEvent, decodeLogEvent } from './wire/log-event.js';
