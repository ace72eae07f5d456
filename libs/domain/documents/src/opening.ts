import { emitterOf, type DecisionContext, type Genesis, type LogEntry, type Opening } from '@ballast/event-sourcing';
import { OPENING_EVENTS, type DocumentEvents, type OpeningEvents } from '@ballast/facts';
import { canonicalText, invariant } from '@ballast/kernel';
import { DOCUMENT_ID, type DocumentChecks } from './documents.decider.js';
import { MODEL_DOCUMENT, citations, evolveRules, nameOf, noRules, type HouseRules } from './house-rules.js';

const emit = emitterOf(OPENING_EVENTS);

/** State of a process that decides by rules. */
interface Ruled {
  readonly rules: HouseRules;
}

type Said<Events, Type extends keyof Events & string> = LogEntry<Type, Events[Type]>;

/**
 * Whether a log may begin with these rules: one document of each kind that its service decides by, at most one of those that it can do
 * without, of `model` one per model, and each as sound as if it were proposed with all of them in force.
 * @throws InvariantViolation naming document, field and remedy
 * @see docs/spec/event-log.md CLR-LOG-033
 */
function requireSoundGenesis(
  log: string,
  genesis: Genesis,
  checksOf: (rules: HouseRules) => DocumentChecks,
  dispensable: readonly string[],
): void {
  const { documents } = genesis;
  const rules = noRules();
  evolveRules.DocumentsEstablished(rules, { ...genesis, documents: [...documents] });
  const checks = checksOf(rules);
  for (const kind of Object.keys(checks)) {
    const own = documents.filter((document) => document.kind === kind);
    if (kind !== MODEL_DOCUMENT) {
      if (own.length === 0 && dispensable.includes(kind)) continue;
      invariant(own.length === 1, `${log} begins with one ${kind}, not with ${own.length}; give its file`);
      continue;
    }
    const twice = own.find(({ id }, index) => own.findIndex((other) => nameOf(other.id) === nameOf(id)) !== index);
    invariant(twice === undefined, `${log} begins with one version of each ${kind}; leave out ${twice?.id ?? ''}`);
  }
  for (const { kind, id, body } of documents) {
    const defectsOf = Object.hasOwn(checks, kind) ? checks[kind] : undefined;
    invariant(defectsOf, `${log} knows no ${kind}: leave ${id} out; there are ${Object.keys(checks).join(', ')}`);
    invariant(DOCUMENT_ID.test(id), `${kind} ${id}: write the id as <name>@<version>, such as "avsl-default@2"`);
    const defects = defectsOf(id, body);
    invariant(defects.length === 0, `${kind} ${id}: ${defects.join('; ')}`);
  }
}

/**
 * What the writer of a partition says when it starts: into an empty log the rules that it begins with, and the release if
 * program or rules are not those of the writer before.
 * @param checksOf what documents are held against under rules: those of a proposal
 * @param dispensable kinds that a log may begin without
 * @throws InvariantViolation when an empty log would begin with rules that nothing can be decided by
 * @see docs/spec/event-log.md CLR-LOG-033
 */
export function openPartition(
  log: string,
  rules: HouseRules,
  { release, build, genesis }: Opening,
  checksOf: (rules: HouseRules) => DocumentChecks,
  context: DecisionContext,
  dispensable: readonly string[] = [],
): void {
  if (context.nextPosition === 1) {
    requireSoundGenesis(log, genesis, checksOf, dispensable);
    const { author, approver, documents } = genesis;
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
