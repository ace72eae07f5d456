import { evolveRules, noRules } from '@ballast/documents';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { dec, invariant, partitionOfAccount } from '@ballast/kernel';
import { assessorOf, preTradeCheck } from '@ballast/margin-domain';
import { adaptivePortfolio, type OpenOrder, type Portfolio } from '@ballast/margin-models';
import { SURFACE_RULES, fitSurface } from '@ballast/valuation';
import type { BenchContext } from '../bench-server.js';
import { Appender } from '../decision/decision.bench.js';
import { MarginWorld } from '../decision/margin-world.js';
import { figure, type Figure } from '../measure/figure.js';
import { Latencies } from '../measure/latencies.js';
import { computeMs, Stopwatch } from '../measure/stopwatch.js';
import { optionChain } from './option-chain.js';
import { OPTION_IDS, OptionListing } from './option-listing.js';

/** Of coin-settled options, coin. */
const COIN_TICK = 0.0001;

export interface PortfolioOptions {
  readonly expiries: readonly number[];
  readonly strikes: number;
  readonly fits: number;
  /** Options in the portfolio that is checked before a trade. */
  readonly held: number;
  readonly checks: number;
  readonly accounts: number;
  readonly partitions: number;
  /** One account of so many holds options beside a perpetual, and how many. */
  readonly oneIn: number;
  readonly optionsEach: number;
  readonly priceSets: number;
}

export const PORTFOLIO_DEFAULTS: PortfolioOptions = {
  expiries: [1, 7, 14, 30, 60, 90, 180, 330],
  strikes: 30,
  fits: 40,
  held: 200,
  checks: 1_200,
  accounts: 100_000,
  partitions: 8,
  oneIn: 100,
  optionsEach: 4,
  priceSets: 12,
};

const MOST_MS = { fit: 50, check: 2, run: 150 };

/** A volatility surface, a check before a trade in a portfolio of options, and a run over accounts of both kinds. */
export async function benchPortfolio(
  context: BenchContext,
  options: PortfolioOptions = PORTFOLIO_DEFAULTS,
): Promise<Figure[]> {
  return [fitFigure(context, options), ...checkFigures(context, options), ...(await runFigures(context, options))];
}

function fitFigure(context: BenchContext, { expiries, strikes, fits }: PortfolioOptions): Figure {
  const chain = optionChain(expiries, strikes);
  const quotes = chain.expiries.reduce((count, expiry) => count + expiry.quotes.length, 0);
  context.onProgress(`portfolio: surface of ${quotes} quotes`);
  const times = new Latencies();
  const rules = noRules();
  evolveRules.DocumentsEstablished(rules, genesisOf(readHouseDocuments(), 'pricing'));
  const surfaceRules = SURFACE_RULES.inForce(rules);
  let live = 0;
  timed(fits, times, () => {
    live = fitSurface(chain, COIN_TICK, surfaceRules).expiries.filter(({ status }) => status === 'LIVE').length;
  });
  return figure({
    part: 'portfolio',
    what: `surface of ${expiries.length} expiries, ${quotes} quotes: fit and gates`,
    value: times.p50,
    p99: times.p99,
    unit: 'ms',
    bound: { of: 'p99', kind: 'at most', limit: MOST_MS.fit },
    note: `${fits} fits without a surface before, ${live} of ${expiries.length} expiries LIVE`,
  });
}

/** The same order of another size and instrument each time, in a portfolio of hundreds of options. */
function checkFigures(context: BenchContext, { held, checks }: PortfolioOptions): Figure[] {
  context.onProgress(`portfolio: check before a trade, ${held} options`);
  const accountId = 'owner-0.main';
  const positions = OPTION_IDS.slice(0, held).map((id, i) => [id, String(2 * ((i * 37) % 41) - 41)] as const);
  const listing = new OptionListing();
  const world = new MarginWorld(1, 1, false, { listing, of: () => positions });
  world.open();
  const { state } = world.machines[partitionOfAccount(accountId, 1)] as (typeof world.machines)[0];
  const assessor = assessorOf(state);
  invariant(assessor, 'a price set came first');
  const { market, parameters } = assessor.market;
  const contractOf = (id: string): OpenOrder['instrument'] => {
    const known = state.contracts.get(id);
    invariant(known, `${id} is listed`);
    return known.instrument;
  };
  const orderAt = (n: number): OpenOrder => ({
    instrument: contractOf(OPTION_IDS[(n * 13) % held] as string),
    side: n % 2 === 0 ? 'buy' : 'sell',
    quantity: dec((n % 9) + 1),
  });
  const portfolio: Portfolio = {
    collateral: [{ asset: 'USD', amount: dec('50000000.25') }],
    positions: positions.map(([id, quantity]) => ({ instrument: contractOf(id), quantity: dec(quantity) })),
    orders: [],
  };
  const [warm, cold, whole] = [new Latencies(), new Latencies(), new Latencies()];
  // The first check makes the arrays of every option known to the market.
  const answered = preTradeCheck(state, { accountId, instrument: OPTION_IDS[0] as string, quantity: '1' });
  invariant(answered.after, 'the check found prices');
  const checkAt = (n: number): unknown => {
    const { instrument, side, quantity } = orderAt(n);
    const signed = side === 'buy' ? quantity : quantity.neg();
    return preTradeCheck(state, { accountId, instrument: instrument.id, quantity: signed.toFixed() });
  };
  timed(checks, warm, checkAt);
  // Every position written again, as if each had just been traded: nothing that was valued before is found.
  const account = state.book.at(accountId);
  const tradeAll = (): void => {
    for (const [instrument, quantity] of positions)
      state.book.setPosition(account, { instrument, quantity, cost: '0' });
  };
  timed(checks, cold, checkAt, tradeAll);
  timed(Math.ceil(checks / 80), whole, (n) =>
    adaptivePortfolio.assess({ ...portfolio, orders: [orderAt(n)] }, market, parameters),
  );
  const row = (what: string, { p50, p99 }: Latencies, note: string, limit?: number): Figure =>
    figure({
      part: 'portfolio',
      what: `${held} options and an order: ${what}`,
      value: p50,
      p99,
      unit: 'ms',
      ...(limit !== undefined && { bound: { of: 'p99', kind: 'at most', limit } as const }),
      note,
    });
  return [
    row(
      'exact figures before and after, account checked before',
      warm,
      `${checks} orders by preTradeCheck, another one each time`,
      MOST_MS.check,
    ),
    row(
      'the same, account never checked',
      cold,
      `${checks} orders, each after every position has changed; on a price set that was read before`,
      MOST_MS.check,
    ),
    row('every scenario in decimals', whole, 'the whole assessment with its explanation'),
  ];
}

async function runFigures(context: BenchContext, options: PortfolioOptions): Promise<Figure[]> {
  const { accounts, partitions, oneIn, optionsEach, priceSets } = options;
  context.onProgress(`portfolio: ${accounts} accounts, one of ${oneIn} with options`);
  const database = await context.database();
  try {
    const listing = new OptionListing();
    const world = new MarginWorld(accounts, partitions, false, {
      listing,
      of: (n) =>
        n % oneIn !== 1 % oneIn
          ? []
          : Array.from({ length: optionsEach }, (_, k) => [
              OPTION_IDS[(n * 7 + k * 31) % OPTION_IDS.length] as string,
              k % 2 === 0 ? '0.5' : '-0.25',
            ]),
    });
    const log = await database.store.open({ name: 'margin', partitions, global: true });
    const appender = await Appender.take(log, world);
    await appender.append(world.open());
    const [decided, durable] = [new Latencies(), new Latencies()];
    for (let n = -2; n < priceSets; n += 1) {
      const step = world.quiet();
      const started = performance.now();
      await appender.append(step);
      const appendMs = performance.now() - started;
      if (n < 0) continue;
      decided.record(step.decidedMs);
      durable.record(step.decidedMs + appendMs);
    }
    const what = `${accounts.toLocaleString('en-US')} accounts, one of ${oneIn} with ${optionsEach} options`;
    const row = (stage: string, { p50, p99 }: Latencies, note: string, limit?: number): Figure =>
      figure({
        part: 'portfolio',
        what: `${what}: ${stage}`,
        value: p50,
        p99,
        unit: 'ms',
        ...(limit !== undefined && { bound: { of: 'value', kind: 'at most', limit } as const }),
        note,
      });
    return [
      row('from price set to durable root', durable, `${priceSets} price sets with risk arrays`, MOST_MS.run),
      row('all before the append', decided, 'portfolios in filtered decimals, all others by float64'),
    ];
  } finally {
    await database.close();
  }
}

/** Two unmeasured turns in ten to warm up, then every turn; what comes before a turn isn't measured. */
function timed(turns: number, into: Latencies, work: (n: number) => unknown, before?: () => void): void {
  for (let n = -Math.ceil(turns / 5); n < turns; n += 1) {
    before?.();
    const watch = new Stopwatch();
    work(Math.abs(n));
    const lap = watch.stop();
    if (n >= 0) into.record(computeMs(lap));
  }
}
