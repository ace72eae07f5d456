import { tieredModel } from '../methodology/tiered/tiered.model.js';

const market = (underlying: string, maxLeverage: string, from: string, lowerLeverage: string) => ({
  underlying,
  settlement: 'linear',
  tiers: [
    { from: '0', maxLeverage },
    { from, maxLeverage: lowerLeverage },
  ],
});

/**
 * Hyperliquid main net (BTC and ETH as listed on that date; SOL, XRP and the mid caps as documented before): a rate is half the initial rate, `r_k = 1 / (2 x maxLeverage_k)`. Underlyings without a table of their own are
 * charged as mid caps are (`OTHER`).
 */
export const hyperliquidTiered = tieredModel({
  id: 'hyperliquid-tiered@1',
  title: 'Hyperliquid: continuous leverage tiers, maintenance at half the initial rate',
  source: { text: 'Hyperliquid docs, margin tiers (main net)', asOf: '2026-09-27' },
  // Equity below which the backstop vault takes positions and margin over: two thirds of maintenance.
  figuresOf: ({ maintenanceMargin }) => ({ backstopLevel: maintenanceMargin.times(2).div(3) }),
  defaultParameters: {
    id: 'hyperliquid-tiered-2026-09@1',
    document: {
      maintenanceShareOfInitial: '0.5',
      markets: [
        market('BTC', '40', '150000000', '20'),
        market('ETH', '25', '100000000', '15'),
        market('SOL', '20', '70000000', '10'),
        market('XRP', '20', '40000000', '10'),
        market('OTHER', '10', '20000000', '5'),
      ],
      fallback: { linear: 'OTHER' },
    },
  },
});
