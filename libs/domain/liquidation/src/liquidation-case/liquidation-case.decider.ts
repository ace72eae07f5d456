import { Decimal, assertNever, dec, invariant, roundUsd, text } from '@ballast/kernel';
import { accepted, rejected, type Decision } from '@ballast/event-sourcing';
import type { LiquidationEvents, MarginEvents, Place } from '@ballast/facts';
import { isLinearPerpetual } from '../closeable-contracts.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import type { LiquidationCase } from './liquidation-case.state.js';
import { nextStep, type CaseBasis, type Step } from './next-step.js';
import type { CloseablePosition } from './slice-choice.js';
import { assessedCost } from './slice-cost.js';

/** An own event that is decided but has no place yet. */
export type CaseFact = {
  [T in keyof LiquidationEvents]: { readonly type: T; readonly payload: LiquidationEvents[T] };
}[keyof LiquidationEvents];

/** One case per account at a time: the open one goes on. */
export type CaseRejection = { readonly code: 'case-already-open'; readonly caseId: string };

const HEALTH_DIGITS = 8;

/**
 * Opens the case of an account that margin found below its liquidation level.
 * @param number 1, 2, 3, ... counting the cases of the account
 */
export function openCase(
  current: LiquidationCase | undefined,
  { accountId, assessment }: MarginEvents['LiquidationTriggered'],
  trigger: Place,
  number: number,
): Decision<CaseFact, CaseRejection> {
  if (current !== undefined) return rejected({ code: 'case-already-open', caseId: current.caseId });
  const caseId = `${accountId}#${number}`;
  return accepted<CaseFact>(
    { type: 'LiquidationOpened', payload: { caseId, accountId, trigger, figures: assessment.figures } },
    { type: 'OrdersCancelRequested', payload: { caseId, accountId } },
  );
}

/** Assesses the cost of the open order, once the exchange gave its last word and accounts booked all of it. */
export function concludeSlice(current: LiquidationCase, policy: LiquidationPolicy): readonly CaseFact[] {
  const { order, caseId, accountId } = current;
  if (order === null || order.finished === null || order.closed.lt(order.finished)) return [];
  invariant(order.closed.eq(order.finished), `order of ${caseId} was filled beyond its report`);
  const { cost, uncoveredSlippage } = assessedCost(current, order, policy);
  const assessed: CaseFact = { type: 'LiquidationCostAssessed', payload: cost };
  if (uncoveredSlippage.isZero()) return [assessed];
  const amount = text(uncoveredSlippage);
  const payload = { caseId, accountId, purpose: 'SlippageBeyondReward', amount, order: order.place } as const;
  return [assessed, { type: 'FundDrawRequested', payload }];
}

/** The facts of the next step; none while the case has to wait. */
export function proceed(current: LiquidationCase, basis: CaseBasis, policy: LiquidationPolicy): readonly CaseFact[] {
  return factsOf(current, nextStep(current, basis, policy), policy);
}

function factsOf(
  { caseId, accountId, slices }: LiquidationCase,
  step: Step,
  policy: LiquidationPolicy,
): readonly CaseFact[] {
  switch (step.kind) {
    case 'wait':
      return [];
    case 'draw-from-fund': {
      const amount = text(step.deficit);
      const payload = { caseId, accountId, purpose: 'BankruptcyDeficit', amount, order: null } as const;
      return [{ type: 'FundDrawRequested', payload }];
    }
    case 'deleverage':
      return step.positions.map(({ contract, side, quantity, price }) => ({
        type: 'AdlRequested',
        payload: {
          caseId,
          accountId,
          instrument: contract.instrument.id,
          side,
          quantity: text(quantity),
          bankruptcyPrice: text(price),
          schedule: step.schedule,
          ...(isLinearPerpetual(contract.instrument.id) ? {} : { lot: text(contract.lot) }),
        },
      }));
    case 'close-out':
      return [
        { type: 'CloseOutOrderPlaced', payload: { caseId, accountId, slice: slices + 1, ...orderOf(step, policy) } },
      ];
    case 'end': {
      const uncoveredLoss = text(step.uncoveredLoss);
      return [
        { type: 'LiquidationClosed', payload: { caseId, accountId, outcome: step.outcome, slices, uncoveredLoss } },
      ];
    }
    default:
      return assertNever(step);
  }
}

function orderOf(
  { slice: { position, ...slice }, assessment, assetPrice }: Extract<Step, { kind: 'close-out' }>,
  { theta }: LiquidationPolicy,
): Omit<LiquidationEvents['CloseOutOrderPlaced'], 'caseId' | 'accountId' | 'slice'> {
  const { equity, call } = assessment.figures;
  return {
    instrument: position.contract.instrument.id,
    side: position.side === 'long' ? 'sell' : 'buy',
    quantity: text(slice.quantity),
    mark: text(position.mark),
    equityRate: text(position.equityRate),
    theta: text(theta),
    modelledRate: text(position.cost.penalty),
    provisionalRate: text(slice.provisionalRate),
    executionRate: text(position.cost.execution),
    timeRate: text(position.cost.time),
    fundShare: text(position.cost.fundShare),
    operatingCost: text(position.cost.operatingCost),
    requirementFreed: text(roundUsd(slice.requirementFreed, 'credit')),
    health: text(dec(equity).div(dec(call)).toDecimalPlaces(HEALTH_DIGITS, Decimal.ROUND_FLOOR)),
    schedule: assessment.schedule,
    accountVersion: assessment.accountVersion,
    ...settlementOf(position, assetPrice),
  };
}

/** What accounts books a slice by, beside mark and rate; a linear perpetual's follows from its mark. */
function settlementOf(
  { contract, unitNotional }: CloseablePosition,
  assetPrice: Decimal,
): Pick<LiquidationEvents['CloseOutOrderPlaced'], 'settlement'> {
  if (isLinearPerpetual(contract.instrument.id)) return {};
  const asset = contract.settlementAsset;
  return { settlement: { asset, notional: text(unitNotional), assetPrice: text(assetPrice) } };
}
