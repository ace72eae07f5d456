import type { Asset, QuoteEvents, Underlying } from '@ballast/facts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from '@ballast/kernel';
import type { PricePath } from '../scenario/price-path.js';
import { underlyingsOf } from '../scenario/scenario.js';
import { decimalText } from '../scaled-integer.js';
import { hashKey, type SeededHash } from '../seeded-hash.js';
import { characterOf } from './character.js';
import { perpetualOf } from './instruments.js';
import { depthWithin, executionDistance, halfSpread, tradedVolume, type Liquidity } from './liquidity.js';
import { moveOf, type PricePressure } from './price-pressure.js';
import { disturbanceOf, VENUE_KEY, VENUES } from './source-disturbance.js';

const quoteNoise = (name: string): number => hashKey(`quote ${name}`);
const outlierSize = (underlying: Underlying): number => hashKey(`outlier ${underlying}`);
const premiumNoise = (underlying: Underlying): number => hashKey(`premium ${underlying}`);
const lastTrade = (underlying: Underlying): number => hashKey(`last ${underlying}`);
const MARKET = hashKey('market');

/** Returns that the measured volatility looks back on. */
const VOLATILITY_WINDOW = 30;
/** Standard deviation of a venue's middle around the common price, in calm, as a fraction. */
const QUOTE_NOISE_SIZE = 0.0002;
/** The noise grows with volatility up to this multiple. */
const MOST_QUOTE_NOISE = 8;
/** Quotes of coins: digits, steps to a dollar, and half of their spread in steps. */
const COIN_TICK_DIGITS = 5;
const COIN_STEPS = 100_000;
const COIN_HALF_SPREAD = 5;
/** USD that the impact bid and ask are taken at. @see docs/spec/pricing.md */
const IMPACT_NOTIONAL = 25_000;
/** Fraction of the price that depth is observed within. */
const DEPTH_DISTANCE = 0.01;
const PREMIUM_NODE_MS = 5 * MINUTE_MS;
const PREMIUM_LOOKBACK_MS = 15 * MINUTE_MS;

const POWERS = [1, 10, 100, 1_000, 10_000];

/** Rounds an amount of cents to the tick of the perpetual: a buyer's price up, a seller's down. */
function toTick(underlying: Underlying, priceCents: number, direction: 'up' | 'down'): number {
  const ticks = (priceCents / 100) * POWERS[characterOf(underlying).linear.tickDigits]!;
  return direction === 'up' ? Math.ceil(ticks) : Math.floor(ticks);
}

export const priceText = (underlying: Underlying, ticks: number): string =>
  decimalText(ticks, characterOf(underlying).linear.tickDigits);

/**
 * Everything that the market shows at a clearing time: a pure function of scenario, seed, time and the pressure it is under. Prices are whole
 * cents or ticks; what lies between is float64 with + - * / and square root only.
 */
export class Market {
  readonly #underlyings: readonly Underlying[];

  constructor(
    readonly path: PricePath,
    readonly draws: SeededHash,
    readonly run: { readonly from: Instant; readonly to: Instant },
    /** Depth of every book, multiple of what a crowd of a thousand accounts has. */
    private readonly depth = 1,
    private readonly volatilities = new Map<string, number>(),
    /** How far close-outs hold prices away from the path, fractions; what is not there stands on it. */
    private readonly moves: ReadonlyMap<Underlying, number> = new Map(),
  ) {
    this.#underlyings = underlyingsOf(path.scenario);
  }

  /** The same market at a clearing time, with its prices held away from the path by what close-outs pushed into it. */
  under(pressure: PricePressure, at: Instant): Market {
    if (pressure.units.size === 0) return this;
    const moves = new Map(
      [...pressure.units.keys()].map((name) => {
        const [price, volatility] = [this.path.at(name, at) / 100, this.volatility(name, at)];
        return [name, moveOf(pressure, name, at, { price, volatility, liquidity: this.liquidity(name) })];
      }),
    );
    return new Market(this.path, this.draws, this.run, this.depth, this.volatilities, moves);
  }

  /** Price of an underlying, whole cents. */
  price(underlying: Underlying, at: Instant): number {
    const onPath = this.path.at(underlying, at);
    const move = this.moves.get(underlying);
    return move === undefined ? onPath : Math.round(onPath * (1 + move));
  }

  get underlyings(): readonly Underlying[] {
    return this.#underlyings;
  }

  get stepMs(): number {
    return this.path.scenario.priceSetEverySeconds * SECOND_MS;
  }

  liquidity(underlying: Underlying): Liquidity {
    const { liquidity } = characterOf(underlying);
    return { ...liquidity, calmDailyDepth: liquidity.calmDailyDepth * this.depth };
  }

  /** Standard deviation of the last thirty returns of the path, scaled to a day. */
  volatility(underlying: Underlying, at: Instant): number {
    const key = `${underlying}${at}`;
    const known = this.volatilities.get(key);
    if (known !== undefined) return known;
    let squares = 0;
    let later = this.path.at(underlying, at);
    for (let back = 1; back <= VOLATILITY_WINDOW; back++) {
      const earlier = this.path.at(underlying, at - back * this.stepMs);
      const change = later / earlier - 1;
      squares += change * change;
      later = earlier;
    }
    const daily = Math.sqrt(((squares / VOLATILITY_WINDOW) * DAY_MS) / this.stepMs);
    if (this.volatilities.size > 16) this.volatilities.clear();
    this.volatilities.set(key, daily);
    return daily;
  }

  /**
   * Perpetual over the price of the underlying, as a fraction: 2 bp in calm, less when the last quarter of an hour
   * fell (12 % of that move, between -2 % and +1 %), and a slow noise.
   */
  premium(underlying: Underlying, at: Instant): number {
    const trend = this.path.at(underlying, at) / this.path.at(underlying, at - PREMIUM_LOOKBACK_MS) - 1;
    const node = Math.floor(at / PREMIUM_NODE_MS) * PREMIUM_NODE_MS;
    const weight = (at - node) / PREMIUM_NODE_MS;
    const noise =
      (1 - weight) * this.draws.normal(MARKET, node, premiumNoise(underlying)) +
      weight * this.draws.normal(MARKET, node + PREMIUM_NODE_MS, premiumNoise(underlying));
    return Math.max(-0.02, Math.min(0.01, 0.0002 + 0.12 * trend)) + 0.0001 * noise;
  }

  /** Middle of the perpetual's book, cents, not rounded. */
  perpetualMiddle(underlying: Underlying, at: Instant): number {
    return this.price(underlying, at) * (1 + this.premium(underlying, at));
  }

  /** Best bids and asks of the venues that have news at this moment. */
  venueQuotes(underlying: Underlying, at: Instant): QuoteEvents['VenueQuotesReceived'] {
    const price = this.price(underlying, at);
    const volatility = this.volatility(underlying, at);
    const half = halfSpread(this.liquidity(underlying), volatility);
    const stress = Math.max(
      1,
      Math.min(MOST_QUOTE_NOISE, volatility / characterOf(underlying).liquidity.calmVolatility),
    );
    const disturbance = disturbanceOf(this.draws, this.run, this.underlyings.indexOf(underlying), at);
    const noiseKey = quoteNoise(underlying);
    const quotes: QuoteEvents['VenueQuotesReceived']['quotes'][number][] = [];
    for (const venue of VENUES) {
      const disturbed = disturbance(venue);
      if (disturbed === 'silent') continue;
      const noise = QUOTE_NOISE_SIZE * stress * this.draws.normal(VENUE_KEY[venue], at, noiseKey);
      const middle = price * (1 + noise) * (disturbed === 'outlier' ? this.#outlierFactor(underlying) : 1);
      const bid = Math.floor(middle * (1 - half));
      const ask = Math.max(bid + 1, Math.ceil(middle * (1 + half)));
      quotes.push({ venue, bid: decimalText(bid, 2), ask: decimalText(ask, 2), at });
    }
    return { underlying, quotes };
  }

  /** What a coin of about a dollar is worth, USD: less in the middle of a dip. */
  coinPrice(coin: Asset, at: Instant): number {
    let price = 1;
    for (const { from, to, low } of this.path.scenario.coins?.[coin]?.dips ?? []) {
      const half = (to - from) / 2;
      const depth = Math.max(0, 1 - Math.abs(at - from - half) / half);
      price = Math.min(price, 1 - (1 - Number(low)) * depth);
    }
    return price;
  }

  /** Bids and asks of a coin on all venues, in steps of a thousandth of a cent. */
  coinQuotes(coin: Asset, at: Instant): QuoteEvents['VenueQuotesReceived'] {
    const price = this.coinPrice(coin, at);
    const noiseKey = quoteNoise(coin);
    const quotes = VENUES.map((venue) => {
      const middle = price * (1 + QUOTE_NOISE_SIZE * this.draws.normal(VENUE_KEY[venue], at, noiseKey)) * COIN_STEPS;
      const [bid, ask] = [Math.floor(middle - COIN_HALF_SPREAD), Math.ceil(middle + COIN_HALF_SPREAD)];
      return { venue, bid: decimalText(bid, COIN_TICK_DIGITS), ask: decimalText(ask, COIN_TICK_DIGITS), at };
    });
    return { underlying: coin, quotes };
  }

  /** Between 3 % and 6 % beside the others, up for one seed and down for another. */
  #outlierFactor(underlying: Underlying): number {
    const draw = this.draws.uniform(MARKET, this.run.from, outlierSize(underlying));
    return draw < 0.5 ? 0.94 + 0.06 * draw : 1.06 - 0.06 * (1 - draw);
  }

  perpetualBook(underlying: Underlying, at: Instant): QuoteEvents['PerpetualBookObserved'] {
    const liquidity = this.liquidity(underlying);
    const volatility = this.volatility(underlying, at);
    const middle = this.perpetualMiddle(underlying, at);
    const half = halfSpread(liquidity, volatility);
    const impact = executionDistance(liquidity, volatility, 0, IMPACT_NOTIONAL);
    const bid = toTick(underlying, middle * (1 - half), 'down');
    const ask = Math.max(bid + 1, toTick(underlying, middle * (1 + half), 'up'));
    const last = this.draws.uniform(MARKET, at, lastTrade(underlying)) < 0.5 ? bid : ask;
    const asText = (ticks: number): string => priceText(underlying, ticks);
    return {
      instrument: perpetualOf(underlying),
      bestBid: asText(bid),
      bestAsk: asText(ask),
      impactBid: asText(Math.min(bid, toTick(underlying, middle * (1 - impact), 'down'))),
      impactAsk: asText(Math.max(ask, toTick(underlying, middle * (1 + impact), 'up'))),
      lastPrice: asText(last),
      at,
    };
  }

  /** What was traded since the last step, of the hour before the first one, and how deep the book is. */
  activity(underlying: Underlying, at: Instant): QuoteEvents['MarketActivityObserved'] {
    const liquidity = this.liquidity(underlying);
    const volatility = this.volatility(underlying, at);
    const from = at - (at === this.run.from ? HOUR_MS : this.stepMs);
    const depth = decimalText(Math.round(depthWithin(liquidity, volatility, DEPTH_DISTANCE) * 100), 2);
    return {
      instrument: perpetualOf(underlying),
      from,
      at,
      volume: decimalText(Math.round(tradedVolume(liquidity, volatility, at - from) * 100), 2),
      bidDepth: depth,
      askDepth: depth,
    };
  }

  /**
   * Price in ticks of an execution against the book, rounded against the taker. The distance is capped at 30 %: a
   * book is never emptied to nothing.
   */
  executionTicks(underlying: Underlying, at: Instant, side: 'buy' | 'sell', taken: number, size: number): number {
    const distance = Math.min(
      0.3,
      executionDistance(this.liquidity(underlying), this.volatility(underlying, at), taken, size),
    );
    const middle = this.perpetualMiddle(underlying, at);
    return side === 'buy'
      ? toTick(underlying, middle * (1 + distance), 'up')
      : toTick(underlying, middle * (1 - distance), 'down');
  }
}
