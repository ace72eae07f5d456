import type { OptionType } from '@ballast/instruments';
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

/** At how many times its volatility a chain is quoted, or each of its options at how many times its value. */
type Quoted =
  number | ((option: { readonly market: OptionMarket; readonly strike: number; readonly type: OptionType }) => number);

/** Every option at what it is quoted at, a tick either side; those that were to cost nothing are offered at a tick. */
function quoted(tape: QuoteTape, market: OptionMarket, now: number, at: Quoted): QuoteTape {
  const years = (market.expiry - now) / (365 * DAY_MS);
  const quotes: Record<string, readonly [DecimalString | null, DecimalString]> = {};
  for (const strike of market.strikes) {
    const volatility = sviVolatility(aSmile(years), years, log(strike / market.forward));
    for (const type of ['call', 'put'] as const) {
      const [times, factor] = typeof at === 'number' ? [at, 1] : [1, at({ market, strike, type })];
      const value = factor * black76(type, market.forward, strike, years, times * volatility);
      const middle = dec(value.toFixed(1));
      const bid = middle.minus('0.1');
      quotes[optionId(market, strike, type)] = [bid.gt(0) ? text(bid) : null, text(middle.plus('0.1'))];
    }
  }
  return tape.chain(market.underlying, market.expiry, quotes);
}

/** Minutes in which the index and the future stand still, and the chains are quoted so; null: not at all. */
function minutes(...said: readonly (Quoted | null)[]) {
  const tape = listOptions(listOptions(new QuoteTape(NINE).market(60, ['BTC']).list(FUTURE), OPTIONS), LATER);
  for (const [minute, at] of said.entries()) {
    if (minute > 0) tape.after(60);
    tape.contractBook(FUTURE, '60300');
    for (const market of at === null ? [] : [OPTIONS, LATER]) {
      quoted(tape, market, NINE + minute * MINUTE_MS, at as Quoted);
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

const times = (count: number, at: Quoted | null): readonly (Quoted | null)[] => Array.from({ length: count }, () => at);
const statusOf = ({ surfaces }: ReturnType<typeof minutes>) =>
  surfaces.map(({ status, origin }) => `${status} ${origin}`);
const waits = ({ surfaces }: ReturnType<typeof minutes>) => surfaces.map(({ jump }) => jump !== undefined);

/** By how much the mark of an option in that minute differs from that of a calm market. */
const off = (slip: ReturnType<typeof minutes>, calm: ReturnType<typeof minutes>, option: string, minute = 1): number =>
  Math.abs((slip.marks(option)[minute] as number) / (calm.marks(option)[minute] as number) - 1);

const calm = minutes(1, 1, 1);

describe('a chain whose volatility jumps [CLR-PRC-057]', () => {
  it.each([
    ['fivefold', 5],
    ['to a tenth', 0.1],
  ])('%s for a minute is not believed: the smile before stands, DEGRADED, and says why', (_how, at) => {
    const slip = minutes(1, at, 1);
    expect(statusOf(slip)).toEqual(['LIVE svi', 'DEGRADED shifted', 'LIVE svi']);
    expect(waits(slip)).toEqual([false, true, false]);
    const since = NINE + MINUTE_MS;
    expect(slip.surfaces[1]?.jump).toMatchObject({ since, believedFrom: since + 10 * MINUTE_MS });
    expect(slip.surfaces[1]?.rejected.at(-1)?.failed).toEqual(['jump']);
    // The later expiry has no future: its forward rests on the same quotes.
    for (const option of [CALL, LATER_CALL]) expect(off(slip, calm, option)).toBeLessThan(0.001);
  });

  it('leaves index, perpetual and volatility alone, and of the next minute nothing but the news of then', () => {
    const { surfaces, arrays, sets } = minutes(1, 5, 1);
    const without = sets.map(({ underlyings }) => underlyings['BTC']?.index);
    expect(without).toEqual(calm.sets.map(({ underlyings }) => underlyings['BTC']?.index));
    expect(sets.map(({ marks }) => marks)).toEqual(calm.sets.map(({ marks }) => marks));
    const pricesOf = (of: typeof arrays) => of[2]?.instruments.map(({ instrument, price }) => [instrument, price]);
    expect(pricesOf(arrays)).toEqual(pricesOf(calm.arrays));
    expect(surfaces[2]?.status).toBe('LIVE');
  });

  it('is held while nothing more is quoted, and believed when it stays for ten minutes', () => {
    expect(waits(minutes(1, 5, ...times(3, null), 1))).toEqual([false, true, true, true, true, false]);
    expect(waits(minutes(1, ...times(12, 5)))).toEqual([
      false,
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
  });

  it('is believed as soon when the chain is quoted more rarely than its quotes live', () => {
    const rare = minutes(1, 5, ...times(6, null), 5, ...times(6, null), 5);
    expect(waits(rare)).toEqual([false, ...Array.from({ length: 14 }, () => true), false]);
    expect(rare.surfaces.at(-1)?.status).toBe('LIVE');
  });

  it('as the first there ever was is held against nothing', () => {
    expect(waits(minutes(5, 5))).toEqual([false, false]);
  });

  it('twofold is believed, as that of a short expiry when a market breaks', () => {
    const broke = minutes(1, 2, 2);
    expect(waits(broke)).toEqual([false, false, false]);
    expect((broke.marks(CALL)[2] as number) / (calm.marks(CALL)[2] as number)).toBeGreaterThan(1.8);
  });
});

describe('a chain whose quotes contradict each other [CLR-PRC-058]', () => {
  const all =
    (factor: number): Quoted =>
    () =>
      factor;
  const only =
    (one: OptionType, factor: number): Quoted =>
    ({ type }) =>
      type === one ? factor : 1;

  it.each([
    ['all tenfold', all(10)],
    ['all twofold', all(2)],
    ['all hundredfold', all(100)],
    ['all at a tenth', all(0.1)],
    ['calls tenfold', only('call', 10)],
    ['puts tenfold', only('put', 10)],
    ['calls threefold', only('call', 3)],
    ['puts threefold', only('put', 3)],
    ['calls at a tenth', only('call', 0.1)],
    ['puts at a tenth', only('put', 0.1)],
  ])('(%s) makes no smile and no forward', (_how, at) => {
    const slip = minutes(1, at, 1);
    expect(statusOf(slip)).toEqual(['LIVE svi', 'DEGRADED shifted', 'LIVE svi']);
    expect(slip.surfaces[1]?.rejected).toEqual([{ origin: 'svi', failed: ['quotes-contradict'] }]);
    for (const option of [CALL, LATER_CALL]) expect(off(slip, calm, option)).toBeLessThan(0.001);
  });

  it('makes none for however long', () => {
    const slip = minutes(1, ...times(12, all(10)), 1);
    expect(statusOf(slip)).toEqual(['LIVE svi', ...Array.from({ length: 12 }, () => 'DEGRADED shifted'), 'LIVE svi']);
    for (const option of [CALL, LATER_CALL])
      expect(off(slip, minutes(...times(13, 1)), option, 12)).toBeLessThan(0.001);
  });

  it('as the first there ever was makes none either', () => {
    expect(minutes(all(10), 1).surfaces.map(({ origin }) => origin)).toEqual(['flat', 'svi']);
  });

  it('of one expiry moves no option of another', () => {
    const slip = minutes(1, ({ market }) => (market === OPTIONS ? 10 : 1), 1);
    expect(statusOf(slip)).toEqual(['LIVE svi', 'DEGRADED shifted', 'LIVE svi']);
    expect(slip.later.map(({ status }) => status)).toEqual(['LIVE', 'LIVE', 'LIVE']);
    expect(slip.marks(LATER_CALL)).toEqual(calm.marks(LATER_CALL));
  });

  it.each([10, 0.1])(
    'is made by no strike alone: at times %s it moves the options of no other, and its own by no more than the smile allows',
    (factor) => {
      const slip = minutes(1, ({ market, strike }) => (market === OPTIONS && strike === 60_000 ? factor : 1), 1);
      for (const option of [CALL, optionId(OPTIONS, 56_000, 'call')])
        expect(off(slip, calm, option)).toBeLessThan(0.05);
    },
  );
});

describe('a chain in the averaging window of its expiry [CLR-PRC-060]', () => {
  /** A price set a minute from 07:20 on to 07:59: the index and how the chain is quoted, by minutes left. */
  const intoExpiry = (
    index: (left: number) => number,
    at: (left: number) => Quoted | null,
    future: ((left: number) => number) | null = null,
  ) => {
    const start = OPTIONS.expiry - 40 * MINUTE_MS;
    const market = { ...OPTIONS, strikes: [57_000, 58_000, 59_000, 60_000, 61_000, 62_000, 63_000] };
    const tape = listOptions(new QuoteTape(start).market(60, ['BTC']), market);
    if (future !== null) tape.list(FUTURE);
    for (let left = 40; left >= 1; left--) {
      const now = OPTIONS.expiry - left * MINUTE_MS;
      tape.at(now);
      if (future !== null) tape.contractBook(FUTURE, String(future(left)));
      const said = at(left);
      if (said !== null) quoted(tape, { ...market, forward: index(left) + 30 }, now, said);
      tape.quotes('BTC', threeVenues(String(index(left)))).tick();
    }
    const { events } = priced(tape);
    return {
      surfaces: payloadsOf(events, 'SurfacePublished'),
      arrays: payloadsOf(events, 'RiskArraysPublished'),
    };
  };
  const still = () => 60_000;

  it('says nothing of the forward: the last basis closes with the open share, whatever is quoted', () => {
    const sound = intoExpiry(still, () => 1).surfaces.map(({ forward }) => Number(forward));
    const tenfold = intoExpiry(still, (left) => (left > 30 ? 1 : () => 10)).surfaces.map(({ forward }) =>
      Number(forward),
    );
    expect(tenfold).toEqual(sound);
    expect(sound[9]).toBeCloseTo(60_030, 0);
    // A half of the window is left.
    expect(sound[25]).toBeCloseTo(60_015, 0);
  });

  it('that was not believed when the window began still says so', () => {
    const { surfaces } = intoExpiry(still, (left) => (left > 33 ? 1 : 5));
    expect(surfaces.filter(({ jump }) => jump !== undefined)).toHaveLength(33);
  });

  it('whose index falls is on the estimate of the delivery price alone, and so is the future', () => {
    // The average has 60,000 of ten minutes and 57,000 of what is left: 58,000 or so, while the index is 57,000.
    const index = (left: number) => (left > 20 ? 60_000 : 57_000);
    const { surfaces, arrays } = intoExpiry(
      index,
      (left) => (left > 20 ? 1 : null),
      (left) => (left > 20 ? 60_000 : 58_000),
    );
    const at = 40 - 10;
    const estimate = Number(arrays[at]?.expiring?.[0]?.estimate);
    expect(estimate).toBeCloseTo(58_000, -2);
    expect(Number(surfaces[at]?.forward)).toBeCloseTo(estimate, 0);
    const mark = arrays[at]?.instruments.find(({ instrument }) => instrument === FUTURE)?.price;
    expect(Number(mark)).toBeCloseTo(estimate, 0);
  });
});
