import type { HouseDocument } from '@ballast/event-sourcing';
import { InvariantViolation, canonicalText, invariant } from '@ballast/kernel';
import type { DocumentDefects } from './documents.decider.js';
import { documentInForce, documentOf, documentsInForce, type HouseRules } from './house-rules.js';

/** What the body of a document says, or everything that is wrong with it: field and remedy of each. */
export type DocumentReading<Figures> = { readonly figures: Figures } | { readonly defects: readonly string[] };

/** Documents of one kind: how they are checked, and what one says. */
export interface DocumentKind<Figures> {
  readonly kind: string;
  readonly defects: DocumentDefects;
  /** @throws InvariantViolation when it cannot be read */
  of(document: HouseDocument): Figures;
  /** @throws InvariantViolation when none is in force */
  inForce(rules: HouseRules): Figures;
  /** Of a kind that no log has to begin with. */
  ifInForce(rules: HouseRules): Figures | undefined;
  /** What a decision cites, whatever came into force after it. @throws InvariantViolation when it does not stand in the log */
  cited(rules: HouseRules, id: string): Figures;
}

/**
 * Documents of a kind by the way in which a body is read. Each document is read once; a document never changes. Partitions of a process
 * have the same ones, each from its own log: they are given the same figures, so that what is made of these is shared, too.
 * @param read of untrusted content: it throws nothing
 */
export function documentKind<Figures>(
  kind: string,
  read: (body: unknown, id: string) => DocumentReading<Figures>,
): DocumentKind<Figures> {
  const readings = new WeakMap<HouseDocument, { readonly figures: Figures }>();
  const byId = new Map<string, { readonly bodyText: string; readonly figures: Figures }>();
  const of = (document: HouseDocument): Figures => {
    const known = readings.get(document);
    if (known !== undefined) return known.figures;
    const { id, body } = document;
    const bodyText = canonicalText(body);
    let shared = byId.get(id);
    if (shared?.bodyText !== bodyText) {
      const reading = read(body, id);
      if ('defects' in reading) {
        throw new InvariantViolation(`${kind} ${id} cannot be read: ${reading.defects.join('; ')}`);
      }
      shared = { bodyText, figures: reading.figures };
      byId.set(id, shared);
    }
    readings.set(document, shared);
    return shared.figures;
  };
  return {
    kind,
    defects(id, body) {
      const reading = read(body, id);
      return 'defects' in reading ? reading.defects : [];
    },
    of,
    inForce: (rules) => of(documentInForce(rules, kind)),
    ifInForce(rules) {
      const [document] = documentsInForce(rules, kind);
      return document && of(document);
    },
    cited(rules, id) {
      const document = documentOf(rules, kind, id);
      invariant(document, `${kind} ${id} is cited, and does not stand in the log`);
      return of(document);
    },
  };
}
