import type { Scenario } from '@ballast/exchange-simulator-domain';
import type { InstrumentId } from '@ballast/facts';
import { MINUTE_MS } from '@ballast/kernel';
import type { Rule } from '../rules/rule.js';
import { HouseRun } from './house-run.js';
import { MarginGauge } from './margin-gauge.js';
import type { RunMeasures } from './run-measures.js';
import { GAUGED_NOTIONAL, requirementRate } from './requirement-rate.js';
import { RunProjection } from './run-projection.js';

/** What decides an account of which nobody chose the model. */
const OWN_MODEL = 'adaptive-portfolio@1';
/** How often the margin of one position is looked at. */
const GAUGED_EVERY_MS = 5 * MINUTE_MS;

export interface RunPlan {
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly seed: string;
  readonly accounts: number;
}

/** Runs a house by a rule from the first price set of a scenario to the last, and says what it brought. */
export async function measureRun({ rule, scenario, seed, accounts }: RunPlan): Promise<RunMeasures> {
  const run = await HouseRun.open(rule, scenario, seed, accounts);
  const projection = new RunProjection(scenario, rule.model ?? OWN_MODEL, run.deleveragingDistance);
  const marks = new Map<InstrumentId, number>();
  run.house.onAppended((entries) => {
    for (const entry of entries) projection.apply(entry);
  });
  run.onMark((instrument, mark) => marks.set(instrument, mark));
  const gauge = new MarginGauge();
  let gaugedAt = -Infinity;
  while (!run.simulation.done) {
    await run.simulation.step();
    const at = run.simulation.clearing ?? 0;
    if (at - gaugedAt < GAUGED_EVERY_MS) continue;
    const gauged = requirementRate(run, marks, GAUGED_NOTIONAL);
    if (gauged === undefined) continue;
    gaugedAt = at;
    gauge.take(at, gauged.rate);
  }
  return projection.measures({ calm: gauge.calm, stress: gauge.stress, rise: gauge.riseInAnHour });
}
