import type { Backtest, SideBacktest } from '@ballast/comparison';
import { MINUTE_MS } from '@ballast/kernel';
import Table from 'cli-table3';
import { ProgressPrinter } from '../composition/progress-printer.js';
import { rulesOf } from '../composition/rule-list.js';
import { runInThreads } from '../composition/rule-threads.js';
import type { BacktestTask } from '../composition/rule-worker.js';
import { timeOption } from './time-option.js';

interface BacktestOptions {
  readonly prices: string;
  readonly underlying: string;
  readonly rules: string;
  readonly horizon: number;
  readonly coverage: number;
  readonly from?: string;
  readonly to?: string;
  readonly threads: number;
  readonly json?: boolean;
}

export async function backtest(options: BacktestOptions): Promise<void> {
  const { prices, underlying, from, to, horizon, coverage: share } = options;
  const tasks = rulesOf(options.rules).map((rule): BacktestTask => ({
    kind: 'backtest',
    rule,
    prices,
    underlying,
    from: timeOption('--from', from),
    to: timeOption('--to', to),
    horizonMs: horizon * MINUTE_MS,
    coverage: share,
  }));
  const progress = new ProgressPrinter(process.stderr);
  const results = await runInThreads(tasks, options.threads, (done) =>
    progress.update(() => `${done} of ${tasks.length} rules`),
  );
  progress.end();
  process.stdout.write(`${options.json === true ? JSON.stringify(results, null, 2) : tableOf(results, options)}\n`);
}

function tableOf(results: readonly Backtest[], { horizon, coverage: share }: BacktestOptions): string {
  const table = new Table({
    head: ['', ...results.map(({ rule }) => rule)],
    style: { head: [], border: [] },
    colAligns: ['left', ...results.map(() => 'right' as const)],
  });
  const row = (label: string, cell: (result: Backtest) => string): void =>
    void table.push([label, ...results.map(cell)]);
  const percent = (value: number): string => value.toFixed(2);
  row('margin mean, %', ({ margin }) => percent(margin.meanPercent));
  row('lowest / highest, %', ({ margin }) => `${percent(margin.lowestPercent)} / ${percent(margin.highestPercent)}`);
  row('peak to trough, times', ({ margin }) => percent(margin.peakToTrough));
  row('largest rise in an hour / a day, times', ({ margin }) =>
    [margin.largestRiseInAnHour, margin.largestRiseInADay].map(percent).join(' / '),
  );
  for (const side of ['long', 'short'] as const) {
    const of = (cell: (figures: SideBacktest) => string) => (result: Backtest) => cell(result[side]);
    row(
      `${side}: breaches of observations`,
      of(({ breaches, observations }) => `${breaches} of ${observations}`),
    );
    row(`${side}: breaches, % (expected ${(100 * (1 - share)).toFixed(2)})`, of(breachShare));
    row(
      `${side}: Kupiec (p)`,
      of(({ unconditional }) => ratio(unconditional)),
    );
    row(
      `${side}: Christoffersen, independence (p)`,
      of(({ independence }) => ratio(independence)),
    );
    row(
      `${side}: both (p)`,
      of(({ conditional }) => ratio(conditional)),
    );
    row(
      `${side}: hot hours, breaches`,
      of(({ hot, hotBreaches }) => `${hot}, ${hotBreaches}`),
    );
    row(
      `${side}: beyond it, mean / largest, %`,
      of(({ meanExcess, largestExcess }) =>
        [meanExcess, largestExcess].map((excess) => percent(100 * excess)).join(' / '),
      ),
    );
  }
  return `${table.toString()}\nLosses of ${horizon} minutes against maintenance at their start; a small p speaks against the rule.`;
}

const breachShare = ({ breaches, observations }: SideBacktest): string =>
  observations === 0 ? '-' : ((100 * breaches) / observations).toFixed(2);

const ratio = ({ ratio: value, pValue }: SideBacktest['conditional']): string =>
  `${value.toFixed(2)} (${pValue.toFixed(3)})`;
