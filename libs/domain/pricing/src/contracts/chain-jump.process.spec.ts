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
const LATER: OptionMarket = { ...OPTIONS, expiry: instantOf('2026-04-24T08:00:00Z') };
const CALL = optionId(OPTIONS, 60_000, 'call');
const LATER_CALL = optionId(LATER, 60_000, 'call');

/** At how many times its value an option is quoted. */
type Factor = number | ((market: OptionMarket, strike: number) => number);

const factorOf = (factor: Factor, market: OptionMarket, strike: number): number =>
  typeof factor === 'number' ? factor : factor(market, strike);

/** Every option at so many times its value, a tick either side. */
function quoted(tape: QuoteTape, market: OptionMarket, now: number, factor: Factor): QuoteTape {
  const years = (market.expiry - now) / (365 * DAY_MS);
  const quotes: Record<string, readonly [DecimalString, DecimalString]> = {};
  for (const strike of market.strikes) {
    const volatility = sviVolatility(aSmile(years), years, log(strike / market.forward));
    for (const type of ['call', 'put'] as const) {
      const value = black76(type, market.forward, strike, years, volatility);
      const middle = dec((factorOf(factor, market, strike) * value).toFixed(1));
      quotes[optionId(market, strike, type)] = [text(middle.minus('0.1')), text(middle.plus('0.1'))];
    }
  }
  return tape.chain(market.underlying, market.expiry, quotes);
}

/** Minutes in which the index and the future stand still, and the chains are quoted at these multiples of their value; null: not at all. */
function minutes(...factors: readonly (Factor | null)[]) {
  const tape = listOptions(listOptions(new QuoteTape(NINE).market(60, ['BTC']).list(FUTURE), OPTIONS), LATER);
  for (const [minute, factor] of factors.entries()) {
    if (minute > 0) tape.after(60);
    tape.contractBook(FUTURE, '60300');
    for (const market of factor === null ? [] : [OPTIONS, LATER]) {
      quoted(tape, market, NINE + minute * MINUTE_MS, factor as Factor);
    }
    tape.quotes('BTC', threeVenues('60000')).tick();
  }
  const { events } = priced(tape);
  const surfaces = payloadsOf(events, 'SurfacePublished');
  const arrays = payloadsOf(events, 'RiskArraysPublished');
  return {
    surfaces: surfaces.filter(({ expiry }) => expiry === OPTIONS.expiry),
    later: surfaces.filter(({ expiry }) => expiry === LATER.expiry),
    arrays,
    sets: payloadsOf(events, 'PriceSetPublished'),
    marks: (option: string) =>
      arrays.map(({ instruments }) => Number(instruments.find(({ instrument }) => instrument === option)?.price)),
  };
}

const times = (count: number, factor: Factor | null): readonly (Factor | null)[] =>
  Array.from({ length: count }, () => factor);
const statusOf = ({ surfaces }: ReturnType<typeof minutes>) =>
  surfaces.map(({ status, origin }) => `${status} ${origin}`);
const waits = ({ surfaces }: ReturnType<typeof minutes>) => surfaces.map(({ jump }) => jump !== undefined);

describe('a chain whose every quote jumps [CLR-PRC-057]', () => {
  const calm = minutes(1, 1, 1);

  it.each([
    ['tenfold', 10],
    ['to a tenth', 0.1],
  ])('%s for a minute is not believed: the smile before stands, DEGRADED, and says why', (_how, factor) => {
    const slip = minutes(1, factor, 1);
    expect(statusOf(slip)).toEqual(['LIVE svi', 'DEGRADED shifted', 'LIVE svi']);
    expect(waits(slip)).toEqual([false, true, false]);
    const since = NINE + MINUTE_MS;
    expect(slip.surfaces[1]?.jump).toMatchObject({ since, believedFrom: since + 10 * MINUTE_MS });
    expect(slip.surfaces[1]?.rejected.at(-1)).toEqual({ origin: 'shifted', failed: ['jump'] });
    // The later expiry has no future: its forward rests on the same quotes.
    for (const option of [CALL, LATER_CALL]) {
      expect(Math.abs((slip.marks(option)[1] as number) / (calm.marks(option)[1] as number) - 1)).toBeLessThan(0.001);
    }
  });

  it('a hundredfold makes no volatility, and moves no forward that rests on it either', () => {
    const slip = minutes(1, 100, 1);
    const [before, during] = slip.later.map(({ forward }) => Number(forward)) as [number, number];
    expect(Math.abs(during / before - 1)).toBeLessThan(0.001);
    expect(Math.abs((slip.marks(LATER_CALL)[1] as number) / (calm.marks(LATER_CALL)[1] as number) - 1)).toBeLessThan(
      0.001,
    );
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

  it('of one expiry moves no option of another', () => {
    const slip = minutes(1, (market) => (market === OPTIONS ? 10 : 1), 1);
    expect(waits(slip)).toEqual([false, true, false]);
    expect(slip.later.map(({ status, jump }) => [status, jump])).toEqual(times(3, null).map(() => ['LIVE', undefined]));
    expect(slip.marks(LATER_CALL)).toEqual(calm.marks(LATER_CALL));
  });

  it.each([10, 0.1])(
    'of one strike (times %s) moves the options of no other, and its own by no more than the smile allows',
    (factor) => {
      const slip = minutes(1, (market, strike) => (market === OPTIONS && strike === 60_000 ? factor : 1), 1);
      const other = optionId(OPTIONS, 56_000, 'call');
      for (const [option, most] of [
        [CALL, 0.05],
        [other, 0.05],
      ] as const) {
        expect(Math.abs((slip.marks(option)[1] as number) / (calm.marks(option)[1] as number) - 1)).toBeLessThan(most);
      }
    },
  );

  it('is held while nothing more is quoted, and believed when it stays for ten minutes', () => {
    expect(waits(minutes(1, 10, ...times(3, null), 1))).toEqual([false, true, true, true, true, false]);
    expect(waits(minutes(1, ...times(12, 10)))).toEqual([
      false,
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
  });

  it('as the first there ever was is held against nothing', () => {
    expect(waits(minutes(10, 10))).toEqual([false, false]);
  });

  it('twofold is believed, as the volatility of a short expiry when a market breaks', () => {
    const broke = minutes(1, 2, 2);
    expect(waits(broke)).toEqual([false, false, false]);
    expect((broke.marks(CALL)[2] as number) / (calm.marks(CALL)[2] as number)).toBeGreaterThan(1.8);
  });
});
