import type { Underlying } from '@ballast/facts';
import { SECOND_MS, type Instant } from '@ballast/kernel';
import { characterOf } from '../market/character.js';
import { hashKey, type SeededHash } from '../seeded-hash.js';
import { barsOf, endOf, type Bar, type Scenario } from './scenario.js';

const MARKET = hashKey('market');
const FIRST_EXTREME = hashKey('first extreme');
const SECOND_EXTREME = hashKey('second extreme');
const COMMON_MOVE = hashKey('common move');
const OWN_MOVE = hashKey('own move');
/**
 * Points from which on a bar's path visits both extremes. The way of a Brownian motion from open over both to close is 3.2 standard
 * deviations long on average; in eleven even steps it varies by 3.2^2 / 11 = 0.93 of the bar's variance, in fewer by more than it has.
 */
const VISITS_BOTH_FROM = 12;
/** Bars whose points are kept; a lookup never needs more than two hours back. */
const KEPT_BARS = 64;

const cents = (price: string): number => Math.round(Number(price) * 100);

/** A point that the path must visit: index on the grid of the bar, price in cents. */
type Anchor = readonly [index: number, price: number];

/**
 * Standard deviation of a step of the bridges, cents: the squares of the way over the anchors and those of the bridges add up
 * to the variance of the bar. A bridge of k steps has k - 1 free ones.
 */
function stepOf(anchors: readonly Anchor[], variance: number): number {
  let ofTheWay = 0;
  let free = 0;
  for (let i = 1; i < anchors.length; i++) {
    const [fromIndex, from] = anchors[i - 1]!;
    const [toIndex, to] = anchors[i]!;
    const steps = toIndex - fromIndex;
    ofTheWay += ((to - from) * (to - from)) / steps;
    free += steps - 1;
  }
  return free === 0 ? 0 : Math.sqrt(Math.max(0, variance - ofTheWay) / free);
}

/** Folds a price back into `[low, high]`, as if the extremes were mirrors. */
function reflect(price: number, low: number, high: number): number {
  if (high === low) return low;
  const period = 2 * (high - low);
  const offset = price - low - Math.floor((price - low) / period) * period;
  return offset <= high - low ? low + offset : low + (period - offset);
}

/**
 * Price of an underlying at every moment of a scenario, USD cents: a pure function of scenario, seed and time.
 *
 * Inside a bar the path visits open, the two extremes and close, in this order of the extremes: a falling bar goes to
 * its high first, a rising one to its low. Between these anchors it is a Brownian bridge with as much variance as the way
 * over the anchors leaves of the bar's own (Rogers-Satchell, which is free of drift: (H-C)(H-O) + (L-C)(L-O)), folded back
 * into [low, high]: the path is never rougher than its bar. With fewer than twelve points it visits the farther extreme only,
 * with two that and the close, with one the close.
 * Only + - * / and square root are used, so that the bits are equal on every engine.
 */
export class PricePath {
  readonly #points = new Map<Bar, readonly number[]>();
  readonly #stepMs: number;

  constructor(
    readonly scenario: Scenario,
    readonly draws: SeededHash,
  ) {
    this.#stepMs = scenario.priceSetEverySeconds * SECOND_MS;
  }

  /** Price at a moment; before the first bar its open, after the last bar its close. */
  at(underlying: Underlying, moment: Instant): number {
    const bars = barsOf(this.scenario, underlying);
    const index = this.#barIndex(bars, moment);
    if (index < 0) return cents(bars[0]!.open);
    const bar = bars[index]!;
    if (moment >= endOf(bar)) return cents(bar.close);
    const points = this.#pointsOf(underlying, bar);
    return points[Math.floor((moment - bar.start) / this.#stepMs)]!;
  }

  /**
   * Closing prices in even steps from the start of the warm-up to one step before `from`, oldest first. Where a bar
   * ends at such a moment it is that bar's close, else the path.
   */
  history(
    underlying: Underlying,
    from: Instant,
    intervalMs: number,
  ): readonly { readonly at: Instant; readonly cents: number }[] {
    const bars = barsOf(this.scenario, underlying);
    const closes: { at: Instant; cents: number }[] = [];
    const intervals = Math.floor((from - this.scenario.warmUpFrom) / intervalMs);
    for (let back = intervals; back >= 1; back--) {
      const at = from - back * intervalMs;
      const ending = bars[this.#barIndex(bars, at - 1)];
      const price = ending !== undefined && endOf(ending) === at ? cents(ending.close) : this.at(underlying, at);
      closes.push({ at, cents: price });
    }
    return closes;
  }

  /** Index of the last bar that starts at or before the moment, or -1. */
  #barIndex(bars: readonly Bar[], moment: Instant): number {
    let low = 0;
    let high = bars.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bars[middle]!.start <= moment) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #pointsOf(underlying: Underlying, bar: Bar): readonly number[] {
    const known = this.#points.get(bar);
    if (known !== undefined) return known;
    if (this.#points.size >= KEPT_BARS) this.#points.clear();
    const points = this.#draw(underlying, bar);
    this.#points.set(bar, points);
    return points;
  }

  #draw(underlying: Underlying, bar: Bar): readonly number[] {
    const count = Math.max(1, Math.ceil(bar.durationMs / this.#stepMs));
    const anchors = this.#anchors(bar, count);
    const [open, high, low, close] = [cents(bar.open), cents(bar.high), cents(bar.low), cents(bar.close)];
    const variance = (high - close) * (high - open) + (low - close) * (low - open);
    const step = stepOf(anchors, variance);
    const points: number[] = [anchors[0]![1]];
    for (let i = 1; i < anchors.length; i++) {
      this.#bridge(points, anchors[i - 1]!, anchors[i]!, (index) =>
        Math.round(step * this.#move(underlying, bar.start + index * this.#stepMs)),
      );
    }
    return points.map((price) => Math.round(reflect(price, low, high)));
  }

  /** Appends the points after `from` up to and with `to`. */
  #bridge(points: number[], [fromIndex, from]: Anchor, [toIndex, to]: Anchor, move: (index: number) => number): void {
    const length = toIndex - fromIndex;
    const walk: number[] = [0];
    for (let i = 1; i <= length; i++) walk.push(walk[i - 1]! + move(fromIndex + i));
    const end = walk[length]!;
    for (let i = 1; i < length; i++) points.push(from + walk[i]! + ((to - from - end) * i) / length);
    points.push(to);
  }

  /** One normal variate for a moment, correlated between the underlyings. */
  #move(underlying: Underlying, moment: Instant): number {
    const common = this.draws.normal(MARKET, moment, COMMON_MOVE);
    const { commonShare, ownShare } = characterOf(underlying);
    const own = ownShare === 0 ? 0 : this.draws.normal(hashKey(underlying), moment, OWN_MOVE);
    return commonShare * common + ownShare * own;
  }

  /** The extremes fall into the first 40 % and the last 45 % of the bar, at the same moments for all underlyings. */
  #anchors(bar: Bar, count: number): readonly Anchor[] {
    const [open, high, low, close] = [cents(bar.open), cents(bar.high), cents(bar.low), cents(bar.close)];
    const [first, second] = close < open ? [high, low] : [low, high];
    if (count === 1) return [[0, close]];
    const above = high - Math.max(open, close);
    const below = Math.min(open, close) - low;
    const farther = above > below || (above === below && close > open) ? high : low;
    if (count === 2)
      return [
        [0, farther],
        [1, close],
      ];
    if (count < VISITS_BOTH_FROM) {
      // Where the way there is as steep as the way from there.
      const there = Math.abs(farther - open);
      const way = there + Math.abs(farther - close);
      const at = way === 0 ? 1 : Math.round((there / way) * (count - 1));
      return [
        [0, open],
        [Math.max(1, Math.min(count - 2, at)), farther],
        [count - 1, close],
      ];
    }
    const early = this.draws.uniform(MARKET, bar.start, FIRST_EXTREME);
    const late = this.draws.uniform(MARKET, bar.start, SECOND_EXTREME);
    const firstAt = 1 + Math.floor(early * 0.4 * (count - 3));
    const secondAt = Math.min(count - 2, Math.max(firstAt + 1, Math.floor(count * (0.55 + 0.4 * late))));
    return [
      [0, open],
      [firstAt, first],
      [secondAt, second],
      [count - 1, close],
    ];
  }
}
