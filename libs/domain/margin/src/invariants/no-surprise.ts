import type {
  AssessmentDetail,
  DecimalString,
  Instant,
  MarginEvents,
  MarginGlobalEvents,
  MarginParameters,
  PositionRequirement,
  Side,
  Underlying,
  UnderlyingSchedule,
} from '@ballast/facts';
import { dec, invariant, minOf, roundUsd, sum, text, ZERO, type Decimal } from '@ballast/kernel';
import { bracketRate, readBrackets } from '@ballast/risk-schedule';
import { inForceWithin } from '../avsl/notice-window.js';
import { priceMove, referenceMark, type PastMark } from '../avsl/price-trigger.js';
import { decayFactor } from '../avsl/rate-limit.js';
import { figuresOfUnderlying, parameterFigures } from '../parameters/parameter-figures.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

/** What the check reads besides the event. */
export interface NoSurpriseEvidence {
  /** Schedules up to the one of the event, oldest first: from the notice period, and back to where a trigger was off. */
  readonly schedules: readonly ScheduleInForce[];
  readonly parameters: ReadonlyMap<string, MarginParameters>;
  /** Marks before the first schedule (VolatilitySeeded), if the schedules begin there. */
  readonly seededMarks?: ReadonlyMap<Underlying, readonly { readonly at: Instant; readonly mark: string }[]>;
}

export interface NoSurpriseViolation {
  readonly rule:
    'equity-not-below-requirement' | 'requirement-not-the-sum' | 'rate-without-notice' | 'trigger-not-reproduced';
  readonly detail: string;
}

/** Rates are rounded up to 12 digits, each table by itself; scalars too. */
const RATE_TOLERANCE = '0.00000000001';
const SCALAR_TOLERANCE = '0.000000001';

/**
 * No surprise: at an entry into LIQUIDATING
 * 1. equity is below the sum of the position requirements, rounded up to the cent;
 * 2. each position's liquidation rate is at most the lowest call rate, at the present size, of all schedules in force in
 *    the notice period; of a portfolio by adaptive-portfolio the range that each underlying was moved over, either way (other
 *    models have no schedule: their rates don't change, so nobody had to be warned of one);
 * 3. or the event names the trigger of that underlying and side, and recomputed from the marks it was on, or is still
 *    decaying from when it was.
 * @returns what is broken; nothing when all holds
 * @see docs/architecture.md section 6, item 9
 */
export function checkNoSurprise(
  event: MarginEvents['LiquidationTriggered'],
  evidence: NoSurpriseEvidence,
): readonly NoSurpriseViolation[] {
  return judgeEntry(event, {
    lowestCallRate: (position) => lowestCallRate(position, evidence),
    lowestScalar: (underlying) => lowestScalar(underlying, evidence),
    reproducedTrigger: (underlying, side) => reproducedTrigger(underlying, side, evidence),
  });
}

/** What the marks and schedules say at the moment of an entry. */
export interface RecomputedLevels {
  lowestCallRate(position: Pick<PositionRequirement, 'underlying' | 'ownerNotional'>): Decimal;
  /** Lowest V_eff in force within the notice period. */
  lowestScalar(underlying: Underlying): Decimal;
  reproducedTrigger(underlying: Underlying, side: Side): Decimal;
}

/** The rules of `checkNoSurprise`, wherever the levels were recomputed. */
export function judgeEntry(
  event: MarginEvents['LiquidationTriggered'],
  levels: RecomputedLevels,
): readonly NoSurpriseViolation[] {
  const { figures, positions } = event.assessment;
  const violations: NoSurpriseViolation[] = [];
  if (!dec(figures.equity).lt(figures.liquidation)) {
    violations.push({
      rule: 'equity-not-below-requirement',
      detail: `${figures.equity} is not below ${figures.liquidation}`,
    });
  }
  const required = roundUsd(sum(positions.map(({ liquidation }) => dec(liquidation))), 'requirement');
  if (!required.eq(figures.liquidation)) {
    violations.push({ rule: 'requirement-not-the-sum', detail: `${figures.liquidation} instead of ${text(required)}` });
  }
  for (const { subject, underlying, side, rate, ownerNotional, scalar } of appliedRates(event.assessment)) {
    const lowest = levels.lowestCallRate({ underlying, ownerNotional });
    const scalarNoticed = scalar === null || dec(scalar).lte(levels.lowestScalar(underlying).plus(SCALAR_TOLERANCE));
    if (dec(rate).lte(lowest.plus(RATE_TOLERANCE)) && scalarNoticed) continue;
    const named = event.triggers.find((trigger) => trigger.underlying === underlying && trigger.side === side);
    if (named === undefined) {
      const what = scalarNoticed ? `${rate} above ${text(lowest)}` : `scalar ${scalar ?? ''} above the lowest in force`;
      violations.push({ rule: 'rate-without-notice', detail: `${subject}: ${what}` });
      continue;
    }
    const reproduced = levels.reproducedTrigger(underlying, side);
    if (dec(named.scalar).gt(reproduced.plus(SCALAR_TOLERANCE))) {
      violations.push({
        rule: 'trigger-not-reproduced',
        detail: `${underlying} ${side}: ${named.scalar} by the event, ${text(reproduced)} by the marks`,
      });
    }
  }
  return violations;
}

/** A rate that a liquidation requirement was reckoned with, at the size that it depends on. */
interface AppliedRate {
  readonly subject: string;
  readonly underlying: Underlying;
  readonly side: Side;
  readonly rate: DecimalString;
  readonly ownerNotional: DecimalString;
  /** V of the volatility shocks of that side; null where there are none. */
  readonly scalar: DecimalString | null;
}

/** Rates of positions; of a portfolio the ranges of its underlyings, if its model scans them. */
function appliedRates({ positions, portfolio }: AssessmentDetail): readonly AppliedRate[] {
  if (portfolio === undefined) {
    return positions.map(({ instrument, underlying, side, liquidationRate, ownerNotional }) => ({
      subject: instrument,
      underlying,
      side,
      rate: liquidationRate,
      ownerNotional,
      scalar: null,
    }));
  }
  return portfolio.lines
    .filter(({ code }) => code === 'liquidation-level')
    .flatMap(({ subject, figures: range = {} }): AppliedRate[] => {
      const scanned = portfolio.lines.find((line) => line.code === 'scan-risk' && line.subject === subject)?.figures;
      const underlying = subject as Underlying;
      const rateOf = (
        side: Side,
        rate: string | undefined,
        size: string | undefined,
        scalar: string | undefined,
      ): AppliedRate => {
        invariant(
          rate !== undefined && size !== undefined && scalar !== undefined,
          `the ${side} range of ${underlying} is not explained`,
        );
        return { subject: `${underlying} ${side}`, underlying, side, rate, ownerNotional: size, scalar };
      };
      return [
        rateOf('long', range['rangeDown'], scanned?.['sizeLong'], range['scalarDown']),
        rateOf('short', range['rangeUp'], scanned?.['sizeShort'], range['scalarUp']),
      ];
    });
}

function newestOf({ schedules }: NoSurpriseEvidence): ScheduleInForce {
  const newest = schedules.at(-1);
  invariant(newest, 'the check needs the schedule of the event');
  return newest;
}

function parametersOf({ parameters }: NoSurpriseEvidence, id: string): MarginParameters {
  const found = parameters.get(id);
  invariant(found, `parameters ${id} are missing from the evidence`);
  return found;
}

const scheduleFor = ({ underlyings }: ScheduleInForce, underlying: Underlying): UnderlyingSchedule | undefined =>
  underlyings.find((schedule) => schedule.underlying === underlying);

const lowestCallRate = (
  { underlying, ownerNotional }: Pick<PositionRequirement, 'underlying' | 'ownerNotional'>,
  evidence: NoSurpriseEvidence,
): Decimal =>
  lowestInForce(underlying, evidence, ({ callBrackets }) =>
    bracketRate(readBrackets(callBrackets), dec(ownerNotional)),
  );

const lowestScalar = (underlying: Underlying, evidence: NoSurpriseEvidence): Decimal =>
  lowestInForce(underlying, evidence, ({ scalarEffective }) => dec(scalarEffective));

/** The lowest of a figure over the schedules in force in the notice period. */
function lowestInForce(
  underlying: Underlying,
  evidence: NoSurpriseEvidence,
  figureOf: (schedule: UnderlyingSchedule) => Decimal,
): Decimal {
  const newest = newestOf(evidence);
  const history = evidence.schedules.flatMap((schedule) => {
    const prices = scheduleFor(schedule, underlying);
    return prices === undefined ? [] : [{ from: schedule.asOf, prices }];
  });
  const { noticeMs } = parametersOf(evidence, newest.parameters);
  const [first, ...others] = inForceWithin(history, newest.asOf, noticeMs).map(({ prices }) => figureOf(prices));
  invariant(first, 'at least one schedule is in force');
  return minOf(first, ...others);
}

/** X_side at the newest schedule, recomputed from the marks of the schedules: the largest V_eff of a trigger, decayed. */
function reproducedTrigger(underlying: Underlying, side: Side, evidence: NoSurpriseEvidence): Decimal {
  const marks: PastMark[] = (evidence.seededMarks?.get(underlying) ?? []).map(({ at, mark }) => ({
    at,
    mark: dec(mark),
  }));
  let scalar = ZERO;
  let previousAsOf: Instant | null = null;
  for (const schedule of evidence.schedules) {
    const prices = scheduleFor(schedule, underlying);
    if (prices === undefined) continue;
    const figures = figuresOfUnderlying(parameterFigures(parametersOf(evidence, schedule.parameters)), underlying);
    const mark = dec(prices.mark);
    marks.push({ at: schedule.asOf, mark });
    // HALT: scalars and triggers keep their values.
    if (prices.status !== 'HALT') {
      const decay = decayFactor(figures, previousAsOf === null ? 0 : schedule.asOf - previousAsOf);
      const { triggered } = priceMove(
        mark,
        referenceMark(marks, schedule.asOf),
        schedule.asOf,
        figures.triggerK,
        figures.sBase,
      );
      const effective = dec(prices.scalarEffective);
      const decayed = scalar.times(decay);
      scalar = triggered[side] && effective.gt(decayed) ? effective : decayed;
    }
    previousAsOf = schedule.asOf;
  }
  return scalar;
}
