import { averageEntryPrice, tradeAtAverageCost, worthInEquity } from '@ballast/instruments';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { aContract, aFill, deskWith, payloadOf } from './accounts.fixtures.js';
import { accountStatement } from './account-statement.js';
import { LINEAR_PERPETUALS } from './cleared-contracts.js';
import { provisionalPenalty } from './fee-schedule.js';
import { trialBalance } from './ledger.js';
import { applyTrade, FLAT, positionOf } from './position.js';

const perpetual = LINEAR_PERPETUALS.get('BTC-PERP')!;

describe('a position at average cost', () => {
  it.each`
    why                                               | quantity | cost         | signed    | price      | after    | costAfter            | realised
    ${'opens long'}                                   | ${'0'}   | ${'0'}       | ${'2'}    | ${'50000'} | ${'2'}   | ${'100000'}          | ${'0'}
    ${'opens short'}                                  | ${'0'}   | ${'0'}       | ${'-2'}   | ${'50000'} | ${'-2'}  | ${'-100000'}         | ${'0'}
    ${'adds to a long: W88 average 51,000'}           | ${'2'}   | ${'100000'}  | ${'1'}    | ${'53000'} | ${'3'}   | ${'153000'}          | ${'0'}
    ${'reduces a long: W88, 1.5 * (54,000 - 51,000)'} | ${'3'}   | ${'153000'}  | ${'-1.5'} | ${'54000'} | ${'1.5'} | ${'76500'}           | ${'4500'}
    ${'reduces a short that lost'}                    | ${'-2'}  | ${'-100000'} | ${'1'}    | ${'50500'} | ${'-1'}  | ${'-50000'}          | ${'-500'}
    ${'closes and takes the whole cost along'}        | ${'3'}   | ${'100'}     | ${'-3'}   | ${'50'}    | ${'0'}   | ${'0'}               | ${'50'}
    ${'releases a third, half-even at 12 digits'}     | ${'3'}   | ${'100'}     | ${'-1'}   | ${'50'}    | ${'2'}   | ${'66.666666666667'} | ${'16.666666666667'}
    ${'flips: closes 2 with profit, opens 3 short'}   | ${'2'}   | ${'100000'}  | ${'-5'}   | ${'51000'} | ${'-3'}  | ${'-153000'}         | ${'2000'}
    ${'flips a short'}                                | ${'-2'}  | ${'-100000'} | ${'3'}    | ${'49000'} | ${'1'}   | ${'49000'}           | ${'2000'}
    ${'deleveraged at zero'}                          | ${'1'}   | ${'100'}     | ${'-1'}   | ${'0'}     | ${'0'}   | ${'0'}               | ${'-100'}
  `('$why', (row: Record<string, string>) => {
    const before = positionOf({
      instrument: 'BTC-PERP',
      quantity: row['quantity'] as string,
      cost: row['cost'] as string,
    });
    const { position, realised, value } = applyTrade(
      perpetual,
      before,
      dec(row['signed'] as string),
      dec(row['price'] as string),
    );
    expect([text(position.quantity), text(position.cost), text(realised)]).toEqual([
      row['after'],
      row['costAfter'],
      row['realised'],
    ]);
    // The identity behind "sum of costs + house/pnl = 0".
    expect(text(position.cost.minus(before.cost))).toBe(text(value.plus(realised)));
  });

  it('has an average entry only while it is open', () => {
    expect(averageEntryPrice(perpetual.instrument, FLAT)).toBeNull();
    const short = { quantity: dec(-3), cost: dec(-153000) };
    expect(averageEntryPrice(perpetual.instrument, short)?.toFixed()).toBe('51000');
  });

  it('is what the instruments make of a trade, wherever they price it', () => {
    const whole = (max: number) => fc.integer({ min: 1, max }).map((units) => dec(units).div(1_000));
    const contracts = ['BTC-27MAR26', 'BTC-27MAR26-INVERSE', 'BTC-PERP-INVERSE', 'BTC-27MAR26-60000-C'].map((id) =>
      aContract(id, { cashStyle: 'variation-margin' }),
    );
    const trades = fc.array(fc.record({ quantity: whole(5_000), sold: fc.boolean(), price: whole(90_000_000) }));
    fc.assert(
      fc.property(fc.constantFrom(perpetual, ...contracts), trades, (contract, steps) => {
        let position = FLAT;
        for (const { quantity, sold, price } of steps) {
          const signed = sold ? quantity.neg() : quantity;
          const { cash, ...effect } = applyTrade(contract, position, signed, price);
          expect(effect).toEqual(tradeAtAverageCost(contract.instrument, position, signed, price));
          expect(cash).toEqual(effect.realised);
          position = effect.position;
        }
      }),
    );
  });

  it('gains and loses in sum nothing: +5, -3, -2 from 60,000 to 60,250 are +1,250, -750, -500 (W90)', () => {
    const desk = deskWith({ 'a.main': '100000', 'b.main': '100000', 'c.main': '100000' });
    const sides = { 'a.main': ['buy', '5'], 'b.main': ['sell', '3'], 'c.main': ['sell', '2'] } as const;
    for (const [accountId, [side, quantity]] of Object.entries(sides)) {
      desk.take('TradeFilled', aFill({ accountId, side, quantity, price: '60000' }));
    }
    const gains = Object.keys(sides).map((accountId) => {
      const [position] = accountStatement(desk.state, accountId)?.positions ?? [];
      if (position === undefined) throw new Error('no position');
      return worthInEquity(perpetual.instrument, 'marked-to-market', positionOf(position), dec('60250'));
    });
    expect(gains.map(text)).toEqual(['1250', '-750', '-500']);
  });
});

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
    expect(payloadOf(events, 'PositionChanged')).toMatchObject({ fee: row['fee'], feeSchedule: 'fees@1' });
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

  it('delivered twice is booked once', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const fill = aFill({ accountId: 'alice.main' });
    expect(desk.take('TradeFilled', fill)).toHaveLength(1);
    expect(desk.take('TradeFilled', { ...fill, quantity: '1.0' })).toEqual([]);
  });

  it('with both sides in one account is two bookings, and leaves it flat', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const bought = aFill({ accountId: 'alice.main' });
    desk.take('TradeFilled', bought);
    desk.take('TradeFilled', { ...bought, side: 'sell' });
    expect(accountStatement(desk.state, 'alice.main')?.positions).toEqual([]);
  });

  it('whose id comes again with another price is not booked, but on record', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    const fill = aFill({ accountId: 'alice.main' });
    desk.take('TradeFilled', fill);
    expect(payloadOf(desk.take('TradeFilled', { ...fill, price: '50001' }), 'SuspenseBooked')).toMatchObject({
      reason: 'malformed',
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
    expect(desk.take('TradeFilled', fill)).toEqual([]);
    const book = desk.state.instruments.get('BTC-PERP');
    expect([book?.suspense.quantity, book?.houseQuantity].map((quantity) => quantity?.toFixed())).toEqual([
      '-0.5',
      '0.5',
    ]);
  });

  it.each`
    damage                           | code                     | reason
    ${{ quantity: '0' }}             | ${'amount-not-positive'} | ${'malformed'}
    ${{ quantity: '-1' }}            | ${'amount-not-positive'} | ${'malformed'}
    ${{ quantity: 'NaN' }}           | ${'amount-invalid'}      | ${'malformed'}
    ${{ quantity: '1e3' }}           | ${'amount-invalid'}      | ${'malformed'}
    ${{ quantity: 1 }}               | ${'amount-invalid'}      | ${'malformed'}
    ${{ quantity: null }}            | ${'amount-invalid'}      | ${'malformed'}
    ${{ quantity: '0.000000001' }}   | ${'amount-too-fine'}     | ${'malformed'}
    ${{ price: '1000000000000001' }} | ${'amount-too-large'}    | ${'malformed'}
    ${{ quantity: '20000000001' }}   | ${'amount-too-large'}    | ${'malformed'}
    ${{ price: '0' }}                | ${'amount-not-positive'} | ${'malformed'}
    ${{ side: 'long' }}              | ${'side-unknown'}        | ${'malformed'}
    ${{ liquidity: 'both' }}         | ${'liquidity-unknown'}   | ${'malformed'}
    ${{ tradeId: '' }}               | ${'trade-id-invalid'}    | ${'malformed'}
    ${{ accountId: 7 }}              | ${'account-id-invalid'}  | ${'malformed'}
    ${{ instrument: 'DOGE-PERP' }}   | ${'instrument-unknown'}  | ${'unknown-instrument'}
    ${{ instrument: 'toString' }}    | ${'instrument-unknown'}  | ${'unknown-instrument'}
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

describe('a provisional penalty', () => {
  it('is rounded down, so rounding never takes more than the equity that bounds the rate', () => {
    expect(text(provisionalPenalty(dec('100.01'), dec('0.0001')))).toBe('0.01');
    expect(text(provisionalPenalty(dec('99.99'), dec('0.0001')))).toBe('0');
  });
});
