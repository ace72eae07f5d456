import type { Scenario } from '@ballast/exchange-simulator-domain';
import type { InstrumentId } from '@ballast/facts';
import { compareText, MINUTE_MS } from '@ballast/kernel';
import type { Rule } from '../rules/rule.js';
import { HouseRun } from './house-run.js';
import { MarginGauge } from './margin-gauge.js';
import type { RunMeasures } from './run-measures.js';
import { RunProjection } from './run-projection.js';

/** What decides an account of which nobody chose the model. */
const OWN_MODEL = 'adaptive-portfolio@1';
/** The position whose margin is watched, USD, and how often. */
export const GAUGED_NOTIONAL = 1_000_000;
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
  const projection = new RunProjection(scenario, rule.model ?? OWN_MODEL);
  const marks = new Map<InstrumentId, number>();
  run.house.onAppended((entries) => {
    for (const entry of entries) {
      projection.apply(entry);
      if (entry.type === 'PriceSetPublished') {
        const prices = entry.payload as { readonly marks: readonly { instrument: string; mark: string }[] };
        for (const { instrument, mark } of prices.marks) marks.set(instrument, Number(mark));
      }
    }
  });
  const gauge = new MarginGauge();
  let gaugedAt = -Infinity;
  while (!run.simulation.done) {
    await run.simulation.step();
    const at = run.simulation.clearing ?? 0;
    if (at - gaugedAt < GAUGED_EVERY_MS) continue;
    const rate = gaugedRate(run, marks);
    if (rate === undefined) continue;
    gaugedAt = at;
    gauge.take(at, rate);
  }
  return projection.measures({ calm: gauge.calm, stress: gauge.stress, rise: gauge.riseInAnHour });
}

/** Maintenance of a long position of the gauged size in the first underlying by name, fraction; undefined before the first price. */
export function gaugedRate(run: HouseRun, marks: ReadonlyMap<InstrumentId, number>): number | undefined {
  const instrument = [...marks.keys()].sort(compareText)[0];
  const mark = instrument === undefined ? undefined : marks.get(instrument);
  if (instrument === undefined || mark === undefined || !(mark > 0)) return undefined;
  const quantity = (GAUGED_NOTIONAL / mark).toFixed(3);
  const requirement = run.requirementOf(instrument, quantity);
  return requirement === undefined ? undefined : requirement.maintenance / (Number(quantity) * mark);
}
