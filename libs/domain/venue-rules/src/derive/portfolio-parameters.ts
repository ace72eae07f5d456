import { type Decimal, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
import { readSkewShock, type SkewShock } from '../methodology/scenario/skew-shock.js';
import { readVolatilityShock, type VolatilityShock } from '../methodology/scenario/volatility-shock.js';

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
  readonly riskCancels?: string;
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
  readonly underlying?: string;
}

const SETTLEMENT_WINDOW_SECONDS_V2 = 1_800;
const notNegative = { min: 0 };
const share = { min: 0, max: 1 };

function readScenario(fields: DocumentFields, field: string): DeriveScenario {
  const scenario = {
    spotShock: fields.decimal('spotShock', { above: 0 }),
    vol: fields.choice('vol', ['none', 'up', 'down', 'linear', 'abs']),
    dampening: fields.has('dampening') ? fields.decimal('dampening', notNegative) : ONE,
  };
  if ((scenario.vol === 'linear' || scenario.vol === 'abs') && !scenario.spotShock.eq(1)) {
    throw new ModelInputError(
      'skew-scenario-moves-spot',
      field,
      `${field}: a skew shock leaves the spot; set spotShock to 1`,
    );
  }
  return scenario;
}

function readBasisContingency(fields: DocumentFields): BasisContingency {
  return {
    spotUp: fields.decimal('spotUp', { above: 1 }),
    spotDown: fields.decimal('spotDown', { above: 0, max: 1 }),
    addFactor: fields.decimal('addFactor', notNegative),
    multFactor: fields.decimal('multFactor', notNegative),
  };
}

function readPegAndConfidence(fields: DocumentFields): PegAndConfidence {
  return {
    pegLossThreshold: fields.decimal('pegLossThreshold', notNegative),
    pegLossFactor: fields.decimal('pegLossFactor', notNegative),
    confThreshold: fields.decimal('confThreshold', share),
    confMargin: fields.decimal('confMargin', notNegative),
  };
}

/** Reads a document of the first generation. @throws ModelInputError */
export function readDerivePortfolioV1(document: unknown): DerivePortfolioV1Parameters {
  return readDocument(document, '', (fields) => {
    const scenarios = fields.list('scenarios', readScenario);
    const skewed = scenarios.findIndex(({ vol }) => vol === 'linear' || vol === 'abs');
    if (skewed >= 0) {
      const field = `scenarios[${skewed}].vol`;
      throw new ModelInputError('parameter-not-a-choice', field, `${field}: the first generation has no skew shocks`);
    }
    const margin = fields.object('margin', (of) => ({
      imFactor: of.decimal('imFactor', { above: 0 }),
      longDiscount: {
        staticDiscount: of.decimal('staticDiscount', notNegative),
        rateMult: of.decimal('rateMult', notNegative),
        rateAdd: of.decimal('rateAdd', notNegative),
      },
    }));
    return {
      imFactor: margin.imFactor,
      scan: {
        scenarios,
        volShock: fields.object('volShock', (of) => readVolatilityShock(of, ZERO)),
        basisContingency: fields.object('basisContingency', readBasisContingency),
        longDiscount: margin.longDiscount,
        discounted: false,
        settlementWindowSeconds: fields.has('settlementWindowSeconds')
          ? fields.decimal('settlementWindowSeconds', notNegative)
          : ZERO,
      },
      ...fields.object('otherContingency', (of) => ({
        ...readPegAndConfidence(of),
        basePercent: of.decimal('basePercent', notNegative),
        perpPercent: of.decimal('perpPercent', notNegative),
        optionPercent: of.decimal('optionPercent', notNegative),
      })),
    };
  });
}

/** Reads a document of the second generation. @throws ModelInputError */
export function readDerivePortfolioV2(document: unknown): DerivePortfolioV2Parameters {
  return readDocument(document, '', (fields) => {
    const margin = fields.object('margin', (of) => ({
      imFactor: of.decimal('imFactor', { above: 0 }),
      mmFactor: of.decimal('mmFactor', { above: 0 }),
      longDiscount: {
        staticDiscount: of.decimal('longStaticDiscount', notNegative),
        rateMult: of.decimal('longRateMult', notNegative),
        rateAdd: of.decimal('longRateAdd', notNegative),
      },
      shortDiscount: {
        staticDiscount: of.decimal('shortStaticDiscount', notNegative),
        rateMult: of.decimal('shortRateMult', notNegative),
        rateAdd: of.decimal('shortRateAdd', notNegative),
      },
    }));
    return {
      imFactor: margin.imFactor,
      mmFactor: margin.mmFactor,
      scan: {
        scenarios: fields.list('scenarios', readScenario),
        volShock: fields.object('volShock', (of) => readVolatilityShock(of, undefined)),
        skewShock: fields.object('skewShock', readSkewShock),
        basisContingency: fields.object('basisContingency', readBasisContingency),
        longDiscount: margin.longDiscount,
        shortDiscount: margin.shortDiscount,
        discounted: true,
        settlementWindowSeconds: ZERO.plus(SETTLEMENT_WINDOW_SECONDS_V2),
      },
      ...fields.object('otherContingency', (of) => ({
        ...readPegAndConfidence(of),
        mmPerpPercent: of.decimal('mmPerpPercent', notNegative),
        imPerpPercent: of.decimal('imPerpPercent', notNegative),
        mmOptionPercent: of.decimal('mmOptionPercent', notNegative),
        imOptionPercent: of.decimal('imOptionPercent', notNegative),
      })),
      ...(fields.has('underlying') ? { underlying: fields.text('underlying') } : {}),
      collateral: fields.record('collateral', (of) => ({
        mmHaircut: of.decimal('mmHaircut', share),
        imHaircut: of.decimal('imHaircut', share),
        ...(of.has('riskCancels') ? { riskCancels: of.text('riskCancels') } : {}),
      })),
    };
  });
}
