import { type Decimal, ONE, ZERO } from '@ballast/kernel';
import type { ExpiryHoldings, OptionHolding, UnderlyingHoldings } from '@ballast/margin-models';
import { optionValue } from './option-value.js';

/** One move of the whole market of an underlying. */
export interface MarketShock {
  /** What spot, forwards and contract prices are multiplied by, above zero. */
  readonly price: Decimal;
  /** Shocked volatility per year of an option. */
  readonly volatilityOf: (option: OptionHolding, expiry: ExpiryHoldings) => number;
}

/** What profit is counted in: quote units, or the coin of the underlying at its shocked price. */
export type CountedIn = 'quote' | 'coin';

/** Profit or loss of one holding under a shock. */
export interface HoldingProfit {
  readonly instrument: string;
  /** Expiry of the holding; absent for a perpetual. */
  readonly expiry?: number;
  readonly pnl: Decimal;
}

/** The holdings of one underlying, to be valued again under any shock. */
export interface Revaluation {
  readonly holdings: UnderlyingHoldings;
  /** Value of the options at their marks by instrument, quote units. */
  readonly optionValues: ReadonlyMap<string, Decimal>;
  profitsUnder(shock: MarketShock): readonly HoldingProfit[];
}

const unshockedVolatility = ({ volatility }: OptionHolding): number => volatility.toNumber();

/** Marked values of one unit of an option, in the unit counted in. */
function unitValue(option: OptionHolding, expiry: ExpiryHoldings, shock: MarketShock, countedIn: CountedIn): Decimal {
  const { type, strike } = option;
  const forward = expiry.forward.times(shock.price);
  const volatility = shock.volatilityOf(option, expiry);
  const value = optionValue({ type, strike, volatility, years: expiry.years }, forward);
  return countedIn === 'coin' ? value.div(forward) : value;
}

/**
 * Prepares the revaluation. With m = shock - 1 a perpetual or future makes
 *   quote: size * price * m,   coin: size * m / (1 + m)
 * and an option the change of its Black-76 value on the shocked forward (in coin: of value / forward), undiscounted.
 */
export function revaluationOfHoldings(holdings: UnderlyingHoldings, countedIn: CountedIn = 'quote'): Revaluation {
  const atMark: MarketShock = { price: ONE, volatilityOf: unshockedVolatility };
  const marks = new Map<string, Decimal>();
  const optionValues = new Map<string, Decimal>();
  for (const expiry of holdings.expiries) {
    for (const option of expiry.options) {
      marks.set(option.instrument, unitValue(option, expiry, atMark, countedIn));
      const quoted = countedIn === 'quote' ? marks.get(option.instrument) : unitValue(option, expiry, atMark, 'quote');
      optionValues.set(option.instrument, (quoted ?? ZERO).times(option.size));
    }
  }
  return {
    holdings,
    optionValues,
    profitsUnder: (shock) => {
      const move = shock.price.minus(ONE);
      const contracts = holdings.contracts.map(({ instrument, size, price, expiry }): HoldingProfit => {
        const pnl = countedIn === 'quote' ? size.times(price).times(move) : size.times(move).div(shock.price);
        return { instrument, pnl, ...(expiry === undefined ? {} : { expiry }) };
      });
      const options = holdings.expiries.flatMap((expiry) =>
        expiry.options.map((option): HoldingProfit => {
          const moved = unitValue(option, expiry, shock, countedIn).minus(marks.get(option.instrument) ?? ZERO);
          return { instrument: option.instrument, expiry: expiry.expiry, pnl: moved.times(option.size) };
        }),
      );
      return [...contracts, ...options];
    },
  };
}
