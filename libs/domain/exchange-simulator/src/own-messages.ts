import type { LogEntry, OwnTable } from '@ballast/event-sourcing';
import type { FillEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import { InvariantViolation } from '@ballast/kernel';
import { contractOf, type Contract } from './market/contracts.js';
import { underlyingOf } from './market/instruments.js';
import { withCloseOut } from './market/price-pressure.js';
import { CENT_DIGITS, COIN_DIGITS, COIN_UNITS, unitsOf } from './scaled-integer.js';
import { hashKey } from './seeded-hash.js';
import {
  addUnits,
  countMessage,
  isLater,
  untouchedDepth,
  viewOf,
  type OwnerView,
  type SimulatorState,
} from './simulator-state.js';
import { takeRequestedWithdrawal } from './withdrawal-view.js';

/** Messages of all topics that the exchange writes. */
export type OwnEvents = QuoteEvents & FillEvents & TransferEvents & OrderReportEvents;

type Own<Type extends keyof OwnEvents> = LogEntry<Type, OwnEvents[Type]>;

/** At most this many orders rest in the book after an owner's trade. */
const MOST_RESTING_ORDERS = 4;

/** Every message is counted; most also change what the exchange knows. */
const said =
  <Type extends keyof OwnEvents>(change: (state: SimulatorState, entry: Own<Type>) => void = () => undefined) =>
  (state: SimulatorState, entry: Own<Type>): void => {
    countMessage(state, entry.time.clearing);
    change(state, entry);
  };

/** Takes own messages into the state: the only way in which own facts change it. */
export const OWN_MESSAGES: OwnTable<SimulatorState, OwnEvents> = {
  MarketOpened: said((state) => {
    state.opened = true;
  }),
  ClockTicked: said((state, { payload: { at } }) => {
    state.lastStep = Math.max(state.lastStep, at);
  }),
  PriceHistorySupplied: said(),
  VenueQuotesReceived: said(),
  PerpetualBookObserved: said(),
  MarketActivityObserved: said(),
  ContractBookObserved: said(),
  OptionChainQuoted: said(),
  ProducerBegan: 'ignored',
  ProducerForked: 'ignored',
  ProducerContinuationProposed: 'ignored',
  FundContributionReceived: said(),
  InstrumentListed: said((state, { time, payload: { specification } }) => {
    state.listed.set(specification.id, time.clearing);
  }),
  AccountOpeningRequested: said((state, { payload: { accountId } }) => void viewOf(state, accountId)),
  DepositReceived: said((state, { payload }) => evolveDeposit(state, payload)),
  WithdrawalRequested: said((state, { payload: { withdrawalId, accountId, amount } }) =>
    takeRequestedWithdrawal(state, withdrawalId, accountId, unitsOf(amount, CENT_DIGITS)),
  ),
  TradeFilled: said(evolveFill),
  OrdersCancelled: said((state, { time, payload: { accountId, request } }) => {
    const view = viewOf(state, accountId);
    if (isLater(time, view.ordersCancelledAt)) view.ordersCancelledAt = time;
    markAnswered(state, request.partition, request.position);
  }),
  CloseOutOrderFinished: said((state, { payload: { order } }) => markAnswered(state, order.partition, order.position)),
};

function evolveDeposit(state: SimulatorState, deposit: TransferEvents['DepositReceived']): void {
  const view = viewOf(state, deposit.accountId);
  if (deposit.asset === 'USD') {
    const cents = unitsOf(deposit.amount, CENT_DIGITS);
    view.cashCents += cents;
    view.netDepositCents += cents;
  } else {
    addUnits(view.coins, deposit.asset, unitsOf(deposit.amount, COIN_DIGITS));
  }
}

function evolveFill(state: SimulatorState, { time, payload: fill }: Own<'TradeFilled'>): void {
  const underlying = underlyingOf(fill.instrument);
  const view = viewOf(state, fill.accountId);
  const units = unitsOf(fill.quantity, COIN_DIGITS);
  const priceCents = unitsOf(fill.price, CENT_DIGITS);
  const sign = fill.side === 'buy' ? 1 : -1;
  if (underlying === undefined) {
    const contract = contractOf(fill.instrument);
    if (contract === undefined) throw new InvariantViolation(`own fill of unlisted ${fill.instrument}`);
    takeContract(state, view, contract, sign * units, priceCents);
  } else {
    addUnits(view.positions, underlying, sign * units);
    view.cashCents -= sign * Math.round((units / COIN_UNITS) * priceCents);
  }
  if (fill.closeOutOrder !== null) {
    takeDepth(state, time.clearing, `${fill.instrument} ${fill.side}`, units);
    if (underlying !== undefined) {
      state.pressure = withCloseOut(state.pressure, underlying, time.clearing, sign * units);
    }
  } else if (fill.liquidity === 'taker' && isLater(time, view.restingOrders.at)) {
    view.restingOrders = {
      count: hashKey(fill.tradeId) % (MOST_RESTING_ORDERS + 1),
      at: { clearing: time.clearing, hop: time.hop },
    };
  }
}

/** Takes a trade of another contract: its price leaves the cash, of an inverse perpetual minus its coins the coins. */
function takeContract(
  state: SimulatorState,
  view: OwnerView,
  { id, inverse, size, underlying }: Contract,
  signed: number,
  priceCents: number,
): void {
  const before = view.contracts.get(id) ?? 0;
  view.contracts.set(id, before + signed);
  const interest = state.openInterest.get(id) ?? 0;
  state.openInterest.set(id, interest + Math.abs(before + signed) - Math.abs(before));
  if (inverse) addUnits(view.inverseCoins, underlying, Math.round((signed * size * 100) / priceCents));
  else view.cashCents -= Math.sign(signed) * Math.round((Math.abs(signed) / COIN_UNITS) * size * priceCents);
}

/** Depth of a clearing time is taken once; what comes late on a rebuild is over. */
function takeDepth(state: SimulatorState, clearing: number, side: string, units: number): void {
  if (clearing < state.taken.at) return;
  if (clearing > state.taken.at) state.taken = untouchedDepth(clearing);
  addUnits(state.taken.units, side, units);
}

/** The requests of a partition are answered in the order of their positions. */
function markAnswered(state: SimulatorState, partition: number, position: number): void {
  if (position > (state.answeredUpTo.get(partition) ?? 0)) state.answeredUpTo.set(partition, position);
  const upTo = state.answeredUpTo.get(partition)!;
  const open = state.openRequests.get(partition)?.filter(({ place }) => place.position > upTo) ?? [];
  if (open.length === 0) state.openRequests.delete(partition);
  else state.openRequests.set(partition, open);
}
