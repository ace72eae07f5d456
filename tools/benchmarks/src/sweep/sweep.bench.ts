import { invariant } from '@ballast/kernel';
import { OptionBatch, simdPrices, simdSweep, SweepTables, typescriptPrices } from '@ballast/margin-sweep';
import type { BenchContext } from '../bench-server.js';
import { figure, type Figure, type FigureDraft } from '../measure/figure.js';
import { median } from '../measure/median.js';
import { computeMs, Stopwatch } from '../measure/stopwatch.js';
import { peakLoop, type PeakLoop } from './multiply-add-peak.js';
import { plainSweep, type PlainBook } from './plain-sweep.js';
import { SweepThreads } from './sweep-threads.js';

export interface SweepOptions {
  readonly accounts: number;
  readonly positionsEach: number;
  readonly scenarios: number;
  readonly instruments: number;
  /** Sizes of books at which one thread is held against two. */
  readonly threadedAccounts: readonly number[];
  /** How often each of them takes its turn. */
  readonly rounds: number;
}

export const SWEEP_DEFAULTS: SweepOptions = {
  accounts: 100_000,
  positionsEach: 10,
  scenarios: 33,
  instruments: 600,
  threadedAccounts: [1_000, 3_000, 10_000, 30_000, 100_000],
  rounds: 41,
};

/** Aim of the issue: share of what the processor can multiply and add in registers. */
const SHARE_OF_PEAK = 0.7;
/**
 * Products, sums and quotients of one price whose two tails lie in the middle interval, counted in assembly/: logarithm 31,
 * exponential 27, tails 2 x 39, the rest 19. A quotient counts one though it takes as long as several.
 */
const OPERATIONS_PER_PRICE = 155;

/** Best and median of several runs, milliseconds of processor time. */
interface Times {
  readonly all: readonly number[];
  readonly best: number;
  readonly middle: number;
}

/**
 * Worst loss of a whole book and the prices of a whole chain in WebAssembly, on one core, against the peak of f64x2 products and
 * sums and against TypeScript. Everything takes turns, so that others who use the machine hurt all alike.
 */
export async function benchSweep(context: BenchContext, options: SweepOptions = SWEEP_DEFAULTS): Promise<Figure[]> {
  const peak = await peakLoop();
  return [
    ...sweepFigures(context, options, peak),
    ...(await threadFigures(context, options)),
    ...priceFigures(context, options, peak),
  ];
}

function sweepFigures(context: BenchContext, options: SweepOptions, peak: PeakLoop): Figure[] {
  const { accounts, positionsEach, scenarios, rounds } = options;
  context.onProgress(`sweep: ${accounts} accounts x ${positionsEach} positions x ${scenarios} scenarios`);
  const { tables, plain } = books(options, accounts);
  const worst = new Float64Array(accounts);
  const sweep = simdSweep(tables);
  const operations = 2 * accounts * positionsEach * scenarios;
  const [ofPeak, ofSweep, ofPlain] = inTurns(rounds, [
    () => peak(operations),
    () => sweep(0, accounts),
    () => plainSweep(plain, worst),
  ]) as [Times, Times, Times];
  worst.forEach((each, account) => invariant(each === tables.worst[account], `account ${account} came out different`));
  const what = `${count(accounts)} accounts x ${positionsEach} positions x ${scenarios} scenarios`;
  return [
    figure({
      part: 'sweep',
      what: `${what}, SIMD, one thread`,
      ...againstPeak(operations, ofSweep, ofPeak),
      bound: { of: 'ratio', kind: 'at least', limit: SHARE_OF_PEAK },
      note:
        `${timesText(ofSweep)}; median of the rounds ${percent(byRounds(ofSweep, ofPeak))}; ` +
        `${scenarios} scenarios counted, though ${tables.layout.columns} columns are summed: the magnitude with them; worst and magnitude written`,
    }),
    figure({
      part: 'sweep',
      what: `${what}: time`,
      value: ofSweep.middle,
      unit: 'ms',
      reference: { what: 'plain TypeScript', value: ofPlain.middle, unit: 'ms' },
      note: `${(ofPlain.middle / ofSweep.middle).toFixed(1)} times as fast; plain: ${timesText(ofPlain)}, worst only, equal bits`,
    }),
  ];
}

async function threadFigures(context: BenchContext, options: SweepOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const accounts of options.threadedAccounts) {
    context.onProgress(`sweep: ${accounts} accounts on two threads`);
    const { tables } = books(options, accounts);
    const alone = simdSweep(tables);
    const threads = new SweepThreads(tables, 2);
    try {
      await threads.ready();
      // Time that passes counts here: that is what a second thread is for.
      const [one, two] = inTurns(options.rounds, [() => alone(0, accounts), () => threads.sweep()], 'wall') as [
        Times,
        Times,
      ];
      figures.push(
        figure({
          part: 'sweep',
          what: `${count(accounts)} accounts, two threads`,
          value: two.middle,
          unit: 'ms',
          reference: { what: 'one thread', value: one.middle, unit: 'ms' },
          note: `time passed: ${timesText(two)}; one thread: ${timesText(one)}`,
        }),
      );
    } finally {
      await threads.stop();
    }
  }
  return figures;
}

function priceFigures(
  context: BenchContext,
  { instruments, scenarios, rounds }: SweepOptions,
  peak: PeakLoop,
): Figure[] {
  const batch = new OptionBatch(instruments * scenarios);
  context.onProgress(`sweep: ${batch.size} option prices`);
  // Strikes from a third to three times the forward, four days to a year, 40 to 120 %; moves of a fifth, volatility up and down.
  for (let place = 0; place < batch.size; place += 1) {
    const instrument = Math.floor(place / scenarios);
    const scenario = place % scenarios;
    const forward = 60_000 * (0.8 + (0.4 * (scenario % 11)) / 10);
    const strike = 20_000 * 9 ** ((instrument % 50) / 49);
    const years = (4 + 30 * (Math.floor(instrument / 50) % 12)) / 365;
    const volatility = (0.4 + (0.8 * (instrument % 7)) / 6) * (0.75 + 0.25 * Math.floor(scenario / 11));
    batch.set(place, instrument % 2 === 0 ? 'call' : 'put', forward, strike, volatility * Math.sqrt(years));
  }
  const operations = batch.size * OPERATIONS_PER_PRICE;
  const [ofPeak, ofSimd, ofTypescript] = inTurns(rounds * 3, [
    () => peak(operations),
    simdPrices(batch),
    typescriptPrices(batch),
  ]) as [Times, Times, Times];
  const what = `${count(batch.size)} Black-76 prices`;
  return [
    figure({
      part: 'sweep',
      what: `${what}, SIMD, one thread`,
      ...againstPeak(operations, ofSimd, ofPeak),
      note: `${timesText(ofSimd)}; median of the rounds ${percent(byRounds(ofSimd, ofPeak))}; ${OPERATIONS_PER_PRICE} operations a price, six of them quotients; within 2^-48 of max(F, K)`,
    }),
    figure({
      part: 'sweep',
      what: `${what}: time`,
      value: ofSimd.middle,
      unit: 'ms',
      reference: { what: 'TypeScript, equal bits', value: ofTypescript.middle, unit: 'ms' },
      note: `${(ofTypescript.middle / ofSimd.middle).toFixed(1)} times as fast; TypeScript: ${timesText(ofTypescript)}`,
    }),
  ];
}

/** The same book for the kernel and for plain TypeScript, from a fixed sequence. */
function books(
  { positionsEach, scenarios, instruments }: SweepOptions,
  accounts: number,
): { readonly tables: SweepTables; readonly plain: PlainBook } {
  const positions = accounts * positionsEach;
  const tables = SweepTables.allocate({ accounts, positions, instruments, scenarios });
  const fraction = fractions();
  const plain: PlainBook = {
    values: Array.from({ length: instruments }, () => Float64Array.from({ length: scenarios }, () => fraction() - 0.5)),
    offsets: Uint32Array.from({ length: accounts + 1 }, (_, account) => account * positionsEach),
    instruments: Uint32Array.from({ length: positions }, () => Math.floor(fraction() * instruments)),
    quantities: Float64Array.from({ length: positions }, () => fraction() * 20 - 10),
  };
  plain.values.forEach((row, instrument) => tables.setInstrument(instrument, row));
  for (let position = 0; position < positions; position += 1) {
    tables.addPosition(plain.instruments[position] as number, plain.quantities[position] as number);
    if ((position + 1) % positionsEach === 0) tables.endAccount();
  }
  return { tables, plain };
}

/** Each of the works once to warm up, then all of them in turn. */
function inTurns(rounds: number, works: readonly (() => unknown)[], clock: 'compute' | 'wall' = 'compute'): Times[] {
  const all = works.map((): number[] => []);
  for (let round = -Math.ceil(rounds / 4); round < rounds; round += 1) {
    works.forEach((work, n) => {
      const watch = new Stopwatch();
      work();
      const lap = watch.stop();
      if (round >= 0) all[n]?.push(clock === 'wall' ? lap.wallMs : computeMs(lap));
    });
  }
  return all.map((each) => ({ all: each, best: Math.min(...each), middle: median(each) }));
}

function fractions(): () => number {
  let state = 20_261_122;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}

const giga = (operations: number, milliseconds: number): number => operations / milliseconds / 1e6;
const count = (n: number): string => n.toLocaleString('en-US');
/**
 * A peak is the most that was reached, so it is that of the best round, and the work is held against it by its own best: whoever
 * else is on the machine takes time from a round and never gives any.
 */
const againstPeak = (
  operations: number,
  ofWork: Times,
  ofPeak: Times,
): Pick<FigureDraft, 'value' | 'unit' | 'reference'> => ({
  value: giga(operations, ofWork.best),
  unit: 'GFLOP/s',
  reference: { what: 'f64x2 multiply-add peak', value: giga(operations, ofPeak.best), unit: 'GFLOP/s' },
});

/** Peak and work of the same round, which were disturbed alike. */
const byRounds = (ofWork: Times, ofPeak: Times): number =>
  median(ofWork.all.map((each, round) => (ofPeak.all[round] as number) / each));

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

const timesText = ({ best, middle }: Times): string => `best ${best.toFixed(2)} ms, median ${middle.toFixed(2)} ms`;
