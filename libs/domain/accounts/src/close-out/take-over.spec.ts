import { accountStatement } from '../accounts.queries.js';
import { aPriceSet, deskWith, payloadOf } from '../accounts.fixtures.js';

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
