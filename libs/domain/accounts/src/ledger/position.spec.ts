import { averageEntryPrice, tradeAtAverageCost, worthInEquity } from '@ballast/instruments';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { aContract, aFill, deskWith } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { applyTrade, FLAT, positionOf } from './position.js';

const perpetual = aContract('BTC-PERP');

describe('a position at average cost [CLR-ACC-011]', () => {
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
