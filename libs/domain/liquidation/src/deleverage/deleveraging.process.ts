import { causeOf, defineProcess, emitterOf, on, type DecisionContext, type LogEntry } from '@ballast/event-sourcing';
import { OPENING_IGNORED, RULES_EVOLVED, RULES_IGNORED, documentCommands } from '@ballast/documents';
import { LIQUIDATION_GLOBAL_EVENTS } from '@ballast/facts';
import type {
  AccountsEvents,
  DocumentEvents,
  FundEvents,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
  OpeningEvents,
} from '@ballast/facts';
import { LIQUIDATION_CHECKS, openLiquidation } from '../liquidation-rules.js';
import { auctionsInForce } from '../auctions/auction-rules.js';
import { nextAuctionStep, nextAuctionTime } from '../auctions/auction.decider.js';
import { bidsOf, evolveAuctions, noteAuctionAsked, noteBidsAsked, noteCaseClosed } from '../auctions/auction.state.js';
import { placeBid } from '../auctions/bid.decider.js';
import { agreementsInForce } from '../providers/provider-agreements.js';
import {
  beginRound,
  concludedRound,
  executedRound,
  fruitlessRound,
  takesOf,
} from '../providers/provider-round.decider.js';
import {
  evolveTakeOvers,
  noteJudged,
  noteProvidersAsked,
  noteTradeBooked,
  type TakeOverRequest,
} from '../providers/provider-round.state.js';
import { deferrals, nextTurn } from '../turn/turns.decider.js';
import { endTurn, evolveTurns, nextTurns, noteClosed, noteOrder, noteTurnRequest } from '../turn/turns.state.js';
import { announcements } from './outlook.decider.js';
import {
  forget,
  noteAnnounced,
  noteAssessed,
  noteCredited,
  noteEnded,
  noteOffered,
  notePaid,
  noteRepaid,
  noteStep,
  queueOf,
  type Outlook,
} from './outlook.state.js';
import { conclusion, execution, nextRound } from './adl-round.decider.js';
import {
  evolveDeleveraging,
  initialDeleveraging,
  noteBooking,
  noteCandidates,
  noteRequest,
  type DeleveragingState,
} from './deleveraging.state.js';

type State = DeleveragingState;

const emit = emitterOf<LiquidationGlobalEvents>(LIQUIDATION_GLOBAL_EVENTS);

/** A fact that may be the last one that a round, or the next, waits for. */
const notedBy = <Input>(
  observe: (state: State, input: Input) => void,
): {
  readonly observe: (state: State, input: Input) => void;
  readonly decide: (state: State, input: Input, context: DecisionContext) => void;
} => ({ observe, decide: (state, _input, context) => advance(state, context) });

/** A fact that may change what is said of deleveraging at the end of the item. */
const foreseenBy = <Payload>(
  note: (outlook: Outlook, payload: Payload) => void,
): { readonly observe: (state: State, input: LogEntry & { readonly payload: Payload }) => void } => ({
  observe({ outlook }, input) {
    note(outlook, input.payload);
    outlook.due = causeOf(input);
  },
});

/** A case goes another way than to the market. */
const endsTurn = notedBy<{ readonly payload: { readonly caseId: string } }>(({ turns }, { payload: { caseId } }) =>
  endTurn(turns, caseId),
);

/**
 * Whose turn it is to close in the market, and auto-deleveraging, for all partitions: what neither the book nor the fund can take of a bankrupt account is closed
 * against those on the other side whose positions need most of their equity, at the bankruptcy price, one round at a time. Here the rules of
 * liquidation change, too.
 */
export const deleveragingProcess = defineProcess<State, LiquidationGlobalEvents & OpeningEvents & DocumentEvents>({
  log: 'liquidation',
  stateForm: { version: 5 },
  initialState: initialDeleveraging,
  open: openLiquidation,

  reads: [
    on<State, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
      AdlRequested: notedBy((state, entry) => {
        state.outlook.due = causeOf(entry);
        endTurn(state.turns, entry.payload.caseId);
        noteOffered(state.outlook, entry.payload);
        noteRequest(state, entry);
      }),
      ProvidersAsked: notedBy(({ turns, takeOvers, auctions }, entry) => {
        endTurn(turns, entry.payload.caseId);
        noteProvidersAsked(takeOvers, entry);
        noteBidsAsked(auctions, entry.payload);
      }),
      AuctionAsked: notedBy(({ turns, auctions }, entry) => {
        endTurn(turns, entry.payload.caseId);
        noteAuctionAsked(auctions, entry);
      }),
      CloseOutTurnRequested: notedBy(({ turns }, entry) => noteTurnRequest(turns, entry)),
      CloseOutOrderPlaced: notedBy(({ turns }, entry) => noteOrder(turns, entry)),
      LiquidationCostAssessed: notedBy(({ turns }, { payload }) => noteClosed(turns, payload)),
      CollateralTakeOverRequested: endsTurn,
      SetOffRequested: endsTurn,
      RepaymentRequested: endsTurn,
      FundDrawRequested: endsTurn,
      LiquidationPaused: endsTurn,
      LiquidationClosed: notedBy((state, input) => {
        endTurn(state.turns, input.payload.caseId);
        noteCaseClosed(state.auctions, input.payload);
        noteEnded(state.outlook, input.payload);
        state.outlook.due = causeOf(input);
      }),
      LiquidationOpened: 'ignored',
      OrdersCancelRequested: 'ignored',
      // A case that asks for a hedge keeps the turn that it waits for or has.
      HedgeAsked: 'ignored',
      CloseOutFillFlagged: 'ignored',
      ...OPENING_IGNORED,
    }),
    on<State, MarginEvents & OpeningEvents>('margin', 'numbered', {
      AdlCandidatesReported: notedBy((state, input) => {
        noteCandidates(state, input.partition, input.payload);
        state.outlook.due = causeOf(input);
      }),
      ProvidersJudged: notedBy(({ takeOvers }, { partition, payload }) => noteJudged(takeOvers, partition, payload)),
      MarginRunCompleted: 'ignored',
      AccountStateChanged: foreseenBy((outlook, { accountId, from }) => {
        if (from === 'LIQUIDATING') forget(outlook, accountId);
      }),
      MarginCallIssued: 'ignored',
      MarginCallMet: 'ignored',
      MarginCallExpired: 'ignored',
      LiquidationTriggered: 'ignored',
      LiquidatingAccountAssessed: foreseenBy(noteAssessed),
      ModelFailed: 'ignored',
      ModelRestored: 'ignored',
      WithdrawalCleared: 'ignored',
      WithdrawalRefused: 'ignored',
      SetOffCleared: 'ignored',
      HedgeJudged: 'ignored',
      VariationGainsJudged: 'ignored',
      ...OPENING_IGNORED,
      MarginReserved: 'ignored',
      ReservationEnded: 'ignored',
      OrderCancelsRequested: 'ignored',
      PositionLimitExceeded: 'ignored',
      PositionLimitRestored: 'ignored',
    }),
    on<State, AccountsEvents & OpeningEvents>('accounts', 'numbered', {
      AdlBooked: notedBy((state, input) => {
        noteBooking(state, input.payload);
        state.outlook.due = causeOf(input);
      }),
      ProviderTradeBooked: notedBy(({ takeOvers }, { payload }) => noteTradeBooked(takeOvers, payload)),
      AccountOpened: 'ignored',
      CollateralCredited: 'ignored',
      WithdrawalHeld: 'ignored',
      WithdrawalResubmitted: 'ignored',
      WithdrawalSettled: 'ignored',
      WithdrawalReleased: 'ignored',
      WithdrawalRejected: 'ignored',
      TransferReceived: 'ignored',
      PositionChanged: 'ignored',
      FeeTierChanged: 'ignored',
      FundingSettled: 'ignored',
      FundingClosed: 'ignored',
      InterestCharged: 'ignored',
      AccountStandingChanged: 'ignored',
      MarginModelChosen: 'ignored',
      SetOffAgreementChanged: 'ignored',
      OtherAccountCharged: 'ignored',
      SetOffReceived: 'ignored',
      ClaimRepaid: 'ignored',
      ClaimWaived: 'ignored',
      VariationSettled: 'ignored',
      VariationClosed: 'ignored',
      VariationGainsOffered: 'ignored',
      VariationGainReduced: 'ignored',
      ContractDelivered: 'ignored',
      ExpiryClosed: 'ignored',
      LiquidationCostSettled: 'ignored',
      PenaltyRemainderSent: 'ignored',
      UncoveredLossRecovered: 'ignored',
      TradeSidesReported: 'ignored',
      TradeReversed: 'ignored',
      BookPartitionJudged: 'ignored',
      AccountImported: 'ignored',
      FundGrantReceived: 'ignored',
      CollateralTakenOver: 'ignored',
      UncoveredLossBooked: 'ignored',
      FundContributionForwarded: 'ignored',
      SuspenseBooked: 'ignored',
      SuspenseReleaseProposed: 'ignored',
      SuspenseReleased: 'ignored',
      MessageDeferred: 'ignored',
      DeferredMessageTaken: 'ignored',
      ...OPENING_IGNORED,
    }),
    on<State, FundEvents & OpeningEvents & DocumentEvents>('accounts', 'global', {
      FundCredited: foreseenBy(noteCredited),
      LossStepTaken: foreseenBy(noteStep),
      LossRecovered: foreseenBy(notePaid),
      RepaymentBooked: foreseenBy(noteRepaid),
      VariationGainsCalled: 'ignored',
      VariationHaircutFixed: 'ignored',
      FundDrawGranted: 'ignored',
      TradeCorrectionProposed: 'ignored',
      TradeCorrectionApproved: 'ignored',
      TradeCorrectionEnded: 'ignored',
      BookImportBegun: 'ignored',
      BookPartAdded: 'ignored',
      BookImportApproved: 'ignored',
      BookImportWithdrawn: 'ignored',
      OpenInterestMeasured: 'ignored',
      CollateralHeldMeasured: 'ignored',
      BreakOpened: 'ignored',
      BreakChanged: 'ignored',
      BreakMatched: 'ignored',
      BreakExplanationProposed: 'ignored',
      BreakExplained: 'ignored',
      ReconciliationRecorded: 'ignored',
      ...RULES_IGNORED,
    }),
  ],

  commands: {
    ...documentCommands(
      ({ rules }) => rules,
      () => LIQUIDATION_CHECKS,
    ),
    BidInAuction(state, { payload }, context) {
      const placed = placeBid(state, payload, context.time.clearing);
      if ('outcome' in placed) return placed;
      emit(context, 'AuctionBidPlaced', placed);
      advance(state, context);
      const { auctionId, bidder: accountId, quantity, discount } = placed;
      return { outcome: 'accepted', data: { auctionId, accountId, quantity, discount } };
    },
  },

  dueTimers({ turns, auctions }, now) {
    const [turn, auction] = [nextTurns(turns), nextAuctionTime(auctions)];
    return [
      ...(turn === undefined ? [] : [{ id: `turns-${turn.instrument}`, due: turn.at }]),
      ...(auction === undefined ? [] : [{ id: `auction-${auction.auctionId}`, due: auction.at }]),
    ].filter(({ due }) => due <= now);
  },
  fire(state, _timer, context) {
    serveTurns(state, context);
    advanceTakeOvers(state, context);
  },

  settle: announce,

  own: {
    DeleveragingAnnounced: ({ outlook }, { payload, time }) => noteAnnounced(outlook, payload, time.clearing),
    CloseOutTurnGranted: ({ turns }, event) => evolveTurns.CloseOutTurnGranted(turns, event),
    CloseOutTurnDeferred: ({ turns }, event) => evolveTurns.CloseOutTurnDeferred(turns, event),
    ProviderRoundOpened: ({ takeOvers }, { payload }) => evolveTakeOvers.ProviderRoundOpened(takeOvers, payload),
    ProviderRoundExecuted: ({ takeOvers }, { payload }) => evolveTakeOvers.ProviderRoundExecuted(takeOvers, payload),
    ProviderRoundClosed({ takeOvers, auctions }, event) {
      evolveTakeOvers.ProviderRoundClosed(takeOvers, event);
      evolveAuctions.ProviderRoundClosed(auctions, event.payload);
    },
    AuctionOpened: ({ auctions }, { payload }) => evolveAuctions.AuctionOpened(auctions, payload),
    AuctionBidPlaced: ({ auctions }, { payload }) => evolveAuctions.AuctionBidPlaced(auctions, payload),
    AuctionCalled: ({ auctions }, { payload }) => evolveAuctions.AuctionCalled(auctions, payload),
    AuctionClosed: ({ auctions }, { payload }) => evolveAuctions.AuctionClosed(auctions, payload),
    AdlRoundOpened: (state, { payload }) => evolveDeleveraging.AdlRoundOpened(state, payload),
    AdlExecuted: (state, { payload }) => evolveDeleveraging.AdlExecuted(state, payload),
    AdlRoundClosed: (state, { payload }) => evolveDeleveraging.AdlRoundClosed(state, payload),
    ...RULES_EVOLVED,
  },
});

/** Gives turns as long as the minute has room, and tells those that have to wait. */
function serveTurns({ turns }: State, context: DecisionContext): void {
  const now = context.time.clearing;
  for (const ofInstrument of turns.values()) {
    for (let turn = nextTurn(ofInstrument, now); turn !== undefined; turn = nextTurn(ofInstrument, now)) {
      emit(context, 'CloseOutTurnGranted', turn);
    }
    for (const deferred of deferrals(ofInstrument, now)) emit(context, 'CloseOutTurnDeferred', deferred);
  }
}

/**
 * Takes rounds of providers and auctions as far as they go: a round that nobody takes part in is over at once, and the next one begins; then
 * auctions go on, which a round may have ended.
 */
function advanceTakeOvers({ takeOvers, auctions, rules }: State, context: DecisionContext): void {
  const { round } = takeOvers;
  const takes = round === null ? undefined : takesOf(round, context.partitions);
  if (round !== null && takes !== undefined) {
    if (takes.length === 0) emit(context, 'ProviderRoundClosed', fruitlessRound(round));
    else emit(context, 'ProviderRoundExecuted', executedRound(round, takes));
  }
  const concluded = takeOvers.round === null ? undefined : concludedRound(takeOvers.round);
  if (concluded !== undefined) emit(context, 'ProviderRoundClosed', concluded);
  const now = context.time.clearing;
  const agreementsFor = ({ auction }: TakeOverRequest) =>
    auction === undefined ? agreementsInForce(rules) : bidsOf(auctions, auction);
  for (;;) {
    const begun = beginRound(takeOvers, agreementsFor, now);
    if (begun === undefined) break;
    emit(context, begun.type, begun.payload);
  }
  for (;;) {
    const step = nextAuctionStep(auctions, takeOvers, auctionsInForce(rules), now);
    if (step === undefined) return;
    emit(context, step.type, step.payload);
  }
}

/** Serves turns, then executes, closes and opens rounds as far as it goes; a round without candidates is closed at once. */
function advance(state: State, context: DecisionContext): void {
  serveTurns(state, context);
  advanceTakeOvers(state, context);
  const executed = state.round === null ? undefined : execution(state.round, context.partitions);
  if (executed !== undefined) emit(context, 'AdlExecuted', executed);
  const closed = state.round === null ? undefined : conclusion(state.round);
  if (closed !== undefined) emit(context, 'AdlRoundClosed', closed);
  const opened = nextRound(state);
  if (opened !== undefined) emit(context, 'AdlRoundOpened', opened);
}

/** Says of every queue whether deleveraging is near, on or off, once all that came together is known. */
function announce({ outlook, requests, round }: State, context: DecisionContext): void {
  if (outlook.due === null) return;
  const waiting = new Set([...requests, ...(round === null ? [] : [round])].map(queueOf));
  for (const announced of announcements(outlook, (queue) => waiting.has(queueOf(queue)))) {
    emit(context, 'DeleveragingAnnounced', announced, outlook.due);
  }
}
