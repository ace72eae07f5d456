import { aCloseOutOrder, aFill, aSpecification, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import {
  CALL,
  COIN_CALL,
  COIN_FUTURE,
  deskOf,
  EXPIRY,
  FUTURE,
  houseOf,
  soundOf,
  SPECIFICATIONS,
} from '../contracts.fixtures.js';

describe('a trade against premium', () => {
  it('pays the price at once and leaves no cost, for buyer and writer', () => {
    const desk = deskOf('buyer.main', 'writer.main');
    const both = { instrument: CALL, quantity: '2', price: '1500' };
    const bought = payloadOf(desk.take('TradeFilled', aFill({ ...both, accountId: 'buyer.main' })), 'PositionChanged');
    const sold = payloadOf(
      desk.take('TradeFilled', aFill({ ...both, accountId: 'writer.main', side: 'sell' })),
      'PositionChanged',
    );
    expect(bought).toMatchObject({
      realisedPnl: '0',
      position: { instrument: CALL, quantity: '2', cost: '0' },
      settlement: { asset: 'USD', cash: '-3000' },
      // 3 basis points of 2 x 60,000
      fee: '36',
      feeSchedule: 'fee-schedule-default@1',
      collateral: { USD: '96964', BTC: '1' },
    });
    expect(sold).toMatchObject({
      position: { quantity: '-2', cost: '0' },
      settlement: { asset: 'USD', cash: '3000' },
      collateral: { USD: '102964', BTC: '1' },
    });
    expect(houseOf(desk, 'house/pnl', 'USD')).toBe('0');
    soundOf(desk);
  });

  it('in coin is paid in coin, to eight digits', () => {
    const desk = deskOf('buyer.main');
    const fill = aFill({ accountId: 'buyer.main', instrument: COIN_CALL, quantity: '0.3', price: '0.0255' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged')).toMatchObject({
      settlement: { asset: 'BTC', cash: '-0.00765' },
      // 0.3 x 0.0003 coin, whatever the index
      fee: '0.00009',
      collateral: { USD: '100000', BTC: '0.99226' },
    });
    soundOf(desk);
  });

  it.each`
    price    | fee       | why
    ${'1'}   | ${'0.13'} | ${'12.5 % of a premium of 1, rounded up to the cent'}
    ${'100'} | ${'12.5'} | ${'12.5 % of 100, below 18'}
    ${'144'} | ${'18'}   | ${'3 basis points of 60,000 are reached'}
    ${'900'} | ${'18'}   | ${'and are the most'}
  `('costs $fee at a premium of $price: $why', ({ price, fee }: Record<'price' | 'fee', string>) => {
    const desk = deskOf('buyer.main');
    const fill = aFill({ accountId: 'buyer.main', instrument: CALL, price, liquidity: 'maker' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged').fee).toBe(fee);
  });

  it('is charged the cap while no index is published', () => {
    const desk = deskWith({ 'buyer.main': '1000' });
    desk.take('InstrumentAdmitted', { specification: aSpecification(CALL) });
    const fill = aFill({ accountId: 'buyer.main', instrument: CALL, price: '800' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged').fee).toBe('100');
  });
});

describe('a trade in a future', () => {
  it('keeps its profit until it is closed, and pays the fee of futures', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: FUTURE, quantity: '2', price: '60000' }));
    const closed = aFill({ accountId: 'a.main', instrument: FUTURE, side: 'sell', quantity: '2', price: '61000' });
    expect(payloadOf(desk.take('TradeFilled', closed), 'PositionChanged')).toMatchObject({
      realisedPnl: '2000',
      settlement: { asset: 'USD', cash: '2000' },
      fee: '61',
      feeSchedule: 'fee-schedule-default@1',
      position: { quantity: '0', cost: '0' },
    });
    soundOf(desk);
  });

  it('that pays in coin realises 1/entry - 1/exit, rounded down to the eighth digit', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: COIN_FUTURE, quantity: '6000', price: '60000' }));
    expect(accountStatement(desk.state, 'a.main')?.positions).toEqual([
      { instrument: COIN_FUTURE, quantity: '6000', cost: '-1.000000000000002' },
    ]);
    const closed = aFill({
      accountId: 'a.main',
      instrument: COIN_FUTURE,
      side: 'sell',
      quantity: '6000',
      price: '70000',
    });
    const { realisedPnl, settlement, postings } = payloadOf(desk.take('TradeFilled', closed), 'PositionChanged');
    // 60,000 USD x (1/60,000 - 1/70,000), with the value of a contract rounded to 18 digits.
    expect(realisedPnl).toBe('0.142857142857144');
    expect(settlement).toEqual({ asset: 'BTC', cash: '0.14285714' });
    expect(postings).toContainEqual({ ledgerAccount: 'house/rounding', asset: 'BTC', amount: '0.000000002857144' });
    soundOf(desk);
  });
});

describe('what cannot be cleared', () => {
  it.each`
    why                       | changes                                                               | detail
    ${'an unlisted contract'} | ${{ instrument: 'BTC-26JUN26' }}                                      | ${'instrument-unknown'}
    ${'coin beyond bounds'}   | ${{ instrument: COIN_CALL, price: '2', quantity: '900000000000000' }} | ${'amount-too-large'}
  `('$why goes to suspense: $detail', ({ changes, detail }: { changes: object; detail: string }) => {
    const desk = deskOf('a.main');
    const events = desk.take('TradeFilled', aFill({ accountId: 'a.main', ...changes }));
    expect(events.map(({ type }) => type)).toEqual(['SuspenseBooked']);
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ detail, position: null, postings: [] });
  });

  it.each`
    quantity  | price        | type                 | why
    ${'0.1'}  | ${'1500'}    | ${'PositionChanged'} | ${'a lot on the tick'}
    ${'0.05'} | ${'1500'}    | ${'SuspenseBooked'}  | ${'half a lot could never be closed out'}
    ${'0.1'}  | ${'1500.25'} | ${'PositionChanged'} | ${'a price between two ticks happened, and nothing is computed with the tick'}
  `('is $quantity at $price: $type ($why) [CLR-ACC-015]', ({ quantity, price, type }: Record<string, string>) => {
    const desk = deskOf('a.main');
    const fill = aFill({ accountId: 'a.main', instrument: CALL, price: price, quantity: quantity });
    expect(desk.take('TradeFilled', fill).map((event) => event.type)).toEqual([type]);
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('fill-repeated');
    soundOf(desk);
  });

  it('is kept whole when it is off the lot, so that both sides of the trade still cancel [CLR-ACC-015]', () => {
    const house = new ClearingHouse(2, 1, SPECIFICATIONS);
    const [buyer, seller] = house.accounts as [string, string];
    house.trade({ buyer, seller, instrument: FUTURE, quantity: '0.015', price: '60000' }, undefined, 2);
    const kept = house.desks.map(({ events }) => payloadOf(events, 'SuspenseBooked'));
    expect(kept).toMatchObject([
      { reason: 'quantity-off-lot', accountId: buyer, position: { quantity: '0.015', cost: '900' }, postings: [] },
      { reason: 'quantity-off-lot', accountId: seller, position: { quantity: '-0.015', cost: '-900' } },
    ]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
    house.expire(EXPIRY, '61000');
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('is booked all the same when it fills a close-out order, since the case waits for it [CLR-ACC-015]', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: FUTURE, price: '60000' }));
    desk.take('CloseOutOrderPlaced', aCloseOutOrder({ accountId: 'a.main', instrument: FUTURE, mark: '60000' }));
    const partly = {
      accountId: 'a.main',
      instrument: FUTURE,
      side: 'sell',
      quantity: '0.015',
      price: '60000',
    } as const;
    const events = desk.take('TradeFilled', aFill({ ...partly, closeOutOrder: { partition: 0, position: 1 } }));
    expect(payloadOf(events, 'PositionChanged')).toMatchObject({
      reason: 'close-out',
      position: { quantity: '0.985' },
    });
  });

  it('is a contract that pays in an asset that the house does not keep, and such a one stops nothing', () => {
    const desk = deskOf('a.main');
    const specification = aSpecification('SOL-27MAR26-INVERSE');
    desk.take('InstrumentAdmitted', { specification });
    const fill = aFill({ accountId: 'a.main', instrument: specification.id, price: '150' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked')).toMatchObject({
      reason: 'asset-not-kept',
      position: null,
      postings: [],
    });
    const fixed = { underlying: 'SOL', expiry: EXPIRY, price: '150', samples: 450, carried: 0, missing: 0 };
    expect(desk.take('SettlementPriceFixed', fixed)).toEqual([]);
    expect(desk.take('VariationPriceFixed', { instrument: specification.id, dueAt: 1, price: '1' })).toEqual([]);
    soundOf(desk);
  });

  it('is a contract before its listing and from its expiry on, but for the orders of a liquidation', () => {
    const early = deskWith({ 'a.main': '100000' });
    early.take('InstrumentAdmitted', { specification: aSpecification(FUTURE, { listedAt: '2021-01-01T00:00:00Z' }) });
    const fill = aFill({ accountId: 'a.main', instrument: FUTURE });
    expect(payloadOf(early.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('instrument-not-listed');
    const late = deskOf('a.main');
    late.clearing = EXPIRY;
    expect(payloadOf(late.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('instrument-expired');
    const ofOrder = { ...fill, closeOutOrder: { partition: 3, position: 1 } };
    expect(late.take('TradeFilled', ofOrder).map(({ type }) => type)).toEqual(['PositionChanged']);
  });
});
