import { GroupCommitter, MemoryLogStore, type EventLog } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import { uuidV5 } from '@ballast/kernel';
import type { AccountDecisionStore } from './account-decisions.js';
import type { DecisionLog } from '@ballast/contracts';
import { DecisionProjection, ListBehind } from './decision-projection.js';
import { MemoryAccountDecisions } from './memory-account-decisions.js';
import { PostgresAccountDecisions } from './postgres-account-decisions.js';

const FIGURES = { equity: '90', initial: '250', call: '100', liquidation: '95' };

/** The two logs the list is filled from, written by hand. */
class WrittenLogs {
  readonly #ends = new Map<string, { size: number; head: Buffer; epoch: number }>();
  private constructor(readonly logs: ReadonlyMap<DecisionLog, EventLog>) {}

  static async open(): Promise<WrittenLogs> {
    const store = new MemoryLogStore();
    const shape = { partitions: 2, global: true };
    return new WrittenLogs(
      new Map<DecisionLog, EventLog>([
        ['margin', await store.open({ name: 'margin', ...shape })],
        ['accounts', await store.open({ name: 'accounts', ...shape })],
      ]),
    );
  }

  log(name: DecisionLog): EventLog {
    return this.logs.get(name) as EventLog;
  }

  async append(name: DecisionLog, partition: number, events: readonly object[]): Promise<readonly SealedEvent[]> {
    const log = this.log(name);
    const key = `${name}/${partition}`;
    const end = this.#ends.get(key) ?? { size: 0, head: EMPTY_HEAD, epoch: (await log.take(partition, 'test')).epoch };
    let { size, head } = end;
    const sealed = events.map((event) => {
      const { type, payload } = event as { type: string; payload: object };
      size += 1;
      const entry = seal(
        {
          log: name,
          partition,
          position: size,
          id: uuidV5(`${key}/${size}`),
          stream: 'test',
          version: size,
          type,
          schemaVersion: 1,
          time: { clearing: size * 1_000, hop: 1 },
          cause: { kind: 'command', id: 'test' },
          basis: [],
          correlation: 'test',
          actor: null,
          payload,
        },
        head,
      );
      head = entry.chain;
      return entry;
    });
    const outcome = await new GroupCommitter(log).submit({
      partition,
      epoch: end.epoch,
      expectedSize: end.size,
      expectedHead: end.head,
      events: sealed,
      cursors: [],
      commands: [],
      worker: 'test',
    });
    expect(outcome.status).toBe('appended');
    this.#ends.set(key, { size, head, epoch: end.epoch });
    return sealed;
  }
}

const call = (n: number, accountId = 'alice.main'): object => ({
  type: 'MarginCallMet',
  payload: { callId: `${accountId}#${n}`, accountId, figures: FIGURES },
});
const run = { type: 'MarginRunCompleted', payload: { kind: 'full' } };

describe.each([
  ['in memory', (): Promise<AccountDecisionStore> => Promise.resolve(new MemoryAccountDecisions())],
  ['in PostgreSQL', async (): Promise<AccountDecisionStore> => PostgresAccountDecisions.open(await testDatabase())],
])('the list of decisions %s', (_, openStore) => {
  let logs: WrittenLogs;
  let store: AccountDecisionStore;
  let projection: DecisionProjection;
  const fail = (error: unknown): never => {
    throw error as Error;
  };

  beforeEach(async () => {
    logs = await WrittenLogs.open();
    store = await openStore();
    projection = new DecisionProjection(logs, store, fail);
  }, 60_000);

  afterEach(async () => {
    await projection.stop();
    await store.close();
  });

  const positions = async (accountId = 'alice.main', before?: number): Promise<readonly number[]> =>
    (await projection.find({ log: 'margin', accountId, before, limit: 3 })).map(({ position }) => position);

  it('holds what the logs held before it was there, newest first, and pages', async () => {
    await logs.append('margin', 0, [call(1), run, call(2), call(3), call(4, 'bob.main'), call(5)]);
    await projection.start();
    expect(await positions()).toEqual([6, 4, 3]);
    expect(await positions('alice.main', 3)).toEqual([1]);
    expect(await positions('bob.main')).toEqual([5]);
    expect(await positions('carol.main')).toEqual([]);
  });

  it('contains all that was appended before the question', async () => {
    await projection.start();
    for (let n = 1; n <= 4; n++) {
      projection.offer(await logs.append('margin', 1, [run, call(n)]));
      expect((await positions())[0]).toBe(n * 2);
    }
  });

  it('takes an entry once, however often it is offered, and fetches what was not offered', async () => {
    const first = await logs.append('margin', 0, [call(1)]);
    await projection.start();
    projection.offer(first);
    await logs.append('margin', 0, [call(2)]);
    const third = await logs.append('margin', 0, [call(3)]);
    projection.offer(third);
    projection.offer(third);
    expect(await positions()).toEqual([3, 2, 1]);
  });

  it('finds a fact by what it is about, with its sentence and figures', async () => {
    await logs.append('margin', 0, [call(1), call(2)]);
    await projection.start();
    const [found, ...others] = await projection.find({
      log: 'margin',
      accountId: 'alice.main',
      subjects: ['alice.main#1'],
      limit: 5,
    });
    expect(others).toEqual([]);
    expect(found).toEqual({
      log: 'margin',
      partition: 0,
      position: 1,
      accountId: 'alice.main',
      at: 1_000,
      type: 'MarginCallMet',
      subject: 'alice.main#1',
      summary: 'Margin call met: equity 90.00 USD covers the call requirement 100.00 USD.',
      state: null,
      figures: FIGURES,
      movement: null,
    });
  });
});

describe('the list of decisions after a restart', () => {
  it('goes on where it was, and starts over when the log was replaced by a shorter or a longer one', async () => {
    const database = await testDatabase();
    const logs = await WrittenLogs.open();
    const entries = await logs.append('margin', 0, [call(1), call(2), call(3)]);
    const fill = async (from: WrittenLogs): Promise<readonly number[]> => {
      const store = await PostgresAccountDecisions.open(database);
      const projection = new DecisionProjection(from, store, (error) => {
        throw error as Error;
      });
      await projection.start();
      const found = await projection.find({ log: 'margin', accountId: 'alice.main', limit: 10 });
      await projection.stop();
      await store.close();
      return found.map(({ position }) => position);
    };
    expect(await fill(logs)).toEqual([3, 2, 1]);
    await logs.append('margin', 0, [call(4)]);
    expect(await fill(logs)).toEqual([4, 3, 2, 1]);
    expect(entries).toHaveLength(3);
    const shorter = await WrittenLogs.open();
    await shorter.append('margin', 0, [run, call(1)]);
    expect(await fill(shorter)).toEqual([2]);
    const longer = await WrittenLogs.open();
    await longer.append('margin', 0, [call(9), run, call(1), run]);
    expect(await fill(longer)).toEqual([3, 1]);
  }, 60_000);
});

/** A store that refuses the next transactions, as a database does that is away. */
class FlakyStore extends MemoryAccountDecisions {
  failures = 0;

  override save(...saved: Parameters<MemoryAccountDecisions['save']>): Promise<void> {
    if (this.failures === 0) return super.save(...saved);
    this.failures -= 1;
    return Promise.reject(new Error('the database is away'));
  }
}

describe('the list of decisions while its store fails', () => {
  it('says so, tries again, and then lacks nothing and has nothing twice', async () => {
    const logs = await WrittenLogs.open();
    const store = new FlakyStore();
    const told: unknown[] = [];
    const projection = new DecisionProjection(logs, store, (error) => told.push(error));
    await projection.start();
    store.failures = 2;
    projection.offer(await logs.append('margin', 0, [call(1), run]));
    projection.offer(await logs.append('margin', 1, [call(2, 'bob.main')]));
    const ofAlice = await projection.find({ log: 'margin', accountId: 'alice.main', limit: 5 });
    const ofBob = await projection.find({ log: 'margin', accountId: 'bob.main', limit: 5 });
    expect(told).toEqual([new Error('the database is away'), new Error('the database is away')]);
    expect([...ofAlice, ...ofBob].map(({ subject }) => subject)).toEqual(['alice.main#1', 'bob.main#2']);
    await projection.stop();
  });

  it('lets nobody wait for ever: who asked gets what there is when it is stopped', async () => {
    const logs = await WrittenLogs.open();
    const store = new FlakyStore();
    const projection = new DecisionProjection(logs, store, () => undefined);
    await projection.start();
    store.failures = Infinity;
    projection.offer(await logs.append('margin', 0, [call(1)]));
    const asked = projection.find({ log: 'margin', accountId: 'alice.main', limit: 5 });
    await projection.stop();
    expect(await asked).toEqual([]);
  });

  it('tells who asks to come again when that takes too long, and answers him once it is over', async () => {
    const logs = await WrittenLogs.open();
    const store = new FlakyStore();
    const projection = new DecisionProjection(logs, store, () => undefined, 20);
    await projection.start();
    store.failures = Infinity;
    projection.offer(await logs.append('margin', 0, [call(1)]));
    const ask = () => projection.find({ log: 'margin', accountId: 'alice.main', limit: 5 });
    await expect(ask()).rejects.toThrow(ListBehind);
    store.failures = 0;
    let found: Awaited<ReturnType<typeof ask>> = [];
    while (found.length === 0) found = await ask().catch(() => []);
    expect(found).toMatchObject([{ subject: 'alice.main#1' }]);
    await projection.stop();
  });
});
