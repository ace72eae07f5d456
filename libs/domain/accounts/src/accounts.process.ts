import { CHANGES_FOLLOWED, OPENING_EVOLVED, OPENING_IGNORED, RULES_IGNORED } from '@ballast/documents';
import {
  defineProcess,
  on,
  type CommandHandler,
  type DecisionContext,
  type FactHandler,
  type LogEntry,
  type PartitionProcess,
  type Past,
} from '@ballast/event-sourcing';
import {
  refusedByMode,
  type HouseAct,
  type AccountsCommands,
  type AccountsEvents,
  type DocumentEvents,
  type FillEvents,
  type FundEvents,
  type LiquidationEvents,
  type LiquidationGlobalEvents,
  type MarginEvents,
  type OpeningEvents,
  type PricingEvents,
  type TransferEvents,
} from '@ballast/facts';
import { noteFeeTier, readContractSpecification } from '@ballast/instruments';
import { dec } from '@ballast/kernel';
import { openAccounts } from './accounts-rules.js';
import { accountsPast } from './accounts.past.js';
import { refusedCommand } from './accounts.rejections.js';
import { initialAccountsState, type AccountsFact, type AccountsState } from './accounts.state.js';
import { decideImportedAccounts, decideJudgement } from './book-import/imported-account.decider.js';
import { importEvolution, noteBookPart } from './book-import/imported-account.evolve.js';
import { decideRepayment } from './claim/claim.decider.js';
import { claimEvolution } from './claim/claim.evolve.js';
import { decideMarginModel } from './choose-model/choose-model.decider.js';
import { modelEvolution } from './choose-model/choose-model.evolve.js';
import { decideClosedCase, decideCostSettlement, decideGrant, decideRecovery } from './close-out/close-out.decider.js';
import { closeOutEvolution, noteClosedCase, noteOrder } from './close-out/close-out.evolve.js';
import { decideTakeOver } from './close-out/take-over.decider.js';
import { decideReversal, decideSides } from './correction/reverse-trade.decider.js';
import { correctionEvolution, letGo } from './correction/reverse-trade.evolve.js';
import { deferDeposit } from './deferral/deferral.decider.js';
import { deferralEvolution } from './deferral/deferral.evolve.js';
import { overdueMessages, takeComplete, takeOverdue } from './deferral/take-deferred.decider.js';
import { decideDeposit } from './deposit/deposit.decider.js';
import { depositEvolution } from './deposit/deposit.evolve.js';
import { readMovement } from './deposit/movement.js';
import { decideClosedRound, decideExecutedRound } from './deleverage/deleverage.decider.js';
import { deleveragingEvolution } from './deleverage/deleverage.evolve.js';
import { decideClosedTakeOver, decideTakeOvers } from './providers/provider-trade.decider.js';
import { decideDelisting, decideExpiry } from './expiry/expiry.decider.js';
import { expiryEvolution } from './expiry/expiry.evolve.js';
import { decideFill } from './fill/fill.decider.js';
import { fillEvolution } from './fill/fill.evolve.js';
import { decideContribution } from './fund/contribution.decider.js';
import { contributionEvolution } from './fund/contribution.evolve.js';
import { decideFunding } from './funding/funding.decider.js';
import { fundingEvolution } from './funding/funding.evolve.js';
import { decideInterest } from './interest/interest.decider.js';
import { interestEvolution } from './interest/interest.evolve.js';
import { fieldsOf } from './reading/input-reading.js';
import { decideOpening } from './open/open-account.decider.js';
import { openingEvolution } from './open/open-account.evolve.js';
import { decideSetOffAgreement } from './set-off/set-off-agreement.decider.js';
import { decideSetOff } from './set-off/set-off.decider.js';
import { setOffEvolution } from './set-off/set-off.evolve.js';
import { decideUnbookableTransfer } from './suspense/suspense.decider.js';
import { changeStanding } from './standing/standing.decider.js';
import { decideFeeTiers, decideTiersOfSchedule } from './fees/fee-tiers.js';
import { standingEvolution } from './standing/standing.evolve.js';
import { approveRelease, proposeRelease } from './suspense/release-by-persons.decider.js';
import { bookWaiting } from './suspense/release.decider.js';
import { suspenseEvolution } from './suspense/suspense.evolve.js';
import type { TransferDecision } from './transfer-decision.js';
import { decideVariation } from './variation/variation.decider.js';
import { variationEvolution } from './variation/variation.evolve.js';
import { offerGains, reduceGains } from './variation-gains/variation-gains.decider.js';
import { variationGainEvolution } from './variation-gains/variation-gains.evolve.js';
import { decideClearedWithdrawal, decideRefusedWithdrawal } from './withdraw/withdrawal-answer.decider.js';
import { decideTransfer } from './withdraw/transfer.decider.js';
import { decideWithdrawal } from './withdraw/withdrawal.decider.js';
import { withdrawalEvolution } from './withdraw/withdrawal.evolve.js';

type TransferDecider = (state: AccountsState, message: unknown, past: Past) => TransferDecision;

/** Emits what a decider yields; each fact is in the state before the decider goes on. */
function emitAll(context: DecisionContext, facts: Iterable<AccountsFact | null>): void {
  for (const fact of facts) if (fact !== null) context.emit(fact);
}

const commanded =
  (decide: TransferDecider): CommandHandler<AccountsState> =>
  (state, { payload }, context) => {
    const decision = decide(state, payload, context.past);
    if (!decision.accepted) {
      emitAll(context, [decision.rejection.recorded]);
      return refusedCommand(decision.rejection.code);
    }
    emitAll(context, decision.facts);
    return { outcome: 'accepted', data: decision.answer };
  };

/** A command that the mode of the house may forbid. What the exchange says has happened already. */
const allowed =
  (act: HouseAct, command: CommandHandler<AccountsState>): CommandHandler<AccountsState> =>
  (state, input, context) => {
    const forbidden = refusedByMode(state.houseMode, act);
    return forbidden === null ? command(state, input, context) : refusedCommand(forbidden);
  };

/** A message of the exchange is a fact: what cannot be booked goes to suspense, unless the refusal itself is on record. */
const received = <Type extends string, Payload>(
  decide: TransferDecider,
): FactHandler<AccountsState, Type, Payload> => ({
  decide(state, input, context) {
    const decision = decide(state, input.payload, context.past);
    if (decision.accepted) {
      emitAll(context, decision.facts);
    } else {
      const { code, recorded } = decision.rejection;
      emitAll(context, [recorded ?? decideUnbookableTransfer(state, input, code)]);
    }
  },
});

/** An account that was opened takes what came for it before. One that was open already leaves that to persons. */
const accountIn = (payload: unknown): string => {
  const accountId = fieldsOf(payload)?.['accountId'];
  return typeof accountId === 'string' ? accountId : '';
};

const openedByCommand: CommandHandler<AccountsState> = (state, input, context) => {
  const answer = commanded(decideOpening)(state, input, context);
  if (answer.outcome === 'accepted') {
    emitAll(context, bookWaiting(state, accountIn(input.payload), context.time.clearing));
  }
  return answer;
};

const openedByExchange: FactHandler<
  AccountsState,
  'AccountOpeningRequested',
  TransferEvents['AccountOpeningRequested']
> = {
  decide(state, input, context) {
    const decision = decideOpening(state, input.payload);
    received(() => decision).decide?.(state, input, context);
    if (decision.accepted) emitAll(context, bookWaiting(state, accountIn(input.payload), context.time.clearing));
  },
};

/** A deposit that came before its account waits for it if its basis says so; and a fill may wait for a deposit. */
const depositReceived: FactHandler<AccountsState, 'DepositReceived', TransferEvents['DepositReceived']> = {
  decide(state, input, context) {
    const reading = readMovement(state, input.payload, 'deposit');
    const decision = decideDeposit(state, input.payload, context.past);
    const deferral =
      reading.readable && !decision.accepted && decision.rejection.code === 'account-unknown'
        ? deferDeposit(state, input, reading.value)
        : null;
    if (deferral !== null) context.emit(deferral);
    else received(() => decision).decide?.(state, input, context);
    emitAll(context, takeComplete(state, context.time.clearing));
  },
};

/** The same of a command that credits a deposit, perhaps one that a fill waits for. */
const completing =
  (command: CommandHandler<AccountsState>): CommandHandler<AccountsState> =>
  (state, input, context) => {
    const answer = command(state, input, context);
    emitAll(context, takeComplete(state, context.time.clearing));
    return answer;
  };

/** What follows at once from a fact, by its payload. */
const decided = <Type extends string, Payload>(
  decide: (state: AccountsState, payload: Payload) => Iterable<AccountsFact> | AccountsFact | null,
): FactHandler<AccountsState, Type, Payload> => ({
  decide(state, { payload }, context) {
    const facts = decide(state, payload);
    emitAll(context, facts !== null && Symbol.iterator in facts ? facts : [facts]);
  },
});

const COMMANDS: { readonly [C in keyof AccountsCommands]: CommandHandler<AccountsState> } = {
  OpenAccount: allowed('open-account', openedByCommand),
  Deposit: completing(commanded(decideDeposit)),
  RequestWithdrawal: commanded(decideWithdrawal),
  RequestTransfer: commanded(decideTransfer),
  ChangeAccountStanding: changeStanding,
  ChooseMarginModel: allowed('choose-model', commanded(decideMarginModel)),
  ChangeSetOffAgreement: commanded(decideSetOffAgreement),
  ProposeSuspenseRelease: proposeRelease,
  ApproveSuspenseRelease: completing(approveRelease),
};

type Grant = LogEntry<'FundDrawGranted', FundEvents['FundDrawGranted']>;

/** The fund answers in the order of the requests, so the earlier ones are done with. */
function noteGrant(state: AccountsState, { payload: { request } }: Grant): void {
  if (request.partition !== state.partition) return;
  for (const position of state.draws.keys()) if (position < request.position) state.draws.delete(position);
}

const fills = on<AccountsState, FillEvents>('exchange.fills', 'numbered', {
  TradeFilled: { decide: (state, input, context) => emitAll(context, decideFill(state, input, context.past)) },
});

const transfers = on<AccountsState, TransferEvents>('exchange.transfers', 'numbered', {
  AccountOpeningRequested: openedByExchange,
  DepositReceived: depositReceived,
  WithdrawalRequested: received(decideWithdrawal),
  FundContributionReceived: received(decideContribution),
});

const pricing = on<AccountsState, PricingEvents & OpeningEvents & DocumentEvents>('pricing', 'global', {
  ...RULES_IGNORED,
  SourceStateChanged: 'ignored',
  VolatilitySeeded: 'ignored',
  PriceSetPublished: {
    observe(state, { payload: { asOf, underlyings } }) {
      state.priceTimes = { before: state.priceTimes.last, last: asOf };
      for (const [underlying, { index }] of Object.entries(underlyings)) {
        if (index !== undefined) state.indexes.set(underlying, dec(index));
      }
    },
    decide(state, _input, context) {
      emitAll(context, decideInterest(state));
      emitAll(context, decideFeeTiers(state));
    },
  },
  FundingRateFixed: decided(decideFunding),
  InstrumentAdmitted: {
    observe({ contracts }, { payload: { specification } }) {
      if (!contracts.has(specification.id)) contracts.set(specification.id, readContractSpecification(specification));
    },
    decide: (state, _input, context) => emitAll(context, takeComplete(state, context.time.clearing)),
  },
  InstrumentRefused: 'ignored',
  SurfacePublished: 'ignored',
  RiskArraysPublished: 'ignored',
  SettlementPriceFixed: decided(decideExpiry),
  VariationPriceFixed: decided(decideVariation),
  InstrumentHalted: 'ignored',
  InstrumentResumptionProposed: 'ignored',
  InstrumentResumed: 'ignored',
  SettlementOverrideProposed: 'ignored',
  SettlementOverrideApproved: 'ignored',
  DelistingProposed: 'ignored',
  DelistingApproved: 'ignored',
  InstrumentDelisted: decided(decideDelisting),
  HouseModeProposed: 'ignored',
  HouseModeChanged: { observe: (state, { payload: { to } }) => void (state.houseMode = to) },
});

const margin = on<AccountsState, MarginEvents & OpeningEvents>('margin', 'numbered', {
  ...OPENING_IGNORED,
  MarginReserved: 'ignored',
  ReservationEnded: 'ignored',
  OrderCancelsRequested: 'ignored',
  PositionLimitExceeded: 'ignored',
  PositionLimitRestored: 'ignored',
  MarginRunCompleted: 'ignored',
  AccountStateChanged: {
    observe({ liquidating }, { payload: { accountId, to } }) {
      if (to === 'LIQUIDATING') liquidating.add(accountId);
      else liquidating.delete(accountId);
    },
  },
  MarginCallIssued: 'ignored',
  MarginCallMet: 'ignored',
  MarginCallExpired: 'ignored',
  ModelFailed: 'ignored',
  ModelRestored: 'ignored',
  LiquidationTriggered: {
    observe: ({ liquidating }, { payload: { accountId } }) => void liquidating.add(accountId),
  },
  LiquidatingAccountAssessed: 'ignored',
  WithdrawalCleared: decided(decideClearedWithdrawal),
  WithdrawalRefused: decided(decideRefusedWithdrawal),
  SetOffCleared: decided(decideSetOff),
  VariationGainsJudged: decided(offerGains),
  AdlCandidatesReported: 'ignored',
  ProvidersJudged: 'ignored',
  HedgeJudged: 'ignored',
});

const liquidation = on<AccountsState, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
  ...OPENING_IGNORED,
  LiquidationOpened: 'ignored',
  OrdersCancelRequested: 'ignored',
  CloseOutOrderPlaced: { observe: noteOrder },
  LiquidationCostAssessed: decided(decideCostSettlement),
  CloseOutFillFlagged: 'ignored',
  CloseOutTurnRequested: 'ignored',
  LiquidationPaused: 'ignored',
  SetOffRequested: 'ignored',
  HedgeAsked: 'ignored',
  RepaymentRequested: {
    decide: (state, { partition, position, payload }, context) =>
      emitAll(context, [decideRepayment(state, payload, { partition, position })]),
  },
  CollateralTakeOverRequested: {
    decide: (state, { partition, position, payload }, context) =>
      emitAll(context, [decideTakeOver(state, payload, { partition, position })]),
  },
  FundDrawRequested: {
    observe: ({ draws }, { position, payload: { order } }) => void draws.set(position, { order }),
  },
  ProvidersAsked: 'ignored',
  AuctionAsked: 'ignored',
  AdlRequested: 'ignored',
  LiquidationClosed: { observe: noteClosedCase, ...decided(decideClosedCase) },
});

const closeOuts = on<AccountsState, LiquidationGlobalEvents & OpeningEvents & DocumentEvents>('liquidation', 'global', {
  ...RULES_IGNORED,
  CloseOutTurnGranted: 'ignored',
  CloseOutTurnDeferred: 'ignored',
  AuctionOpened: 'ignored',
  AuctionBidPlaced: 'ignored',
  AuctionCalled: 'ignored',
  AuctionClosed: 'ignored',
  DeleveragingAnnounced: 'ignored',
  ProviderRoundOpened: 'ignored',
  ProviderRoundExecuted: decided(decideTakeOvers),
  ProviderRoundClosed: decided(decideClosedTakeOver),
  AdlRoundOpened: 'ignored',
  AdlExecuted: decided(decideExecutedRound),
  AdlRoundClosed: decided(decideClosedRound),
});

/** The global partition of accounts: grants of the fund, and rules that change. Its first rules are those of every partition. */
const fund = on<AccountsState, FundEvents & OpeningEvents & DocumentEvents>('accounts', 'global', {
  ...CHANGES_FOLLOWED,
  DocumentApproved: {
    ...CHANGES_FOLLOWED.DocumentApproved,
    ...decided((state, { kind }: DocumentEvents['DocumentApproved']) => decideTiersOfSchedule(state, kind)),
  },
  FundCredited: 'ignored',
  OpenInterestMeasured: 'ignored',
  CollateralHeldMeasured: 'ignored',
  TradeCorrectionProposed: decided(decideSides),
  TradeCorrectionApproved: decided(decideReversal),
  TradeCorrectionEnded: { observe: (state, { payload: { correctionId } }) => letGo(state.correcting, correctionId) },
  BookImportBegun: 'ignored',
  BookPartAdded: {
    observe: (state, { payload }) => noteBookPart(state, payload),
    decide: (state, { payload }, context) => emitAll(context, [decideJudgement(state, payload, context.time.clearing)]),
  },
  BookImportApproved: {
    decide(state, { payload }, context) {
      emitAll(context, decideImportedAccounts(state, payload, context.time.clearing));
    },
  },
  BookImportWithdrawn: { observe: (state) => void (state.importing = null) },
  BreakOpened: 'ignored',
  BreakChanged: 'ignored',
  BreakMatched: 'ignored',
  BreakExplanationProposed: 'ignored',
  BreakExplained: 'ignored',
  ReconciliationRecorded: 'ignored',
  LossStepTaken: 'ignored',
  RepaymentBooked: 'ignored',
  VariationGainsCalled: 'ignored',
  VariationHaircutFixed: decided(reduceGains),
  LossRecovered: {
    decide(state, { payload }, context) {
      if (payload.loss.partition === state.partition) emitAll(context, [decideRecovery(payload)]);
    },
  },
  FundDrawGranted: {
    observe: noteGrant,
    decide(state, { payload }, context) {
      if (payload.request.partition === state.partition) emitAll(context, decideGrant(state, payload));
    },
  },
});

/** A numbered partition of accounts: collateral, positions and journal of the owners that live in it. */
export const accountsProcess: PartitionProcess<AccountsState> = defineProcess<
  AccountsState,
  AccountsEvents & OpeningEvents
>({
  log: 'accounts',
  stateForm: { version: 14, derived: ['oldestTrades'] },
  past: accountsPast,
  initialState: initialAccountsState,
  open: openAccounts,
  reads: [fills, transfers, pricing, margin, liquidation, closeOuts, fund],
  commands: COMMANDS,
  dueTimers: (state, now) => overdueMessages(state, now),
  fire: (state, timer, context) => emitAll(context, takeOverdue(state, timer, context.time.clearing)),
  own: {
    ...OPENING_EVOLVED,
    ...openingEvolution,
    ...modelEvolution,
    ...standingEvolution,
    ...depositEvolution,
    ...withdrawalEvolution,
    ...fillEvolution,
    FeeTierChanged: ({ feeTiers }, { payload }) => noteFeeTier(feeTiers, payload),
    ...fundingEvolution,
    ...interestEvolution,
    ...variationEvolution,
    ...expiryEvolution,
    ...closeOutEvolution,
    ...deleveragingEvolution,
    ...contributionEvolution,
    ...suspenseEvolution,
    ...deferralEvolution,
    ...correctionEvolution,
    ...importEvolution,
    ...setOffEvolution,
    ...claimEvolution,
    ...variationGainEvolution,
  },
});
