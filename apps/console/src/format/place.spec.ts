import { ACCOUNT_ID, CASE_ID } from '@ballast/kernel';
import { ACCOUNT, CASE, addressOfId, placeOf, placeText } from './place';

describe('where an id leads', () => {
  it.each([
    ['owner-0101.main', '/accounts/owner-0101.main'],
    ['owner-0101.main#1', '/liquidations/owner-0101.main%231'],
    ['desk_7.a_b', '/accounts/desk_7.a_b'],
    ['desk_7.a_b#2', '/liquidations/desk_7.a_b%232'],
    ['owner-0101.main.more', undefined],
    ['owner-0101.main#0', undefined],
    ['margin/0#107', '/decisions/margin/0/107'],
    [' accounts/3#12 ', '/decisions/accounts/3/12'],
    ['margin/-1#88', '/events/margin/-1/88'],
    ['exchange.quotes/-1#607', '/events/exchange.quotes/-1/607'],
    ['nothing', undefined],
    ['margin/0#0', undefined],
    ['', undefined],
  ])('%s leads to %s', (id, address) => {
    expect(addressOfId(id)).toBe(address);
  });

  it('is told by the forms of the interface', () => {
    expect([ACCOUNT, CASE]).toEqual([ACCOUNT_ID.pattern, CASE_ID.pattern]);
  });

  it('is read as it is written', () => {
    const place = { log: 'margin', partition: 7, position: 12 };
    expect(placeOf(placeText(place))).toEqual(place);
  });
});
