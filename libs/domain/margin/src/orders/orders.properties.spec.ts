import { dec, maxOf, minOf, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { BUNDLED_FEES, MINUTE, NOON } from '../margin.fixtures.js';
import { Exchange, type PlacedOrder } from './exchange.fixtures.js';

const CALL = 'BTC-7NOV25-60000-C';
const PUT = 'BTC-7NOV25-55000-P';
const CONTRACTS = [CALL, PUT, 'BTC-7NOV25', 'BTC-PERP', 'ETH-PERP'] as const;
const ACCOUNTS = ['ann.main', 'ann.hedge'] as const;

/** What rounding may take of a surplus when a fill is booked: equity, requirement, money and fee, a cent each, and half of one twice. */
const ROUNDING = dec('0.05');

function open(): Exchange {
  const house = new OptionHouse(undefined, BUNDLED_FEES);
  house.list(listing(CALL), listing(PUT), listing('BTC-7NOV25'));
  house.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
  house.account('ann.main', { USD: '40000' });
  house.account('ann.hedge', { USD: '25000' });
  return new Exchange(house);
}

const markOf = ({ house }: Exchange, instrument: string): Decimal => {
  const contract = house.assessor().market.open(instrument);
  if (contract === null) throw new Error(`${instrument} has no price`);
  return contract.price;
};

const action = fc.record({
  what: fc.constantFrom(
    'reserve',
    'reserve',
    'reserve',
    'accept',
    'accept',
    'fill',
    'fill',
    'cancel',
    'release',
    'amend',
    'price',
  ),
  account: fc.constantFrom(...ACCOUNTS),
  instrument: fc.constantFrom(...CONTRACTS),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  hundredths: fc.integer({ min: 1, max: 120 }),
  /** Limit beside the mark, per mille. */
  beside: fc.integer({ min: -20, max: 20 }),
  share: fc.integer({ min: 1, max: 4 }),
  pick: fc.nat(1_000),
});

describe('reserved and open orders [CLR-ORD-001]', () => {
  it('never let equity fall below the initial requirement at the prices of their admission, whatever is accepted, filled and cancelled in which order', () => {
    let admitted = 0;
    fc.assert(
      fc.property(fc.array(action, { minLength: 10, maxLength: 40 }), (actions) => {
        const exchange = open();
        const reserved = new Map<string, PlacedOrder>();
        const orders = new Map<string, PlacedOrder>();
        const filled = new Map<string, Decimal>();
        /** What has to hold per account: headroom at the last price or admission, less rounding. */
        const floor = new Map<string, Decimal>(ACCOUNTS.map((account) => [account, exchange.headroom(account)]));
        const renew = (): void => {
          for (const account of ACCOUNTS) floor.set(account, exchange.headroom(account));
        };
        let minute = 0;
        for (const { what, account, instrument, side, hundredths, beside, share, pick } of actions) {
          const picked = <V>(map: Map<string, V>): readonly [string, V] | undefined =>
            [...map][pick % Math.max(1, map.size)];
          let rounding = false;
          switch (what) {
            case 'reserve': {
              const limit = markOf(exchange, instrument)
                .times(dec(1_000 + beside).div(1_000))
                .toDecimalPlaces(2);
              const order = {
                accountId: account,
                instrument,
                side,
                quantity: text(dec(hundredths).div(100)),
                price: text(maxOf(limit, dec('0.01'))),
              };
              const { result, reservationId } = exchange.reserve(order, 10 * MINUTE);
              if (result.outcome !== 'accepted') break;
              if (exchange.headroom(account).isNegative()) {
                // It reduces risk and passes by right; nothing is promised then.
                exchange.release(account, reservationId);
                break;
              }
              admitted += 1;
              reserved.set(reservationId, order);
              renew();
              break;
            }
            case 'accept': {
              const [reservationId, order] = picked(reserved) ?? [];
              if (reservationId === undefined || order === undefined) break;
              if (!exchange.reservationsOf(order.accountId).includes(reservationId)) {
                reserved.delete(reservationId);
                break;
              }
              exchange.accept(order, reservationId, `order-${reservationId}`);
              reserved.delete(reservationId);
              orders.set(`order-${reservationId}`, order);
              filled.set(`order-${reservationId}`, dec(0));
              break;
            }
            case 'fill': {
              const [orderId, order] = picked(orders) ?? [];
              if (orderId === undefined || order === undefined) break;
              const already = filled.get(orderId) as Decimal;
              const left = dec(order.quantity).minus(already);
              if (!left.gt(0)) break;
              const part = share === 4 ? left : left.times(share).div(4).toDecimalPlaces(4);
              if (!part.gt(0)) break;
              const mark = markOf(exchange, order.instrument);
              // At its limit, or at the mark where that is better for it.
              const limit = dec(order.price);
              const better = order.side === 'buy' ? minOf(limit, mark) : maxOf(limit, mark);
              exchange.book(order, part, pick % 2 === 0 ? limit : better, orderId);
              filled.set(orderId, already.plus(part));
              rounding = true;
              break;
            }
            case 'cancel': {
              const [orderId, order] = picked(orders) ?? [];
              if (orderId === undefined || order === undefined) break;
              exchange.close(order.accountId, orderId, text(filled.get(orderId) as Decimal));
              orders.delete(orderId);
              break;
            }
            case 'amend': {
              const [orderId, order] = picked(orders) ?? [];
              if (orderId === undefined || order === undefined) break;
              // Smaller only: more is a new order, which is checked.
              const less = dec(order.quantity)
                .plus(filled.get(orderId) as Decimal)
                .div(2)
                .toDecimalPlaces(4);
              if (!less.gt(filled.get(orderId) as Decimal)) break;
              exchange.change(order.accountId, orderId, text(less), order.price);
              orders.set(orderId, { ...order, quantity: text(less) });
              break;
            }
            case 'release': {
              const [reservationId, order] = picked(reserved) ?? [];
              if (reservationId === undefined || order === undefined) break;
              exchange.release(order.accountId, reservationId);
              reserved.delete(reservationId);
              break;
            }
            default: {
              minute += 1;
              const house = exchange.house as OptionHouse;
              const move = dec(1_000 + beside).div(1_000);
              house.reprice({
                at: NOON + minute * MINUTE,
                BTC: text(dec(60_000).times(move)),
                ETH: text(dec(3_000).times(move)),
                volatility: 0.6,
              });
              renew();
            }
          }
          for (const each of ACCOUNTS) {
            if (rounding) floor.set(each, (floor.get(each) as Decimal).minus(ROUNDING));
            const least = floor.get(each) as Decimal;
            expect([each, what, exchange.headroom(each).gte(least), exchange.surplus(each).gte(least)]).toEqual([
              each,
              what,
              true,
              true,
            ]);
          }
        }
      }),
      { numRuns: 40 },
    );
    // A test that admits nothing shows nothing.
    expect(admitted).toBeGreaterThan(100);
  }, 300_000);
});
