import type { MarginEvents, Side, Underlying } from '@ballast/facts';
import { compareText, invariant, minOf, text, type Decimal } from '@ballast/kernel';
import { bracketRate, readBrackets } from '@ballast/risk-schedule';
import { OWN_MODEL } from '../assess/assess.js';
import type { OpenCall } from '../assess/account-book.js';
import { writeAssessment, type Assessment } from '../assess/assessment.js';
import { scannedSizes, type ScannedSize } from '../assess/requirement-lines.js';
import type { MaintenanceInForce } from '../margin.state.js';
import { figuresOfUnderlying } from '../parameters/parameter-figures.js';
import { inForceWithin } from '../schedule/notice-window.js';
import type { ScheduleFigures } from '../schedule/schedule-figures.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

const SIDES: readonly Side[] = ['long', 'short'];

/** Triggers that bear on an account: of both sides of every underlying that its positions or its coins move with. */
function triggersOf(assessment: Assessment, schedule: ScheduleFigures): LiquidationTriggered['triggers'] {
  const ofPositions = assessment.positions.map(({ underlying }) => underlying);
  const scanned = sizesOf(assessment).map(({ underlying }) => underlying);
  const underlyings = [...new Set([...ofPositions, ...scanned])].sort(compareText);
  return underlyings.flatMap((underlying) => {
    const prices = schedule.underlyings.get(underlying);
    if (prices === undefined) return [];
    const { logReturn, triggerThreshold: threshold, triggerScalar } = prices.source;
    const k = text(figuresOfUnderlying(schedule.parameters, underlying).triggerK);
    return SIDES.filter((side) => prices.rates.trigger[side] !== null).map((side) => ({
      underlying,
      side,
      logReturn,
      threshold,
      k,
      scalar: triggerScalar[side],
    }));
  });
}

/** Lowest maintenance rate, at the present size, of all schedules in force in the notice period. */
function lowestMaintenanceRate(
  size: Decimal,
  history: readonly MaintenanceInForce[],
  { asOf, parameters }: ScheduleFigures,
): string {
  const rates = inForceWithin(history, asOf, parameters.noticeMs).map(({ brackets }) =>
    bracketRate(readBrackets(brackets), size),
  );
  const [first, ...others] = rates;
  invariant(first, 'at least one schedule is in force');
  return text(minOf(first, ...others));
}

/** Other models than the house's own read no schedule. */
const sizesOf = ({ portfolio }: Assessment): readonly ScannedSize[] =>
  portfolio.model === OWN_MODEL ? scannedSizes(portfolio) : [];

/** Why an account without an open call is liquidated: a run that had found it below the call level would have called. */
function uncalledBecause(
  { figures, positions }: Assessment,
  entry: LiquidationEntry,
): NonNullable<LiquidationTriggered['uncalled']> {
  if (positions.length === 0 && figures.call.isZero()) return 'debt-alone';
  if (entry.closedBefore) return 'liquidated-before';
  return entry.changed ? 'own-change' : 'one-price-set';
}

/** What came before an entry into LIQUIDATING. */
export interface LiquidationEntry {
  readonly openCall: OpenCall | null;
  /** The account was LIQUIDATING already, and its case has been closed. */
  readonly closedBefore: boolean;
  /** An account of the owner changed since the account was assessed last. */
  readonly changed: boolean;
}

/**
 * Entry into LIQUIDATING with everything by which it can be checked that nobody was surprised: what was given notice of, and the
 * call that came first or why there was none.
 * @see docs/spec/margin.md CLR-MRG-050, CLR-MRG-052
 */
export function liquidationTriggered(
  assessment: Assessment,
  schedule: ScheduleFigures,
  maintenanceHistory: ReadonlyMap<Underlying, readonly MaintenanceInForce[]>,
  entry: LiquidationEntry,
): LiquidationTriggered {
  const { openCall } = entry;
  return {
    accountId: assessment.accountId,
    assessment: writeAssessment(assessment),
    triggers: triggersOf(assessment, schedule),
    lowestMaintenanceRates: sizesOf(assessment).map(({ underlying, side, size }) => ({
      underlying,
      side,
      rate: lowestMaintenanceRate(size, maintenanceHistory.get(underlying) ?? [], schedule),
    })),
    call: openCall === null ? null : { callId: openCall.callId, issuedAt: openCall.issuedAt },
    uncalled: openCall === null ? uncalledBecause(assessment, entry) : null,
  };
}
