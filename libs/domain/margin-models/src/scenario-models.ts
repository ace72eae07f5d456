import { deribitPortfolio, deribitStandard } from './deribit/deribit-models.js';
import { derivePortfolioV1, derivePortfolioV2, deriveStandard } from './derive/derive-models.js';
import type { MarginModel } from './margin-model.js';
import { okxDepeg } from './okx/depeg-charge.js';
import { regTOption } from './reg-t/reg-t-option.model.js';
import { scenarioScan } from './scenario/scenario.model.js';
import { spanLike } from './span/span.model.js';

/** Models that value positions under shocks, and the venues' rules that stand beside them. */
export const SCENARIO_MODELS: readonly MarginModel[] = [
  scenarioScan,
  spanLike,
  deribitStandard,
  deribitPortfolio,
  deriveStandard,
  derivePortfolioV1,
  derivePortfolioV2,
  okxDepeg,
  regTOption,
];
