import type { TradeSide } from '@ballast/facts';
import { dec, minOf, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';

/** Digits of what is released when a part is closed, CLR-INS-011. */
const COST_DIGITS = 12;

interface Holding {
  cash: Decimal;
  readonly positions: Map<string, { readonly quantity: Decimal; readonly cost: Decimal }>;
}

export const FEE = { taker: dec('0.0005'), maker: dec('0.0002') } as const;

/** The exchange's own books, by CLR-ACC-011 to 014. */
export class Books {
  readonly holdings = new Map<string, Holding>();

  open(accountId: string, cash: Decimal): void {
    this.holdings.set(accountId, { cash, positions: new Map() });
  }

  pay(accountId: string, amount: Decimal): void {
    const holding = this.holdings.get(accountId)!;
    holding.cash = holding.cash.plus(amount);
  }

  trade(accountId: string, instrument: string, side: TradeSide, quantity: Decimal, price: Decimal, fee: Decimal): void {
    this.pay(accountId, roundUsd(this.#move(accountId, instrument, side, quantity, price), 'credit').minus(fee));
  }

  #move(accountId: string, instrument: string, side: TradeSide, quantity: Decimal, price: Decimal): Decimal {
    const { positions } = this.holdings.get(accountId)!;
    const { quantity: held, cost } = positions.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const signed = side === 'buy' ? quantity : quantity.neg();
    const closing = held.times(signed).isNegative() ? minOf(quantity, held.abs()) : ZERO;
    const released = closing.isZero() ? ZERO : cost.times(closing).div(held.abs()).toDecimalPlaces(COST_DIGITS);
    const closed = held.isNegative() ? closing.neg() : closing;
    const opened = signed.plus(closed).times(price);
    positions.set(instrument, { quantity: held.plus(signed), cost: cost.minus(released).plus(opened) });
    return closed.times(price).minus(released);
  }

  /** Every account in the form in which Ballast shows it. */
  statement(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.holdings].map(([accountId, { cash, positions }]) => [
        accountId,
        {
          cash: text(cash),
          positions: [...positions]
            .filter(([, { quantity }]) => !quantity.isZero())
            .map(([instrument, { quantity, cost }]) => `${instrument} ${text(quantity)} ${text(cost)}`)
            .sort(),
        },
      ]),
    );
  }
}
