import type { InstrumentRisk, PricingEvents, Underlying, UnderlyingPrices } from '@ballast/facts';
import { DELIVERY_PRICE_DIGITS, contractValue, openShare, type Instrument, type Option } from '@ballast/instruments';
import {
  ONE,
  ZERO,
  clamp,
  compareText,
  dec,
  invariant,
  sum,
  text,
  type Decimal,
  type DecimalString,
  type Instant,
} from '@ballast/kernel';
import {
  linearValues,
  optionValues,
  publishedFigure,
  publishedText,
  scenariosAt,
  undiscountedValue,
  yearsBetween,
  type TermScenarios,
} from '@ballast/valuation';
import { bookInForce } from '../mark/book-in-force.js';
import { smoothedBasis } from '../mark/mark-price.js';
import type { PricingFigures } from '../rules/pricing-documents.js';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { Market, PricingState } from '../pricing.state.js';
import { riskArraysHash } from './content-hash.js';
import { contractMark, futureBand } from './contract-mark.js';
import { compareExpiries, expiryKey, underlyingOf, type ContractRecord, type ExpiryRecord } from './contract.state.js';
import { deliveryPriceOf } from './delivery-window.js';
import { chainForward, quotesContradict, type ParityQuote, type TwoSidedQuote } from './expiry-forward.js';
import { onTick } from './on-tick.js';
import { worstOf } from './price-status.js';
import { exactYearsUntil, isLive, priceSurfaces, type OptionExpiry, type PricedSmile } from './volatility-surface.js';

type PriceSet = PricingEvents['PriceSetPublished'];

/** What is published for the contracts of a price set, in this order, before the set itself. */
export interface ContractPrices {
  readonly surfaces: readonly PricingEvents['SurfacePublished'][];
  readonly arrays: PricingEvents['RiskArraysPublished'];
}

/** An expiry in its averaging window, or past it and waiting for samples. */
interface Averaging {
  readonly estimate: Decimal;
  readonly openShare: Decimal;
}

/** What a pricing of one price set reads. */
interface Pricing {
  readonly state: PricingState;
  readonly market: Market;
  readonly set: PriceSet;
  readonly averaging: ReadonlyMap<string, Averaging>;
  readonly figures: PricingFigures;
}

/**
 * Prices every admitted contract but the linear perpetuals at the indexes of a price set: futures and inverse perpetuals by
 * index and smoothed basis, options by the surface of their expiry, and all of them in every scenario of the set in force.
 * @returns null when there is none
 */
export function priceContracts(
  state: PricingState,
  market: Market,
  set: PriceSet,
  figures: PricingFigures,
): ContractPrices | null {
  const listed = [...state.contracts.values()]
    .filter(({ admitted }) => admitted)
    .sort((a, b) => compareText(idOf(a), idOf(b)));
  if (listed.length === 0) return null;

  const averaging = averagingOf(state, market, set);
  const pricing: Pricing = { state, market, set, averaging, figures };
  const risks = new Map<string, InstrumentRisk>();
  for (const record of listed) {
    if (record.specification.instrument.kind !== 'option') risks.set(idOf(record), priceLinear(record, pricing));
  }
  const surfaces = priceOptions(
    listed.filter(({ specification }) => specification.instrument.kind === 'option'),
    risks,
    pricing,
  );
  const instruments = listed.map((record) => risks.get(idOf(record)) as InstrumentRisk);
  return { surfaces, arrays: arraysOf(instruments, pricing) };
}

const idOf = ({ specification }: ContractRecord): string => specification.instrument.id;

function arraysOf(
  instruments: readonly InstrumentRisk[],
  { set, figures, averaging, state }: Pricing,
): PricingEvents['RiskArraysPublished'] {
  const { scenarios } = figures.scenarios;
  const expiring = [...state.expiries.values()].sort(compareExpiries).flatMap(({ underlying, expiry }) => {
    const window = averaging.get(expiryKey(underlying, expiry));
    if (window === undefined) return [];
    return [
      {
        underlying,
        expiry,
        estimate: text(window.estimate),
        openShare: text(window.openShare.toDecimalPlaces(figures.rules.digits.openShare)),
      },
    ];
  });
  return {
    number: set.number,
    asOf: set.asOf,
    status: worstOf(instruments.map(({ status }) => status)),
    scenarioSet: figures.scenarioSet,
    scenarios,
    instruments,
    ...(expiring.length === 0 ? {} : { expiring }),
    contentHash: riskArraysHash({ scenarios, instruments }),
  };
}

function pricesOf({ set }: Pricing, record: { readonly underlying: Underlying }): UnderlyingPrices {
  const prices = set.underlyings[record.underlying];
  invariant(prices, `price set ${set.number} has no ${record.underlying}`);
  return prices;
}

/** Estimate and open share of every expiry whose averaging has begun. */
function averagingOf(state: PricingState, market: Market, set: PriceSet): ReadonlyMap<string, Averaging> {
  const averaging = new Map<string, Averaging>();
  for (const { underlying, expiry, indexes, admitted } of state.expiries.values()) {
    if (!admitted) continue;
    const share = openShare(expiry, set.asOf);
    const prices = set.underlyings[underlying];
    if (share.eq(ONE) || prices === undefined) continue;
    const known = prices.status === 'HALT' ? indexes : [...indexes, { at: set.asOf, price: prices.index }];
    const delivery = deliveryPriceOf(expiry, known, set.asOf, market.priceSetEveryMs);
    const estimate =
      delivery.status === 'averaging'
        ? delivery.estimate
        : delivery.status === 'fixed'
          ? delivery.price
          : meanOf(known);
    averaging.set(expiryKey(underlying, expiry), { estimate: estimate ?? dec(prices.index), openShare: share });
  }
  return averaging;
}

function meanOf(indexes: readonly { readonly price: DecimalString }[]): Decimal | null {
  if (indexes.length === 0) return null;
  return sum(indexes.map(({ price }) => dec(price)))
    .div(indexes.length)
    .toDecimalPlaces(DELIVERY_PRICE_DIGITS);
}

function windowOf({ averaging }: Pricing, instrument: Instrument, index: Decimal): Averaging {
  const none = { estimate: index, openShare: ONE };
  if (instrument.kind === 'perpetual') return none;
  return averaging.get(expiryKey(instrument.underlying, instrument.expiry)) ?? none;
}

/** A contract on a HALT: its last figures stand. */
const frozen = (risk: InstrumentRisk): InstrumentRisk => ({ ...risk, status: 'HALT' });

/** Future or inverse perpetual. */
function priceLinear(record: ContractRecord, pricing: Pricing): InstrumentRisk {
  const { instrument, tick } = record.specification;
  const { state, set, figures } = pricing;
  const { rules } = figures;
  const underlying = underlyingOf(record);
  const prices = pricesOf(pricing, { underlying });
  if (prices.status === 'HALT' && record.risk !== null) return frozen(record.risk);

  const index = dec(prices.index);
  const window = windowOf(pricing, instrument, index);
  const book = bookInForce(record.book, index, set.asOf, rules);
  const indexAt = state.underlyings.get(underlying)?.indexAt ?? null;
  const before = record.risk?.basis ?? null;
  // A future keeps its basis, which is a carry, without a book that counts; also while its delivery price is averaged, for then its book is
  // of the average, which the estimate has already. The basis of a perpetual fades.
  const keeps = instrument.kind === 'future' && (book === null || window.openShare.lt(ONE));
  const sample = keeps ? dec(before ?? ZERO) : book === null ? ZERO : dec(book.mid).minus(index);
  const basis = (
    before === null || indexAt === null
      ? sample
      : smoothedBasis(dec(before), sample, figures.decays.basis(set.asOf - indexAt))
  ).toDecimalPlaces(rules.digits.price);
  const mark = contractMark({
    anchor: window.estimate,
    openShare: window.openShare,
    basis,
    band: bandOf(instrument, set.asOf, rules),
    tick,
  });
  return {
    instrument: instrument.id,
    mark: text(contractValue(instrument, mark)),
    price: text(mark),
    forward: text(mark),
    volatility: null,
    status: worstOf([prices.status, book === null ? 'DEGRADED' : 'LIVE']),
    basis: text(basis),
    values: linearValues(instrument, mark, index, figures.scenarios.scenarios),
  };
}

function bandOf(instrument: Instrument, asOf: Instant, rules: PricingRules): Decimal {
  if (instrument.kind !== 'future') return dec(rules.contracts.perpetualBand);
  return futureBandAt(instrument.expiry, asOf, rules);
}

function futureBandAt(expiry: Instant, asOf: Instant, { contracts }: PricingRules): Decimal {
  const years = exactYearsUntil(expiry, asOf);
  return futureBand(dec(contracts.futureBand), dec(contracts.futureBandPerYear), years);
}

function clampToBand(price: Decimal, index: Decimal, band: Decimal): Decimal {
  return clamp(price, index.times(ONE.minus(band)), index.times(ONE.plus(band)));
}

/** Prices the options into `risks`, expiry by expiry; the surfaces they are priced on. */
function priceOptions(
  options: readonly ContractRecord[],
  risks: Map<string, InstrumentRisk>,
  pricing: Pricing,
): readonly PricingEvents['SurfacePublished'][] {
  const surfaces: PricingEvents['SurfacePublished'][] = [];
  for (const underlying of Object.keys(pricing.set.underlyings).sort(compareText)) {
    const prices = pricing.set.underlyings[underlying];
    const own = options.filter((option) => underlyingOf(option) === underlying);
    if (prices === undefined || own.length === 0) continue;
    const expiries = expiriesOf(underlying, own, risks, pricing);
    const open = expiries.filter(({ years }) => years > 0);
    const smiles = priceSurfaces(
      open,
      {
        number: pricing.set.number,
        asOf: pricing.set.asOf,
        underlying,
        status: prices.status,
        dailyVolatility: prices.volatility.slow,
      },
      pricing.figures,
    );
    for (const expiry of expiries) {
      const smile = smiles[open.indexOf(expiry)];
      const term = scenariosAt(pricing.figures.scenarios, expiry.years);
      const at = smile === undefined ? expiry : { ...expiry, forward: dec(smile.event.forward) };
      for (const option of expiry.options) risks.set(idOf(option), priceOption(option, at, smile, term, pricing));
      // On HALT a surface stands as it is.
      if (smile !== undefined && (prices.status !== 'HALT' || expiry.record.surface === null))
        surfaces.push(smile.event);
    }
  }
  return surfaces;
}

function expiriesOf(
  underlying: Underlying,
  options: readonly ContractRecord[],
  risks: ReadonlyMap<string, InstrumentRisk>,
  pricing: Pricing,
): readonly OptionExpiry[] {
  const { state, set } = pricing;
  const records = [...state.expiries.values()].filter((record) => record.underlying === underlying);
  return records.sort(compareExpiries).flatMap((record): OptionExpiry[] => {
    const own = options.filter(({ specification: { instrument } }) => expiresWith(instrument, record));
    if (own.length === 0) return [];
    const years = yearsBetween(set.asOf, record.expiry);
    const averaging = pricing.averaging.has(expiryKey(underlying, record.expiry));
    return [{ record, years, averaging, options: own, ...forwardOf(record, own, risks, pricing) }];
  });
}

const expiresWith = (instrument: Instrument, { underlying, expiry }: ExpiryRecord): boolean =>
  instrument.kind !== 'perpetual' && instrument.underlying === underlying && instrument.expiry === expiry;

type Forward = Pick<OptionExpiry, 'forward' | 'forwardFrom' | 'forwardWithoutQuotes' | 'contradicted'>;

/**
 * Forward of an expiry: the mark of its future while that has a fresh book (the linear one, if both are listed), else by
 * put-call parity of its chain, else the future's mark, else the index. Where parity is not believed the last forward goes on, and so it
 * does in the averaging window, towards the estimate of the delivery price as the futures do: quotes are of an average then.
 */
function forwardOf(
  record: ExpiryRecord,
  options: readonly ContractRecord[],
  risks: ReadonlyMap<string, InstrumentRisk>,
  pricing: Pricing,
): Forward {
  const { state, set } = pricing;
  const { rules, surface } = pricing.figures;
  const prices = pricesOf(pricing, record);
  const index = dec(prices.index);
  const window = pricing.averaging.get(expiryKey(record.underlying, record.expiry));
  const carried = carriedForward(record, window ?? { estimate: index, openShare: ONE }, pricing);
  const goesOn = carried === null ? null : unquoted(carried, record.surface?.forwardFrom ?? 'index');
  const futures = [...state.contracts.values()]
    .filter(({ specification: { instrument } }) => instrument.kind === 'future' && expiresWith(instrument, record))
    .sort((a, b) => compareText(idOf(a), idOf(b)));
  const hasBook = ({ book }: ContractRecord): boolean => bookInForce(book, index, set.asOf, rules) !== null;
  const future =
    futures.find((one) => hasBook(one) && risks.has(idOf(one))) ?? futures.find((one) => risks.has(idOf(one)));
  const mark = future === undefined ? null : dec((risks.get(idOf(future)) as InstrumentRisk).price);
  const quotes = window === undefined ? parityQuotes(options, set.asOf, rules) : [];
  const { parityStrikes } = rules.contracts;
  const contradicted = quotesContradict(quotes, index, parityStrikes, dec(surface.jump.parityBand));
  if (mark !== null && future !== undefined && hasBook(future)) return { ...unquoted(mark, 'future'), contradicted };
  if (window !== undefined) return goesOn ?? unquoted(mark ?? window.estimate, mark === null ? 'index' : 'future');
  if (contradicted && goesOn !== null) return { ...goesOn, contradicted };
  const parity = contradicted ? null : chainForward(quotes, index, parityStrikes);
  if (parity !== null) {
    // No book of the exchange alone makes a price that liquidates, nor do its option quotes.
    const held = clampToBand(parity, index, futureBandAt(record.expiry, set.asOf, rules));
    // Beyond the band it is no forward: the last one goes on, where there is one.
    const forward = (held.eq(parity) ? held : (carried ?? held)).toDecimalPlaces(rules.digits.price);
    return { forward, forwardFrom: 'parity', forwardWithoutQuotes: carried ?? forward, contradicted };
  }
  return { ...unquoted(mark ?? index, mark === null ? 'index' : 'future'), contradicted };
}

const unquoted = (forward: Decimal, forwardFrom: Forward['forwardFrom']): Forward => ({
  forward,
  forwardFrom,
  forwardWithoutQuotes: forward,
  contradicted: false,
});

/** The last basis, as far as it is still open, on the index or the estimate of the delivery price, in the band of a future; null without one. */
function carriedForward(
  { basis, expiry }: ExpiryRecord,
  { estimate, openShare: share }: Averaging,
  { set, figures: { rules } }: Pricing,
): Decimal | null {
  if (basis === null) return null;
  const forward = estimate.plus(share.times(basis));
  return clampToBand(forward, estimate, futureBandAt(expiry, set.asOf, rules)).toDecimalPlaces(rules.digits.price);
}

/** Strikes whose call and put of the same settlement are live on both sides. */
function parityQuotes(options: readonly ContractRecord[], asOf: Instant, rules: PricingRules): readonly ParityQuote[] {
  const live = new Map<string, TwoSidedQuote>();
  const keyOf = ({ settlement, strike, type }: Option): string => `${settlement} ${text(strike)} ${type}`;
  for (const { specification, quote } of options) {
    if (quote === null || quote.bid === null || quote.ask === null || !isLive(quote.at, asOf, rules)) continue;
    live.set(keyOf(specification.instrument as Option), { bid: dec(quote.bid), ask: dec(quote.ask) });
  }
  return options.flatMap(({ specification: { instrument } }): ParityQuote[] => {
    const option = instrument as Option;
    if (option.type !== 'call') return [];
    const call = live.get(keyOf(option));
    const put = live.get(keyOf({ ...option, type: 'put' }));
    if (call === undefined || put === undefined) return [];
    return [{ strike: option.strike, settlement: option.settlement, call, put }];
  });
}

function priceOption(
  record: ContractRecord,
  { years, forward }: OptionExpiry,
  smile: PricedSmile | undefined,
  term: TermScenarios,
  pricing: Pricing,
): InstrumentRisk {
  const prices = pricesOf(pricing, { underlying: underlyingOf(record) });
  if (prices.status === 'HALT' && record.risk !== null) return frozen(record.risk);

  const { instrument, tick } = record.specification;
  const option = instrument as Option;
  const index = dec(prices.index);
  const volatilityText = publishedText(smile === undefined ? 0 : smile.volatilityOf(record));
  const volatility = Number(volatilityText);
  const at = forward.toNumber();
  const value = undiscountedValue(option.type === 'call', at, option.strike.toNumber(), volatility * Math.sqrt(years));
  const worth = option.settlement === 'inverse' ? value / at : value;
  const mark = onTick(publishedFigure(worth), tick);
  return {
    instrument: option.id,
    mark: text(contractValue(option, mark)),
    price: text(mark),
    forward: text(forward),
    volatility: smile === undefined ? null : volatilityText,
    status: smile === undefined ? worstOf([prices.status, 'DEGRADED']) : smile.event.status,
    basis: null,
    values: optionValues({ option, mark, index, forward: at, years, volatility }, term),
  };
}
