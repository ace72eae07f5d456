import { OPENING_IGNORED, RULES_EVOLVED, documentCommands } from '@ballast/documents';
import {
  causeOf,
  defineProcess,
  emitterOf,
  on,
  type CommandHandler,
  type CommandResult,
  type DecisionContext,
  type LogEntry,
  type PartitionProcess,
} from '@ballast/event-sourcing';
import {
  FUND_EVENTS,
  positionsAfter,
  type AccountsEvents,
  type DocumentEvents,
  type FundEvents,
  type LiquidationEvents,
  type OpeningEvents,
} from '@ballast/facts';
import { dec, ZERO } from '@ballast/kernel';
import { documentChecks, openAccounts } from '../accounts-rules.js';
import {
  addPart,
  answeredFor,
  approveImport,
  beginImport,
  evolveImports,
  withdrawImport,
} from '../book-import/book-import.decider.js';
import {
  answered,
  approveCorrection,
  endedByApproval,
  endedByDelivery,
  endedByReport,
  evolveCorrections,
  proposeCorrection,
  withdrawCorrection,
} from '../correction/trade-correction.decider.js';
import { post } from '../ledger/ledger.js';
import {
  approveExplanation,
  evolveReconciliations,
  proposeExplanation,
  recordReconciliation,
} from '../reconciliation/reconciliation.decider.js';
import { measuredHoldings, noteBooked, noteTold } from './collateral-held.js';
import {
  answerRequests,
  bookRepayment,
  callGains,
  credit,
  creditPenalty,
  fixHaircut,
  payFromGains,
  recoverLosses,
  tellOpenInterest,
} from './fund.decider.js';
import { fundEvolution, noteCut, noteOffer, noteUncovered, noteWaived } from './fund.evolve.js';
import { emptyFund, nameOf, placeOf, type FundState } from './fund.state.js';
import { withClosed } from './gains-call.js';
import { noteDelivered, noteImported, noteReversed, noteTraded, type OpenInterests } from './open-interest.js';

const emit = emitterOf(FUND_EVENTS);

/** A fact after which an account has other positions. */
const moving = <Moved extends object>(note: (interests: OpenInterests, moved: Moved) => void) => ({
  observe: ({ openInterests }: FundState, { payload }: { readonly payload: Moved }): void =>
    note(openInterests, payload),
  decide(state: FundState, { payload }: { readonly payload: Moved }, context: DecisionContext): void {
    for (const { instrument } of positionsAfter(payload)) tellOpenInterest(state, context, instrument);
  },
});

function endCorrections(context: DecisionContext, ended: readonly FundEvents['TradeCorrectionEnded'][]): void {
  for (const each of ended) emit(context, 'TradeCorrectionEnded', each);
}

type Decided<Type extends keyof FundEvents> = { readonly fact: FundEvents[Type] } | { readonly refusal: CommandResult };

/** A command that comes to one fact, or is refused. */
const decidedBy =
  <Type extends keyof FundEvents>(
    type: Type,
    decide: (state: FundState, input: LogEntry, context: DecisionContext) => Decided<Type>,
    answer: (fact: FundEvents[Type]) => CommandResult,
  ): CommandHandler<FundState> =>
  (state, input, context) => {
    const decision = decide(state, input, context);
    if ('refusal' in decision) return decision.refusal;
    emit(context, type, decision.fact);
    return answer(decision.fact);
  };

const RULES_CHANGED = documentCommands<FundState>(
  ({ rules }) => rules,
  ({ rules }) => documentChecks(rules),
);

/** Money comes in, so that losses may be recovered at the end of the item. */
function noteDue(state: FundState, input: LogEntry): void {
  state.due = causeOf(input);
}

/**
 * The global partition of accounts: takes in contributions and penalty remainders, takes losses down the waterfall, and is where the
 * rules of accounts change.
 */
export const fundProcess: PartitionProcess<FundState> = defineProcess<
  FundState,
  FundEvents & OpeningEvents & DocumentEvents
>({
  log: 'accounts',
  stateForm: { version: 9 },
  initialState: emptyFund,
  open: openAccounts,
  reads: [
    on<FundState, AccountsEvents & OpeningEvents>(
      'accounts',
      'numbered',
      {
        ...OPENING_IGNORED,
        AccountOpened: 'ignored',
        CollateralCredited: 'ignored',
        AccountStandingChanged: 'ignored',
        MarginModelChosen: 'ignored',
        SetOffAgreementChanged: 'ignored',
        OtherAccountCharged: 'ignored',
        SetOffReceived: 'ignored',
        ClaimRepaid: {
          observe: noteDue,
          decide: (state, input, context) => bookRepayment(state, input.payload, placeOf(input), context),
        },
        ClaimWaived: { observe: (state, { payload }) => noteWaived(state, payload) },
        WithdrawalHeld: 'ignored',
        WithdrawalResubmitted: 'ignored',
        WithdrawalSettled: 'ignored',
        WithdrawalReleased: 'ignored',
        WithdrawalRejected: 'ignored',
        TransferReceived: 'ignored',
        PositionChanged: moving(noteTraded),
        FeeTierChanged: 'ignored',
        FundingSettled: 'ignored',
        FundingClosed: 'ignored',
        InterestCharged: 'ignored',
        VariationSettled: 'ignored',
        VariationClosed: {
          observe({ closedCycles }, { partition, payload }) {
            const { instrument } = payload;
            closedCycles.set(instrument, withClosed(closedCycles.get(instrument), payload, partition));
          },
          decide: (state, { payload }, context) => callGains(state, payload, context),
        },
        VariationGainsOffered: {
          observe: (state, { partition, payload }) => noteOffer(state, partition, payload),
          decide: (state, { payload }, context) => fixHaircut(state, payload, context),
        },
        VariationGainReduced: {
          observe: noteCut,
          decide: (state, _input, context) => payFromGains(state, context),
        },
        ContractDelivered: moving(noteDelivered),
        ExpiryClosed: {
          decide: ({ corrections }, { partition, payload }, context) =>
            endCorrections(context, endedByDelivery(corrections, partition, payload)),
        },
        LiquidationCostSettled: 'ignored',
        FundGrantReceived: 'ignored',
        CollateralTakenOver: 'ignored',
        UncoveredLossBooked: { observe: noteUncovered },
        UncoveredLossRecovered: 'ignored',
        TradeSidesReported: {
          observe: ({ corrections }, { partition, payload }) =>
            evolveCorrections.reported(corrections, partition, payload),
          decide: ({ corrections }, { payload }, context) =>
            endCorrections(context, endedByReport(corrections, payload, context.partitions)),
        },
        TradeReversed: moving(noteReversed),
        BookPartitionJudged: {
          observe: ({ bookImports }, { partition, payload }) => evolveImports.judged(bookImports, partition, payload),
        },
        AccountImported: moving(noteImported),
        AdlBooked: moving(noteTraded),
        ProviderTradeBooked: moving(noteTraded),
        SuspenseBooked: 'ignored',
        SuspenseReleaseProposed: 'ignored',
        SuspenseReleased: 'ignored',
        MessageDeferred: 'ignored',
        DeferredMessageTaken: 'ignored',
        PenaltyRemainderSent: {
          observe: noteDue,
          decide: (state, input, context) => creditPenalty(state, input.payload, placeOf(input), context),
        },
        FundContributionForwarded: {
          observe: noteDue,
          decide: (state, input, context) =>
            credit(state, 'contribution', placeOf(input), dec(input.payload.amount), null, context),
        },
      },
      ({ collateralHeld }, entry) => noteBooked(collateralHeld, entry),
    ),
    on<FundState, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
      ...OPENING_IGNORED,
      LiquidationOpened: 'ignored',
      OrdersCancelRequested: 'ignored',
      CloseOutOrderPlaced: 'ignored',
      LiquidationCostAssessed: 'ignored',
      CloseOutFillFlagged: 'ignored',
      CloseOutTurnRequested: 'ignored',
      LiquidationPaused: 'ignored',
      CollateralTakeOverRequested: 'ignored',
      SetOffRequested: 'ignored',
      HedgeAsked: 'ignored',
      RepaymentRequested: 'ignored',
      FundDrawRequested: {
        observe({ requests }, input) {
          const request = placeOf(input);
          requests.set(nameOf(request), { request, asked: input.payload, paid: ZERO });
        },
      },
      ProvidersAsked: 'ignored',
      AuctionAsked: 'ignored',
      AdlRequested: 'ignored',
      LiquidationClosed: 'ignored',
    }),
  ],
  commands: {
    ...RULES_CHANGED,
    ApproveDocument(state, input, context) {
      const answer = RULES_CHANGED.ApproveDocument(state, input, context);
      tellOpenInterest(state, context);
      return answer;
    },
    ProposeTradeCorrection: decidedBy(
      'TradeCorrectionProposed',
      ({ corrections }, input) => proposeCorrection(corrections, input),
      ({ correctionId }) => answered(correctionId),
    ),
    ApproveTradeCorrection({ corrections }, input, context) {
      const decision = approveCorrection(corrections, input, context.partitions);
      if ('refusal' in decision) return decision.refusal;
      emit(context, 'TradeCorrectionApproved', decision.fact);
      endCorrections(context, endedByApproval(corrections, decision.fact));
      return answered(decision.fact.correctionId);
    },
    WithdrawTradeCorrection: decidedBy(
      'TradeCorrectionEnded',
      ({ corrections }, input) => withdrawCorrection(corrections, input),
      ({ correctionId }) => answered(correctionId),
    ),
    BeginBookImport: decidedBy(
      'BookImportBegun',
      (state, input) => beginImport(state.bookImports, state, input),
      answeredFor,
    ),
    AddBookPart: decidedBy('BookPartAdded', ({ bookImports }, input) => addPart(bookImports, input), answeredFor),
    ApproveBookImport: decidedBy(
      'BookImportApproved',
      ({ bookImports }, input, { partitions }) => approveImport(bookImports, input, partitions),
      answeredFor,
    ),
    WithdrawBookImport: decidedBy(
      'BookImportWithdrawn',
      ({ bookImports }, input) => withdrawImport(bookImports, input),
      answeredFor,
    ),
    RecordReconciliation({ reconciliations }, input, context) {
      const decision = recordReconciliation(reconciliations, input);
      if ('refusal' in decision) return decision.refusal;
      for (const each of decision.opened) emit(context, 'BreakOpened', each);
      for (const each of decision.changed) emit(context, 'BreakChanged', each);
      for (const each of decision.matched) emit(context, 'BreakMatched', each);
      emit(context, 'ReconciliationRecorded', decision.recorded);
      return decision.answer;
    },
    ProposeBreakExplanation: decidedBy(
      'BreakExplanationProposed',
      ({ reconciliations }, input) => proposeExplanation(reconciliations, input),
      ({ breakId }) => ({ outcome: 'accepted', data: { breakId } }),
    ),
    ApproveBreakExplanation: decidedBy(
      'BreakExplained',
      ({ reconciliations }, input) => approveExplanation(reconciliations, input),
      ({ breakId }) => ({ outcome: 'accepted', data: { breakId } }),
    ),
  },
  own: {
    ...RULES_EVOLVED,
    ...fundEvolution,
    DocumentApproved(state, event) {
      RULES_EVOLVED.DocumentApproved(state, event);
      // Another order of the steps pays from the next input on: an old one is no cause of what follows from it.
      state.due = null;
    },
    TradeCorrectionProposed: ({ corrections }, { payload, actor }) =>
      evolveCorrections.proposed(corrections, payload, actor),
    TradeCorrectionApproved: ({ corrections }, { payload: { correctionId }, actor }) =>
      evolveCorrections.approved(corrections, correctionId, actor),
    TradeCorrectionEnded: ({ corrections }, { payload }) => evolveCorrections.ended(corrections, payload),
    BookImportBegun: ({ bookImports }, { payload, actor }) => evolveImports.begun(bookImports, payload, actor),
    BookPartAdded: ({ bookImports }, { payload }) => evolveImports.added(bookImports, payload),
    BookImportApproved({ ledger, bookImports }, { payload: { importId, postings } }) {
      post(ledger, postings);
      evolveImports.ended(bookImports, importId, 'approved');
    },
    BookImportWithdrawn: ({ bookImports }, { payload: { importId } }) =>
      evolveImports.ended(bookImports, importId, 'withdrawn'),
    BreakOpened: ({ reconciliations }, { payload }) => evolveReconciliations.opened(reconciliations, payload),
    BreakChanged: ({ reconciliations }, { payload }) => evolveReconciliations.changed(reconciliations, payload),
    BreakMatched: ({ reconciliations }, { payload }) => evolveReconciliations.matched(reconciliations, payload),
    BreakExplanationProposed: ({ reconciliations }, { payload, actor }) =>
      evolveReconciliations.proposed(reconciliations, payload, actor),
    BreakExplained: ({ reconciliations }, { payload, actor }) =>
      evolveReconciliations.explained(reconciliations, payload, actor),
    ReconciliationRecorded: ({ reconciliations }, { payload }) =>
      evolveReconciliations.recorded(reconciliations, payload),
    OpenInterestMeasured: ({ openInterests }, { payload }) => void openInterests.told.set(payload.instrument, payload),
    CollateralHeldMeasured: ({ collateralHeld }, { payload }) => noteTold(collateralHeld, payload),
  },
  settle(state, context) {
    answerRequests(state, context);
    recoverLosses(state, context);
    for (const { fact, cause } of measuredHoldings(state.collateralHeld)) {
      emit(context, 'CollateralHeldMeasured', fact, cause);
    }
  },
});
