import { type Decimal, maxOf, minOf, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import {
  type ExplainLine,
  finite,
  instrumentMarketOf,
  type Market,
  type ModelResult,
  type OpenOrder,
  type Portfolio,
  SETTLEMENT_ASSET,
  underlyingMarketOf,
} from '@ballast/margin-models';
import { withIsolatedPositions } from './isolated-positions.js';

/** @throws ModelInputError `order-quantity-not-positive` */
export function orderQuantity({ instrument, quantity }: OpenOrder): Decimal {
  const field = `orders.${instrument.id}.quantity`;
  if (finite(quantity, field).gt(0)) return quantity;
  const message = `${field}: ${quantity.toString()} is not above zero; the side says buy or sell`;
  throw new ModelInputError('order-quantity-not-positive', field, message);
}

/** The worse of limit and mark for the owner: a better limit is no gain before it is met. */
export function fillPrice({ instrument, side, price }: OpenOrder, market: Market): Decimal {
  const { mark } = instrumentMarketOf(market, instrument.id);
  if (price === undefined) return mark;
  finite(price, `orders.${instrument.id}.price`);
  return side === 'buy' ? maxOf(price, mark) : minOf(price, mark);
}

/** The portfolio after some of its orders were filled; an option's premium is paid in cash. */
function filled(portfolio: Portfolio, orders: readonly OpenOrder[], market: Market): Portfolio {
  let cash = ZERO;
  const positions = orders.map((order) => {
    const { instrument, side } = order;
    const quantity = side === 'buy' ? orderQuantity(order) : orderQuantity(order).neg();
    const price = fillPrice(order, market);
    if (instrument.kind !== 'option') return { instrument, quantity, entryPrice: price };
    // A coin-settled premium is paid in coin, which is worth its spot.
    const unit = instrument.settlement === 'linear' ? ONE : underlyingMarketOf(market, instrument.underlying).spot;
    cash = cash.minus(quantity.times(instrument.contractSize).times(price).times(unit));
    return { instrument, quantity };
  });
  return {
    collateral: [...portfolio.collateral, { asset: SETTLEMENT_ASSET, amount: cash }],
    positions: [...portfolio.positions, ...positions],
    orders: [],
  };
}

/**
 * Open orders by the worst side: the initial level must also hold after all buys, and after all sells, were filled at the worse
 * of limit and mark. Orders that only reduce are left out; other levels look at positions alone. Isolated positions stay apart.
 * @param assess the model without orders
 */
export function withWorstOrders(
  assess: (portfolio: Portfolio) => ModelResult,
  portfolio: Portfolio,
  market: Market,
): ModelResult {
  const assessHeld = (held: Portfolio): ModelResult => withIsolatedPositions(assess, held);
  const plain = assessHeld({ ...portfolio, orders: [] });
  const counted = portfolio.orders.filter(({ reduceOnly }) => reduceOnly !== true);
  if (counted.length === 0) return plain;
  const surplusOf = ({ value, requirements }: ModelResult): Decimal => value.minus(requirements.initial ?? ZERO);
  const after = (side: 'buy' | 'sell'): Decimal =>
    surplusOf(
      assessHeld(
        filled(
          portfolio,
          counted.filter((order) => order.side === side),
          market,
        ),
      ),
    );
  const surplus = surplusOf(plain);
  const buys = after('buy');
  const sells = after('sell');
  const charge = surplus.minus(minOf(surplus, buys, sells));
  const line: ExplainLine = {
    code: 'open-orders',
    amount: charge,
    figures: {
      initial: charge,
      maintenance: ZERO,
      surplusWithoutOrders: surplus,
      surplusAfterBuys: buys,
      surplusAfterSells: sells,
    },
  };
  const requirements = { ...plain.requirements, initial: (plain.requirements.initial ?? ZERO).plus(charge) };
  return { ...plain, requirements, lines: [...plain.lines, line] };
}
