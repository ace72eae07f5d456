import type { OptionType, Settlement } from '@ballast/instruments';
import type { Instant } from '@ballast/kernel';
import {
  type ExpiryChain,
  type OptionChain,
  type StrikeObservation,
  type VolatilityRange,
  checkChain,
  forwardFromParity,
  markOf,
  observeStrikes,
  rangeToTick,
  yearsBetween,
} from './option-chain.js';
import { publishedFigure } from './published-figure.js';
import type { SmilePoint } from './smile.js';
import {
  type ExpirySmile,
  type SsviSlice,
  type SsviSurface,
  fitSsvi,
  risingThetas,
  ssviSlice,
  sviOfSsvi,
} from './ssvi.js';
import {
  type GateResult,
  type MoneynessRange,
  type StrikeMarks,
  type SurfaceGate,
  calendarGate,
  gridOver,
  overlap,
  parityGate,
  quotesGate,
  smileGates,
  verticalGate,
} from './surface-gates.js';
import type { Resistance, SurfaceRules } from './surface-rules.js';
import { type SviSlice, checkSvi, sviLeastVariance, sviVariance, sviVolatility } from './svi.js';
import { fitSvi, reweighted } from './svi-fit.js';
import { repairSvi } from './svi-repair.js';

/** How a published smile came about, in the order tried. */
export type SurfaceForm = 'svi' | 'svi-repaired' | 'ssvi' | 'shifted';

/**
 * LIVE: fitted to this chain, every gate passed. DEGRADED: the surface before, shifted in parallel, because no fit passed.
 * MISSING: not even that; the expiry's options have no mark.
 */
export type SurfaceStatus = 'LIVE' | 'DEGRADED' | 'MISSING';

/** A form that was tried and not published, and why. */
export interface RejectedForm {
  readonly form: SurfaceForm;
  readonly failed: readonly (SurfaceGate | 'too-few-quotes')[];
}

export interface OptionMark {
  readonly instrument: string;
  readonly type: OptionType;
  readonly strike: number;
  /** Of the smile at this strike, held inside the live narrow quotes. */
  readonly volatility: number;
  /** In the chain's unit: quote units, or coin when coin-settled. */
  readonly mark: number;
  /** The quotes moved the volatility off the smile. */
  readonly isHeld: boolean;
}

export interface ExpirySurface {
  readonly expiry: Instant;
  readonly timeYears: number;
  readonly forward: number;
  readonly forwardSource: 'given' | 'put-call-parity';
  readonly status: SurfaceStatus;
  readonly form?: SurfaceForm;
  /** Its figures are the published decimals, so that the gates speak of what is published. */
  readonly slice?: SviSlice;
  readonly ssvi?: SsviSlice;
  /** Of the published slice and marks. */
  readonly gates: readonly GateResult[];
  readonly rejected: readonly RejectedForm[];
  readonly marks: readonly OptionMark[];
  /** Log-moneyness the gates look at. */
  readonly range: MoneynessRange;
}

export interface Surface {
  readonly underlying: string;
  readonly asOf: Instant;
  readonly settlement: Settlement;
  /** By rising expiry. */
  readonly expiries: readonly ExpirySurface[];
}

/** The rules, and the price tick of the chain in its unit. */
type ChainRules = SurfaceRules & { readonly tick: number };

/** One expiry on its way through the fits. */
interface ExpiryInput {
  readonly chain: ExpiryChain;
  readonly timeYears: number;
  readonly forward: number;
  readonly observations: readonly StrikeObservation[];
  readonly points: readonly SmilePoint[];
  readonly range: MoneynessRange;
  readonly grid: Float64Array;
  readonly fitted: SviSlice | undefined;
}

interface Candidate {
  readonly form: SurfaceForm;
  readonly slice: SviSlice;
  readonly ssvi?: SsviSlice;
}

const asPublished = (value: number): number => publishedFigure(value).toNumber();

function published({ a, b, rho, m, sigma }: SviSlice): SviSlice {
  return {
    a: asPublished(a),
    b: asPublished(b),
    rho: asPublished(rho),
    m: asPublished(m),
    sigma: asPublished(sigma),
  };
}

function readExpiry(chain: ExpiryChain, { asOf, settlement }: OptionChain, rules: ChainRules): ExpiryInput {
  const timeYears = yearsBetween(asOf, chain.expiry);
  const forward = asPublished(chain.forward ?? forwardFromParity(chain.quotes, settlement));
  const observations = observeStrikes(chain, settlement, forward, timeYears, rules);
  const points = observations.flatMap(({ point }) => (point ? [point] : []));
  const [first, last] = [observations[0], observations.at(-1)] as [StrikeObservation, StrikeObservation];
  const beyond = rules.grid.beyond * Math.max(last.k - first.k, rules.grid.leastWidth);
  const range = { from: first.k - beyond, to: last.k + beyond };
  const fitted =
    points.length >= rules.fit.leastPoints
      ? published(fitSvi(points, timeYears, rules.fit.close, rules.fit))
      : undefined;
  return {
    chain,
    timeYears,
    forward,
    observations,
    points,
    range,
    grid: gridOver(range.from, range.to, rules.grid.points),
    fitted,
  };
}

function slicesGates(
  { form, slice, ssvi }: Candidate,
  input: ExpiryInput,
  before: ExpirySurface | undefined,
  rules: ChainRules,
): GateResult[] {
  const gates = smileGates(slice, input.grid, form === 'ssvi' ? ssvi : undefined);
  const grid = sharedGrid(input, before, rules.grid.points);
  if (before?.slice && grid) gates.push(calendarGate(before.slice, slice, grid));
  return gates;
}

/** Log-moneyness listed in both expiries. */
function sharedGrid(input: ExpiryInput, before: ExpirySurface | undefined, points: number): Float64Array | undefined {
  if (!before?.slice) return undefined;
  const { from, to } = overlap(input.range, before.range);
  return from < to ? gridOver(from, to, points) : undefined;
}

/** The smile before, its variance in proportion to the time left, moved in volatility by the median miss of today's points. */
export function shiftedSlice(
  before: SviSlice,
  yearsBefore: number,
  timeYears: number,
  points: readonly SmilePoint[],
  { shift: { mostLost }, fit: { leastVarianceShare } }: Pick<SurfaceRules, 'shift' | 'fit'>,
): SviSlice {
  const share = timeYears / yearsBefore;
  const aged = { ...before, a: before.a * share, b: before.b * share };
  if (points.length === 0) return aged;
  const misses = points
    .map(({ k, volatility }) => volatility - sviVolatility(aged, timeYears, k))
    .sort((p, q) => p - q);
  const atMoney = sviVariance(aged, 0);
  const moved = Math.max(Math.sqrt(atMoney / timeYears) + (misses[misses.length >> 1] as number), 0);
  // Never so far down that the smile would lose its least variance: neither at once nor, published again and again, bit by bit.
  const least = sviLeastVariance(aged);
  const lowest = Math.min(...points.map(({ volatility }) => volatility * volatility)) * timeYears;
  const room = Math.min(mostLost * least, Math.max(0, least - leastVarianceShare * lowest));
  const shift = Math.max(moved * moved * timeYears - atMoney, -room);
  return { ...aged, a: aged.a + shift };
}

/** By strike: what its mark is held in instead of its quotes; undefined where it goes back to the smile. */
type Loosened = ReadonlyMap<number, VolatilityRange | undefined>;

/** Marks of every listed option at the smile, held inside live narrow quotes, except at the `loosened` strikes. */
function marksOf(
  slice: SviSlice,
  { chain, timeYears, forward, observations }: ExpiryInput,
  settlement: Settlement,
  loosened: Loosened,
): OptionMark[] {
  const byStrike = new Map(observations.map((observation) => [observation.strike, observation]));
  return chain.quotes.map((quote): OptionMark => {
    const observation = byStrike.get(quote.strike) as StrikeObservation;
    const onSmile = sviVolatility(slice, timeYears, observation.k);
    const range = loosened.has(quote.strike) ? loosened.get(quote.strike) : observation.range;
    const held = range ? Math.min(Math.max(onSmile, range.least), range.most) : onSmile;
    const volatility = asPublished(held);
    const mark = asPublished(markOf(quote, settlement, forward, timeYears, volatility));
    const { instrument, type, strike } = quote;
    return { instrument, type, strike, volatility, mark, isHeld: held !== onSmile };
  });
}

function marksGates(
  marks: readonly OptionMark[],
  input: ExpiryInput,
  settlement: Settlement,
  rules: ChainRules,
): GateResult[] {
  const { forward, observations, chain } = input;
  const unit = settlement === 'inverse' ? forward : 1;
  const calls = new Map(marks.filter(({ type }) => type === 'call').map(({ strike, mark }) => [strike, mark]));
  const pairs = marks
    .filter(({ type, strike }) => type === 'put' && calls.has(strike))
    .map(({ strike, mark }): StrikeMarks => ({ strike, call: calls.get(strike) as number, put: mark }))
    .sort((p, q) => p.strike - q.strike);
  const narrow = new Set(observations.flatMap((observation) => observation.narrow));
  const markBy = new Map(marks.map(({ instrument, mark }) => [instrument, mark]));
  const quoted = chain.quotes.filter(({ instrument }) => narrow.has(instrument));
  return [
    // Rounding to twelve digits may turn two equal marks over.
    verticalGate(pairs, unit, rules.marks.verticalTolerance * forward),
    parityGate(pairs, settlement, forward, rules.tick),
    quotesGate(
      quoted.map(({ instrument, strike, bid, ask }) => ({
        strike,
        mark: markBy.get(instrument) as number,
        bid: bid as number,
        ask: ask as number,
      })),
      rules.tick,
    ),
  ];
}

const failedOf = (gates: readonly GateResult[]): SurfaceGate[] =>
  gates.filter(({ passed }) => !passed).map(({ gate }) => gate);

/**
 * Marks and their gates. Where held marks break the order of strikes, the two strikes are held to a tick beside their quotes,
 * which is as far as the gate of quotes goes; where that is not enough, they go back to the smile.
 */
function markedOf(slice: SviSlice, input: ExpiryInput, settlement: Settlement, rules: ChainRules) {
  const { chain, forward, timeYears, observations } = input;
  const loosened = new Map<number, VolatilityRange | undefined>();
  for (;;) {
    const marks = marksOf(slice, input, settlement, loosened);
    const gates = marksGates(marks, input, settlement, rules);
    const vertical = gates.find(({ gate }) => gate === 'vertical-spread') as GateResult;
    const at = observations.findIndex(({ strike }) => strike === vertical.at);
    const pair = observations.slice(Math.max(0, at - 1), at + 1);
    if (vertical.passed || pair.every(({ strike }) => loosened.has(strike) && !loosened.get(strike)))
      return { marks, gates };
    for (const observation of pair) {
      const isFirst = !loosened.has(observation.strike);
      const range = isFirst
        ? rangeToTick(observation, chain, settlement, forward, timeYears, rules.marks.tickShare * rules.tick)
        : undefined;
      loosened.set(observation.strike, range);
    }
  }
}

/** The first form that passes every gate, else the surface before, shifted, else nothing. */
function publishExpiry(
  input: ExpiryInput,
  before: ExpirySurface | undefined,
  previous: ExpirySurface | undefined,
  settlement: Settlement,
  across: () => SsviSurface,
  thetaOf: (input: ExpiryInput) => number | undefined,
  rules: ChainRules,
): ExpirySurface {
  const { chain, timeYears, forward, points, range, fitted } = input;
  const common = {
    expiry: chain.expiry,
    timeYears,
    forward,
    forwardSource: chain.forward === undefined ? ('put-call-parity' as const) : ('given' as const),
    range,
  };
  const rejected: RejectedForm[] = [];
  // Few expiries need it: a fit near most points whose wings no repair brings through the gates.
  let between: SviSlice | undefined;
  const broad = () => (between ??= published(fitSvi(points, timeYears, rules.fit.broad, rules.fit)));
  const forms: (() => Candidate | undefined)[] = [
    () => fitted && { form: 'svi', slice: fitted },
    () => fitted && { form: 'svi-repaired', slice: published(repaired(input, fitted, rules.fit.close, before, rules)) },
    () => fitted && { form: 'svi', slice: broad() },
    () =>
      fitted && { form: 'svi-repaired', slice: published(repaired(input, broad(), rules.fit.broad, before, rules)) },
    () => {
      const theta = thetaOf(input);
      if (theta === undefined) return undefined;
      const ssvi = ssviSlice(across(), theta);
      return { form: 'ssvi', ssvi, slice: published(sviOfSsvi(ssvi)) };
    },
  ];
  for (const made of forms) {
    const candidate = made();
    if (!candidate) continue;
    const gates = slicesGates(candidate, input, before, rules);
    let failed = failedOf(gates);
    if (failed.length === 0) {
      const marked = markedOf(candidate.slice, input, settlement, rules);
      failed = failedOf(marked.gates);
      if (failed.length === 0)
        return {
          ...common,
          ...candidate,
          status: 'LIVE',
          gates: [...gates, ...marked.gates],
          rejected,
          marks: marked.marks,
        };
    }
    rejected.push({ form: candidate.form, failed });
  }
  if (!fitted) rejected.push({ form: 'svi', failed: ['too-few-quotes'] });
  if (!previous?.slice) return { ...common, status: 'MISSING', gates: [], rejected, marks: [] };
  const slice = published(shiftedSlice(checkSvi(previous.slice), previous.timeYears, timeYears, points, rules));
  const marked = markedOf(slice, input, settlement, rules);
  const gates = [...slicesGates({ form: 'shifted', slice }, input, before, rules), ...marked.gates];
  return { ...common, form: 'shifted', slice, status: 'DEGRADED', gates, rejected, marks: marked.marks };
}

function repaired(
  input: ExpiryInput,
  fitted: SviSlice,
  resistance: Resistance,
  before: ExpirySurface | undefined,
  rules: ChainRules,
): SviSlice {
  const { range, points, timeYears } = input;
  const calendarGrid = sharedGrid(input, before, rules.grid.calendarPoints) ?? new Float64Array(0);
  const floor = calendarGrid.map((k) => sviVariance((before as { slice: SviSlice }).slice, k));
  const densityGrid = gridOver(range.from, range.to, 1 + ((rules.grid.points - 1) >> 1));
  const weighted = reweighted(points, fitted, timeYears, resistance, rules.fit);
  return repairSvi(weighted, timeYears, fitted, { densityGrid, calendarGrid, floor }, rules);
}

/**
 * Fits every expiry of a chain, shortest first, and publishes what passes the gates. Each expiry tries raw SVI near most of its
 * points, then that refitted under penalties, then both of the fit between all points, then its slice of an SSVI surface across all expiries; when none passes it keeps the surface before, shifted in
 * parallel, as DEGRADED, and names the gates that failed.
 * @param tick of the prices, in the chain's unit: how far published marks may be from put-call parity and from the quotes
 * @param previous what was published before; its expiries are the fallback
 * @throws ValuationError `chain-empty`, `chain-crossed`, `instrument-expired`, `not-finite`, `not-positive`, `too-few-quotes`
 *   (no forward given and none to be had from parity), `negative-variance`, `parameter-out-of-range` (of the surface before)
 */
export function fitSurface(chain: OptionChain, tick: number, surfaceRules: SurfaceRules, previous?: Surface): Surface {
  const rules: ChainRules = { ...surfaceRules, tick };
  const { underlying, asOf, settlement } = checkChain(chain);
  const inputs = [...chain.expiries]
    .sort((p, q) => p.expiry - q.expiry)
    .map((expiry) => readExpiry(expiry, chain, rules));
  const fitted = inputs.filter((input): input is ExpiryInput & { fitted: SviSlice } => input.fitted !== undefined);
  const thetas = risingThetas(fitted.map((input) => sviVariance(input.fitted, 0)));
  const smiles = fitted.map(({ timeYears, points }, i): ExpirySmile => ({
    timeYears,
    points,
    theta: thetas[i] as number,
  }));
  // Most chains never need it.
  let surface: SsviSurface | undefined;
  const across = () => (surface ??= fitSsvi(smiles, rules.ssvi));
  const thetaOf = (input: ExpiryInput) => thetas[fitted.indexOf(input as (typeof fitted)[number])];

  const expiries: ExpirySurface[] = [];
  let before: ExpirySurface | undefined;
  for (const input of inputs) {
    const earlier = previous?.expiries.find(({ expiry }) => expiry === input.chain.expiry);
    const made = publishExpiry(input, before, earlier, settlement, across, thetaOf, rules);
    expiries.push(made);
    if (made.slice) before = made;
  }
  return { underlying, asOf, settlement, expiries };
}
