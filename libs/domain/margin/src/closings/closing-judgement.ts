import type { AssessmentDetail, PositionRequirement } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { dec, text, ZERO, type Decimal } from '@ballast/kernel';
import { executionRate, penaltyRateOf, timeRate } from '@ballast/risk-schedule';
import type { AccountRecord } from '../assess/account-book.js';
import { OWN_MODEL } from '../assess/assess.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import type { ScheduleFigures } from '../schedule/schedule-figures.js';

type Closing = NonNullable<PositionRequirement['closings']>[number];

/** Requirements are rounded up to the cent, so of two that differ by no more nothing can be told. */
const CENT = dec('0.01');

/**
 * The assessment of an account in liquidation, with what it would still be required once a part of a position was closed at its mark: of each
 * position that bears a share beside others that it may hedge. A share says what the next contract frees; closing more of a hedge than it
 * balances frees nothing.
 * @see docs/spec/margin.md CLR-MRG-075
 */
export function withClosings(state: MarginState, account: AccountRecord, told: AssessmentDetail): AssessmentDetail {
  const assessor = assessorOf(state);
  // On halted prices nothing is closed.
  if (assessor === null || assessor.market.schedule.halted) return told;
  const hedged = new Set(told.positions.filter((position) => isBesideOthers(position, told)));
  if (hedged.size === 0) return told;
  const valued = assessor.valuedAccount(account);
  const isWorstOfLosses = told.portfolio.model === OWN_MODEL;
  return {
    ...told,
    positions: told.positions.map((position): PositionRequirement => {
      const contract = assessor.market.open(position.instrument);
      const lot = state.contracts.get(position.instrument)?.lot;
      if (contract === null || lot === undefined || !hedged.has(position)) return position;
      const held = dec(position.quantity);
      const requiredWithout = (quantity: Decimal): Decimal => {
        const signed = held.isNegative() ? quantity : quantity.neg();
        return valued.changedTo(filledAccount(valued.account, contract, signed, contract.price)).figures.maintenance;
      };
      const halves = closingsOf(requiredWithout, valued.figures.maintenance, held.abs(), dec(lot), isWorstOfLosses);
      const missing = missingWithout(position, valued.figures.equity, assessor.market.schedule);
      return withClosingsOf(
        position,
        withTarget(halves, valued.figures.maintenance, dec(lot), requiredWithout, missing),
      );
    }),
  };
}

/**
 * Whether closing a position may free less than its share says. By the house's own model positions hedge each other on one underlying; what
 * another model sets options off against is its own affair.
 */
function isBesideOthers(position: PositionRequirement, { positions, portfolio }: AssessmentDetail): boolean {
  if (!dec(position.maintenance).gt(0)) return false;
  const held = positions.filter(({ quantity }) => !dec(quantity).isZero());
  const beside = held.filter(({ instrument }) => instrument !== position.instrument);
  if (portfolio.model === OWN_MODEL) return beside.some(({ underlying }) => underlying === position.underlying);
  return beside.length > 0 && held.some(({ instrument }) => parseInstrumentId(instrument).kind === 'option');
}

/** Keys in their canonical order. */
const withClosingsOf = (position: PositionRequirement, closings: readonly Closing[]): PositionRequirement => ({
  closings,
  ...position,
});

/**
 * All of a position, then half of it in whole lots, and so on to a lot. Of a model that asks for the worst of many losses, what a part frees by
 * the contract does not fall as the part shrinks: so where two of them free in proportion, every smaller one does, and nothing is left to judge.
 * Of another model three of them must.
 */
function closingsOf(
  requiredWithout: (quantity: Decimal) => Decimal,
  required: Decimal,
  held: Decimal,
  lot: Decimal,
  isWorstOfLosses: boolean,
): readonly Closing[] {
  const closings: Closing[] = [];
  let before: Part | undefined;
  let inProportion = 0;
  for (let quantity = held; quantity.gt(0); quantity = quantity.div(2).div(lot).floor().times(lot)) {
    const maintenance = requiredWithout(quantity);
    const part = { quantity, freed: required.minus(maintenance) };
    closings.push({ maintenance: text(maintenance), quantity: text(quantity) });
    inProportion = before !== undefined && isInProportion(before, part) ? inProportion + 1 : 0;
    if (inProportion === (isWorstOfLosses ? 1 : 2)) break;
    before = part;
  }
  return closings;
}

/** What the account lacks to its target health without so much of a position, for which so much is required, USD; not above zero: it has it. */
type Missing = (quantity: Decimal, maintenance: Decimal) => Decimal;

/** With what closing is modelled to cost, as in a hedge (CLR-LIQ-081): `H* maintenance - (equity - p_hat * notional)`. */
function missingWithout(
  { underlying, ownerNotional, notional, quantity: held }: PositionRequirement,
  equity: Decimal,
  { source: { targetHealth }, parameters, underlyings }: ScheduleFigures,
): Missing {
  const sigma = dec(underlyings.get(underlying)?.source.sigma ?? 0);
  const figures = { ...(parameters.underlyings.get(underlying) ?? parameters.unknown), sigma };
  const size = dec(ownerNotional);
  const rate = penaltyRateOf(executionRate(size, figures), timeRate(size, figures), figures);
  const cost = rate.times(notional).div(dec(held).abs());
  return (quantity, maintenance) => maintenance.times(targetHealth).minus(equity).plus(cost.times(quantity));
}

/**
 * Parts with at most two between the largest that misses the target and the smallest that reaches it: where what the next contract freed up to the
 * one would reach it, and, if the requirement bends before, where the line from there to the other does. By the line between the halves alone a slice
 * goes as far beyond the target as the requirement bends between them.
 */
function withTarget(
  halves: readonly Closing[],
  required: Decimal,
  lot: Decimal,
  requiredWithout: (quantity: Decimal) => Decimal,
  missing: Missing,
): readonly Closing[] {
  const judged = halves.map(({ quantity, maintenance }) => pointOf(dec(quantity), dec(maintenance), missing));
  const enough = judged.findLastIndex(({ left }) => left.lte(0));
  const [nothing, least, most] = [pointOf(ZERO, required, missing), judged[enough + 1], judged[enough]];
  if (least === undefined || most === undefined || isStraight(required, most, least)) return halves;
  const at = (quantity: Decimal | undefined): Point | undefined =>
    quantity?.lt(most.quantity) === true ? pointOf(quantity, requiredWithout(quantity), missing) : undefined;
  const straight = at(reaching(judged[enough + 2] ?? nothing, least, lot));
  const bent = straight?.left.lte(0) === true ? undefined : at(reaching(straight ?? least, most, lot));
  const between = [straight, bent].flatMap((point) => (point === undefined ? [] : [point]));
  const added = between.map(({ quantity, maintenance }) => ({
    maintenance: text(maintenance),
    quantity: text(quantity),
  }));
  return [...halves, ...added].sort((a, b) => dec(b.quantity).cmp(a.quantity));
}

/** A judged part, and what is left to the target without it. */
interface Point {
  readonly quantity: Decimal;
  readonly maintenance: Decimal;
  readonly left: Decimal;
}

const pointOf = (quantity: Decimal, maintenance: Decimal, missing: Missing): Point => ({
  ...{ quantity, maintenance },
  left: missing(quantity, maintenance),
});

/** Where the line through two parts reaches the target, whole lots; undefined where it never does. */
function reaching(smaller: Point, larger: Point, lot: Decimal): Decimal | undefined {
  const gain = smaller.left.minus(larger.left).div(larger.quantity.minus(smaller.quantity));
  return gain.gt(0) ? smaller.quantity.plus(smaller.left.div(gain).div(lot).ceil().times(lot)) : undefined;
}

/** Whether a part frees in proportion to a larger one: then everything between both does. */
const isStraight = (required: Decimal, larger: Point, smaller: Point): boolean =>
  isInProportion(
    { quantity: larger.quantity, freed: required.minus(larger.maintenance) },
    { quantity: smaller.quantity, freed: required.minus(smaller.maintenance) },
  );

interface Part {
  readonly quantity: Decimal;
  readonly freed: Decimal;
}

const isInProportion = (larger: Part, smaller: Part): boolean =>
  smaller.freed.minus(larger.freed.times(smaller.quantity).div(larger.quantity)).abs().lte(CENT);
