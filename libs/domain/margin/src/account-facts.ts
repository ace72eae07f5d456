import { evolveRules } from '@ballast/documents';
import {
  causeOf,
  on,
  type DecisionContext,
  type EntryOf,
  type FactReading,
  type FactTable,
  type LogEntry,
} from '@ballast/event-sourcing';
import { positionsAfter } from '@ballast/facts';
import type { AccountsEvents, AmountByAsset, InstrumentId, OpeningEvents, Underlying } from '@ballast/facts';
import { expiryNamedBy, noteFeeTier } from '@ballast/instruments';
import { dec, invariant, type Instant, type OwnerId } from '@ballast/kernel';
import type { AccountRecord } from './assess/account-book.js';
import { deliveryKey } from './assess/priced-contracts.js';
import type { MarginState } from './margin.state.js';
import { answerWithdrawal, type WithdrawalQuestion } from './withdraw/withdrawal-answer.js';
import { cancelAfterHouseTrade, cancelAtEntry, cancelImported } from './orders/cancels.decider.js';
import { judgeGains, noteClosed, noteSettled } from './variation-gains/variation-gains.js';
import { forgetOrders, noteFilled, noteImported } from './orders/open-orders.js';
import { emitMargin } from './margin.events.js';

const ACCOUNT_STREAM = 'account-';

/** An owner's accounts have changed: they are assessed at the end of the item. */
export function touch(state: MarginState, ownerId: OwnerId, input: LogEntry): void {
  state.touched.add(ownerId);
  state.due = { cause: causeOf(input), full: state.due?.full ?? false };
}

/** The account whose stream a fact stands in; undefined for facts of no account, and of one that never was. */
function accountOf({ book }: MarginState, { stream, type }: LogEntry): AccountRecord | undefined {
  if (!stream.startsWith(ACCOUNT_STREAM)) return undefined;
  const accountId = stream.slice(ACCOUNT_STREAM.length);
  if (type === 'AccountOpened') book.open(accountId);
  const account = book.find(accountId);
  // A withdrawal from an account that never was is refused in a stream of that name.
  invariant(account !== undefined || type === 'WithdrawalRejected', `${type} before account ${accountId} was opened`);
  return account;
}

/**
 * Whether accounts has a loss of a closed case to book: what of the account nothing holds is owed in some asset. A client who pays what he owes
 * before accounts has read of the end of his case leaves it no loss, and nothing more is said of it.
 */
const owesSomething = ({ collateral, holds }: AccountRecord): boolean =>
  [...collateral].some(([asset, amount]) => {
    const held = [...holds.values()].filter((hold) => hold.asset === asset);
    return held.reduce((free, hold) => free.minus(hold.amount), amount).isNegative();
  });

/** A case is over once its loss is booked, or there is none to book. @see docs/spec/margin.md CLR-MRG-032 */
export function noteClosedCase(
  { book }: MarginState,
  account: AccountRecord,
  awaitedLossOf: string | null = account.awaitedLossOf,
): void {
  const isAwaited = awaitedLossOf !== null && owesSomething(account);
  book.remember(account, { liquidationClosed: !isAwaited, awaitedLossOf: isAwaited ? awaitedLossOf : null });
}

/** What every fact in an account's stream says: its version, and what the account holds afterwards. */
function noteAccount(state: MarginState, input: EntryOf<AccountsEvents & OpeningEvents>): void {
  const account = accountOf(state, input);
  if (account === undefined) return;
  const { book } = state;
  book.setVersion(account, input.version);
  const { collateral } = input.payload as { readonly collateral?: AmountByAsset };
  if (collateral !== undefined) book.setCollateral(account, collateral);
  for (const position of positionsAfter(input.payload)) book.setPosition(account, position);
  if (account.awaitedLossOf !== null) noteClosedCase(state, account);
  touch(state, account.ownerId, input);
}

type Asked = AccountsEvents['WithdrawalHeld'] | AccountsEvents['WithdrawalResubmitted'];

/** Money is held, or asked for anew: an earlier answer is void. */
function noteHold({ book }: MarginState, { accountId, withdrawalId, asset, amount }: Asked): void {
  book.setHold(book.at(accountId), withdrawalId, { asset, amount: dec(amount), cleared: false });
}

function answer(state: MarginState, question: WithdrawalQuestion, context: DecisionContext): void {
  const { type, payload } = answerWithdrawal(state, question);
  emitMargin(context, type, payload);
}

const withdrawalAsked = {
  observe: (state: MarginState, { payload }: { readonly payload: Asked }) => noteHold(state, payload),
  decide: (state: MarginState, { payload }: { readonly payload: Asked }, context: DecisionContext) =>
    answer(state, payload, context),
};

const holdEnded = {
  observe(
    state: MarginState,
    { payload: { accountId, withdrawalId } }: { readonly payload: AccountsEvents['WithdrawalSettled'] },
  ): void {
    const account = state.book.at(accountId);
    state.book.setHold(account, withdrawalId, null);
    if (account.awaitedLossOf !== null) noteClosedCase(state, account);
  },
};

const tradedByHouse = {
  decide: (
    state: MarginState,
    input: EntryOf<Pick<AccountsEvents, 'AdlBooked' | 'ProviderTradeBooked' | 'TradeReversed'>>,
    context: DecisionContext,
  ) => cancelAfterHouseTrade(state, state.book.at(input.payload.accountId), context, causeOf(input)),
};

/** Whether a contract of that expiry is not delivered yet. */
export function isAwaited({ contracts }: MarginState, underlying: Underlying, expiry: Instant): boolean {
  for (const { instrument } of contracts.values()) {
    if (instrument.kind !== 'perpetual' && instrument.underlying === underlying && instrument.expiry === expiry)
      return true;
  }
  return false;
}

/**
 * A contract is held by nobody any more. The delivery price of its expiry is needed, and orders are kept, as long as another one is: options that
 * expire together are many, and so are orders.
 */
function forgetDelivered(state: MarginState, id: InstrumentId): void {
  const { contracts, deliveries, openOrders, settledGains } = state;
  const delivered = contracts.get(id)?.instrument;
  contracts.delete(id);
  if (delivered === undefined || delivered.kind === 'perpetual') {
    forgetOrders(openOrders, (instrument) => instrument === id);
    return;
  }
  const { underlying, expiry } = delivered;
  if (isAwaited(state, underlying, expiry)) return;
  deliveries.delete(deliveryKey(underlying, expiry));
  forgetOrders(openOrders, (instrument) => !contracts.has(instrument) && expiryNamedBy(instrument) === expiry);
  // Gains of a last settlement may still be called for; those of the expiries before are called for no more.
  for (const [instrument] of settledGains) {
    if (!contracts.has(instrument) && (expiryNamedBy(instrument) ?? expiry) < expiry) settledGains.delete(instrument);
  }
}

/** A call for gains is answered as soon as the settlement is complete here, whichever of both was read first. */
export function answerCalledGains(state: MarginState, instrument: InstrumentId, context: DecisionContext): void {
  const dueAt = state.calledGains.get(instrument);
  const judged = dueAt === undefined ? null : judgeGains(state, { instrument, dueAt });
  if (judged !== null) emitMargin(context, 'VariationGainsJudged', judged);
}

const TABLE: FactTable<MarginState, AccountsEvents & OpeningEvents> = {
  AccountOpened: {},
  CollateralCredited: {},
  WithdrawalHeld: withdrawalAsked,
  WithdrawalResubmitted: withdrawalAsked,
  WithdrawalSettled: holdEnded,
  WithdrawalReleased: holdEnded,
  WithdrawalRejected: {},
  TransferReceived: {},
  PositionChanged: {
    observe({ openOrders }, { payload: { accountId, orderId, quantity } }) {
      if (orderId !== undefined) noteFilled(openOrders, accountId, orderId, dec(quantity));
    },
  },
  AccountStandingChanged: {
    observe: ({ book }, { payload: { accountId, to } }) => void (book.at(accountId).standing = to),
    decide(state, input, context) {
      const { accountId, to } = input.payload;
      if (to !== 'open') cancelAtEntry(state, state.book.at(accountId), context, causeOf(input));
    },
  },
  MarginModelChosen: {
    observe: ({ book }, { payload: { accountId, model } }) => book.setModel(book.at(accountId), model),
  },
  SetOffAgreementChanged: {},
  OtherAccountCharged: {},
  SetOffReceived: {},
  ClaimRepaid: {},
  ClaimWaived: 'ignored',
  VariationSettled: { observe: ({ settledGains }, { payload }) => noteSettled(settledGains, payload) },
  VariationGainsOffered: 'ignored',
  VariationGainReduced: {},
  ContractDelivered: {},
  FeeTierChanged: { observe: ({ feeTiers }, { payload }) => noteFeeTier(feeTiers, payload) },
  FundingSettled: {},
  InterestCharged: {},
  LiquidationCostSettled: {},
  FundGrantReceived: {},
  CollateralTakenOver: {},
  UncoveredLossBooked: {
    observe({ book }, { payload: { accountId, caseId } }) {
      const account = book.at(accountId);
      if (account.awaitedLossOf === caseId) book.remember(account, { liquidationClosed: true, awaitedLossOf: null });
    },
  },
  AdlBooked: tradedByHouse,
  ProviderTradeBooked: tradedByHouse,
  // Afterwards nobody holds the contract.
  ExpiryClosed: {
    observe(state, { payload: { instrument } }) {
      forgetDelivered(state, instrument);
      state.haltedInstruments.delete(instrument);
    },
  },
  VariationClosed: {
    observe: ({ settledGains }, { payload }) => noteClosed(settledGains, payload),
    decide: (state, { payload: { instrument } }, context) => answerCalledGains(state, instrument, context),
  },
  FundingClosed: 'ignored',
  PenaltyRemainderSent: 'ignored',
  UncoveredLossRecovered: 'ignored',
  TradeSidesReported: 'ignored',
  TradeReversed: tradedByHouse,
  BookPartitionJudged: 'ignored',
  AccountImported: {
    observe: ({ openOrders }, { payload }) => noteImported(openOrders, payload),
    decide: (state, { payload: { accountId } }, context) => cancelImported(state, state.book.at(accountId), context),
  },
  FundContributionForwarded: 'ignored',
  SuspenseBooked: 'ignored',
  SuspenseReleaseProposed: 'ignored',
  SuspenseReleased: 'ignored',
  MessageDeferred: 'ignored',
  DeferredMessageTaken: 'ignored',
  DocumentsEstablished: {
    observe: ({ accountsRules }, { payload }) => evolveRules.DocumentsEstablished(accountsRules, payload),
  },
  ReleaseInForce: 'ignored',
};

/** Facts of accounts p. Those in an account's stream raise its version and touch its owner. */
export const accountFacts: FactReading<MarginState> = on<MarginState, AccountsEvents & OpeningEvents>(
  'accounts',
  'numbered',
  TABLE,
  noteAccount,
);
