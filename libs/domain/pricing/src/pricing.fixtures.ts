import { GLOBAL, PartitionMachine, type LogEntry, type SealedEvent } from '@ballast/event-sourcing';
import type {
  ContractSpecificationDocument,
  InstrumentMark,
  PricingEvents,
  QuoteEvents,
  Underlying,
  UnderlyingPrices,
} from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { SECOND_MS, compareText, dec, isoOf, text, type DecimalString, type Instant } from '@ballast/kernel';
import { pricingProcess } from './pricing.process.js';
import type { PricingState } from './pricing.state.js';
import { anOpening } from './rules/pricing-rules.fixtures.js';

const STEPS: { readonly [underlying: Underlying]: Partial<ContractSpecificationDocument> } = {
  BTC: { tick: '0.5', lot: '0.0001' },
  ETH: { tick: '0.05', lot: '0.001' },
};

/** A quote of one venue: mid with a spread of 2 basis points around it, or bid and ask as they are. */
export type QuoteSketch =
  DecimalString | { readonly bid: DecimalString; readonly ask: DecimalString; readonly at?: Instant };

/** Bid and ask one basis point either side of a mid. */
export function around(mid: DecimalString): { readonly bid: DecimalString; readonly ask: DecimalString } {
  return { bid: text(dec(mid).times('0.9999')), ask: text(dec(mid).times('1.0001')) };
}

/**
 * Writes exchange.quotes as an exchange would: every message at the present moment, `tick` at its end. Start it, move
 * it with `at`, and read `entries`.
 */
export class QuoteTape {
  readonly entries: LogEntry[] = [];
  readonly #versions = new Map<string, number>();

  constructor(private now: Instant) {}

  /** Moves to a later moment. */
  at(now: Instant): this {
    this.now = now;
    return this;
  }

  /** Moves on by seconds. */
  after(seconds: number): this {
    return this.at(this.now + seconds * SECOND_MS);
  }

  /** Opens the market and lists the linear perpetuals of the given underlyings. */
  market(priceSetEverySeconds = 60, underlyings: readonly Underlying[] = ['BTC', 'ETH']): this {
    this.append('MarketOpened', 'market', { name: 'fixture', priceSetEverySeconds });
    for (const underlying of underlyings) this.list(`${underlying}-PERP`, STEPS[underlying]);
    return this;
  }

  /** Closes that end at the present moment. */
  history(underlying: Underlying, intervalMs: number, prices: readonly DecimalString[]): this {
    const closes = prices.map((price, i) => ({ at: this.now - (prices.length - 1 - i) * intervalMs, price }));
    return this.append('PriceHistorySupplied', 'market', { underlying, intervalMs, closes });
  }

  quotes(underlying: Underlying, byVenue: Readonly<Record<string, QuoteSketch>>): this {
    const quotes = Object.entries(byVenue).map(([venue, sketch]) => ({
      venue,
      at: this.now,
      ...(typeof sketch === 'string' ? around(sketch) : sketch),
    }));
    return this.append('VenueQuotesReceived', `quotes-${underlying}`, { underlying, quotes });
  }

  /** A perpetual's book around a mid, deep enough that the impact prices are its best prices. */
  book(
    underlying: Underlying,
    mid: DecimalString,
    overrides: Partial<QuoteEvents['PerpetualBookObserved']> = {},
  ): this {
    const { bid, ask } = around(mid);
    return this.append('PerpetualBookObserved', `quotes-${underlying}`, {
      instrument: `${underlying}-PERP`,
      bestBid: bid,
      bestAsk: ask,
      impactBid: bid,
      impactAsk: ask,
      lastPrice: mid,
      at: this.now,
      ...overrides,
    });
  }

  /** What the market of a perpetual traded in the seconds up to now, and what its book holds. */
  activity(
    underlying: Underlying,
    seconds: number,
    volume: DecimalString,
    overrides: Partial<QuoteEvents['MarketActivityObserved']> = {},
  ): this {
    return this.append('MarketActivityObserved', `quotes-${underlying}`, {
      instrument: `${underlying}-PERP`,
      from: this.now - seconds * SECOND_MS,
      at: this.now,
      volume,
      bidDepth: '4000000',
      askDepth: '5000000',
      ...overrides,
    });
  }

  /** Lists a contract on the usual terms; name only what matters to the case. */
  list(id: string, terms: Partial<ContractSpecificationDocument> = {}): this {
    return this.append('InstrumentListed', 'market', { specification: aSpecification(id, this.now, terms) });
  }

  /** A future's or an inverse perpetual's book around a mid. */
  contractBook(
    instrument: string,
    mid: DecimalString,
    overrides: Partial<QuoteEvents['ContractBookObserved']> = {},
  ): this {
    const { bid, ask } = around(mid);
    const book = { instrument, bestBid: bid, bestAsk: ask, at: this.now, ...overrides };
    return this.append('ContractBookObserved', `quotes-${instrument.slice(0, 3)}`, book);
  }

  /** Quotes of an expiry: bid and ask per option. */
  chain(
    underlying: Underlying,
    expiry: Instant,
    byOption: Readonly<Record<string, readonly [bid: DecimalString | null, ask: DecimalString | null]>>,
    at = this.now,
  ): this {
    const quotes = Object.entries(byOption).map(([instrument, [bid, ask]]) => {
      return { instrument, bid, ask, openInterest: '10' };
    });
    return this.append('OptionChainQuoted', `quotes-${underlying}`, { underlying, expiry, quotes, at });
  }

  tick(): this {
    return this.append('ClockTicked', 'clock', { at: this.now });
  }

  /** Any message, also one that no sound exchange would send. */
  append<Type extends keyof QuoteEvents>(type: Type, stream: string, payload: QuoteEvents[Type]): this {
    const position = this.entries.length + 1;
    const version = (this.#versions.get(stream) ?? 0) + 1;
    this.#versions.set(stream, version);
    this.entries.push({
      log: 'exchange.quotes',
      partition: GLOBAL,
      position,
      id: `quotes-${position}`,
      stream,
      version,
      type,
      schemaVersion: 1,
      time: { clearing: this.now, hop: 0 },
      cause: { kind: 'timer', id: 'exchange', due: this.now },
      basis: [],
      correlation: `quotes-${position}`,
      actor: null,
      payload,
    });
    return this;
  }
}

/** Specification of a contract on the usual terms. */
export function aSpecification(
  id: string,
  listedAt: Instant,
  terms: Partial<ContractSpecificationDocument> = {},
): ContractSpecificationDocument {
  const { kind, settlement, underlying } = parseInstrumentId(id);
  const coinOption = kind === 'option' && settlement === 'inverse';
  return {
    id,
    contractSize: settlement === 'inverse' && kind !== 'option' ? '10' : '1',
    quoteAsset: 'USD',
    settlementAsset: settlement === 'inverse' ? underlying : 'USD',
    tick: coinOption ? '0.0001' : '0.5',
    lot: '0.1',
    cashStyle: kind === 'option' ? 'premium' : 'marked-to-market',
    ...(kind === 'perpetual' ? {} : { deliveryFee: { rate: '0.00015', capOfValue: '0.125' } }),
    listedAt: isoOf(listedAt),
    ...terms,
  };
}

/** Three venues that agree on a price, as most cases want them. */
export const threeVenues = (mid: DecimalString): Readonly<Record<string, DecimalString>> => ({
  'venue-a': mid,
  'venue-b': mid,
  'venue-c': mid,
});

/** Pricing whose log has begun with the bundled documents; bodies changed by kind. What it has said so far is left out. */
export function openedMachine(changes: Readonly<Record<string, object>> = {}): PartitionMachine<PricingState> {
  const machine = new PartitionMachine(pricingProcess, GLOBAL, 8);
  machine.open(anOpening(changes));
  machine.drain();
  return machine;
}

/** Runs a tape through pricing; the events that follow from it and the machine that made them. */
export function priced(
  tape: QuoteTape,
  changes: Readonly<Record<string, object>> = {},
): { readonly events: readonly SealedEvent[]; readonly machine: PartitionMachine<PricingState> } {
  const machine = openedMachine(changes);
  for (const entry of tape.entries) machine.accept(entry);
  machine.settle();
  return { events: machine.drain().events, machine };
}

/** Payloads of one type among events, in order. */
export function payloadsOf<Type extends keyof PricingEvents>(
  events: readonly LogEntry[],
  type: Type,
): readonly PricingEvents[Type][] {
  return events.filter((event) => event.type === type).map((event) => event.payload as PricingEvents[Type]);
}

/** Prices of one underlying in a set, for services that read them. */
export function aPrice(index: DecimalString, overrides: Partial<UnderlyingPrices> = {}): UnderlyingPrices {
  return {
    status: 'LIVE',
    index,
    inputs: [],
    median: index,
    volatility: { fast: '0.03', slow: '0.03' },
    ...overrides,
  };
}

/** A mark as pricing publishes it when the perpetual trades at the index. */
export function aMark(
  underlying: Underlying,
  mark: DecimalString,
  overrides: Partial<InstrumentMark> = {},
): InstrumentMark {
  return {
    instrument: `${underlying}-PERP`,
    underlying,
    mark,
    branch: 'm2',
    candidates: { m1: mark, m2: mark, m3: mark },
    basis: '0',
    premium: '0',
    predictedFundingRate: '0.0001',
    ...overrides,
  };
}

/** A whole price set from one price per underlying: index = mark. */
export function aPriceSet(
  number: number,
  asOf: Instant,
  prices: { readonly [U in Underlying]?: DecimalString },
  overrides: Partial<PricingEvents['PriceSetPublished']> = {},
): PricingEvents['PriceSetPublished'] {
  const listed = (Object.entries(prices) as [Underlying, DecimalString][]).sort(([a], [b]) => compareText(a, b));
  return {
    number,
    asOf,
    status: 'LIVE',
    underlyings: Object.fromEntries(listed.map(([underlying, price]) => [underlying, aPrice(price)])),
    marks: listed.map(([underlying, price]) => aMark(underlying, price)),
    ...overrides,
  };
}
