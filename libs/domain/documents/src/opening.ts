import { emitterOf, type DecisionContext, type LogEntry, type Opening } from '@ballast/event-sourcing';
import { OPENING_EVENTS, type DocumentEvents, type OpeningEvents } from '@ballast/facts';
import { canonicalText } from '@ballast/kernel';
import { citations, evolveRules, type HouseRules } from './house-rules.js';

const emit = emitterOf(OPENING_EVENTS);

/** State of a process that decides by rules. */
interface Ruled {
  readonly rules: HouseRules;
}

type Said<Events, Type extends keyof Events & string> = LogEntry<Type, Events[Type]>;

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

/** In the own table of a numbered partition: how its rules follow from what its log says first. */
export const OPENING_EVOLVED = {
  DocumentsEstablished: ({ rules }: Ruled, { payload }: Said<OpeningEvents, 'DocumentsEstablished'>): void =>
    evolveRules.DocumentsEstablished(rules, payload),
  ReleaseInForce: ({ rules }: Ruled, { payload }: Said<OpeningEvents, 'ReleaseInForce'>): void =>
    evolveRules.ReleaseInForce(rules, payload),
} as const;

const changes = {
  DocumentProposed: ({ rules }: Ruled, { payload, actor }: Said<DocumentEvents, 'DocumentProposed'>): void =>
    evolveRules.DocumentProposed(rules, payload, actor),
  DocumentApproved: ({ rules }: Ruled, { payload }: Said<DocumentEvents, 'DocumentApproved'>): void =>
    evolveRules.DocumentApproved(rules, payload),
};

/** The same of a global partition, where rules change. */
export const RULES_EVOLVED = { ...OPENING_EVOLVED, ...changes } as const;

/** In a numbered partition's table of its own log's global partition: changes of rules; the first ones are its own already. */
export const CHANGES_FOLLOWED = {
  DocumentProposed: { observe: changes.DocumentProposed },
  DocumentApproved: { observe: changes.DocumentApproved },
  DocumentsEstablished: 'ignored',
  ReleaseInForce: 'ignored',
} as const;

/** In a reader's table: what a numbered partition of another service says of its rules decides nothing here. */
export const OPENING_IGNORED = { DocumentsEstablished: 'ignored', ReleaseInForce: 'ignored' } as const;

/** The same of a global partition, where rules change. */
export const RULES_IGNORED = {
  ...OPENING_IGNORED,
  DocumentProposed: 'ignored',
  DocumentApproved: 'ignored',
} as const;
