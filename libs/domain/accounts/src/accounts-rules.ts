import { openPartition, type DocumentChecks, type DocumentDefects, type HouseRules } from '@ballast/documents';
import type { DecisionContext, Opening } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { SELECTABLE_MODEL_DOCUMENTS } from './choose-model/selectable-models.js';
import { FEE_DOCUMENTS } from './fill/fee-schedule.js';
import { ASSET_DOCUMENTS, assetDefects, type UnderRules } from './ledger/assets.js';

/** Every kind of document that accounts decides by, with what is wrong with one that a log would begin with. */
const KINDS: Readonly<Record<string, DocumentDefects>> = {
  [ASSET_DOCUMENTS.kind]: ASSET_DOCUMENTS.defects,
  [FEE_DOCUMENTS.kind]: FEE_DOCUMENTS.defects,
  [SELECTABLE_MODEL_DOCUMENTS.kind]: SELECTABLE_MODEL_DOCUMENTS.defects,
};

/** What a later document is judged by. */
export const documentChecks = (rules: HouseRules): DocumentChecks => ({
  ...KINDS,
  [ASSET_DOCUMENTS.kind]: (id, body) => assetDefects(rules, id, body),
});

/**
 * Begins a partition of accounts.
 * @throws InvariantViolation when its first rules lack a kind, or hold something that cannot be decided by
 */
export function openAccounts(state: UnderRules, opening: Opening, context: DecisionContext): void {
  const { documents } = opening.genesis;
  if (context.nextPosition === 1) {
    for (const [kind, defectsOf] of Object.entries(KINDS)) {
      const document = documents.find((each) => each.kind === kind);
      invariant(document, `a log of accounts begins with a document of the kind ${kind}`);
      const defects = defectsOf(document.id, document.body);
      invariant(defects.length === 0, `${kind} ${document.id}: ${defects.join('; ')}`);
    }
  }
  openPartition(state.rules, opening, context);
}
