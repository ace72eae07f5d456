import { instantOf } from '@ballast/kernel';
import { QuoteTape, payloadsOf, priced, threeVenues } from './pricing.fixtures.js';

const NINE = instantOf('2020-03-12T09:00:00Z');

describe('a price set', () => {
  it('is published with the first clock tick at which every underlying has a price', () => {
    const tape = new QuoteTape(NINE)
      .market()
      .quotes('BTC', threeVenues('7900'))
      .quotes('ETH', threeVenues('194'))
      .book('BTC', '7901')
      .tick();
    const sets = payloadsOf(priced(tape).events, 'PriceSetPublished');
    expect(sets).toHaveLength(1);
  });
});
