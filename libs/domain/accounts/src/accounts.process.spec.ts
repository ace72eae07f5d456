import { aFill, deskWith, payloadOf } from './accounts.fixtures.js';

describe('a trade', () => {
  it('realises profit at average cost: 2 @ 50,000 and 1 @ 53,000, then 1.5 sold @ 54,000 (W88)', () => {
    const desk = deskWith({ 'alice.main': '100000' });
    desk.take('TradeFilled', aFill({ accountId: 'alice.main', quantity: '2', price: '50000' }));
    desk.take('TradeFilled', aFill({ accountId: 'alice.main', quantity: '1', price: '53000' }));
    const sold = aFill({ accountId: 'alice.main', side: 'sell', quantity: '1.5', price: '54000' });
    const changed = payloadOf(desk.take('TradeFilled', sold), 'PositionChanged');
    expect(changed).toMatchObject({
      realisedPnl: '4500',
      position: { instrument: 'BTC-PERP', quantity: '1.5', cost: '76500' },
    });
  });
});
