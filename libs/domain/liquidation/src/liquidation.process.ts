import { ZERO, compareText, dec, invariant, ownerOf, type Decimal } from '@ballast/kernel';
import {
  defineProcess,
  emitterOf,
  on,
  type DecisionContext,
  type FactHandler,
  type LogEntry,
} from '@ballast/event-sourcing';
import {
  CHANGES_FOLLOWED,
  OPENING_EVOLVED,
  OPENING_IGNORED,
  RULES_IGNORED,
  noRules,
  type HouseRules,
} from '@ballast/documents';
import { houseAllows, LIQUIDATION_EVENTS, type HouseMode } from '@ballast/facts';
import type {
  AccountId,
  AccountsEvents,
  AssessmentDetail,
  DocumentEvents,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  LiquidationGlobalEvents,
  MarginEvents,
  MarginGlobalEvents,
  OpeningEvents,
  OrderReportEvents,
  PricingEvents,
} from '@ballast/facts';
import { concludeSlice, openCase, proceed, type CaseFact } from './case/case.decider.js';
import {
  caseOfEvent,
  evolveCase,
  noteAuctionClosed,
  noteCredited,
  noteEndedRequest,
  noteHedgeJudged,
  noteInCase,
  openedCase,
  type LiquidationCase,
} from './case/liquidation-case.js';
import { closeableContract, contractOf, type CloseableContract } from './closeable-contracts.js';
import { auctionsInForce } from './auctions/auction-rules.js';
import { openLiquidation } from './liquidation-rules.js';
import { agreementsInForce } from './providers/provider-agreements.js';
import { MOST_SCHEDULES, policyInForce, policyOf, type LiquidationPolicy } from './liquidation-policy.js';
import { placeOf } from './place.js';

type Schedule = MarginGlobalEvents['ScheduleInForce'];

/** State of a numbered partition: the open cases, and what the other services said about their accounts. */
export interface LiquidationState {
  readonly rules: HouseRules;
  /** Open cases by account: never more than one each. */
  readonly cases: Map<AccountId, LiquidationCase>;
  /** Number of cases an account has had so far. */
  readonly caseCounts: Map<AccountId, number>;
  /** Newest assessment of each account that margin holds LIQUIDATING. */
  readonly assessments: Map<AccountId, AssessmentDetail>;
  /** Version of each account: that of its stream in accounts p. */
  readonly accountVersions: Map<AccountId, number>;
  /** The last schedules by position in margin global, oldest first. */
  readonly schedules: Map<number, Schedule>;
  /** Number of the newest schedule; 0 before the first. */
  newestSchedule: number;
  /** Fills of owners with an open case, by instrument and trade id: both sides when both are the owner's. */
  readonly fills: Map<string, readonly CaseFill[]>;
  /** Accounts that answer for the others of their owner. */
  readonly answering: Set<AccountId>;
  /** Terms of every contract that was admitted. */
  readonly contracts: Map<InstrumentId, CloseableContract>;
  /** True while the newest schedule is on HALT. */
  halted: boolean;
  /** What the waterfall has paid of deficits of accounts and has not got back, USD above zero. */
  readonly claims: Map<AccountId, Decimal>;
  /** What the house does at all. */
  houseMode: HouseMode;
}

/** One side of a trade of an owner with an open case. */
type CaseFill = Pick<
  AccountsEvents['PositionChanged'],
  'accountId' | 'tradeId' | 'closeOutOrder' | 'side' | 'quantity' | 'fillPrice' | 'position'
>;

/** An exchange counts trades per instrument. */
const tradeOf = ({ tradeId, position }: CaseFill): string => `${position.instrument} ${tradeId}`;

type State = LiquidationState;
type OfAccount = { readonly accountId: AccountId };

const ACCOUNT_STREAM = 'account-';

const emit = emitterOf<LiquidationEvents>(LIQUIDATION_EVENTS);

/** A fact that changes an account, and thereby its version: what margin assessed of that version may be acted on now. */
const ofAccount = {
  decide: (state: State, { payload: { accountId } }: { readonly payload: OfAccount }, context: DecisionContext) =>
    advance(state, accountId, context),
};

/** A fact that an open case of its account may be waiting for. */
const inCase = <Type extends string, Payload extends OfAccount>(
  note: (current: LiquidationCase, fact: Payload) => LiquidationCase,
): FactHandler<State, Type, Payload> => ({
  observe({ cases }, { payload }) {
    const current = cases.get(payload.accountId);
    if (current !== undefined) cases.set(payload.accountId, note(current, payload));
  },
  decide: ofAccount.decide,
});

const claimOn = ({ claims }: State, accountId: AccountId): Decimal => claims.get(accountId) ?? ZERO;

function claim({ claims }: State, accountId: AccountId, amount: Decimal): void {
  if (amount.isZero()) claims.delete(accountId);
  else claims.set(accountId, amount);
}

/** An own event of an open case. */
const ofCase =
  <Type extends string, Payload extends OfAccount & { readonly caseId: string }>(
    evolve: (current: LiquidationCase, event: LogEntry<Type, Payload>) => LiquidationCase,
  ) =>
  ({ cases }: State, event: LogEntry<Type, Payload>): void => {
    cases.set(event.payload.accountId, evolve(caseOfEvent(cases, event), event));
  };

const grantReceived = inCase(noteInCase.FundGrantReceived);
const claimRepaid = inCase(noteInCase.ClaimRepaid);

const noteTrading =
  (halted: boolean) =>
  (
    { contracts }: State,
    { payload: { instrument } }: { readonly payload: { readonly instrument: InstrumentId } },
  ): void =>
    void contracts.set(instrument, { ...contractOf(contracts, instrument), halted });

/** Closes out accounts below their liquidation level, slice by slice, at least cost. */
export const liquidationProcess = defineProcess<State, LiquidationEvents & OpeningEvents>({
  log: 'liquidation',

  stateForm: { version: 11 },
  lastOfStreams: ['LiquidationClosed'],
  initialState: () => ({
    rules: noRules(),
    cases: new Map(),
    caseCounts: new Map(),
    assessments: new Map(),
    accountVersions: new Map(),
    schedules: new Map(),
    newestSchedule: 0,
    fills: new Map(),
    answering: new Set(),
    claims: new Map(),
    contracts: new Map(),
    halted: false,
    houseMode: 'normal',
  }),

  open: openLiquidation,

  reads: [
    on<State, LiquidationGlobalEvents & OpeningEvents & DocumentEvents>('liquidation', 'global', {
      ...CHANGES_FOLLOWED,
      CloseOutTurnGranted: inCase(noteInCase.CloseOutTurnGranted),
      CloseOutTurnDeferred: 'ignored',
      DeleveragingAnnounced: 'ignored',
      ProviderRoundOpened: 'ignored',
      ProviderRoundExecuted: 'ignored',
      ProviderRoundClosed: inCase(noteInCase.ProviderRoundClosed),
      // What the case has asked for is heard of: it may go on.
      AuctionOpened: ofAccount,
      AuctionBidPlaced: 'ignored',
      AuctionCalled: inCase(noteInCase.AuctionCalled),
      AuctionClosed: {
        observe({ cases, newestSchedule }, { payload }) {
          const current = cases.get(payload.accountId);
          if (current !== undefined) cases.set(current.accountId, noteAuctionClosed(current, payload, newestSchedule));
        },
        ...ofAccount,
      },
      AdlRoundOpened: 'ignored',
      AdlExecuted: 'ignored',
      AdlRoundClosed: {
        observe({ cases }, { payload: { ended } }) {
          for (const each of ended) {
            const current = cases.get(each.accountId);
            if (current !== undefined) cases.set(each.accountId, noteEndedRequest(current, each));
          }
        },
        decide(state, { payload: { ended } }, context) {
          for (const { accountId } of ended) advance(state, accountId, context);
        },
      },
    }),
    on<State, MarginGlobalEvents & OpeningEvents & DocumentEvents>('margin', 'global', {
      ScheduleInForce: {
        observe: (state, { position, payload }) => noteSchedule(state, position, payload),
        decide(state, _input, context) {
          for (const accountId of [...state.cases.keys()].sort(compareText)) advance(state, accountId, context);
        },
      },
      ...RULES_IGNORED,
    }),
    on<State, PricingEvents & OpeningEvents & DocumentEvents>('pricing', 'global', {
      InstrumentAdmitted: {
        observe: ({ contracts }, { payload: { specification } }) =>
          contracts.set(specification.id, closeableContract(specification)),
      },
      InstrumentRefused: 'ignored',
      SourceStateChanged: 'ignored',
      VolatilitySeeded: 'ignored',
      PriceSetPublished: 'ignored',
      FundingRateFixed: 'ignored',
      SurfacePublished: 'ignored',
      RiskArraysPublished: 'ignored',
      SettlementPriceFixed: 'ignored',
      VariationPriceFixed: 'ignored',
      InstrumentHalted: { observe: noteTrading(true) },
      InstrumentResumptionProposed: 'ignored',
      InstrumentResumed: { observe: noteTrading(false) },
      SettlementOverrideProposed: 'ignored',
      SettlementOverrideApproved: 'ignored',
      DelistingProposed: 'ignored',
      DelistingApproved: 'ignored',
      InstrumentDelisted: 'ignored',
      HouseModeProposed: 'ignored',
      HouseModeChanged: { observe: (state, { payload: { to } }) => void (state.houseMode = to) },
      ...RULES_IGNORED,
    }),
    on<State, MarginEvents & OpeningEvents>('margin', 'numbered', {
      LiquidationTriggered: {
        // A case acts on what is reported right behind it, with the parts that margin judged of what it may close.
        decide(state, input, context) {
          const { accountId } = input.payload;
          const number = (state.caseCounts.get(accountId) ?? 0) + 1;
          const decision = openCase(state.cases.get(accountId), input.payload, placeOf(input), number);
          if (decision.accepted) emitAll(decision.facts, context);
          advance(state, accountId, context);
        },
      },
      LiquidatingAccountAssessed: { observe: noteAssessment, ...ofAccount },
      AccountStateChanged: {
        observe({ assessments }, { payload: { accountId, from } }) {
          if (from === 'LIQUIDATING') assessments.delete(accountId);
        },
      },
      MarginRunCompleted: 'ignored',
      MarginCallIssued: 'ignored',
      MarginCallMet: 'ignored',
      MarginCallExpired: 'ignored',
      ModelFailed: 'ignored',
      ModelRestored: 'ignored',
      WithdrawalCleared: 'ignored',
      WithdrawalRefused: 'ignored',
      ProvidersJudged: 'ignored',
      HedgeJudged: {
        observe(state, input) {
          const current = state.cases.get(input.payload.accountId);
          if (current !== undefined) state.cases.set(current.accountId, noteHedgeJudged(current, input));
        },
        ...ofAccount,
      },
      AdlCandidatesReported: 'ignored',
      SetOffCleared: 'ignored',
      VariationGainsJudged: 'ignored',
      ...OPENING_IGNORED,
      MarginReserved: 'ignored',
      ReservationEnded: 'ignored',
      OrderCancelsRequested: 'ignored',
      PositionLimitExceeded: 'ignored',
      PositionLimitRestored: 'ignored',
    }),
    on<State, AccountsEvents & OpeningEvents>(
      'accounts',
      'numbered',
      {
        PositionChanged: {
          observe(state, input) {
            noteFill(state, input.payload);
            inCase(noteInCase.PositionChanged).observe?.(state, input);
          },
          decide(state, input, context) {
            flagFill(state, input.payload, context);
            ofAccount.decide(state, input, context);
          },
        },
        LiquidationCostSettled: inCase(noteInCase.LiquidationCostSettled),
        FundGrantReceived: {
          observe(state, input) {
            const { accountId, purpose, amount } = input.payload;
            if (purpose === 'BankruptcyDeficit') claim(state, accountId, claimOn(state, accountId).plus(amount));
            grantReceived.observe?.(state, input);
          },
          decide: ofAccount.decide,
        },
        ClaimRepaid: {
          observe(state, input) {
            const { accountId, remaining } = input.payload;
            claim(state, accountId, dec(remaining));
            claimRepaid.observe?.(state, input);
          },
          decide: ofAccount.decide,
        },
        ClaimWaived: { observe: (state, { payload: { accountId } }) => claim(state, accountId, ZERO) },
        CollateralTakenOver: inCase(noteInCase.CollateralTakenOver),
        SetOffAgreementChanged: {
          observe({ answering }, { payload: { accountId, answers } }) {
            if (answers) answering.add(accountId);
            else answering.delete(accountId);
          },
          ...ofAccount,
        },
        OtherAccountCharged: ofAccount,
        SetOffReceived: inCase(noteInCase.SetOffReceived),
        ProviderTradeBooked: inCase(noteInCase.ProviderTradeBooked),
        AdlBooked: inCase(noteInCase.AdlBooked),
        AccountOpened: ofAccount,
        CollateralCredited: ofAccount,
        WithdrawalHeld: ofAccount,
        WithdrawalResubmitted: ofAccount,
        WithdrawalSettled: ofAccount,
        WithdrawalReleased: ofAccount,
        WithdrawalRejected: ofAccount,
        TransferReceived: ofAccount,
        FeeTierChanged: 'ignored',
        FundingSettled: ofAccount,
        InterestCharged: ofAccount,
        AccountStandingChanged: ofAccount,
        MarginModelChosen: ofAccount,
        VariationSettled: ofAccount,
        VariationGainsOffered: 'ignored',
        VariationGainReduced: ofAccount,
        ContractDelivered: ofAccount,
        UncoveredLossBooked: {
          observe(state, { payload: { accountId, reason, amount } }) {
            if (reason === 'deficit-without-position') claim(state, accountId, claimOn(state, accountId).plus(amount));
          },
          ...ofAccount,
        },
        FundingClosed: 'ignored',
        VariationClosed: 'ignored',
        ExpiryClosed: 'ignored',
        PenaltyRemainderSent: 'ignored',
        UncoveredLossRecovered: 'ignored',
        TradeSidesReported: 'ignored',
        TradeReversed: ofAccount,
        BookPartitionJudged: 'ignored',
        AccountImported: ofAccount,
        FundContributionForwarded: 'ignored',
        SuspenseBooked: 'ignored',
        SuspenseReleaseProposed: 'ignored',
        SuspenseReleased: 'ignored',
        MessageDeferred: 'ignored',
        DeferredMessageTaken: 'ignored',
        ...OPENING_IGNORED,
      },
      ({ accountVersions, cases }, { stream, version, payload }) => {
        if (!stream.startsWith(ACCOUNT_STREAM)) return;
        const accountId = stream.slice(ACCOUNT_STREAM.length);
        accountVersions.set(accountId, version);
        const current = cases.get(accountId);
        if (current !== undefined && 'postings' in payload) {
          cases.set(accountId, noteCredited(current, payload.postings));
        }
      },
    ),
    on<State, FundEvents & OpeningEvents & DocumentEvents>('accounts', 'global', {
      FundDrawGranted: inCase(noteInCase.FundDrawGranted),
      FundCredited: 'ignored',
      OpenInterestMeasured: 'ignored',
      CollateralHeldMeasured: 'ignored',
      LossStepTaken: 'ignored',
      RepaymentBooked: 'ignored',
      LossRecovered: 'ignored',
      VariationGainsCalled: 'ignored',
      VariationHaircutFixed: 'ignored',
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
      ...RULES_IGNORED,
    }),
    on<State, OrderReportEvents>('exchange.orderReports', 'numbered', {
      OrdersCancelled: inCase(noteInCase.OrdersCancelled),
      CloseOutOrderFinished: inCase(noteInCase.CloseOutOrderFinished),
    }),
  ],

  own: {
    LiquidationOpened({ cases, caseCounts }, { payload }) {
      const { accountId } = payload;
      invariant(!cases.has(accountId), `account ${accountId} has two open liquidations`);
      cases.set(accountId, openedCase(payload));
      caseCounts.set(accountId, (caseCounts.get(accountId) ?? 0) + 1);
    },
    OrdersCancelRequested: ofCase(evolveCase.OrdersCancelRequested),
    LiquidationPaused: ofCase(evolveCase.LiquidationPaused),
    CloseOutTurnRequested: ofCase(evolveCase.CloseOutTurnRequested),
    HedgeAsked: ofCase(evolveCase.HedgeAsked),
    CloseOutOrderPlaced: ofCase(evolveCase.CloseOutOrderPlaced),
    CloseOutFillFlagged: 'ignored',
    CollateralTakeOverRequested: ofCase(evolveCase.CollateralTakeOverRequested),
    SetOffRequested: ofCase(evolveCase.SetOffRequested),
    RepaymentRequested: ofCase(evolveCase.RepaymentRequested),
    LiquidationCostAssessed: ofCase(evolveCase.LiquidationCostAssessed),
    FundDrawRequested: ofCase(evolveCase.FundDrawRequested),
    ProvidersAsked: ofCase(evolveCase.ProvidersAsked),
    AuctionAsked: ofCase(evolveCase.AuctionAsked),
    AdlRequested: ofCase(evolveCase.AdlRequested),
    LiquidationClosed({ cases, fills }, event) {
      const { accountId } = caseOfEvent(cases, event);
      cases.delete(accountId);
      if (hasCase(cases, accountId)) return;
      for (const [tradeId, [first]] of fills) {
        if (first !== undefined && ownerOf(first.accountId) === ownerOf(accountId)) fills.delete(tradeId);
      }
    },
    ...OPENING_EVOLVED,
  },
});

function noteAssessment(
  { assessments }: State,
  { payload: { accountId, assessment } }: { readonly payload: MarginEvents['LiquidatingAccountAssessed'] },
): void {
  assessments.set(accountId, assessment);
}

const hasCase = (cases: ReadonlyMap<AccountId, unknown>, accountId: AccountId): boolean =>
  [...cases.keys()].some((each) => ownerOf(each) === ownerOf(accountId));

function noteFill({ cases, fills }: State, fill: CaseFill): void {
  if (!hasCase(cases, fill.accountId)) return;
  const key = tradeOf(fill);
  fills.set(key, [...(fills.get(key) ?? []), fill]);
}

/**
 * Flags a fill of a close-out order beyond its limit, and one whose other side is an account of the same owner: all accounts of an owner
 * live in one partition, so both sides are seen here, whichever comes first. The other side of a trade with somebody else is not.
 * @see docs/spec/liquidation.md CLR-LIQ-029
 */
function flagFill(state: State, fill: CaseFill, context: DecisionContext): void {
  const other = (state.fills.get(tradeOf(fill)) ?? []).find(
    ({ accountId }) => accountId !== fill.accountId && ownerOf(accountId) === ownerOf(fill.accountId),
  );
  const flagged = (of: CaseFill, reason: 'own-counterparty' | 'beyond-limit', counterparty: AccountId | null): void => {
    const current = state.cases.get(of.accountId);
    if (current === undefined || of.closeOutOrder === null) return;
    const { accountId, tradeId, quantity, fillPrice } = of;
    const payload = { caseId: current.caseId, accountId, order: of.closeOutOrder, tradeId, reason, counterparty };
    emit(context, 'CloseOutFillFlagged', { ...payload, quantity, fillPrice });
  };
  if (other !== undefined) {
    if (fill.closeOutOrder === null) flagged(other, 'own-counterparty', fill.accountId);
    else flagged(fill, 'own-counterparty', other.accountId);
  }
  const order = state.cases.get(fill.accountId)?.order;
  const limit = fill.closeOutOrder === null ? undefined : order?.limit;
  if (limit === undefined) return;
  const price = dec(fill.fillPrice);
  if (fill.side === 'sell' ? price.lt(limit) : price.gt(limit)) flagged(fill, 'beyond-limit', null);
}

function noteSchedule(state: State, position: number, schedule: Schedule): void {
  state.schedules.set(position, schedule);
  state.newestSchedule = schedule.number;
  state.halted = schedule.status === 'HALT';
  for (const oldest of state.schedules.keys()) {
    if (state.schedules.size <= MOST_SCHEDULES) break;
    state.schedules.delete(oldest);
  }
}

/** The schedule of an assessment, unless it has not arrived yet or is none of the newest. */
function scheduleOf(
  { schedules, newestSchedule }: State,
  assessment: AssessmentDetail | undefined,
  { newestSchedules }: LiquidationPolicy,
): Schedule | undefined {
  const schedule = assessment === undefined ? undefined : schedules.get(assessment.schedule);
  return schedule !== undefined && newestSchedule - schedule.number < newestSchedules ? schedule : undefined;
}

/** Takes a case as far as it can go on what is known now: first the cost of a finished slice, then the next step. */
function advance(state: State, accountId: AccountId, context: DecisionContext): void {
  const current = state.cases.get(accountId);
  if (current === undefined) return;
  emitAll(
    concludeSlice(current, (id) => policyOf(state.rules, id)),
    context,
  );
  const concluded = state.cases.get(accountId) ?? current;
  const assessment = state.assessments.get(accountId);
  const policy = policyInForce(state.rules);
  const basis = {
    assessment,
    accountVersion: state.accountVersions.get(accountId) ?? 0,
    schedule: scheduleOf(state, assessment, policy),
    contracts: state.contracts,
    halted: state.halted,
    houseHalted: !houseAllows(state.houseMode, 'close-out'),
    claim: claimOn(state, accountId),
    answering: answeringFor(state, accountId),
    agreements: agreementsInForce(state.rules),
    auctions: auctionsInForce(state.rules),
  };
  emitAll(proceed(concluded, basis, policy), context);
}

/** In the order of their ids. */
const answeringFor = ({ answering }: State, accountId: AccountId): readonly AccountId[] =>
  [...answering].filter((each) => each !== accountId && ownerOf(each) === ownerOf(accountId)).sort(compareText);

function emitAll(facts: readonly CaseFact[], context: DecisionContext): void {
  for (const { type, payload } of facts) emit(context, type, payload);
}
