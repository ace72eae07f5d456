import type { QuoteEvents, TradeSide, Underlying } from '@ballast/facts';
import { AVERAGING_WINDOW_MS, writeInstrumentId, type OptionType } from '@ballast/instruments';
import { compareText, dec, log, MINUTE_MS, text, type DecimalString, type Instant } from '@ballast/kernel';
import { sviVariance, undiscountedValue } from '@ballast/valuation';
import { COIN_DIGITS, decimalText } from '../scaled-integer.js';
import type { ContractPlan } from '../scenario/scenario.js';
import { hashKey } from '../seeded-hash.js';
import { contractOf, type Contract } from './contracts.js';
import { underlyingOf } from './instruments.js';
import { clearingTimeDepth, executionDistance, stressOf, type Liquidity } from './liquidity.js';
import type { Market } from './market.js';
import { smileOf, varianceAtTheMoney, yearsOf } from './smile.js';

const QUOTE_NOISE = hashKey('option quote');
const MISSING_BID = hashKey('missing bid');
const MISSING_ASK = hashKey('missing ask');
const BASIS_NOISE = hashKey('basis of a future');

/** Contracts are listed at least this long before they expire: their delivery price is averaged over the last half hour. */
const LISTED_BEFORE_EXPIRY_MS = AVERAGING_WINDOW_MS + 15 * MINUTE_MS;
/** Nobody opens anything in the averaging window. */
const TRADED_UNTIL_MS = AVERAGING_WINDOW_MS;
/** Strikes stand about this fraction of the price apart. */
const STRIKE_DISTANCE = 0.05;
/** So many strikes at least are listed on either side of the price. */
const STRIKES_BEYOND_PRICE = 2;
/** Realised volatility is the mean over so many half hours (of thirty price sets). */
const HALF_HOURS = 4;
const PRICE_SETS_PER_LOOK = 30;
/** Beyond so many deviations from the money nobody quotes, and from so many on sides are missing. */
const QUOTED_DEVIATIONS = 3;
const THIN_DEVIATIONS = 2;
const MISSING_SHARE = 0.35;
/** Standard deviation of a quote around the smile, fraction of the total volatility. */
const NOISE = 0.003;
/** Carry of a dated future over the perpetual, a year. */
const CARRY = 0.04;
/** Depth of a contract, fraction of the perpetual's. */
const DEPTH_SHARE: Readonly<Record<Contract['kind'], number>> = { perpetual: 0.3, future: 0.2, option: 0.03 };
/** A taker of options pays this part of what the underlying would cost: their delta, about. */
const OPTION_DELTA = 0.5;
/** An execution is at most this fraction of the underlying's price away from the middle. */
const FURTHEST = 0.15;

/** Middle and half spread of a contract, USD as it is quoted. */
interface Quoted {
  readonly middle: number;
  readonly half: number;
}

/** What does not change over a run, or with what close-outs push into the market. */
interface Known {
  readonly contracts: Map<string, Contract>;
  readonly daily: Map<string, number>;
  readonly delivered: Map<string, number>;
}

/** Futures, options and inverse perpetuals at a clearing time: a pure function of scenario, seed, listing and time. */
export class ContractMarket {
  constructor(
    readonly market: Market,
    readonly plan: ContractPlan,
    private readonly known: Known = { contracts: new Map(), daily: new Map(), delivered: new Map() },
  ) {}

  /** The same contracts where the market is the given one. */
  under(market: Market): ContractMarket {
    return market === this.market ? this : new ContractMarket(market, this.plan, this.known);
  }

  /** A contract of an id that was listed here. */
  contract(id: string): Contract {
    let contract = this.known.contracts.get(id);
    if (contract === undefined) {
      contract = contractOf(id);
      if (contract === undefined) throw new TypeError(`${id} cannot be listed here`);
      this.known.contracts.set(id, contract);
    }
    return contract;
  }

  /** What is to be listed now, in order: everything at the opening, later the strikes that the price ran away from. */
  listings(listed: ReadonlyMap<string, Instant>, at: Instant): readonly Contract[] {
    const wanted: string[] = [];
    for (const underlying of [...this.plan.underlyings].sort(compareText)) {
      if (this.plan.inversePerpetuals) {
        wanted.push(writeInstrumentId({ kind: 'perpetual', underlying, settlement: 'inverse' }));
      }
      for (const expiry of this.plan.expiries) {
        if (expiry - at < LISTED_BEFORE_EXPIRY_MS) continue;
        wanted.push(writeInstrumentId({ kind: 'future', underlying, settlement: 'linear', expiry }));
        for (const strike of this.#strikes(listed, underlying, expiry, at)) {
          for (const type of ['call', 'put'] as const) wanted.push(optionId(underlying, expiry, strike, type));
        }
      }
    }
    return wanted.filter((id) => !listed.has(id)).map((id) => this.contract(id));
  }

  /** Strikes of an expiry: those around the price at its listing, then as many more as the price needs on either side. */
  #strikes(
    listed: ReadonlyMap<string, Instant>,
    underlying: Underlying,
    expiry: Instant,
    at: Instant,
  ): readonly number[] {
    const price = this.market.price(underlying, at) / 100;
    const known = [...listed.keys()]
      .filter((id) => underlyingOf(id) === undefined)
      .map((id) => this.contract(id))
      .filter((contract) => contract.kind === 'option' && contract.type === 'call')
      .filter((contract) => contract.underlying === underlying && contract.expiry === expiry)
      .map(({ strike }) => strike)
      .sort((a, b) => a - b);
    if (known.length === 0) {
      const step = strikeStep(price);
      const centre = Math.round(price / step);
      const side = (this.plan.strikes - 1) / 2;
      return Array.from({ length: this.plan.strikes }, (_, index) => (centre - side + index) * step).filter(
        (strike) => strike > 0,
      );
    }
    const step = (known[1] as number) - (known[0] as number);
    const strikes = [...known];
    while (strikes.filter((strike) => strike < price).length < STRIKES_BEYOND_PRICE) {
      const next = (strikes[0] as number) - step;
      if (next <= 0) break;
      strikes.unshift(next);
    }
    while (strikes.filter((strike) => strike > price).length < STRIKES_BEYOND_PRICE) {
      strikes.push((strikes[strikes.length - 1] as number) + step);
    }
    return strikes;
  }

  /** True until its price is averaged: nobody opens anything from then on. */
  isOpenable(contract: Contract, at: Instant): boolean {
    return at < contract.expiry - TRADED_UNTIL_MS;
  }

  /** Realised volatility of the last two hours, per square root of a day. */
  dailyVolatility(underlying: Underlying, at: Instant): number {
    const key = `${underlying}${at}`;
    const known = this.known.daily.get(key);
    if (known !== undefined) return known;
    let squares = 0;
    for (let back = 0; back < HALF_HOURS; back++) {
      const volatility = this.market.volatility(underlying, at - back * PRICE_SETS_PER_LOOK * this.market.stepMs);
      squares += volatility * volatility;
    }
    const daily = Math.sqrt(squares / HALF_HOURS);
    if (this.known.daily.size > 16) this.known.daily.clear();
    this.known.daily.set(key, daily);
    return daily;
  }

  /** Middle of a future: half of the perpetual's premium, the carry to its expiry, and a slow noise of its own; USD. */
  forward(underlying: Underlying, expiry: Instant, at: Instant): number {
    const quarter = 15 * MINUTE_MS;
    const noise = this.market.draws.normal(hashKey(`${underlying}${expiry}`), Math.floor(at / quarter), BASIS_NOISE);
    const basis = 0.5 * this.market.premium(underlying, at) + CARRY * yearsOf(expiry - at) + 0.0001 * noise;
    // At the expiry a future is worth the index: the basis closes over the last day.
    const open = Math.min(1, Math.max(0, (expiry - at) / (24 * 60 * MINUTE_MS)));
    return (this.market.price(underlying, at) / 100) * (1 + basis * open);
  }

  /** Bid and ask of the exchange's own book. */
  book(contract: Contract, at: Instant): QuoteEvents['ContractBookObserved'] {
    const { middle, half } = this.#quoted(contract, at);
    const bid = Math.max(1, Math.floor(inTicks(contract, middle - half)));
    const ask = Math.max(bid + 1, Math.ceil(inTicks(contract, middle + half)));
    return {
      instrument: contract.id,
      bestBid: decimalText(bid, contract.tickDigits),
      bestAsk: decimalText(ask, contract.tickDigits),
      at,
    };
  }

  /** Quotes of the options of an expiry, by id; far from the money sides are missing. */
  chain(
    underlying: Underlying,
    expiry: Instant,
    options: readonly Contract[],
    openInterest: ReadonlyMap<string, number>,
    at: Instant,
  ): QuoteEvents['OptionChainQuoted'] {
    const variance = this.#varianceAtTheMoney(underlying, expiry, at);
    const forward = this.forward(underlying, expiry, at);
    const quotes = options.map((option) => {
      const distance = deviations(option.strike, forward, variance);
      const { middle, half } = this.#quoted(option, at);
      const noise = 1 + NOISE * this.market.draws.normal(hashKey(option.id), at, QUOTE_NOISE);
      const bid = Math.floor(inTicks(option, middle * noise - half));
      const ask = Math.max(bid + 1, 1, Math.ceil(inTicks(option, middle * noise + half)));
      const isQuoted = (purpose: number): boolean =>
        distance <= THIN_DEVIATIONS ||
        (distance <= QUOTED_DEVIATIONS && this.market.draws.uniform(hashKey(option.id), at, purpose) >= MISSING_SHARE);
      return {
        instrument: option.id,
        bid: bid > 0 && isQuoted(MISSING_BID) ? decimalText(bid, option.tickDigits) : null,
        ask: isQuoted(MISSING_ASK) ? decimalText(ask, option.tickDigits) : null,
        openInterest: decimalText(Math.round((openInterest.get(option.id) ?? 0) / 2), COIN_DIGITS),
      };
    });
    return { underlying, expiry, quotes, at };
  }

  /**
   * What a contract is worth to its holder, USD, by the exchange's own figures: premium of an option, price of a future
   * (its cost was taken from the cash), minus the coins of an inverse perpetual. After the expiry what was delivered.
   */
  worth(contract: Contract, at: Instant): number {
    const { underlying, expiry, kind, type, strike, size, inverse } = contract;
    if (inverse) return -size;
    if (at < expiry) return this.#quoted(contract, at).middle;
    const price = this.#deliveryPrice(underlying, expiry);
    if (kind === 'future') return price;
    return Math.max(0, type === 'call' ? price - strike : strike - price);
  }

  /** USD of the underlying that one contract stands for. */
  notional({ inverse, underlying, size }: Contract, at: Instant): number {
    return inverse ? size : size * (this.market.price(underlying, at) / 100);
  }

  /** Notional that close-outs of a contract may take on a side at a clearing time, USD; nothing from the expiry on. */
  depth(contract: Contract, at: Instant): number {
    if (at >= contract.expiry) return 0;
    return clearingTimeDepth(this.#liquidity(contract), this.market.volatility(contract.underlying, at));
  }

  /**
   * Price of an execution against the book, rounded against the taker and never below a tick.
   * @param taken notional executed on this side before at this clearing time, USD
   * @param size  notional of this execution, USD, > 0
   */
  executionPrice(contract: Contract, at: Instant, side: TradeSide, taken: number, size: number): DecimalString {
    const { middle, half } = this.#quoted(contract, at);
    const { underlying, kind } = contract;
    const impact = executionDistance(this.#liquidity(contract), this.market.volatility(underlying, at), taken, size);
    const share = kind === 'option' ? OPTION_DELTA * impact : impact;
    const distance = half + (this.market.price(underlying, at) / 100) * Math.min(FURTHEST, share);
    const ticks =
      side === 'buy'
        ? Math.ceil(inTicks(contract, middle + distance))
        : Math.floor(inTicks(contract, middle - distance));
    return decimalText(Math.max(1, ticks), contract.tickDigits);
  }

  #quoted(contract: Contract, at: Instant): Quoted {
    const { underlying, kind, expiry, type, strike } = contract;
    const stress = stressOf(this.market.liquidity(underlying), this.market.volatility(underlying, at));
    if (kind !== 'option') {
      const middle =
        kind === 'future' ? this.forward(underlying, expiry, at) : this.market.perpetualMiddle(underlying, at) / 100;
      return { middle, half: 0.0002 * stress * middle };
    }
    const forward = this.forward(underlying, expiry, at);
    const variance = this.#varianceAtTheMoney(underlying, expiry, at);
    const total = Math.sqrt(sviVariance(smileOf(variance), log(strike / forward)));
    const middle = undiscountedValue(type === 'call', forward, strike, total);
    return { middle, half: stress * (0.0002 * forward + 0.01 * Math.min(middle, 0.1 * forward)) };
  }

  #liquidity({ underlying, kind }: Contract): Liquidity {
    const liquidity = this.market.liquidity(underlying);
    return { ...liquidity, calmDailyDepth: liquidity.calmDailyDepth * DEPTH_SHARE[kind] };
  }

  #varianceAtTheMoney(underlying: Underlying, expiry: Instant, at: Instant): number {
    return varianceAtTheMoney(underlying, yearsOf(expiry - at), this.dailyVolatility(underlying, at));
  }

  /** Mean of the path over the averaging window, USD; what owners reckon with, not what pricing fixes. */
  #deliveryPrice(underlying: Underlying, expiry: Instant): number {
    const key = `${underlying}${expiry}`;
    const known = this.known.delivered.get(key);
    if (known !== undefined) return known;
    let sum = 0;
    let count = 0;
    for (let moment = expiry - AVERAGING_WINDOW_MS; moment < expiry; moment += this.market.stepMs) {
      sum += this.market.path.at(underlying, moment);
      count += 1;
    }
    const price = sum / count / 100;
    this.known.delivered.set(key, price);
    return price;
  }
}

const optionId = (underlying: Underlying, expiry: Instant, strike: number, type: OptionType): string =>
  writeInstrumentId({ kind: 'option', underlying, settlement: 'linear', expiry, strike: dec(text(dec(strike))), type });

/** Standard deviations of the strike from the forward, >= 0. */
function deviations(strike: number, forward: number, variance: number): number {
  return Math.abs(log(strike / forward)) / Math.sqrt(variance);
}

function inTicks({ tickDigits }: Contract, price: number): number {
  let ticks = price;
  for (let digit = 0; digit < tickDigits; digit++) ticks *= 10;
  return ticks;
}

/** The round step nearest below 1.25 times the wanted distance: 1, 2.5 or 5 times a power of ten, whole dollars. */
function strikeStep(price: number): number {
  const wanted = STRIKE_DISTANCE * price;
  let step = 1;
  for (let decade = 1; decade <= wanted * 10; decade *= 10) {
    for (const multiple of decade === 1 ? [1, 2, 5] : [1, 2.5, 5]) {
      if (multiple * decade <= 1.25 * wanted) step = multiple * decade;
    }
  }
  return step;
}
