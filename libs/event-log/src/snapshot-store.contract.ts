import { randomBytes } from 'node:crypto';
import type { LogStore } from './event-log.js';
import type { StoredSnapshot } from './snapshot-store.js';

const snapshot = (partition: number, position: number): StoredSnapshot => ({
  log: 'accounts',
  partition,
  position,
  head: randomBytes(32),
  resting: position % 2 === 0,
  format: 'accounts/numbered@1.1',
  release: 'ballast@1.2.3',
  build: '0'.repeat(64),
  digest: randomBytes(32),
  content: randomBytes(1_000),
});

const markOf = ({ content: _, ...mark }: StoredSnapshot): object => mark;

/** What every store of snapshots does. */
export function snapshotStoreContract(open: () => Promise<LogStore>): void {
  describe('snapshots beside a log', () => {
    const opened = async (): Promise<LogStore> => {
      const store = await open();
      for (const name of ['accounts', 'margin']) await store.open({ name, partitions: 2, global: true });
      return store;
    };

    it('gives back what was kept, the newest first, of the partition that was asked for', async () => {
      const { snapshots } = await opened();
      const [first, second, other] = [snapshot(0, 7), snapshot(0, 12), snapshot(-1, 9)];
      for (const each of [second, first, other]) await snapshots.save(each, 2);
      expect(await snapshots.marks('accounts', 0)).toMatchObject([markOf(second), markOf(first)]);
      expect(await snapshots.read('accounts', 0, 7)).toEqual(first);
      expect(await snapshots.read('accounts', -1, 9)).toEqual(other);
      expect(await snapshots.read('accounts', 0, 9)).toBeUndefined();
      expect(await snapshots.marks('margin', 0)).toEqual([]);
      expect(await snapshots.partitions('accounts')).toEqual([-1, 0]);
      expect(await snapshots.partitions('margin')).toEqual([]);
    });

    it('keeps the newest few of a partition, and one of a position', async () => {
      const { snapshots } = await opened();
      for (const position of [3, 8, 5, 11]) await snapshots.save(snapshot(1, position), 2);
      const again = snapshot(1, 11);
      await snapshots.save(again, 2);
      expect((await snapshots.marks('accounts', 1)).map(({ position }) => position)).toEqual([11, 8]);
      expect(await snapshots.read('accounts', 1, 11)).toEqual(again);
    });

    it('forgets those of one log and says how many', async () => {
      const { snapshots } = await opened();
      await snapshots.save(snapshot(0, 1), 2);
      await snapshots.save(snapshot(1, 1), 2);
      await snapshots.save({ ...snapshot(0, 1), log: 'margin' }, 2);
      expect(await snapshots.clear('accounts')).toBe(2);
      expect(await snapshots.marks('accounts', 0)).toEqual([]);
      expect(await snapshots.marks('margin', 0)).toHaveLength(1);
    });
  });
}
