export { AWAITING_DELIVERY, explainAssessment } from './assess/explain-assessment.js';
export { MARGIN_STATES } from './call/margin-state.js';
export { deleverageable } from './deleverage/adl-candidates.js';
export { marginProcess } from './margin.process.js';
export {
  type AccountStanding,
  assessedNow,
  type AssessedNow,
  assessmentOf,
  explainedOn,
  holdingsOf,
  riskArraysOf,
  scheduleOf,
  standingOf,
} from './margin.queries.js';
export { type MarginState, assessorOf } from './margin.state.js';
export { CalledFirstJudge, isCalledFirstEvent } from './no-surprise/called-first.js';
export { noSurpriseJudge } from './no-surprise/no-surprise-judge.js';
export type { NoSurpriseViolation } from './no-surprise/no-surprise.js';
export { limitsOfAccount } from './limits/limits.queries.js';
export { headroomOf, ordersOfAccount } from './orders/orders.queries.js';
export { ordersBesideWithdrawal } from './withdraw/withdrawal-answer.js';
export {
  type OrderToCheck,
  type PreTradeAnswer,
  type PreTradeRefusal,
  preTradeCheck,
} from './pre-trade/pre-trade-check.js';
export { surveyAccounts, type AccountSurvey } from './run/account-survey.js';
export { runMargin } from './run/margin-run.js';
export { marginGlobalProcess } from './schedule/margin-global.process.js';
export { type MarginGlobalState } from './schedule/margin-global.state.js';
export { assessImportedInSteps, type ImportedStanding } from './what-if/imported-accounts.js';
export {
  type ImaginedPosition,
  type WhatIfQuestion,
  type WhatIfAnswer,
  type WhatIfRefusal,
  whatIf,
  whatIfInSteps,
} from './what-if/what-if.js';
