import { RiskSurvey, type SurveyedHouse } from '@ballast/gateway';
import { answerOf } from '@ballast/services';
import type { BenchContext } from '../bench-server.js';
import { MarginWorld } from '../decision/margin-world.js';
import { figure, type Bound, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { Stopwatch } from '../measure/stopwatch.js';

export interface ListOptions {
  readonly accounts: number;
  readonly partitions: number;
  /** First pages per order and filter. */
  readonly rounds: number;
}

export const LIST_DEFAULTS: ListOptions = { accounts: 100_000, partitions: 8, rounds: 3 };

const ORDERS = ['cover', 'accountId', 'equity', 'call', 'cushion', 'notional'] as const;
const FILTERS = [{}, { state: 'HEALTHY' }, { search: '99' }] as const;
const PROMISED_ACCOUNTS = 100_000;
/** The first rows of the console's list stand within a second. */
const PROMISE: Bound = { of: 'p99', kind: 'at most', limit: 1_000 };

/** From a question for a page of the list of accounts, of which nothing was looked at before, to its rows: by every column, unfiltered and filtered. */
export async function benchList(
  { onProgress }: BenchContext,
  { accounts, partitions, rounds }: ListOptions = LIST_DEFAULTS,
): Promise<Figure[]> {
  onProgress(`list: ${accounts} accounts`);
  const world = new MarginWorld(accounts, partitions);
  world.open();
  const figures: Figure[] = [];
  for (const order of ORDERS) {
    const wall = new Latencies();
    let cpuMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const filter of FILTERS) {
        // A price set between two questions, as when the market moves: nothing that was made for the one before is left.
        world.quiet();
        const survey = new RiskSurvey(houseOf(world));
        const asked = { order, direction: 'ascending', state: undefined, search: undefined, ...filter } as const;
        const watch = new Stopwatch();
        await survey.accountsBehind({ ...asked, behind: null, skip: 0, limit: 100 });
        const lap = watch.stop();
        wall.record(lap.wallMs);
        cpuMs += lap.cpuMs;
      }
    }
    const pages = rounds * FILTERS.length;
    figures.push(
      figure({
        part: 'list',
        what: `${accounts.toLocaleString('en-US')} accounts, first page by ${order}`,
        value: wall.p50,
        p99: wall.p99,
        unit: 'ms',
        note: `${pages} pages of 100, unfiltered, by state, by part of the id; mean ${(cpuMs / pages).toFixed(0)} ms of processor time`,
        ...(accounts === PROMISED_ACCOUNTS && { bound: PROMISE }),
      }),
    );
  }
  return figures;
}

const houseOf = ({ machines }: MarginWorld): SurveyedHouse => ({
  asOf: () => ({
    clearing: machines[0]?.clearing ?? 0,
    positions: Object.fromEntries(machines.map(({ size }, partition) => [`margin/${partition}`, size])),
  }),
  numbers: machines.map((_, partition) => partition),
  picture: () => {
    throw new Error('a list shows no picture of the house');
  },
  openCases: 0,
  ask: (partition, question, ...parameters) =>
    Promise.resolve(answerOf(question, machines[partition]?.state as object, parameters)),
});
