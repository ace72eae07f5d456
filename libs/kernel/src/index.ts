export { canonicalText } from './canonical.js';
export { Decimal, PROFILE_DIGITS } from './decimal/decimal.js';
export * from './decimal/figures.js';
export { exp, log, log1p, normalPdf, millsRatio, normalCdf, inverseNormalCdf, power } from './float/index.js';
export {
  ASSET,
  UNDERLYING,
  STRIKE_TEXT,
  INSTRUMENT_ID,
  ISO_TIME,
  RFC_3339_TIME,
  LEDGER_ACCOUNT,
  DECIMAL,
  NON_NEGATIVE_DECIMAL,
  POSITIVE_DECIMAL,
  nonNegativeDecimalOf,
  OWNER_ID,
  ACCOUNT_ID,
  CASE_ID,
  IDENTIFIER,
  CODE,
  VERSIONED_NAME,
  UUID,
  SHA256_HEX,
  LABEL,
  QUOTATION,
  REASON,
  PROSE,
  STREAM,
  CORRELATION,
  ACTOR,
  legibleText,
  type TextForm,
  matches,
} from './forms/index.js';
export * from './hash.js';
export * from './ids.js';
export * from './instant.js';
export * from './invariant.js';
export { leafHash, merkleRoot, MerkleFrontier, inclusionProof, verifyInclusion } from './merkle.js';
export * from './model-input-error.js';
export * from './money.js';
export { OldestFirst } from './oldest-first.js';
export { isNobody, subjectOf } from './subject.js';
