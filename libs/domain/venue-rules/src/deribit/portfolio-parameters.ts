import { ANY_NAME, byName, checked, figure, list, made, record, type Refuse } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import type { VolatilityShock } from '../methodology/scenario/volatility-shock.js';

/** Risk parameters of the contracts on one underlying. */
export interface DeribitPair {
  /** Widest move of the standard matrix. */
  readonly priceRange: Decimal;
  /** Price steps on each side of no move. */
  readonly bucketsCount: number;
  readonly volShock: VolatilityShock;
  readonly extendedTableFactor: Decimal;
  /** Relief of losses beyond the range, settlement currency. */
  readonly extendedDampener: Decimal;
  readonly minAnnualisedMove: Decimal;
  readonly annualisedMoveRisk: Decimal;
  /** Delta that the market takes without a shock, settlement currency. */
  readonly deltaShockThreshold: Decimal;
  readonly maxDeltaShock: Decimal;
  /** Growth of the delta shock per base unit. */
  readonly deltaShockIncrement: Decimal;
  /** What counts of a gain against losses of other pairs, and the most that counts, settlement currency. */
  readonly pnlOffset: Decimal;
  readonly maxOffsetablePnl: Decimal;
}

export interface DeribitPortfolioParameters {
  /** By underlying; its coin-settled and its linear contracts are two pairs with the same figures. */
  readonly pairs: ReadonlyMap<string, DeribitPair>;
  readonly extendedMoves: readonly Decimal[];
  readonly mmFactor: Decimal;
  /** Risk of an expiry fades over so many seconds before it settles. */
  readonly settlementWindowSeconds: Decimal;
  /** Share of the value of collateral that the initial level leaves out. */
  readonly collateral: ReadonlyMap<string, Decimal>;
}

const MOST_MOVES = 100;
const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });

const bucketsCount = made(figure({ min: '1', max: '20' }), (count, refuse) => {
  if (!count.isInteger()) refuse('', 'write a whole number of steps');
  return count.toNumber();
});

const pair = made(
  record({
    priceRange: figure({ above: '0', max: '0.99' }),
    bucketsCount,
    volatilityRangeUp: notNegative,
    volatilityRangeDown: notNegative,
    shortTermVegaPower: notNegative,
    longTermVegaPower: notNegative,
    dteFloorDays: figure({ above: '0' }),
    minVolatilityForShockUp: notNegative,
    extendedTableFactor: notNegative,
    extendedDampener: notNegative,
    minAnnualisedMove: notNegative,
    annualisedMoveRisk: notNegative,
    deltaTotalLiquidityShockThreshold: notNegative,
    maxDeltaShock: notNegative,
    marginIncrementPerCoin: notNegative,
    pnlOffset: share,
    maxOffsetablePnl: notNegative,
  }),
  ({
    volatilityRangeUp,
    volatilityRangeDown,
    shortTermVegaPower,
    longTermVegaPower,
    dteFloorDays,
    minVolatilityForShockUp,
    deltaTotalLiquidityShockThreshold,
    marginIncrementPerCoin,
    ...figures
  }): DeribitPair => ({
    ...figures,
    volShock: {
      rangeUp: volatilityRangeUp,
      rangeDown: volatilityRangeDown,
      shortTermPower: shortTermVegaPower,
      longTermPower: longTermVegaPower,
      dteFloorDays,
      minVolUp: minVolatilityForShockUp,
    },
    deltaShockThreshold: deltaTotalLiquidityShockThreshold,
    deltaShockIncrement: marginIncrementPerCoin,
  }),
);

/** Pairs are added cell by cell, so their matrices must have the same cells. */
function requireSameCells(pairs: ReadonlyMap<string, DeribitPair>, refuse: Refuse): void {
  const counts = new Set([...pairs.values()].map((each) => each.bucketsCount));
  if (counts.size > 1) {
    refuse('', 'the pairs have different bucketsCount; write the same for all so that their cells can be added');
  }
}

/** A move of the extended table is divided by. */
function requireMoves(moves: readonly Decimal[], refuse: Refuse): void {
  moves.forEach((move, index) => {
    if (move.isZero()) refuse(`[${index}]`, 'a move of the extended table is not zero; leave it out');
  });
}

const PORTFOLIO_FORM = made(
  record({
    pairs: checked(byName(ANY_NAME, pair), requireSameCells),
    extendedMoves: checked(list(figure({ above: '-1' }), 1, MOST_MOVES), requireMoves),
    mmFactor: share,
    settlementWindowSeconds: notNegative,
    collateral: byName(ANY_NAME, record({ initialHaircut: share })),
  }),
  ({ collateral, ...rest }): DeribitPortfolioParameters => ({ ...rest, collateral: haircutsOf(collateral) }),
);

/** Share of each asset's value that the initial level leaves out. */
export const haircutsOf = (
  collateral: ReadonlyMap<string, { readonly initialHaircut: Decimal }>,
): ReadonlyMap<string, Decimal> => new Map([...collateral].map(([asset, rule]) => [asset, rule.initialHaircut]));

/** Reads a document of the portfolio margin engine. @throws ModelInputError */
export const readDeribitPortfolio = (document: unknown): DeribitPortfolioParameters =>
  readParameterDocument(document, PORTFOLIO_FORM);
