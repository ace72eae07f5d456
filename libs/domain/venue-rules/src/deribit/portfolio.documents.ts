const SHARED = {
  bucketsCount: '4',
  volatilityRangeDown: '0.25',
  minVolatilityForShockUp: '0.5',
  shortTermVegaPower: '0.3',
  longTermVegaPower: '0.13',
  extendedTableFactor: '1',
  deltaTotalLiquidityShockThreshold: '20000000',
  maxDeltaShock: '0.1',
  // Ours: the venue does not publish a shortest term.
  dteFloorDays: '1',
};

/** BTC, official example of the simulate response, June 2024. */
const BTC_2024_06 = {
  ...SHARED,
  priceRange: '0.16',
  volatilityRangeUp: '0.5',
  extendedDampener: '100000',
  minAnnualisedMove: '0.01',
  annualisedMoveRisk: '0.075',
  marginIncrementPerCoin: '0.00005',
  pnlOffset: '0',
  maxOffsetablePnl: '0',
};

/** ETH, captured February 2026. */
const ETH_2026_02 = {
  ...SHARED,
  priceRange: '0.18',
  volatilityRangeUp: '0.4',
  extendedDampener: '200000',
  minAnnualisedMove: '0.005',
  annualisedMoveRisk: '0.05',
  marginIncrementPerCoin: '0.000004',
  pnlOffset: '0.6',
  maxOffsetablePnl: '20000000',
};

const ENGINE = {
  extendedMoves: ['-0.66', '-0.33', '0.5', '1', '2', '3', '4', '5'],
  mmFactor: '0.8',
  settlementWindowSeconds: '1800',
  // Coins held count whole: the venue's cross-collateral haircuts were not captured.
  collateral: { BTC: { initialHaircut: '0' }, ETH: { initialHaircut: '0' }, USDC: { initialHaircut: '0' } },
};

/** ETH as captured in February 2026, beside the last captured BTC. */
export const DERIBIT_PORTFOLIO_2026_02_DOCUMENT = { ...ENGINE, pairs: { BTC: BTC_2024_06, ETH: ETH_2026_02 } };
