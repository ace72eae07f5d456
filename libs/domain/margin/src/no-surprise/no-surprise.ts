import type {
  AssessmentDetail,
  DecimalString,
  MarginEvents,
  PositionRequirement,
  Side,
  Underlying,
} from '@ballast/facts';
import { dec, invariant, roundUsd, sum, text, type Decimal } from '@ballast/kernel';
import { LIQUIDATION_LINE, SCAN_LINE } from '../assess/requirement-lines.js';

export interface NoSurpriseViolation {
  readonly rule:
    | 'equity-not-below-requirement'
    | 'requirement-not-the-sum'
    | 'requirement-not-of-the-ranges'
    | 'rate-without-notice'
    | 'trigger-not-reproduced'
    | 'call-not-the-open-one'
    | 'uncalled-without-reason'
    | 'uncalled-in-margin-call';
  readonly detail: string;
}

/** Rates are rounded up to 12 digits, each table by itself; scalars too. */
const RATE_TOLERANCE = '0.00000000001';
/** Lines have 12 digits; the requirement is rounded up to the cent. */
const LINE_TOLERANCE = '0.000000001';
const CENT = '0.01';
const SCALAR_TOLERANCE = '0.000000001';

/** What the marks and schedules say at the moment of an entry. */
export interface RecomputedLevels {
  lowestMaintenanceRate(position: Pick<PositionRequirement, 'underlying' | 'ownerNotional'>): Decimal;
  /** Lowest V_eff in force within the notice period. */
  lowestScalar(underlying: Underlying): Decimal;
  reproducedTrigger(underlying: Underlying, side: Side): Decimal;
}

/**
 * No surprise: at an entry into LIQUIDATING
 * 1. equity is below the sum of the position requirements, rounded up to the cent;
 * 2. what the ranges ask for is that requirement, and each range that an underlying was moved over is at most the lowest maintenance rate, at the present size, of all schedules in force
 *    in the notice period (other models have no schedule: their rates don't change, so nobody had to be warned of one);
 * 3. or the event names the trigger of that underlying and side, and recomputed from the marks it was on, or is still
 *    decaying from when it was.
 * @returns what is broken; nothing when all holds
 * @see docs/architecture.md section 6, item 9
 */
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
  // A debt without a position is secured by coins, and they bear no shares.
  if (positions.length > 0 && !required.eq(figures.liquidation)) {
    violations.push({ rule: 'requirement-not-the-sum', detail: `${figures.liquidation} instead of ${text(required)}` });
  }
  // Of a debt that nothing secures nothing is required: that it is owed is no surprise.
  if (positions.length === 0 && dec(figures.liquidation).isZero()) return violations;
  violations.push(...unexplainedByRanges(event.assessment));
  for (const { subject, underlying, side, rate, ownerNotional, scalar } of appliedRates(event.assessment)) {
    const lowest = levels.lowestMaintenanceRate({ underlying, ownerNotional });
    const scalarNoticed = dec(scalar).lte(levels.lowestScalar(underlying).plus(SCALAR_TOLERANCE));
    if (dec(rate).lte(lowest.plus(RATE_TOLERANCE)) && scalarNoticed) continue;
    const named = event.triggers.find((trigger) => trigger.underlying === underlying && trigger.side === side);
    if (named === undefined) {
      const what = scalarNoticed ? `${rate} above ${text(lowest)}` : `scalar ${scalar} above the lowest in force`;
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

/** What the ranges ask for adds up to the requirement, so that no share can say more than its range. */
function unexplainedByRanges({ figures, portfolio: { lines } }: AssessmentDetail): readonly NoSurpriseViolation[] {
  const ranges = lines.filter(({ code }) => code === LIQUIDATION_LINE);
  if (ranges.length === 0) return [];
  const asked = sum(ranges.map(({ amount }) => dec(amount)));
  const rest = dec(figures.liquidation).minus(asked);
  if (rest.gte(dec(LINE_TOLERANCE).neg()) && rest.lte(dec(LINE_TOLERANCE).plus(CENT))) return [];
  const detail = `${figures.liquidation} where the ranges ask for ${text(asked)}`;
  return [{ rule: 'requirement-not-of-the-ranges', detail }];
}

/** A rate that a liquidation requirement was reckoned with, at the size that it depends on. */
interface AppliedRate {
  readonly subject: string;
  readonly underlying: Underlying;
  readonly side: Side;
  readonly rate: DecimalString;
  readonly ownerNotional: DecimalString;
  /** V of the volatility shocks of that side. */
  readonly scalar: DecimalString;
}

/** The ranges of the underlyings, if the model that decided scans them. */
const appliedRates = ({ portfolio: { lines } }: AssessmentDetail): readonly AppliedRate[] =>
  lines
    .filter(({ code }) => code === LIQUIDATION_LINE)
    .flatMap(({ subject = '', figures: range = {} }): AppliedRate[] => {
      const scanned = lines.find((line) => line.code === SCAN_LINE && line.subject === subject)?.figures;
      const rateOf = (
        side: Side,
        rate: string | undefined,
        size: string | undefined,
        scalar: string | undefined,
      ): AppliedRate => {
        invariant(
          rate !== undefined && size !== undefined && scalar !== undefined,
          `the ${side} range of ${subject} is not explained`,
        );
        return { subject: `${subject} ${side}`, underlying: subject, side, rate, ownerNotional: size, scalar };
      };
      return [
        rateOf('long', range['rangeDown'], scanned?.['sizeLong'], range['scalarDown']),
        rateOf('short', range['rangeUp'], scanned?.['sizeShort'], range['scalarUp']),
      ];
    });
