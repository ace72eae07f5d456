import { evolveRules, noRules } from '@ballast/documents';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { SURFACE_RULES, type SurfaceRules } from './surface-rules.js';

const rules = noRules();
evolveRules.DocumentsEstablished(rules, genesisOf(readHouseDocuments(), 'pricing'));

/** Those of the bundled setting. */
export const BUNDLED_SURFACE_RULES: SurfaceRules = SURFACE_RULES.inForce(rules);

/** Tick of coin-settled options as Deribit lists them, coin. */
export const COIN_TICK = 0.0001;
