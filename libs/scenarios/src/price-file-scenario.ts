import { endOf, scenarioProblems, type Bar, type Scenario } from '@ballast/exchange-simulator-domain';
import { DAY_MS, HOUR_MS, SECOND_MS, type Instant } from '@ballast/kernel';
import path from 'node:path';
import { readBars } from './read-bars.js';
import { ScenarioError } from './scenario-error.js';

/** Prices of so long before the start seed volatility, or of a quarter of the file where it is shorter. */
const WARM_UP_MS = 30 * DAY_MS;

/**
 * A scenario out of one file of bars: as many price sets as it has bars, but one an hour at least.
 * @param stretch part of the file; absent: all of it
 * @throws ScenarioError when the file can't be read, or has a gap in that part
 */
export async function priceFileScenario(
  file: string,
  underlying: string,
  stretch: { readonly from?: Instant | undefined; readonly to?: Instant | undefined } = {},
): Promise<Scenario> {
  const all = await readBars(file);
  const { from: begin = -Infinity, to: end = Infinity } = stretch;
  const bars = all.filter((bar) => bar.start >= begin && endOf(bar) <= end);
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) throw new ScenarioError(file, 'has no bar in that time');
  const stepMs = Math.min(HOUR_MS, first.durationMs);
  const warmUpMs = Math.min(WARM_UP_MS, (endOf(last) - first.start) / 4);
  const from = first.start + Math.ceil(warmUpMs / first.durationMs) * first.durationMs;
  const scenario: Scenario = {
    name: path.basename(file).replace(/[^a-zA-Z0-9._-]/g, '-'),
    warmUpFrom: first.start,
    from,
    to: lastStep(last, from, stepMs),
    priceSetEverySeconds: stepMs / SECOND_MS,
    openingFund: '0',
    bars: { [underlying]: bars },
  };
  const problems = scenarioProblems(scenario);
  if (problems.length > 0) throw new ScenarioError(file, problems.slice(0, 5).join('; '));
  return scenario;
}

/** The last price set that the bars cover. */
const lastStep = (last: Bar, from: Instant, stepMs: number): Instant =>
  from + Math.floor((endOf(last) - from) / stepMs) * stepMs;
