import { ONE, dec, text } from '@ballast/kernel';
import { PROVIDER_DOCUMENTS, offersFor, type OfferedPosition, type ProviderAgreements } from './provider-agreements.js';

const agreement = (account: string, discount: string, more: object = {}) => ({
  account,
  underlying: 'BTC',
  capacity: '1000000',
  discount,
  ...more,
});

const read = (agreements: readonly unknown[], more: object = {}) => ({ windowMs: 3_600_000, agreements, ...more });
const defectsOf = (body: unknown): readonly string[] => PROVIDER_DOCUMENTS.defects('providers@1', body);
const agreed = (...agreements: readonly unknown[]): ProviderAgreements =>
  PROVIDER_DOCUMENTS.of({ kind: 'liquidity-providers', id: 'providers@1', hash: '', body: read(agreements) });

const offered = (changes: Partial<OfferedPosition> = {}): OfferedPosition => ({
  accountId: 'debtor.main',
  instrument: 'BTC-PERP',
  underlying: 'BTC',
  side: 'long',
  mark: dec('50000'),
  unitNotional: dec('50000'),
  terms: { style: 'linear', contractSize: ONE, assetPrice: ONE },
  mostDiscount: dec('0.01'),
  limit: dec('49500'),
  ...changes,
});

const pricesOf = (agreements: ProviderAgreements, position: OfferedPosition): readonly (readonly [string, string])[] =>
  offersFor(agreements, position).map(({ account, price }) => [account, text(price)]);

describe('agreements of liquidity providers [CLR-LIQ-053]', () => {
  it('may be none, and say field and remedy of what is wrong', () => {
    expect(defectsOf(read([]))).toEqual([]);
    expect(defectsOf(read([agreement('a.main', '1')]))).toEqual([
      'agreements[0].discount: write a decimal from 0 below 1 as text in plain notation, such as "0.05"',
    ]);
    expect(defectsOf(read([agreement('a.main', '0', { capacity: '0' })]))[0]).toContain('agreements[0].capacity');
    expect(defectsOf(read([agreement('nobody', '0')]))[0]).toContain('agreements[0].account');
    expect(defectsOf(read([], { windowMs: 0 }))[0]).toContain('windowMs');
    expect(defectsOf(read([agreement('a.main', '0', { fee: '1' })]))[0]).toContain('leave it out');
  });

  it('name one account of an owner for an underlying: each is judged by itself', () => {
    expect(defectsOf(read([agreement('a.main', '0'), agreement('a.other', '0')]))).toEqual([
      'agreements[1]: write one agreement of an owner for an underlying; leave this one out',
    ]);
    const both = [agreement('a.main', '0'), agreement('a.other', '0', { underlying: 'ETH' })];
    expect(defectsOf(read(both))).toEqual([]);
  });

  it('give a price below the mark for a long and above it for a short, the lowest discount first', () => {
    const agreements = agreed(agreement('b.main', '0.004'), agreement('c.main', '0'), agreement('a.main', '0.004'));
    expect(pricesOf(agreements, offered())).toEqual([
      ['c.main', '50000'],
      ['a.main', '49800'],
      ['b.main', '49800'],
    ]);
    expect(pricesOf(agreements, offered({ side: 'short', limit: dec('50500') })).map(([, price]) => price)).toEqual([
      '50000',
      '50200',
      '50200',
    ]);
  });

  it('are rounded toward the debtor, so that he never gives up more than agreed', () => {
    const odd = { mark: dec('50000.1'), unitNotional: dec('50000.1') };
    const [price] = pricesOf(agreed(agreement('a.main', '0.0033333333')), offered(odd))[0]!.slice(1);
    // 50,000.1 x 0.9966666667 = 49,833.43300166667: up for who sells, down for who buys.
    expect(price).toBe('49833.43300167');
    const short = offered({ ...odd, side: 'short', limit: dec('50500') });
    expect(pricesOf(agreed(agreement('a.main', '0.0033333333')), short)).toEqual([['a.main', '50166.76699833']]);
  });

  it('of a coin-settled contract cost its fraction of the notional in coin', () => {
    const terms = { style: 'inverse', contractSize: ONE, assetPrice: dec('50000') } as const;
    const coin = offered({ terms, unitNotional: ONE, limit: dec('49000') });
    // 1 / (1 / 50,000 + 0.004 / 50,000): a contract of a dollar gives up 0.4 cents in coin.
    expect(pricesOf(agreed(agreement('a.main', '0.004')), coin)).toEqual([['a.main', '49800.79681275']]);
  });

  it('bind nobody to what the account does not bear, nor beyond its limit, nor an own account', () => {
    const agreements = agreed(
      agreement('a.main', '0.0101'),
      agreement('b.main', '0.01'),
      agreement('debtor.other', '0'),
      agreement('c.main', '0', { underlying: 'ETH' }),
    );
    expect(pricesOf(agreements, offered())).toEqual([['b.main', '49500']]);
    expect(pricesOf(agreements, offered({ limit: dec('49500.1') }))).toEqual([]);
    expect(pricesOf(agreements, offered({ mostDiscount: dec('0.0099') }))).toEqual([]);
  });
});
