import { profit } from '@ballast/instruments';
import { maxOf, ONE, ZERO, type Decimal } from '@ballast/kernel';
import type { Market, OpenOrder, Portfolio, PositionHolding } from '../margin-model.js';
import { finite, instrumentMarketOf, positive, underlyingMarketOf } from '../reading/market-reading.js';

/** Orders of one side that may add risk. */
export const openingOrders = ({ orders }: Portfolio, filled: 'buy' | 'sell'): readonly OpenOrder[] =>
  orders.filter(({ side, reduceOnly }) => side === filled && reduceOnly !== true);

/** The position that an order becomes. @throws ModelInputError `figure-not-finite`, `price-not-positive` */
export function fillOf({ instrument, side, quantity }: OpenOrder): PositionHolding {
  const size = positive(quantity, `orders.${instrument.id}.quantity`);
  return { instrument, quantity: side === 'buy' ? size : size.neg() };
}

/** Loss of a fill against the mark, USD, >= 0; a gain doesn't count before it is made. */
export function fillLoss({ instrument, side, quantity, price }: OpenOrder, market: Market): Decimal {
  if (price === undefined) return ZERO;
  const { mark } = instrumentMarketOf(market, instrument.id);
  const signed = side === 'buy' ? quantity : quantity.neg();
  const gain = profit(instrument, signed, finite(price, `orders.${instrument.id}.price`), mark);
  const { spot } = underlyingMarketOf(market, instrument.underlying);
  return maxOf(gain.times(instrument.settlement === 'inverse' ? spot : ONE).neg(), ZERO);
}
