import { type Decimal, ModelInputError, ZERO } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';

/** Weights at both levels; liquidationEnd takes the initial ones without scaling. */
export interface WeightPair {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

export interface MangoToken {
  readonly asset: WeightPair;
  readonly liability: WeightPair;
  /** Value of all deposits from which the initial asset weight shrinks; 0 = never. */
  readonly depositScaleStart: Decimal;
}

export interface MangoPerp {
  readonly baseAsset: WeightPair;
  readonly baseLiability: WeightPair;
  readonly overallAsset: WeightPair;
}

export interface MangoHealthParameters {
  /** By asset. */
  readonly tokens: ReadonlyMap<string, MangoToken>;
  /** By underlying. */
  readonly perps: ReadonlyMap<string, MangoPerp>;
  readonly otherPerp: MangoPerp;
}

function readAssetWeights(fields: DocumentFields, field: string): WeightPair {
  const pair = {
    initial: fields.decimal('initial', { min: 0, max: 1 }),
    maintenance: fields.decimal('maintenance', { min: 0, max: 1 }),
  };
  if (pair.initial.lte(pair.maintenance)) return pair;
  throw new ModelInputError(
    'weights-unordered',
    `${field}.initial`,
    `${field}.initial: is above maintenance; an asset counts no more for new risk`,
  );
}

function readLiabilityWeights(fields: DocumentFields, field: string): WeightPair {
  const pair = {
    initial: fields.decimal('initial', { min: 1 }),
    maintenance: fields.decimal('maintenance', { min: 1 }),
  };
  if (pair.initial.gte(pair.maintenance)) return pair;
  throw new ModelInputError(
    'weights-unordered',
    `${field}.initial`,
    `${field}.initial: is below maintenance; a debt counts no less for new risk`,
  );
}

function readToken(fields: DocumentFields, key: string): MangoToken {
  return {
    asset: fields.object('asset', (pair) => readAssetWeights(pair, `tokens.${key}.asset`)),
    liability: fields.object('liability', (pair) => readLiabilityWeights(pair, `tokens.${key}.liability`)),
    depositScaleStart: fields.has('depositScaleStart') ? fields.decimal('depositScaleStart', { min: 0 }) : ZERO,
  };
}

function readPerp(fields: DocumentFields, field: string): MangoPerp {
  return {
    baseAsset: fields.object('baseAsset', (pair) => readAssetWeights(pair, `${field}.baseAsset`)),
    baseLiability: fields.object('baseLiability', (pair) => readLiabilityWeights(pair, `${field}.baseLiability`)),
    overallAsset: fields.object('overallAsset', (pair) => readAssetWeights(pair, `${field}.overallAsset`)),
  };
}

/** @throws ModelInputError `weights-unordered`, `parameter-...` */
export function readMangoHealthParameters(document: unknown): MangoHealthParameters {
  return readDocument(document, '', (fields) => ({
    tokens: fields.record('tokens', readToken),
    perps: fields.record('perps', (entry, key) => readPerp(entry, `perps.${key}`)),
    otherPerp: fields.object('otherPerp', (entry) => readPerp(entry, 'otherPerp')),
  }));
}

const PERP = {
  baseAsset: { initial: '0.8', maintenance: '0.9' },
  baseLiability: { initial: '1.2', maintenance: '1.1' },
  overallAsset: { initial: '0.95', maintenance: '1' },
};
const COIN = { asset: { initial: '0.8', maintenance: '0.9' }, liability: { initial: '1.2', maintenance: '1.1' } };

/** Initial weights as in the venue's tests (0.8 / 1.2, perpetual profit 0.95); the maintenance weights, and 1 for dollars, are our choice. */
export const MANGO_HEALTH_DEFAULTS = {
  id: 'mango-health-2026-11@1',
  document: {
    tokens: {
      USD: { asset: { initial: '1', maintenance: '1' }, liability: { initial: '1', maintenance: '1' } },
      BTC: COIN,
      ETH: COIN,
    },
    perps: { BTC: PERP, ETH: PERP },
    otherPerp: {
      baseAsset: { initial: '0.5', maintenance: '0.7' },
      baseLiability: { initial: '1.5', maintenance: '1.3' },
      overallAsset: { initial: '0', maintenance: '0' },
    },
  },
};
