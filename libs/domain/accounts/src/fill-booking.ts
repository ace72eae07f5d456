import type { ContractSpecification } from '@ballast/instruments';
import type { Place, TradeSide } from '@ballast/facts';
import { invariant, roundMoney, roundUsd, type Asset, type Decimal } from '@ballast/kernel';
import type { CloseOutOrder } from './accounts.state.js';
import { FEES, provisionalPenalty, tradingFee } from './fee-schedule.js';
import { clientLedger, type JournalLine } from './ledger.js';

/** One side of a trade as it can be booked. */
export interface Fill {
  readonly tradeId: string;
  readonly accountId: string;
  readonly contract: ContractSpecification;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly liquidity: 'maker' | 'taker';
  readonly closeOutOrder: Place | null;
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
  readonly toClient: { readonly [A in Asset]?: Decimal };
  readonly lines: readonly JournalLine[];
}

/**
 * A trade: the client pays its fee in the settlement asset.
 * @param index USD per unit of the underlying; undefined before the first one
 */
export function tradeBooking(
  { contract, accountId, liquidity, quantity }: Fill,
  { credit, cash, value }: BookedCash,
  index: Decimal | undefined,
): FillBooking {
  const { settlementAsset: asset } = contract;
  const fee = tradingFee(contract, liquidity, quantity, value.abs(), index);
  const toClient = credit.minus(fee.amount);
  return {
    fee: fee.amount,
    feeSchedule: fee.schedule,
    toClient: { [asset]: toClient },
    lines: [
      [clientLedger(accountId), asset, toClient],
      ['house/pnl', asset, cash.neg()],
      ['house/rounding', asset, cash.minus(credit)],
      ['house/fees', asset, fee.amount],
    ],
  };
}

/**
 * A close-out: the client is closed at the mark and charged the provisional penalty in USD; what mark and fill differ by is
 * `liquidation`'s, in USD too. Coin is converted at the order's price between `liquidation` and `house/conversion`.
 */
export function closeOutBooking(
  { contract, accountId, quantity }: Fill,
  { credit, cash, value, againstMark }: BookedCash,
  order: CloseOutOrder,
): FillBooking {
  const { settlementAsset: asset } = contract;
  invariant(
    asset === 'USD' || order.notional !== null,
    `an order in ${contract.instrument.id} names no price of ${asset}`,
  );
  const notional = order.notional === null ? value.abs() : quantity.times(order.notional);
  const penalty = provisionalPenalty(notional, order.provisionalRate);
  const difference = roundMoney(againstMark, asset, 'credit');
  const client = clientLedger(accountId);
  const house: readonly JournalLine[] = [
    ['house/pnl', asset, cash.plus(againstMark).neg()],
    ['house/rounding', asset, cash.minus(credit).plus(againstMark).minus(difference)],
  ];
  const booking = { fee: penalty, feeSchedule: FEES.id };
  if (asset === 'USD') {
    const toClient = credit.minus(penalty);
    return {
      ...booking,
      toClient: { USD: toClient },
      lines: [[client, 'USD', toClient], ...house, ['liquidation', 'USD', difference.plus(penalty)]],
    };
  }
  const converted = roundUsd(difference.times(order.assetPrice), 'credit');
  return {
    ...booking,
    toClient: { [asset]: credit, USD: penalty.neg() },
    lines: [
      [client, asset, credit],
      [client, 'USD', penalty.neg()],
      ...house,
      ['house/conversion', asset, difference],
      ['house/conversion', 'USD', converted.neg()],
      ['liquidation', 'USD', converted.plus(penalty)],
    ],
  };
}
