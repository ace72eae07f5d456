import type { HouseDocument } from '@ballast/event-sourcing';
import { InvariantViolation } from '@ballast/kernel';
import type { DocumentDefects } from './documents.decider.js';
import { documentInForce, type HouseRules } from './house-rules.js';

/** What the body of a document says, or everything that is wrong with it: field and remedy of each. */
export type DocumentReading<Figures> = { readonly figures: Figures } | { readonly defects: readonly string[] };

/** Documents of one kind: how they are checked, and what the one in force says. */
export interface DocumentKind<Figures> {
  readonly kind: string;
  readonly defects: DocumentDefects;
  /** @throws InvariantViolation when none is in force, or one that cannot be read */
  inForce(rules: HouseRules): Figures;
}

/**
 * Documents of a kind by the way in which a body is read. Each document is read once; a document never changes.
 * @param read of untrusted content: it throws nothing
 */
export function documentKind<Figures>(
  kind: string,
  read: (body: unknown) => DocumentReading<Figures>,
): DocumentKind<Figures> {
  const readings = new WeakMap<HouseDocument, Figures>();
  return {
    kind,
    defects(_id, body) {
      const reading = read(body);
      return 'defects' in reading ? reading.defects : [];
    },
    inForce(rules) {
      const document = documentInForce(rules, kind);
      const known = readings.get(document);
      if (known !== undefined) return known;
      const reading = read(document.body);
      if ('defects' in reading) {
        throw new InvariantViolation(`${kind} ${document.id} cannot be read: ${reading.defects.join('; ')}`);
      }
      readings.set(document, reading.figures);
      return reading.figures;
    },
  };
}
