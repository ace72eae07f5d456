import { writeFile } from 'node:fs/promises';
import {
  comparisonChart,
  comparisonOf,
  comparisonText,
  outcomeOf,
  windowOutcome,
  type ComparedWindow,
} from '@ballast/comparison';
import type { ReactionsName } from '@ballast/exchange-simulator-domain';
import { isoOf } from '@ballast/kernel';
import { loadScenario, narrowedScenario, type ScenarioWindow } from '@ballast/scenarios';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { namesOf, rulesOf } from '../composition/rule-list.js';
import { runInThreads } from '../composition/rule-threads.js';
import type { RunTask } from '../composition/rule-worker.js';
import { UsageError } from '../usage-error.js';

interface CompareOptions {
  readonly scenario: string;
  readonly rules: string;
  readonly method?: string;
  readonly seeds: number;
  readonly accounts: number;
  readonly priceFeedback: 'on' | 'off' | 'both';
  readonly reactions?: ReactionsName;
  readonly openingFund?: string;
  readonly threads: number;
  readonly chart?: string;
  readonly json?: boolean;
}

const DEFAULT_COLUMNS = 110;

export async function compare(options: CompareOptions): Promise<void> {
  const rules = rulesOf(options.rules, options.method);
  const seeds = Array.from({ length: options.seeds }, (_, index) => String(index + 1));
  const windows = await windowsOf(options);
  const tasks = windows.flatMap(({ scenario, window }) =>
    rules.flatMap((rule) =>
      seeds.map((seed): RunTask => ({ kind: 'run', rule, scenario, window, seed, accounts: options.accounts })),
    ),
  );
  const progress = new ProgressPrinter(process.stderr);
  const measures = await runInThreads(tasks, options.threads, (done) =>
    progress.update(() => `${done} of ${tasks.length} runs`),
  );
  progress.end();
  let taken = 0;
  const outcomes = windows.map(({ compared }) =>
    windowOutcome(
      compared,
      rules.map((rule) => outcomeOf(rule, measures.slice(taken, (taken += seeds.length)))),
    ),
  );
  const comparison = comparisonOf(options.accounts, seeds, outcomes);
  if (options.chart !== undefined) await writeFile(options.chart, comparisonChart(comparison));
  const columns = Math.max(80, Math.min(120, process.stdout.columns ?? DEFAULT_COLUMNS));
  const house = rules.includes('adaptive') ? 'adaptive' : (rules[0] as string);
  const printed =
    options.json === true ? JSON.stringify(comparison, null, 2) : comparisonText(comparison, house, columns);
  process.stdout.write(`${printed}\n`);
}

interface WindowToRun {
  readonly scenario: string;
  readonly window: ScenarioWindow;
  readonly compared: ComparedWindow;
}

async function windowsOf(options: CompareOptions): Promise<readonly WindowToRun[]> {
  const { priceFeedback, reactions, openingFund } = options;
  const feedbacks = priceFeedback === 'both' ? [true, false] : [priceFeedback === 'on'];
  const windows: WindowToRun[] = [];
  for (const asked of namesOf(options.scenario)) {
    const { scenario, from, to } = stretchOf(asked);
    const whole = await loadScenario(scenario);
    for (const feedback of feedbacks) {
      const window = { from, to, reactions, openingFund, priceFeedback: feedback };
      const narrowed = narrowedScenario(whole, window);
      const compared = {
        scenario: narrowed.name,
        from: isoOf(narrowed.from),
        to: isoOf(narrowed.to),
        priceFeedback: feedback,
      };
      windows.push({ scenario, window, compared });
    }
  }
  return windows;
}

/** `<name or directory>[@<from>/<to>]`. */
function stretchOf(asked: string): { readonly scenario: string; readonly from?: string; readonly to?: string } {
  const [scenario = '', stretch, ...more] = asked.split('@');
  if (stretch === undefined) return { scenario };
  const [from, to, ...rest] = stretch.split('/');
  if (from === undefined || to === undefined || rest.length > 0 || more.length > 0) {
    throw new UsageError(
      `--scenario ${asked}: a part is written <scenario>@<from>/<to>, such as crash-2020-03@2020-03-12T09:00:00Z/2020-03-12T13:00:00Z`,
    );
  }
  return { scenario, from, to };
}
