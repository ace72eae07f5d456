import { ANY_NAME, byName, checked, figure, optional, record } from '@ballast/documents';
import { type Decimal, ZERO } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';

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

const assetWeight = figure({ min: '0', max: '1' });
const assetWeights = checked(record({ initial: assetWeight, maintenance: assetWeight }), (pair, refuse) => {
  if (pair.initial.gt(pair.maintenance)) {
    refuse('initial', 'is above maintenance, and an asset counts no more for new risk; lower it');
  }
});

const liabilityWeight = figure({ min: '1' });
const liabilityWeights = checked(record({ initial: liabilityWeight, maintenance: liabilityWeight }), (pair, refuse) => {
  if (pair.initial.lt(pair.maintenance)) {
    refuse('initial', 'is below maintenance, and a debt counts no less for new risk; raise it');
  }
});

const perp = record({ baseAsset: assetWeights, baseLiability: liabilityWeights, overallAsset: assetWeights });
const token = record({
  asset: assetWeights,
  liability: liabilityWeights,
  depositScaleStart: optional(figure({ min: '0' }), ZERO),
});

const HEALTH_FORM = record({ tokens: byName(ANY_NAME, token), perps: byName(ANY_NAME, perp), otherPerp: perp });

/** @throws ModelInputError naming fields and remedies */
export const readMangoHealthParameters = (document: unknown): MangoHealthParameters =>
  readParameterDocument(document, HEALTH_FORM);

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
