import type { CommandResult, SealedEvent } from '@ballast/event-sourcing';
import type { InstrumentId, TradeSide } from '@ballast/facts';
import { dec, invariant, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';
import { MarginHouse, NOON } from '../margin.fixtures.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { feesOf, requirementOfOrders } from './account-orders.js';
import { openOrdersOf, ordersOf } from './open-orders.js';
import { feeOfFill } from './order-cost.js';

export interface PlacedOrder {
  readonly accountId: string;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: string;
  readonly price: string;
}

/** An exchange beside a margin partition: it reserves, takes orders, fills and cancels them, and books fills as accounts does. */
export class Exchange {
  #ids = 0;

  constructor(readonly house: MarginHouse) {}

  command(type: string, payload: unknown): { readonly result: CommandResult; readonly events: readonly SealedEvent[] } {
    const { house } = this;
    const entry = house.entry('margin.commands', 0, 'commands', type, payload);
    house.inputs.push(entry);
    house.items.push([entry]);
    const result = house.machine.accept(entry);
    house.machine.settle();
    const { events } = house.machine.drain();
    house.events.push(...events);
    invariant(result, 'a command is answered');
    return { result, events };
  }

  reserve(order: PlacedOrder, holdMs = 60_000, reservationId = `r${(this.#ids += 1)}`) {
    return { reservationId, ...this.command('ReserveMargin', { reservationId, ...order, holdMs }) };
  }

  release(accountId: string, reservationId: string): CommandResult {
    return this.command('ReleaseReservation', { reservationId, accountId }).result;
  }

  accept(order: PlacedOrder, reservationId: string | null, orderId = `o${(this.#ids += 1)}`): readonly SealedEvent[] {
    return this.#tell(order.accountId, 'OrderAccepted', { orderId, ...order, reservationId });
  }

  change(accountId: string, orderId: string, quantity: string, price: string): readonly SealedEvent[] {
    return this.#tell(accountId, 'OrderChanged', { orderId, accountId, quantity, price });
  }

  close(accountId: string, orderId: string, filledQuantity: string): readonly SealedEvent[] {
    const payload = { orderId, accountId, reason: 'cancelled', filledQuantity };
    return this.#tell(accountId, 'OrderClosed', payload);
  }

  #tell(accountId: string, type: string, payload: unknown): readonly SealedEvent[] {
    return this.house.accept(this.house.fact('exchange.orders', `orders-${accountId}`, type, payload));
  }

  /** Accounts books a fill of an order: money to the cent, the fee on top. @param quantity contracts, positive */
  book({ accountId, instrument, side }: PlacedOrder, quantity: Decimal, price: Decimal, orderId?: string) {
    const { house } = this;
    const account = house.machine.state.book.at(accountId);
    const contract = house.assessor().market.open(instrument);
    invariant(contract, `${instrument} has a price`);
    const fee = roundUsd(feeOfFill(contract, quantity, price, feesOf(house.machine.state, account)), 'fee');
    const signed = side === 'sell' ? quantity.neg() : quantity;
    const after = filledAccount(house.machine.state.book.assessed(account), contract, signed, price, fee);
    const { quantity: held, cost } = after.holdings.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const collateral = Object.fromEntries(
      [...after.collateral].map(([asset, amount]) => [asset, text(roundUsd(amount, 'credit'))]),
    );
    const payload = {
      accountId,
      collateral,
      quantity: text(quantity),
      ...(orderId === undefined ? {} : { orderId }),
      position: { instrument, quantity: text(held), cost: text(cost) },
    };
    return house.accept(house.fact('accounts', `account-${accountId}`, 'PositionChanged', payload));
  }

  openOf(accountId: string) {
    return openOrdersOf(this.house.machine.state.openOrders, accountId);
  }

  reservationsOf(accountId: string): readonly string[] {
    return [...ordersOf(this.house.machine.state.openOrders, accountId).reservations.keys()];
  }

  headroom(accountId: string): Decimal {
    const { state } = this.house.machine;
    const required = requirementOfOrders(state, this.house.assessor(), state.book.at(accountId));
    invariant(required, 'everything has a price');
    return required.headroom;
  }

  /** Equity above the initial requirement of what is held. */
  surplus(accountId: string): Decimal {
    const { equity, initial } = this.house.assessed(accountId).figures;
    return equity.minus(initial);
  }
}

/** An order in short: `order('ann.main', 'buy', '1 BTC-PERP at 60000')`. */
export function order(accountId: string, side: TradeSide, terms: string): PlacedOrder {
  const [quantity = '', instrument = '', , price = ''] = terms.split(' ');
  return { accountId, instrument, side, quantity: text(dec(quantity)), price };
}

export const ANN = 'ann.main';
export const BEN = 'ben.main';

/** An exchange on which Ann holds one bitcoin at the mark; she and Ben have much more money than they need. */
export function wealthyExchange(): Exchange {
  const house = new MarginHouse();
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  house.account(ANN, { USD: '100000', position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  house.account(BEN, { USD: '100000' });
  return new Exchange(house);
}
