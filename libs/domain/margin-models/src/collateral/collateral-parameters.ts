import { byName, checked, figure, list, optional, record, type DocumentForm } from '@ballast/documents';
import { ASSET, ZERO, type Decimal } from '@ballast/kernel';
import { readParameterDocument } from '../reading/parameter-document.js';
import { requireDepegTable, requireTiers, type CollateralTier, type DepegKnot } from './collateral-tiers.js';

/** How one asset counts as collateral. */
export interface CollateralRule {
  readonly z: Decimal;
  /** Days. */
  readonly liquidationDays: Decimal;
  /** Lowest daily volatility the haircut is at, so that it does not fall away in calm. */
  readonly volatilityFloor: Decimal;
  readonly halfSpread: Decimal;
  /** Comes off every amount, whatever is held beside it: an emergency raises it. */
  readonly haircut: Decimal;
  readonly impact: Decimal;
  /** USD per day. A parameter, never read from the day's volume. */
  readonly averageDailyVolume: Decimal;
  readonly minimumHaircut: Decimal;
  /** Most that counts in one account, and over all accounts, USD at market before haircut; null: no cap. */
  readonly accountCap: Decimal | null;
  readonly platformCap: Decimal | null;
  /** A second table that may count less than the haircut; empty: none. */
  readonly tiers: readonly CollateralTier[];
  /** Stablecoins only; empty: none. */
  readonly depeg: readonly DepegKnot[];
}

/** From what confidence of a price on, and by how much, new risk costs more. */
export interface ConfidenceRule {
  /** In (0, 1]. */
  readonly threshold: Decimal;
  /** Charge at confidence 0, fraction of what the price makes. */
  readonly factor: Decimal;
  /** Confidence of a price whose status is DEGRADED, in [0, 1]; LIVE is 1, HALT 0. */
  readonly degraded: Decimal;
}

export interface CollateralParameters {
  /** By asset. USD is the settlement asset and needs no rule; an asset without one counts nothing. */
  readonly assets: ReadonlyMap<string, CollateralRule>;
  readonly confidence: ConfidenceRule;
}

const COIN = {
  z: '2.326',
  liquidationDays: '0.0416666667',
  volatilityFloor: '0.03',
  halfSpread: '0.0001',
  haircut: '0',
  impact: '0.8',
  averageDailyVolume: '20000000000',
  minimumHaircut: '0.02',
  accountCap: '500000000',
  platformCap: '2000000000',
} as const;

/** Haircuts of our own choice, calibrated like the AVSL defaults; the depeg table follows OKX's stablecoin charge. */
export const COLLATERAL_DEFAULTS = {
  id: 'collateral-2026-11@2',
  document: {
    assets: {
      BTC: COIN,
      ETH: { ...COIN, volatilityFloor: '0.04', averageDailyVolume: '10000000000', halfSpread: '0.00015' },
      USDC: {
        ...COIN,
        volatilityFloor: '0.001',
        averageDailyVolume: '5000000000',
        minimumHaircut: '0',
        depeg: [
          { price: '0.8', haircut: '0.4' },
          { price: '0.9', haircut: '0.2' },
          { price: '0.97', haircut: '0.05' },
          { price: '0.995', haircut: '0.005' },
          { price: '1', haircut: '0' },
        ],
      },
    },
    confidence: { threshold: '0.55', factor: '1', degraded: '0.5' },
  },
} as const;

const MOST_ROWS = 100;
const NONE: readonly never[] = [];
const share = figure({ min: '0', max: '1' });
const cap = optional(figure({ min: '0' }), null);
const tiers = checked(list(record({ upTo: figure({ above: '0' }), share }), 1, MOST_ROWS), requireTiers);
const depeg = checked(list(record({ price: figure({ above: '0' }), haircut: share }), 1, MOST_ROWS), requireDepegTable);

/** Rules of collateral, inside a greater document or alone. */
export const COLLATERAL_FORM: DocumentForm<CollateralParameters> = record({
  assets: byName(
    ASSET,
    record({
      z: figure({ min: '0', max: '10' }),
      liquidationDays: figure({ min: '0', max: '365' }),
      volatilityFloor: figure({ min: '0', max: '10' }),
      halfSpread: share,
      haircut: share,
      impact: figure({ min: '0', max: '10' }),
      averageDailyVolume: figure({ above: '0' }),
      minimumHaircut: share,
      accountCap: cap,
      platformCap: cap,
      tiers: optional(tiers, NONE),
      depeg: optional(depeg, NONE),
    }),
  ),
  confidence: record({
    threshold: figure({ above: '0', max: '1' }),
    factor: figure({ min: '0', max: '10' }),
    degraded: share,
  }),
});

/**
 * Reads the collateral rules of a parameter document.
 * @throws ModelInputError naming fields and remedies
 */
export const readCollateralParameters = (document: unknown): CollateralParameters =>
  readParameterDocument(document, COLLATERAL_FORM);

/** Share of a charge for a doubtful price: max(0, threshold - confidence) / threshold, 0 at the threshold, 1 at no confidence. */
export function doubt(confidence: Decimal, { threshold }: ConfidenceRule): Decimal {
  return confidence.gte(threshold) ? ZERO : threshold.minus(confidence).div(threshold);
}
