import { documentHash } from '@ballast/documents/testing';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { MarginHouse, MINUTE, NOON, payloadsOf, typesOf } from '../margin.fixtures.js';
import { Exchange, order } from '../orders/exchange.fixtures.js';
import { headroomOf } from '../orders/orders.queries.js';
import { preTradeCheck } from '../pre-trade/pre-trade-check.js';
import { limitsOfAccount } from './limits.queries.js';

const ANN = 'ann.main';
const SPARE = 'ann.spare';

/** Limits that two persons have put in force. */
function limit(house: MarginHouse, body: object, version = 1): readonly SealedEvent[] {
  const kind = 'position-limits';
  const id = `limits@${version}`;
  const proposalId = `p-${version}`;
  const document = { kind, id, hash: documentHash(body), body };
  return house.accept(
    house.entry('accounts', GLOBAL, 'rules', 'DocumentProposed', { proposalId, document, reason: 'risk' }, 'ann'),
    house.entry('accounts', GLOBAL, 'rules', 'DocumentApproved', { proposalId, kind, id }, 'bob'),
  );
}

const instruments = (limits: object, id = 'BTC-PERP') => ({ instruments: { [id]: limits }, underlyings: {} });
const underlyings = (limits: object) => ({ instruments: {}, underlyings: { BTC: limits } });

/** Ann holds one contract at the mark and has much more money than it needs; her second account holds what is said. */
function exchange(body?: object, spare = '0'): Exchange {
  const house = new MarginHouse();
  house.prices({ at: NOON, BTC: '60000', ETH: '3000' });
  house.account(ANN, { USD: '10000000', position: { instrument: 'BTC-PERP', quantity: '1', cost: '60000' } });
  const cost = text(dec(spare).times(60000));
  house.account(SPARE, { USD: '10000000', position: { instrument: 'BTC-PERP', quantity: spare, cost } });
  if (body !== undefined) limit(house, body);
  return new Exchange(house);
}

const check = ({ house }: Exchange, quantity: string, instrument = 'BTC-PERP') =>
  preTradeCheck(house.machine.state, { accountId: ANN, instrument, quantity });
const holds = ({ house }: Exchange, quantity: string, accountId = ANN) =>
  house.accept(
    house.changed(accountId, {
      ...{ USD: '10000000' },
      position: { instrument: 'BTC-PERP', quantity, cost: text(dec(quantity).times(60000)) },
    }),
  );

describe('an order and limits [CLR-LIM-002]', () => {
  it('is refused beyond the limit of its account, with figure and headroom, and passes at it', () => {
    const ex = exchange(instruments({ account: '3' }));
    expect(check(ex, '2')).toMatchObject({ accepted: true, limit: null });
    expect(check(ex, '2.000001')).toMatchObject({
      accepted: false,
      code: 'position-limit',
      limit: { kind: 'position', holder: 'account', side: 'long', limit: '3', figure: '3.000001', headroom: '2' },
    });
    expect(ex.reserve(order(ANN, 'buy', '2.5 BTC-PERP at 60000')).result).toMatchObject({
      code: 'position-limit',
      detail: 'The account would be long up to 3.5 BTC-PERP, of at most 3; 2 may still be ordered.',
    });
  });

  it('counts what may fill already, and turns a position round only up to the limit of the other side', () => {
    const ex = exchange(instruments({ account: '3' }));
    ex.accept(order(ANN, 'buy', '1 BTC-PERP at 60000'), null);
    ex.reserve(order(ANN, 'buy', '0.5 BTC-PERP at 60000'));
    expect(check(ex, '0.5').accepted).toBe(true);
    expect(check(ex, '0.6')).toMatchObject({ code: 'position-limit', limit: { figure: '3.1', headroom: '0.5' } });
    expect(check(ex, '-4').accepted).toBe(true);
    expect(check(ex, '-4.1')).toMatchObject({ code: 'position-limit', limit: { side: 'short', figure: '3.1' } });
  });

  it('counts all accounts of the owner, each on its side', () => {
    const ex = exchange(instruments({ owner: '4' }), '2');
    expect(check(ex, '1').accepted).toBe(true);
    expect(check(ex, '1.5')).toMatchObject({
      code: 'position-limit',
      limit: { holder: 'owner', limit: '4', figure: '4.5', headroom: '1' },
    });
    expect(check(exchange(instruments({ owner: '4' }), '-2'), '3').accepted).toBe(true);
  });

  it('always passes when it makes a position smaller, also beyond a limit', () => {
    const ex = exchange(instruments({ account: '0.5', owner: '0.5', openInterest: '0' }));
    expect(check(ex, '-1')).toMatchObject({ accepted: true, riskReducing: true });
    expect(check(ex, '0.1')).toMatchObject({ code: 'position-limit', limit: { figure: '1.1', headroom: '0' } });
  });

  it('counts USD of all contracts of an underlying, at the present mark', () => {
    const ex = exchange(underlyings({ account: '150000', owner: '200000' }));
    expect(check(ex, '1.5').accepted).toBe(true);
    expect(check(ex, '1.6')).toMatchObject({
      code: 'concentration-limit',
      limit: { kind: 'concentration', underlying: 'BTC', limit: '150000', figure: '156000', headroom: '90000' },
    });
    ex.house.prices({ at: NOON + MINUTE, BTC: '66000', ETH: '3000' });
    expect(check(ex, '1.5').code).toBe('concentration-limit');
    expect(check(ex, '10', 'ETH-PERP').accepted).toBe(true);
  });

  it('is measured against the open interest that was told last', () => {
    const ex = exchange(instruments({ openInterest: '10' }));
    const measured = {
      instrument: 'BTC-PERP',
      long: '8',
      short: '7',
      limit: '10',
      exceeded: false,
      limits: 'limits@1',
    };
    ex.house.accept(ex.house.entry('accounts', GLOBAL, 'open-interest-BTC-PERP', 'OpenInterestMeasured', measured));
    expect(check(ex, '2').accepted).toBe(true);
    expect(check(ex, '2.5')).toMatchObject({
      code: 'open-interest-limit',
      limit: { kind: 'open-interest', holder: 'house', figure: '10.5', headroom: '2' },
    });
    // One of four closes; three are opened short.
    expect(check(ex, '-4').accepted).toBe(true);
    expect(check(ex, '-4.1')).toMatchObject({ code: 'open-interest-limit', limit: { side: 'short', figure: '10.1' } });
  });

  it('is told how much room is left, in whole lots, by the headroom', () => {
    const ex = exchange({
      ...underlyings({ account: '100000' }),
      ...{ instruments: { 'BTC-PERP': { account: '9' } } },
    });
    const room = () => headroomOf(ex.house.machine.state, ANN, '0', ['BTC-PERP'])?.charges[0]?.room;
    // 40,000 of 60,000 each; 100,000 short and the one that is held.
    expect(room()).toEqual({ buy: '0.666666', sell: '2.666666' });
    expect(check(ex, '0.666666').accepted).toBe(true);
    expect(check(ex, '0.666667').accepted).toBe(false);
    limit(ex.house, { instruments: {}, underlyings: {} }, 2);
    expect(room()).toEqual({ buy: null, sell: null });
  });

  it('never takes a position beyond its limit by any orders that were admitted and fill', () => {
    const orders = fc.array(
      fc.tuple(fc.constantFrom('buy' as const, 'sell' as const), fc.integer({ min: 1, max: 40 })),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(orders, fc.integer({ min: 10, max: 40 }), (asked, most) => {
        const ex = exchange(instruments({ account: text(dec(most).div(10)) }));
        for (const [side, tenths] of asked) {
          const placed = order(ANN, side, `${text(dec(tenths).div(10))} BTC-PERP at 60000`);
          const { result, reservationId } = ex.reserve(placed);
          if (result.outcome !== 'accepted') continue;
          const orderId = `o-${reservationId}`;
          ex.accept(placed, reservationId, orderId);
          // Every other one fills, at once.
          if (tenths % 2 === 0) ex.book(placed, dec(placed.quantity), dec('60000'), orderId);
          const held = ex.house.machine.state.book.at(ANN).holdings.get('BTC-PERP')?.quantity ?? dec(0);
          expect(held.abs().times(10).lte(most)).toBe(true);
          expect(limitsOfAccount(ex.house.machine.state, ANN)?.uses.some(({ exceeded }) => exceeded)).toBe(false);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('a limit that is exceeded [CLR-LIM-003]', () => {
  const exceeded = (events: readonly SealedEvent[]) => payloadsOf(events, 'PositionLimitExceeded');
  const restored = (events: readonly SealedEvent[]) => payloadsOf(events, 'PositionLimitRestored');

  it('is told once, asks for the cancel of what would add to it, and ends when the position is within it', () => {
    const ex = exchange(instruments({ account: '3' }));
    ex.accept(order(ANN, 'buy', '1 BTC-PERP at 59000'), null, 'adds');
    ex.accept(order(ANN, 'sell', '1 BTC-PERP at 61000'), null, 'closes');
    const { reservationId } = ex.reserve(order(ANN, 'buy', '1 BTC-PERP at 59000'));
    const events = holds(ex, '3.5');
    expect(exceeded(events)).toEqual([
      {
        ...{ kind: 'position', ownerId: 'ann', accountId: ANN, instrument: 'BTC-PERP', underlying: null },
        ...{ side: 'long', limit: '3', figure: '3.5', limits: 'limits@1' },
      },
    ]);
    expect(payloadsOf(events, 'OrderCancelsRequested')).toEqual([
      { accountId: ANN, orders: ['adds'], reason: 'position-limit' },
    ]);
    expect(payloadsOf(events, 'ReservationEnded')).toEqual([
      { reservationId, accountId: ANN, reason: 'position-limit' },
    ]);
    expect(exceeded(holds(ex, '4'))).toEqual([]);
    expect(
      payloadsOf(ex.accept(order(ANN, 'buy', '1 BTC-PERP at 59000'), null, 'late'), 'OrderCancelsRequested'),
    ).toEqual([{ accountId: ANN, orders: ['late'], reason: 'position-limit' }]);
    expect(restored(holds(ex, '3'))).toMatchObject([{ accountId: ANN, limit: '3', figure: '3' }]);
    expect(exceeded(holds(ex, '-3.1'))).toMatchObject([{ side: 'short', figure: '3.1' }]);
  });

  it('of an owner asks for cancels in all his accounts', () => {
    const ex = exchange(instruments({ owner: '3' }), '1');
    ex.accept(order(SPARE, 'buy', '1 BTC-PERP at 59000'), null, 'adds');
    const events = holds(ex, '2.5');
    expect(exceeded(events)).toMatchObject([{ ownerId: 'ann', accountId: null, limit: '3', figure: '3.5' }]);
    expect(payloadsOf(events, 'OrderCancelsRequested')).toMatchObject([{ accountId: SPARE, orders: ['adds'] }]);
  });

  it('is exceeded by a price, too, where USD are limited', () => {
    const ex = exchange(underlyings({ account: '63000' }));
    expect(exceeded(ex.house.prices({ at: NOON + MINUTE, BTC: '63000', ETH: '3000' }))).toEqual([]);
    expect(exceeded(ex.house.prices({ at: NOON + 2 * MINUTE, BTC: '63000.1', ETH: '3000' }))).toMatchObject([
      { kind: 'concentration', underlying: 'BTC', instrument: null, limit: '63000', figure: '63000.1' },
    ]);
    expect(typesOf(ex.house.prices({ at: NOON + 3 * MINUTE, BTC: '64000', ETH: '3000' }))).not.toContain(
      'PositionLimitExceeded',
    );
    expect(restored(ex.house.prices({ at: NOON + 4 * MINUTE, BTC: '62000', ETH: '3000' }))).toMatchObject([
      { figure: '62000' },
    ]);
  });

  it('is judged when limits come into force, and ends when they go', () => {
    const ex = exchange();
    expect(exceeded(limit(ex.house, instruments({ account: '0.5' })))).toMatchObject([{ figure: '1', limit: '0.5' }]);
    expect(restored(limit(ex.house, { instruments: {}, underlyings: {} }, 2))).toMatchObject([
      { figure: '1', limit: null, limits: 'limits@2' },
    ]);
  });

  it('asks back an order that was never asked for and would break a limit by filling', () => {
    const ex = exchange(instruments({ account: '3' }));
    expect(
      payloadsOf(ex.accept(order(ANN, 'buy', '2 BTC-PERP at 59000'), null, 'fits'), 'OrderCancelsRequested'),
    ).toEqual([]);
    expect(
      payloadsOf(ex.accept(order(ANN, 'buy', '1 BTC-PERP at 59000'), null, 'more'), 'OrderCancelsRequested'),
    ).toEqual([{ accountId: ANN, orders: ['more'], reason: 'position-limit' }]);
  });

  it('is decided alike by a partition that is rebuilt or replayed', () => {
    const ex = exchange(instruments({ account: '3', owner: '3' }), '1');
    holds(ex, '3.5');
    holds(ex, '2');
    const { house } = ex;
    expect(house.replayed().state.exceedances).toEqual(house.machine.state.exceedances);
    expect(house.rebuilt().state.exceedances).toEqual(house.machine.state.exceedances);
  });
});

describe('limits of an account [CLR-LIM-005]', () => {
  it('are shown with what is held, committed and left', () => {
    const ex = exchange(instruments({ account: '3' }));
    ex.accept(order(ANN, 'buy', '0.5 BTC-PERP at 60000'), null);
    const { limits, uses } = limitsOfAccount(ex.house.machine.state, ANN)!;
    expect(limits).toBe('limits@1');
    expect(uses).toEqual([
      expect.objectContaining({
        side: 'long',
        limit: '3',
        held: '1',
        committed: '1.5',
        headroom: '1.5',
        exceeded: false,
      }),
      expect.objectContaining({ side: 'short', limit: '3', held: '0', committed: '0', headroom: '3', exceeded: false }),
    ]);
    expect(limitsOfAccount(exchange().house.machine.state, ANN)).toEqual({ limits: null, uses: [] });
    expect(limitsOfAccount(ex.house.machine.state, 'nobody.main')).toBeUndefined();
  });
});
