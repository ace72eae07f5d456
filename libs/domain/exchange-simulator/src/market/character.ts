import type { Underlying } from '@ballast/facts';
import type { Liquidity } from './liquidity.js';

/** Smallest steps as digits after the point: of a price and of a quantity. */
export interface Steps {
  readonly tickDigits: number;
  readonly lotDigits: number;
}

/** How the market of an underlying behaves; a simulation's figures, not the house's. */
export interface Character {
  readonly liquidity: Liquidity;
  /** Linear perpetuals and futures. */
  readonly linear: Steps;
  readonly option: Steps;
  readonly inverse: Steps;
  /** Volatility at the money that a calm options market asks, per square root of a year. */
  readonly calmVolatility: number;
  /** Shares of the common move and of an own one between the anchors of the bars; their squares sum to one. */
  readonly commonShare: number;
  readonly ownShare: number;
}

/** Option prices go in whole dollars of BTC and dimes of ETH. */
const KNOWN: ReadonlyMap<Underlying, Character> = new Map([
  [
    'BTC',
    {
      liquidity: {
        calmDailyDepth: 2.5e9,
        calmVolatility: 0.04,
        impact: 0.8,
        halfSpread: 0.0001,
        clearingTimeShare: 0.03,
      },
      linear: { tickDigits: 1, lotDigits: 3 },
      option: { tickDigits: 0, lotDigits: 1 },
      inverse: { tickDigits: 1, lotDigits: 0 },
      calmVolatility: 0.65,
      commonShare: 1,
      ownShare: 0,
    },
  ],
  [
    'ETH',
    {
      liquidity: {
        calmDailyDepth: 0.8e9,
        calmVolatility: 0.05,
        impact: 0.8,
        halfSpread: 0.00015,
        clearingTimeShare: 0.03,
      },
      linear: { tickDigits: 2, lotDigits: 2 },
      option: { tickDigits: 1, lotDigits: 0 },
      inverse: { tickDigits: 2, lotDigits: 0 },
      calmVolatility: 0.75,
      // Correlation 0.8 with the common move.
      commonShare: 0.8,
      ownShare: 0.6,
    },
  ],
]);

/** Of every other underlying that a scenario names: a thinner and wilder market. */
const OTHER: Character = {
  liquidity: { calmDailyDepth: 0.2e9, calmVolatility: 0.06, impact: 0.8, halfSpread: 0.0003, clearingTimeShare: 0.03 },
  linear: { tickDigits: 2, lotDigits: 1 },
  option: { tickDigits: 2, lotDigits: 0 },
  inverse: { tickDigits: 2, lotDigits: 0 },
  calmVolatility: 0.9,
  commonShare: 0.8,
  ownShare: 0.6,
};

export const characterOf = (underlying: Underlying): Character => KNOWN.get(underlying) ?? OTHER;
