import type { HouseDocument } from '@ballast/event-sourcing';
import type { DocumentCitation, DocumentEvents, OpeningEvents, RecordedDocument } from '@ballast/facts';
import { canonicalText, compareText, invariant, sha256 } from '@ballast/kernel';

export interface Proposal {
  readonly kind: string;
  readonly id: string;
  readonly proposer: string;
  readonly reason: string;
  approved: boolean;
}

/** What a log partition says about the rules it decides by. */
export interface HouseRules {
  /** Every document that was ever established or proposed, by kind and id. */
  readonly documents: Map<string, HouseDocument>;
  /** Ids in force by kind, in the order in which they came into force: of most kinds one, of `model` one per model. */
  readonly inForce: Map<string, string[]>;
  readonly proposals: Map<string, Proposal>;
  release: OpeningEvents['ReleaseInForce'] | null;
}

export const noRules = (): HouseRules => ({
  documents: new Map(),
  inForce: new Map(),
  proposals: new Map(),
  release: null,
});

const keyOf = (kind: string, id: string): string => `${kind} ${id}`;

/** A document of which several are in force beside each other, one per name before the `@`. */
export const MODEL_DOCUMENT = 'model';

export const nameOf = (id: string): string => id.slice(0, id.lastIndexOf('@'));

/** SHA-256 of a document's canonical text, hex. */
export const documentHash = (body: unknown): string => sha256(canonicalText(body)).toString('hex');

export function documentOf({ documents }: HouseRules, kind: string, id: string): HouseDocument | undefined {
  return documents.get(keyOf(kind, id));
}

/** The one document of a kind that is in force. @throws InvariantViolation when the log was opened without one */
export function documentInForce(rules: HouseRules, kind: string): HouseDocument {
  const [id] = rules.inForce.get(kind) ?? [];
  const document = id === undefined ? undefined : documentOf(rules, kind, id);
  invariant(document, `no ${kind} is in force: the log was opened without one`);
  return document;
}

/** All documents of a kind that are in force. */
export const documentsInForce = (rules: HouseRules, kind: string): readonly HouseDocument[] =>
  (rules.inForce.get(kind) ?? []).map((id) => documentOf(rules, kind, id) as HouseDocument);

/** The document in force that another one would take the place of; undefined: it would stand beside them, or be the first. */
export const replacedBy = (
  rules: HouseRules,
  { kind, id }: Pick<DocumentCitation, 'kind' | 'id'>,
): HouseDocument | undefined =>
  documentsInForce(rules, kind).find((present) => kind !== MODEL_DOCUMENT || nameOf(present.id) === nameOf(id));

/** Everything in force, in the order of kind and id, without the contents. */
export function citations(rules: HouseRules): readonly DocumentCitation[] {
  return [...rules.inForce]
    .flatMap(([kind]) => documentsInForce(rules, kind))
    .map(({ kind, id, hash }) => ({ kind, id, hash }))
    .sort((a, b) => compareText(keyOf(a.kind, a.id), keyOf(b.kind, b.id)));
}

function record(rules: HouseRules, document: RecordedDocument): void {
  const { kind, id, hash, body } = document;
  invariant(hash === documentHash(body), `${kind} ${id} has not the hash ${hash}`);
  rules.documents.set(keyOf(kind, id), document);
}

function putInForce(rules: HouseRules, kind: string, id: string): void {
  const present = rules.inForce.get(kind) ?? [];
  const others = kind === MODEL_DOCUMENT ? present.filter((other) => nameOf(other) !== nameOf(id)) : [];
  rules.inForce.set(kind, [...others, id]);
}

/** How the rules follow from what a log says of them. */
export const evolveRules = {
  DocumentsEstablished(rules: HouseRules, { documents }: OpeningEvents['DocumentsEstablished']): void {
    for (const document of documents) {
      record(rules, document);
      putInForce(rules, document.kind, document.id);
    }
  },
  ReleaseInForce(rules: HouseRules, release: OpeningEvents['ReleaseInForce']): void {
    rules.release = release;
  },
  DocumentProposed(
    rules: HouseRules,
    { proposalId, document, reason }: DocumentEvents['DocumentProposed'],
    proposer: string | null,
  ): void {
    invariant(proposer !== null, `proposal ${proposalId} has no proposer`);
    record(rules, document);
    rules.proposals.set(proposalId, { kind: document.kind, id: document.id, proposer, reason, approved: false });
  },
  DocumentApproved(rules: HouseRules, { proposalId, kind, id }: DocumentEvents['DocumentApproved']): void {
    const proposal = rules.proposals.get(proposalId);
    invariant(proposal, `proposal ${proposalId} was never made`);
    proposal.approved = true;
    putInForce(rules, kind, id);
  },
} as const;
