import type { ContractSpecificationDocument } from '@ballast/facts';
import { MINUTE_MS, instantOf, isoOf } from '@ballast/kernel';
import { QuoteTape, aSpecification, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';

const NOW = instantOf('2026-03-01T09:00:00Z');
/** A market whose underlying is quoted. */
const open = (): QuoteTape => new QuoteTape(NOW).market(60, []).quotes('BTC', threeVenues('60000'));
const verdicts = (tape: QuoteTape): readonly string[] => {
  const { events, machine } = priced(tape);
  return [
    ...payloadsOf(events, 'InstrumentAdmitted').map(({ specification }) => `${specification.id} admitted`),
    ...payloadsOf(events, 'InstrumentRefused').map(({ instrument, code, field }) => `${instrument} ${code} ${field}`),
    ...[...machine.state.ignored].map(([because, count]) => `${because} ${count}`),
  ];
};

describe('a listing [CLR-PRC-050]', () => {
  it.each([
    'BTC-PERP',
    'BTC-27MAR26',
    'BTC-27MAR26-INVERSE',
    'BTC-PERP-INVERSE',
    'BTC-27MAR26-60000-C',
    'BTC-27MAR26-60000-P-INVERSE',
  ])('of %s is admitted with all its terms', (id) => {
    const { events } = priced(open().list(id).tick());
    expect(payloadsOf(events, 'InstrumentAdmitted')).toEqual([{ specification: aSpecification(id, NOW) }]);
    expect(events.find(({ type }) => type === 'InstrumentAdmitted')?.stream).toBe(`instrument-${id}`);
  });

  it.each<[string, string, Partial<ContractSpecificationDocument>, string]>([
    [
      'a linear perpetual of ten units',
      'BTC-PERP',
      { contractSize: '10' },
      'BTC-PERP wrong-contract-size contractSize',
    ],
    [
      'a linear perpetual with variation margin',
      'BTC-PERP',
      { cashStyle: 'variation-margin' },
      'BTC-PERP wrong-cash-style cashStyle',
    ],
    [
      'a linear perpetual with a delivery fee',
      'BTC-PERP',
      { deliveryFee: { rate: '0', capOfValue: '0' } },
      'BTC-PERP wrong-delivery-fee deliveryFee',
    ],
    [
      'a contract quoted in coin',
      'BTC-27MAR26',
      { quoteAsset: 'ETH', settlementAsset: 'ETH' },
      'BTC-27MAR26 quote-asset-not-priced quoteAsset',
    ],
    ['an expiry that is past', 'BTC-27FEB26', { listedAt: '2026-01-01T00:00Z' }, 'BTC-27FEB26 instrument-expired id'],
    ['a tick of zero', 'BTC-27MAR26', { tick: '0' }, 'BTC-27MAR26 out-of-range tick'],
    ['a lot that is no decimal', 'BTC-27MAR26', { lot: '1e-3' }, 'BTC-27MAR26 bad-specification lot'],
    [
      'the wrong settlement asset',
      'BTC-27MAR26',
      { settlementAsset: 'BTC' },
      'BTC-27MAR26 wrong-settlement-asset settlementAsset',
    ],
    ['a future against premium', 'BTC-27MAR26', { cashStyle: 'premium' }, 'BTC-27MAR26 wrong-cash-style cashStyle'],
    [
      'a listing after the expiry',
      'BTC-27MAR26',
      { listedAt: '2026-03-27T08:00Z' },
      'BTC-27MAR26 listed-after-expiry listedAt',
    ],
  ])('of %s is refused', (_why, id, terms, expected) => {
    expect(verdicts(open().list(id, terms).tick())).toEqual([expected]);
  });

  it.each<[string, unknown, string]>([
    ['no document', null, 'unreadable bad-specification specification'],
    ['an id that is no text', { id: 7 }, 'unreadable bad-specification'],
    ['an id with blanks', aSpecification('BTC-27MAR26', NOW, { id: 'BTC 27MAR26' }), 'unreadable bad-instrument-id id'],
    ['an id that is no id', aSpecification('BTC-27MAR26', NOW, { id: 'BTC' }), 'BTC bad-instrument-id id'],
  ])('of %s is refused and never throws', (_why, specification, expected) => {
    const tape = open().append('InstrumentListed', 'market', {
      specification: specification as ContractSpecificationDocument,
    });
    expect(verdicts(tape)[0]).toContain(expected);
  });

  it('waits for the opening of the market, for a price of its underlying and for its own time', () => {
    const early = new QuoteTape(NOW).list('BTC-27MAR26').list('DOGE-PERP');
    early.list('BTC-PERP', { listedAt: isoOf(NOW + 2 * MINUTE_MS) });
    expect(verdicts(early.quotes('BTC', threeVenues('60000')).tick())).toEqual([]);
    early.market(60, []).tick();
    expect(verdicts(early)).toEqual(['BTC-27MAR26 admitted']);
    early.after(120).quotes('DOGE', threeVenues('0.07')).tick();
    expect(verdicts(early)).toEqual(['BTC-27MAR26 admitted', 'BTC-PERP admitted', 'DOGE-PERP admitted']);
  });

  it('has its quotes counted while it waits', () => {
    const tape = open().list('BTC-PERP').list('BTC-27MAR26').book('BTC', '60100').contractBook('BTC-27MAR26', '60300');
    const { events } = priced(tape.tick());
    expect(payloadsOf(events, 'PriceSetPublished')[0]?.marks[0]?.mark).toBe('60100');
    expect(payloadsOf(events, 'RiskArraysPublished')[0]?.instruments[0]?.price).toBe('60300');
  });

  it('is refused when it has waited until it expires, and may be listed anew only on a later expiry', () => {
    const expiry = instantOf('2026-03-27T08:00:00Z');
    const tape = open().list('DOGE-27MAR26').list('DOGE-27MAR26-1-C').tick();
    expect(verdicts(tape)).toEqual([]);
    tape
      .at(expiry - 30 * MINUTE_MS)
      .quotes('BTC', threeVenues('60000'))
      .tick();
    expect(verdicts(tape)).toEqual([]);
    tape
      .at(expiry - 29 * MINUTE_MS)
      .quotes('DOGE', threeVenues('1'))
      .tick();
    expect(verdicts(tape)).toEqual(['DOGE-27MAR26 expires-too-soon id', 'DOGE-27MAR26-1-C expires-too-soon id']);
    const { contracts, expiries } = priced(tape).machine.state;
    expect([contracts.size, expiries.size]).toEqual([0, 0]);
    tape.at(expiry).quotes('DOGE', threeVenues('1')).tick();
    expect(payloadsOf(priced(tape).events, 'SettlementPriceFixed')).toEqual([]);
  });

  it('is taken up to half an hour before the expiry, not while its delivery price is averaged', () => {
    const expiry = instantOf('2026-03-27T08:00:00Z');
    const listedAt = (at: number) =>
      verdicts(new QuoteTape(at).market(60, []).quotes('BTC', threeVenues('60000')).list('BTC-27MAR26').tick());
    expect(listedAt(expiry - 30 * MINUTE_MS)).toEqual(['BTC-27MAR26 admitted']);
    expect(listedAt(expiry - 30 * MINUTE_MS + 1)).toEqual(['BTC-27MAR26 expires-too-soon id']);
    expect(listedAt(expiry)).toEqual(['BTC-27MAR26 listed-after-expiry listedAt']);
  });

  it.each(['BTC-27MAR26', 'BTC-PERP'])('of %s on the same terms again is ignored, on other terms refused', (id) => {
    const again = (tape: QuoteTape): QuoteTape => tape.list(id, { listedAt: isoOf(NOW) }).list(id, { tick: '5' });
    const waiting = again(open().list(id)).tick();
    expect(verdicts(waiting)).toEqual([`${id} admitted`, `${id} listed-on-other-terms id`, 'repeated-listing 1']);
    const { events } = priced(again(waiting.after(60)));
    expect(payloadsOf(events, 'InstrumentAdmitted').map(({ specification }) => specification.tick)).toEqual(['0.5']);
    expect(payloadsOf(events, 'InstrumentRefused')).toHaveLength(2);
  });

  it('of a perpetual that costs less than its tick is marked at its index, not at zero', () => {
    const tape = open().list('DOGE-PERP', { tick: '1' }).quotes('DOGE', threeVenues('0.07')).tick();
    expect(payloadsOf(priced(tape).events, 'PriceSetPublished')[0]?.marks[0]?.mark).toBe('0.07');
  });
});
