import type { HouseRules } from '@ballast/documents';
import { figuresInForce } from './rules/pricing-documents.js';

/** A quote older than this is no longer good to decide on, milliseconds; of the sources that have no rule of their own. */
export const quoteLifetimeMs = ({ rules }: { readonly rules: HouseRules }): number =>
  figuresInForce(rules).rules.source.staleAfterMs;
