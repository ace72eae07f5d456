import { documentHash } from '@ballast/documents/testing';
import { GLOBAL } from '@ballast/event-sourcing';
import { dec, instantOf, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { BUNDLED_FEES, MarginHouse, MINUTE, NOON, payloadsOf, typesOf } from '../margin.fixtures.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { whatIf } from '../what-if/what-if.js';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { requirementOfOrders } from './account-orders.js';
import { Exchange, order } from './exchange.fixtures.js';
import { noteFilled, ordersOf } from './open-orders.js';
import { headroomOf, ordersOfAccount } from './orders.queries.js';

interface Start {
  readonly USD: string;
  /** Contracts of BTC-PERP held at the mark. */
  readonly held?: string;
  readonly fees?: unknown;
}

/** Ann's account at 60,000, where a contract asks 936.96 at maintenance and 2,342.40 initially. */
function exchange({ USD, held, fees }: Start): Exchange {
  const house = new MarginHouse(undefined, fees);
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  const position =
    held === undefined
      ? {}
      : { position: { instrument: 'BTC-PERP', quantity: held, cost: text(dec(held).times(60_000)) } };
  house.account('ann.main', { USD, ...position });
  return new Exchange(house);
}

const buy = (terms: string) => order('ann.main', 'buy', terms);
const sell = (terms: string) => order('ann.main', 'sell', terms);
const codeOf = ({ result }: { readonly result: { readonly outcome: string; readonly code?: string } }): string =>
  result.outcome === 'accepted' ? 'accepted' : (result.code ?? '');
const requirement = ({ house }: Exchange) =>
  requirementOfOrders(house.machine.state, house.assessor(), house.machine.state.book.at('ann.main'));

describe('what orders require [CLR-ORD-002]', () => {
  it('of a contract is the worse of all bought and all sold, and nothing while it only closes', () => {
    const ex = exchange({ USD: '100000', held: '1' });
    ex.accept(buy('2 BTC-PERP at 60000'), null);
    ex.accept(sell('7 BTC-PERP at 60000'), null);
    const sold = requirement(ex);
    expect(sold?.underlyings.map(({ fills }) => fills.map(({ quantity }) => text(quantity)))).toEqual([['-7']]);
    const house = exchange({ USD: '100000', held: '-6' });
    expect(text(sold?.headroom ?? dec(0))).toBe(text(house.surplus('ann.main')));
    const closing = exchange({ USD: '100000', held: '5' });
    closing.accept(sell('5 BTC-PERP at 60000'), null);
    expect(text(closing.headroom('ann.main'))).toBe(text(closing.surplus('ann.main')));
  });

  it.each(['buy', 'sell'] as const)(
    'covers what an account that trades with itself holds between its two fills, %s first',
    (first) => {
      // 2,342.40 for one contract either way, and both fees.
      const ex = exchange({ USD: '2402.4' });
      for (const terms of [buy('1 BTC-PERP at 60000'), sell('1 BTC-PERP at 60000')]) {
        const { result, reservationId } = ex.reserve(terms);
        expect(codeOf({ result })).toBe('accepted');
        ex.accept(terms, reservationId, terms.side);
      }
      for (const side of first === 'buy' ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const)) {
        const events = ex.book(order('ann.main', side, '1 BTC-PERP at 60000'), dec(1), dec(60_000), side);
        expect(typesOf(events)).not.toContain('LiquidationTriggered');
        expect(ex.surplus('ann.main').gte(0)).toBe(true);
      }
      expect(ex.house.machine.state.book.at('ann.main').holdings.get('BTC-PERP')?.quantity.toFixed() ?? '0').toBe('0');
    },
  );

  it('adds up over underlyings, whichever side is worse in each', () => {
    const ex = exchange({ USD: '100000', held: '1' });
    ex.accept(buy('1 BTC-PERP at 60000'), null);
    ex.accept(order('ann.main', 'sell', '20 ETH-PERP at 3000'), null);
    const worst = exchange({ USD: '100000', held: '2' });
    worst.book(order('ann.main', 'sell', '20 ETH-PERP at 3000'), dec(20), dec(3_000));
    expect(text(ex.headroom('ann.main'))).toBe(text(worst.surplus('ann.main')));
  });

  it('beyond five contracts of an underlying is never less than what any combination of fills asks', () => {
    const ids = ['50000', '52000', '54000', '56000', '58000', '62000', '64000'].map(
      (strike) => `BTC-7NOV25-${strike}-P`,
    );
    const house = new OptionHouse();
    house.list(...ids.map((id) => listing(id)));
    house.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
    house.account('ann.main', { USD: '500000' });
    const ex = new Exchange(house);
    for (const [index, id] of ids.entries())
      ex.accept(order('ann.main', index % 2 === 0 ? 'sell' : 'buy', `1 ${id} at 1000`), null);
    const required = requirement(ex);
    expect(required?.underlyings[0]?.fills.length).toBeLessThanOrEqual(5);
    const costs = required?.costs ?? dec(0);
    for (let mask = 0; mask < 2 ** ids.length; mask += 7) {
      const filled = new OptionHouse();
      filled.list(...ids.map((id) => listing(id)));
      filled.reprice({ at: NOON, BTC: '60000', ETH: '3000', volatility: 0.6 });
      filled.account('ann.main', { USD: '500000' });
      const other = new Exchange(filled);
      for (const [index, id] of ids.entries()) {
        const mark = filled.assessor().market.open(id)?.price ?? dec(1);
        if ((mask >> index) % 2 === 1)
          other.book(order('ann.main', index % 2 === 0 ? 'sell' : 'buy', `1 ${id} at 1`), dec(1), mark);
      }
      expect(
        other
          .surplus('ann.main')
          .plus('0.1')
          .minus(costs)
          .gte(required?.headroom ?? 0),
      ).toBe(true);
    }
  });

  it('counts the sizes that orders of the same owner could bring, in all accounts', () => {
    const alone = exchange({ USD: '4000000', held: '500' });
    const before = alone.headroom('ann.main');
    alone.house.account('ann.other', { USD: '1000000000' });
    alone.accept(order('ann.other', 'buy', '3000 BTC-PERP at 60000'), null);
    expect(alone.headroom('ann.main').lt(before)).toBe(true);
    expect(codeOf(alone.reserve(order('ann.other', 'buy', '9000 BTC-PERP at 60000')))).toBe(
      'owner-below-initial-requirement',
    );
  });

  it('is nobody’s to know while something that may fill has no price', () => {
    const house = new OptionHouse();
    house.list(listing('BTC-7NOV25'));
    house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    house.account('ann.main', { USD: '100000' });
    const ex = new Exchange(house);
    ex.accept(order('ann.main', 'buy', '1 BTC-7NOV25 at 60000'), null);
    expect(codeOf(ex.reserve(buy('0.1 BTC-PERP at 60000')))).toBe('no-prices');
    expect(ordersOfAccount(house.machine.state, 'ann.main')?.requirement).toBeNull();
  });
});

describe('what a fill costs [CLR-ORD-003]', () => {
  it('is what is lost against the mark, and the dearer fee on the price it may fill at', () => {
    const ex = exchange({ USD: '100000', fees: BUNDLED_FEES });
    ex.accept(buy('1 BTC-PERP at 60400'), null);
    // 400 against the mark, and 0.05 % of 60,400.
    expect(text(requirement(ex)?.costs ?? dec(0))).toBe('430.2');
  });

  it('is a fee, no rebate, of a coin-settled contract too, whose value counts below zero: 0.05 % of 12,000', () => {
    const house = new OptionHouse(undefined, BUNDLED_FEES);
    const id = 'BTC-7NOV25-INVERSE';
    house.list(listing(id, { contractSize: '100', settlementAsset: 'BTC' }));
    house.reprice({ at: NOON, BTC: '40000', ETH: '3000', volatility: 0.6 });
    house.account('ann.main', { USD: '100000' });
    const ex = new Exchange(house);
    const checked = preTradeCheck(house.machine.state, { accountId: 'ann.main', instrument: id, quantity: '120' });
    expect(dec(checked.after?.equity ?? '0').lte('99994')).toBe(true);
    for (const side of ['buy', 'sell'] as const) ex.accept(order('ann.main', side, `120 ${id} at 40000`), null);
    expect(text(requirement(ex)?.costs ?? dec(0))).toBe('12');
  });

  it('makes no profit of a limit better than the mark (A2: 10 USD, 1,000 contracts at limit 1)', () => {
    const { machine } = exchange({ USD: '10' }).house;
    const checked = preTradeCheck(machine.state, {
      accountId: 'ann.main',
      instrument: 'BTC-PERP',
      quantity: '1000',
      price: '1',
    });
    expect(checked).toMatchObject({ accepted: false, code: 'below-initial-requirement', after: { equity: '10' } });
  });

  it('is in the figures after a check', () => {
    const { machine } = exchange({ USD: '100000', fees: BUNDLED_FEES }).house;
    const checked = preTradeCheck(machine.state, { accountId: 'ann.main', instrument: 'BTC-PERP', quantity: '1' });
    expect(checked.after?.equity).toBe('99970');
  });
});

describe('risk-reducing orders [CLR-ORD-004]', () => {
  it('always pass, as far as the position goes: what was asked for before comes off it', () => {
    const ex = exchange({ USD: '2343', held: '1' });
    expect(codeOf(ex.reserve(sell('0.6 BTC-PERP at 60000')))).toBe('accepted');
    expect(codeOf(ex.reserve(sell('0.4 BTC-PERP at 50000')))).toBe('accepted');
    expect(codeOf(ex.reserve(sell('0.1 BTC-PERP at 60000')))).toBe('below-initial-requirement');
  });

  it('are not two hedges of the same position', () => {
    const ex = exchange({ USD: '2343', held: '1' });
    expect(codeOf(ex.reserve(sell('1.5 BTC-PERP at 60000')))).toBe('accepted');
    expect(codeOf(ex.reserve(sell('1.5 BTC-PERP at 60000')))).toBe('below-initial-requirement');
  });
});

describe('a reservation [CLR-ORD-005]', () => {
  const two = { USD: '4684.8' };

  it('holds margin until it is released: 4,684.80 USD bear two contracts', () => {
    const ex = exchange(two);
    const first = ex.reserve(buy('1 BTC-PERP at 60000'));
    expect(payloadsOf(first.events, 'MarginReserved')).toEqual([
      expect.objectContaining({ reservationId: first.reservationId, headroom: '2342.4', expiresAt: NOON + MINUTE }),
    ]);
    expect(codeOf(ex.reserve(buy('1.0001 BTC-PERP at 60000')))).toBe('below-initial-requirement');
    const second = ex.reserve(buy('1 BTC-PERP at 60000'));
    expect(codeOf(second)).toBe('accepted');
    expect(text(ex.headroom('ann.main'))).toBe('0');
    ex.release('ann.main', second.reservationId);
    expect(text(ex.headroom('ann.main'))).toBe('2342.4');
  });

  it('is made once however often it is asked for, and an id stands for one order', () => {
    const ex = exchange(two);
    const terms = buy('1 BTC-PERP at 60000');
    ex.reserve(terms, MINUTE, 'r');
    const again = ex.reserve({ ...terms, quantity: '1.0', price: '60000.00' }, MINUTE, 'r');
    expect(again.result).toEqual({
      outcome: 'accepted',
      data: { reservationId: 'r', accountId: 'ann.main', status: 'held' },
    });
    expect(again.events).toEqual([]);
    expect(codeOf(ex.reserve(buy('1.1 BTC-PERP at 60000'), MINUTE, 'r'))).toBe('reservation-id-reused');
    expect(ex.release('ann.main', 'r')).toMatchObject({ outcome: 'accepted', data: { status: 'ended' } });
    expect(ex.release('ann.main', 'r')).toMatchObject({ outcome: 'accepted', data: { status: 'ended' } });
    expect(ex.reserve(terms, MINUTE, 'r').result).toMatchObject({ outcome: 'accepted', data: { status: 'ended' } });
    expect(ex.reservationsOf('ann.main')).toEqual([]);
    expect(ex.release('ann.main', 'never')).toMatchObject({ outcome: 'rejected', code: 'reservation-unknown' });
  });

  it('is known by its id as long as it holds something, however many are made meanwhile, and ends once', () => {
    const ex = exchange(two);
    const terms = buy('0.5 BTC-PERP at 60000');
    ex.reserve(terms, MINUTE, 'r');
    const { known } = ex.house.machine.state.openOrders;
    for (let number = known.size; number < 65_536; number++) known.set(`other ${number}`, '');
    ex.reserve(buy('0.1 BTC-PERP at 60000'), 3 * MINUTE, 'newest');
    expect([...known.keys()].filter((key) => key.startsWith('ann.main'))).toEqual(['ann.main newest']);
    const again = ex.reserve(terms, 2 * MINUTE, 'r');
    expect([again.result, again.events]).toEqual([
      { outcome: 'accepted', data: { reservationId: 'r', accountId: 'ann.main', status: 'held' } },
      [],
    ]);
    expect(codeOf(ex.reserve(buy('0.6 BTC-PERP at 60000'), MINUTE, 'r'))).toBe('reservation-id-reused');
    const ended = ex.house.prices({ at: NOON + MINUTE, BTC: '60000', ETH: '3000' });
    expect(payloadsOf(ended, 'ReservationEnded')).toMatchObject([{ reservationId: 'r', reason: 'expired' }]);
    expect(ex.house.machine.state.openOrders.expiries.map(({ reservationId }) => reservationId)).toEqual(['newest']);
  });

  it('is over when its clearing time is: not a millisecond before', () => {
    const ex = exchange(two);
    ex.reserve(buy('1 BTC-PERP at 60000'), MINUTE, 'late');
    ex.reserve(buy('0.5 BTC-PERP at 60000'), MINUTE - 1, 'early');
    const events = ex.house.prices({ at: NOON + MINUTE - 1, BTC: '60000', ETH: '3000' });
    expect(payloadsOf(events, 'ReservationEnded')).toEqual([
      { reservationId: 'early', accountId: 'ann.main', reason: 'expired' },
    ]);
    expect(ex.reservationsOf('ann.main')).toEqual(['late']);
    ex.house.prices({ at: NOON + MINUTE, BTC: '60000', ETH: '3000' });
    expect(text(ex.headroom('ann.main'))).toBe('4684.8');
  });

  it('passes to the order that names it, and the fills of that to the position; cancelled, all is as before', () => {
    const ex = exchange(two);
    const terms = buy('1 BTC-PERP at 60000');
    const { reservationId } = ex.reserve(terms);
    ex.accept(terms, reservationId, 'o');
    expect(ex.reservationsOf('ann.main')).toEqual([]);
    expect(text(ex.headroom('ann.main'))).toBe('2342.4');
    ex.book(terms, dec('0.25'), dec(60_000), 'o');
    expect(ex.openOf('ann.main').map(({ quantity }) => text(quantity))).toEqual(['0.75']);
    expect(text(ex.headroom('ann.main'))).toBe('2342.4');
    ex.close('ann.main', 'o', '0.25');
    expect(text(ex.headroom('ann.main'))).toBe(text(ex.surplus('ann.main')));
    ex.book(sell('0.25 BTC-PERP at 60000'), dec('0.25'), dec(60_000));
    expect(text(ex.headroom('ann.main'))).toBe('4684.8');
  });

  it.each([
    ['a number for a text', { quantity: 1 }, 'quantity: write'],
    ['no price', { price: undefined }, 'price'],
    ['nothing', { quantity: '0' }, 'quantity'],
    ['a hold of two days', { holdMs: 172_800_000 }, 'holdMs: write a whole number from 1 to 86400000'],
  ])('of %s is refused, and the field is named', (_what, damage, told) => {
    const ex = exchange(two);
    const { result } = ex.command('ReserveMargin', {
      reservationId: 'r',
      ...buy('1 BTC-PERP at 60000'),
      holdMs: 1,
      ...damage,
    });
    expect(result).toMatchObject({
      outcome: 'rejected',
      code: 'reservation-malformed',
      detail: expect.stringContaining(told) as string,
    });
  });

  it('of an unknown account or contract is refused', () => {
    const ex = exchange(two);
    expect(codeOf(ex.reserve(order('eve.main', 'buy', '1 BTC-PERP at 60000')))).toBe('account-unknown');
    expect(codeOf(ex.reserve(buy('1 DOGE-PERP at 1')))).toBe('instrument-unknown');
  });

  it('is seen by a withdrawal, and by what-if', () => {
    const ex = exchange(two);
    ex.reserve(buy('1 BTC-PERP at 60000'));
    const asked = (withdrawalId: string, amount: string) =>
      ex.house.accept(
        ex.house.fact('accounts', 'account-ann.main', 'WithdrawalHeld', {
          accountId: 'ann.main',
          withdrawalId,
          attempt: 1,
          asset: 'USD',
          amount,
          collateral: { USD: '4684.8' },
        }),
      );
    expect(payloadsOf(asked('w1', '2342.41'), 'WithdrawalRefused')[0]?.code).toBe('below-initial-requirement');
    expect(typesOf(asked('w2', '2342.4'))).toContain('WithdrawalCleared');
    const answer = whatIf(ex.house.machine.state, { accountId: 'ann.main' });
    expect(answer).toMatchObject({ orders: { requirement: { headroom: '0' }, reservations: [{ quantity: '1' }] } });
  });

  it('and everything about orders is the same replayed and rebuilt', () => {
    const ex = exchange(two);
    const { reservationId } = ex.reserve(buy('1 BTC-PERP at 60000'));
    ex.reserve(buy('0.5 BTC-PERP at 60000'), 5 * MINUTE);
    ex.accept(buy('1 BTC-PERP at 60000'), reservationId, 'o');
    ex.book(buy('1 BTC-PERP at 60000'), dec('0.5'), dec(60_000), 'o');
    ex.house.prices({ at: NOON + MINUTE, BTC: '58500', ETH: '3000' });
    const now = ex.house.machine.state.openOrders;
    expect(ex.house.rebuilt().state.openOrders).toEqual(now);
    const replayed = ex.house.replayed();
    expect(replayed.state.openOrders).toEqual(now);
    expect(replayed.drain().events.map(({ hash }) => hash)).toEqual(ex.house.events.map(({ hash }) => hash));
  });
});

describe('fills and orders come in two logs [CLR-ORD-001]', () => {
  it('a fill before its order, and a close before its last fill, leave nothing counted twice and nothing left out', () => {
    const ex = exchange({ USD: '10000' });
    const terms = buy('1 BTC-PERP at 60000');
    ex.book(terms, dec('0.4'), dec(60_000), 'o');
    expect(ex.openOf('ann.main')).toEqual([]);
    ex.accept(terms, null, 'o');
    expect(ex.openOf('ann.main').map(({ quantity }) => text(quantity))).toEqual(['0.6']);
    ex.close('ann.main', 'o', '0.7');
    expect(ex.openOf('ann.main').map(({ quantity }) => text(quantity))).toEqual(['0.3']);
    ex.book(terms, dec('0.3'), dec(60_000), 'o');
    expect(ex.house.machine.state.openOrders.accounts.size).toBe(0);
  });

  it('what is said of an order that nobody told of asks for nothing', () => {
    const ex = exchange({ USD: '10000' });
    const before = ex.headroom('ann.main');
    ex.change('ann.main', 'o', '5', '1');
    ex.close('ann.main', 'p', '5');
    expect([ex.openOf('ann.main'), ex.headroom('ann.main')]).toEqual([[], before]);
  });
});

describe('orders that are named and nobody tells of [CLR-ORD-001]', () => {
  it('are forgotten, the oldest first, and one that is told meanwhile is not among them', () => {
    const ex = exchange({ USD: '10000' });
    const terms = buy('1 BTC-PERP at 60000');
    for (const orderId of ['told', 'closed', 'first', 'second']) ex.book(terms, dec('0.1'), dec(60_000), orderId);
    ex.accept(terms, null, 'told');
    ex.close('ann.main', 'closed', '0.1');
    const { openOrders } = ex.house.machine.state;
    expect([...openOrders.untold.values()].map(({ orderId }) => orderId)).toEqual(['closed', 'first', 'second']);
    for (let n = 0; openOrders.untold.size < 65_536; n++) noteFilled(openOrders, 'ann.main', `more-${n}`, dec('0.1'));
    ex.book(terms, dec('0.1'), dec(60_000), 'last');
    expect(openOrders.untold.size).toBe(65_536);
    expect(
      ['told', 'closed', 'first', 'second', 'last'].map((id) => ordersOf(openOrders, 'ann.main').orders.has(id)),
    ).toEqual([true, false, true, true, true]);
  });
});

describe('orders in a contract that has ended [CLR-ORD-002]', () => {
  const FUTURE = 'BTC-11OCT25';
  const EXPIRY = instantOf('2025-10-11T08:00:00Z');
  const market = { BTC: '60000', ETH: '3000', volatility: 0.6 };
  const admits = ({ house }: Exchange, accountId = 'ann.main') =>
    preTradeCheck(house.machine.state, { accountId, instrument: 'BTC-PERP', quantity: '0.1' }).headroom;

  /** The future is delivered, and a schedule without it is in force. */
  function deliver(house: OptionHouse): void {
    house.unlist(FUTURE);
    house.accept(house.delivered('BTC', EXPIRY, '60000'));
    house.accept(house.fact('accounts', `expiry-${FUTURE}`, 'ExpiryClosed', { instrument: FUTURE }));
    house.reprice({ at: EXPIRY + 1_000, ...market });
  }

  it.each`
    told                                         | tell
    ${'that the exchange never closes'}          | ${(ex: Exchange) => ex.accept(buy(`1 ${FUTURE} at 60000`), null, 'o')}
    ${'whose last fill came too late to be booked'} | ${(ex: Exchange) => {
      ex.accept(buy(`1 ${FUTURE} at 60000`), null, 'o');
      ex.close('ann.main', 'o', '1');
    }}
    ${'that is told of only after the delivery'} | ${undefined}
    ${'that margin is still held for'}           | ${(ex: Exchange) => ex.reserve(buy(`1 ${FUTURE} at 60000`), 86_400_000)}
  `('$told keep nobody from new risk, neither the account nor another of its owner', ({ tell }) => {
    const house = new OptionHouse();
    house.list(listing(FUTURE));
    house.reprice({ at: NOON, ...market });
    for (const accountId of ['ann.main', 'ann.hedge']) house.account(accountId, { USD: '100000' });
    const ex = new Exchange(house);
    const free = admits(ex);
    (tell as ((of: Exchange) => void) | undefined)?.(ex);
    deliver(house);
    if (tell === undefined) ex.accept(buy(`1 ${FUTURE} at 60000`), null, 'late');
    expect([admits(ex), admits(ex, 'ann.hedge')]).toEqual([free, free]);
    expect(ex.openOf('ann.main').map(({ orderId }) => orderId)).toEqual(tell === undefined ? ['late'] : []);
    expect(house.rebuilt().state.openOrders).toEqual(house.machine.state.openOrders);
  });

  it('of a perpetual that was delisted are forgotten with it', () => {
    const ex = exchange({ USD: '100000' });
    const free = admits(ex);
    ex.accept(order('ann.main', 'buy', '1 ETH-PERP at 3000'), null, 'o');
    ex.house.accept(ex.house.fact('accounts', 'expiry-ETH-PERP', 'ExpiryClosed', { instrument: 'ETH-PERP' }));
    ex.close('ann.main', 'o', '1');
    expect([admits(ex), ex.openOf('ann.main')]).toEqual([free, []]);
  });
});

describe('orders beside the assessment [CLR-ORD-007]', () => {
  it('change no figure and no state of it', () => {
    const ex = exchange({ USD: '4684.8', held: '1' });
    const before = ex.house.detailOf('ann.main');
    ex.accept(buy('1 BTC-PERP at 60000'), null);
    ex.accept(sell('100 BTC-PERP at 60000'), null);
    expect(ex.house.detailOf('ann.main')).toEqual(before);
    const events = ex.house.prices({ at: NOON + MINUTE, BTC: '60000', ETH: '3000' });
    expect(typesOf(events)).toEqual(['MarginRunCompleted']);
  });
});

describe('the headroom that is told [CLR-ORD-008]', () => {
  it('bears whatever its charges and its allowance admit', () => {
    const amount = fc.integer({ min: 1, max: 100 });
    const some = fc.array(
      fc.record({
        instrument: fc.constantFrom('BTC-PERP', 'ETH-PERP'),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        amount,
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.constantFrom('-40', '-1', '3', '200'), some, (held, orders) => {
        const ex = exchange({ USD: text(dec(held).abs().times(3_500)), held, fees: BUNDLED_FEES });
        const { state } = ex.house.machine;
        const told = headroomOf(state, 'ann.main', '2000000', ['BTC-PERP', 'ETH-PERP']);
        if (told === undefined || told.headroom === null) throw new Error('everything has a price');
        expect(told.admits).toBe('all');
        let left = dec(told.headroom);
        const room = new Map([
          ['BTC-PERP', dec('2000000')],
          ['ETH-PERP', dec('2000000')],
        ]);
        for (const { instrument, side, amount: size } of orders) {
          const charge = told.charges.find((each) => each.instrument === instrument);
          if (charge === undefined) throw new Error('a charge was asked for');
          const quantity = dec(size).div(instrument === 'BTC-PERP' ? 50 : 2);
          const asked = quantity.times(charge[side]);
          const notional = quantity.times(charge.mark);
          if (asked.gt(left) || notional.gt(room.get(instrument) as Decimal)) continue;
          left = left.minus(asked);
          room.set(instrument, (room.get(instrument) as Decimal).minus(notional));
          ex.accept({ accountId: 'ann.main', instrument, side, quantity: text(quantity), price: charge.mark }, null);
        }
        // Costs and requirements are rounded up to the cent, order by order.
        expect(ex.headroom('ann.main').gte('-0.2')).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('admits only what reduces when the account, the house or the prices say so', () => {
    const ex = exchange({ USD: '4684.8', held: '1' });
    const told = () => headroomOf(ex.house.machine.state, 'ann.main', '100000', []);
    expect(told()).toMatchObject({ admits: 'all', ordersUpTo: 0 });
    ex.accept(buy('2 BTC-PERP at 60000'), null);
    expect(told()).toMatchObject({ admits: 'reducing', ordersUpTo: 1 });
    ex.close('ann.main', [...ex.openOf('ann.main')][0]?.orderId ?? '', '0');
    expect(told()).toMatchObject({ admits: 'all', ordersUpTo: 2 });
    const strict = new MarginHouse();
    strict.mode('reduce-only');
    strict.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    strict.account('ann.main', { USD: '5000' });
    expect(headroomOf(strict.machine.state, 'ann.main', '0', [])).toMatchObject({
      admits: 'reducing',
      headroom: '5000',
    });
    expect(headroomOf(ex.house.machine.state, 'eve.main', '0', [])).toBeUndefined();
  });
});

describe('cancels are asked for [CLR-ORD-006]', () => {
  /** Held long, with an order that adds, two that reduce and one of another contract. */
  function falling(): Exchange {
    const ex = exchange({ USD: '3500', held: '1' });
    ex.accept(buy('0.1 BTC-PERP at 59000'), null, 'more');
    ex.accept(sell('0.7 BTC-PERP at 61000'), null, 'less');
    ex.accept(sell('0.5 BTC-PERP at 62000'), null, 'turns');
    ex.accept(order('ann.main', 'buy', '0.1 ETH-PERP at 2900'), null, 'other');
    ex.reserve(sell('0.2 BTC-PERP at 61000'), 60 * MINUTE, 'reduces');
    return ex;
  }

  it('on RESTRICTED of all that do not make a position smaller, one after the other; reservations likewise', () => {
    const ex = falling();
    const events = ex.house.prices({ at: NOON + MINUTE, BTC: '57850', ETH: '3000' });
    expect(payloadsOf(events, 'AccountStateChanged').map(({ to }) => to)).toEqual(['RESTRICTED']);
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
      { accountId: 'ann.main', orders: ['more', 'turns', 'other'], reason: 'account-restricted' },
    ]);
    expect(ex.reservationsOf('ann.main')).toEqual(['reduces']);
    for (const id of ['more', 'turns', 'other']) ex.close('ann.main', id, '0');
    expect(ex.openOf('ann.main').map(({ orderId }) => orderId)).toEqual(['less']);
    expect(codeOf(ex.reserve(buy('0.01 BTC-PERP at 57850')))).toBe('account-reduce-only');
    expect(codeOf(ex.reserve(sell('0.1 BTC-PERP at 57850')))).toBe('accepted');
    // One that was on its way.
    expect(payloadsOf(ex.accept(buy('0.1 BTC-PERP at 57000'), null, 'late'), 'OrderCancelsRequested')).toEqual([
      { accountId: 'ann.main', orders: ['late'], reason: 'account-restricted' },
    ]);
    expect(typesOf(ex.accept(sell('0.05 BTC-PERP at 57000'), null, 'good'))).toEqual([]);
  });

  it.each(['AdlBooked', 'ProviderTradeBooked', 'TradeReversed'])(
    'again of what would turn a position round that became smaller by %s',
    (type) => {
      const ex = falling();
      ex.house.prices({ at: NOON + MINUTE, BTC: '57850', ETH: '3000' });
      for (const id of ['more', 'turns', 'other']) ex.close('ann.main', id, '0');
      // Half of it at the mark: 1,075 were lost.
      const half = { instrument: 'BTC-PERP', quantity: '0.5', cost: '30000' };
      const booked = { accountId: 'ann.main', collateral: { USD: '2425' }, instrument: 'BTC-PERP', position: half };
      const events = ex.house.accept(ex.house.fact('accounts', 'account-ann.main', type, booked));
      expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
        { accountId: 'ann.main', orders: ['less'], reason: 'account-restricted' },
      ]);
      expect(ex.reservationsOf('ann.main')).toEqual(['reduces']);
    },
  );

  it('on LIQUIDATING by liquidation, for all; margin gives back what is reserved, and asks for what comes later', () => {
    const ex = falling();
    const events = ex.house.prices({ at: NOON + MINUTE, BTC: '57000', ETH: '3000' });
    expect(payloadsOf(events, 'AccountStateChanged').map(({ to }) => to)).toEqual(['LIQUIDATING']);
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([]);
    expect(payloadsOf(events, 'ReservationEnded')).toEqual([
      { reservationId: 'reduces', accountId: 'ann.main', reason: 'account-reduce-only' },
    ]);
    expect(payloadsOf(ex.accept(sell('0.1 BTC-PERP at 57000'), null, 'late'), 'OrderCancelsRequested')).toEqual([
      { accountId: 'ann.main', orders: ['late'], reason: 'account-liquidating' },
    ]);
  });
});

describe('orders that come with a book [CLR-ORD-009]', () => {
  const ANN = 'ann.main';
  const brought = { orderId: 'o', instrument: 'BTC-PERP', side: 'buy', price: '60000' } as const;
  const house = () => {
    const made = new MarginHouse();
    made.prices({ at: NOON, BTC: '60000', ETH: '3000' });
    return new Exchange(made);
  };
  const come = ({ house: at }: Exchange, ...orders: readonly object[]) => {
    const payload = { accountId: ANN, importId: 'go-live', positions: [], orders };
    return at.accept(at.fact('accounts', `account-${ANN}`, 'AccountImported', payload));
  };
  const openOf = (ex: Exchange) => ex.openOf(ANN).map(({ orderId, quantity }) => `${orderId} ${text(quantity)}`);
  const PARTLY = { ...brought, quantity: '3', filledQuantity: '1' };

  it('hold what they may still fill, as if the exchange had told of them', () => {
    const ex = house();
    ex.house.account(ANN, { USD: '100000' });
    come(ex, PARTLY);
    const told = house();
    told.house.account(ANN, { USD: '100000' });
    told.accept(order(ANN, 'buy', '2 BTC-PERP at 60000'), null);
    expect(text(ex.headroom(ANN))).toBe(text(told.headroom(ANN)));
    ex.book(order(ANN, 'buy', '1 BTC-PERP at 60000'), dec('1'), dec('60000'), 'o');
    expect(openOf(ex)).toEqual(['o 1']);
    ex.close(ANN, 'o', '2');
    expect(openOf(ex)).toEqual([]);
    expect(ex.house.rebuilt().state.openOrders).toEqual(ex.house.machine.state.openOrders);
  });

  it.each(['first the book', 'first the exchange', 'between its account and it'])(
    'stand as the exchange says they do since, %s',
    (first) => {
      const ex = house();
      const says = () => {
        ex.change(ANN, 'changed', '4', '59000');
        ex.close(ANN, 'closed', '3');
        ex.close(ANN, 'cancelled', '1');
        ex.close(ANN, 'untouched', '0');
      };
      const opens = () => void ex.house.account(ANN, { USD: '100000' });
      const comes = () => {
        come(
          ex,
          { ...PARTLY, orderId: 'changed' },
          { ...PARTLY, orderId: 'closed' },
          { ...PARTLY, orderId: 'cancelled' },
          { ...PARTLY, orderId: 'untouched', filledQuantity: '0' },
          { ...PARTLY, orderId: 'resting' },
        );
      };
      const inOrder = {
        'first the book': [opens, comes, says],
        'first the exchange': [says, opens, comes],
        'between its account and it': [opens, says, comes],
      };
      for (const next of inOrder[first as keyof typeof inOrder]) next();
      // Closed with 3 filled, 1 of them before the book: 2 are on their way from accounts.
      expect(openOf(ex)).toEqual(['changed 3', 'closed 2', 'resting 2']);
      expect(
        ex
          .openOf(ANN)
          .find(({ orderId }) => orderId === 'changed')
          ?.price.toFixed(),
      ).toBe('59000');
      ex.book(order(ANN, 'buy', '2 BTC-PERP at 60000'), dec('2'), dec('60000'), 'closed');
      expect(openOf(ex)).toEqual(['changed 3', 'resting 2']);
    },
  );

  it('that are told of anew by the exchange are as it tells them, whatever it said of that id before', () => {
    const ex = house();
    ex.house.account(ANN, { USD: '100000' });
    ex.close(ANN, 'o', '1');
    ex.accept(order(ANN, 'buy', '2 BTC-PERP at 60000'), null, 'o');
    expect(openOf(ex)).toEqual(['o 2']);
  });

  it('are asked to be cancelled where nothing trades, or where a perpetual ends', () => {
    const ex = house();
    ex.house.halt('BTC-PERP');
    ex.house.delist('ETH-PERP', NOON + 1);
    ex.house.account(ANN, { USD: '100000' });
    const events = come(ex, PARTLY, { ...PARTLY, orderId: 'ether', instrument: 'ETH-PERP', price: '3000' });
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['o'], reason: 'instrument-halted' },
      { accountId: ANN, orders: ['ether'], reason: 'instrument-delisted' },
    ]);
  });

  it.each(['with all else that it brings', 'behind it'])(
    'are asked to be cancelled by what the account may do, %s',
    (how) => {
      const { house: at } = house();
      const account = `account-${ANN}`;
      const position = { instrument: 'BTC-PERP', quantity: '1', cost: '60000' };
      const closing = { ...PARTLY, orderId: 'closing', side: 'sell', quantity: '1', filledQuantity: '0' };
      const facts = [
        at.fact('accounts', account, 'AccountOpened', { accountId: ANN }),
        at.fact('accounts', account, 'AccountImported', {
          ...{ accountId: ANN, importId: 'go-live', collateral: { USD: '1350' } },
          ...{ positions: [position], orders: [PARTLY, closing] },
        }),
      ];
      const events = how === 'behind it' ? facts.flatMap((each) => at.accept(each)) : at.accept(...facts);
      expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
        { accountId: ANN, orders: ['o'], reason: 'account-restricted' },
      ]);
    },
  );

  it('are asked to be cancelled beyond a limit, those that the exchange accepted last', () => {
    const ex = house();
    const body = { instruments: { 'BTC-PERP': { account: '3' } }, underlyings: {} };
    const document = { kind: 'position-limits', id: 'limits@1', hash: documentHash(body), body };
    const proposed = { proposalId: 'p', document, reason: 'risk' };
    ex.house.accept(
      ex.house.entry('accounts', GLOBAL, 'rules', 'DocumentProposed', proposed, 'ann'),
      ex.house.entry('accounts', GLOBAL, 'rules', 'DocumentApproved', { ...proposed, ...document }, 'bob'),
    );
    ex.house.account(ANN, { USD: '100000' });
    const events = come(
      ex,
      { ...PARTLY, orderId: 'a' },
      { ...PARTLY, orderId: 'b' },
      { ...PARTLY, orderId: 'c', side: 'sell' },
    );
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['b'], reason: 'position-limit' },
    ]);
  });
});
