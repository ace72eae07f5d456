import type { MarginEvents, Underlying } from '@ballast/facts';
import { invariant, minOf, text } from '@ballast/kernel';
import { writeAssessment, type Assessment, type ExactPosition } from './assessment/assess.js';
import type { ScheduleFigures } from './assessment/schedule-figures.js';
import { bracketRate, readBrackets } from './avsl/brackets.js';
import { inForceWithin } from './avsl/notice-window.js';
import type { CallInForce } from './margin.state.js';
import { instrumentOf } from './underlyings.js';

type LiquidationTriggered = MarginEvents['LiquidationTriggered'];

function triggersOf({ positions }: Assessment, schedule: ScheduleFigures): LiquidationTriggered['triggers'] {
  return positions.flatMap(({ underlying, side }) => {
    const prices = schedule.underlyings.get(underlying);
    if (prices === undefined || prices.trigger[side] === null) return [];
    const { logReturn, triggerThreshold, triggerScalar } = prices.source;
    const k = text(schedule.parameters.underlyings[underlying].triggerK);
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
      instrument: instrumentOf(position.underlying),
      rate: lowestCallRate(position, callHistory.get(position.underlying) ?? [], schedule),
    })),
  };
}
