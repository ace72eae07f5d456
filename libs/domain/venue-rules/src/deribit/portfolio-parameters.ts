import { type Decimal, ModelInputError } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
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

const notNegative = { min: 0 };
const share = { min: 0, max: 1 };

function readBuckets(fields: DocumentFields): number {
  const count = fields.decimal('bucketsCount', { min: 1, max: 20 });
  if (count.isInteger()) return count.toNumber();
  throw new ModelInputError('parameter-out-of-range', 'bucketsCount', 'bucketsCount: give a whole number of steps');
}

const readPair = (fields: DocumentFields): DeribitPair => ({
  priceRange: fields.decimal('priceRange', { above: 0, max: 0.99 }),
  bucketsCount: readBuckets(fields),
  volShock: {
    rangeUp: fields.decimal('volatilityRangeUp', notNegative),
    rangeDown: fields.decimal('volatilityRangeDown', notNegative),
    shortTermPower: fields.decimal('shortTermVegaPower', notNegative),
    longTermPower: fields.decimal('longTermVegaPower', notNegative),
    dteFloorDays: fields.decimal('dteFloorDays', { above: 0 }),
    minVolUp: fields.decimal('minVolatilityForShockUp', notNegative),
  },
  extendedTableFactor: fields.decimal('extendedTableFactor', notNegative),
  extendedDampener: fields.decimal('extendedDampener', notNegative),
  minAnnualisedMove: fields.decimal('minAnnualisedMove', notNegative),
  annualisedMoveRisk: fields.decimal('annualisedMoveRisk', notNegative),
  deltaShockThreshold: fields.decimal('deltaTotalLiquidityShockThreshold', notNegative),
  maxDeltaShock: fields.decimal('maxDeltaShock', notNegative),
  deltaShockIncrement: fields.decimal('marginIncrementPerCoin', notNegative),
  pnlOffset: fields.decimal('pnlOffset', share),
  maxOffsetablePnl: fields.decimal('maxOffsetablePnl', notNegative),
});

/** Pairs are added cell by cell, so their matrices must have the same cells. */
function requireSameCells(pairs: ReadonlyMap<string, DeribitPair>): ReadonlyMap<string, DeribitPair> {
  const counts = new Set([...pairs.values()].map(({ bucketsCount }) => bucketsCount));
  if (counts.size <= 1) return pairs;
  const message = 'pairs: the pairs have different bucketsCount; give all the same so that their cells can be added';
  throw new ModelInputError('pairs-differ-in-cells', 'pairs', message);
}

/** A move of the extended table is divided by. */
function requireMoves(moves: readonly Decimal[]): readonly Decimal[] {
  const at = moves.findIndex((move) => move.isZero());
  if (at < 0) return moves;
  const field = `extendedMoves[${at}]`;
  throw new ModelInputError('parameter-out-of-range', field, `${field}: a move of the extended table is not zero`);
}

/** Reads a document of the portfolio margin engine. @throws ModelInputError */
export function readDeribitPortfolio(document: unknown): DeribitPortfolioParameters {
  return readDocument(document, '', (fields) => ({
    pairs: requireSameCells(fields.record('pairs', readPair)),
    extendedMoves: requireMoves(fields.decimals('extendedMoves', { above: -1 })),
    mmFactor: fields.decimal('mmFactor', share),
    settlementWindowSeconds: fields.decimal('settlementWindowSeconds', notNegative),
    collateral: fields.record('collateral', (of) => of.decimal('initialHaircut', share)),
  }));
}
