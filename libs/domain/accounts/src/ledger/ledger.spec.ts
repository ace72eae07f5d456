import { dec, text } from '@ballast/kernel';
import { assetsOf, balanceOf, changed, entryTotals, post, postedTo, trialBalance, type Ledger } from './ledger.js';

const posting = (ledgerAccount: string, asset: string, amount: string) => ({ ledgerAccount, asset, amount });

describe('balances of a ledger account', () => {
  it('stand in the order of names, whatever came first, and leave the ones before untouched', () => {
    const before = changed(changed({}, 'USD', dec(1)), 'BTC', dec(2));
    const after = changed(before, 'ETH', dec(3));
    expect(Object.keys(after)).toEqual(['BTC', 'ETH', 'USD']);
    expect(Object.keys(before)).toEqual(['BTC', 'USD']);
    expect(text(changed(after, 'BTC', dec('-0.5'))['BTC'] ?? dec(0))).toBe('1.5');
  });
});

describe('a journal entry', () => {
  it('is taken in any asset, and adds up per asset [CLR-ACC-001]', () => {
    const ledger: Ledger = new Map();
    post(ledger, [posting('custody', 'DOGE', '-5'), posting('suspense', 'DOGE', '5')]);
    post(ledger, [posting('custody', 'BTC', '-1'), posting('client/a.main', 'BTC', '1')]);
    expect(assetsOf(ledger)).toEqual(['BTC', 'DOGE']);
    expect(text(balanceOf(ledger, 'custody', 'DOGE'))).toBe('-5');
    expect(text(balanceOf(ledger, 'custody', 'USD'))).toBe('0');
    const { lines, totals } = trialBalance({ ledger });
    expect(lines.map(({ ledgerAccount, asset, amount }) => `${ledgerAccount} ${text(amount)} ${asset}`)).toEqual([
      'client/a.main 1 BTC',
      'custody -1 BTC',
      'custody -5 DOGE',
      'suspense 5 DOGE',
    ]);
    expect(Object.entries(totals).map(([asset, total]) => [asset, text(total)])).toEqual([
      ['BTC', '0'],
      ['DOGE', '0'],
    ]);
  });

  it('that balances only over assets together stops the partition [CLR-ACC-001]', () => {
    expect(() => post(new Map(), [posting('custody', 'USDC', '-1'), posting('suspense', 'USDT', '1')])).toThrow(
      'out of balance by -1 USDC',
    );
  });

  it('tells what it moved per ledger account and asset', () => {
    const entry = [
      posting('custody', 'USD', '-1'),
      posting('suspense', 'USD', '0.4'),
      posting('suspense', 'USD', '0.6'),
    ];
    expect(text(postedTo(entry, 'suspense', 'USD'))).toBe('1');
    expect(text(postedTo(entry, 'suspense', 'BTC'))).toBe('0');
    expect(Object.keys(entryTotals(entry))).toEqual(['USD']);
  });
});
