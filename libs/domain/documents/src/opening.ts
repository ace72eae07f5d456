import { emitterOf, type DecisionContext, type Opening } from '@ballast/event-sourcing';
import { OPENING_EVENTS } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import { citations, type HouseRules } from './house-rules.js';

const emit = emitterOf(OPENING_EVENTS);

/**
 * What the writer of a partition says when it starts: into an empty log the rules that it begins with, and the release if
 * program or rules are not those of the writer before.
 * @see docs/spec/event-log.md CLR-LOG-020
 */
export function openPartition(
  rules: HouseRules,
  { release, build, genesis: { author, approver, documents } }: Opening,
  context: DecisionContext,
): void {
  if (context.nextPosition === 1) {
    emit(context, 'DocumentsEstablished', {
      author,
      approver,
      documents: documents.map(({ kind, id, hash, body }) => ({ kind, id, hash, body })),
    });
  }
  const inForce = { release, build, documents: citations(rules) };
  if (rules.release === null || canonicalText(inForce) !== canonicalText(rules.release)) {
    emit(context, 'ReleaseInForce', inForce);
  }
}

/** In a reader's table: what a numbered partition of another service says of its rules decides nothing here. */
export const OPENING_IGNORED = { DocumentsEstablished: 'ignored', ReleaseInForce: 'ignored' } as const;

/** The same of a global partition, where rules change. */
export const RULES_IGNORED = {
  ...OPENING_IGNORED,
  DocumentProposed: 'ignored',
  DocumentApproved: 'ignored',
} as const;
