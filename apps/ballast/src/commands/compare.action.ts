import { writeFile } from 'node:fs/promises';
import {
  comparisonChart,
  comparisonOf,
  comparisonText,
  outcomeOf,
  parseRule,
  windowOutcome,
  withProviders,
  type ComparedWindow,
} from '@ballast/comparison';
import type { HouseDocument } from '@ballast/event-sourcing';
import type { ReactionsName } from '@ballast/exchange-simulator-domain';
import { DocumentFileError, readDocument } from '@ballast/house-documents';
import { isoOf } from '@ballast/kernel';
import { loadScenario, narrowedScenario, type ScenarioWindow } from '@ballast/scenarios';
import { assertWritable } from '../composition/output-file.js';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { namesOf, rulesOf } from '../composition/rule-list.js';
import { runInThreads } from '../composition/rule-threads.js';
import type { RunTask } from '../composition/rule-worker.js';
import { UsageError } from '../usage-error.js';

interface CompareOptions {
  readonly scenario: string;
  readonly rules: string;
  readonly method?: string;
  readonly providers?: string;
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
  if (options.chart !== undefined) await assertWritable('--chart', options.chart);
  const rules = rulesOf(options.rules, options.method);
  const compared = besideProviders(rules, options.providers);
  const seeds = Array.from({ length: options.seeds }, (_, index) => String(index + 1));
  const windows = await windowsOf(options);
  const { accounts } = options;
  const tasks = windows.flatMap(({ scenario, window }) =>
    compared.flatMap(({ rule, providers }) =>
      seeds.map((seed): RunTask => ({ kind: 'run', rule, providers, scenario, window, seed, accounts })),
    ),
  );
  const progress = new ProgressPrinter(process.stderr);
  const measures = await runInThreads(tasks, options.threads, (done) =>
    progress.update(() => `${done} of ${tasks.length} runs`),
  );
  progress.end();
  let taken = 0;
  const outcomes = windows.map(({ shown }) =>
    windowOutcome(
      shown,
      compared.map(({ name }) => outcomeOf(name, measures.slice(taken, (taken += seeds.length)))),
    ),
  );
  const comparison = comparisonOf(accounts, seeds, outcomes);
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
  readonly shown: ComparedWindow;
}

interface ComparedRule {
  readonly name: string;
  readonly rule: string;
  readonly providers: HouseDocument | null;
}

/** Every rule alone, and where a file is named beside its liquidity providers too. @throws UsageError for what is no such document */
function besideProviders(rules: readonly string[], file: string | undefined): readonly ComparedRule[] {
  const alone = rules.map((rule): ComparedRule => ({ name: rule, rule, providers: null }));
  if (file === undefined) return alone;
  const providers = providersIn(file);
  return alone.flatMap((one) => [one, { ...one, name: withProviders(parseRule(one.rule), providers).name, providers }]);
}

function providersIn(file: string): HouseDocument {
  try {
    const document = readDocument(file);
    if (document.kind === 'liquidity-providers') return document;
    throw new DocumentFileError(`${file} is of kind ${document.kind}; give one of kind liquidity-providers`);
  } catch (error) {
    if (error instanceof DocumentFileError) throw new UsageError(`--providers: ${error.message}`);
    throw error;
  }
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
      const shown = {
        scenario: narrowed.name,
        from: isoOf(narrowed.from),
        to: isoOf(narrowed.to),
        priceFeedback: feedback,
      };
      windows.push({ scenario, window, shown });
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
