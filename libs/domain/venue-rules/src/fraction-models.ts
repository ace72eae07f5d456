import type { MarginModel } from '@ballast/margin-models';
import { binanceTiered } from './binance/binance.preset.js';
import { bybitTiered } from './bybit/bybit.preset.js';
import { driftSizeAdjusted } from './drift/drift-size-adjusted.model.js';
import { dydxFraction } from './dydx/dydx-fraction.model.js';
import { hyperliquidTiered } from './hyperliquid/hyperliquid.preset.js';
import { mangoHealth } from './mango/mango-health.model.js';

/** Venues' models that ask for a fraction of notional, or weigh what is held and owed. */
export const FRACTION_MODELS: readonly MarginModel[] = [
  binanceTiered,
  bybitTiered,
  hyperliquidTiered,
  dydxFraction,
  driftSizeAdjusted,
  mangoHealth,
];
