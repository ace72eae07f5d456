import { parentPort } from 'node:worker_threads';
import { backtest, measureRun, parseRule, withProviders, type Backtest, type RunMeasures } from '@ballast/comparison';
import type { HouseDocument } from '@ballast/event-sourcing';
import type { Scenario } from '@ballast/exchange-simulator-domain';
import { loadScenario, narrowedScenario, priceFileScenario, type ScenarioWindow } from '@ballast/scenarios';

/** One run of one rule, said so that it can be sent to a thread. */
export interface RunTask {
  readonly kind: 'run';
  readonly rule: string;
  /** Null: no liquidity provider has agreed to anything. */
  readonly providers: HouseDocument | null;
  readonly scenario: string;
  readonly window: ScenarioWindow;
  readonly seed: string;
  readonly accounts: number;
}

/** One rule over the prices of a file. */
export interface BacktestTask {
  readonly kind: 'backtest';
  readonly rule: string;
  readonly prices: string;
  readonly underlying: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly horizonMs: number;
  readonly coverage: number;
}

export type RuleTask = RunTask | BacktestTask;
export type ResultOf<Task extends RuleTask> = Task extends RunTask ? RunMeasures : Backtest;
export type RuleAnswer = { readonly result: RunMeasures | Backtest } | { readonly error: string };

const scenarios = new Map<string, Promise<Scenario>>();

/** Scenarios are read once in a thread. */
function scenarioOf(name: string): Promise<Scenario> {
  const known = scenarios.get(name) ?? loadScenario(name);
  scenarios.set(name, known);
  return known;
}

async function resultOf(task: RuleTask): Promise<RunMeasures | Backtest> {
  const rule = parseRule(task.rule);
  if (task.kind === 'run') {
    const { seed, accounts, window, providers } = task;
    const run = providers === null ? rule : withProviders(rule, providers);
    return measureRun({
      rule: run,
      scenario: narrowedScenario(await scenarioOf(task.scenario), window),
      seed,
      accounts,
    });
  }
  const { prices, underlying, horizonMs, coverage, from, to } = task;
  const scenario = await priceFileScenario(prices, underlying, { from, to });
  return backtest({ rule, scenario, horizonMs, coverage });
}

const port = parentPort;
port?.on('message', (task: RuleTask) => {
  resultOf(task).then(
    (result) => port.postMessage({ result } satisfies RuleAnswer),
    (error: Error) => port.postMessage({ error: error.message } satisfies RuleAnswer),
  );
});
