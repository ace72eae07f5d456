import type { TradeSide } from '@ballast/facts';
import { dec, minOf, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';
import { isOption } from './own-options.js';

/** Digits of what is released when a part is closed, CLR-INS-011. */
const COST_DIGITS = 12;

interface Holding {
  cash: Decimal;
  readonly positions: Map<string, { readonly quantity: Decimal; readonly cost: Decimal }>;
}

const RATE = {
  perpetual: { taker: dec('0.0005'), maker: dec('0.0002') },
  option: { taker: dec('0.0003'), maker: dec('0.0003') },
} as const;
/** An option is charged no more than this part of its premium. */
const CAP_OF_PREMIUM = dec('0.125');

/** @param index of the underlying, which the fee of an option follows; @returns USD, by CLR-ACC-013 */
export function feeOf(
  kind: keyof typeof RATE,
  liquidity: 'maker' | 'taker',
  quantity: Decimal,
  price: Decimal,
  index: Decimal,
): Decimal {
  const rate = RATE[kind][liquidity];
  const each = kind === 'option' ? minOf(rate.times(index), CAP_OF_PREMIUM.times(price)) : rate.times(price);
  return roundUsd(each.times(quantity), 'fee');
}

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

  /** @returns cash: of an option the premium, of all else what is realised */
  #move(accountId: string, instrument: string, side: TradeSide, quantity: Decimal, price: Decimal): Decimal {
    const { positions } = this.holdings.get(accountId)!;
    const { quantity: held, cost } = positions.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const signed = side === 'buy' ? quantity : quantity.neg();
    if (isOption(instrument)) {
      positions.set(instrument, { quantity: held.plus(signed), cost });
      return signed.times(price).neg();
    }
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
