import { type Decimal, ModelInputError } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
import type { OpenInterestCaps } from './fraction-requirement.js';

/** Fractions that a market's liquidity tier gives it. */
export interface LiquidityTier {
  readonly initialFraction: Decimal;
  readonly maintenanceFraction: Decimal;
  readonly openInterestCaps: OpenInterestCaps;
}

export interface DydxFractionParameters {
  readonly tiers: ReadonlyMap<string, LiquidityTier>;
  /** Tier name by underlying. */
  readonly markets: ReadonlyMap<string, string>;
  /** Tier of an underlying that is not named. */
  readonly otherTier: string;
}

function readTier(fields: DocumentFields, key: string): LiquidityTier {
  const lower = fields.decimal('openInterestLowerCap', { min: 0 });
  const upper = fields.decimal('openInterestUpperCap', { min: 0 });
  if (!upper.isZero() && upper.lte(lower)) {
    const field = `tiers.${key}.openInterestUpperCap`;
    throw new ModelInputError('caps-unordered', field, `${field}: must be above the lower cap, or 0 for none`);
  }
  return {
    initialFraction: fields.decimal('initialFraction', { above: 0, max: 1 }),
    maintenanceFraction: fields.decimal('maintenanceFraction', { above: 0, max: 1 }),
    openInterestCaps: { lower, upper },
  };
}

/** @throws ModelInputError `tier-unknown`, `caps-unordered`, `parameter-...` */
export function readDydxFractionParameters(document: unknown): DydxFractionParameters {
  return readDocument(document, '', (fields) => {
    const tiers = fields.record('tiers', readTier);
    const known = (name: string, field: string): string => {
      if (tiers.has(name)) return name;
      throw new ModelInputError(
        'tier-unknown',
        field,
        `${field}: there is no tier "${name}"; name one of the document`,
      );
    };
    return {
      tiers,
      markets: fields.record('markets', (entry, key) => known(entry.text('tier'), `markets.${key}.tier`)),
      otherTier: known(fields.text('otherTier'), 'otherTier'),
    };
  });
}

export function liquidityTierOf(
  { tiers, markets, otherTier }: DydxFractionParameters,
  underlying: string,
): LiquidityTier {
  return tiers.get(markets.get(underlying) ?? otherTier)!;
}

/** Liquidity tiers of the public genesis; which market is in which tier is our choice. */
export const DYDX_FRACTION_DEFAULTS = {
  id: 'dydx-fraction-2026-03@1',
  document: {
    tiers: {
      'large-cap': {
        initialFraction: '0.02',
        maintenanceFraction: '0.6',
        openInterestLowerCap: '0',
        openInterestUpperCap: '0',
      },
      'mid-cap': {
        initialFraction: '0.05',
        maintenanceFraction: '0.6',
        openInterestLowerCap: '40000000',
        openInterestUpperCap: '100000000',
      },
      'small-cap': {
        initialFraction: '0.1',
        maintenanceFraction: '0.5',
        openInterestLowerCap: '20000000',
        openInterestUpperCap: '50000000',
      },
      'long-tail': {
        initialFraction: '0.2',
        maintenanceFraction: '0.5',
        openInterestLowerCap: '5000000',
        openInterestUpperCap: '10000000',
      },
      safety: {
        initialFraction: '1',
        maintenanceFraction: '0.2',
        openInterestLowerCap: '0',
        openInterestUpperCap: '0',
      },
      isolated: {
        initialFraction: '0.05',
        maintenanceFraction: '0.6',
        openInterestLowerCap: '500000',
        openInterestUpperCap: '1000000',
      },
    },
    markets: { BTC: { tier: 'large-cap' }, ETH: { tier: 'large-cap' }, SOL: { tier: 'mid-cap' } },
    otherTier: 'long-tail',
  },
};
