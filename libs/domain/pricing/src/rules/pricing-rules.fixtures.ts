import { evolveRules, noRules } from '@ballast/documents';
import { documentHash } from '@ballast/documents/testing';
import type { Genesis, HouseDocument, Opening } from '@ballast/event-sourcing';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { PRICING_RULES, type PricingRules } from './pricing-rules.js';
import { figuresInForce, type PricingFigures } from './pricing-documents.js';

export const BUNDLED_DOCUMENTS: readonly HouseDocument[] = readHouseDocuments().pricing;

const GENESIS: Genesis = genesisOf(readHouseDocuments(), 'pricing');

/** How the log of pricing begins; changed bodies by kind. */
export function anOpening(changes: Readonly<Record<string, object>> = {}): Opening {
  const documents = BUNDLED_DOCUMENTS.map((document): HouseDocument => {
    const change = changes[document.kind];
    if (change === undefined) return document;
    const body = { ...(document.body as object), ...change };
    return { ...document, hash: documentHash(body), body };
  });
  return { release: 'ballast@0.0.0', build: '0'.repeat(64), genesis: { ...GENESIS, documents } };
}

function bundledFigures(): PricingFigures {
  const rules = noRules();
  evolveRules.DocumentsEstablished(rules, GENESIS);
  return figuresInForce(rules);
}

export const BUNDLED_FIGURES: PricingFigures = bundledFigures();
/** The rules of the bundled setting. */
export const BUNDLED_RULES: PricingRules = BUNDLED_FIGURES.rules;

/** The bundled rules with changed figures. */
export function rulesWith(changes: object): PricingRules {
  const opening = anOpening({ [PRICING_RULES.kind]: changes });
  const rules = noRules();
  evolveRules.DocumentsEstablished(rules, opening.genesis);
  return PRICING_RULES.inForce(rules);
}
