import { setTimeout as wait } from 'node:timers/promises';
import type { AppendItem } from '@ballast/event-log';
import type { LogEntry } from '@ballast/event-sourcing';
import type { PartitionWorker } from './partition-worker.js';
import type { SnapshotOptions } from './snapshots.js';
import { TallyHouse, fill, price, withdraw } from './tally.fixtures.js';

const FILLS = ['exchange.fills', 0] as const;
const PRICES = ['pricing', -1] as const;

/** A house whose partition is written down after so many entries. */
async function opened(everyEntries: number): Promise<{
  readonly house: TallyHouse;
  readonly notices: string[];
  worker(changes?: Parameters<TallyHouse['worker']>[0]): ReturnType<TallyHouse['worker']>;
}> {
  const house = await TallyHouse.open();
  const notices: string[] = [];
  const snapshots: SnapshotOptions = {
    store: house.snapshots,
    policy: { everyEntries, everyBytes: Infinity, keep: 2 },
    release: 'ballast@1.2.3',
    build: '0'.repeat(64),
    notice: (line) => notices.push(line),
  };
  return { house, notices, worker: (changes = {}) => house.worker({ snapshots, ...changes }) };
}

const isWritten = async (house: TallyHouse, count: number): Promise<void> => {
  for (let turn = 0; turn < 1_000; turn++) {
    if ((await house.snapshots.marks('accounts', 0)).length >= count) return;
    await wait(5);
  }
  throw new Error('nothing was written down');
};

/** As many items as there are entries. */
async function live(
  house: TallyHouse,
  worker: Pick<PartitionWorker, 'offer' | 'runLive'>,
  ...entries: readonly LogEntry[]
): Promise<void> {
  for (const entry of entries) {
    house.store(entry);
    worker.offer([entry]);
    await worker.runLive();
  }
}

describe('a partition that is written down', () => {
  it('is written where nothing was taken since an event, and names where that is', async () => {
    const { house, worker } = await opened(4);
    await live(house, await worker(), fill(1, 1_000), price(1, 1_000), fill(2, 2_000));
    await isWritten(house, 1);
    const [head] = (await house.log.heads()).filter(({ partition }) => partition === 0);
    expect(await house.snapshots.marks('accounts', 0)).toMatchObject([
      {
        position: head?.size,
        head: head?.head,
        resting: false,
        format: expect.stringMatching(/^accounts\/numbered@\d+\.1-[0-9a-f]{8}$/) as string,
        release: 'ballast@1.2.3',
      },
    ]);
  });

  it('starts from there and takes only what came since', async () => {
    const { house, notices, worker } = await opened(3);
    const first = await worker();
    await live(house, first, fill(1, 1_000), fill(2, 2_000));
    await isWritten(house, 1);
    await live(house, first, fill(3, 3_000), fill(4, 4_000));
    await isWritten(house, 2);
    await live(house, first, fill(5, 5_000));
    const read: number[] = [];
    const logRead = house.log.read.bind(house.log);
    house.log.read = (partition, after, limit) => {
      read.push(after);
      return logRead(partition, after, limit);
    };
    // One more may be written behind the last item, before the start or after it.
    const positions = async () => (await house.snapshots.marks('accounts', 0)).map(({ position }) => position);
    const before = await positions();
    const again = await worker();
    const newest = Math.min(...read) + 1;
    expect([...before, ...(await positions())]).toContain(newest);
    expect(newest).toBeGreaterThan(1);
    expect(again.state).toEqual((await house.worker()).state);
    expect(notices).toEqual([]);
  });

  it('is not written before what it counts in is stored', async () => {
    const { house, worker } = await opened(1);
    const refusing = await worker({ committer: house.committer(() => ({ status: 'fenced', epoch: 9 })) });
    refusing.offer([fill(1, 1_000)]);
    await expect(refusing.runLive()).rejects.toThrow('was taken by epoch 9');
    await refusing.rest();
    expect(await house.snapshots.marks('accounts', 0)).toEqual([]);
  });

  it('is written where it comes to rest, and starts there with what it took since its last event', async () => {
    const { house, worker } = await opened(1_000);
    const first = await worker();
    await live(house, first, fill(1, 1_000), price(1, 2_000, 0, true));
    await first.rest();
    expect(await house.snapshots.marks('accounts', 0)).toMatchObject([{ position: 1, resting: true }]);
    const again = await worker();
    expect([again.arrived(...FILLS), again.arrived(...PRICES)]).toEqual([1, 1]);
    expect(again.state).toMatchObject({ halted: true });
  });

  it('does not go on from where it rested when something was appended or answered since', async () => {
    const { house, notices, worker } = await opened(1_000);
    const first = await worker();
    await live(house, first, fill(1, 1_000), price(1, 2_000, 0, true));
    await first.rest();
    const other = await house.worker();
    await live(house, other, fill(2, 3_000));
    expect((await worker()).size).toBe(other.size);
    expect(notices).toEqual([]);
  });

  it('[CLR-LOG-044] is written also when nothing follows from what it takes, and its cursors move then without an event', async () => {
    const { house, worker } = await opened(5);
    const items: AppendItem[] = [];
    const first = await worker({
      committer: house.committer((item) => {
        items.push(item);
        return undefined;
      }),
    });
    await live(house, first, fill(1, 1_000));
    const quiet = Array.from({ length: 12 }, (_, i) => price(i + 1, 2_000 + i));
    for (const [i, entry] of quiet.entries()) {
      house.store(entry);
      first.offer([entry]);
      first.noteOffset(...PRICES, String(100 + i + 1));
      await first.runLive();
      if (i === 9) await isWritten(house, 1);
    }
    const moves = items.filter(({ events }) => events.length === 0);
    expect(moves).toHaveLength(1);
    const [, , upTo, offset] = moves[0]?.cursors.find(([log]) => log === 'pricing') ?? [];
    const [mark] = await house.snapshots.marks('accounts', 0);
    expect(mark).toMatchObject({ position: 1, resting: true });
    // Without the snapshot its inputs come again, and they stand before the offset that was stored beside it.
    const bare = await house.worker();
    expect(bare.arrived(...PRICES)).toBeLessThan(Number(upTo));
    expect(bare.storedOffset(...PRICES)).toBeUndefined();
    const again = await worker();
    expect(again.arrived(...PRICES)).toBe(upTo);
    expect(Number(offset)).toBe(100 + Number(upTo));
    expect(again.storedOffset(...PRICES)).toBe(offset);
    // What was written at rest is replaced as soon as something follows.
    await live(house, again, fill(2, 9_000));
    await isWritten(house, 2);
    expect((await house.snapshots.marks('accounts', 0))[0]).toMatchObject({ resting: false });
  });
});

describe('where the bus goes on', () => {
  it('[CLR-LOG-044] is stored beside a cursor, and never beyond what a start would take again', async () => {
    const { house } = await opened(1_000);
    const worker = await house.worker();
    const noted = async (position: number, offset: string, ...entries: readonly LogEntry[]): Promise<void> => {
      await live(house, worker, ...entries);
      worker.noteOffset(...FILLS, offset);
      expect(worker.arrived(...FILLS)).toBe(position);
    };
    await noted(1, '11', fill(1, 1_000));
    await noted(2, '12', fill(2, 2_000));
    await noted(3, '13', fill(3, 3_000));
    const [stored] = (await house.log.cursors(0)).filter(({ log }) => log === 'exchange.fills');
    expect(stored).toMatchObject({ position: 3, nextOffset: '12' });
    const again = await house.worker();
    expect(again.arrived(...FILLS)).toBe(3);
    expect(again.storedOffset(...FILLS)).toBe('12');
  });

  it('of commands is stored with the next append behind their answers', async () => {
    const house = await TallyHouse.open();
    const worker = await house.worker();
    const answer = worker.execute(withdraw('one'));
    while (worker.waitingCommands === 0) await Promise.resolve();
    await worker.runLive();
    await answer;
    worker.noteOffset('accounts.commands', 0, '7');
    expect((await house.worker()).storedOffset('accounts.commands', 0)).toBeUndefined();
    const next = await house.worker();
    next.noteOffset('accounts.commands', 0, '7');
    await live(house, next, fill(1, 1_000));
    const again = await house.worker();
    expect(again.storedOffset('accounts.commands', 0)).toBe('7');
    expect(again.state).toEqual(next.state);
  });
});
