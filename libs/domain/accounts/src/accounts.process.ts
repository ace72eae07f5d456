import { readContractSpecification } from '@ballast/instruments';
import type {
  AccountsCommands,
  AdlEvents,
  FundEvents,
  LiquidationEvents,
  MarginEvents,
  PricingEvents,
  TransferEvents,
} from '@ballast/facts';
import {
  type CommandResult,
  type DecisionContext,
  type LogEntry,
  type PartitionProcess,
} from '@ballast/event-sourcing';
import { dec, InvariantViolation, ZERO } from '@ballast/kernel';
import { evolveAccounts } from './accounts.evolution.js';
import { ACCOUNTS_REJECTIONS, type AccountsRejectionCode } from './accounts.rejections.js';
import { initialAccountsState, type AccountsFact, type AccountsState } from './accounts.state.js';
import { decideClosedCase, decideCostSettlement, decideGrant } from './close-out.decider.js';
import { decideClosedRound, decideExecutedRound } from './deleveraging.decider.js';
import { decideFill } from './fill.decider.js';
import { decideFunding } from './funding.decider.js';
import { invariantKnown } from './known-inputs.js';
import { decideExpiry, decideVariation } from './settlement.decider.js';
import { decideUnbookableTransfer } from './suspense.decider.js';
import {
  decideContribution,
  decideDeposit,
  decideMarginModel,
  decideOpening,
  decideWithdrawal,
  type TransferDecision,
} from './transfers.decider.js';
import { decideClearedWithdrawal, decideRefusedWithdrawal } from './withdrawal-answer.decider.js';

type TransferDecider = (state: AccountsState, message: unknown) => TransferDecision;

const COMMANDS: { readonly [C in keyof AccountsCommands]: TransferDecider } = {
  OpenAccount: decideOpening,
  Deposit: decideDeposit,
  RequestWithdrawal: decideWithdrawal,
  ChooseMarginModel: decideMarginModel,
};

const TRANSFERS: { readonly [T in keyof TransferEvents]: TransferDecider } = {
  AccountOpeningRequested: decideOpening,
  DepositReceived: decideDeposit,
  WithdrawalRequested: decideWithdrawal,
  FundContributionReceived: decideContribution,
};

const rejection = (code: AccountsRejectionCode): CommandResult => ({
  outcome: 'rejected',
  code,
  detail: ACCOUNTS_REJECTIONS[code],
});

/** Emits what a decider yields; each fact is in the state before the decider goes on. */
function emitAll(context: DecisionContext, facts: Iterable<AccountsFact>): void {
  for (const fact of facts) context.emit(fact);
}

const emitOne = (context: DecisionContext, fact: AccountsFact | null): void => {
  if (fact !== null) context.emit(fact);
};

function decideCommand(state: AccountsState, input: LogEntry, context: DecisionContext): CommandResult {
  if (!Object.hasOwn(COMMANDS, input.type)) return rejection('command-unknown');
  const decision = COMMANDS[input.type as keyof AccountsCommands](state, input.payload);
  emitAll(context, decision.facts);
  return decision.refusal === null ? { outcome: 'accepted', data: decision.answer } : rejection(decision.refusal);
}

/** A message of the exchange is a fact: what cannot be booked goes to suspense, unless the refusal itself is on record. */
function decideTransfer(state: AccountsState, input: LogEntry, context: DecisionContext): void {
  const { facts, refusal } = TRANSFERS[input.type as keyof TransferEvents](state, input.payload);
  emitAll(context, facts);
  if (refusal !== null && facts.length === 0) emitOne(context, decideUnbookableTransfer(input, refusal));
}

/** Notes what later decisions need of the facts of pricing, margin and liquidation. */
function observe(state: AccountsState, input: LogEntry): void {
  invariantKnown(input);
  if (input.log === 'pricing') {
    observePricing(state, input);
  } else if (input.log === 'margin') {
    if (input.type === 'LiquidationTriggered') {
      state.liquidating.add((input.payload as MarginEvents['LiquidationTriggered']).accountId);
    } else if (input.type === 'AccountStateChanged') {
      const { accountId, to } = input.payload as MarginEvents['AccountStateChanged'];
      if (to === 'LIQUIDATING') state.liquidating.add(accountId);
      else state.liquidating.delete(accountId);
    }
  } else if (input.log === 'liquidation' && input.partition === state.partition) {
    observeLiquidation(state, input);
  } else if (input.log === 'accounts' && input.type === 'FundDrawGranted') {
    const { request } = input.payload as FundEvents['FundDrawGranted'];
    // The fund answers in the order of the requests, so the earlier ones are done with.
    if (request.partition !== state.partition) return;
    for (const position of state.draws.keys()) if (position < request.position) state.draws.delete(position);
  }
}

function observePricing(state: AccountsState, { type, payload }: LogEntry): void {
  if (type === 'InstrumentAdmitted') {
    const { specification } = payload as PricingEvents['InstrumentAdmitted'];
    if (!state.contracts.has(specification.id)) {
      state.contracts.set(specification.id, readContractSpecification(specification));
    }
  } else if (type === 'PriceSetPublished') {
    const { underlyings } = payload as PricingEvents['PriceSetPublished'];
    for (const underlying of ['BTC', 'ETH'] as const) {
      const index = underlyings[underlying]?.index;
      if (index !== undefined) state.indexes.set(underlying, dec(index));
    }
  }
}

function observeLiquidation(state: AccountsState, input: LogEntry): void {
  switch (input.type as keyof LiquidationEvents) {
    case 'CloseOutOrderPlaced': {
      const { caseId, accountId, instrument, side, mark, provisionalRate, settlement } =
        input.payload as LiquidationEvents['CloseOutOrderPlaced'];
      state.orders.set(input.position, {
        caseId,
        accountId,
        instrument,
        side,
        mark: dec(mark),
        provisionalRate: dec(provisionalRate),
        notional: settlement === undefined ? null : dec(settlement.notional),
        assetPrice: dec(settlement?.assetPrice ?? 1),
        ledgerBalance: ZERO,
      });
      return;
    }
    case 'FundDrawRequested':
      state.draws.set(input.position, { order: (input.payload as LiquidationEvents['FundDrawRequested']).order });
      return;
    case 'LiquidationClosed': {
      const { caseId } = input.payload as LiquidationEvents['LiquidationClosed'];
      for (const [position, order] of state.orders) {
        if (order.caseId === caseId && order.ledgerBalance.isZero()) state.orders.delete(position);
      }
      return;
    }
    default:
  }
}

function decidePricing(state: AccountsState, input: LogEntry, context: DecisionContext): void {
  switch (input.type) {
    case 'FundingRateFixed':
      emitAll(context, decideFunding(state, input.payload as PricingEvents['FundingRateFixed']));
      return;
    case 'VariationPriceFixed':
      emitAll(context, decideVariation(state, input.payload as PricingEvents['VariationPriceFixed']));
      return;
    case 'SettlementPriceFixed':
      emitAll(context, decideExpiry(state, input.payload as PricingEvents['SettlementPriceFixed']));
      return;
    default:
  }
}

function decideMargin(state: AccountsState, input: LogEntry, context: DecisionContext): void {
  if (input.type === 'WithdrawalCleared') {
    emitOne(context, decideClearedWithdrawal(state, input.payload as MarginEvents['WithdrawalCleared']));
  } else if (input.type === 'WithdrawalRefused') {
    emitOne(context, decideRefusedWithdrawal(state, input.payload as MarginEvents['WithdrawalRefused']));
  }
}

function decideLiquidation(state: AccountsState, input: LogEntry, context: DecisionContext): void {
  switch (input.type) {
    case 'LiquidationCostAssessed':
      emitAll(context, decideCostSettlement(state, input.payload as LiquidationEvents['LiquidationCostAssessed']));
      return;
    case 'LiquidationClosed':
      emitOne(context, decideClosedCase(state, input.payload as LiquidationEvents['LiquidationClosed']));
      return;
    case 'AdlExecuted':
      emitAll(context, decideExecutedRound(state, input.payload as AdlEvents['AdlExecuted']));
      return;
    case 'AdlRoundClosed':
      emitAll(context, decideClosedRound(state, input.payload as AdlEvents['AdlRoundClosed']));
      return;
    default:
  }
}

function decide(state: AccountsState, input: LogEntry, context: DecisionContext): CommandResult | undefined {
  switch (input.log) {
    case 'accounts.commands':
      return decideCommand(state, input, context);
    case 'exchange.fills':
      emitAll(context, decideFill(state, input));
      return undefined;
    case 'exchange.transfers':
      decideTransfer(state, input, context);
      return undefined;
    case 'pricing':
      decidePricing(state, input, context);
      return undefined;
    case 'margin':
      decideMargin(state, input, context);
      return undefined;
    case 'liquidation':
      decideLiquidation(state, input, context);
      return undefined;
    case 'accounts': {
      if (input.type !== 'FundDrawGranted') return undefined;
      const grant = input.payload as FundEvents['FundDrawGranted'];
      if (grant.request.partition === state.partition) emitAll(context, decideGrant(state, grant));
      return undefined;
    }
    default:
      throw new InvariantViolation(`accounts does not read ${input.log}`);
  }
}

/** A numbered partition of accounts: collateral, positions and journal of the owners that live in it. */
export const accountsProcess: PartitionProcess<AccountsState> = {
  log: 'accounts',
  initialState: initialAccountsState,
  observe,
  decide,
  settle: () => undefined,
  evolve: evolveAccounts,
  dueTimers: () => [],
  fire(state, timer) {
    throw new InvariantViolation(`accounts ${state.partition} has no timer ${timer.id}`);
  },
};
