import type { QuoteEvents } from '@ballast/facts';
import { DAY_MS, dec, instantOf, text, type Decimal } from '@ballast/kernel';
import { undiscountedValue } from '@ballast/valuation';
import type { Prices } from './own-prices.js';

export const OPTION_TICK = dec('0.5');
export const OPTION_LOT = '0.1';
const EXPIRY = instantOf('2020-03-27T08:00:00Z');
const STRIKES = [6000, 6500, 7000, 7500, 8000];
/** Per root of a year, at every strike. */
const VOLATILITY = 0.9;
/** Nobody sells below. */
const LEAST = OPTION_TICK.times(2);

export const isOption = (instrument: string): boolean => /-[CP]$/.test(instrument);

/** Options on bitcoin of one expiry, quoted a tick around Black-76 at the price of the coin. */
export class OptionChain {
  readonly ids = STRIKES.flatMap((strike) => ['C', 'P'].map((type) => `BTC-27MAR20-${strike}-${type}`));

  constructor(private readonly coin: Prices) {}

  /** Middle of its book, USD for one coin. */
  at(instrument: string, moment: number): Decimal {
    const [, , strike, type] = instrument.split('-');
    const total = VOLATILITY * Math.sqrt((EXPIRY - moment) / (365 * DAY_MS));
    const value = undiscountedValue(type === 'C', this.coin.at(moment).toNumber(), Number(strike), total);
    const ticks = dec(Math.floor(value / OPTION_TICK.toNumber())).times(OPTION_TICK);
    return ticks.gt(LEAST) ? ticks : LEAST;
  }

  quotes(at: number): QuoteEvents['OptionChainQuoted'] {
    const quotes = this.ids.map((instrument) => {
      const middle = this.at(instrument, at);
      const [bid, ask] = [text(middle.minus(OPTION_TICK)), text(middle.plus(OPTION_TICK))];
      return { instrument, bid, ask, openInterest: null };
    });
    return { underlying: 'BTC', expiry: EXPIRY, quotes, at };
  }
}
