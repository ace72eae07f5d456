import { assess } from '../assessment/assess.js';

/**
 * How an account is assessed: linear perpetuals at AVSL rates against haircut collateral. A change that moves any figure
 * is a new version; an old one stays here as long as a stored run cites it.
 */
export const ADAPTIVE_LINEAR = 'adaptive-linear@1';

export type MarginModel = typeof assess;

/** All models by id. */
export const MARGIN_MODELS: ReadonlyMap<string, MarginModel> = new Map([[ADAPTIVE_LINEAR, assess]]);
