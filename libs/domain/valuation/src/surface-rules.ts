/** What a surface is fitted and published by; a changed figure is a new id. */
export interface SurfaceRules {
  readonly id: string;
  /** Live quotes nearer to each other than this hold the mark between them; volatility, 0.05 = 5 points. */
  readonly maxSpreadVolatility: number;
  /** Weight of a strike that nobody holds, to 1 of one that somebody does. */
  readonly weightWithoutInterest: number;
  /** Points of the grid that density is looked at on, and each pair of expiries. */
  readonly gridPoints: number;
  /** Share of the listed range of log-moneyness that the grid goes beyond it on each side. */
  readonly gridBeyond: number;
  /** Price tick in the chain's unit: how far published marks may be from put-call parity and from the quotes. */
  readonly tick: number;
}

/** Coin-settled options as Deribit lists them, tick 0.0001 coin. */
export const SURFACE_RULES: SurfaceRules = {
  id: 'surface-rules@1',
  maxSpreadVolatility: 0.05,
  weightWithoutInterest: 0.25,
  gridPoints: 161,
  gridBeyond: 0.25,
  tick: 0.0001,
};
