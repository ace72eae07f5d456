import type { InstrumentId, Underlying } from '@ballast/facts';

/** All underlyings in the one order in which margin walks through them. */
export const UNDERLYINGS: readonly Underlying[] = ['BTC', 'ETH'];

export const instrumentOf = (underlying: Underlying): InstrumentId => `${underlying}-PERP`;

/** Underlying of a linear perpetual; null for any other contract. */
export function underlyingOfPerpetual(instrument: InstrumentId): Underlying | null {
  return UNDERLYINGS.find((underlying) => instrumentOf(underlying) === instrument) ?? null;
}
