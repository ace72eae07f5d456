import type { Scenario } from '@ballast/exchange-simulator-domain';
import type { InstrumentId } from '@ballast/facts';
import { DAY_MS } from '@ballast/kernel';
import type { Rule } from '../rules/rule.js';
import { HouseRun } from '../run/house-run.js';
import { MarginGauge } from '../run/margin-gauge.js';
import { GAUGED_NOTIONAL, requirementRate } from '../run/requirement-rate.js';
import { sideOf, type Observation, type SideBacktest } from './side-backtest.js';

/** Somebody has to be there to be margined; what they do moves no price. */
const ACCOUNTS = 10;

export interface BacktestPlan {
  readonly rule: Rule;
  /** Prices of one underlying. */
  readonly scenario: Scenario;
  /** Observations are so far apart, and a loss is one of this time. */
  readonly horizonMs: number;
  /** Probability with which the requirement is to cover the loss of a horizon. */
  readonly coverage: number;
}

export interface Backtest {
  readonly rule: string;
  readonly long: SideBacktest;
  readonly short: SideBacktest;
  /** Maintenance of a long position of 1M USD, percent of it. */
  readonly margin: {
    readonly meanPercent: number;
    readonly lowestPercent: number;
    readonly highestPercent: number;
    readonly peakToTrough: number;
    /** Multiple of the lowest within so long before. */
    readonly largestRiseInAnHour: number;
    readonly largestRiseInADay: number;
  };
}

/** Margins one position by a rule over the prices of a file, by the house itself, and holds it against what came. */
export async function backtest({ rule, scenario, horizonMs, coverage }: BacktestPlan): Promise<Backtest> {
  const observations = await observe(rule, { ...scenario, priceFeedback: false, reactions: 'absent' }, horizonMs);
  const gauge = new MarginGauge();
  for (const { at, long } of observations) gauge.take(at, long);
  const { rates, calm, stress } = gauge;
  return {
    rule: rule.name,
    long: sideOf(observations, (move) => -move, 'long', 1 - coverage),
    short: sideOf(observations, (move) => move, 'short', 1 - coverage),
    margin: {
      meanPercent: (100 * rates.reduce((total, rate) => total + rate, 0)) / rates.length,
      lowestPercent: 100 * calm,
      highestPercent: 100 * stress,
      peakToTrough: stress / calm,
      largestRiseInAnHour: gauge.riseInAnHour,
      largestRiseInADay: gauge.riseWithin(DAY_MS),
    },
  };
}

async function observe(rule: Rule, scenario: Scenario, horizonMs: number): Promise<readonly Observation[]> {
  const run = await HouseRun.open(rule, scenario, '1', ACCOUNTS);
  const marks = new Map<InstrumentId, number>();
  run.onMark((instrument, mark) => marks.set(instrument, mark));
  const observations: Observation[] = [];
  while (!run.simulation.done) {
    await run.simulation.step();
    const at = run.simulation.clearing ?? 0;
    if ((at - scenario.from) % horizonMs !== 0) continue;
    const [long, short] = [GAUGED_NOTIONAL, -GAUGED_NOTIONAL].map((notional) => requirementRate(run, marks, notional));
    if (long === undefined || short === undefined) continue;
    observations.push({ at, price: long.mark, long: long.rate, short: short.rate });
  }
  return observations;
}
