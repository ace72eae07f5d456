import type { Instrument, Option } from '@ballast/instruments';
import {
  type Decimal,
  type DecimalString,
  type Instant,
  canonicalText,
  dec,
  power,
  sha256,
  text,
} from '@ballast/kernel';
import { logDistance, undiscountedValue } from './black76.js';
import { yearsBetween } from './option-chain.js';
import { publishedFigure } from './published-figure.js';
import { ValuationError, finite, positive } from './valuation-error.js';

/**
 * How strongly a volatility shock reaches an expiry: k = (reference / max(T, floor))^power, with the short power up to the reference
 * term and the long one beyond it. Deribit and Derive use 30 days, 0.30 and 0.13.
 */
export interface TermDecay {
  readonly referenceDays: number;
  readonly shortPower: number;
  readonly longPower: number;
  /** Days; a shorter term counts as this. */
  readonly floorDays: number;
}

/** What a scenario does to the mark volatility of one option. */
export type VolatilityShock =
  | { readonly kind: 'none' }
  /** vol (1 + range k), applied to at least `minimumShockable`, and at least `minimumShocked` afterwards. */
  | {
      readonly kind: 'up';
      readonly range: number;
      readonly term: TermDecay;
      readonly minimumShockable?: number;
      readonly minimumShocked?: number;
    }
  /** vol max(0, 1 - range k) */
  | { readonly kind: 'down'; readonly range: number; readonly term: TermDecay }
  /** vol * factor, the same for every term */
  | { readonly kind: 'relative'; readonly factor: number }
  /** max(0, vol + points), 0.1 = ten vol points */
  | { readonly kind: 'absolute'; readonly points: number }
  /**
   * vol max(0, 1 + s), s = k cap / kStar within +-cap, k = ln(K / F), or |k| for `absolute`; cap = capBase + capPerRootYear sqrt(T);
   * kStar = max(leastKStar, sqrt(T) widthScale (volStatic + sqrt(T) volPerRootYear)).
   */
  | {
      readonly kind: 'skew';
      readonly form: 'linear' | 'absolute';
      readonly capBase: number;
      readonly capPerRootYear: number;
      readonly leastKStar: number;
      readonly widthScale: number;
      readonly volStatic: number;
      readonly volPerRootYear: number;
    };

/** One state of the market. What a margin model makes of the loss in it (dampening, factors) is the model's own. */
export interface RiskScenario {
  readonly id: string;
  /** Times the forward: 1.16 = 16 % up. */
  readonly spotFactor: DecimalString;
  readonly volatility: VolatilityShock;
}

/** Published figures an instrument is valued from. */
export interface MarketPoint {
  readonly asOf: Instant;
  /** Of the instrument's expiry; of a perpetual its mark. Quote units. */
  readonly forward: Decimal;
  /** Options: mark volatility per square root of a year. */
  readonly volatility?: Decimal;
  /** To the payment; 1 when absent. */
  readonly discountFactor?: Decimal;
  /** Part of the forward that the settlement average has fixed already: shocks move the rest only. */
  readonly fixedForward?: Decimal;
}

/**
 * Value of one instrument now and in every scenario, as decimals that margin adds up without ever calling exp or log.
 * Linear: quote units per unit of the underlying. Inverse options: coin per unit of the underlying, at the scenario's forward.
 * Inverse futures and perpetuals: -1 / forward, coin per quote unit, so that a difference of two values is the profit.
 */
export interface RiskArray {
  readonly instrument: string;
  readonly asOf: Instant;
  readonly unit: 'quote' | 'coin';
  /** Value without a shock. */
  readonly base: DecimalString;
  /** By scenario id, in the order of the scenarios. */
  readonly values: readonly { readonly scenario: string; readonly value: DecimalString }[];
  /** SHA-256 of the canonical text of all the above, hex. */
  readonly hash: string;
}

const YEAR_DAYS = 365;

/** k of a term decay, for a time to expiry of `timeYears`. */
export function termDecay({ referenceDays, shortPower, longPower, floorDays }: TermDecay, timeYears: number): number {
  const days = timeYears * YEAR_DAYS;
  const exponent = days <= referenceDays ? shortPower : longPower;
  return power(referenceDays / Math.max(days, floorDays), exponent);
}

/**
 * Volatility of an option in a scenario.
 * @param k ln(K / F) before the scenario
 */
export function shockedVolatility(shock: VolatilityShock, volatility: number, timeYears: number, k: number): number {
  switch (shock.kind) {
    case 'none':
      return volatility;
    case 'up': {
      const from = Math.max(volatility, shock.minimumShockable ?? 0);
      return Math.max(from * (1 + shock.range * termDecay(shock.term, timeYears)), shock.minimumShocked ?? 0);
    }
    case 'down':
      return volatility * Math.max(0, 1 - shock.range * termDecay(shock.term, timeYears));
    case 'relative':
      return volatility * shock.factor;
    case 'absolute':
      return Math.max(0, volatility + shock.points);
    case 'skew': {
      const rootTime = Math.sqrt(timeYears);
      const cap = shock.capBase + shock.capPerRootYear * rootTime;
      const width = rootTime * shock.widthScale * (shock.volStatic + rootTime * shock.volPerRootYear);
      const lean = ((shock.form === 'linear' ? k : Math.abs(k)) * cap) / Math.max(shock.leastKStar, width);
      return volatility * Math.max(0, 1 + Math.min(Math.max(lean, -cap), cap));
    }
  }
}

/**
 * Refuses scenarios that are none.
 * @throws ValuationError `not-finite`, `not-positive`, `parameter-out-of-range`
 */
export function checkScenarios(scenarios: readonly RiskScenario[]): void {
  const seen = new Set<string>();
  for (const { id, spotFactor, volatility } of scenarios) {
    if (seen.has(id))
      throw new ValuationError('parameter-out-of-range', 'scenarios', `scenario ${id} occurs twice: name each once`);
    seen.add(id);
    positive(dec(spotFactor).toNumber(), `${id}.spotFactor`);
    checkShock(volatility, id);
  }
}

function checkShock(shock: VolatilityShock, at: string): void {
  for (const [name, value] of Object.entries(shock)) {
    if (typeof value === 'number') finite(value, `${at}.${name}`);
    // A shock's own points may be negative, and so may what a skew is made of; a range, a factor or a floor may not.
    const isSigned = name === 'points' || shock.kind === 'skew';
    if (typeof value === 'number' && value < 0 && !isSigned)
      throw new ValuationError('parameter-out-of-range', `${at}.${name}`, `${name} is ${value}: give 0 or more`);
  }
  if (shock.kind === 'skew') positive(shock.leastKStar, `${at}.leastKStar`);
  if (shock.kind === 'up' || shock.kind === 'down') {
    for (const [name, value] of Object.entries(shock.term)) finite(value as number, `${at}.term.${name}`);
    positive(shock.term.referenceDays, `${at}.term.referenceDays`);
    positive(shock.term.floorDays, `${at}.term.floorDays`);
  }
}

/** Forward in a scenario: what the settlement average has fixed stays, the rest moves. */
function movedForward({ forward, fixedForward }: MarketPoint, factor: Decimal): Decimal {
  if (!fixedForward) return forward.times(factor);
  return fixedForward.plus(forward.minus(fixedForward).times(factor));
}

function optionValue(
  option: Option,
  point: MarketPoint,
  { spotFactor, volatility: shock }: Omit<RiskScenario, 'id'>,
): Decimal {
  const timeYears = yearsBetween(point.asOf, option.expiry);
  const strike = option.strike.toNumber();
  const before = point.forward.toNumber();
  const forward = movedForward(point, dec(spotFactor)).toNumber();
  const k = before < strike ? logDistance(before, strike) : -logDistance(strike, before);
  const volatility = shockedVolatility(shock, (point.volatility as Decimal).toNumber(), timeYears, k);
  const value = undiscountedValue(option.type === 'call', forward, strike, volatility * Math.sqrt(timeYears));
  const discounted = value * (point.discountFactor?.toNumber() ?? 1);
  return publishedFigure(option.settlement === 'inverse' ? discounted / forward : discounted);
}

function valueOf(instrument: Instrument, point: MarketPoint, scenario: Omit<RiskScenario, 'id'>): Decimal {
  if (instrument.kind === 'option') return optionValue(instrument, point, scenario);
  // Contracts without an option's curve are valued in decimals throughout: the linear ones exactly.
  const forward = movedForward(point, dec(scenario.spotFactor));
  return instrument.settlement === 'inverse' ? dec(-1).div(forward) : forward;
}

function checkPoint(
  instrument: Instrument,
  { asOf, forward, volatility, discountFactor, fixedForward }: MarketPoint,
): void {
  positive(forward.toNumber(), `${instrument.id}.forward`);
  if (discountFactor) positive(discountFactor.toNumber(), `${instrument.id}.discountFactor`);
  if (fixedForward && (fixedForward.isNegative() || fixedForward.gt(forward)))
    throw new ValuationError(
      'parameter-out-of-range',
      `${instrument.id}.fixedForward`,
      'fixedForward is a part of the forward',
    );
  if (instrument.kind !== 'perpetual' && instrument.expiry <= asOf)
    throw new ValuationError(
      'instrument-expired',
      instrument.id,
      `${instrument.id} has expired: settle it, do not value it`,
    );
  if (instrument.kind !== 'option') return;
  if (!volatility)
    throw new ValuationError(
      'surface-missing',
      `${instrument.id}.volatility`,
      `${instrument.id} has no mark volatility`,
    );
  if (finite(volatility.toNumber(), `${instrument.id}.volatility`) < 0)
    throw new ValuationError('negative-volatility', `${instrument.id}.volatility`, 'give a figure of 0 or more');
}

/**
 * Values one instrument in every scenario. Option values are floats of pinned operations rounded to 12 significant digits and at most
 * 12 places; everything else is decimal arithmetic.
 * @throws ValuationError `instrument-expired`, `surface-missing`, `not-finite`, `not-positive`, `parameter-out-of-range`
 */
export function riskArray(instrument: Instrument, point: MarketPoint, scenarios: readonly RiskScenario[]): RiskArray {
  checkPoint(instrument, point);
  checkScenarios(scenarios);
  const content = {
    instrument: instrument.id,
    asOf: point.asOf,
    unit: instrument.settlement === 'inverse' ? ('coin' as const) : ('quote' as const),
    base: text(valueOf(instrument, point, { spotFactor: '1', volatility: { kind: 'none' } })),
    values: scenarios.map((scenario) => ({ scenario: scenario.id, value: text(valueOf(instrument, point, scenario)) })),
  };
  return { ...content, hash: sha256(canonicalText(content)).toString('hex') };
}

/** One hash over the arrays of a price set, in the order of the instrument ids. */
export function riskArraysHash(arrays: readonly RiskArray[]): string {
  const byInstrument = [...arrays].sort((p, q) => (p.instrument < q.instrument ? -1 : 1));
  return sha256(canonicalText(byInstrument.map(({ instrument, hash }) => ({ instrument, hash })))).toString('hex');
}
