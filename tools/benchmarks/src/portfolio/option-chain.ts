import { DAY_MS, instantOf, log } from '@ballast/kernel';
import {
  markOf,
  sviVolatility,
  yearsBetween,
  type ExpiryChain,
  type OptionChain,
  type OptionQuote,
} from '@ballast/valuation';

const ASK_OVER_BID = 0.0004;
const FORWARD = 60_000;

/**
 * A generated chain of coin-settled options on bitcoin: smiles of a known form whose variance rises with time, quotes two
 * ticks around their marks.
 * @param days to each expiry
 */
export function optionChain(days: readonly number[], strikes: number): OptionChain {
  const asOf = instantOf('2026-02-01T08:00:00Z');
  return {
    underlying: 'BTC',
    asOf,
    settlement: 'inverse',
    expiries: days.map((day) => expiryChain(asOf, day, strikes)),
  };
}

function expiryChain(asOf: number, days: number, strikes: number): ExpiryChain {
  const expiry = asOf + days * DAY_MS;
  const years = yearsBetween(asOf, expiry);
  const slice = {
    a: 0.2 * years,
    b: 0.12 * Math.sqrt(years),
    rho: -0.25,
    m: 0.02,
    sigma: 0.1 + 0.4 * Math.sqrt(years),
  };
  const spread = 0.25 + 0.75 * Math.sqrt(years);
  const quotes = Array.from({ length: strikes }, (_, n) => {
    const share = 1 - spread / 2 + (1.2 * spread * n) / (strikes - 1);
    return Math.round((FORWARD * Math.max(0.2, share)) / 250) * 250;
  });
  return {
    expiry,
    forward: FORWARD,
    quotes: [...new Set(quotes)].flatMap((strike) =>
      (['call', 'put'] as const).map((type): OptionQuote => {
        const volatility = sviVolatility(slice, years, log(strike / FORWARD));
        const quote = { instrument: `BTC-${days}D-${strike}-${type === 'call' ? 'C' : 'P'}`, type, strike };
        const mark = markOf(quote, 'inverse', FORWARD, years, volatility);
        const bid = Math.max(0, mark - ASK_OVER_BID / 2);
        return { ...quote, bid, ask: mark + ASK_OVER_BID / 2, referenceVolatility: volatility, openInterest: 10 };
      }),
    ),
  };
}
