import { type Decimal, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
import { readSkewShock, type SkewShock } from './skew-shock.js';
import { readVolatilityShock, type VolatilityDirection, type VolatilityShock } from './volatility-shock.js';

/** A move beyond the grid that counts in part. */
export interface TailScenario {
  /** Relative move of the price, above -1. */
  readonly priceMove: Decimal;
  readonly volatility: VolatilityDirection;
  /** What its profit or loss is multiplied by. */
  readonly weight: Decimal;
}

/** What a level asks for, as a share of a notional. */
export interface LevelShares {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

/** Forwards of one expiry may move against the spot. */
export interface BasisRule {
  readonly up: Decimal;
  readonly down: Decimal;
  readonly addFactor: Decimal;
  /** Per year to expiry. */
  readonly multFactor: Decimal;
  /** `added` to the scan, or `competing` with its scenarios. */
  readonly mode: 'added' | 'competing';
}

/** Underlyings that tend to move together: part of what joint scenarios would save is credited. */
export interface UnderlyingOffset {
  readonly underlyings: readonly string[];
  readonly share: Decimal;
  /** Most that is credited, settlement currency; absent: no limit. */
  readonly maximum?: Decimal;
}

export interface AssetRule {
  /** Share of the value off both levels, and off the initial level additionally. */
  readonly haircut: Decimal;
  readonly initialHaircut: Decimal;
  /** The underlying whose scenarios this asset goes through jointly. */
  readonly follows?: string;
}

export interface ScenarioParameters {
  readonly priceMoves: readonly Decimal[];
  readonly volatilities: readonly VolatilityDirection[];
  readonly volShock: VolatilityShock;
  readonly tails: readonly TailScenario[];
  /** Relief of a loss beyond the grid: (|move| / widest grid move - 1) * this, settlement currency. */
  readonly tailDampener: Decimal;
  readonly skewShock?: SkewShock;
  /** Volatility of short terms up and of long terms down by this, and the other way. */
  readonly termShock: Decimal;
  readonly basis?: BasisRule;
  readonly statics: { readonly contract: LevelShares; readonly nakedShort: LevelShares };
  /** Least requirement per option sold, share of the spot. */
  readonly shortOptionMinimum: Decimal;
  /** Share of an expiry's gain that counts against losses of others. */
  readonly expiryOffset: Decimal;
  readonly underlyingOffsets: readonly UnderlyingOffset[];
  /** Below `threshold`, `(1 - confidence) * factor` of the notional, initial level only. */
  readonly confidence: { readonly threshold: Decimal; readonly factor: Decimal };
  readonly factors: LevelShares;
  readonly collateral: ReadonlyMap<string, AssetRule>;
}

const notNegative = { min: 0 };
const share = { min: 0, max: 1 };
const DIRECTIONS = ['up', 'none', 'down'] as const;

const readLevels = (fields: DocumentFields): LevelShares => ({
  initial: fields.decimal('initial', notNegative),
  maintenance: fields.decimal('maintenance', notNegative),
});

const readBasis = (fields: DocumentFields): BasisRule => ({
  up: fields.decimal('up', { above: 1 }),
  down: fields.decimal('down', { above: 0, max: 1 }),
  addFactor: fields.decimal('addFactor', notNegative),
  multFactor: fields.decimal('multFactor', notNegative),
  mode: fields.choice('mode', ['added', 'competing']),
});

function readUnderlyingOffset(fields: DocumentFields): UnderlyingOffset {
  return {
    underlyings: fields.texts('underlyings'),
    share: fields.decimal('share', share),
    ...(fields.has('maximum') ? { maximum: fields.decimal('maximum', notNegative) } : {}),
  };
}

/** An underlying in two groups would be credited twice. */
function requireDisjoint(offsets: readonly UnderlyingOffset[]): readonly UnderlyingOffset[] {
  const seen = new Set<string>();
  for (const name of offsets.flatMap(({ underlyings }) => underlyings)) {
    if (seen.has(name)) {
      const message = `offsets: ${name} stands in two groups; an underlying is offset in one`;
      throw new ModelInputError('offset-groups-overlap', 'offsets', message);
    }
    seen.add(name);
  }
  return offsets;
}

/** Reads a document of the configurable scan. @throws ModelInputError */
export function readScenarioParameters(document: unknown): ScenarioParameters {
  return readDocument(document, '', (fields) => ({
    ...fields.object('grid', (of) => ({
      priceMoves: of.decimals('priceMoves', { above: -1 }),
      volatilities: of.texts('volatilities', DIRECTIONS),
    })),
    volShock: fields.object('volShock', (of) => readVolatilityShock(of, undefined)),
    tails: fields.has('tails')
      ? fields.list('tails', (of) => ({
          priceMove: of.decimal('priceMove', { above: -1 }),
          volatility: of.choice('volatility', DIRECTIONS),
          weight: of.decimal('weight', notNegative),
        }))
      : [],
    tailDampener: fields.has('tailDampener') ? fields.decimal('tailDampener', notNegative) : ZERO,
    ...(fields.has('skewShock') ? { skewShock: fields.object('skewShock', readSkewShock) } : {}),
    termShock: fields.has('termShock') ? fields.decimal('termShock', share) : ZERO,
    ...(fields.has('basis') ? { basis: fields.object('basis', readBasis) } : {}),
    statics: fields.object('statics', (of) => ({
      contract: of.object('contract', readLevels),
      nakedShort: of.object('nakedShort', readLevels),
    })),
    shortOptionMinimum: fields.decimal('shortOptionMinimum', notNegative),
    expiryOffset: fields.has('expiryOffset') ? fields.decimal('expiryOffset', share) : ONE,
    underlyingOffsets: requireDisjoint(fields.has('offsets') ? fields.list('offsets', readUnderlyingOffset) : []),
    confidence: fields.object('confidence', (of) => ({
      threshold: of.decimal('threshold', share),
      factor: of.decimal('factor', notNegative),
    })),
    factors: fields.object('factors', readLevels),
    collateral: fields.record('collateral', (of) => ({
      haircut: of.decimal('haircut', share),
      initialHaircut: of.decimal('initialHaircut', share),
      ...(of.has('follows') ? { follows: of.text('follows') } : {}),
    })),
  }));
}
