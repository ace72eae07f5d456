import type { OptionType, Settlement } from '@ballast/instruments';
import { type Instant, DAY_MS, exp } from '@ballast/kernel';
import { undiscountedValue } from './black76.js';
import { impliedTotalVolatility } from './implied-volatility.js';
import { logDistance } from './black76.js';
import type { SmilePoint } from './smile.js';
import type { SurfaceRules } from './surface-rules.js';
import { ValuationError, finite, positive } from './valuation-error.js';

/** One listed option and what is known of its price: quote units (linear) or coin (inverse) per unit of the underlying. */
export interface OptionQuote {
  readonly instrument: string;
  readonly type: OptionType;
  readonly strike: number;
  readonly bid?: number;
  readonly ask?: number;
  /** A volatility another venue or the last trade gives it, per square root of a year. */
  readonly referenceVolatility?: number;
  /** Contracts; strikes that nobody holds weigh a quarter. */
  readonly openInterest?: number;
}

export interface ExpiryChain {
  readonly expiry: Instant;
  /** Of the dated future, or of the venue's synthetic one. Absent: taken from put-call parity. */
  readonly forward?: number;
  readonly quotes: readonly OptionQuote[];
}

export interface OptionChain {
  readonly underlying: string;
  readonly asOf: Instant;
  readonly settlement: Settlement;
  readonly expiries: readonly ExpiryChain[];
}

const YEAR_MS = 365 * DAY_MS;

/** Years of 365 days from `asOf` to `expiry`; at or after expiry 0. */
export function yearsBetween(asOf: Instant, expiry: Instant): number {
  return Math.max(0, (expiry - asOf) / YEAR_MS);
}

/**
 * Refuses what is no chain.
 * @throws ValuationError `chain-empty`, `chain-crossed`, `instrument-expired`, `not-finite`, `not-positive`
 */
export function checkChain(chain: OptionChain): OptionChain {
  finite(chain.asOf, 'asOf');
  if (chain.expiries.length === 0)
    throw new ValuationError('chain-empty', 'expiries', `${chain.underlying} has no expiry: publish no surface`);
  for (const { expiry, forward, quotes } of chain.expiries) {
    if (finite(expiry, 'expiry') <= chain.asOf)
      throw new ValuationError(
        'instrument-expired',
        'expiry',
        `expiry ${expiry} is not after ${chain.asOf}: leave it out`,
      );
    if (forward !== undefined) positive(forward, 'forward');
    if (quotes.length === 0)
      throw new ValuationError('chain-empty', 'quotes', `expiry ${expiry} lists no option: leave the expiry out`);
    for (const quote of quotes) checkQuote(quote);
  }
  return chain;
}

function checkQuote({ instrument, strike, bid, ask, referenceVolatility, openInterest }: OptionQuote): void {
  positive(strike, `${instrument}.strike`);
  for (const [name, value] of Object.entries({ bid, ask, openInterest }))
    if (value !== undefined && finite(value, `${instrument}.${name}`) < 0)
      throw new ValuationError(
        'not-positive',
        `${instrument}.${name}`,
        `${name} of ${instrument} is ${value}: leave it out`,
      );
  if (referenceVolatility !== undefined) positive(referenceVolatility, `${instrument}.referenceVolatility`);
  if (bid !== undefined && ask !== undefined && bid > 0 && ask > 0 && bid > ask)
    throw new ValuationError(
      'chain-crossed',
      instrument,
      `${instrument} is bid ${bid} over ask ${ask}: its book is being matched or its feed is out of step, wait for the next`,
    );
}

/** Both sides are there and apart: someone would trade at them. */
function isTwoSided(quote: OptionQuote): quote is OptionQuote & { readonly bid: number; readonly ask: number } {
  return quote.bid !== undefined && quote.ask !== undefined && quote.bid > 0 && quote.ask > quote.bid;
}

/**
 * Forward at which calls and puts of the same strike agree: F = K + C - P (linear), F = K / (1 - (c - p)) (coin-settled, a
 * price being in units of F). Median over the strikes quoted on both sides, weighted by one over the width of their quotes.
 * @throws ValuationError `too-few-quotes`, `chain-crossed`, `not-finite`, `not-positive`
 */
export function forwardFromParity(quotes: readonly OptionQuote[], settlement: Settlement): number {
  for (const quote of quotes) checkQuote(quote);
  const puts = new Map(quotes.filter((q) => q.type === 'put' && isTwoSided(q)).map((q) => [q.strike, q]));
  const votes: { forward: number; weight: number }[] = [];
  for (const call of quotes) {
    const put = puts.get(call.strike);
    if (call.type !== 'call' || !isTwoSided(call) || !put || !isTwoSided(put)) continue;
    const difference = 0.5 * (call.bid + call.ask - put.bid - put.ask);
    const forward = settlement === 'linear' ? call.strike + difference : call.strike / (1 - difference);
    if (forward > 0) votes.push({ forward, weight: 1 / (call.ask - call.bid + put.ask - put.bid) });
  }
  if (votes.length === 0)
    throw new ValuationError('too-few-quotes', 'forward', 'no strike has a live call and put: give the forward');
  votes.sort((p, q) => p.forward - q.forward);
  const half = 0.5 * votes.reduce((total, { weight }) => total + weight, 0);
  let below = 0;
  return (votes.find(({ weight }) => (below += weight) >= half) as { forward: number }).forward;
}

/** Volatilities between which live quotes hold a strike. */
export interface VolatilityRange {
  readonly least: number;
  readonly most: number;
}

/** What the chain says of one strike. */
export interface StrikeObservation {
  readonly strike: number;
  readonly k: number;
  /** Held by live narrow quotes, call's and put's together. */
  readonly range: VolatilityRange | undefined;
  /** Instruments whose live quotes are narrow enough to hold the mark. */
  readonly narrow: readonly string[];
  readonly point: SmilePoint | undefined;
  readonly openInterest: number;
}

/** From here on the weight is below any least weight; the exponential need not underflow. */
const FAR_OUT = 1e3;

/**
 * How much a strike says of the smile, 1 at the money, exp(-decay h^2) h deviations away; at 0.15 that is vega^0.3. Far out a
 * tick of the price is many points of volatility, and venues cap what they publish.
 */
function weightAt(
  k: number,
  volatility: number,
  timeYears: number,
  { distanceDecay, leastWeight }: SurfaceRules['quotes'],
): number {
  const h = k / (volatility * Math.sqrt(timeYears));
  return Math.max(exp(-distanceDecay * Math.min(h * h, FAR_OUT)), leastWeight);
}

/** Volatility at which an option is worth a price: 0 at or below the intrinsic value, Infinity at or above the maximum. */
function volatilityAt(quote: OptionQuote, price: number, forward: number, timeYears: number): number {
  const isCall = quote.type === 'call';
  const inside = isCall ? forward - quote.strike : quote.strike - forward;
  const timeValue = price - Math.max(0, inside);
  const low = Math.min(forward, quote.strike);
  if (timeValue <= 0) return 0;
  if (timeValue >= low) return Infinity;
  return impliedTotalVolatility(low, Math.max(forward, quote.strike), timeValue) / Math.sqrt(timeYears);
}

/** Volatilities of bid and ask, when both are live. */
function quotedRange(
  quote: OptionQuote,
  unit: number,
  forward: number,
  timeYears: number,
): VolatilityRange | undefined {
  if (!isTwoSided(quote)) return undefined;
  const least = volatilityAt(quote, quote.bid * unit, forward, timeYears);
  const most = volatilityAt(quote, quote.ask * unit, forward, timeYears);
  return { least, most };
}

/**
 * Volatilities that a strike's narrow quotes allow a mark that is to lie between them to a tick.
 * @param tick in the chain's unit
 */
export function rangeToTick(
  { strike, narrow }: StrikeObservation,
  { quotes }: ExpiryChain,
  settlement: Settlement,
  forward: number,
  timeYears: number,
  tick: number,
): VolatilityRange | undefined {
  const unit = settlement === 'inverse' ? forward : 1;
  let range: VolatilityRange | undefined;
  for (const quote of quotes) {
    if (quote.strike !== strike || !narrow.includes(quote.instrument) || !isTwoSided(quote)) continue;
    const wide = quotedRange({ ...quote, bid: quote.bid - tick, ask: quote.ask + tick }, unit, forward, timeYears);
    if (wide === undefined) return undefined;
    range = {
      least: Math.max(wide.least, range?.least ?? 0),
      most: Math.min(wide.most, range?.most ?? Infinity),
    };
  }
  return range !== undefined && range.least <= range.most ? range : undefined;
}

/**
 * One observation per strike, by rising strike. The option out of the money speaks first (its quotes carry more of the volatility);
 * its volatility is the reference held inside the live quotes, or their middle where there is no reference.
 */
export function observeStrikes(
  { quotes }: ExpiryChain,
  settlement: Settlement,
  forward: number,
  timeYears: number,
  { quotes: rules }: Pick<SurfaceRules, 'quotes'>,
): StrikeObservation[] {
  const unit = settlement === 'inverse' ? forward : 1;
  const byStrike = new Map<number, OptionQuote[]>();
  for (const quote of quotes) byStrike.set(quote.strike, [...(byStrike.get(quote.strike) ?? []), quote]);
  const strikes = [...byStrike.keys()].sort((p, q) => p - q);
  return strikes.map((strike) => {
    const outside = strike >= forward ? 'call' : 'put';
    const twins = (byStrike.get(strike) as OptionQuote[]).sort(
      (p, q) => Number(q.type === outside) - Number(p.type === outside),
    );
    const k = strike >= forward ? logDistance(forward, strike) : -logDistance(strike, forward);
    const openInterest = twins.reduce((total, quote) => total + (quote.openInterest ?? 0), 0);
    const interest = openInterest > 0 ? 1 : rules.weightWithoutInterest;
    const narrow: string[] = [];
    let range: VolatilityRange | undefined;
    let point: SmilePoint | undefined;
    for (const quote of twins) {
      const quoted = quotedRange(quote, unit, forward, timeYears);
      const isNarrow = quoted !== undefined && quoted.most - quoted.least < rules.maxSpreadVolatility;
      if (isNarrow) {
        narrow.push(quote.instrument);
        const least = Math.max(quoted.least, range?.least ?? 0);
        const most = Math.min(quoted.most, range?.most ?? Infinity);
        // Quotes of call and put that exclude each other: the one out of the money stands.
        if (least <= most) range = { least, most };
      }
      if (point) continue;
      const reference = quote.referenceVolatility;
      if (reference !== undefined) {
        const held = isNarrow ? Math.min(Math.max(reference, quoted.least), quoted.most) : reference;
        point = { k, volatility: held, weight: interest * weightAt(k, held, timeYears, rules) };
      } else if (quoted && quoted.least > 0 && quoted.most < Infinity) {
        const width = (quoted.most - quoted.least) / rules.maxSpreadVolatility;
        const volatility = 0.5 * (quoted.least + quoted.most);
        point = { k, volatility, weight: (interest * weightAt(k, volatility, timeYears, rules)) / (1 + width * width) };
      }
    }
    return { strike, k, range, narrow, point, openInterest };
  });
}

/** Mark of an option at a volatility, in the chain's unit: quote units, or coin when it is coin-settled. */
export function markOf(
  quote: OptionQuote,
  settlement: Settlement,
  forward: number,
  timeYears: number,
  volatility: number,
): number {
  const value = undiscountedValue(quote.type === 'call', forward, quote.strike, volatility * Math.sqrt(timeYears));
  return settlement === 'inverse' ? value / forward : value;
}
