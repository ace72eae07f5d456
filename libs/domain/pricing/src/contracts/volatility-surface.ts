import type { PriceStatus, PricingEvents, SurfaceJump, SurfaceOrigin, SviParameters, Underlying } from '@ballast/facts';
import { DAY_MS, ZERO, dec, log, maxOf, text, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';
import {
  ValuationError,
  calendarGate,
  fitSurface,
  gridOver,
  publishedFigure,
  publishedText,
  shiftedSlice,
  smileGates,
  sviVolatility,
  yearsBetween,
  type ExpiryChain,
  type ExpirySurface,
  type GateResult,
  type OptionQuote,
  type Surface,
  type SurfaceRules,
  type SviSlice,
} from '@ballast/valuation';
import type { PricingFigures } from '../rules/pricing-documents.js';
import type { PricingRules } from '../rules/pricing-rules.js';
import type { ContractRecord, ExpiryRecord } from './contract.state.js';
import { worstOf } from './price-status.js';
import { CONTRADICTED, NOT_BELIEVED, surfaceJump } from './surface-jump.js';

type SurfacePublished = PricingEvents['SurfacePublished'];

/** An expiry with options, ready for its surface. */
export interface OptionExpiry {
  readonly record: ExpiryRecord;
  /** To the expiry; above 0. */
  readonly years: number;
  readonly forward: Decimal;
  readonly forwardFrom: SurfacePublished['forwardFrom'];
  /** While the quotes of its options are not believed, which parity rests on. */
  readonly forwardWithoutQuotes: Decimal;
  /** Its quotes contradict each other: they make no smile. */
  readonly contradicted: boolean;
  /** The averaging of its delivery price has begun: its smile is kept, for its quotes are of an average. */
  readonly averaging: boolean;
  /** Sorted by id. */
  readonly options: readonly ContractRecord[];
}

/** What all expiries of one underlying share at one price set. */
export interface SurfaceMoment {
  readonly number: number;
  readonly asOf: Instant;
  readonly underlying: Underlying;
  readonly status: PriceStatus;
  /** Daily volatility of the index. */
  readonly dailyVolatility: DecimalString;
}

/** The smile of an expiry: what is published, and the volatility of each of its options. */
export interface PricedSmile {
  readonly event: SurfacePublished;
  /** Per year; of the smile, held inside the live quotes of the strike. */
  volatilityOf(option: ContractRecord): number;
}

/** By what an underlying's options are priced. */
type SmileRules = Pick<PricingFigures, 'rules' | 'surface'>;

/**
 * Surfaces of one underlying, by rising expiry. They are fitted to the quotes when any came in since the last ones; else, and
 * for what cannot be fitted, the smile before is kept in its volatilities (moved by the median miss of the quotes, if there
 * are any). An expiry that never had a smile gets the index's own volatility at every strike.
 */
export function priceSurfaces(
  expiries: readonly OptionExpiry[],
  moment: SurfaceMoment,
  figures: SmileRules,
): readonly PricedSmile[] {
  const open = expiries.filter((expiry) => isFitted(expiry, moment, figures.rules));
  const changed = moment.status !== 'HALT' && open.some(({ record }) => record.chainChanged);
  const { fits, jumps } = changed ? believedFits(open, moment, figures) : NOTHING_FITTED;
  const smiles: PricedSmile[] = [];
  let before: SviSlice | undefined;
  for (const expiry of expiries) {
    const { record } = expiry;
    const surface = fits.get(record.expiry);
    const unbelieved = jumps.get(record.expiry);
    const smile =
      surface?.slice !== undefined
        ? fromFit(expiry, surface as FittedSurface, moment, figures.rules)
        : kept(
            expiry,
            before,
            unbelieved?.rejected ?? surface?.rejected ?? unfitted(expiry),
            unbelieved?.jump,
            moment,
            figures,
          );
    before = sliceOf(smile.event.svi);
    smiles.push(smile);
  }
  return smiles;
}

/**
 * True for an expiry that its quotes are fitted to: not while these are of an average, contradict each other, or are not believed and too old
 * to say more.
 */
const isFitted = (
  { record, averaging, contradicted }: OptionExpiry,
  { asOf }: SurfaceMoment,
  rules: PricingRules,
): boolean => !averaging && !contradicted && (record.surface?.jump === undefined || isQuoted(record, asOf, rules));

const isQuoted = ({ chainAt }: ExpiryRecord, asOf: Instant, rules: PricingRules): boolean =>
  chainAt !== null && isLive(chainAt, asOf, rules);

const unfitted = ({ contradicted }: OptionExpiry): Rejected =>
  contradicted ? [{ form: 'svi', failed: [CONTRADICTED] }] : [];

type FittedSurface = ExpirySurface & { readonly slice: SviSlice };

/** A smile that is not believed, among the forms that were tried. */
interface UnbelievedFit {
  readonly jump: SurfaceJump;
  readonly rejected: Rejected;
}

type Rejected = readonly {
  readonly form: ExpirySurface['rejected'][number]['form'];
  readonly failed: readonly string[];
}[];

interface Fits {
  readonly fits: ReadonlyMap<Instant, ExpirySurface>;
  /** By expiry; none of them is among the fits. */
  readonly jumps: ReadonlyMap<Instant, UnbelievedFit>;
}

const NOTHING_FITTED: Fits = { fits: new Map(), jumps: new Map() };

/**
 * Fits all expiries, and those whose smile is believed once more without the others: through the calendar gate a chain that is not
 * believed would move its neighbours.
 */
function believedFits(expiries: readonly OptionExpiry[], moment: SurfaceMoment, figures: SmileRules): Fits {
  const jumps = new Map<Instant, UnbelievedFit>();
  for (;;) {
    const others = expiries.filter(({ record }) => !jumps.has(record.expiry));
    const fits = others.length === 0 ? NOTHING_FITTED.fits : fitExpiries(others, moment, figures);
    const before = jumps.size;
    for (const expiry of others) {
      const surface = fits.get(expiry.record.expiry);
      if (surface?.slice === undefined) continue;
      const jump = jumpOf(expiry, surface as FittedSurface, moment, figures.surface);
      if (jump === null) continue;
      const form = surface.form ?? 'shifted';
      jumps.set(expiry.record.expiry, { jump, rejected: [...surface.rejected, { form, failed: [NOT_BELIEVED] }] });
    }
    if (jumps.size === before) return { fits, jumps };
  }
}

/** Holds what the options near the money would be marked at against what they were marked at last, if there is a smile of quotes. */
function jumpOf(
  expiry: OptionExpiry,
  surface: FittedSurface,
  { asOf }: SurfaceMoment,
  { jump }: SurfaceRules,
): SurfaceJump | null {
  const last = expiry.record.surface;
  if (last === null || last.origin === 'flat') return null;
  const yearsBefore = yearsBetween(last.asOf, last.expiry);
  const near = nearTheMoney(expiry, jump.strikes);
  const now = near.map(markedVolatility(expiry, surface));
  const before = near.map(({ specification, risk }) =>
    risk === null || risk.volatility === null
      ? sviVolatility(sliceOf(last.svi), yearsBefore, moneyness({ specification }, Number(last.forward)))
      : Number(risk.volatility),
  );
  return surfaceJump(medianOf(now), medianOf(before), asOf, last.jump, jump);
}

/** An option of each of the strikes nearest to the forward: of one strike all have one volatility. */
function nearTheMoney({ options, forward }: OptionExpiry, strikes: number): readonly ContractRecord[] {
  const byStrike = new Map(options.map((option) => [moneyness(option, forward.toNumber()), option]));
  return [...byStrike]
    .sort(([a], [b]) => Math.abs(a) - Math.abs(b) || a - b)
    .slice(0, strikes)
    .map(([, option]) => option);
}

/** The lower of the two in the middle, where there are two. */
function medianOf(volatilities: readonly number[]): number {
  const sorted = [...volatilities].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] as number;
}

function fitExpiries(
  expiries: readonly OptionExpiry[],
  { underlying, asOf }: SurfaceMoment,
  { rules, surface: surfaceRules }: SmileRules,
): ReadonlyMap<Instant, ExpirySurface> {
  const chains = expiries.map((expiry) => chainOf(expiry, asOf, rules));
  const tick = Math.max(...expiries.flatMap((expiry) => expiry.options.map((option) => tickOf(option, expiry))));
  const previous: Surface = {
    underlying,
    asOf,
    settlement: 'linear',
    expiries: expiries.flatMap(({ record }) =>
      record.surface === null ? [] : [surfaceBefore(record.surface, surfaceRules)],
    ),
  };
  try {
    const chain = { underlying, asOf, settlement: 'linear' as const, expiries: chains };
    const surface = fitSurface(chain, tick, surfaceRules, previous);
    return new Map(surface.expiries.map((expiry) => [expiry.expiry, expiry]));
  } catch (error) {
    // Quotes were checked one by one as they came; what they cannot make together is no reason to stop.
    if (error instanceof ValuationError) return new Map();
    throw error;
  }
}

const NO_QUOTE = { bid: null, ask: null, openInterest: null };

/** Quotes in dollars, whatever the options are settled in: a coin price is a fraction of the forward. */
function chainOf({ record, forward, options }: OptionExpiry, asOf: Instant, rules: PricingRules): ExpiryChain {
  return {
    expiry: record.expiry,
    forward: forward.toNumber(),
    quotes: options.map(({ specification: { instrument }, quote }): OptionQuote => {
      if (instrument.kind !== 'option') throw new TypeError(`${instrument.id} is no option`);
      const unit = instrument.settlement === 'inverse' ? forward.toNumber() : 1;
      const { bid, ask, openInterest } = quote !== null && isLive(quote.at, asOf, rules) ? quote : NO_QUOTE;
      return {
        instrument: instrument.id,
        type: instrument.type,
        strike: instrument.strike.toNumber(),
        ...(bid === null ? {} : { bid: Number(bid) * unit }),
        ...(ask === null ? {} : { ask: Number(ask) * unit }),
        ...(openInterest === null ? {} : { openInterest: Number(openInterest) }),
      };
    }),
  };
}

/** True while a quote of an option counts. */
export function isLive(at: Instant, asOf: Instant, { contracts }: PricingRules): boolean {
  return asOf - at <= contracts.chainStaleAfterMs;
}

function tickOf({ specification: { instrument, tick } }: ContractRecord, { forward }: OptionExpiry): number {
  return tick.toNumber() * (instrument.settlement === 'inverse' ? forward.toNumber() : 1);
}

/** The last smile in the form that the fit takes its fallback from. */
function surfaceBefore(
  { expiry, asOf, forward, svi }: SurfacePublished,
  { grid: { halfWidth } }: SurfaceRules,
): ExpirySurface {
  return {
    expiry,
    timeYears: yearsBetween(asOf, expiry),
    forward: Number(forward),
    forwardSource: 'given',
    status: 'LIVE',
    slice: sliceOf(svi),
    gates: [],
    rejected: [],
    marks: [],
    range: { from: -halfWidth, to: halfWidth },
  };
}

function fromFit(
  expiry: OptionExpiry,
  surface: FittedSurface,
  moment: SurfaceMoment,
  rules: PricingRules,
): PricedSmile {
  const status = surface.status === 'LIVE' ? 'LIVE' : 'DEGRADED';
  const rejected = surface.rejected.map(({ form, failed }) => ({ origin: form, failed: [...failed] }));
  return {
    event: eventOf(expiry, surface.slice, surface.form ?? 'shifted', status, surface.gates, rejected, moment, rules),
    volatilityOf: markedVolatility(expiry, surface),
  };
}

/** Of the smile, held inside the live quotes of the strike. */
function markedVolatility(expiry: OptionExpiry, { marks, slice }: FittedSurface): (option: ContractRecord) => number {
  const held = new Map(marks.map(({ instrument, volatility }) => [instrument, volatility]));
  return (option) => held.get(option.specification.instrument.id) ?? onSmile(slice, expiry, option);
}

/** No news: the volatilities stay, so total variance goes with the time left. */
function kept(
  expiry: OptionExpiry,
  before: SviSlice | undefined,
  rejected: Rejected,
  found: SurfaceJump | undefined,
  moment: SurfaceMoment,
  { rules, surface: surfaceRules }: SmileRules,
): PricedSmile {
  const { record, years, averaging } = expiry;
  const last = record.surface;
  const tried = rejected.map(({ form, failed }) => ({ origin: form, failed: [...failed] }));
  if (last === null || last.origin === 'flat') {
    const slice = flatSlice(moment.dailyVolatility, years);
    const gates = gatesOf(slice, before, surfaceRules);
    return {
      event: eventOf(expiry, slice, 'flat', 'DEGRADED', gates, tried, moment, rules),
      volatilityOf: (option) => onSmile(slice, expiry, option),
    };
  }
  const yearsBefore = yearsBetween(last.asOf, record.expiry);
  const lastSlice = sliceOf(last.svi);
  const slice = rounded(shiftedSlice(lastSlice, yearsBefore, years, [], surfaceRules));
  const gates = gatesOf(slice, before, surfaceRules);
  const quoted = isQuoted(record, moment.asOf, rules);
  const fresh = averaging || quoted;
  // Without news that counts the quotes stand where they stood.
  const jump = found ?? (averaging || !quoted || !record.chainChanged ? last.jump : undefined);
  const at = jump === undefined ? expiry : { ...expiry, forward: expiry.forwardWithoutQuotes };
  const sound =
    jump === undefined &&
    !expiry.contradicted &&
    last.status === 'LIVE' &&
    fresh &&
    gates.every(({ passed }) => passed);
  const origin = sound ? last.origin : 'shifted';
  return {
    event: {
      ...eventOf(at, slice, origin, sound ? 'LIVE' : 'DEGRADED', gates, tried, moment, rules),
      ...(jump === undefined ? {} : { jump }),
    },
    volatilityOf: (option) => Math.max(0, onSmile(slice, at, option) + heldOff(option, lastSlice, last, yearsBefore)),
  };
}

/** By how much the quotes held a strike off the smile when they came. */
function heldOff(option: ContractRecord, slice: SviSlice, last: SurfacePublished, yearsBefore: number): number {
  const volatility = option.risk?.volatility;
  if (volatility === undefined || volatility === null) return 0;
  return Number(volatility) - sviVolatility(slice, yearsBefore, moneyness(option, Number(last.forward)));
}

function onSmile(slice: SviSlice, { years, forward }: OptionExpiry, option: ContractRecord): number {
  return sviVolatility(slice, years, moneyness(option, forward.toNumber()));
}

function moneyness({ specification: { instrument } }: Pick<ContractRecord, 'specification'>, forward: number): number {
  return instrument.kind === 'option' ? log(instrument.strike.toNumber() / forward) : 0;
}

/** The index's own volatility at every strike; with b = 0 its bend says nothing. */
function flatSlice(dailyVolatility: DecimalString, years: number): SviSlice {
  const perYear = Number(dailyVolatility) * Number(dailyVolatility) * 365;
  return rounded({ a: perYear * years, b: 0, rho: 0, m: 0, sigma: 0.1 });
}

function gatesOf(
  slice: SviSlice,
  before: SviSlice | undefined,
  { grid: { halfWidth, points } }: SurfaceRules,
): readonly GateResult[] {
  const grid = gridOver(-halfWidth, halfWidth, points);
  const gates = smileGates(slice, grid);
  return before === undefined ? gates : [...gates, calendarGate(before, slice, grid)];
}

function eventOf(
  { record, forward, forwardFrom, options }: OptionExpiry,
  slice: SviSlice,
  origin: SurfaceOrigin,
  status: PriceStatus,
  gates: readonly GateResult[],
  rejected: SurfacePublished['rejected'],
  moment: SurfaceMoment,
  rules: PricingRules,
): SurfacePublished {
  const { number, underlying, asOf } = moment;
  const live = options.filter(
    ({ quote }) => quote !== null && quote.bid !== null && quote.ask !== null && isLive(quote.at, asOf, rules),
  );
  return {
    number,
    underlying,
    expiry: record.expiry,
    asOf,
    forward: text(forward),
    forwardFrom,
    status: worstOf([moment.status, status]),
    origin,
    svi: {
      a: publishedText(slice.a),
      b: publishedText(slice.b),
      rho: publishedText(slice.rho),
      m: publishedText(slice.m),
      sigma: publishedText(slice.sigma),
    },
    gates: gates.map(({ gate, passed, room }) => ({ gate, passed, margin: marginText(room) })),
    rejected,
    quotes: live.length,
  };
}

/** A gate that has no figure at all failed as far as can be. */
function marginText(room: number): DecimalString {
  return Number.isFinite(room) ? publishedText(room) : room > 0 ? '1' : '-1';
}

function sliceOf({ a, b, rho, m, sigma }: SviParameters): SviSlice {
  return { a: Number(a), b: Number(b), rho: Number(rho), m: Number(m), sigma: Number(sigma) };
}

const rounded = ({ a, b, rho, m, sigma }: SviSlice): SviSlice => ({
  a: publishedFigure(a).toNumber(),
  b: publishedFigure(b).toNumber(),
  rho: publishedFigure(rho).toNumber(),
  m: publishedFigure(m).toNumber(),
  sigma: publishedFigure(sigma).toNumber(),
});

const YEAR_MS = 365 * DAY_MS;

/** Years of 365 days as a decimal; 0 at and after the expiry. */
export function exactYearsUntil(expiry: Instant, asOf: Instant): Decimal {
  return maxOf(ZERO, dec(expiry - asOf).div(YEAR_MS));
}
