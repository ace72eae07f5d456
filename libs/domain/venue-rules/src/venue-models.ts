import type { MarginModel } from '@ballast/margin-models';
import { FRACTION_MODELS } from './fraction-models.js';
import { SCENARIO_MODELS } from './scenario-models.js';
import { vegaLadder } from './vega/vega-ladder.model.js';

/** What other venues and clearing houses would require: every model that follows a rule published by one of them. */
export const VENUE_MODELS: readonly MarginModel[] = [...SCENARIO_MODELS, ...FRACTION_MODELS, vegaLadder];
