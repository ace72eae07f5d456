import {
  ANY_NAME,
  byName,
  checked,
  choice,
  figure,
  list,
  made,
  optional,
  record,
  word,
  type DocumentForm,
  type Refuse,
} from '@ballast/documents';
import { type Decimal, ONE, ZERO } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import { SKEW_SHOCK_FORM, type SkewShock } from './skew-shock.js';
import { VOLATILITY_SHOCK_FORM, type VolatilityDirection, type VolatilityShock } from './volatility-shock.js';

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
  readonly maximum?: Decimal | undefined;
}

export interface AssetRule {
  /** Share of the value off both levels, and off the initial level additionally. */
  readonly haircut: Decimal;
  readonly initialHaircut: Decimal;
  /** The underlying whose scenarios this asset goes through jointly. */
  readonly follows?: string | undefined;
}

export interface ScenarioParameters {
  readonly priceMoves: readonly Decimal[];
  readonly volatilities: readonly VolatilityDirection[];
  readonly volShock: VolatilityShock;
  readonly tails: readonly TailScenario[];
  /** Relief of a loss beyond the grid: (|move| / widest grid move - 1) * this, settlement currency. */
  readonly tailDampener: Decimal;
  readonly skewShock?: SkewShock | undefined;
  /** Volatility of short terms up and of long terms down by this, and the other way. */
  readonly termShock: Decimal;
  readonly basis?: BasisRule | undefined;
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

const MOST_ENTRIES = 200;
const NONE: readonly never[] = [];
const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });
const priceMove = figure({ above: '-1' });
const direction = choice(['up', 'none', 'down']);
const levels = record({ initial: notNegative, maintenance: notNegative });

/** An underlying in two groups would be credited twice. */
function requireDisjoint(offsets: readonly UnderlyingOffset[], refuse: Refuse): void {
  const names = offsets.flatMap(({ underlyings }) => underlyings);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse('', `${twice} stands in two groups; write it in one`);
}

const offsets = list(
  record({ underlyings: list(word(), 1, MOST_ENTRIES), share, maximum: optional(notNegative, undefined) }),
  1,
  MOST_ENTRIES,
);

const SCENARIO_FORM: DocumentForm<ScenarioParameters> = made(
  record({
    grid: record({
      priceMoves: list(priceMove, 1, MOST_ENTRIES),
      volatilities: list(direction, 1, MOST_ENTRIES),
    }),
    volShock: VOLATILITY_SHOCK_FORM,
    tails: optional(list(record({ priceMove, volatility: direction, weight: notNegative }), 1, MOST_ENTRIES), NONE),
    tailDampener: optional(notNegative, ZERO),
    skewShock: optional(SKEW_SHOCK_FORM, undefined),
    termShock: optional(share, ZERO),
    basis: optional(
      record({
        up: figure({ above: '1' }),
        down: figure({ above: '0', max: '1' }),
        addFactor: notNegative,
        multFactor: notNegative,
        mode: choice(['added', 'competing']),
      }),
      undefined,
    ),
    statics: record({ contract: levels, nakedShort: levels }),
    shortOptionMinimum: notNegative,
    expiryOffset: optional(share, ONE),
    offsets: optional(checked(offsets, requireDisjoint), NONE),
    confidence: record({ threshold: share, factor: notNegative }),
    factors: levels,
    collateral: byName(
      ANY_NAME,
      record({ haircut: share, initialHaircut: share, follows: optional(word(), undefined) }),
    ),
  }),
  ({ grid, offsets: underlyingOffsets, ...rest }) => ({ ...grid, underlyingOffsets, ...rest }),
);

/** Reads a document of the configurable scan. @throws ModelInputError */
export const readScenarioParameters = (document: unknown): ScenarioParameters =>
  readParameterDocument(document, SCENARIO_FORM);
