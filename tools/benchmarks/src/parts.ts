import { APPEND_DEFAULTS, benchAppend, type AppendOptions } from './append/append.bench.js';
import type { BenchContext } from './bench-server.js';
import { benchDecision, DECISION_DEFAULTS, type DecisionOptions } from './decision/decision.bench.js';
import { benchDeposits, DEPOSITS_DEFAULTS, WHOLE_DEPOSITS, type DepositsOptions } from './deposits/deposits.bench.js';
import { benchEdge, EDGE_DEFAULTS, type EdgeOptions } from './edge/edge.bench.js';
import { benchList, LIST_DEFAULTS, type ListOptions } from './list/list.bench.js';
import type { Figure } from './measure/figure.js';
import { benchMemory, MEMORY_DEFAULTS, type MemoryOptions } from './memory/memory.bench.js';
import { benchPortfolio, PORTFOLIO_DEFAULTS, type PortfolioOptions } from './portfolio/portfolio.bench.js';
import { benchReplay, REPLAY_DEFAULTS, type ReplayOptions } from './replay/replay.bench.js';
import { benchRestart, RESTART_DEFAULTS, WHOLE_RESTART, type RestartOptions } from './restart/restart.bench.js';
import { benchSimulate, SIMULATE_DEFAULTS, WHOLE_SIMULATE, type SimulateOptions } from './simulate/simulate.bench.js';

/** How much each part does. */
export interface Sizes {
  readonly append: AppendOptions;
  readonly decision: DecisionOptions;
  readonly replay: ReplayOptions;
  readonly restart: RestartOptions;
  readonly simulate: SimulateOptions;
  readonly memory: MemoryOptions;
  readonly deposits: DepositsOptions;
  readonly portfolio: PortfolioOptions;
  readonly list: ListOptions;
  readonly edge: EdgeOptions;
}

export const PARTS = [
  'append',
  'decision',
  'replay',
  'restart',
  'simulate',
  'memory',
  'deposits',
  'portfolio',
  'list',
  'edge',
] as const;
export type Part = (typeof PARTS)[number];

export const DEFAULT_SIZES: Sizes = {
  append: APPEND_DEFAULTS,
  decision: DECISION_DEFAULTS,
  replay: REPLAY_DEFAULTS,
  restart: RESTART_DEFAULTS,
  simulate: SIMULATE_DEFAULTS,
  memory: MEMORY_DEFAULTS,
  deposits: DEPOSITS_DEFAULTS,
  portfolio: PORTFOLIO_DEFAULTS,
  list: LIST_DEFAULTS,
  edge: EDGE_DEFAULTS,
};

/** The five days of the crash, several minutes; histories of millions of events; ten million deposits. */
export const WHOLE_SIZES: Sizes = {
  ...DEFAULT_SIZES,
  restart: WHOLE_RESTART,
  simulate: WHOLE_SIMULATE,
  deposits: WHOLE_DEPOSITS,
};

/** Shows within seconds that every part works; the figures say nothing. */
export const TINY_SIZES: Sizes = {
  append: { clients: [1, 8], batches: [10], secondsEach: 0.1, rounds: 1 },
  decision: { accounts: [100], partitions: 2, priceSets: () => 3 },
  replay: {
    from: '2020-03-12T10:40:00Z',
    to: '2020-03-12T10:45:00Z',
    accounts: 20,
    calmAccounts: 100,
    calmPriceSets: 5,
    partitions: 2,
  },
  restart: { accounts: 100, partitions: 2, events: [60, 200], credits: 10, tail: 2, rounds: 1 },
  simulate: {
    window: { from: '2020-03-12T10:40:00Z', to: '2020-03-12T10:50:00Z' },
    accounts: 20,
    partitions: 2,
  },
  memory: { accounts: 200, partitions: 2 },
  deposits: { accounts: 50, partitions: 2, before: 1_000, deposits: 1_000 },
  portfolio: {
    expiries: [7, 30],
    strikes: 12,
    fits: 2,
    held: 12,
    checks: 16,
    accounts: 60,
    partitions: 2,
    oneIn: 20,
    optionsEach: 3,
    priceSets: 2,
  },
  list: { accounts: 200, partitions: 2, rounds: 1 },
  edge: { accounts: 10, partitions: 2, strikes: 7, askers: 20, steps: 11, rounds: 1, secondsEach: 1 },
};

/** Measures the named parts one after the other; each begins with an empty database. */
export async function benchParts(context: BenchContext, parts: readonly Part[], sizes: Sizes): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const part of PARTS) if (parts.includes(part)) figures.push(...(await benchPart(context, part, sizes)));
  return figures;
}

function benchPart(context: BenchContext, part: Part, sizes: Sizes): Promise<Figure[]> {
  switch (part) {
    case 'append':
      return benchAppend(context, sizes.append);
    case 'decision':
      return benchDecision(context, sizes.decision);
    case 'replay':
      return benchReplay(context, sizes.replay);
    case 'restart':
      return benchRestart(context, sizes.restart);
    case 'simulate':
      return benchSimulate(context, sizes.simulate);
    case 'memory':
      return benchMemory(context, sizes.memory);
    case 'deposits':
      return benchDeposits(context, sizes.deposits);
    case 'portfolio':
      return benchPortfolio(context, sizes.portfolio);
    case 'list':
      return benchList(context, sizes.list);
    case 'edge':
      return benchEdge(context, sizes.edge);
  }
}
