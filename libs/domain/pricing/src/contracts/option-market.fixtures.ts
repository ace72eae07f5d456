import type { Underlying } from '@ballast/facts';
import type { OptionType } from '@ballast/instruments';
import { writeExpiryDate } from '@ballast/instruments/testing';
import { DAY_MS, dec, log, text, type DecimalString, type Instant } from '@ballast/kernel';
import { sviVolatility, type SviSlice } from '@ballast/valuation';
import { black76 } from '@ballast/valuation/testing';
import type { QuoteTape } from '../pricing.fixtures.js';

/** A smile as an options market has it: dearer wings, lower strikes dearest. Volatility about 60 % at the money. */
export function aSmile(years: number, atTheMoney = 0.6): SviSlice {
  const variance = atTheMoney * atTheMoney * years;
  return { a: 0.8 * variance, b: 0.4 * variance, rho: -0.2, m: 0, sigma: 0.5 };
}

/** A market that quotes the options of an expiry around one smile. */
export interface OptionMarket {
  readonly underlying: Underlying;
  readonly expiry: Instant;
  readonly forward: number;
  readonly strikes: readonly number[];
  readonly settlement?: 'linear' | 'inverse';
  /** At the money, per year. */
  readonly volatility?: number;
}

export function optionId({ underlying, expiry, settlement }: OptionMarket, strike: number, type: OptionType): string {
  const suffix = settlement === 'inverse' ? '-INVERSE' : '';
  return `${underlying}-${writeExpiryDate(expiry)}-${strike}-${type === 'call' ? 'C' : 'P'}${suffix}`;
}

export function optionIds(market: OptionMarket): readonly string[] {
  return market.strikes.flatMap((strike) => (['call', 'put'] as const).map((type) => optionId(market, strike, type)));
}

/** Lists every option of the market. */
export function listOptions(tape: QuoteTape, market: OptionMarket): QuoteTape {
  for (const id of optionIds(market)) tape.list(id, market.settlement === 'inverse' ? {} : { tick: '0.1' });
  return tape;
}

/** Quotes every option of the market at a moment: a tick either side of its value, on the tick. */
export function quoteOptions(tape: QuoteTape, market: OptionMarket, now: Instant): QuoteTape {
  const years = (market.expiry - now) / (365 * DAY_MS);
  const slice = aSmile(years, market.volatility);
  const inverse = market.settlement === 'inverse';
  const [tick, digits] = inverse ? [dec('0.0001'), 4] : [dec('0.1'), 1];
  const quotes: Record<string, readonly [DecimalString | null, DecimalString | null]> = {};
  for (const strike of market.strikes) {
    const volatility = sviVolatility(slice, years, log(strike / market.forward));
    for (const type of ['call', 'put'] as const) {
      const value = black76(type, market.forward, strike, years, volatility) / (inverse ? market.forward : 1);
      const middle = dec(value.toFixed(12));
      const bid = middle.minus(tick).toDecimalPlaces(digits);
      quotes[optionId(market, strike, type)] = [
        bid.lte(0) ? null : text(bid),
        text(middle.plus(tick).toDecimalPlaces(digits)),
      ];
    }
  }
  return tape.chain(market.underlying, market.expiry, quotes);
}
