import { driftSizeAdjusted } from './drift/drift-size-adjusted.model.js';
import { dydxFraction } from './dydx/dydx-fraction.model.js';
import { mangoHealth } from './mango/mango-health.model.js';
import type { MarginModel } from './margin-model.js';
import { binanceTiered } from './tiered/binance.preset.js';
import { bybitTiered } from './tiered/bybit.preset.js';
import { hyperliquidTiered } from './tiered/hyperliquid.preset.js';

/** Models that ask for a fraction of notional, or weigh what is held and owed. */
export const FRACTION_MODELS: readonly MarginModel[] = [
  binanceTiered,
  bybitTiered,
  hyperliquidTiered,
  dydxFraction,
  driftSizeAdjusted,
  mangoHealth,
];
