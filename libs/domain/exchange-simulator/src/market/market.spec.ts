import { HOUR_MS, MINUTE_MS } from '@ballast/kernel';
import { PricePath } from '../scenario/price-path.js';
import { NOON, smallCrash } from '../scenario/scenario.fixtures.js';
import { SeededHash } from '../seeded-hash.js';
import { Market } from './market.js';

const draws = new SeededHash('1');
const RUN = { from: NOON, to: NOON + 3 * HOUR_MS };
const market = new Market(new PricePath(smallCrash(), draws), draws, RUN);
const minutes = Array.from({ length: 181 }, (_, minute) => NOON + minute * MINUTE_MS);
const middles = (at: number): number[] =>
  market.venueQuotes('BTC', at).quotes.map(({ bid, ask }) => (Number(bid) + Number(ask)) / 2);
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('quotes of the outside venues', () => {
  it('come from five venues, uncrossed, around the price of the path', () => {
    const { quotes } = market.venueQuotes('BTC', NOON);
    expect(quotes).toHaveLength(5);
    for (const { bid, ask, at } of quotes) {
      expect(Number(ask)).toBeGreaterThan(Number(bid));
      expect(Math.abs(Number(bid) / 8_000 - 1)).toBeLessThan(0.002);
      expect(at).toBe(NOON);
    }
  });

  it('hold one outlier of 3 to 6 % at a time, for some minutes', () => {
    const outliers = minutes.map((at) => {
      const all = middles(at);
      return all.filter((middle) => Math.abs(middle / median(all) - 1) > 0.025).length;
    });
    expect(Math.max(...outliers)).toBe(1);
    expect(outliers.filter((count) => count === 1)).toHaveLength(9);
  });

  it('lack one venue for a while and all but two for another while', () => {
    const counts = minutes.map((at) => market.venueQuotes('BTC', at).quotes.length);
    expect(counts.filter((count) => count === 4)).toHaveLength(18);
    expect(counts.filter((count) => count === 2).length).toBeGreaterThanOrEqual(14);
    expect(new Set(counts)).toEqual(new Set([5, 4, 2]));
  });

  it('are wider apart after the crash than before it', () => {
    const spread = (at: number): number => {
      const [quote] = market.venueQuotes('BTC', at).quotes;
      return Number(quote!.ask) / Number(quote!.bid) - 1;
    };
    expect(spread(NOON + 100 * MINUTE_MS)).toBeGreaterThan(3 * spread(NOON + 10 * MINUTE_MS));
  });
});

describe('the book of a perpetual', () => {
  it('is uncrossed, with the impact prices outside the best ones and the last price at one of them', () => {
    for (const at of minutes) {
      const { bestBid, bestAsk, impactBid, impactAsk, lastPrice } = market.perpetualBook('ETH', at);
      expect(Number(bestBid)).toBeLessThan(Number(bestAsk));
      expect(Number(impactBid)).toBeLessThanOrEqual(Number(bestBid));
      expect(Number(impactAsk)).toBeGreaterThanOrEqual(Number(bestAsk));
      expect([bestBid, bestAsk]).toContain(lastPrice);
    }
  });

  it('stands a little above the index in calm and below it in a panic', () => {
    const average = (from: number, to: number): number => {
      const span = minutes.slice(from, to);
      return span.reduce((total, at) => total + market.premium('BTC', at), 0) / span.length;
    };
    expect(average(0, 55)).toBeGreaterThan(-0.0005);
    expect(average(75, 100)).toBeLessThan(-0.002);
  });
});

describe('an execution', () => {
  it('costs the taker: a buyer pays more than the best ask, a seller gets less than the best bid, more so the more was taken', () => {
    const at = NOON + 90 * MINUTE_MS;
    const { bestBid, bestAsk } = market.perpetualBook('BTC', at);
    const ticks = (price: string): number => Math.round(Number(price) * 10);
    expect(market.executionTicks('BTC', at, 'buy', 0, 1e6)).toBeGreaterThan(ticks(bestAsk));
    expect(market.executionTicks('BTC', at, 'sell', 0, 1e6)).toBeLessThan(ticks(bestBid));
    expect(market.executionTicks('BTC', at, 'sell', 1e6, 1e6)).toBeLessThan(
      market.executionTicks('BTC', at, 'sell', 0, 1e6),
    );
  });
});
