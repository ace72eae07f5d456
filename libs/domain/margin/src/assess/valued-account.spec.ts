import { FEE_DOCUMENTS, feeTierOf } from '@ballast/instruments';
import { dec, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { BUNDLED_FEES, NOON } from '../margin.fixtures.js';
import { orderRequirement, type OrderMarket } from '../orders/worst-fills.js';
import { filledAccount } from '../pre-trade/filled-account.js';
import { assessAccount } from './assess.js';
import type { AssessedAccount } from './assessment.js';
import { listing, OptionHouse } from './option-house.fixtures.js';
import { valueHoldings } from './valued-holdings.js';

const CALL = 'BTC-7NOV25-60000-C';
const PUT = 'BTC-7NOV25-55000-P';
const COIN_FUTURE = 'BTC-7NOV25-INVERSE';
const CONTRACTS = [CALL, PUT, COIN_FUTURE, 'BTC-PERP', 'ETH-PERP'] as const;

const quantity = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.constantFrom(1, 1, 100))
  .filter(([hundredths]) => hundredths !== 0)
  .map(([hundredths, times]) => dec(hundredths).div(100).times(times));
const position = fc.record({
  instrument: fc.constantFrom(...CONTRACTS),
  quantity,
  cost: fc.integer({ min: -999, max: 999 }),
});
const situation = fc.record({
  USD: fc.integer({ min: -500_000, max: 4_000_000 }).map((cents) => text(dec(cents).div(100))),
  BTC: fc.constantFrom('0', '0.25', '-0.1'),
  held: fc.uniqueArray(position, { maxLength: 3, selector: ({ instrument }) => instrument }),
  elsewhere: fc.option(position, { nil: null }),
  order: position,
  /** Price of the fill, per mille of the mark. */
  paid: fc.integer({ min: 980, max: 1_020 }),
});

function house(): OptionHouse {
  const open = new OptionHouse(undefined, BUNDLED_FEES);
  open.list(
    listing(CALL),
    listing(PUT),
    listing(COIN_FUTURE, { settlementAsset: 'BTC', contractSize: '100', lot: '1' }),
  );
  open.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
  open.account('ann.main', { USD: '1000' });
  open.account('ann.hedge', { USD: '1000' });
  return open;
}

describe('an account that was assessed before', () => {
  it('answers for its other states, and for its orders, what a new assessment says [CLR-ORD-002]', () => {
    const open = house();
    const assessor = open.assessor();
    const { market, rules } = assessor;
    const { accountsRules, book } = open.machine.state;
    const orderMarket: OrderMarket = { market, rules, fees: feeTierOf(FEE_DOCUMENTS.inForce(accountsRules), dec(0)) };
    const holdingsOf = (positions: readonly { instrument: string; quantity: Decimal; cost: number }[]) =>
      new Map(
        [...positions]
          .sort((a, b) => (a.instrument < b.instrument ? -1 : 1))
          .map(({ instrument, quantity, cost }) => [instrument, { quantity, cost: dec(cost) }]),
      );
    const fresh = (account: AssessedAccount): string => {
      const { equity, initial } = assessAccount(account, market, rules).figures;
      return text(equity.minus(initial));
    };
    const answered = { known: 0, unknown: 0 };
    fc.assert(
      fc.property(situation, ({ USD, BTC, held, elsewhere, order, paid }) => {
        const account: AssessedAccount = {
          ...book.assessed(book.at('ann.main')),
          collateral: new Map([
            ['USD', dec(USD)],
            ['BTC', dec(BTC)],
          ]),
          holdings: holdingsOf(held),
          ownerHoldings: elsewhere === null ? [] : [holdingsOf([elsewhere])],
        };
        const contract = market.open(order.instrument);
        if (contract === null) throw new Error(`${order.instrument} has no price`);
        const price = contract.price.times(paid).div(1_000).toDecimalPlaces(2);
        const present = assessor.valued(account);
        const filled = present.changedTo(filledAccount(account, contract, order.quantity, price, dec('1.5')));
        const atMark = filledAccount(account, contract, order.quantity, contract.price);
        const sizes = (factor: number) => ({
          ownerSizes: new Map([['BTC', { long: dec(50_000).times(factor), short: dec(20_000).times(factor) }]]),
        });
        // A debt of money decides whether a coin without a position is required anything for.
        const owing = { ...account, collateral: new Map(account.collateral).set('USD', dec(USD).minus(50_000)) };
        const states = [account, atMark, owing].flatMap((state) => [
          state,
          { ...state, ...sizes(1) },
          { ...state, ...sizes(10_000) },
        ]);
        for (const state of states) {
          for (const known of [present, filled]) {
            const surplus = known.surplusOf({ account: state, valued: valueHoldings(state.holdings, market) });
            answered[surplus === undefined ? 'unknown' : 'known'] += 1;
            if (surplus !== undefined) expect(text(surplus)).toBe(fresh(state));
          }
        }
        const terms = {
          instrument: order.instrument,
          side: order.quantity.isNegative() ? ('sell' as const) : ('buy' as const),
          quantity: order.quantity.abs(),
          price,
        };
        const others =
          elsewhere === null ? [] : [{ account: { ...account, holdings: holdingsOf([elsewhere]) }, orders: [] }];
        const owner = { of: { account, orders: [terms] }, others };
        expect(orderRequirement(orderMarket, owner, [present, filled])).toEqual(orderRequirement(orderMarket, owner));
      }),
      { numRuns: 150 },
    );
    expect(Math.min(answered.known, answered.unknown)).toBeGreaterThan(300);
  });
});
