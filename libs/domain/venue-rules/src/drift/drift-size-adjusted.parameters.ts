import { ANY_NAME, byName, checked, figure, flag, optional, record } from '@ballast/documents';
import { type Decimal, ZERO } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import type { SpotMarketWeights } from './account-requirement.js';
import type { PerpRatios } from './size-weight.js';

export interface DriftSpotParameters extends SpotMarketWeights {
  /** Value of all deposits from which the initial asset weight shrinks; 0 = never. */
  readonly scaleStartValue: Decimal;
}

export interface DriftSizeAdjustedParameters {
  /** By underlying. */
  readonly perps: ReadonlyMap<string, PerpRatios>;
  readonly otherPerp: PerpRatios;
  /** By asset; an asset without weights counts nothing. */
  readonly spots: ReadonlyMap<string, DriftSpotParameters>;
  readonly openOrderMargin: Decimal;
  readonly profitWeight: Decimal;
  readonly initialProfitCap: Decimal;
  /** Least margin ratio for new risk; 0 = none. */
  readonly userMarginRatio: Decimal;
  readonly highLeverage: boolean;
}

const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });
const ratio = figure({ above: '0', max: '1' });
const liabilityWeight = figure({ min: '1' });

const perp = checked(
  record({
    initial: ratio,
    maintenance: ratio,
    imfFactor: notNegative,
    highLeverageInitial: optional(share, ZERO),
    highLeverageMaintenance: optional(share, ZERO),
  }),
  ({ initial, maintenance }, refuse) => {
    if (initial.lt(maintenance)) refuse('initial', 'is below maintenance; raise it');
  },
);

const spot = record({
  initialAsset: share,
  maintenanceAsset: share,
  initialLiability: liabilityWeight,
  maintenanceLiability: liabilityWeight,
  imfFactor: notNegative,
  scaleStartValue: notNegative,
});

const SIZE_ADJUSTED_FORM = record({
  perps: byName(ANY_NAME, perp),
  otherPerp: perp,
  spots: byName(ANY_NAME, spot),
  openOrderMargin: notNegative,
  profitWeight: share,
  initialProfitCap: notNegative,
  userMarginRatio: notNegative,
  highLeverage: flag(),
});

/** @throws ModelInputError naming fields and remedies */
export const readDriftSizeAdjustedParameters = (document: unknown): DriftSizeAdjustedParameters =>
  readParameterDocument(document, SIZE_ADJUSTED_FORM);

/** Ratios, weights and imf factor as in the venue's tests; that BTC and ETH have them, and those of other perpetuals, is our choice. */
export const DRIFT_SIZE_ADJUSTED_DEFAULTS = {
  id: 'drift-size-adjusted-2026-04@1',
  document: {
    perps: {
      BTC: { initial: '0.1', maintenance: '0.05', imfFactor: '0.00005' },
      ETH: { initial: '0.1', maintenance: '0.05', imfFactor: '0.00005' },
    },
    otherPerp: { initial: '0.2', maintenance: '0.1', imfFactor: '0.00005' },
    spots: {
      BTC: {
        initialAsset: '0.8',
        maintenanceAsset: '0.9',
        initialLiability: '1.2',
        maintenanceLiability: '1.1',
        imfFactor: '0',
        scaleStartValue: '0',
      },
      ETH: {
        initialAsset: '0.8',
        maintenanceAsset: '0.9',
        initialLiability: '1.2',
        maintenanceLiability: '1.1',
        imfFactor: '0',
        scaleStartValue: '0',
      },
    },
    openOrderMargin: '0.01',
    profitWeight: '1',
    initialProfitCap: '100',
    userMarginRatio: '0',
    highLeverage: false,
  },
};
