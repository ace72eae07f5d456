import { ANY_NAME, byName, checked, choice, figure, list, made, optional, record, word } from '@ballast/documents';
import { dec, type Decimal, ONE, ZERO } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import { SKEW_SHOCK_FORM, type SkewShock } from '../methodology/scenario/skew-shock.js';
import {
  UNFLOORED_VOLATILITY_SHOCK_FORM,
  VOLATILITY_SHOCK_FORM,
  type VolatilityShock,
} from '../methodology/scenario/volatility-shock.js';

/** `linear` and `abs` tilt or bend the smile and leave the spot where it is. */
export type DeriveVolatilityMove = 'none' | 'up' | 'down' | 'linear' | 'abs';

export interface DeriveScenario {
  /** What the spot is multiplied by. */
  readonly spotShock: Decimal;
  readonly vol: DeriveVolatilityMove;
  /** What the profit or loss of the whole scenario is multiplied by: tails count in part. */
  readonly dampening: Decimal;
}

/** What a shocked value is multiplied by: `staticDiscount * exp(-years (rate * rateMult + rateAdd))`, for shorts with the sign turned. */
export interface StaticDiscount {
  readonly staticDiscount: Decimal;
  readonly rateMult: Decimal;
  readonly rateAdd: Decimal;
}

export interface BasisContingency {
  readonly spotUp: Decimal;
  readonly spotDown: Decimal;
  readonly addFactor: Decimal;
  /** Per year to expiry. */
  readonly multFactor: Decimal;
}

/** Charges of the initial level for prices that are unsure or a stablecoin below its peg. */
export interface PegAndConfidence {
  readonly pegLossThreshold: Decimal;
  readonly pegLossFactor: Decimal;
  readonly confThreshold: Decimal;
  readonly confMargin: Decimal;
}

/** What both generations of the scenario margin scan with. */
export interface DeriveScan {
  readonly scenarios: readonly DeriveScenario[];
  readonly volShock: VolatilityShock;
  /** Absent in the first generation. */
  readonly skewShock?: SkewShock;
  readonly basisContingency: BasisContingency;
  readonly longDiscount: StaticDiscount;
  /** Absent: a shocked value below zero counts as it is. */
  readonly shortDiscount?: StaticDiscount;
  /** Option values are discounted at the rate of their expiry. */
  readonly discounted: boolean;
  /** Before expiry the forward turns into the settlement average over so many seconds. */
  readonly settlementWindowSeconds: Decimal;
}

export interface DerivePortfolioV1Parameters extends PegAndConfidence {
  readonly scan: DeriveScan;
  readonly imFactor: Decimal;
  /** Shares of the spot. */
  readonly basePercent: Decimal;
  readonly perpPercent: Decimal;
  readonly optionPercent: Decimal;
}

export interface DeriveCollateral {
  /** Off both levels, and off the initial level additionally; shares of the value. */
  readonly mmHaircut: Decimal;
  readonly imHaircut: Decimal;
  /** The underlying whose spot shocks this asset follows. */
  readonly riskCancels?: string | undefined;
}

export interface DerivePortfolioV2Parameters extends PegAndConfidence {
  readonly scan: DeriveScan;
  readonly imFactor: Decimal;
  readonly mmFactor: Decimal;
  /** Shares of the spot; the initial level asks for both. */
  readonly mmPerpPercent: Decimal;
  readonly imPerpPercent: Decimal;
  readonly mmOptionPercent: Decimal;
  readonly imOptionPercent: Decimal;
  readonly collateral: ReadonlyMap<string, DeriveCollateral>;
  /** The venue keeps one underlying per account: its spot bears on the account even when nothing of it is held. */
  readonly underlying?: string | undefined;
}

const SETTLEMENT_WINDOW_SECONDS_V2 = 1_800;
const MOST_SCENARIOS = 1_000;
const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });

const scenario = checked(
  record({
    spotShock: figure({ above: '0' }),
    vol: choice(['none', 'up', 'down', 'linear', 'abs']),
    dampening: optional(notNegative, ONE),
  }),
  ({ vol, spotShock }, refuse) => {
    if ((vol === 'linear' || vol === 'abs') && !spotShock.eq(1)) {
      refuse('', 'a skew shock leaves the spot; write 1 for spotShock');
    }
  },
);

const scenarios = list(scenario, 1, MOST_SCENARIOS);

const basisContingency = record({
  spotUp: figure({ above: '1' }),
  spotDown: figure({ above: '0', max: '1' }),
  addFactor: notNegative,
  multFactor: notNegative,
});

const pegAndConfidence = {
  pegLossThreshold: notNegative,
  pegLossFactor: notNegative,
  confThreshold: share,
  confMargin: notNegative,
};

const FIRST_GENERATION_FORM = made(
  record({
    scenarios: checked(scenarios, (each, refuse) => {
      each.forEach(({ vol }, index) => {
        if (vol === 'linear' || vol === 'abs') {
          refuse(`[${index}].vol`, 'the first generation has no skew shocks; leave it out');
        }
      });
    }),
    volShock: UNFLOORED_VOLATILITY_SHOCK_FORM,
    basisContingency,
    margin: record({
      imFactor: figure({ above: '0' }),
      staticDiscount: notNegative,
      rateMult: notNegative,
      rateAdd: notNegative,
    }),
    settlementWindowSeconds: optional(notNegative, ZERO),
    otherContingency: record({
      ...pegAndConfidence,
      basePercent: notNegative,
      perpPercent: notNegative,
      optionPercent: notNegative,
    }),
  }),
  ({ margin: { imFactor, ...longDiscount }, volShock, otherContingency, ...scan }): DerivePortfolioV1Parameters => ({
    imFactor,
    scan: { ...scan, volShock: { ...volShock, minVolUp: ZERO }, longDiscount, discounted: false },
    ...otherContingency,
  }),
);

const SECOND_GENERATION_FORM = made(
  record({
    scenarios,
    volShock: VOLATILITY_SHOCK_FORM,
    skewShock: SKEW_SHOCK_FORM,
    basisContingency,
    margin: record({
      imFactor: figure({ above: '0' }),
      mmFactor: figure({ above: '0' }),
      longStaticDiscount: notNegative,
      longRateMult: notNegative,
      longRateAdd: notNegative,
      shortStaticDiscount: notNegative,
      shortRateMult: notNegative,
      shortRateAdd: notNegative,
    }),
    otherContingency: record({
      ...pegAndConfidence,
      mmPerpPercent: notNegative,
      imPerpPercent: notNegative,
      mmOptionPercent: notNegative,
      imOptionPercent: notNegative,
    }),
    underlying: optional(word(), undefined),
    collateral: byName(
      ANY_NAME,
      record({ mmHaircut: share, imHaircut: share, riskCancels: optional(word(), undefined) }),
    ),
  }),
  ({ margin, otherContingency, underlying, collateral, ...scan }): DerivePortfolioV2Parameters => ({
    imFactor: margin.imFactor,
    mmFactor: margin.mmFactor,
    scan: {
      ...scan,
      longDiscount: {
        staticDiscount: margin.longStaticDiscount,
        rateMult: margin.longRateMult,
        rateAdd: margin.longRateAdd,
      },
      shortDiscount: {
        staticDiscount: margin.shortStaticDiscount,
        rateMult: margin.shortRateMult,
        rateAdd: margin.shortRateAdd,
      },
      discounted: true,
      settlementWindowSeconds: dec(SETTLEMENT_WINDOW_SECONDS_V2),
    },
    ...otherContingency,
    underlying,
    collateral,
  }),
);

/** Reads a document of the first generation. @throws ModelInputError */
export const readDerivePortfolioV1 = (document: unknown): DerivePortfolioV1Parameters =>
  readParameterDocument(document, FIRST_GENERATION_FORM);

/** Reads a document of the second generation. @throws ModelInputError */
export const readDerivePortfolioV2 = (document: unknown): DerivePortfolioV2Parameters =>
  readParameterDocument(document, SECOND_GENERATION_FORM);
