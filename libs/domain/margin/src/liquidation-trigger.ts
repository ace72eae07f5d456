import type { MarginEvents, Underlying } from '@ballast/facts';
import { invariant, minOf, text } from '@ballast/kernel';
import { bracketRate, readBrackets } from '@ballast/risk-schedule';
import { writeAssessment, type Assessment, type ExactPosition } from './assessment/assess.js';
import type { ScheduleFigures } from './assessment/schedule-figures.js';
import { inForceWithin } from './avsl/notice-window.js';
import type { CallInForce } from './margin.state.js';
import { figuresOfUnderlying } from './parameters/parameter-figures.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

/** Sides whose triggers bear on an account: those it holds; of a portfolio both, since its scenarios go both ways. */
function sidesOf({ positions, portfolio }: Assessment): readonly Pick<ExactPosition, 'underlying' | 'side'>[] {
  if (portfolio === undefined) return positions;
  const underlyings = [...new Set(positions.map(({ underlying }) => underlying))].sort();
  return underlyings.flatMap((underlying) => (['long', 'short'] as const).map((side) => ({ underlying, side })));
}

function triggersOf(assessment: Assessment, schedule: ScheduleFigures): LiquidationTriggered['triggers'] {
  return sidesOf(assessment).flatMap(({ underlying, side }) => {
    const prices = schedule.underlyings.get(underlying);
    if (prices === undefined || prices.trigger[side] === null) return [];
    const { logReturn, triggerThreshold, triggerScalar } = prices.source;
    const k = text(figuresOfUnderlying(schedule.parameters, underlying).triggerK);
    return [{ underlying, side, logReturn, threshold: triggerThreshold, k, scalar: triggerScalar[side] }];
  });
}

/** Lowest call rate, at the present size, of all schedules in force in the notice period. */
function lowestCallRate(
  position: ExactPosition,
  history: readonly CallInForce[],
  { asOf, parameters }: ScheduleFigures,
): string {
  const rates = inForceWithin(history, asOf, parameters.noticeMs).map(({ brackets }) =>
    bracketRate(readBrackets(brackets), position.ownerNotional),
  );
  const [first, ...others] = rates;
  invariant(first, 'at least one schedule is in force');
  return text(minOf(first, ...others));
}

/** Entry into LIQUIDATING with everything by which it can be checked that nobody was surprised. */
export function liquidationTriggered(
  assessment: Assessment,
  schedule: ScheduleFigures,
  callHistory: ReadonlyMap<Underlying, readonly CallInForce[]>,
): LiquidationTriggered {
  return {
    accountId: assessment.accountId,
    assessment: writeAssessment(assessment),
    triggers: triggersOf(assessment, schedule),
    lowestCallRates: assessment.positions.map((position) => ({
      instrument: position.instrument,
      rate: lowestCallRate(position, callHistory.get(position.underlying) ?? [], schedule),
    })),
  };
}
