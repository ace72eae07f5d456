import { Decimal, ONE, ZERO, compareText, dec, invariant, maxOf, minOf, sum, text } from '@ballast/kernel';
import type {
  AssessmentDetail,
  LiquidationEvents,
  MarginGlobalEvents,
  PositionRequirement,
  Side,
} from '@ballast/facts';
import { assetPriceOn } from '../asset-price.js';
import { contractOf, type CloseableContract, type CloseableContracts } from '../closeable-contracts.js';
import { closeOutLimit, lossBearingEquity } from '../deleverage/bankruptcy-price.js';
import type { LiquidationMethod, LiquidationPolicy } from '../liquidation-policy.js';
import {
  closeOutPace,
  expectedRate,
  expectedRateBehind,
  largestOrder,
  measuredBook,
  type MeasuredBook,
  type Pace,
} from './close-out-market.js';
import {
  RATE_DIGITS,
  costParameters,
  finalRate,
  modelledCost,
  provisionalRate,
  type ModelledCost,
} from './slice-cost.js';

/** What margin judged of closing a part of a position. */
type JudgedClosing = NonNullable<PositionRequirement['closings']>[number];

/** So many contracts, and what closing them frees of the requirement, USD. */
interface FreedPart {
  readonly quantity: Decimal;
  readonly freed: Decimal;
}

/** A position of an assessment, or a part of it that margin judged, with everything that its close-out is sized by. */
export interface CloseablePosition {
  readonly contract: CloseableContract;
  readonly side: Side;
  /** Contracts that may be closed, > 0. */
  readonly quantity: Decimal;
  /** Contracts of the whole position. */
  readonly held: Decimal;
  /** The part, if it is one. */
  readonly part: JudgedClosing | undefined;
  /** The next smaller part that was judged, if there is one: less than that frees in proportion to it, more than that what lies between both. */
  readonly smaller: FreedPart | undefined;
  readonly mark: Decimal;
  /** USD per contract that rates are fractions of: a linear perpetual's mark. */
  readonly unitNotional: Decimal;
  /** What closing `quantity` frees of the account's maintenance requirement, in proportion, USD, > 0. */
  readonly requirement: Decimal;
  readonly cost: ModelledCost;
  /** Nothing is charged where closing costs more than the target needs less for it, as of a worthless option. */
  readonly charged: ModelledCost;
  /** e: equity attributable to what closing the position frees, over its notional, pro rata to the maintenance requirement; rounded down. */
  readonly equityRate: Decimal;
  /** The same of loss-bearing equity, not below zero: realised slippage up to it is the client's. Of a part, see `stakeOfPart`. */
  readonly bearableRate: Decimal;
  readonly pace: Pace;
  /** The side of the book that an order takes; undefined where nothing was measured, then c_exec is what is expected. */
  readonly book: MeasuredBook | undefined;
  /** Worst price of an order. */
  readonly limit: Decimal;
}

/** Part of a position to be closed by one order. */
export interface Slice {
  readonly position: CloseablePosition;
  readonly quantity: Decimal;
  readonly provisionalRate: Decimal;
  /** Maintenance requirement that the account is rid of when all of it is filled, USD, unrounded. */
  readonly requirementFreed: Decimal;
}

/**
 * Equity attributable to a position over its notional, pro rata to the maintenance requirement:
 *   e = equity * (maintenance of the position / maintenance of all positions) / notional
 * Without a requirement, or without a notional, nothing is attributable to it, so nothing may be charged: 0.
 * @param totalMaintenance of the positions that have a requirement: a hedge bears none, so nobody else's share is widened by it
 * @returns fraction, rounded down to 16 digits; negative when the account is bankrupt
 */
export function attributableEquityRate(
  equity: Decimal,
  { maintenance, notional }: Pick<PositionRequirement, 'maintenance' | 'notional'>,
  totalMaintenance: Decimal,
): Decimal {
  const base = totalMaintenance.times(dec(notional));
  if (base.lte(0)) return ZERO;
  return equity.times(dec(maintenance)).div(base).toDecimalPlaces(RATE_DIGITS, 'floor');
}

/** What closing all of a position frees: its share, unless coins bear a part of the requirement. */
const freedBy = ({ maintenance, freedByClosing = maintenance }: PositionRequirement): Decimal => dec(freedByClosing);

/**
 * What a penalty is charged on: no more than what closing frees. A charge on the share that coins keep would take more of equity than
 * of the requirement, so it would worsen health.
 */
const chargeableOf = (position: PositionRequirement): Pick<PositionRequirement, 'maintenance' | 'notional'> => ({
  maintenance: text(minOf(dec(position.maintenance), freedBy(position))),
  notional: position.notional,
});

/** What of an assessment can be closed to free requirement: the positions that bear some, by instrument. */
export const bearingPositions = ({ positions }: Pick<AssessmentDetail, 'positions'>): readonly PositionRequirement[] =>
  positions
    .filter(
      (position) => dec(position.maintenance).gt(0) && freedBy(position).gt(0) && !dec(position.quantity).isZero(),
    )
    .sort((a, b) => compareText(a.instrument, b.instrument));

/** What a position is priced and charged on: the account as it was assessed. */
export interface AccountBasis {
  readonly assessment: AssessmentDetail;
  readonly schedule: SliceSchedule;
  readonly contracts: CloseableContracts;
  readonly policy: LiquidationPolicy;
  /** The fund has paid for this account: then it stands for the modelled cost of closing, too. */
  readonly funded: boolean;
}

/** A part of a position that margin judged to free something. */
interface JudgedPart extends FreedPart {
  readonly closing: JudgedClosing;
  readonly smaller: FreedPart | undefined;
}

/** Requirements are rounded up to the cent: what differs by no more frees nothing less. */
const CENT = dec('0.01');

/** By the contract: what the part that frees less of both, to the cent of the one before, frees. */
const leastOf = (least: FreedPart | undefined, { quantity, freed }: FreedPart): FreedPart => {
  const next = { quantity, freed: freed.plus(CENT) };
  return least === undefined || next.freed.times(least.quantity).lt(least.freed.times(quantity)) ? next : least;
};

/**
 * Parts of a position that free something, and more than the smaller ones, the smallest first. Any part of an order may be filled, so by the
 * contract none counts for more than every smaller one frees. None is below the minimum slice, but for all of the position, or where no larger one frees
 * anything and it alone reaches the target: two legs that hedge each other would else be closed by turns, a lot at a time.
 * @see docs/spec/liquidation.md CLR-LIQ-046
 */
function judgedParts(
  { quantity: signed, notional }: PositionRequirement,
  closings: readonly JudgedClosing[],
  { figures }: AssessmentDetail,
  targetHealth: Decimal,
  { method, minimumSliceNotional }: LiquidationPolicy,
): readonly JudgedPart[] {
  const [held, required] = [dec(signed).abs(), dec(figures.maintenance)];
  const parts: JudgedPart[] = [];
  let least: FreedPart | undefined;
  for (const closing of [...closings].reverse()) {
    const quantity = dec(closing.quantity);
    const judged = required.minus(closing.maintenance);
    const freed = least === undefined ? judged : minOf(judged, least.freed.times(quantity).div(least.quantity));
    least = leastOf(least, { quantity, freed: judged });
    if (least.freed.lte(0)) break;
    if (freed.gt(parts.at(-1)?.freed ?? ZERO)) parts.push({ quantity, freed, closing, smaller: parts.at(-1) });
  }
  const largeEnough = parts.filter(
    ({ quantity }) => quantity.eq(held) || quantity.times(notional).gte(minimumSliceNotional.times(held)),
  );
  if (largeEnough.length > 0) return largeEnough;
  const reachesTarget = ({ freed }: JudgedPart): boolean =>
    method !== 'full' && targetHealth.times(required.minus(freed)).lte(figures.equity);
  return parts.slice(-1).filter(reachesTarget);
}

/** A part in the terms of an assessment, as if it were a position of its own. */
function partOf(position: PositionRequirement, { quantity, freed }: JudgedPart): PositionRequirement {
  const signed = dec(position.quantity);
  return {
    ...position,
    quantity: text(signed.isNegative() ? quantity.neg() : quantity),
    notional: text(dec(position.notional).times(quantity).div(signed.abs())),
    maintenance: text(freed),
    freedByClosing: text(freed),
  };
}

/** Whether closing some part of some position would free anything. */
export const closingFrees = (
  assessment: AssessmentDetail,
  { targetHealth }: Pick<SliceSchedule, 'targetHealth'>,
  policy: LiquidationPolicy,
): boolean =>
  bearingPositions(assessment).some(
    (position) =>
      position.closings === undefined ||
      judgedParts(position, position.closings, assessment, dec(targetHealth), policy).length > 0,
  );

/**
 * By position that bears something: itself, or the parts of it that margin judged to free something, the smallest first; with what closing costs on
 * the schedule that the assessment was made on.
 */
export function closeableParts(basis: AccountBasis): readonly (readonly CloseablePosition[])[] {
  const { assessment, schedule, policy } = basis;
  const bearing = bearingPositions(assessment);
  const priced = pricing(basis, bearing);
  const targetHealth = dec(schedule.targetHealth);
  return bearing.map((whole) => {
    const held = dec(whole.quantity).abs();
    if (whole.closings === undefined) return [priced(whole, held, undefined)];
    const parts = judgedParts(whole, whole.closings, assessment, targetHealth, policy);
    return parts.map((part) => priced(partOf(whole, part), held, part));
  });
}

/**
 * USD that closing a part may cost at most: what leaves health no worse, `E * freed / required`. Without an equity health says nothing, and a
 * larger requirement would make it the better: then it is what leaves no more missing to the target, `H* freed`, as far as anything bears losses.
 * @see docs/spec/liquidation.md CLR-LIQ-046
 */
function stakeOfPart(
  equity: Decimal,
  lossBearing: Decimal,
  freed: Decimal,
  required: Decimal,
  targetHealth: Decimal,
): Decimal {
  if (equity.gt(0)) return equity.times(freed).div(required);
  return minOf(lossBearing.times(freed).div(required), targetHealth.times(freed));
}

/** Prices positions of an account, whole or in part. @param bearing all that bear something, whole */
function pricing(
  { assessment, schedule: { underlyings, targetHealth, collateral }, contracts, policy, funded }: AccountBasis,
  bearing: readonly PositionRequirement[],
): (position: PositionRequirement, held: Decimal, part: JudgedPart | undefined) => CloseablePosition {
  const totalMaintenance = sum(bearing.map(({ maintenance }) => dec(maintenance)));
  const [equity, required] = [dec(assessment.figures.equity), dec(assessment.figures.maintenance)];
  const lossBearing = maxOf(lossBearingEquity(assessment), ZERO);
  const total = maxOf(totalMaintenance, required);
  return (position, held, part) => {
    const schedule = underlyings.find(({ underlying }) => underlying === position.underlying);
    invariant(schedule !== undefined, `no schedule for ${position.instrument}`);
    const quantity = dec(position.quantity).abs();
    const contract = contractOf(contracts, position.instrument);
    const cost = modelledCost(dec(position.ownerNotional), costParameters(schedule));
    const notional = dec(position.notional);
    const { id } = contract.instrument;
    const book = measuredBook(schedule, id, position.side);
    const pace = closeOutPace(schedule, id, book, policy);
    const requirement = freedBy(position);
    const worthIt = dec(targetHealth).times(requirement).gt(cost.penalty.times(notional));
    const has =
      part === undefined
        ? lossBearing.times(dec(position.maintenance)).div(totalMaintenance)
        : stakeOfPart(equity, lossBearing, requirement, total, dec(targetHealth));
    const stake = funded ? maxOf(has, cost.penalty.times(notional)) : has;
    return {
      contract,
      side: position.side,
      ...{ quantity, held, part: part?.closing, smaller: part?.smaller },
      mark: dec(position.mark),
      unitNotional: dec(position.notional).div(quantity),
      requirement,
      cost,
      charged: worthIt ? cost : NO_COST,
      equityRate: attributableEquityRate(equity, chargeableOf(position), total),
      bearableRate:
        part === undefined
          ? attributableEquityRate(lossBearing, position, totalMaintenance)
          : has.div(notional).toDecimalPlaces(RATE_DIGITS, 'floor'),
      limit: closeOutLimit(contract, position, stake, (asset) => assetPriceOn({ collateral }, asset), policy),
      pace,
      book,
    };
  };
}

/**
 * Maintenance requirement freed by closing a part of a position, USD: in proportion,
 *   freed = what closing all of it frees * quantity / quantity held
 * One rule for every contract. Of a position alone the rate never rises as it shrinks, so this is the least that is freed. Beside hedges
 * margin judged parts, and it is in proportion up to the smaller part and from there to the larger.
 * @see docs/spec/liquidation.md CLR-LIQ-023, CLR-LIQ-046
 */
export function requirementFreed(
  { requirement, quantity: whole, smaller }: Pick<CloseablePosition, 'requirement' | 'quantity' | 'smaller'>,
  quantity: Decimal,
): Decimal {
  if (smaller === undefined) return requirement.times(quantity).div(whole);
  if (quantity.lte(smaller.quantity)) return smaller.freed.times(quantity).div(smaller.quantity);
  const beyond = quantity.minus(smaller.quantity).div(whole.minus(smaller.quantity));
  return smaller.freed.plus(requirement.minus(smaller.freed).times(beyond));
}

/**
 * The position that frees most requirement per modelled cost, not the largest. Equals go by instrument. Compared crosswise, so
 * that a close-out that costs nothing comes first and equals are exactly equal.
 */
export function cheapestToClose(positions: readonly CloseablePosition[]): CloseablePosition {
  const costOf = ({ cost, quantity, unitNotional }: CloseablePosition): Decimal =>
    cost.penalty.times(quantity).times(unitNotional);
  const [first, ...others] = positions;
  invariant(first !== undefined, 'a slice needs a position');
  return others.reduce(
    (best, next) => (next.requirement.times(costOf(best)).gt(best.requirement.times(costOf(next))) ? next : best),
    first,
  );
}

/**
 * Fewest lots after which health reaches its target:
 *   n = (H* maintenance - equity) / (lot * (H* freed - p * notional)), freed and notional per contract, rounded up
 * In shares of the position this is f = (H* m - e) / (H* m - p).
 * @returns null when no number of lots gets there: each costs more than the target needs less for it
 * @see docs/spec/liquidation.md CLR-LIQ-023 (W73)
 */
export function lotsToTarget(missing: Decimal, gainPerLot: Decimal): Decimal | null {
  if (missing.lte(0)) return ZERO;
  return gainPerLot.gt(0) ? missing.div(gainPerLot).ceil() : null;
}

const NOTHING: FreedPart = { quantity: ZERO, freed: ZERO };

/** What a slice is chosen on. */
type SliceSchedule = Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'targetHealth' | 'collateral'>;

const NO_COST: ModelledCost = { execution: ZERO, time: ZERO, penalty: ZERO, fundShare: ZERO, operatingCost: ZERO };

/**
 * Chooses the next slice of an account that is below its target health and not bankrupt, of what is not halted. Which part of which position
 * follows from the assessment alone, so that a turn for it is a turn for the same on the same figures.
 * @param funded the fund has paid for this account
 * @param taken USD that others take in the same minute before it; undefined while that is not known: as much as they may
 * @returns undefined when no part of any position frees anything
 */
export function chooseSlice(
  assessment: AssessmentDetail,
  schedule: SliceSchedule,
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
  funded: boolean,
  taken?: Decimal,
): Slice | undefined {
  const targetHealth = dec(schedule.targetHealth);
  const sizedAs = (part: CloseablePosition): ((rate: Decimal) => Decimal) =>
    sliceSizes(part, assessment, targetHealth, policy, largestOrder(policy, part.pace));
  // Shares are of all that is held; what is halted is only not chosen.
  const trading = closeableParts({ assessment, schedule, contracts, policy, funded }).flatMap((parts) => {
    const sized = parts.map((part): SizedPart => {
      const rate = finalRateAt(part.cost.execution, part, policy);
      return { part, rate, quantity: sizedAs(part)(rate) };
    });
    const part = enoughOf(sized, assessment, targetHealth, policy)?.part;
    return part === undefined || part.contract.halted ? [] : [part];
  });
  if (trading.length === 0) return undefined;
  const position = cheapestToClose(trading);
  const rate = provisionalRate(position.charged.penalty, position.equityRate, policy.theta);
  const quantity = costedQuantity(position, taken ?? position.pace.perMinute, policy, sizedAs(position));
  return { position, quantity, provisionalRate: rate, requirementFreed: requirementFreed(position, quantity) };
}

/** A part with the contracts of it that an order is for, and what they cost, a fraction of their notional. */
interface SizedPart {
  readonly part: CloseablePosition;
  readonly quantity: Decimal;
  readonly rate: Decimal;
}

/**
 * The smallest part of which an order reaches the target, by the method `to-target`; else the one that leaves least missing, so that nothing is
 * closed of a hedge beyond what it hedges. An order that a smaller part holds, since the pace bounds it, is one of that part.
 * @param parts of one position, the smallest first
 * @see docs/spec/liquidation.md CLR-LIQ-046
 */
export function enoughOf<Sized extends SizedPart>(
  parts: readonly Sized[],
  { figures }: AssessmentDetail,
  targetHealth: Decimal,
  { method }: LiquidationPolicy,
): Sized | undefined {
  if (parts.length < 2) return parts[0];
  const missing = targetHealth.times(dec(figures.maintenance)).minus(dec(figures.equity));
  const left = parts.flatMap((sized, index) => {
    const { part, rate, quantity } = sized;
    if (index > 0 && part.smaller !== undefined && quantity.lte(part.smaller.quantity)) return [];
    const freed = targetHealth.times(requirementFreed(part, quantity));
    return [{ sized, missing: missing.minus(freed).plus(rate.times(quantity).times(part.unitNotional)) }];
  });
  const enough = method === 'to-target' ? left.find((each) => each.missing.lte(0)) : undefined;
  return (enough ?? left.reduce((best, next) => (next.missing.lt(best.missing) ? next : best))).sized;
}

/**
 * What others are asked to take of a position, whatever the market bears: by `to-target` what brings its account to the target health when closing
 * it costs so much of its notional, by `full` all of it, by `by-share` the share of it that one order closes; whole lots, of a position of a lot at least.
 * @param rate fraction of the notional
 * @see docs/spec/liquidation.md CLR-LIQ-053
 */
export const quantityToTarget = (
  position: CloseablePosition,
  assessment: AssessmentDetail,
  targetHealth: Decimal,
  policy: LiquidationPolicy,
  rate: Decimal,
): Decimal =>
  sliceSizes(position, assessment, targetHealth, policy, position.quantity.times(position.unitNotional))(rate);

/** Each size makes the next one larger by a twentieth of what the last one did, so the fourth is exact to a lot. */
const SIZINGS = 4;

/**
 * The quantity that reaches the target with the final penalty that closing it is expected to end with: a slice sized by the provisional one
 * would fall short of the target and be followed by crumbs in the same moment.
 * @see docs/spec/liquidation.md CLR-LIQ-023
 */
function costedQuantity(
  position: CloseablePosition,
  taken: Decimal,
  policy: LiquidationPolicy,
  sized: (cost: Decimal) => Decimal,
): Decimal {
  const { cost, book, unitNotional } = position;
  let quantity = sized(finalRateAt(cost.execution, position, policy));
  if (book === undefined) return quantity;
  const rateOf = expectedRateBehind(book, taken);
  for (let sizing = 1; sizing < SIZINGS; sizing += 1) {
    const next = sized(finalRateAt(rateOf(quantity.times(unitNotional)), position, policy));
    // Most slices are as large as one may be, whatever it costs: the same quantity makes the same again.
    if (next.eq(quantity)) return next;
    quantity = next;
  }
  return quantity;
}

/** Final rate of an order that costs so much against the mark. */
const finalRateAt = (
  realisedRate: Decimal,
  { charged, equityRate, bearableRate }: CloseablePosition,
  { theta, psi }: LiquidationPolicy,
): Decimal =>
  finalRate(
    {
      modelledRate: charged.penalty,
      executionRate: charged.execution,
      fundShare: charged.fundShare,
      operatingCost: charged.operatingCost,
      realisedRate,
      equityRate,
      bearableRate,
      theta,
    },
    psi,
  );

/**
 * What an order of a slice is expected to cost against the mark, and what that is from.
 * @param taken USD that others take of the same side in the same minute before it
 * @see docs/spec/liquidation.md CLR-LIQ-045
 */
export function expectedCost(
  { position: { book, cost, unitNotional }, quantity }: Pick<Slice, 'position' | 'quantity'>,
  taken: Decimal,
): { readonly rate: Decimal; readonly from: LiquidationEvents['CloseOutOrderPlaced']['expected']['from'] } {
  if (book === undefined) return { rate: cost.execution, from: 'parameters' };
  return { rate: expectedRate(book, taken, quantity.times(unitNotional)), from: 'measured' };
}

/**
 * A slice in the whole lots that its turn allows, at least one: the mark may have moved since it was granted.
 * @param notional USD that the turn is for
 * @see docs/spec/liquidation.md CLR-LIQ-038
 */
export function withinTurn(slice: Slice, notional: Decimal): Slice {
  const { position, quantity: wanted } = slice;
  const { contract, unitNotional } = position;
  if (wanted.times(unitNotional).lte(notional)) return slice;
  const lots = maxOf(notional.div(contract.lot.times(unitNotional)).floor(), ONE);
  const quantity = minOf(lots.times(contract.lot), wanted);
  return { ...slice, quantity, requirementFreed: requirementFreed(position, quantity) };
}

/**
 * Quantity of an order by the final rate it is expected to end with: by `to-target` what the target health needs, by `full` as much as may be, by
 * `by-share` the share of what is held, lots rounded up. At most the largest order of the method, at least the minimum notional; a remainder below the
 * minimum is closed with it, even beyond the largest order. Always whole lots, as the exchange trades them; only what an account holds below one lot goes as it is, so a position off the lot
 * ends with an order of its odd remainder.
 * @param largest USD that is closed at most at a time
 * @see docs/spec/liquidation.md CLR-LIQ-023, CLR-LIQ-027, CLR-LIQ-060
 */
function sliceSizes(
  position: CloseablePosition,
  { figures }: AssessmentDetail,
  targetHealth: Decimal,
  { method, orderShare, minimumSliceNotional }: LiquidationPolicy,
  largest: Decimal,
): (rate: Decimal) => Decimal {
  const { contract, unitNotional } = position;
  const { lot } = contract;
  const wholeLots = position.quantity.div(lot).floor();
  if (wholeLots.isZero()) return () => position.quantity;
  const notional = lot.times(unitNotional);
  // What has no notional has no cost either: nothing is won by closing it in parts.
  if (notional.isZero()) return () => wholeLots.times(lot);
  const most = minOf(wholeLots, maxOf(ONE, largest.div(notional).floor()));
  const missing = targetHealth.times(dec(figures.maintenance)).minus(dec(figures.equity));
  // Counted from the smaller part on, where one was judged.
  const { smaller = NOTHING } = position;
  const perLot = position.requirement.minus(smaller.freed).times(lot).div(position.quantity.minus(smaller.quantity));
  const freed = targetHealth.times(perLot);
  const before = smaller.quantity.div(lot);
  const freedBefore = targetHealth.times(smaller.freed);
  const least = minimumSliceNotional.div(notional).ceil();
  const neededBy: Readonly<Record<LiquidationMethod, (rate: Decimal) => Decimal | null>> = {
    'to-target': (rate) => {
      const left = missing.minus(freedBefore).plus(rate.times(notional).times(before));
      return lotsToTarget(left, freed.minus(rate.times(notional)))?.plus(before) ?? null;
    },
    full: () => most,
    'by-share': () => {
      invariant(orderShare !== null, 'a policy that closes by shares says which');
      return position.held.div(lot).floor().times(orderShare).ceil();
    },
  };
  return (rate) => {
    const wanted = minOf(neededBy[method](rate) ?? most, most);
    const lots = minOf(maxOf(wanted, least), wholeLots);
    const dust = wholeLots.minus(lots).times(notional).lt(minimumSliceNotional);
    return (dust ? wholeLots : lots).times(lot);
  };
}
