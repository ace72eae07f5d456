import type { PlacedOutcome } from '@ballast/event-sourcing';
import type { LogStore } from './event-log.js';
import type { OutcomeIndex, OutcomePage } from './outcome-index.js';

const said = (position: number, key = `deposit alice.main d${position}`): PlacedOutcome => ({
  key,
  position,
  outcome: `${position} USD`,
});

async function* pages(...all: readonly OutcomePage[]): AsyncGenerator<OutcomePage> {
  yield* all;
}

/** What every index of outcomes does. */
export function outcomeIndexContract(open: () => Promise<LogStore>): void {
  describe('the index of ids beside a log [CLR-LOG-070]', () => {
    const opened = async (): Promise<OutcomeIndex> =>
      (await (await open()).open({ name: 'accounts', partitions: 2, global: false })).outcomes;
    const found = async (index: OutcomeIndex, keys: readonly string[], upTo = Infinity, partition = 0) =>
      Object.fromEntries(await index.find(partition, keys, Number.isFinite(upTo) ? upTo : Number.MAX_SAFE_INTEGER));

    it('answers what was put in, by partition, and nothing that stands behind the position that is asked for', async () => {
      const index = await opened();
      expect(await index.indexed(0)).toBe(0);
      expect(await index.add(0, 0, 9, [said(3), said(7)])).toBe(true);
      expect(await index.add(0, 9, 12, [])).toBe(true);
      expect([await index.indexed(0), await index.indexed(1), await index.count(0)]).toEqual([12, 0, 2]);
      const keys = [said(3).key, said(7).key, 'deposit alice.main d8'];
      expect(await found(index, keys)).toEqual({
        [said(3).key]: { position: 3, outcome: '3 USD' },
        [said(7).key]: { position: 7, outcome: '7 USD' },
      });
      expect(Object.keys(await found(index, keys, 6))).toEqual([said(3).key]);
      expect(await found(index, keys, Infinity, 1)).toEqual({});
      expect(await found(index, [])).toEqual({});
    });

    it('takes from one who goes on where it ends, and from nobody else', async () => {
      const index = await opened();
      expect(await index.add(0, 4, 9, [said(5)])).toBe(false);
      expect(await index.add(0, 0, 4, [said(2)])).toBe(true);
      expect(await index.add(0, 0, 4, [said(2)])).toBe(false);
      const both = await Promise.all([index.add(0, 4, 6, [said(5)]), index.add(0, 4, 8, [said(5), said(8)])]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await index.indexed(0)).toBe(both[0] ? 6 : 8);
    });

    it('keeps what was said of an id first, and any text of one', async () => {
      const index = await opened();
      const odd = 'deposit "a{,}\\.main NULL';
      await index.add(0, 0, 2, [{ key: odd, position: 1, outcome: '{"a":"b\\\\,"}' }, said(2, odd)]);
      expect(await found(index, [odd])).toEqual({ [odd]: { position: 1, outcome: '{"a":"b\\\\,"}' } });
    });

    it('is made again as far as its log is read; what goes wrong on the way leaves it as it is', async () => {
      const index = await opened();
      await index.add(0, 0, 9, [said(3), said(4)]);
      await index.add(1, 0, 5, [said(1)]);
      await expect(
        index.rebuild(0, async function* () {
          yield { upTo: 9, placed: [said(8)] };
          throw new Error('the log cannot be read');
        }),
      ).rejects.toThrow('the log cannot be read');
      expect(await index.count(0)).toBe(2);
      expect(await index.indexed(0)).toBe(9);
      await index.rebuild(0, () => pages({ upTo: 4, placed: [said(3)] }, { upTo: 9, placed: [said(5), said(9)] }));
      expect([await index.indexed(0), await index.count(0), await index.count(1)]).toEqual([9, 3, 1]);
      expect(await found(index, [said(4).key, said(5).key])).toEqual({
        [said(5).key]: { position: 5, outcome: '5 USD' },
      });
      expect(await index.add(0, 9, 10, [said(10)])).toBe(true);
    });

    it('that says that it goes further than its log, or less far, ends where the log does once it is made again', async () => {
      const index = await opened();
      await index.add(0, 0, 90, [said(3)]);
      await index.rebuild(0, () => pages({ upTo: 9, placed: [said(3), said(5)] }));
      expect([await index.indexed(0), await index.count(0)]).toEqual([9, 2]);
      await index.rebuild(1, () => pages({ upTo: 7, placed: [said(7)] }));
      expect([await index.indexed(1), await index.count(1)]).toEqual([7, 1]);
      await index.rebuild(1, () => pages());
      expect([await index.indexed(1), await index.count(1)]).toEqual([0, 0]);
    });

    it('takes what its writer adds while its log is read; only then that one waits', async () => {
      const index = await opened();
      await index.add(0, 0, 9, [said(3)]);
      let waits: Promise<boolean> | undefined;
      await index.rebuild(0, async function* (after) {
        if (after === 0) {
          expect(await index.add(0, 9, 12, [said(11)])).toBe(true);
          yield { upTo: 9, placed: [said(3), said(7)] };
        } else {
          waits = index.add(0, 12, 13, [said(13)]);
          yield { upTo: 12, placed: [said(11)] };
        }
      });
      expect(await waits).toBe(true);
      expect([await index.indexed(0), await index.count(0), await index.count(0, 12)]).toEqual([13, 4, 3]);
    });
  });
}
