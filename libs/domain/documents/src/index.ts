export {
  type DocumentForm,
  type ValueOf,
  decimal,
  figure,
  float,
  whole,
  flag,
  textOf,
  word,
  choice,
  textOr,
  optional,
  type Refuse,
  made,
  checked,
  anything,
  reasonOrNull,
  record,
  partial,
  ANY_NAME,
  named,
  byName,
  list,
  readBody,
} from './document-form.js';
export { type DocumentReading, documentKind } from './document-reader.js';
export { type DocumentDefects, type DocumentChecks } from './documents.decider.js';
export * from './governance.js';
export {
  type HouseRules,
  noRules,
  MODEL_DOCUMENT,
  documentOf,
  documentInForce,
  documentsInForce,
  evolveRules,
} from './house-rules.js';
export * from './opening.js';
export { standingRules, type StandingRules } from './rules.queries.js';
