import { openPartition, type DocumentChecks, type HouseRules } from '@ballast/documents';
import type { DecisionContext, Opening } from '@ballast/event-sourcing';
import { SELECTABLE_MODEL_DOCUMENTS } from './choose-model/selectable-models.js';
import { FEE_DOCUMENTS, LIMIT_DOCUMENTS } from '@ballast/instruments';
import { DEFERRAL_DOCUMENTS } from './deferral/deferral-policy.js';
import { INTEREST_DOCUMENTS } from './interest/interest-terms.js';
import { ASSET_DOCUMENTS, assetDefects, type UnderRules } from './ledger/assets.js';
import { WATERFALL_DOCUMENTS } from './waterfall/loss-waterfall.js';

/** Every kind of document that accounts decides by, and what one is held against under the rules in force. */
export const documentChecks = (rules: HouseRules): DocumentChecks => ({
  [ASSET_DOCUMENTS.kind]: (id, body) => assetDefects(rules, id, body),
  [DEFERRAL_DOCUMENTS.kind]: DEFERRAL_DOCUMENTS.defects,
  [FEE_DOCUMENTS.kind]: FEE_DOCUMENTS.defects,
  [INTEREST_DOCUMENTS.kind]: INTEREST_DOCUMENTS.defects,
  [LIMIT_DOCUMENTS.kind]: LIMIT_DOCUMENTS.defects,
  [SELECTABLE_MODEL_DOCUMENTS.kind]: SELECTABLE_MODEL_DOCUMENTS.defects,
  [WATERFALL_DOCUMENTS.kind]: WATERFALL_DOCUMENTS.defects,
});

/** Begins a partition of accounts. */
export const openAccounts = ({ rules }: UnderRules, opening: Opening, context: DecisionContext): void =>
  openPartition('accounts', rules, opening, documentChecks, context, [
    DEFERRAL_DOCUMENTS.kind,
    INTEREST_DOCUMENTS.kind,
    LIMIT_DOCUMENTS.kind,
  ]);
