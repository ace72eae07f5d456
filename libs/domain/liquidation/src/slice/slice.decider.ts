import { parseInstrumentId } from '@ballast/instruments';
import { Decimal, dec, invariant, maxOf, minOf, roundUsd, text } from '@ballast/kernel';
import type { AssessmentDetail, LiquidationEvents } from '@ballast/facts';
import type { HedgeFigures } from '../hedge/hedge-choice.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import type { OpenOrder } from './open-order.js';
import { expectedCost, type Slice } from './slice-choice.js';
import { assessedCost } from './slice-cost.js';

/** Whose case a slice belongs to. */
type OfCase = Pick<LiquidationEvents['CloseOutOrderPlaced'], 'caseId' | 'accountId'>;

/** Digits of health in an order; rounded down. */
const HEALTH_DIGITS = 8;

/**
 * The order of a slice, with every figure that its rate and size came from.
 * @param number 1, 2, 3, ... counting the slices of the case
 * @param taken USD that others take in the same minute before it
 * @param assetPrice USD per unit of the contract's settlement asset
 * @param hedge      what it hedges, if it closes nothing
 */
export function placedOrder(
  { caseId, accountId }: OfCase,
  number: number,
  slice: Slice,
  taken: Decimal,
  assessment: AssessmentDetail,
  assetPrice: Decimal,
  policy: LiquidationPolicy,
  hedge?: HedgeFigures,
): LiquidationEvents['CloseOutOrderPlaced'] {
  const { position, quantity, provisionalRate, requirementFreed } = slice;
  const { contract, charged: cost, part } = position;
  const expected = expectedCost(slice, taken);
  return {
    caseId,
    accountId,
    slice: number,
    instrument: contract.instrument.id,
    side: position.side === 'long' ? 'sell' : 'buy',
    quantity: text(quantity),
    mark: text(position.mark),
    limit: text(position.limit),
    policy: policy.id,
    equityRate: text(position.equityRate),
    bearableRate: text(position.bearableRate),
    theta: text(policy.theta),
    modelledRate: text(cost.penalty),
    provisionalRate: text(provisionalRate),
    executionRate: text(cost.execution),
    timeRate: text(cost.time),
    expected: { rate: text(expected.rate), from: expected.from },
    fundShare: text(cost.fundShare),
    operatingCost: text(cost.operatingCost),
    requirementFreed: text(roundUsd(requirementFreed, 'credit')),
    health: text(healthOf(assessment)),
    schedule: assessment.schedule,
    accountVersion: assessment.accountVersion,
    settlement: {
      asset: contract.settlementAsset,
      notional: text(position.unitNotional),
      assetPrice: text(assetPrice),
    },
    ...(part === undefined ? {} : { part }),
    ...(hedge === undefined ? {} : { hedge: writtenHedge(hedge) }),
  };
}

const writtenHedge = (hedge: HedgeFigures): NonNullable<LiquidationEvents['CloseOutOrderPlaced']['hedge']> => ({
  judgement: hedge.judgement,
  underlying: hedge.underlying,
  deltaBefore: text(hedge.deltaBefore),
  deltaAfter: text(hedge.deltaAfter),
  requirementBefore: text(hedge.requirementBefore),
  requirementAfter: text(hedge.requirementAfter),
});

/**
 * What a case asks for before it sends an order. Less than the minimum slice, and less than a lot, is not worth one; of a hedge nothing below the
 * smallest size that margin judged and that helps.
 * @param leastHedge USD; undefined: it is no hedge
 */
export function turnRequest(
  { caseId, accountId }: OfCase,
  { position: { contract, unitNotional, pace }, quantity }: Pick<Slice, 'position' | 'quantity'>,
  { schedule, accountVersion }: Pick<AssessmentDetail, 'schedule' | 'accountVersion'>,
  { minimumSliceNotional }: LiquidationPolicy,
  leastHedge?: Decimal,
): LiquidationEvents['CloseOutTurnRequested'] {
  const notional = quantity.times(unitNotional);
  const least = leastHedge ?? minOf(notional, maxOf(minimumSliceNotional, contract.lot.times(unitNotional)));
  return {
    caseId,
    accountId,
    instrument: contract.instrument.id,
    notional: text(notional),
    least: text(least),
    perMinute: text(pace.perMinute),
    paceFrom: pace.from,
    schedule,
    accountVersion,
  };
}

/** Equity over maintenance requirement; only an account that is required something has a health, and nobody else is closed out. */
function healthOf({ accountId, figures }: AssessmentDetail): Decimal {
  const maintenance = dec(figures.maintenance);
  invariant(maintenance.gt(0), `${accountId} is closed out without a requirement`);
  return dec(figures.equity).div(maintenance).toDecimalPlaces(HEALTH_DIGITS, 'floor');
}

/** Cost of a finished slice, and the fund draw for the slippage that its penalty does not cover. */
export interface ConcludedSlice {
  readonly cost: LiquidationEvents['LiquidationCostAssessed'];
  readonly draw: LiquidationEvents['FundDrawRequested'] | undefined;
}

/**
 * Assesses the cost of an order, once the exchange gave its last word and accounts booked all of it.
 * @param policy that the order was placed under
 */
export function concludeOrder(
  ofCase: OfCase,
  order: OpenOrder,
  policy: Pick<LiquidationPolicy, 'psi'>,
): ConcludedSlice | undefined {
  const { caseId, accountId } = ofCase;
  if (order.finished === null || order.closed.lt(order.finished)) return undefined;
  invariant(order.closed.eq(order.finished), `order of ${caseId} was filled beyond its report`);
  const { cost, uncoveredSlippage } = assessedCost(ofCase, order, policy);
  if (uncoveredSlippage.isZero()) return { cost, draw: undefined };
  const amount = text(uncoveredSlippage);
  const { underlying } = parseInstrumentId(order.instrument);
  return { cost, draw: { caseId, accountId, purpose: 'SlippageBeyondReward', amount, order: order.place, underlying } };
}
