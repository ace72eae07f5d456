import type { SurfacesView } from '@ballast/contracts';
import type { PricingEvents } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { text, type Instant } from '@ballast/kernel';
import { sviVolatility, yearsBetween } from '@ballast/valuation';

type Surface = PricingEvents['SurfacePublished'];
type Expiry = SurfacesView['expiries'][number];

/** A surface with its place in pricing global. */
export interface PlacedSurface {
  readonly position: number;
  readonly surface: Surface;
}

/** Strikes that a smile is drawn at, as shares of the forward. */
const STRIKE_SHARES = Array.from({ length: 23 }, (_, step) => (50 + 5 * step) / 100);

/** The surfaces of an underlying that are still open, the next expiry first, with the options priced on each. */
export function surfacesView(
  underlying: string,
  clearing: Instant,
  surfaces: Iterable<PlacedSurface>,
  priced: PricingEvents['RiskArraysPublished'] | null,
): SurfacesView {
  const open = [...surfaces]
    .filter(({ surface }) => surface.underlying === underlying && surface.expiry > clearing)
    .sort((a, b) => a.surface.expiry - b.surface.expiry);
  const options = optionsOf(priced);
  return {
    clearing,
    underlying,
    expiries: open.map((placed) => expiryOf(placed, options.get(`${underlying} ${placed.surface.expiry}`) ?? [])),
  };
}

function expiryOf({ position, surface }: PlacedSurface, options: Expiry['options']): Expiry {
  const { expiry, asOf, forward, forwardFrom, status, origin, quotes, gates, rejected } = surface;
  const years = yearsBetween(asOf, expiry);
  const svi = {
    a: Number(surface.svi.a),
    b: Number(surface.svi.b),
    rho: Number(surface.svi.rho),
    m: Number(surface.svi.m),
    sigma: Number(surface.svi.sigma),
  };
  return {
    ...{ expiry, position, asOf, forward, forwardFrom, status, origin, quotes },
    gates: [...gates],
    rejected: rejected.map(({ origin: tried, failed }) => ({ origin: tried, failed: [...failed] })),
    smile: STRIKE_SHARES.map((share) => ({
      strike: Number(forward) * share,
      share,
      volatility: sviVolatility(svi, years, Math.log(share)),
    })),
    options,
  };
}

/** Options by underlying and expiry, by strike, calls before puts. */
function optionsOf(priced: PricingEvents['RiskArraysPublished'] | null): ReadonlyMap<string, Expiry['options']> {
  const options = new Map<string, Expiry['options']>();
  for (const { instrument, price, volatility, status } of priced?.instruments ?? []) {
    if (volatility === null) continue;
    const terms = parseInstrumentId(instrument);
    if (terms.kind !== 'option') continue;
    const key = `${terms.underlying} ${terms.expiry}`;
    const own = options.get(key) ?? [];
    own.push({ instrument, strike: text(terms.strike), type: terms.type, price, volatility, status });
    options.set(key, own);
  }
  for (const own of options.values()) {
    own.sort((a, b) => Number(a.strike) - Number(b.strike) || (a.type < b.type ? -1 : 1));
  }
  return options;
}
