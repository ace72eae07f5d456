import type {
  Bracket,
  BySide,
  CollateralPrice,
  InstrumentMark,
  Instant,
  MarginGlobalEvents,
  PriceStatus,
  PricingEvents,
  RateTable,
  Underlying,
  UnderlyingPrices,
  UnderlyingSchedule,
} from '@ballast/facts';
import { compareText, dec, invariant, minOf, SETTLEMENT_ASSET, text, ZERO, type Decimal } from '@ballast/kernel';
import { maintenanceBrackets, writeBrackets } from '@ballast/risk-schedule';
import { effectiveScalar } from './effective-scalar.js';
import { liquidationScalar, noticedScalar } from './liquidation-scalar.js';
import {
  drivingVolatility,
  measuredScalar,
  type VolatilitySource,
  type WeightedVolatility,
} from './measured-scalar.js';
import { inForceWithin } from './notice-window.js';
import { priceMove, referenceMark } from './price-trigger.js';
import { elapsedFactors, rateLimitedScalar } from './rate-limit.js';
import { triggerScalar } from './trigger-scalar.js';
import { figuresOfUnderlying, type ParameterFigures, type UnderlyingFigures } from '../parameters/parameter-figures.js';
import {
  parametersInForce,
  parametersOf,
  type EffectiveInForce,
  type MarginGlobalState,
  type UnderlyingState,
} from './margin-global.state.js';

type PriceSet = PricingEvents['PriceSetPublished'];

/** The scalars of one underlying at one price set, with what they were made of. */
interface Scalars {
  readonly measured: Decimal;
  readonly drivenBy: VolatilitySource;
  readonly scalar: Decimal;
  readonly effective: Decimal;
  readonly logReturn: Decimal;
  readonly logReturnAgeMs: number;
  readonly threshold: Decimal;
  readonly triggered: BySide<boolean>;
  readonly trigger: BySide<Decimal>;
}

const SEVERITY: Readonly<Record<PriceStatus, number>> = { LIVE: 0, DEGRADED: 1, HALT: 2 };

/**
 * Turns a price set into the schedule that is in force on it. Pure: reads the state, which already knows the marks of
 * this price set.
 * @param position of the price set in pricing's global partition
 */
export function evaluateSchedule(
  state: MarginGlobalState,
  priceSet: PriceSet,
  position: number,
): MarginGlobalEvents['ScheduleInForce'] {
  const parameters = parametersInForce(state);
  const underlyings: UnderlyingSchedule[] = [];
  let { status } = priceSet;
  for (const [underlying, known] of [...state.underlyings].sort(([a], [b]) => compareText(a, b))) {
    const schedule = scheduleOf(state, parameters, known, underlying, priceSet);
    if (schedule === null) continue;
    underlyings.push(schedule);
    if (SEVERITY[schedule.status] > SEVERITY[status]) status = schedule.status;
  }
  return {
    number: state.schedules + 1,
    priceSet: position,
    asOf: priceSet.asOf,
    parameters: parameters.id,
    targetHealth: text(parameters.targetHealth),
    status,
    underlyings,
    collateral: collateralPrices(state),
  };
}

/** Schedule of one underlying; one that is missing from the price set keeps its last figures and counts as halted. */
function scheduleOf(
  state: MarginGlobalState,
  parameters: ParameterFigures,
  known: UnderlyingState,
  underlying: Underlying,
  priceSet: PriceSet,
): UnderlyingSchedule | null {
  const prices = priceSet.underlyings[underlying];
  const mark = priceSet.marks.find((candidate) => candidate.underlying === underlying);
  if (prices === undefined || mark === undefined) return known.last === null ? null : halted(known.last);
  const figures = figuresOfUnderlying(parameters, underlying);
  const scalars =
    prices.status === 'HALT' && known.last !== null
      ? keptScalars(known.last)
      : measuredScalars(known, prices, mark, priceSet.asOf, figures, state.lastAsOf);
  return writeSchedule(state, parameters, known, underlying, prices.status, mark, scalars, priceSet.asOf);
}

/** Nothing is measured of what is not priced. */
function halted({ market: _measured, ...last }: UnderlyingSchedule): UnderlyingSchedule {
  return { ...last, status: 'HALT' };
}

/** HALT: V, X and the triggers keep their values. */
function keptScalars(last: UnderlyingSchedule): Scalars {
  return {
    measured: dec(last.scalarMeasured),
    drivenBy: last.drivenBy,
    scalar: dec(last.scalar),
    effective: dec(last.scalarEffective),
    logReturn: dec(last.logReturn),
    logReturnAgeMs: last.logReturnAgeMs,
    threshold: dec(last.triggerThreshold),
    triggered: last.triggered,
    trigger: { long: dec(last.triggerScalar.long), short: dec(last.triggerScalar.short) },
  };
}

/** What enters the measured scalar: implied volatility only while a surface is LIVE. */
function weightedVolatilities(
  { fast, slow, implied }: UnderlyingPrices['volatility'],
  { weightFast, weightSlow, weightImplied }: UnderlyingFigures,
): readonly WeightedVolatility[] {
  return [
    { source: 'fast', weight: weightFast, daily: dec(fast) },
    { source: 'slow', weight: weightSlow, daily: dec(slow) },
    ...(implied === undefined ? [] : [{ source: 'implied' as const, weight: weightImplied, daily: dec(implied) }]),
  ];
}

/** Scalars and triggers of docs/spec/margin.md. On the first price set V_{t-1} = V* and X = 0. */
function measuredScalars(
  { marks, last }: UnderlyingState,
  { volatility }: UnderlyingPrices,
  { mark }: InstrumentMark,
  asOf: Instant,
  figures: UnderlyingFigures,
  lastAsOf: Instant | null,
): Scalars {
  const estimates = weightedVolatilities(volatility, figures);
  const measured = measuredScalar(estimates, figures.sRef, figures.scalarMax);
  const move = priceMove(dec(mark), referenceMark(marks, asOf), asOf, figures.triggerK, figures.sBase);
  const elapsedMs = lastAsOf === null ? 0 : asOf - lastAsOf;
  const factors = elapsedFactors(figures, elapsedMs);
  const anyTrigger = move.triggered.long || move.triggered.short;
  const scalar =
    last === null ? measured : rateLimitedScalar(measured, dec(last.scalar), factors, anyTrigger, figures.scalarMax);
  const effective = effectiveScalar(scalar, figures.buffer);
  const triggerOf = (side: 'long' | 'short'): Decimal =>
    last === null ? ZERO : triggerScalar(move.triggered[side], effective, dec(last.triggerScalar[side]), factors.decay);
  return {
    measured,
    drivenBy: drivingVolatility(estimates),
    scalar,
    effective,
    logReturn: move.logReturn,
    logReturnAgeMs: move.ageMs,
    threshold: move.threshold,
    triggered: move.triggered,
    trigger: { long: triggerOf('long'), short: triggerOf('short') },
  };
}

/**
 * The notice scalar of each parameter version in force within the notice period, the present version first. The
 * allowance g applies to the present version only.
 */
function noticeScalars(
  history: readonly EffectiveInForce[],
  present: EffectiveInForce,
  noticeMs: number,
  allowance: Decimal,
): ReadonlyMap<string, Decimal> {
  const lowest = new Map<string, Decimal>([[present.parameters, present.scalarEffective]]);
  const within = history.length === 0 ? [] : inForceWithin(history, present.from, noticeMs);
  for (const { parameters, scalarEffective } of within) {
    const least = lowest.get(parameters);
    lowest.set(parameters, least === undefined ? scalarEffective : minOf(least, scalarEffective));
  }
  const scalarOf = (id: string, least: Decimal): Decimal =>
    noticedScalar(id === present.parameters ? present.scalarEffective : least, least, allowance);
  return new Map([...lowest].map(([id, least]) => [id, scalarOf(id, least)]));
}

function writeSchedule(
  state: MarginGlobalState,
  parameters: ParameterFigures,
  known: UnderlyingState,
  underlying: Underlying,
  status: PriceStatus,
  { mark, market }: InstrumentMark,
  scalars: Scalars,
  asOf: Instant,
): UnderlyingSchedule {
  const { noticeMs, noticeAllowance } = parameters;
  const figures = figuresOfUnderlying(parameters, underlying);
  const { effective, trigger } = scalars;

  const brackets = (id: string, scalar: Decimal): readonly Bracket[] =>
    publishedBrackets(scalar, figuresOfUnderlying(parametersOf(state, id), underlying));
  const notice = noticeScalars(
    known.inForce,
    { from: asOf, parameters: parameters.id, scalarEffective: effective },
    noticeMs,
    noticeAllowance,
  );
  const noticed = notice.get(parameters.id);
  invariant(noticed, 'the present parameters are always within the notice period');
  const table = (id: string, scalar: Decimal): RateTable => ({ scalar: text(scalar), brackets: brackets(id, scalar) });
  const onTrigger = (side: 'long' | 'short'): RateTable | null =>
    trigger[side].isZero() ? null : table(parameters.id, minOf(trigger[side], effective));

  return {
    underlying,
    status,
    mark,
    scalarMeasured: text(scalars.measured),
    drivenBy: scalars.drivenBy,
    scalar: text(scalars.scalar),
    scalarEffective: text(effective),
    sigma: text(effective.times(figures.sBase)),
    logReturn: text(scalars.logReturn),
    logReturnAgeMs: scalars.logReturnAgeMs,
    triggerThreshold: text(scalars.threshold),
    triggered: scalars.triggered,
    triggerScalar: { long: text(trigger.long), short: text(trigger.short) },
    liquidationScalar: {
      long: text(liquidationScalar(noticed, trigger.long, effective)),
      short: text(liquidationScalar(noticed, trigger.short, effective)),
    },
    maintenanceBrackets: brackets(parameters.id, effective),
    notice: [...notice].map(([id, scalar]) => ({ parameters: id, ...table(id, scalar) })),
    trigger: { long: onTrigger('long'), short: onTrigger('short') },
    liquidationCost: figures.liquidationCost,
    ...(market === undefined ? {} : { market }),
  };
}

/** Tables that were published lately: in calm, and for the notice level, the same one is asked for at each price set. */
const lately = new WeakMap<UnderlyingFigures, Map<string, readonly Bracket[]>>();
const TABLES_KEPT = 64;

/** The table of maintenance rates at a scalar, as schedules have it. */
export function publishedBrackets(scalar: Decimal, parameters: UnderlyingFigures): readonly Bracket[] {
  let tables = lately.get(parameters);
  if (tables === undefined || tables.size >= TABLES_KEPT) {
    tables = new Map();
    lately.set(parameters, tables);
  }
  const key = text(scalar);
  let table = tables.get(key);
  if (table === undefined) {
    table = writeBrackets(maintenanceBrackets(scalar, parameters));
    tables.set(key, table);
  }
  return table;
}

/** USD per unit of every asset that has a price, dollars first: a coin at its index, the last one known where there is none now. */
function collateralPrices({ indexes }: MarginGlobalState): readonly CollateralPrice[] {
  const coins = [...indexes].sort(([a], [b]) => compareText(a, b)).map(([asset, price]) => ({ asset, price }));
  return [{ asset: SETTLEMENT_ASSET, price: '1' }, ...coins];
}
