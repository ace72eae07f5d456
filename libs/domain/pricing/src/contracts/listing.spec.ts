import type { ContractSpecificationDocument } from '@ballast/facts';
import { MINUTE_MS, instantOf } from '@ballast/kernel';
import { QuoteTape, aSpecification, payloadsOf, priced } from '../pricing.fixtures.js';

const NOW = instantOf('2026-03-01T09:00:00Z');
const open = (): QuoteTape => new QuoteTape(NOW).market(60, ['BTC']);
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
    'BTC-27MAR26',
    'BTC-27MAR26-INVERSE',
    'BTC-PERP-INVERSE',
    'BTC-27MAR26-60000-C',
    'BTC-27MAR26-60000-P-INVERSE',
  ])('of %s is admitted with all its terms', (id) => {
    const { events } = priced(open().list(id));
    expect(payloadsOf(events, 'InstrumentAdmitted')).toEqual([{ specification: aSpecification(id, NOW) }]);
    expect(events[0]?.stream).toBe(`instrument-${id}`);
  });

  it.each<[string, string, Partial<ContractSpecificationDocument>, string]>([
    ['an underlying that nobody quotes', 'DOGE-27MAR26', {}, 'DOGE-27MAR26 underlying-not-priced id'],
    ['an underlying that the exchange does not trade', 'ETH-27MAR26', {}, 'ETH-27MAR26 underlying-not-priced id'],
    ['a linear perpetual', 'BTC-PERP', {}, 'BTC-PERP listed-with-market id'],
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
    expect(
      verdicts(open().append('InstrumentListed', 'market', { specification: aSpecification(id, NOW, terms) })),
    ).toEqual([expected]);
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

  it('before the market is open is refused', () => {
    expect(verdicts(new QuoteTape(NOW).list('BTC-27MAR26'))).toEqual(['BTC-27MAR26 market-not-open id']);
  });

  it('is taken up to half an hour before the expiry, not while its delivery price is averaged', () => {
    const expiry = instantOf('2026-03-27T08:00:00Z');
    const listedAt = (at: number) => verdicts(open().at(at).list('BTC-27MAR26'));
    expect(listedAt(expiry - 30 * MINUTE_MS)).toEqual(['BTC-27MAR26 admitted']);
    expect(listedAt(expiry - 30 * MINUTE_MS + 1)).toEqual(['BTC-27MAR26 expires-too-soon id']);
    expect(listedAt(expiry)).toEqual(['BTC-27MAR26 listed-after-expiry listedAt']);
  });

  it('on the same terms again is ignored, on other terms refused, and the first terms stay', () => {
    const tape = open().list('BTC-27MAR26').list('BTC-27MAR26').list('BTC-27MAR26', { tick: '5' });
    expect(verdicts(tape)).toEqual([
      'BTC-27MAR26 admitted',
      'BTC-27MAR26 listed-on-other-terms id',
      'repeated-listing 1',
    ]);
    expect(priced(tape).machine.state.contracts.get('BTC-27MAR26')?.specification.tick.toFixed()).toBe('0.5');
  });
});
