import type { MeasureName } from '../run/run-measures.js';
import type { Interval } from '../statistics/interval.js';
import type { Comparison, Frontier, RuleOutcome, WindowOutcome } from './comparison.js';

type Row = readonly [label: string, cell: (measures: RuleOutcome['measures']) => string];

function withSpread(interval: Interval | null, digits: number): string {
  if (interval === null) return '-';
  const { mean, high } = interval;
  return `${mean.toFixed(digits)}${high > mean ? ` ±${(high - mean).toFixed(digits)}` : ''}`;
}

const row = (label: string, name: MeasureName, digits: number): Row => [label, (all) => withSpread(all[name], digits)];

/** Means alone, beside each other. */
const means = (label: string, names: readonly MeasureName[], digits: number, scale = 1): Row => [
  label,
  (all) =>
    names
      .map((name) => all[name])
      .map((interval) => (interval === null ? '-' : (interval.mean / scale).toFixed(digits)))
      .join(' / '),
];

const ROWS: readonly Row[] = [
  means('peak open interest, M USD', ['peakOpenInterest'], 1, 1e6),
  row('bad debt, per mille of it', 'badDebtPerMille', 2),
  row('needless closures', 'needlessClosures', 1),
  row('liquidations', 'liquidations', 1),
  row('called first, %', 'calledFirstPercent', 1),
  row('median lead, minutes', 'medianLeadMinutes', 1),
  means('margin calm / stress, %', ['calmMarginPercent', 'stressMarginPercent'], 2),
  row('largest rise in an hour, times', 'largestRiseInAnHour', 2),
  means('cost realised / modelled, bp', ['realisedCostBp', 'modelledCostBp'], 1),
  row('health at the end', 'endHealth', 2),
  row('pace, times phi ADV', 'pace', 1),
  row('deleveraged over deficit', 'deleveragedOverDeficit', 1),
  row('times what it needed', 'deleveragedTimesNeeded', 2),
  means('taken over by providers, k USD', ['takenOver'], 0, 1e3),
  means('by reserve / fund / house, k USD', ['reservesPaid', 'fundPaid', 'housePaid'], 0, 1e3),
  means('by deleveraging, k USD', ['deleveragingPaid'], 0, 1e3),
  means('by nobody, k USD', ['uncovered'], 0, 1e3),
];

/** The comparison for a person, in lines of at most so many columns. @param house the rule that the verdict is about */
export function comparisonText(comparison: Comparison, house: string, columns: number): string {
  const { windows, seeds, accounts, frontier } = comparison;
  const lines = windows.flatMap((window) => [...windowLines(window, columns), '']);
  lines.push(
    `${accounts} accounts, seeds ${seeds.join(', ')}; ± is the 95 % interval of a mean over the seeds.`,
    ...windows.map((window) => `${windowName(window)}: ${verdict(window.frontier, house)}`),
    ...(windows.length > 1 ? [`all windows together: ${verdict(frontier, house)}`] : []),
  );
  return lines.flatMap((line) => wrapped(line, columns)).join('\n');
}

const windowName = ({ scenario, from, to, priceFeedback }: WindowOutcome): string =>
  `${scenario} ${short(from)} to ${short(to)}${priceFeedback ? '' : ', prices as in the files'}`;

const short = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

function windowLines(window: WindowOutcome, columns: number): string[] {
  const labelWidth = Math.max(...ROWS.map(([label]) => label.length));
  const cells = window.rules.map(({ rule, measures }) => [rule, ...ROWS.map(([, cell]) => cell(measures))]);
  const widths = cells.map((column) => Math.max(...column.map((cell) => cell.length)));
  const blocks: number[][] = [[]];
  let used = labelWidth;
  widths.forEach((width, index) => {
    if (used + 2 + width > columns && (blocks.at(-1) as number[]).length > 0) {
      blocks.push([]);
      used = labelWidth;
    }
    (blocks.at(-1) as number[]).push(index);
    used += 2 + width;
  });
  const lines = [windowName(window)];
  for (const block of blocks) {
    lines.push('');
    ['', ...ROWS.map(([label]) => label)].forEach((label, line) => {
      const shown = block.map((index) => (cells[index]?.[line] ?? '').padStart(widths[index] as number));
      lines.push([label.padEnd(labelWidth), ...shown].join('  '));
    });
  }
  return lines;
}

const FIGURES = 'bad debt, needless closures and calm margin';

function verdict({ on, beaten }: Frontier, house: string): string {
  const by = beaten.find(({ rule }) => rule === house)?.by;
  const others = on.filter((rule) => rule !== house);
  if (by !== undefined) {
    return `${house} is not on the frontier: no worse in any of ${FIGURES}, and better in one at least: ${by.join(', ')}.`;
  }
  const company = others.length === 0 ? 'alone' : `with ${others.join(', ')}`;
  return `${house} is on the frontier ${company}: whoever is better in one of ${FIGURES} is worse in another.`;
}

/** Breaks a line of prose at spaces; lines of tables fit already, unless one column alone is wider. */
function wrapped(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const cut = line.lastIndexOf(' ', columns);
  return cut <= 0 ? [line] : [line.slice(0, cut), ...wrapped(`  ${line.slice(cut + 1)}`, columns)];
}
