import type { LogEntry } from '@ballast/event-sourcing';
import type { FillEvents, OrderReportEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import { InvariantViolation } from '@ballast/kernel';
import { contractOf, type Contract } from './market/contracts.js';
import { underlyingOf } from './market/instruments.js';
import { CENT_DIGITS, COIN_DIGITS, COIN_UNITS, unitsOf } from './scaled-integer.js';
import { hashKey } from './seeded-hash.js';
import { addUnits, isLater, untouchedDepth, viewOf, type OwnerView, type SimulatorState } from './simulator-state.js';
import { takeRequestedWithdrawal } from './withdrawal-view.js';

type OwnType = keyof QuoteEvents | keyof FillEvents | keyof TransferEvents | keyof OrderReportEvents;

/** At most this many orders rest in the book after an owner's trade. */
const MOST_RESTING_ORDERS = 4;

/** Takes an own entry into the state: the only way in which own facts change it. */
export function evolveOwnEntry(state: SimulatorState, entry: LogEntry): void {
  if (entry.schemaVersion !== 1) {
    throw new InvariantViolation(`own ${entry.type} has version ${entry.schemaVersion}, known is 1`);
  }
  const type = entry.type as OwnType;
  switch (type) {
    case 'MarketOpened':
      state.opened = true;
      return;
    case 'ClockTicked':
      state.lastStep = Math.max(state.lastStep, (entry.payload as QuoteEvents['ClockTicked']).at);
      return;
    case 'PriceHistorySupplied':
    case 'VenueQuotesReceived':
    case 'PerpetualBookObserved':
    case 'ContractBookObserved':
    case 'OptionChainQuoted':
    case 'FundContributionReceived':
      return;
    case 'InstrumentListed': {
      const { id } = (entry.payload as QuoteEvents['InstrumentListed']).specification;
      state.listed.set(id, entry.time.clearing);
      return;
    }
    case 'AccountOpeningRequested':
      viewOf(state, (entry.payload as TransferEvents['AccountOpeningRequested']).accountId);
      return;
    case 'DepositReceived':
      return evolveDeposit(state, entry.payload as TransferEvents['DepositReceived']);
    case 'WithdrawalRequested': {
      const { withdrawalId, accountId, amount } = entry.payload as TransferEvents['WithdrawalRequested'];
      return takeRequestedWithdrawal(state, withdrawalId, accountId, unitsOf(amount, CENT_DIGITS));
    }
    case 'TradeFilled':
      return evolveFill(state, entry, entry.payload as FillEvents['TradeFilled']);
    case 'OrdersCancelled': {
      const { accountId, request } = entry.payload as OrderReportEvents['OrdersCancelled'];
      const view = viewOf(state, accountId);
      if (isLater(entry.time, view.ordersCancelledAt)) view.ordersCancelledAt = entry.time;
      return markAnswered(state, request.partition, request.position);
    }
    case 'CloseOutOrderFinished': {
      const { order } = entry.payload as OrderReportEvents['CloseOutOrderFinished'];
      return markAnswered(state, order.partition, order.position);
    }
    default:
      throw new InvariantViolation(`unknown own entry: ${String(type)}`);
  }
}

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

function evolveFill(state: SimulatorState, entry: LogEntry, fill: FillEvents['TradeFilled']): void {
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
    takeDepth(state, entry.time.clearing, `${fill.instrument} ${fill.side}`, units);
  } else if (fill.liquidity === 'taker' && isLater(entry.time, view.restingOrders.at)) {
    view.restingOrders = {
      count: hashKey(fill.tradeId) % (MOST_RESTING_ORDERS + 1),
      at: { clearing: entry.time.clearing, hop: entry.time.hop },
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
