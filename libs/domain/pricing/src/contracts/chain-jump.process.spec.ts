import { DAY_MS, MINUTE_MS, dec, instantOf, log, text, type DecimalString } from '@ballast/kernel';
import { sviVolatility } from '@ballast/valuation';
import { black76 } from '@ballast/valuation/testing';
import { QuoteTape, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';
import { aSmile, listOptions, optionId, type OptionMarket } from './option-market.fixtures.js';

const NINE = instantOf('2026-03-01T09:00:00Z');
const FUTURE = 'BTC-27MAR26';
const OPTIONS: OptionMarket = {
  underlying: 'BTC',
  expiry: instantOf('2026-03-27T08:00:00Z'),
  forward: 60_300,
  strikes: [48_000, 52_000, 56_000, 60_000, 64_000, 68_000, 76_000],
};
const CALL = optionId(OPTIONS, 60_000, 'call');

/** Every option at so many times its value, a tick either side. */
function quoted(tape: QuoteTape, now: number, factor: number): QuoteTape {
  const years = (OPTIONS.expiry - now) / (365 * DAY_MS);
  const quotes: Record<string, readonly [DecimalString, DecimalString]> = {};
  for (const strike of OPTIONS.strikes) {
    const volatility = sviVolatility(aSmile(years), years, log(strike / OPTIONS.forward));
    for (const type of ['call', 'put'] as const) {
      const middle = dec((factor * black76(type, OPTIONS.forward, strike, years, volatility)).toFixed(1));
      quotes[optionId(OPTIONS, strike, type)] = [text(middle.minus('0.1')), text(middle.plus('0.1'))];
    }
  }
  return tape.chain(OPTIONS.underlying, OPTIONS.expiry, quotes);
}

/** Minutes in which the index and the future stand still, and the chain is quoted at these multiples of its value. */
function minutes(...factors: readonly number[]) {
  const tape = listOptions(new QuoteTape(NINE).market(60, ['BTC']).list(FUTURE), OPTIONS);
  for (const [minute, factor] of factors.entries()) {
    if (minute > 0) tape.after(60);
    tape.contractBook(FUTURE, '60300');
    quoted(tape, NINE + minute * MINUTE_MS, factor)
      .quotes('BTC', threeVenues('60000'))
      .tick();
  }
  const { events } = priced(tape);
  return {
    surfaces: payloadsOf(events, 'SurfacePublished'),
    arrays: payloadsOf(events, 'RiskArraysPublished'),
    sets: payloadsOf(events, 'PriceSetPublished'),
  };
}

describe('a chain whose every quote jumps for a minute [CLR-PRC-053]', () => {
  const calm = minutes(1, 1, 1);

  it.each([
    ['tenfold', 10, 4.02],
    ['to a tenth', 0.1, 0.17],
  ])('%s: fits no form, and moves every mark by what the median quote misses, DEGRADED', (_how, factor, moved) => {
    const { surfaces, arrays } = minutes(1, factor, 1);
    expect(surfaces.map(({ status, origin }) => [status, origin])).toEqual([
      ['LIVE', 'svi'],
      ['DEGRADED', 'shifted'],
      ['LIVE', 'svi'],
    ]);
    expect(surfaces[1]?.rejected.length).toBeGreaterThan(0);
    const markOf = (index: number, of = arrays) => of[index]?.instruments.find(({ instrument }) => instrument === CALL);
    expect(markOf(1)).toMatchObject({ status: 'DEGRADED' });
    expect(Number(markOf(1)?.price) / Number(markOf(1, calm.arrays)?.price)).toBeCloseTo(moved, 2);
  });

  it('leaves index, perpetual and volatility alone, and of the next minute nothing but the news of then', () => {
    const { surfaces, arrays, sets } = minutes(1, 10, 1);
    const without = sets.map(({ underlyings }) => underlyings['BTC']?.index);
    expect(without).toEqual(calm.sets.map(({ underlyings }) => underlyings['BTC']?.index));
    expect(sets.map(({ marks }) => marks)).toEqual(calm.sets.map(({ marks }) => marks));
    const pricesOf = (of: typeof arrays) => of[2]?.instruments.map(({ instrument, price }) => [instrument, price]);
    expect(pricesOf(arrays)).toEqual(pricesOf(calm.arrays));
    expect(surfaces[2]?.status).toBe('LIVE');
  });
});
