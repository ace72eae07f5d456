import { assertNever, text } from '@ballast/kernel';
import { accepted, rejected, type Decision } from '@ballast/event-sourcing';
import type { LiquidationEvents, MarginEvents, Place } from '@ballast/facts';
import { writeTerms } from '../deleverage/bankruptcy-price.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import { offerOf } from '../providers/provider-request.js';
import { concludeOrder, placedOrder, turnRequest } from '../slice/slice.decider.js';
import type { LiquidationCase } from './liquidation-case.js';
import { nextStep, type CaseBasis, type Step } from './next-step.js';

/** An own event that is decided but has no place yet. */
export type CaseFact = {
  [T in keyof LiquidationEvents]: { readonly type: T; readonly payload: LiquidationEvents[T] };
}[keyof LiquidationEvents];

/** One case per account at a time: the open one goes on. */
export type CaseRejection = { readonly code: 'case-already-open'; readonly caseId: string };

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

/**
 * What a finished order costs; nothing while its report or a booking is missing.
 * @param policyOf the policy that an order was placed under
 */
export function concludeSlice(
  current: LiquidationCase,
  policyOf: (id: string) => LiquidationPolicy,
): readonly CaseFact[] {
  const { order } = current;
  const concluded = order === null ? undefined : concludeOrder(current, order, policyOf(order.policy));
  if (concluded === undefined) return [];
  const { cost, draw } = concluded;
  const assessed: CaseFact = { type: 'LiquidationCostAssessed', payload: cost };
  return draw === undefined ? [assessed] : [assessed, { type: 'FundDrawRequested', payload: draw }];
}

/** The facts of the next step; none while the case has to wait. */
export function proceed(current: LiquidationCase, basis: CaseBasis, policy: LiquidationPolicy): readonly CaseFact[] {
  return factsOf(current, nextStep(current, basis, policy), policy);
}

function factsOf(current: LiquidationCase, step: Step, policy: LiquidationPolicy): readonly CaseFact[] {
  const { caseId, accountId, slices } = current;
  switch (step.kind) {
    case 'wait':
      return [];
    case 'pause': {
      const { reason, nextSchedule } = step;
      if (current.paused === reason) return [];
      return [{ type: 'LiquidationPaused', payload: { caseId, accountId, reason, nextSchedule } }];
    }
    case 'ask-for-turn':
      return [
        {
          type: 'CloseOutTurnRequested',
          payload: turnRequest(current, step.slice, step.assessment, policy, step.leastHedge),
        },
      ];
    case 'take-over-collateral':
      return [{ type: 'CollateralTakeOverRequested', payload: { caseId, accountId } }];
    case 'ask-other-accounts': {
      const amount = text(step.deficit);
      return [{ type: 'SetOffRequested', payload: { caseId, accountId, amount, accounts: step.accounts } }];
    }
    case 'repay': {
      const { amount, accountVersion } = step;
      return [{ type: 'RepaymentRequested', payload: { caseId, accountId, amount: text(amount), accountVersion } }];
    }
    case 'draw-from-fund': {
      const amount = text(step.deficit);
      const { underlying } = step;
      const payload = { caseId, accountId, purpose: 'BankruptcyDeficit', amount, order: null, underlying } as const;
      return [{ type: 'FundDrawRequested', payload }];
    }
    case 'ask-providers':
      return [
        {
          type: 'ProvidersAsked',
          payload: {
            ...offerOf(current, step.part, step.assessment),
            ...(step.auction === undefined ? {} : { auction: step.auction }),
          },
        },
      ];
    case 'ask-auction': {
      const { part, assessment, attempt, rest } = step;
      return [{ type: 'AuctionAsked', payload: { ...offerOf(current, part, assessment), attempt, rest } }];
    }
    case 'deleverage':
      return [{ type: 'AdlRequested', payload: adlRequest(current, step) }];
    case 'ask-for-hedge':
      return [{ type: 'HedgeAsked', payload: step.request }];
    case 'close-out': {
      const { slice, taken, assessment, assetPrice, hedge } = step;
      const payload = placedOrder(current, slices + 1, slice, taken, assessment, assetPrice, policy, hedge);
      return [{ type: 'CloseOutOrderPlaced', payload }];
    }
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

function adlRequest(
  { caseId, accountId, fruitless }: LiquidationCase,
  { part, schedule, accountVersion, nextSchedule }: Extract<Step, { readonly kind: 'deleverage' }>,
): LiquidationEvents['AdlRequested'] {
  const { contract, side, quantity, price, mark, deficit, terms } = part;
  return {
    caseId,
    accountId,
    instrument: contract.instrument.id,
    side,
    quantity: text(quantity),
    bankruptcyPrice: text(price),
    mark: text(mark),
    deficit: text(deficit),
    schedule,
    accountVersion,
    attempt: fruitless + 1,
    nextSchedule,
    lot: text(contract.lot),
    settlement: writeTerms(terms),
  };
}
