import { accepted, rejected, type Decision } from '@ballast/event-sourcing';
import type { DocumentCommands, DocumentEvents } from '@ballast/facts';
import { isNobody, subjectOf } from '@ballast/kernel';
import { documentHash, documentOf, type HouseRules } from './house-rules.js';

/** Expected refusals of a change of rules. */
export interface DocumentRejection {
  readonly code:
    | 'actor-missing'
    | 'document-invalid'
    | 'document-kind-unknown'
    | 'document-id-taken'
    | 'proposal-exists'
    | 'proposal-unknown'
    | 'proposal-approved'
    | 'proposer-may-not-approve';
  readonly detail: string;
}

/** What is wrong with a document, each with field and remedy; nothing when everything that will use it can be computed. */
export type DocumentDefects = (id: string, body: unknown) => readonly string[];

/** By kind. */
export type DocumentChecks = Readonly<Record<string, DocumentDefects>>;

type Answer<Fact> = Decision<Fact, DocumentRejection>;

const refuse = (
  code: DocumentRejection['code'],
  detail: string,
): { readonly accepted: false; readonly rejection: DocumentRejection } => rejected({ code, detail });

/** What a document is cited by; narrower than other versioned names, so that its version can be counted. */
export const DOCUMENT_ID = /^[a-z0-9-]{1,40}@[1-9]\d{0,5}$/;

/** A document under an id that was never used, by a named person. */
export function proposeDocument(
  { proposalId, kind, id, body, reason }: DocumentCommands['ProposeDocument'],
  actor: string | null,
  rules: HouseRules,
  checks: DocumentChecks,
): Answer<DocumentEvents['DocumentProposed']> {
  if (isNobody(actor)) return refuse('actor-missing', 'a proposal names the person who makes it');
  if (rules.proposals.has(proposalId)) return refuse('proposal-exists', `proposal ${proposalId} was made before`);
  const defectsOf = Object.hasOwn(checks, kind) ? checks[kind] : undefined;
  if (defectsOf === undefined) {
    return refuse('document-kind-unknown', `no ${kind} rules here; propose ${Object.keys(checks).join(', ')}`);
  }
  if (!DOCUMENT_ID.test(id)) return refuse('document-invalid', 'id is not <name>@<version>, such as "avsl-default@2"');
  if (documentOf(rules, kind, id) !== undefined) return refuse('document-id-taken', `${id} was used before`);
  const defects = defectsOf(id, body);
  if (defects.length > 0) return refuse('document-invalid', defects.join('; '));
  return accepted({ proposalId, document: { kind, id, hash: documentHash(body), body }, reason });
}

/** Four eyes: whoever approves is not who proposed. What could not be computed with any more is refused here too. */
export function approveDocument(
  { proposalId }: DocumentCommands['ApproveDocument'],
  actor: string | null,
  rules: HouseRules,
  checks: DocumentChecks,
): Answer<DocumentEvents['DocumentApproved']> {
  if (isNobody(actor)) return refuse('actor-missing', 'an approval names the person who gives it');
  const proposal = rules.proposals.get(proposalId);
  if (proposal === undefined) return refuse('proposal-unknown', `proposal ${proposalId} was never made`);
  if (proposal.approved) return refuse('proposal-approved', `proposal ${proposalId} is approved already`);
  if (subjectOf(proposal.proposer) === subjectOf(actor)) {
    return refuse('proposer-may-not-approve', `${actor} proposed ${proposalId}; another person approves it`);
  }
  const { kind, id } = proposal;
  // Positions and surfaces go on changing between proposal and approval.
  const defects = checks[kind]?.(id, documentOf(rules, kind, id)?.body) ?? [];
  if (defects.length > 0) return refuse('document-invalid', defects.join('; '));
  return accepted({ proposalId, kind, id });
}
