import { tradingFee, type ContractSpecification } from '@ballast/instruments';
import type { Place, TradeSide } from '@ballast/facts';
import { roundUsd, SETTLEMENT_ASSET, type Decimal } from '@ballast/kernel';
import type { AccountsState, CloseOutOrder, CollateralChanges } from '../accounts.state.js';
import { roundMoney } from '../ledger/assets.js';
import { clientLedger, type JournalLine } from '../ledger/ledger.js';
import { feesOf } from '../fees/fee-tiers.js';
import { provisionalPenalty } from './fee-schedule.js';

/** One side of a trade as it can be booked. */
export interface Fill {
  readonly tradeId: string;
  /** Number within the side of the trade; undefined when it has one part. */
  readonly part: number | undefined;
  readonly accountId: string;
  readonly contract: ContractSpecification;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly closeOutOrder: Place | null;
  /** Of exchange.orders; undefined when the fill is of none that is told there. */
  readonly orderId: string | undefined;
}

/** The same as a message tells it: its contract may not be cleared here. */
export interface ToldFill extends Omit<Fill, 'contract'> {
  readonly instrument: unknown;
}

/** What a fill moves, settlement asset, signed for the client. */
export interface BookedCash {
  /** cash, rounded down to the minor unit. */
  readonly credit: Decimal;
  /** Paid to the client, exact. */
  readonly cash: Decimal;
  /** Of the trade at the price the client's position changes at, exact. */
  readonly value: Decimal;
  /** value minus what the trade is worth on the exchange; zero unless it closes out. */
  readonly againstMark: Decimal;
}

/** Booking of a fill beside the position: the fee and the entry. */
export interface FillBooking {
  readonly fee: Decimal;
  readonly feeSchedule: string;
  /** Absent where the schedule has one tier for all, and of a close-out. */
  readonly feeTier?: string;
  readonly toClient: CollateralChanges;
  readonly lines: readonly JournalLine[];
}

/** A trade: the client pays its fee in the settlement asset, or is paid his rebate, by the tier of his owner. @see docs/spec/accounts.md CLR-ACC-013, CLR-ACC-046 */
export function tradeBooking(
  state: AccountsState,
  { contract, accountId, liquidity, quantity }: Fill,
  { credit, cash, value }: BookedCash,
): FillBooking {
  const { settlementAsset: asset, instrument } = contract;
  const { fees, feeSchedule, feeTier } = feesOf(state, accountId);
  const basis = { contracts: quantity, value: value.abs(), index: state.indexes.get(instrument.underlying) };
  const fee = roundMoney(state, tradingFee(fees, contract, liquidity, basis), asset, 'fee');
  const toClient = credit.minus(fee);
  return {
    fee,
    feeSchedule,
    ...(feeTier === undefined ? {} : { feeTier }),
    toClient: { [asset]: toClient },
    lines: [
      [clientLedger(accountId), asset, toClient],
      ['house/pnl', asset, cash.neg()],
      ['house/rounding', asset, cash.minus(credit)],
      ['house/fees', asset, fee],
    ],
  };
}

/**
 * A close-out: the client is closed at the mark and charged the provisional penalty in USD, and no trading fee; what mark and fill
 * differ by is `liquidation`'s, in USD too. Another asset is converted at the order's price between `liquidation` and
 * `house/conversion`.
 */
export function closeOutBooking(
  state: AccountsState,
  { contract, accountId, quantity }: Fill,
  { credit, cash, againstMark }: BookedCash,
  order: CloseOutOrder,
): FillBooking {
  const { settlementAsset: asset } = contract;
  const penalty = provisionalPenalty(quantity.times(order.notional), order.provisionalRate);
  const difference = roundMoney(state, againstMark, asset, 'credit');
  const client = clientLedger(accountId);
  const house: readonly JournalLine[] = [
    ['house/pnl', asset, cash.plus(againstMark).neg()],
    ['house/rounding', asset, cash.minus(credit).plus(againstMark).minus(difference)],
  ];
  const booking = { fee: penalty, feeSchedule: order.policy };
  if (asset === SETTLEMENT_ASSET) {
    const toClient = credit.minus(penalty);
    return {
      ...booking,
      toClient: { [asset]: toClient },
      lines: [[client, asset, toClient], ...house, ['liquidation', asset, difference.plus(penalty)]],
    };
  }
  const converted = roundUsd(difference.times(order.assetPrice), 'credit');
  return {
    ...booking,
    toClient: { [asset]: credit, [SETTLEMENT_ASSET]: penalty.neg() },
    lines: [
      [client, asset, credit],
      [client, SETTLEMENT_ASSET, penalty.neg()],
      ...house,
      ['house/conversion', asset, difference],
      ['house/conversion', SETTLEMENT_ASSET, converted.neg()],
      ['liquidation', SETTLEMENT_ASSET, converted.plus(penalty)],
    ],
  };
}
