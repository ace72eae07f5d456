import { parentPort } from 'node:worker_threads';
import { measureRun, parseRule, type RunMeasures } from '@ballast/comparison';
import type { Scenario } from '@ballast/exchange-simulator-domain';
import { loadScenario, narrowedScenario, type ScenarioWindow } from '@ballast/scenarios';

/** One run, said so that it can be sent to a thread. */
export interface ComparisonTask {
  readonly rule: string;
  readonly scenario: string;
  readonly window: ScenarioWindow;
  readonly seed: string;
  readonly accounts: number;
}

export type ComparisonAnswer = { readonly measures: RunMeasures } | { readonly error: string };

const scenarios = new Map<string, Promise<Scenario>>();

/** Scenarios are read once in a thread. */
function scenarioOf(name: string): Promise<Scenario> {
  const known = scenarios.get(name) ?? loadScenario(name);
  scenarios.set(name, known);
  return known;
}

async function answerOf({ rule, scenario, window, seed, accounts }: ComparisonTask): Promise<ComparisonAnswer> {
  try {
    const narrowed = narrowedScenario(await scenarioOf(scenario), window);
    return { measures: await measureRun({ rule: parseRule(rule), scenario: narrowed, seed, accounts }) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const port = parentPort;
port?.on('message', (task: ComparisonTask) => {
  void answerOf(task).then((answer) => port.postMessage(answer));
});
