import { dec, text } from '@ballast/kernel';
import { aFill, aSpecification, deskWith, payloadOf } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { trialBalance } from '../ledger/ledger.js';
import { provisionalPenalty } from './fee-schedule.js';

describe('a trade', () => {
  it('realises profit at average cost: 2 @ 50,000 and 1 @ 53,000, then 1.5 sold @ 54,000 (W88)', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    desk.take('TradeFilled', aFill({ accountId: 'alice.main', quantity: '2', price: '50000' }));
    desk.take('TradeFilled', aFill({ accountId: 'alice.main', quantity: '1', price: '53000' }));
    const sold = aFill({ accountId: 'alice.main', side: 'sell', quantity: '1.5', price: '54000' });
    expect(payloadOf(desk.take('TradeFilled', sold), 'PositionChanged')).toMatchObject({
      realisedPnl: '4500',
      position: { instrument: 'BTC-PERP', quantity: '1.5', cost: '76500' },
      // 100,000 - fees of 50 + 26.5 + 40.5 + 4,500
      collateral: { USD: '104383' },
      postings: [
        { ledgerAccount: 'client/alice.main', asset: 'USD', amount: '4459.5' },
        { ledgerAccount: 'house/pnl', asset: 'USD', amount: '-4500' },
        { ledgerAccount: 'house/fees', asset: 'USD', amount: '40.5' },
      ],
    });
  });

  it.each`
    liquidity  | price         | fee        | why
    ${'taker'} | ${'50000'}    | ${'25'}    | ${'5 basis points'}
    ${'maker'} | ${'50000'}    | ${'10'}    | ${'2 basis points'}
    ${'taker'} | ${'50000.02'} | ${'25.01'} | ${'25.00001 goes up to the cent'}
    ${'maker'} | ${'0.01'}     | ${'0.01'}  | ${'never less than a cent'}
  `('of one unit at $price costs a $liquidity $fee: $why', (row: Record<string, string>) => {
    const desk = deskWith({ 'alice.main': '100' });
    const liquidity = row['liquidity'] as 'maker' | 'taker';
    const events = desk.take('TradeFilled', aFill({ accountId: 'alice.main', liquidity, price: row['price'] }));
    expect(payloadOf(events, 'PositionChanged')).toMatchObject({
      fee: row['fee'],
      feeSchedule: 'fee-schedule-default@1',
    });
  });

  it('credits profit and charges loss rounded down to the cent, and books the rest to house/rounding', () => {
    const desk = deskWith({ 'alice.main': '100' });
    for (const [price, rounding] of [
      ['50000.006', '0.006'],
      ['49999.994', '0.004'],
    ] as const) {
      desk.take('TradeFilled', aFill({ accountId: 'alice.main', price: '50000' }));
      const closed = payloadOf(
        desk.take('TradeFilled', aFill({ accountId: 'alice.main', side: 'sell', price })),
        'PositionChanged',
      );
      expect(closed.postings).toContainEqual({ ledgerAccount: 'house/rounding', asset: 'USD', amount: rounding });
    }
  });

  it('in a linear perpetual says what the client was paid, like one in any other contract', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    desk.take('TradeFilled', aFill({ accountId: 'alice.main', price: '50000' }));
    const sold = desk.take('TradeFilled', aFill({ accountId: 'alice.main', side: 'sell', price: '50000.006' }));
    expect(payloadOf(sold, 'PositionChanged').settlement).toEqual({ asset: 'USD', cash: '0' });
  });

  it('in a perpetual that pricing has not admitted goes to suspense', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const fill = aFill({ accountId: 'alice.main', instrument: 'SOL-PERP', price: '150' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked').reason).toBe('unknown-instrument');
    desk.take('InstrumentAdmitted', { specification: aSpecification('SOL-PERP', { lot: '0.1' }) });
    payloadOf(desk.take('TradeFilled', { ...fill, quantity: '0.1' }), 'PositionChanged');
    const part = aFill({ accountId: 'alice.main', instrument: 'SOL-PERP', price: '150', quantity: '0.05' });
    expect(payloadOf(desk.take('TradeFilled', part), 'SuspenseBooked').reason).toBe('quantity-off-lot');
  });

  it('of an account and a trade whose ids together look like those of others is another one', () => {
    const desk = deskWith({});
    const fill = aFill({ accountId: 'a/b', tradeId: 'c' });
    expect(desk.take('TradeFilled', fill)).toHaveLength(1);
    expect(desk.take('TradeFilled', { ...fill, accountId: 'a', tradeId: 'b/c' })).toHaveLength(1);
  });

  it('delivered twice is booked once, and the second delivery is on record [CLR-ACC-010]', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const fill = aFill({ accountId: 'alice.main' });
    expect(desk.take('TradeFilled', fill)).toHaveLength(1);
    const again = desk.take('TradeFilled', { ...fill, quantity: '1.0' });
    expect(payloadOf(again, 'SuspenseBooked')).toMatchObject({
      reason: 'fill-repeated',
      detail: 'fill-repeated',
      position: null,
      postings: [],
    });
    expect(accountStatement(desk.state, 'alice.main')?.positions).toMatchObject([{ quantity: '1' }]);
  });

  it('is known by its instrument, and by its number within the side of the trade [CLR-ACC-010]', () => {
    const desk = deskWith({ 'a.main': '1000000', 'b.main': '1000000' });
    const bought = { accountId: 'a.main', tradeId: '8821' };
    const eth = { instrument: 'ETH-PERP', quantity: '10', price: '2000' };
    const fills = [
      { ...bought, quantity: '1' },
      { ...bought, ...eth },
      ...['2', '1'].map((quantity, part) => ({ ...bought, tradeId: '900', fill: part + 1, quantity })),
      ...['2', '2'].map((quantity, part) => ({ ...bought, tradeId: '901', fill: part + 1, quantity })),
    ];
    for (const fill of fills) {
      expect(desk.take('TradeFilled', aFill(fill)).map(({ type }) => type)).toEqual(['PositionChanged']);
    }
    const held = accountStatement(desk.state, 'a.main')?.positions.map(({ instrument, quantity }) => [
      instrument,
      quantity,
    ]);
    expect(held).toEqual([
      ['BTC-PERP', '8'],
      ['ETH-PERP', '10'],
    ]);
    expect(desk.rebuilt().state).toEqual(desk.state);
    // Without numbers nobody can tell the second of two equal fills from a second delivery: it is on record.
    const unnumbered = { ...bought, tradeId: '902', quantity: '2' };
    const types = [unnumbered, unnumbered].flatMap((fill) =>
      desk.take('TradeFilled', aFill(fill)).map(({ type }) => type),
    );
    expect(types).toEqual(['PositionChanged', 'SuspenseBooked']);
  });

  describe.each(['buy', 'sell'] as const)('of a trade of an account with itself, %s first [CLR-ACC-010]', (first) => {
    const other = first === 'buy' ? 'sell' : 'buy';
    const trade = { accountId: 'alice.main', tradeId: 'self', quantity: '2', price: '60000' };
    const sides = [
      aFill({ ...trade, side: first, liquidity: 'maker' }),
      aFill({ ...trade, side: other, liquidity: 'taker' }),
    ];
    /** Equity at this price, before anything else. */
    const worth = (desk: ReturnType<typeof deskWith>) => {
      const { collateral = {}, positions = [] } = accountStatement(desk.state, 'alice.main') ?? {};
      const unrealised = positions.map(({ quantity, cost }) => dec(quantity).times(trade.price).minus(cost));
      return unrealised.reduce((total, each) => total.plus(each), dec(collateral['USD'] ?? '0'));
    };

    it.each(['0', '3', '-3', '1', '-1'])('is two bookings that leave %s contracts and cost both fees', (held) => {
      const desk = deskWith({ 'alice.main': '1000000', 'bob.main': '1000000' });
      if (held !== '0') {
        const [side, quantity] = held.startsWith('-') ? (['sell', held.slice(1)] as const) : (['buy', held] as const);
        desk.take('TradeFilled', aFill({ accountId: 'alice.main', tradeId: 'before', side, quantity }));
        desk.take(
          'TradeFilled',
          aFill({ accountId: 'bob.main', tradeId: 'before', side: side === 'buy' ? 'sell' : 'buy', quantity }),
        );
      }
      const before = worth(desk);
      const fees = sides.map((fill) => dec(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged').fee));
      // 0.02 % and 0.05 % of 120,000.
      expect(fees.map((fee) => fee.toFixed())).toEqual(['24', '60']);
      expect(accountStatement(desk.state, 'alice.main')?.positions.map(({ quantity }) => quantity)).toEqual(
        held === '0' ? [] : [held],
      );
      const cost = before.minus(worth(desk));
      // What is realised is credited in whole cents, rounded down.
      expect(cost.gte(84) && cost.lt('84.01')).toBe(true);
      const book = desk.state.instruments.get('BTC-PERP');
      expect([book?.houseQuantity.toFixed(), book?.suspense.quantity.toFixed()]).toEqual(['0', '0']);
      expect(desk.rebuilt().state).toEqual(desk.state);
    });

    it('waits in suspense with both, and is nothing there, until the account opens', () => {
      const desk = deskWith({});
      for (const fill of sides) {
        expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked').reason).toBe('unknown-account');
      }
      expect(desk.state.instruments.get('BTC-PERP')?.suspense.quantity.toFixed()).toBe('0');
      const opened = desk.take('AccountOpeningRequested', { accountId: 'alice.main' });
      expect(opened.map(({ type }) => type)).toEqual([
        'AccountOpened',
        ...['SuspenseReleased', 'PositionChanged'],
        ...['SuspenseReleased', 'PositionChanged'],
      ]);
      expect(accountStatement(desk.state, 'alice.main')).toMatchObject({ positions: [], collateral: { USD: '-84' } });
      for (const fill of sides) {
        expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('fill-repeated');
      }
    });
  });

  it('whose id comes again with another price is not booked, but on record', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const fill = aFill({ accountId: 'alice.main' });
    desk.take('TradeFilled', fill);
    expect(payloadOf(desk.take('TradeFilled', { ...fill, price: '50001' }), 'SuspenseBooked')).toMatchObject({
      reason: 'fill-repeated',
      detail: 'trade-id-reused',
      postings: [],
    });
  });

  it('of an unknown account is kept in suspense with quantity and cost, once', () => {
    const desk = deskWith({});
    const fill = aFill({ accountId: 'stranger.main', side: 'sell', quantity: '0.5' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked')).toMatchObject({
      reason: 'unknown-account',
      accountId: 'stranger.main',
      source: { log: 'exchange.fills', position: 1 },
      position: { instrument: 'BTC-PERP', quantity: '-0.5', cost: '-25000' },
      postings: [],
    });
    expect(payloadOf(desk.take('TradeFilled', fill), 'SuspenseBooked')).toMatchObject({ detail: 'fill-repeated' });
    const book = desk.state.instruments.get('BTC-PERP');
    expect([book?.suspense.quantity, book?.houseQuantity].map((quantity) => quantity?.toFixed())).toEqual([
      '-0.5',
      '0.5',
    ]);
  });

  it.each`
    damage                                                    | code                         | reason
    ${{ fill: 0 }}                                            | ${'fill-number-invalid'}     | ${'malformed'}
    ${{ fill: '1' }}                                          | ${'fill-number-invalid'}     | ${'malformed'}
    ${{ quantity: '0' }}                                      | ${'amount-not-positive'}     | ${'malformed'}
    ${{ quantity: '-1' }}                                     | ${'amount-not-positive'}     | ${'malformed'}
    ${{ quantity: 'NaN' }}                                    | ${'amount-invalid'}          | ${'malformed'}
    ${{ quantity: '1e3' }}                                    | ${'amount-invalid'}          | ${'malformed'}
    ${{ quantity: 1 }}                                        | ${'amount-invalid'}          | ${'malformed'}
    ${{ quantity: null }}                                     | ${'amount-invalid'}          | ${'malformed'}
    ${{ quantity: '0.000000001' }}                            | ${'amount-too-fine'}         | ${'malformed'}
    ${{ price: '1000000000000001' }}                          | ${'amount-too-large'}        | ${'malformed'}
    ${{ quantity: '20000000001' }}                            | ${'amount-too-large'}        | ${'malformed'}
    ${{ price: '0' }}                                         | ${'amount-not-positive'}     | ${'malformed'}
    ${{ side: 'long' }}                                       | ${'side-unknown'}            | ${'malformed'}
    ${{ liquidity: 'both' }}                                  | ${'liquidity-unknown'}       | ${'malformed'}
    ${{ tradeId: '' }}                                        | ${'trade-id-invalid'}        | ${'malformed'}
    ${{ tradeId: 'a b' }}                                     | ${'trade-id-invalid'}        | ${'malformed'}
    ${{ tradeId: 'x'.repeat(121) }}                           | ${'trade-id-invalid'}        | ${'malformed'}
    ${{ closeOutOrder: { partition: 0, position: -1 } }}      | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: { partition: 0, position: 0 } }}       | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: { partition: -1, position: 1 } }}      | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: { partition: 0, position: 1.5 } }}     | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: { partition: 0, position: 2 ** 60 } }} | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: { partition: '0', position: '1' } }}   | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ closeOutOrder: 7 }}                                   | ${'close-out-order-invalid'} | ${'malformed'}
    ${{ accountId: 7 }}                                       | ${'account-id-invalid'}      | ${'malformed'}
    ${{ instrument: 'DOGE-PERP' }}                            | ${'instrument-unknown'}      | ${'unknown-instrument'}
    ${{ instrument: 'toString' }}                             | ${'instrument-unknown'}      | ${'unknown-instrument'}
  `(
    'with $damage moves nothing and is on record as $code',
    ({ damage, code, reason }: { damage: object; code: string; reason: string }) => {
      const desk = deskWith({ 'alice.main': '100000' });
      const before = trialBalance(desk.state);
      const events = desk.takeAny('TradeFilled', { ...aFill({ accountId: 'alice.main' }), ...damage });
      expect(events).toHaveLength(1);
      expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ reason, detail: code, postings: [], position: null });
      expect(trialBalance(desk.state)).toEqual(before);
    },
  );

  it.each([null, 'text', 7, []])('that is no record at all (%j) is on record and halts nothing', (message) => {
    const events = deskWith({}).takeAny('TradeFilled', message);
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ detail: 'message-unreadable', accountId: '' });
  });

  it('of the largest notional is booked, exactly', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const events = desk.take(
      'TradeFilled',
      aFill({ accountId: 'alice.main', quantity: '20000000000', price: '50000' }),
    );
    expect(payloadOf(events, 'PositionChanged').position.cost).toBe('1000000000000000');
  });
});

describe('a provisional penalty [CLR-ACC-014]', () => {
  it('is rounded down, so rounding never takes more than the equity that bounds the rate', () => {
    expect(text(provisionalPenalty(dec('100.01'), dec('0.0001')))).toBe('0.01');
    expect(text(provisionalPenalty(dec('99.99'), dec('0.0001')))).toBe('0');
  });
});
