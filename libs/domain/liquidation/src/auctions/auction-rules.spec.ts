import { AUCTION_DOCUMENTS, biddersFor } from './auction-rules.js';

const DUTCH = {
  startingShare: '0.95',
  fastCutoffShare: '0.7',
  fastLengthMs: 60_000,
  slowLengthMs: 120_000,
  stepMs: 1_000,
};
const bidder = (account: string, more: object = {}) => ({ account, underlying: 'BTC', capacity: '1', ...more });
const body = (more: object = {}) => ({
  ...{ windowMs: 3_600_000, bindingMs: 60_000, dutch: DUTCH, bidders: [bidder('b.main'), bidder('a.main')] },
  ...more,
});
const defectsOf = (of: unknown): readonly string[] => AUCTION_DOCUMENTS.defects('auctions@1', of);
const rules = (of: unknown) => AUCTION_DOCUMENTS.of({ kind: 'auctions', id: 'auctions@1', hash: '', body: of });

describe('the document of auctions [CLR-LIQ-070]', () => {
  it('says how long an auction is', () => {
    expect(rules(body())).toMatchObject({ id: 'auctions@1', lengthMs: 180_000 });
    expect(rules(body({ dutch: undefined, sealed: { lengthMs: 5 } }))).toMatchObject({ dutch: null, lengthMs: 5 });
    expect(defectsOf(body({ bidders: [] }))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['both methods', { sealed: { lengthMs: 1 } }, 'dutch: write dutch or sealed, and leave the other one out'],
    ['no method', { dutch: undefined }, 'dutch: write dutch or sealed, and leave the other one out'],
    [
      'a price that rises',
      { dutch: { ...DUTCH, startingShare: '0.6' } },
      'dutch.fastCutoffShare: write at most the startingShare: the price falls',
    ],
    [
      'a step longer than the auction',
      { dutch: { ...DUTCH, stepMs: 180_001 } },
      'dutch.stepMs: write at most the length of the auction',
    ],
    [
      'two accounts of an owner',
      { bidders: [bidder('a.main'), bidder('a.other')] },
      'bidders[1]: name one account of an owner for an underlying; leave this one out',
    ],
    [
      'a share above one',
      { dutch: { ...DUTCH, startingShare: '1.01' } },
      'dutch.startingShare: write a decimal from 0 to 1',
    ],
    ['no capacity', { bidders: [bidder('a.main', { capacity: '0' })] }, 'bidders[0].capacity: write a decimal above 0'],
    ['a length of nothing', { bindingMs: 0 }, 'bindingMs: write a whole number from 1'],
    ['an unknown field', { shares: 1 }, 'shares'],
  ])('refuses %s', (_, more, expected) => {
    expect(defectsOf(body(more)).join('; ')).toContain(expected);
  });

  it('names who may bid for a position: its underlying, and nobody of the owner of the debtor', () => {
    const of = rules(body({ bidders: [bidder('a.main'), bidder('b.main'), bidder('c.main', { underlying: 'ETH' })] }));
    const found = biddersFor(of, { accountId: 'a.other', underlying: 'BTC' });
    expect(found.map(({ account }) => account)).toEqual(['b.main']);
  });
});
