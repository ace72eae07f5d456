import type { HouseDocument } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { documentChanges, type DocumentChange } from './document-difference.js';
import { documentOf, documentsInForce, replacedBy, type HouseRules } from './house-rules.js';

/** State of any process that decides by rules. */
interface Ruled {
  readonly rules: HouseRules;
}

/** A proposal that waits for a second person. */
interface OpenProposal {
  readonly proposalId: string;
  readonly proposer: string;
  readonly reason: string;
  readonly document: HouseDocument;
  /** Id of the document whose place it would take; null: it would stand beside them. */
  readonly replaces: string | null;
  readonly changes: readonly DocumentChange[];
}

export interface StandingRules {
  readonly inForce: readonly HouseDocument[];
  readonly proposals: readonly OpenProposal[];
}

/** Rules in force, with all of their figures. */
const rulesInForce = ({ rules }: Ruled): readonly HouseDocument[] =>
  [...rules.inForce.keys()].flatMap((kind) => documentsInForce(rules, kind));

/** What nobody has approved so far, and what it would change. */
const openProposals = ({ rules }: Ruled): readonly OpenProposal[] =>
  [...rules.proposals]
    .filter(([, { approved }]) => !approved)
    .map(([proposalId, { kind, id, proposer, reason }]) => {
      const document = documentOf(rules, kind, id);
      invariant(document, `proposal ${proposalId} has no document`);
      const replaced = replacedBy(rules, document);
      const changes = documentChanges(replaced?.body ?? {}, document.body);
      return { proposalId, proposer, reason, document, replaces: replaced?.id ?? null, changes };
    });

/** The rules of a service, in force and proposed. */
export const standingRules = (state: Ruled): StandingRules => ({
  inForce: rulesInForce(state),
  proposals: openProposals(state),
});
