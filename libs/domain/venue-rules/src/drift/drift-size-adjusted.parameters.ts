import { type Decimal, ModelInputError, ZERO } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
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

function readPerp(fields: DocumentFields, field: string): PerpRatios {
  const initial = fields.decimal('initial', { above: 0, max: 1 });
  const maintenance = fields.decimal('maintenance', { above: 0, max: 1 });
  if (initial.lt(maintenance)) {
    throw new ModelInputError(
      'initial-below-maintenance',
      `${field}.initial`,
      `${field}.initial: is below maintenance; raise it`,
    );
  }
  const optional = (name: string): Decimal => (fields.has(name) ? fields.decimal(name, { min: 0, max: 1 }) : ZERO);
  return {
    initial,
    maintenance,
    imfFactor: fields.decimal('imfFactor', { min: 0 }),
    highLeverageInitial: optional('highLeverageInitial'),
    highLeverageMaintenance: optional('highLeverageMaintenance'),
  };
}

function readSpot(fields: DocumentFields): DriftSpotParameters {
  return {
    initialAsset: fields.decimal('initialAsset', { min: 0, max: 1 }),
    maintenanceAsset: fields.decimal('maintenanceAsset', { min: 0, max: 1 }),
    initialLiability: fields.decimal('initialLiability', { min: 1 }),
    maintenanceLiability: fields.decimal('maintenanceLiability', { min: 1 }),
    imfFactor: fields.decimal('imfFactor', { min: 0 }),
    scaleStartValue: fields.decimal('scaleStartValue', { min: 0 }),
  };
}

/** @throws ModelInputError `initial-below-maintenance`, `parameter-...` */
export function readDriftSizeAdjustedParameters(document: unknown): DriftSizeAdjustedParameters {
  return readDocument(document, '', (fields) => ({
    perps: fields.record('perps', (entry, key) => readPerp(entry, `perps.${key}`)),
    otherPerp: fields.object('otherPerp', (entry) => readPerp(entry, 'otherPerp')),
    spots: fields.record('spots', readSpot),
    openOrderMargin: fields.decimal('openOrderMargin', { min: 0 }),
    profitWeight: fields.decimal('profitWeight', { min: 0, max: 1 }),
    initialProfitCap: fields.decimal('initialProfitCap', { min: 0 }),
    userMarginRatio: fields.decimal('userMarginRatio', { min: 0 }),
    highLeverage: fields.flag('highLeverage'),
  }));
}

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
