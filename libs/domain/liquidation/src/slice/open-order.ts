import { SETTLEMENT_ASSET, ZERO, dec, type Decimal } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, InstrumentId, LiquidationEvents, Place, TradeSide } from '@ballast/facts';
import { placeOf } from '../place.js';

/** A close-out order whose cost has not been assessed yet, with what accounts has booked of it so far. */
export interface OpenOrder {
  readonly place: Place;
  /** Id of the liquidation policy it was placed under. */
  readonly policy: string;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  /** It hedges options and closes nothing. */
  readonly hedges: boolean;
  readonly quantity: Decimal;
  readonly mark: Decimal;
  /** USD per contract that rates are fractions of. */
  readonly unitNotional: Decimal;
  readonly equityRate: Decimal;
  /** Fraction of the notional that the client has in it: slippage up to it is his. */
  readonly bearableRate: Decimal;
  readonly limit: Decimal;
  readonly theta: Decimal;
  readonly modelledRate: Decimal;
  readonly executionRate: Decimal;
  readonly timeRate: Decimal;
  readonly fundShare: Decimal;
  readonly operatingCost: Decimal;
  readonly schedule: number;
  /** Booked by accounts: contracts; provisional penalty, USD; mark against fill, USD, positive = a cost. */
  readonly closed: Decimal;
  readonly charged: Decimal;
  readonly slippage: Decimal;
  /** Last word of the exchange: what was filled in all. */
  readonly finished: Decimal | null;
}

/** An order as it was placed. */
export function openedOrder(event: LogEntry<string, LiquidationEvents['CloseOutOrderPlaced']>): OpenOrder {
  const { payload } = event;
  return {
    place: placeOf(event),
    policy: payload.policy,
    instrument: payload.instrument,
    side: payload.side,
    hedges: payload.hedge !== undefined,
    quantity: dec(payload.quantity),
    mark: dec(payload.mark),
    unitNotional: dec(payload.settlement.notional),
    equityRate: dec(payload.equityRate),
    bearableRate: dec(payload.bearableRate),
    limit: dec(payload.limit),
    theta: dec(payload.theta),
    modelledRate: dec(payload.modelledRate),
    executionRate: dec(payload.executionRate),
    timeRate: dec(payload.timeRate),
    fundShare: dec(payload.fundShare),
    operatingCost: dec(payload.operatingCost),
    schedule: payload.schedule,
    closed: ZERO,
    charged: ZERO,
    slippage: ZERO,
    finished: null,
  };
}

/**
 * An order with one more fill that accounts has booked. Slippage is read from the ledger: what the fill left in `liquidation` is the
 * charge minus the slippage. So the draw for a slice is the minus of its ledger account, however accounts came to it.
 */
export function withFill(order: OpenOrder, { quantity, fee, postings }: AccountsEvents['PositionChanged']): OpenOrder {
  const charge = dec(fee);
  const left = postings
    .filter(({ ledgerAccount, asset }) => ledgerAccount === 'liquidation' && asset === SETTLEMENT_ASSET)
    .reduce((total, { amount }) => total.plus(dec(amount)), ZERO);
  return {
    ...order,
    closed: order.closed.plus(dec(quantity)),
    charged: order.charged.plus(charge),
    slippage: order.slippage.plus(charge.minus(left)),
  };
}
