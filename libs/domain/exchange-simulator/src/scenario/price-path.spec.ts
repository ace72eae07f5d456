import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@ballast/kernel';
import { SeededHash } from '../seeded-hash.js';
import { PricePath } from './price-path.js';
import { barsFrom, hourBar, NOON, smallCrash } from './scenario.fixtures.js';
import type { Bar } from './scenario.js';

const pathOver = (bar: readonly [number, number, number, number], everySeconds = 60, seed = '1'): PricePath =>
  new PricePath(
    smallCrash({
      warmUpFrom: NOON,
      to: NOON + HOUR_MS,
      priceSetEverySeconds: everySeconds,
      bars: { BTC: [hourBar(NOON, bar)], ETH: [hourBar(NOON, bar)] },
    }),
    new SeededHash(seed),
  );

/** Prices of the hour in cents. */
const pricesOf = (path: PricePath, everySeconds = 60): number[] =>
  Array.from({ length: Math.ceil(3_600 / everySeconds) }, (_, index) =>
    path.at('BTC', NOON + index * everySeconds * SECOND_MS),
  );

const aBar = fc
  .tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat())
  .map((offsets) => offsets.map((offset) => 400_000 + (offset % 400_000)).sort((a, b) => a - b))
  .chain(([low, a, b, high]) =>
    fc.boolean().map((rising): readonly [number, number, number, number] => {
      const [open, close] = rising ? [a!, b!] : [b!, a!];
      return [open / 100, high! / 100, low! / 100, close / 100];
    }),
  );

describe('the price path inside a bar', () => {
  it('begins at the open, touches both extremes, ends at the close and never leaves [low, high]', () => {
    fc.assert(
      fc.property(aBar, fc.constantFrom(60, 300), fc.string({ maxLength: 5 }), (bar, everySeconds, seed) => {
        const [open, high, low, close] = bar.map((price) => Math.round(price * 100)) as [
          number,
          number,
          number,
          number,
        ];
        const prices = pricesOf(pathOver(bar, everySeconds, seed), everySeconds);
        expect(prices[0]).toBe(open);
        expect(prices.at(-1)).toBe(close);
        expect(Math.max(...prices)).toBe(high);
        expect(Math.min(...prices)).toBe(low);
        expect(prices.every(Number.isSafeInteger)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('with fewer than twelve points touches the farther extreme only, and stays inside', () => {
    fc.assert(
      fc.property(
        aBar,
        fc.constantFrom(360, 720, 900, 1_200),
        fc.string({ maxLength: 5 }),
        (bar, everySeconds, seed) => {
          const [open, high, low, close] = bar.map((price) => Math.round(price * 100)) as [
            number,
            number,
            number,
            number,
          ];
          const prices = pricesOf(pathOver(bar, everySeconds, seed), everySeconds);
          expect(prices[0]).toBe(open);
          expect(prices.at(-1)).toBe(close);
          const [above, below] = [high - Math.max(open, close), Math.min(open, close) - low];
          expect(above >= below ? Math.max(...prices) === high || above === below : Math.min(...prices) === low).toBe(
            true,
          );
          expect(prices.every((price) => price >= low && price <= high)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each`
    bar                             | first    | why
    ${[8_000, 8_020, 6_200, 6_400]} | ${8_020} | ${'a falling bar goes to its high first'}
    ${[6_400, 8_020, 6_200, 8_000]} | ${6_200} | ${'a rising bar goes to its low first'}
  `('$why', ({ bar, first }: { bar: [number, number, number, number]; first: number }) => {
    const prices = pricesOf(pathOver(bar));
    const high = prices.indexOf(802_000);
    const low = prices.indexOf(620_000);
    expect(Math.min(high, low)).toBe(prices.indexOf(first * 100));
  });

  it.each`
    everySeconds | expected                 | why
    ${3_600}     | ${[6_400]}               | ${'one price: the close'}
    ${1_800}     | ${[6_200, 6_400]}        | ${'two: the farther extreme, the close'}
    ${1_200}     | ${[8_000, 6_200, 6_400]} | ${'three: the open, the farther extreme, the close'}
  `('keeps what matters most with few points; $why', ({ everySeconds, expected }) => {
    const prices = pricesOf(pathOver([8_000, 8_020, 6_200, 6_400], everySeconds as number), everySeconds as number);
    expect(prices.map((cents) => cents / 100)).toEqual(expected);
  });

  it('is a function of scenario, seed and time: the order of the questions does not matter', () => {
    const forward = new PricePath(smallCrash(), new SeededHash('7'));
    const backward = new PricePath(smallCrash(), new SeededHash('7'));
    const moments = Array.from({ length: 180 }, (_, minute) => NOON + minute * MINUTE_MS);
    const asked = moments.map((at) => forward.at('ETH', at));
    expect(
      moments
        .reverse()
        .map((at) => backward.at('ETH', at))
        .reverse(),
    ).toEqual(asked);
    expect(new PricePath(smallCrash(), new SeededHash('8')).at('ETH', NOON + 90 * MINUTE_MS)).not.toBe(asked[90]);
  });

  it.each([60, 300, 720])(
    'is not rougher than its bars: over a day of Brownian motion in steps of %d s it varies as the motion itself',
    (everySeconds) => {
      // Hour bars of a walk in steps of a second, a thousandth of the price per square root of an hour.
      const draws = new SeededHash('walk');
      const bars: Bar[] = [];
      let price = 800_000;
      let varied = 0;
      for (let hour = 0; hour < 96; hour++) {
        const prices = [price];
        for (let tick = 0; tick < 720; tick++) {
          const step = (8_000 / Math.sqrt(720)) * draws.normal(1, hour * 720 + tick, 2);
          varied += step * step;
          price += step;
          prices.push(price);
        }
        const [open, close] = [prices[0]!, price];
        const bar = [open, Math.max(...prices), Math.min(...prices), close].map((cents) => cents / 100);
        bars.push(hourBar(NOON + hour * HOUR_MS, bar as [number, number, number, number]));
      }
      const scenario = smallCrash({
        warmUpFrom: NOON,
        to: NOON + 96 * HOUR_MS,
        priceSetEverySeconds: everySeconds,
        bars: { BTC: bars, ETH: bars },
      });
      const path = new PricePath(scenario, new SeededHash('1'));
      let walked = 0;
      for (let at = NOON + everySeconds * SECOND_MS; at < NOON + 96 * HOUR_MS; at += everySeconds * SECOND_MS) {
        walked += (path.at('BTC', at) - path.at('BTC', at - everySeconds * SECOND_MS)) ** 2;
      }
      expect(walked / varied).toBeGreaterThan(0.75);
      expect(walked / varied).toBeLessThan(1.15);
    },
  );

  it('moves as much as its bar varies: a bar four times as wide gives steps about four times as large', () => {
    const rough = (prices: number[]): number =>
      Math.sqrt(prices.slice(1).reduce((total, price, index) => total + (price - prices[index]!) ** 2, 0));
    const narrow = rough(pricesOf(pathOver([8_000, 8_020, 7_980, 8_000])));
    const wide = rough(pricesOf(pathOver([8_000, 8_080, 7_920, 8_000])));
    expect(wide / narrow).toBeGreaterThan(3.5);
    expect(wide / narrow).toBeLessThan(4.5);
  });

  it('stays at a price that did not move', () => {
    expect(new Set(pricesOf(pathOver([8_000, 8_000, 8_000, 8_000])))).toEqual(new Set([800_000]));
  });
});

describe('history before the start', () => {
  it('is even, ends one interval before the start and takes the closes of the bars', () => {
    const path = new PricePath(smallCrash(), new SeededHash('1'));
    const history = path.history('BTC', NOON, 15 * MINUTE_MS);
    expect(history).toHaveLength(24);
    expect(history.at(-1)!.at).toBe(NOON - 15 * MINUTE_MS);
    expect(history.every(({ at }, index) => at === NOON - 6 * HOUR_MS + index * 15 * MINUTE_MS)).toBe(true);
    expect(history[4]).toEqual({ at: NOON - 5 * HOUR_MS, cents: 800_000 });
  });

  it('is empty without a warm-up', () => {
    const bars = barsFrom(NOON, [[8_000, 8_010, 7_990, 8_005]]);
    const scenario = smallCrash({ warmUpFrom: NOON, bars: { BTC: bars, ETH: bars } });
    expect(new PricePath(scenario, new SeededHash('1')).history('BTC', NOON, 15 * MINUTE_MS)).toEqual([]);
  });
});
