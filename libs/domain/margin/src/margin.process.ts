import { OPENING_EVOLVED, OPENING_IGNORED, RULES_IGNORED, evolveRules } from '@ballast/documents';
import { causeOf, defineProcess, on, type LogEntry } from '@ballast/event-sourcing';
import type {
  DocumentEvents,
  FundEvents,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
  MarginGlobalEvents,
  OpeningEvents,
  OrderEvents,
  PricingEvents,
} from '@ballast/facts';
import { LIMIT_DOCUMENTS, readContractSpecification } from '@ballast/instruments';
import { dec, invariant, OldestFirst } from '@ballast/kernel';
import { accountFacts, answerCalledGains, isAwaited, noteClosedCase, touch } from './account-facts.js';
import { ACCOUNT_BOOK } from './assess/account-book.js';
import { deliveryKey, isMarkedBySchedule } from './assess/priced-contracts.js';
import { MARGIN_STATES, RESTRICTED } from './call/margin-state.js';
import { adlCandidates } from './deleverage/adl-candidates.js';
import { judgeHedge } from './hedges/hedge-judgement.js';
import { judgeProviders } from './providers/provider-judgement.js';
import { allOwners, judgeLimits, ownersToJudge } from './limits/exceedance.decider.js';
import { noteExceeded, noteRestored } from './limits/exceedances.js';
import { openMargin } from './parameters/document-checks.js';
import { emitMargin } from './margin.events.js';
import { cancelInDelisted, cancelInHalted, cancelLate } from './orders/cancels.decider.js';
import { noteAccepted, noteChanged, noteClosed, noteReservationEnded, noteReserved } from './orders/open-orders.js';
import { contentOf, RESERVATION_COMMANDS } from './orders/reserve.decider.js';
import { assessorOf, initialMarginState, type MaintenanceInForce, type MarginState } from './margin.state.js';
import { completeRun } from './run/report-run.js';
import { answerSetOff } from './set-off/set-off-answer.js';
import { putInForce } from './schedule/notice-window.js';

type Scheduled = LogEntry<'ScheduleInForce', MarginGlobalEvents['ScheduleInForce']>;

function noteSchedule(state: MarginState, input: Scheduled): void {
  const { payload: source, position } = input;
  state.schedule = { position, source };
  const inUse = state.riskArrays.findLastIndex((arrays) => arrays.position < source.priceSet);
  if (inUse > 0) state.riskArrays = state.riskArrays.slice(inUse);
  for (const { underlying, maintenanceBrackets, scalarEffective } of source.underlyings) {
    let history = state.maintenanceHistory.get(underlying);
    if (history === undefined) {
      history = [];
      state.maintenanceHistory.set(underlying, history);
    }
    const newest = history.at(-1);
    if (newest?.parameters === source.parameters && newest.scalarEffective === scalarEffective) continue;
    putInForce<MaintenanceInForce>(history, {
      from: source.asOf,
      parameters: source.parameters,
      scalarEffective,
      brackets: maintenanceBrackets,
    });
  }
  state.due = { cause: causeOf(input), full: true };
}

function noteContract(state: MarginState, { specification }: PricingEvents['InstrumentAdmitted']): void {
  const admitted = readContractSpecification(specification);
  const { instrument } = admitted;
  state.contracts.set(instrument.id, admitted);
  if (isMarkedBySchedule(instrument)) state.book.giveRow(instrument.id, instrument.underlying);
}

const holdAnswered =
  (cleared: boolean) =>
  (
    { book }: MarginState,
    { payload }: LogEntry<string, MarginEvents['WithdrawalCleared' | 'WithdrawalRefused']>,
  ): void => {
    const account = book.at(payload.accountId);
    const hold = account.holds.get(payload.withdrawalId);
    if (hold !== undefined) book.setHold(account, payload.withdrawalId, { ...hold, cleared });
  };

/**
 * A numbered partition of margin: assesses its accounts on every schedule and whenever they change, issues and ends
 * margin calls, answers withdrawals and auto-deleveraging rounds. It moves no money and closes no position.
 * @see docs/spec/margin.md
 */
export const marginProcess = defineProcess<MarginState, MarginEvents & OpeningEvents>({
  log: 'margin',

  stateForm: { version: 12, classes: [ACCOUNT_BOOK], derived: ['assessor', 'grid', 'oldestReservations'] },
  initialState: (partition) => initialMarginState(partition),

  open: ({ rules }, opening, context) => openMargin(rules, opening, context),

  reads: [
    on<MarginState, MarginGlobalEvents & OpeningEvents & DocumentEvents>('margin', 'global', {
      ScheduleInForce: { observe: noteSchedule },
      DocumentProposed: {
        observe: ({ rules }, { payload, actor }) => evolveRules.DocumentProposed(rules, payload, actor),
      },
      DocumentApproved: {
        observe(state, { payload }) {
          evolveRules.DocumentApproved(state.rules, payload);
          // What it remembers of valued accounts was decided by the rules before.
          state.assessor = null;
        },
      },
      // Every partition of margin begins with the same rules.
      ...OPENING_IGNORED,
    }),
    on<MarginState, PricingEvents & OpeningEvents & DocumentEvents>('pricing', 'global', {
      InstrumentAdmitted: { observe: (state, { payload }) => noteContract(state, payload) },
      RiskArraysPublished: {
        observe(state, { position, payload }) {
          state.riskArrays = [...state.riskArrays, { position, source: payload }];
        },
      },
      SettlementPriceFixed: {
        observe(state, { payload: { underlying, expiry, price } }) {
          // Accounts may have been read first, and delivered all of it.
          if (!isAwaited(state, underlying, expiry)) return;
          state.deliveries.set(deliveryKey(underlying, expiry), dec(price));
          // What it remembers of valued accounts may have counted nothing for what is now worth this.
          state.assessor = null;
        },
      },
      SourceStateChanged: 'ignored',
      VolatilitySeeded: 'ignored',
      PriceSetPublished: 'ignored',
      FundingRateFixed: 'ignored',
      InstrumentRefused: 'ignored',
      SurfacePublished: 'ignored',
      VariationPriceFixed: 'ignored',
      InstrumentHalted: {
        observe: ({ haltedInstruments }, { payload: { instrument } }) => void haltedInstruments.add(instrument),
        decide: (state, { payload: { instrument } }, context) => cancelInHalted(state, instrument, context),
      },
      InstrumentResumptionProposed: 'ignored',
      InstrumentResumed: {
        observe: ({ haltedInstruments }, { payload: { instrument } }) => void haltedInstruments.delete(instrument),
      },
      SettlementOverrideProposed: 'ignored',
      SettlementOverrideApproved: 'ignored',
      DelistingProposed: 'ignored',
      DelistingApproved: {
        observe({ delistings }, { payload: { instrument, at } }) {
          if (at === null) delistings.delete(instrument);
          else delistings.set(instrument, 'reduce-only');
        },
        decide: (state, { payload: { instrument } }, context) => cancelInDelisted(state, instrument, context),
      },
      InstrumentDelisted: {
        observe: ({ delistings }, { payload: { instrument } }) => void delistings.set(instrument, 'ended'),
        decide: (state, { payload: { instrument } }, context) => cancelInDelisted(state, instrument, context),
      },
      HouseModeProposed: 'ignored',
      HouseModeChanged: { observe: (state, { payload: { to } }) => void (state.houseMode = to) },
      ...RULES_IGNORED,
    }),
    accountFacts,
    on<MarginState, LiquidationEvents & OpeningEvents>('liquidation', 'numbered', {
      LiquidationClosed: {
        observe(state, input) {
          const { accountId, caseId, uncoveredLoss } = input.payload;
          // Until accounts has booked the loss, the deficit still stands in the account and would open a second case.
          const account = state.book.at(accountId);
          noteClosedCase(state, account, dec(uncoveredLoss).gt(0) ? caseId : null);
          touch(state, account.ownerId, input);
        },
      },
      LiquidationOpened: 'ignored',
      OrdersCancelRequested: 'ignored',
      CloseOutOrderPlaced: 'ignored',
      LiquidationCostAssessed: 'ignored',
      CloseOutFillFlagged: 'ignored',
      CloseOutTurnRequested: 'ignored',
      LiquidationPaused: 'ignored',
      CollateralTakeOverRequested: 'ignored',
      RepaymentRequested: 'ignored',
      SetOffRequested: {
        decide: (state, { partition, position, payload }, context) =>
          void emitMargin(context, 'SetOffCleared', answerSetOff(state, payload, { partition, position })),
      },
      HedgeAsked: {
        decide: (state, { partition, position, payload }, context) =>
          void emitMargin(context, 'HedgeJudged', judgeHedge(state, payload, { partition, position })),
      },
      FundDrawRequested: 'ignored',
      ProvidersAsked: 'ignored',
      AuctionAsked: 'ignored',
      AdlRequested: 'ignored',
      ...OPENING_IGNORED,
    }),
    on<MarginState, LiquidationGlobalEvents & OpeningEvents & DocumentEvents>('liquidation', 'global', {
      CloseOutTurnGranted: 'ignored',
      CloseOutTurnDeferred: 'ignored',
      AuctionOpened: 'ignored',
      AuctionBidPlaced: 'ignored',
      AuctionCalled: 'ignored',
      AuctionClosed: 'ignored',
      DeleveragingAnnounced: 'ignored',
      ProviderRoundOpened: {
        decide: (state, { payload }, context) =>
          void emitMargin(context, 'ProvidersJudged', judgeProviders(state, payload)),
      },
      ProviderRoundExecuted: 'ignored',
      ProviderRoundClosed: 'ignored',
      AdlRoundOpened: {
        decide: (state, { payload }, context) =>
          void emitMargin(context, 'AdlCandidatesReported', adlCandidates(state, payload)),
      },
      AdlExecuted: 'ignored',
      AdlRoundClosed: 'ignored',
      ...RULES_IGNORED,
    }),
    on<MarginState, OrderEvents>(
      'exchange.orders',
      'numbered',
      {
        OrderAccepted: {
          observe: ({ openOrders }, { payload }) => noteAccepted(openOrders, payload),
          decide: (state, { payload: { accountId, orderId } }, context) =>
            cancelLate(state, accountId, orderId, context),
        },
        OrderChanged: {
          observe: ({ openOrders }, { payload }) => noteChanged(openOrders, payload),
          decide: (state, { payload: { accountId, orderId } }, context) =>
            cancelLate(state, accountId, orderId, context),
        },
        OrderClosed: { observe: ({ openOrders }, { payload }) => noteClosed(openOrders, payload) },
      },
      ({ openOrders }, { position }) => void (openOrders.upTo = position),
    ),
    // What trading costs stands in the rules of accounts; the first ones say its own partitions too.
    on<MarginState, FundEvents & OpeningEvents & DocumentEvents>('accounts', 'global', {
      DocumentProposed: {
        observe: ({ accountsRules }, { payload, actor }) => evolveRules.DocumentProposed(accountsRules, payload, actor),
      },
      DocumentApproved: {
        observe: ({ accountsRules }, { payload }) => evolveRules.DocumentApproved(accountsRules, payload),
        decide(state, { payload: { kind } }, context) {
          if (kind === LIMIT_DOCUMENTS.kind) judgeLimits(state, allOwners(state), context);
        },
      },
      ...OPENING_IGNORED,
      FundCredited: 'ignored',
      OpenInterestMeasured: {
        observe: ({ openInterest }, { payload: { instrument, long, short } }) =>
          void openInterest.set(instrument, { long: dec(long), short: dec(short) }),
      },
      CollateralHeldMeasured: {
        observe(state, { payload: { asset, amount } }) {
          state.collateralHeld.set(asset, dec(amount));
          // What new risk may rely on is another at once; who is below it now, the next schedule says.
          state.assessor = null;
        },
      },
      TradeCorrectionProposed: 'ignored',
      TradeCorrectionApproved: 'ignored',
      TradeCorrectionEnded: 'ignored',
      BookImportBegun: 'ignored',
      BookPartAdded: 'ignored',
      BookImportApproved: 'ignored',
      BookImportWithdrawn: 'ignored',
      BreakOpened: 'ignored',
      BreakChanged: 'ignored',
      BreakMatched: 'ignored',
      BreakExplanationProposed: 'ignored',
      BreakExplained: 'ignored',
      ReconciliationRecorded: 'ignored',
      LossStepTaken: 'ignored',
      RepaymentBooked: 'ignored',
      LossRecovered: 'ignored',
      VariationGainsCalled: {
        observe: ({ calledGains }, { payload: { instrument, dueAt } }) => void calledGains.set(instrument, dueAt),
        decide: (state, { payload: { instrument } }, context) => answerCalledGains(state, instrument, context),
      },
      VariationHaircutFixed: 'ignored',
      FundDrawGranted: 'ignored',
    }),
  ],

  commands: RESERVATION_COMMANDS,

  dueTimers({ openOrders: { expiries } }, now) {
    const [next] = expiries;
    return next === undefined || next.expiresAt > now
      ? []
      : [{ id: `reservation-${next.accountId}-${next.reservationId}`, due: next.expiresAt }];
  },
  fire({ openOrders: { expiries } }, timer, context) {
    const [next] = expiries;
    invariant(next, `no reservation is due for ${timer.id}`);
    const { accountId, reservationId } = next;
    emitMargin(context, 'ReservationEnded', { reservationId, accountId, reason: 'expired' });
  },

  settle(state, context) {
    const { due } = state;
    if (due === null) return;
    const owners = ownersToJudge(state);
    const assessor = assessorOf(state);
    // Before the first price set nothing can be assessed; the first schedule brings a full run.
    if (assessor !== null) completeRun(state, assessor, due, context);
    judgeLimits(state, owners, context, due.cause);
  },

  own: {
    MarginRunCompleted(state) {
      state.due = null;
      state.touched.clear();
    },
    AccountStateChanged({ book }, { payload: { accountId, to } }) {
      const account = book.at(accountId);
      const next = MARGIN_STATES.indexOf(to);
      book.setState(account, next);
      book.remember(account, {
        restrictedByExpiry: account.restrictedByExpiry && next === RESTRICTED,
        liquidationClosed: false,
        awaitedLossOf: null,
      });
    },
    MarginCallIssued({ book }, { payload: { accountId, callId, issuedAt, dueAt } }) {
      const account = book.at(accountId);
      invariant(account.openCall === null, `account ${accountId} has an open call already`);
      account.callsIssued += 1;
      book.remember(account, { openCall: { callId, issuedAt, dueAt, expired: false } });
    },
    MarginCallMet: ({ book }, { payload: { accountId } }) => book.remember(book.at(accountId), { openCall: null }),
    MarginCallExpired({ book }, { payload: { accountId } }) {
      const account = book.at(accountId);
      invariant(account.openCall, `account ${accountId} has no open call`);
      book.remember(account, {
        openCall: { ...account.openCall, expired: true },
        restrictedByExpiry: book.stateOf(account) === RESTRICTED,
      });
    },
    ModelFailed: ({ book }, { payload: { accountId, model } }) =>
      book.remember(book.at(accountId), { failedModel: model }),
    ModelRestored: ({ book }, { payload: { accountId } }) => book.remember(book.at(accountId), { failedModel: null }),
    LiquidationTriggered: ({ book }, { payload: { accountId } }) =>
      book.remember(book.at(accountId), { liquidationClosed: false, awaitedLossOf: null }),
    WithdrawalCleared: holdAnswered(true),
    WithdrawalRefused: holdAnswered(false),
    MarginReserved(state, { payload }) {
      const { accountId, reservationId, instrument, side, quantity, price, expiresAt } = payload;
      const terms = { instrument, side, quantity: dec(quantity), price: dec(price) };
      state.oldestReservations ??= new OldestFirst(state.openOrders.known);
      const oldest = state.oldestReservations;
      noteReserved(state.openOrders, oldest, accountId, reservationId, contentOf(payload), { ...terms, expiresAt });
    },
    ReservationEnded: ({ openOrders }, { payload: { accountId, reservationId } }) =>
      noteReservationEnded(openOrders, accountId, reservationId),
    PositionLimitExceeded: ({ exceedances }, { payload }) => noteExceeded(exceedances, payload),
    PositionLimitRestored: ({ exceedances }, { payload }) => noteRestored(exceedances, payload),
    OrderCancelsRequested: 'ignored',
    LiquidatingAccountAssessed: 'ignored',
    AdlCandidatesReported: 'ignored',
    ProvidersJudged: 'ignored',
    HedgeJudged: 'ignored',
    SetOffCleared: 'ignored',
    VariationGainsJudged: ({ calledGains }, { payload: { instrument } }) => void calledGains.delete(instrument),
    ...OPENING_EVOLVED,
  },
});
