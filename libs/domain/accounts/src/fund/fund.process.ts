import { OPENING_IGNORED, RULES_EVOLVED, documentCommands, noRules, type HouseRules } from '@ballast/documents';
import {
  causeOf,
  defineProcess,
  emitterOf,
  on,
  type Cause,
  type CommandHandler,
  type CommandResult,
  type DecisionContext,
  type LogEntry,
  type PartitionProcess,
} from '@ballast/event-sourcing';
import {
  FUND_EVENTS,
  GAINS_STEP,
  type AccountsEvents,
  type DocumentEvents,
  type FundEvents,
  type InstrumentId,
  type LiquidationEvents,
  type OpeningEvents,
  type Place,
  type Underlying,
} from '@ballast/facts';
import {
  compareText,
  dec,
  invariant,
  maxOf,
  minOf,
  roundUsd,
  sum,
  text,
  ZERO,
  type AccountId,
  type Decimal,
} from '@ballast/kernel';
import { limitsInForce } from '@ballast/instruments';
import { documentChecks, openAccounts } from '../accounts-rules.js';
import {
  answered,
  approveCorrection,
  evolveCorrections,
  proposeCorrection,
  type TradeCorrections,
} from '../correction/trade-correction.decider.js';
import {
  addPart,
  answeredFor,
  approveImport,
  beginImport,
  evolveImports,
  noBookImports,
  withdrawImport,
  type BookImports,
} from '../book-import/book-import.decider.js';
import { balanceOf, post, postingsOf, type Ledger } from '../ledger/ledger.js';
import { allocate, type LossSources, type OpenLoss, type StepPaid } from '../waterfall/allocation.js';
import { WATERFALL_DOCUMENTS, type LossWaterfall } from '../waterfall/loss-waterfall.js';
import {
  approveExplanation,
  evolveReconciliations,
  noReconciliations,
  proposeExplanation,
  recordReconciliation,
  type Reconciliations,
} from '../reconciliation/reconciliation.decider.js';
import { measuredHoldings, noteBooked, noteTold, type CollateralHeld } from './collateral-held.js';
import {
  begunCall,
  concerns,
  fixedHaircut,
  paidLosses,
  withClosed,
  type ClosedCycle,
  type GainsCall,
} from './gains-call.js';
import {
  measuredInterests,
  noOpenInterests,
  noteDelivered,
  noteImported,
  noteReversed,
  noteTraded,
  type OpenInterests,
} from './open-interest.js';

/** Why the fund changed; what it pays counts negative. */
export type FundCause =
  FundEvents['FundCredited']['reason'] | FundEvents['LossStepTaken']['purpose'] | 'recovered-loss' | 'repayment';

/** A request that is to be answered at the end of the item, by what is known of it then. */
interface OpenRequest {
  readonly request: Place;
  readonly asked: LiquidationEvents['FundDrawRequested'];
  /** USD that steps have paid for it so far. */
  readonly paid: Decimal;
}

/** A loss on the residual party, USD; money that comes in later pays it. */
interface ResidualLoss extends OpenLoss {
  readonly loss: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
}

/** What a step has paid of a deficit and has not got back, USD. */
interface Contribution extends Pick<FundEvents['LossStepTaken'], 'caseId' | 'step' | 'reserve'> {
  readonly amount: Decimal;
}

/** State of the global partition of accounts: fund, reserves and the house's own tranche, USD. Mutable, private to its machine. */
export interface FundState {
  readonly rules: HouseRules;
  readonly ledger: Ledger;
  /** Sum of all changes of fund and reserves by cause; together they are the balance. */
  readonly causes: Map<FundCause, Decimal>;
  /** Requests of the item in hand, by the name of their place. */
  readonly requests: Map<string, OpenRequest>;
  /** What debtors owe to steps that have paid for them, in the order in which they paid. */
  readonly contributions: Map<AccountId, readonly Contribution[]>;
  /** Losses that nobody else has paid, by the name of their place, oldest first. */
  readonly residual: Map<string, ResidualLoss>;
  /** Last input of the item in hand that may lead to the recovery of a loss. */
  due: Cause | null;
  /** Last settlement of variation by contract. */
  readonly closedCycles: Map<InstrumentId, ClosedCycle>;
  /** Gains that are to pay losses; null: none are called for. */
  gainsCall: GainsCall | null;
  /** Trades that persons want cancelled. */
  readonly corrections: TradeCorrections;
  readonly openInterests: OpenInterests;
  readonly collateralHeld: CollateralHeld;
  /** What others keep, held against this ledger. */
  readonly reconciliations: Reconciliations;
  /** Live books of exchanges that come here. */
  readonly bookImports: BookImports;
}

export const FUND_LEDGER = 'insurance-fund';
/** What losses have taken of the house's own capital: zero or negative. */
export const HOUSE_CAPITAL_LEDGER = 'house/capital';

const reserveLedger = (underlying: Underlying): string => `${FUND_LEDGER}/${underlying}`;

/** Reserves by underlying, in the order of names. */
export const reserves = ({ ledger }: FundState): ReadonlyMap<Underlying, Decimal> =>
  new Map(
    [...ledger]
      .filter(([name]) => name.startsWith(`${FUND_LEDGER}/`))
      .map(([name, { USD }]): [Underlying, Decimal] => [name.slice(FUND_LEDGER.length + 1), USD ?? ZERO])
      .sort(([a], [b]) => compareText(a, b)),
  );

/** USD in the fund of all and in all reserves. */
export const fundBalance = (state: FundState): Decimal =>
  sum([balanceOf(state.ledger, FUND_LEDGER, 'USD'), ...reserves(state).values()]);

const emit = emitterOf(FUND_EVENTS);

const placeOf = ({ partition, position }: LogEntry): Place => ({ partition, position });
const nameOf = ({ partition, position }: Place): string => `${partition}/${position}`;

function attribute({ causes }: FundState, cause: FundCause, change: Decimal): void {
  causes.set(cause, (causes.get(cause) ?? ZERO).plus(change));
}

const waterfall = ({ rules }: FundState): LossWaterfall => WATERFALL_DOCUMENTS.inForce(rules);

/** What the steps can pay now. The tranche is what the document gives less what losses have taken of it. */
const sourcesOf = (state: FundState): LossSources => ({
  reserves: reserves(state),
  fund: balanceOf(state.ledger, FUND_LEDGER, 'USD'),
  tranche: maxOf(ZERO, waterfall(state).houseTranche.plus(balanceOf(state.ledger, HOUSE_CAPITAL_LEDGER, 'USD'))),
});

/** Money that a partition sent arrives, in the reserve of an underlying or in the fund of all. */
function credit(
  state: FundState,
  reason: FundEvents['FundCredited']['reason'],
  origin: Place,
  amount: Decimal,
  reserve: Underlying | null,
  context: DecisionContext,
): void {
  if (!amount.gt(0)) return;
  const ledgerAccount = reserve === null ? FUND_LEDGER : reserveLedger(reserve);
  emit(context, 'FundCredited', {
    reason,
    origin,
    reserve,
    amount: text(amount),
    balance: text(fundBalance(state).plus(amount)),
    postings: postingsOf(['in-transit', 'USD', amount.neg()], [ledgerAccount, 'USD', amount]),
  });
}

/** What a step pays out of. */
const ledgerOf = (step: StepPaid['step'], reserve: Underlying | null): string =>
  step === 'house-tranche' ? HOUSE_CAPITAL_LEDGER : reserve === null ? FUND_LEDGER : reserveLedger(reserve);

/** What one step pays, as an event says it; the money leaves for the partition of the account. */
function stepOf(state: FundState, { step, reserve, before, amount, remaining }: StepPaid) {
  const ofHouse = step === 'house-tranche';
  const payer = ledgerOf(step, reserve);
  const balance = fundBalance(state);
  return {
    step,
    reserve,
    before: text(before),
    amount: text(amount),
    remaining: text(remaining),
    balance: text(ofHouse ? balance : balance.minus(amount)),
    postings: postingsOf([payer, 'USD', amount.neg()], ['in-transit', 'USD', amount]),
  };
}

/**
 * Answers all requests of the item at once, so that nobody gets more for having asked first: each step pays pro rata what they lack, whole
 * cents. Always answers, also with zero; neither fund nor reserve nor tranche goes below zero.
 */
function answerRequests(state: FundState, context: DecisionContext): void {
  const open = [...state.requests.values()];
  if (open.length === 0) return;
  const losses = open.map(({ asked }) => ({ amount: dec(asked.amount), underlying: asked.underlying }));
  const paid = allocate(losses, sourcesOf(state), waterfall(state).payingSteps);
  for (const [index, { request, asked }] of open.entries()) {
    const { caseId, accountId, purpose } = asked;
    const cause: Cause = { kind: 'event', log: 'liquidation', ...request };
    const steps = paid[index] ?? [];
    for (const step of steps) {
      emit(context, 'LossStepTaken', { request, caseId, accountId, purpose, ...stepOf(state, step) }, cause);
    }
    const granted = text(sum(steps.map(({ amount }) => amount)));
    const balance = text(fundBalance(state));
    const answer = { request, caseId, accountId, purpose, requested: asked.amount, granted, balance };
    emit(context, 'FundDrawGranted', answer, cause);
  }
}

/** What is in fund and reserves once all requests are answered pays what the residual party bears, but for what gains are called for. The house's tranche has paid its part before. */
function recoverLosses(state: FundState, context: DecisionContext): void {
  if (state.due === null || state.residual.size === 0) return;
  const called = state.gainsCall?.losses.map(({ loss }) => nameOf(loss)) ?? [];
  const losses = [...state.residual.values()].filter(({ loss }) => !called.includes(nameOf(loss)));
  const steps = waterfall(state).payingSteps.filter((step) => step !== 'house-tranche');
  const paid = allocate(losses, sourcesOf(state), steps);
  for (const [index, { loss, caseId, accountId }] of losses.entries()) {
    for (const step of paid[index] ?? []) {
      emit(context, 'LossRecovered', { loss, caseId, accountId, ...stepOf(state, step) }, state.due);
    }
  }
}

function contribute({ contributions }: FundState, accountId: AccountId, contribution: Contribution): void {
  contributions.set(accountId, [...(contributions.get(accountId) ?? []), contribution]);
}

/**
 * Money that a debtor paid back goes to the steps that paid for him, last payer first.
 * @see docs/spec/accounts.md CLR-ACC-073
 */
function bookRepayment(
  state: FundState,
  { accountId, amount }: AccountsEvents['ClaimRepaid'],
  origin: Place,
  context: DecisionContext,
): void {
  let left = dec(amount);
  for (const { caseId, step, reserve, amount: owed } of [...(state.contributions.get(accountId) ?? [])].reverse()) {
    const paid = minOf(left, owed);
    if (!paid.gt(0)) break;
    left = left.minus(paid);
    const balance = fundBalance(state);
    emit(context, 'RepaymentBooked', {
      origin,
      caseId,
      accountId,
      step,
      reserve,
      amount: text(paid),
      remaining: text(owed.minus(paid)),
      balance: text(step === 'house-tranche' ? balance : balance.plus(paid)),
      postings: postingsOf(['in-transit', 'USD', paid.neg()], [ledgerOf(step, reserve), 'USD', paid]),
    });
  }
  invariant(left.isZero(), `${accountId} paid back ${text(left)} more than was paid for it`);
}

const isOfCall = (call: GainsCall, of: Pick<GainsCall, 'instrument' | 'dueAt'>): boolean =>
  call.instrument === of.instrument && call.dueAt === of.dueAt;

/**
 * Once all partitions have closed a settlement its gains are called for losses that nobody has paid, where the document says so.
 * @see docs/spec/accounts.md CLR-ACC-072
 */
function callGains(
  state: FundState,
  { instrument, dueAt, asset }: AccountsEvents['VariationClosed'],
  context: DecisionContext,
): void {
  const cycle = state.closedCycles.get(instrument);
  const isComplete = cycle?.dueAt === dueAt && cycle.partitions.length === context.partitions;
  if (!isComplete || asset !== 'USD' || state.gainsCall !== null || !waterfall(state).cutsGains) return;
  const losses = [...state.residual.values()]
    .filter((loss) => concerns(instrument, loss))
    .map(({ loss, caseId, accountId, amount }) => ({ loss, caseId, accountId, amount: text(amount) }));
  if (losses.length === 0) return;
  const called = text(sum(losses.map(({ amount }) => dec(amount))));
  emit(context, 'VariationGainsCalled', { instrument, dueAt, called, losses });
}

/** All cuts are booked: what they have brought pays the losses that it was called for, and leaves for their partitions. */
function payFromGains(state: FundState, context: DecisionContext): void {
  const call = state.gainsCall;
  if (call?.open !== 0) return;
  for (const { loss, caseId, accountId, amount, paid } of paidLosses(call)) {
    if (!paid.gt(0)) continue;
    emit(context, 'LossRecovered', {
      loss,
      caseId,
      accountId,
      step: GAINS_STEP,
      reserve: null,
      before: text(amount),
      amount: text(paid),
      remaining: text(amount.minus(paid)),
      balance: text(fundBalance(state)),
      postings: postingsOf(['in-transit', 'USD', paid.neg()], ['in-transit', 'USD', paid]),
    });
  }
}

/** Tells open interest that is limited, of one instrument or of all. */
function tellOpenInterest(
  { rules, openInterests }: FundState,
  context: DecisionContext,
  instrument?: InstrumentId,
): void {
  const instruments = instrument === undefined ? undefined : [instrument];
  for (const measured of measuredInterests(openInterests, limitsInForce(rules), instruments)) {
    emit(context, 'OpenInterestMeasured', measured);
  }
}

/** A fact after which an account has another position in a contract. */
const moving = <Moved extends { readonly position: { readonly instrument: InstrumentId } }>(
  note: (interests: OpenInterests, moved: Moved) => void,
) => ({
  observe: ({ openInterests }: FundState, { payload }: { readonly payload: Moved }): void =>
    note(openInterests, payload),
  decide: (state: FundState, { payload: { position } }: { readonly payload: Moved }, context: DecisionContext): void =>
    tellOpenInterest(state, context, position.instrument),
});

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
  stateForm: { version: 7 },
  initialState: () => ({
    rules: noRules(),
    ledger: new Map(),
    causes: new Map(),
    requests: new Map(),
    contributions: new Map(),
    residual: new Map(),
    due: null,
    closedCycles: new Map(),
    gainsCall: null,
    corrections: new Map(),
    openInterests: noOpenInterests(),
    collateralHeld: new Map(),
    reconciliations: noReconciliations(),
    bookImports: noBookImports(),
  }),
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
        ClaimWaived: {
          observe: ({ contributions }, { payload: { accountId } }) => void contributions.delete(accountId),
        },
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
          observe(state, { partition, payload: { instrument, dueAt, gains } }) {
            const call = state.gainsCall;
            if (call === null || !isOfCall(call, { instrument, dueAt })) return;
            state.gainsCall = { ...call, offers: new Map([...call.offers, [partition, gains]]) };
          },
          decide({ gainsCall }, { payload }, context) {
            if (gainsCall?.open !== null || !isOfCall(gainsCall, payload)) return;
            if (gainsCall.offers.size === context.partitions)
              emit(context, 'VariationHaircutFixed', fixedHaircut(gainsCall));
          },
        },
        VariationGainReduced: {
          observe(state, input) {
            const call = state.gainsCall;
            if (call === null || call.open === null || !isOfCall(call, input.payload)) return;
            const after = { ...call, open: call.open - 1, collected: call.collected.plus(input.payload.amount) };
            // Money that came in meanwhile may pay what the cuts did not.
            state.due = causeOf(input);
            state.gainsCall = after.open === 0 && after.collected.isZero() ? null : after;
          },
          decide: (state, _input, context) => payFromGains(state, context),
        },
        ContractDelivered: moving(noteDelivered),
        ExpiryClosed: 'ignored',
        LiquidationCostSettled: 'ignored',
        FundGrantReceived: 'ignored',
        CollateralTakenOver: 'ignored',
        UncoveredLossBooked: {
          observe(state, input) {
            const { caseId, accountId, reason, underlying, amount } = input.payload;
            const loss = placeOf(input);
            state.residual.set(nameOf(loss), { loss, caseId, accountId, underlying, amount: dec(amount) });
            // It comes back through the fund, which pays what is open on the residual party first, or has paid it before.
            if (reason === 'deficit-without-position') {
              contribute(state, accountId, { caseId, step: 'global-fund', reserve: null, amount: dec(amount) });
            }
            state.due = causeOf(input);
          },
        },
        UncoveredLossRecovered: 'ignored',
        TradeSidesReported: {
          observe: ({ corrections }, { partition, payload }) =>
            evolveCorrections.reported(corrections, partition, payload),
        },
        TradeReversed: moving(noteReversed),
        BookPartitionJudged: {
          observe: ({ bookImports }, { partition, payload }) => evolveImports.judged(bookImports, partition, payload),
        },
        CollateralImported: 'ignored',
        PositionImported: moving(noteImported),
        AdlBooked: moving(noteTraded),
        ProviderTradeBooked: moving(noteTraded),
        SuspenseBooked: 'ignored',
        SuspenseReleaseProposed: 'ignored',
        SuspenseReleased: 'ignored',
        MessageDeferred: 'ignored',
        DeferredMessageTaken: 'ignored',
        PenaltyRemainderSent: {
          observe: noteDue,
          decide(state, input, context) {
            const { underlying, amount } = input.payload;
            const share = roundUsd(dec(amount).times(waterfall(state).reserveShare), 'credit');
            credit(state, 'penalty-remainder', placeOf(input), share, underlying, context);
            credit(state, 'penalty-remainder', placeOf(input), dec(amount).minus(share), null, context);
          },
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
    ApproveTradeCorrection: decidedBy(
      'TradeCorrectionApproved',
      ({ corrections }, input, { partitions }) => approveCorrection(corrections, input, partitions),
      ({ correctionId }) => answered(correctionId),
    ),
    BeginBookImport: decidedBy(
      'BookImportBegun',
      ({ bookImports }, input) => beginImport(bookImports, input),
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
    DocumentApproved(state, event) {
      RULES_EVOLVED.DocumentApproved(state, event);
      // Another order of the steps pays from the next input on: an old one is no cause of what follows from it.
      state.due = null;
    },
    FundCredited(state, { payload: { postings, reason, amount } }) {
      post(state.ledger, postings);
      attribute(state, reason, dec(amount));
    },
    TradeCorrectionProposed: ({ corrections }, { payload, actor }) =>
      evolveCorrections.proposed(corrections, payload, actor),
    TradeCorrectionApproved: ({ corrections }, { payload: { correctionId } }) =>
      evolveCorrections.approved(corrections, correctionId),
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
    LossStepTaken(state, { payload: { request, caseId, accountId, postings, purpose, step, reserve, amount } }) {
      post(state.ledger, postings);
      if (purpose === 'BankruptcyDeficit') {
        contribute(state, accountId, { caseId, step, reserve, amount: dec(amount) });
      }
      if (step !== 'house-tranche') attribute(state, purpose, dec(amount).neg());
      const name = nameOf(request);
      const open = state.requests.get(name);
      invariant(open, `a step for ${name}, which asked for nothing`);
      state.requests.set(name, { ...open, paid: open.paid.plus(amount) });
    },
    FundDrawGranted({ requests }, { payload: { request, granted } }) {
      const name = nameOf(request);
      const paid = requests.get(name)?.paid;
      invariant(
        paid?.eq(granted),
        `${granted} granted to ${name}, but its steps are ${paid === undefined ? 'none' : text(paid)}`,
      );
      requests.delete(name);
    },
    OpenInterestMeasured: ({ openInterests }, { payload }) => void openInterests.told.set(payload.instrument, payload),
    CollateralHeldMeasured: ({ collateralHeld }, { payload }) => noteTold(collateralHeld, payload),
    RepaymentBooked(state, { payload: { accountId, postings, step, amount, remaining } }) {
      post(state.ledger, postings);
      if (step !== 'house-tranche') attribute(state, 'repayment', dec(amount));
      const paid = state.contributions.get(accountId) ?? [];
      const last = paid.at(-1);
      invariant(last?.step === step, `${accountId} pays back to ${step}, which did not pay last`);
      const owed = dec(remaining).isZero() ? [] : [{ ...last, amount: dec(remaining) }];
      const after = [...paid.slice(0, -1), ...owed];
      if (after.length === 0) state.contributions.delete(accountId);
      else state.contributions.set(accountId, after);
    },
    VariationGainsCalled: (state, { payload }) => void (state.gainsCall = begunCall(payload)),
    VariationHaircutFixed(state, { payload: { cuts } }) {
      invariant(state.gainsCall, 'a haircut of gains that nobody called for');
      state.gainsCall = cuts.length === 0 ? null : { ...state.gainsCall, open: cuts.length };
    },
    LossRecovered(state, { payload: { loss, postings, amount, step } }) {
      post(state.ledger, postings);
      if (step === GAINS_STEP) {
        invariant(state.gainsCall, 'a loss that is paid by gains that nobody called for');
        const collected = state.gainsCall.collected.minus(amount);
        state.gainsCall = collected.isZero() ? null : { ...state.gainsCall, collected };
      } else attribute(state, 'recovered-loss', dec(amount).neg());
      const name = nameOf(loss);
      const open = state.residual.get(name);
      invariant(open, `a recovery of ${name}, which is no open loss`);
      const left = open.amount.minus(amount);
      if (left.gt(0)) state.residual.set(name, { ...open, amount: left });
      else state.residual.delete(name);
    },
  },
  settle(state, context) {
    answerRequests(state, context);
    recoverLosses(state, context);
    for (const { fact, cause } of measuredHoldings(state.collateralHeld)) {
      emit(context, 'CollateralHeldMeasured', fact, cause);
    }
  },
});
