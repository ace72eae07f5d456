import { ANY_NAME, byName, figure, made, record, word } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
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

const fraction = figure({ above: '0', max: '1' });
const cap = figure({ min: '0' });

const tier = made(
  record({
    initialFraction: fraction,
    maintenanceFraction: fraction,
    openInterestLowerCap: cap,
    openInterestUpperCap: cap,
  }),
  ({ openInterestLowerCap: lower, openInterestUpperCap: upper, ...fractions }, refuse): LiquidityTier => {
    if (!upper.isZero() && upper.lte(lower))
      refuse('openInterestUpperCap', 'write more than the lower cap, or 0 for none');
    return { ...fractions, openInterestCaps: { lower, upper } };
  },
);

const FRACTION_FORM = made(
  record({
    tiers: byName(ANY_NAME, tier),
    markets: byName(ANY_NAME, record({ tier: word() })),
    otherTier: word(),
  }),
  ({ tiers, markets, otherTier }, refuse): DydxFractionParameters => {
    const known = (name: string, field: string): string => {
      if (!tiers.has(name)) refuse(field, `there is no tier "${name}"; name one of the document`);
      return name;
    };
    return {
      tiers,
      markets: new Map([...markets].map(([market, of]) => [market, known(of.tier, `markets.${market}.tier`)])),
      otherTier: known(otherTier, 'otherTier'),
    };
  },
);

/** @throws ModelInputError naming fields and remedies */
export const readDydxFractionParameters = (document: unknown): DydxFractionParameters =>
  readParameterDocument(document, FRACTION_FORM);

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
