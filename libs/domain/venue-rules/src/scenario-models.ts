import type { MarginModel } from '@ballast/margin-models';
import { deribitPortfolio, deribitStandard } from './deribit/deribit-models.js';
import { derivePortfolioV1, derivePortfolioV2, deriveStandard } from './derive/derive-models.js';
import { okxDepeg } from './okx/depeg-charge.js';
import { regTOption } from './reg-t/reg-t-option.model.js';
import { spanLike } from './span/span.model.js';

/** Venues' models that value positions under shocks, and the rules that stand beside them. */
export const SCENARIO_MODELS: readonly MarginModel[] = [
  spanLike,
  deribitStandard,
  deribitPortfolio,
  deriveStandard,
  derivePortfolioV1,
  derivePortfolioV2,
  okxDepeg,
  regTOption,
];
