import { MemoryLogStore, type EventLog } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { seal, type SealedEvent } from '@ballast/event-sourcing';
import { uuidV5 } from '@ballast/kernel';
import { EventIndex } from './event-index.js';

/** Appends so many events to a partition: every third is of another account. */
async function append(log: EventLog, partition: number, count: number, correlation = 'c'): Promise<void> {
  const { epoch, size, head } = await log.take(partition, 'test');
  const events: SealedEvent[] = [];
  for (let position = size + 1; position <= size + count; position++) {
    const thirds = Math.floor(position / 3);
    const [accountId, version] = position % 3 === 0 ? ['bob.main', thirds] : ['alice.main', position - thirds];
    events.push(
      seal(
        {
          ...{ log: log.name, partition, position, id: uuidV5(`${log.name}/${partition}/${position}`) },
          ...{ stream: `account-${accountId}`, version, type: position % 2 === 0 ? 'Even' : 'Odd' },
          ...{
            schemaVersion: 1,
            time: { clearing: 1_000 * position, hop: 1 },
            cause: { kind: 'timer', id: 't', due: 0 },
          },
          ...{ basis: [], correlation, actor: null, payload: position === 1 ? {} : { accountId } },
        },
        events.at(-1)?.chain ?? head,
      ),
    );
  }
  const item = { partition, epoch, expectedSize: size, expectedHead: head, events, cursors: [], commands: [] };
  expect(await log.append([{ ...item, worker: 'test' }])).toEqual([{ status: 'appended' }]);
}

describe('the index of events', () => {
  let connection: Awaited<ReturnType<typeof testDatabase>>;
  let index: EventIndex;
  let logs: readonly EventLog[];

  beforeEach(async () => {
    const store = new MemoryLogStore();
    logs = await Promise.all(['margin', 'accounts'].map((name) => store.open({ name, partitions: 2, global: true })));
    connection = await testDatabase();
    index = await EventIndex.open(connection);
    await append(logs[0] as EventLog, 1, 6);
    await append(logs[1] as EventLog, 0, 3);
    await index.catchUp(logs);
  });

  afterEach(() => index.close());

  const found = async (query: object, limit = 100): Promise<string[]> =>
    (await index.find({ ...query, limit })).map(({ log, partition, position }) => `${log}/${partition}#${position}`);

  it('finds them by stream, type, id, account and time, and by all of these together', async () => {
    expect(await found({ stream: 'account-bob.main' })).toEqual(['accounts/0#3', 'margin/1#3', 'margin/1#6']);
    expect(await found({ type: 'Even', log: 'margin' })).toEqual(['margin/1#2', 'margin/1#4', 'margin/1#6']);
    expect(await found({ id: uuidV5('accounts/0/2') })).toEqual(['accounts/0#2']);
    // The first of each partition names no account.
    expect(await found({ accountId: 'alice.main' })).toEqual([
      'accounts/0#2',
      'margin/1#2',
      'margin/1#4',
      'margin/1#5',
    ]);
    expect(await found({ from: 3_000, to: 4_000 })).toEqual(['accounts/0#3', 'margin/1#3', 'margin/1#4']);
    expect(await found({ accountId: 'alice.main', type: 'Odd', from: 2_000 })).toEqual(['margin/1#5']);
    expect(await found({}, 2)).toEqual(['accounts/0#1', 'margin/1#1']);
    expect(await found({ type: 'Nothing' })).toEqual([]);
  });

  it('takes what was appended since, once', async () => {
    await append(logs[0] as EventLog, 0, 2_500);
    await Promise.all([index.catchUp(logs), index.catchUp(logs)]);
    expect(await found({ log: 'margin' }, 10_000)).toHaveLength(2_506);
    const seen: number[] = [];
    await index.catchUp(logs, (events) => seen.push(events));
    expect(seen).toEqual([]);
  });

  it('is made anew while the present one is asked, and for logs that were replaced', async () => {
    const while_: string[][] = [];
    await append(logs[0] as EventLog, 0, 2_500);
    const asked: Promise<void>[] = [];
    await index.rebuild(logs, () => {
      asked.push(found({ log: 'accounts' }).then((places) => void while_.push(places)));
    });
    await Promise.all(asked);
    expect(while_.length).toBeGreaterThan(1);
    for (const places of while_) expect(places).toEqual(['accounts/0#1', 'accounts/0#2', 'accounts/0#3']);
    expect(await found({ log: 'margin' }, 10_000)).toHaveLength(2_506);

    const other = await new MemoryLogStore().open({ name: 'margin', partitions: 2, global: true });
    await append(other, 1, 1);
    await index.catchUp([other]);
    expect(await found({})).toEqual(['margin/1#1']);
  });

  it('is whole though several make it anew at once', async () => {
    await append(logs[0] as EventLog, 0, 2_500);
    const other = await EventIndex.open(connection);
    try {
      await Promise.all([index, other, index, other].map((each) => each.rebuild(logs)));
    } finally {
      await other.close();
    }
    expect(await found({ log: 'margin' }, 10_000)).toHaveLength(2_506);
  });

  it('is made anew for logs that were replaced by longer ones', async () => {
    const store = new MemoryLogStore();
    const others = await Promise.all(
      ['margin', 'accounts'].map((name) => store.open({ name, partitions: 2, global: true })),
    );
    await append(others[0] as EventLog, 1, 11, 'another');
    await append(others[1] as EventLog, 0, 9, 'another');
    const filled: number[] = [];
    await index.catchUp(others, (events) => filled.push(events));
    // From their beginnings: what stood there before is of another history.
    expect(filled).toEqual([11, 9]);
    expect(await found({ log: 'margin' })).toHaveLength(11);
    const seen: number[] = [];
    await index.catchUp(others, (events) => seen.push(events));
    expect(seen).toEqual([]);
  });
});
