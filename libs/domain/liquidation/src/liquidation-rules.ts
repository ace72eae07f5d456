import { openPartition, type DocumentChecks, type HouseRules } from '@ballast/documents';
import type { DecisionContext, Opening } from '@ballast/event-sourcing';
import { AUCTION_DOCUMENTS } from './auctions/auction-rules.js';
import { LIQUIDATION_POLICY } from './liquidation-policy.js';
import { PROVIDER_DOCUMENTS } from './providers/provider-agreements.js';

/** Every kind of document that liquidation decides by, and what one is held against before it comes into force. */
export const LIQUIDATION_CHECKS: DocumentChecks = {
  [LIQUIDATION_POLICY.kind]: LIQUIDATION_POLICY.defects,
  [PROVIDER_DOCUMENTS.kind]: PROVIDER_DOCUMENTS.defects,
  [AUCTION_DOCUMENTS.kind]: AUCTION_DOCUMENTS.defects,
};

/** Begins a partition of liquidation. */
export const openLiquidation = (
  { rules }: { readonly rules: HouseRules },
  opening: Opening,
  context: DecisionContext,
): void =>
  openPartition('liquidation', rules, opening, () => LIQUIDATION_CHECKS, context, [
    PROVIDER_DOCUMENTS.kind,
    AUCTION_DOCUMENTS.kind,
  ]);
