import { dec, type Decimal } from '@ballast/kernel';
import type { ExpiryHoldings, OptionHolding, UnderlyingHoldings } from '@ballast/margin-models';
import { black76Greeks } from '@ballast/valuation';

/** Delta of the whole size of an option by its forward, base units: size * N(d1) for a call, size * (N(d1) - 1) for a put. */
function optionDelta({ type, strike, volatility, size }: OptionHolding, { forward, years }: ExpiryHoldings): Decimal {
  const { delta } = black76Greeks(type, forward.toNumber(), strike.toNumber(), years, volatility.toNumber());
  return dec(delta).times(size);
}

/** Net delta by expiry, base units; the key of perpetuals is `perpetual`. In the order of expiries. */
export function deltasByExpiry({
  contracts,
  expiries,
}: UnderlyingHoldings): ReadonlyMap<number | 'perpetual', Decimal> {
  const deltas = new Map<number | 'perpetual', Decimal>();
  const add = (key: number | 'perpetual', delta: Decimal): void => {
    deltas.set(key, deltas.get(key)?.plus(delta) ?? delta);
  };
  for (const { size, expiry } of contracts) add(expiry ?? 'perpetual', size);
  for (const expiry of expiries) for (const option of expiry.options) add(expiry.expiry, optionDelta(option, expiry));
  const order = (key: number | 'perpetual'): number => (key === 'perpetual' ? -1 : key);
  return new Map([...deltas].sort(([a], [b]) => order(a) - order(b)));
}
