import { accountStatement } from '../accounts.queries.js';
import { aFill, aPriceSet, deskWith, payloadOf } from '../accounts.fixtures.js';

const debtor = 'bull.main';
const asked = { caseId: `${debtor}#1`, accountId: debtor };

describe('a debtor’s coin [CLR-ACC-042]', () => {
  it('is taken over at the index, dollars rounded down, before anybody else pays', () => {
    const desk = deskWith({ [debtor]: '100' });
    desk.take('PriceSetPublished', aPriceSet('4500.55'));
    desk.take('DepositReceived', { depositId: 'd-1', accountId: debtor, asset: 'BTC', amount: '1.00000001' });
    const events = desk.take('CollateralTakeOverRequested', asked);
    expect(payloadOf(events, 'CollateralTakenOver')).toMatchObject({
      taken: [{ asset: 'BTC', amount: '1.00000001', price: '4500.55', dollars: '4500.55' }],
      collateral: { USD: '4600.55' },
    });
    expect(accountStatement(desk.state, debtor)?.collateral).toEqual({ USD: '4600.55' });
  });

  it.each`
    price     | dollars   | discount                | why
    ${'7000'} | ${'6965'} | ${'0.005'}              | ${'in time: the house keeps half a per cent, 749 are left of 784'}
    ${'6230'} | ${'6216'} | ${'0.0022471910112359'} | ${'14 are left, and the discount takes no more'}
    ${'6216'} | ${'6216'} | ${'0'}                  | ${'nothing is left: it is worth just the debt'}
    ${'6000'} | ${'6000'} | ${'0'}                  | ${'too late: nobody else pays for a discount'}
  `('of a debt of 6,216 without a position is taken over at $price for $dollars: $why [CLR-ACC-042]', (row) => {
    const { price, dollars, discount } = row as Record<string, string>;
    // Bought and sold again 6,016 lower: fees and loss make the debt.
    const desk = deskWith({ [debtor]: '0', 'other.main': '1000000' });
    const trade = { accountId: debtor, liquidity: 'maker' } as const;
    desk.take('TradeFilled', aFill({ ...trade, price: '50000' }));
    desk.take('TradeFilled', aFill({ ...trade, side: 'sell', price: '43802.76' }));
    desk.take('DepositReceived', { depositId: 'd-1', accountId: debtor, asset: 'BTC', amount: '1' });
    expect(accountStatement(desk.state, debtor)?.collateral).toEqual({ BTC: '1', USD: '-6216.01' });
    desk.take('DepositReceived', { depositId: 'd-2', accountId: debtor, asset: 'USD', amount: '0.01' });
    desk.take('PriceSetPublished', aPriceSet(price as string));
    const events = desk.take('CollateralTakeOverRequested', asked);
    expect(payloadOf(events, 'CollateralTakenOver')).toMatchObject({ discount, taken: [{ dollars }] });
  });

  it('is taken over without a discount while a position is held, since nobody knows here what that is worth', () => {
    const desk = deskWith({ [debtor]: '0' });
    desk.take('TradeFilled', aFill({ accountId: debtor }));
    desk.take('DepositReceived', { depositId: 'd-1', accountId: debtor, asset: 'BTC', amount: '1' });
    desk.take('PriceSetPublished', aPriceSet('50000'));
    const events = desk.take('CollateralTakeOverRequested', asked);
    expect(payloadOf(events, 'CollateralTakenOver')).toMatchObject({ discount: '0', taken: [{ dollars: '50000' }] });
  });

  it('is no question without an answer: nothing to take is booked as nothing, and dollars stay', () => {
    const desk = deskWith({ [debtor]: '100' });
    const events = desk.take('CollateralTakeOverRequested', asked);
    expect(payloadOf(events, 'CollateralTakenOver')).toMatchObject({
      taken: [],
      postings: [],
      collateral: { USD: '100' },
    });
  });
});
