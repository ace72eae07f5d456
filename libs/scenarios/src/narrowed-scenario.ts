import type { ReactionsName, Scenario } from '@ballast/exchange-simulator-domain';
import { InvariantViolation, instantOf, isoOf, SECOND_MS, type Instant } from '@ballast/kernel';
import { ScenarioError } from './scenario-error.js';

/** A part of a scenario, and what else a run changes in it, as its options or the environment say. Times ISO 8601 UTC. */
export interface ScenarioWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** USD. */
  readonly openingFund?: string | undefined;
  /** How owners answer warnings and calls. */
  readonly reactions?: ReactionsName | undefined;
  /** Whether close-outs move the prices of the market. */
  readonly priceFeedback?: boolean | undefined;
}

/** @throws ScenarioError when the window does not lie in the scenario, or the fund is no amount */
export function narrowedScenario(scenario: Scenario, window: ScenarioWindow): Scenario {
  const from = timeOf(scenario, 'from', window.from) ?? scenario.from;
  const to = timeOf(scenario, 'to', window.to) ?? scenario.to;
  if (from < scenario.from || to > scenario.to || from > to) {
    const whole = `${isoOf(scenario.from)} .. ${isoOf(scenario.to)}`;
    throw new ScenarioError(scenario.name, `from and to must lie in ${whole}, the time of the scenario, and in order`);
  }
  const { priceSetEverySeconds } = scenario;
  if ((to - from) % (priceSetEverySeconds * SECOND_MS) !== 0) {
    const problem = `from and to must be a multiple of ${priceSetEverySeconds} s apart, the time between two price sets`;
    throw new ScenarioError(scenario.name, problem);
  }
  const openingFund = window.openingFund ?? scenario.openingFund;
  if (!/^\d{1,15}(\.\d{1,2})?$/.test(openingFund)) {
    const problem = `the opening fund must be an amount in USD such as 250000 or 250000.50, not ${openingFund}`;
    throw new ScenarioError(scenario.name, problem);
  }
  const reactions = window.reactions ?? scenario.reactions;
  const priceFeedback = window.priceFeedback ?? scenario.priceFeedback;
  return {
    ...scenario,
    from,
    to,
    openingFund,
    ...(reactions === undefined ? {} : { reactions }),
    ...(priceFeedback === undefined ? {} : { priceFeedback }),
  };
}

function timeOf({ name }: Scenario, which: 'from' | 'to', iso: string | undefined): Instant | undefined {
  if (iso === undefined) return undefined;
  try {
    return instantOf(iso);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    throw new ScenarioError(name, `${which} must be a time such as 2020-03-12T09:00:00Z: ${error.message}`);
  }
}
