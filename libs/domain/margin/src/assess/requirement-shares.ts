import type { InstrumentId } from '@ballast/facts';
import type { ModelResult, ScenarioResult } from '@ballast/margin-models';
import { sum, ZERO, type Decimal } from '@ballast/kernel';
import { MAINTENANCE_LINES, SCAN_LINE } from './requirement-lines.js';

/** A position that bears a share of its portfolio's requirement. */
export interface BearingPosition {
  readonly instrument: InstrumentId;
  /** USD, >= 0. */
  readonly notional: Decimal;
}

const SHARE_DIGITS = 12;
const groupOf = (scenario: string): string => scenario.slice(0, Math.max(scenario.indexOf(':'), 0));

/** The worst scenario of each group (an underlying, `BTC:...`; a model without groups has one), those without loss left out. */
export function worstScenarios({ scenarios = [] }: ModelResult): readonly ScenarioResult[] {
  const worst = new Map<string, ScenarioResult>();
  for (const scenario of scenarios) {
    const group = groupOf(scenario.id);
    if (scenario.pnl.isNegative() && !worst.get(group)?.pnl.lte(scenario.pnl)) worst.set(group, scenario);
  }
  return [...worst.values()];
}

/**
 * Shares of the positions in a requirement. Within a group (underlying), a position bears its loss in the worst scenario,
 * below zero for a hedge (the Euler allocation: a scenario's loss is the sum of its positions'). What the group requires
 * beyond that (add-ons, offsets that do not count, coin collateral) is borne by the positions that lose there, in
 * proportion. Shares have 12 digits, and what rounding leaves over goes to the largest.
 * @param total USD, rounded; the shares add up to exactly this
 */
export function requirementShares(
  positions: readonly BearingPosition[],
  result: ModelResult,
  total: Decimal,
): ReadonlyMap<InstrumentId, Decimal> {
  const shares = new Map<InstrumentId, Decimal>(positions.map(({ instrument }) => [instrument, ZERO]));
  const [first] = positions;
  if (first === undefined) return shares;
  const worst = worstScenarios(result);
  for (const scenario of worst) {
    const losses = new Map<InstrumentId, Decimal>();
    for (const { instrument, pnl } of scenario.byPosition) {
      if (shares.has(instrument)) losses.set(instrument, (losses.get(instrument) ?? ZERO).minus(pnl));
    }
    const required = requiredOf(groupOf(scenario.id), result, total);
    for (const [instrument, share] of withAddOns(losses, required)) {
      shares.set(instrument, (shares.get(instrument) ?? ZERO).plus(share));
    }
  }
  const borne = sum([...shares.values()]);
  const missing = total.minus(borne);
  if (worst.length === 0 || !borne.gt(0)) spreadByNotional(shares, positions, missing);
  return rounded(shares, total);
}

/** What a position that loses asks for. An offset that does not count is as large as what is set off, so closing the larger side frees none of it. */
const FREED_LINES: ReadonlySet<string> = new Set([SCAN_LINE, 'short-option-minimum']);

/**
 * What closing each position would free of a requirement, in proportion and as long as the worst scenario stays the worst: its loss there and
 * what the minimum of short options asks for on it. Its share says that too, but for what coins lose or gain in that scenario: no closing
 * frees the one, and a position that a coin covers frees more than the difference that is required.
 * @param open ids of the positions
 * @returns by position, 12 digits; undefined where no coin stands in a worst scenario, so that the shares say it
 */
export function freedByClosing(
  open: ReadonlySet<InstrumentId>,
  result: ModelResult,
  total: Decimal,
): ReadonlyMap<InstrumentId, Decimal> | undefined {
  const worst = worstScenarios(result);
  const isCoin = ({ instrument, pnl }: ScenarioResult['byPosition'][number]): boolean =>
    !open.has(instrument) && !pnl.isZero();
  if (!worst.some(({ byPosition }) => byPosition.some(isCoin))) return undefined;
  const freed = new Map<InstrumentId, Decimal>([...open].map((instrument) => [instrument, ZERO]));
  for (const { id, byPosition } of worst) {
    const losses = new Map<InstrumentId, Decimal>();
    for (const { instrument, pnl } of byPosition) {
      losses.set(instrument, (losses.get(instrument) ?? ZERO).minus(pnl));
    }
    for (const [instrument, amount] of withAddOns(losses, requiredOf(groupOf(id), result, total, FREED_LINES))) {
      if (open.has(instrument)) freed.set(instrument, (freed.get(instrument) ?? ZERO).plus(amount));
    }
  }
  return new Map([...freed].map(([instrument, amount]) => [instrument, amount.toDecimalPlaces(SHARE_DIGITS)]));
}

/** What a group requires before rounding; of a model without groups the whole requirement. */
function requiredOf(
  group: string,
  { lines }: ModelResult,
  total: Decimal,
  codes: ReadonlySet<string> = MAINTENANCE_LINES,
): Decimal {
  const own = lines.filter(({ code, subject }) => codes.has(code) && subject === group);
  return own.length === 0 ? total : sum(own.map(({ amount }) => amount));
}

function withAddOns(losses: ReadonlyMap<InstrumentId, Decimal>, required: Decimal): ReadonlyMap<InstrumentId, Decimal> {
  const whole = sum([...losses.values()]);
  const bearing = sum([...losses.values()].filter((loss) => loss.gt(0)));
  if (!bearing.gt(0)) return new Map();
  const addOns = required.minus(whole);
  // More was lost in the scenario than is required: the whole allocation shrinks, hedges included.
  if (addOns.isNegative() && whole.gt(0)) {
    return new Map([...losses].map(([instrument, loss]) => [instrument, loss.times(required).div(whole)]));
  }
  return new Map(
    [...losses].map(([instrument, loss]) => [
      instrument,
      loss.gt(0) ? loss.plus(addOns.times(loss).div(bearing)) : loss,
    ]),
  );
}

function spreadByNotional(
  shares: Map<InstrumentId, Decimal>,
  positions: readonly BearingPosition[],
  amount: Decimal,
): void {
  const whole = sum(positions.map(({ notional }) => notional));
  if (whole.isZero()) return;
  for (const { instrument, notional } of positions) {
    shares.set(instrument, (shares.get(instrument) ?? ZERO).plus(amount.times(notional).div(whole)));
  }
}

function rounded(shares: ReadonlyMap<InstrumentId, Decimal>, total: Decimal): ReadonlyMap<InstrumentId, Decimal> {
  const written = new Map([...shares].map(([instrument, share]) => [instrument, share.toDecimalPlaces(SHARE_DIGITS)]));
  let largest: InstrumentId | null = null;
  for (const [instrument, share] of written) {
    if (largest === null || share.gt(written.get(largest) ?? ZERO)) largest = instrument;
  }
  if (largest === null) return written;
  const remainder = total.minus(sum([...written.values()]));
  written.set(largest, (written.get(largest) ?? ZERO).plus(remainder));
  return written;
}

/** The same shares for another total: in proportion, what rounding leaves over to the largest. */
export function scaledShares(
  shares: ReadonlyMap<InstrumentId, Decimal>,
  from: Decimal,
  to: Decimal,
): ReadonlyMap<InstrumentId, Decimal> {
  if (from.eq(to) || from.isZero()) return shares;
  return rounded(new Map([...shares].map(([instrument, share]) => [instrument, share.times(to).div(from)])), to);
}
