import type { LogDirectory } from '@ballast/event-log';
import { differencesOf } from './differences.js';
import { heldBooks } from './held-books.js';

const NOON = 1_000_000;

/** Two partitions of accounts and the global one. */
function logs(): LogDirectory {
  const entry = (index: number, at: number, accountId: string, payload: object) => ({
    ...{ position: index + 1, time: { clearing: at }, stream: `account-${accountId}`, payload },
  });
  const paid = (amount: string, asset = 'USD') => ({
    postings: [
      { ledgerAccount: 'custody', asset, amount: `-${amount}` },
      { ledgerAccount: 'client/a.main', asset, amount },
    ],
  });
  const holds = (instrument: string, quantity: string) => ({ position: { instrument, quantity, cost: '0' } });
  const partitions = new Map([
    [-1, [entry(0, NOON, 'fund', paid('5'))]],
    [
      0,
      [
        entry(0, NOON - 2, 'a.main', paid('100.5')),
        entry(1, NOON - 1, 'a.main', holds('BTC-PERP', '2')),
        entry(2, NOON, 'a.main', holds('BTC-PERP', '-1.5')),
        entry(3, NOON, 'a.main', holds('ETH-PERP', '1')),
        entry(4, NOON, 'a.main', holds('ETH-PERP', '0')),
        entry(5, NOON + 1, 'a.main', holds('BTC-PERP', '7')),
      ],
    ],
    [1, [entry(0, NOON, 'b.main', paid('2', 'BTC')), entry(1, NOON, 'b.main', holds('BTC-PERP', '1.5'))]],
  ]);
  const log = {
    heads: async () => [...partitions.keys()].map((partition) => ({ partition })),
    read: async (partition: number, after: number) => partitions.get(partition)?.slice(after),
  };
  return { partitions: 2, log: () => log } as unknown as LogDirectory;
}

const usd = (quantity: string) => ({ accountId: null, asset: 'USD', instrument: null, quantity });
const btc = (accountId: string, quantity: string) => ({ accountId, asset: null, instrument: 'BTC-PERP', quantity });

describe('the ledger beside the books of others [CLR-ACC-080]', () => {
  it('is what was booked up to a moment, of all partitions together', async () => {
    const { custody, positions } = await heldBooks(logs(), NOON);
    expect(custody).toEqual([usd('105.5'), { ...usd('2'), asset: 'BTC' }]);
    expect(positions).toEqual([btc('a.main', '-1.5'), btc('b.main', '1.5')]);
    expect((await heldBooks(logs(), NOON - 1)).positions).toEqual([btc('a.main', '2')]);
  });

  it('differs in a line by its value, not by how that is written; a line that one of the two lacks is 0', () => {
    const ledger = [usd('100.50'), btc('a.main', '-1.5'), btc('b.main', '1')];
    const reported = [usd('100.5'), btc('a.main', '-1'), btc('c.main', '2'), btc('d.main', '0')];
    expect(differencesOf(ledger, reported)).toEqual({
      compared: 5,
      differences: [
        { accountId: 'a.main', asset: null, instrument: 'BTC-PERP', ledger: '-1.5', reported: '-1' },
        { accountId: 'b.main', asset: null, instrument: 'BTC-PERP', ledger: '1', reported: '0' },
        { accountId: 'c.main', asset: null, instrument: 'BTC-PERP', ledger: '0', reported: '2' },
      ],
    });
  });
});
