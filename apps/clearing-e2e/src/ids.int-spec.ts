import { replay, verify } from '@ballast/audit';
import { accountsProcess } from '@ballast/accounts-domain';
import { PostgresLogStore, type LogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { partitionOfAccount } from '@ballast/kernel';
import { outcomePages } from '@ballast/partition-worker';
import { SERVICES, type ClearingHouse } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { untilCommandWaits } from './waiting-command.js';

const LONGEST_MS = 240_000;
const ACCOUNTS = ['once.main', 'twice.main', 'thrice.main'];

let store: PostgresLogStore;

beforeEach(async () => {
  store = new PostgresLogStore({ connection: await testDatabase() });
});

afterEach(() => store.close());

/** A house on what the one before has left, its snapshots included. */
async function opened(over: LogStore): Promise<ClearingHouse> {
  const { house } = await openRun(over, { ...SHORT_WINDOW, snapshots: { notice: (line) => expect(line).toBe('') } });
  return house;
}

let commands = 0;

async function execute(house: ClearingHouse, accountId: string, type: string, body: object): Promise<unknown> {
  commands += 1;
  const partition = partitionOfAccount(accountId, house.partitions);
  const answer = house.execute('accounts', partition, {
    ...{ id: `ids-${commands}`, type, body: { accountId, ...body }, actor: null },
  });
  await untilCommandWaits(house, 'accounts', partition);
  await house.workerOf('accounts', partition).runCommands(0);
  return answer;
}

const deposit = (house: ClearingHouse, accountId: string, depositId: string, amount = '5') =>
  execute(house, accountId, 'Deposit', { depositId, asset: 'USD', amount });

const credited = async (house: ClearingHouse): Promise<number> => {
  let count = 0;
  for (const { partition } of await house.logs.log('accounts').heads()) {
    if (partition < 0) continue;
    const events = await house.logs.log('accounts').read(partition, 0, 10_000);
    count += events.filter(({ type }) => type === 'CollateralCredited').length;
  }
  return count;
};

/** A house with ids that are done with, which only the index knows. */
async function withPast(): Promise<ClearingHouse> {
  const first = await opened(store);
  for (const accountId of ACCOUNTS) {
    await execute(first, accountId, 'OpenAccount', {});
    for (const id of ['d-1', 'd-2', 'd-3']) await deposit(first, accountId, id);
    await execute(first, accountId, 'RequestWithdrawal', { withdrawalId: 'w', asset: 'USD', amount: '1000' });
  }
  await first.rest();
  return opened(store);
}

/** As `ballast ids --rebuild` does. */
async function rebuild({ logs }: ClearingHouse, partition: number): Promise<void> {
  const log = logs.log('accounts');
  const size = (await log.heads()).find((head) => head.partition === partition)?.size ?? 0;
  await log.outcomes.rebuild(partition, () => outcomePages({ process: accountsProcess, partition }, log, 0, size));
}

it(
  'what was sent twice is booked once over restarts from snapshots; verify and replay agree, without the state holding any of it [CLR-LOG-070]',
  async () => {
    const house = await withPast();
    for (const { machine } of house.workers) expect(machine.outcomes?.size ?? 0).toBe(0);
    for (const accountId of ACCOUNTS) {
      expect(await deposit(house, accountId, 'd-2')).toMatchObject({ outcome: 'accepted' });
      expect(await deposit(house, accountId, 'd-3', '6')).toMatchObject({ code: 'deposit-id-reused' });
      expect(await deposit(house, accountId, 'd-4')).toMatchObject({ outcome: 'accepted' });
      const again = { withdrawalId: 'w', asset: 'USD', amount: '1000' };
      expect(await execute(house, accountId, 'RequestWithdrawal', again)).toMatchObject({
        code: 'insufficient-collateral',
      });
      // Refused without asking anybody: the id is used up, though the money would be there now.
      expect(await execute(house, accountId, 'RequestWithdrawal', { ...again, amount: '1' })).toMatchObject({
        code: 'insufficient-collateral',
      });
    }
    expect(await credited(house)).toBe(4 * ACCOUNTS.length);
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
    expect(
      house.workers.every(({ state }) => !/d-[1-4]/.test(JSON.stringify([...Object.entries(state as object)]))),
    ).toBe(true);
  },
  LONGEST_MS,
);

describe('an index of ids that is not what the log says is found, placed and made anew [CLR-LOG-070]', () => {
  const altered = {
    'lacks an id': ['delete from accounts.outcome where position = $1', 'the index of ids does not hold deposit'],
    'says something else of one': [
      "update accounts.outcome set outcome = '7 USD' where position = $1",
      'the index of ids says of deposit',
    ],
    'has one at another place': [
      'update accounts.outcome set position = position + 1 where position = $1',
      'the index of ids has deposit',
    ],
    'has one under another key': [
      'update accounts.outcome set key = gen_random_uuid() where position = $1',
      'the index of ids does not hold deposit',
    ],
    'holds what nobody said': [
      "insert into accounts.outcome select position, partition, gen_random_uuid(), '7 USD' from accounts.outcome where position = $1",
      'the index of ids holds 1 that the log does not speak of',
    ],
    'goes beyond its log': [
      'update accounts.outcome_index set position = position + 1000 where $1::bigint > 0',
      'the index of ids goes to position',
    ],
  } as const;

  it(
    'whatever is altered',
    async () => {
      const house = await withPast();
      await house.rest();
      const partition = partitionOfAccount('once.main', house.partitions);
      const { rows } = await store.pool.query<{ position: string }>(
        'select min(position) as position from accounts.outcome where partition = $1',
        [partition],
      );
      for (const [sql, what] of Object.values(altered)) {
        const client = await store.pool.connect();
        await client.query('create table kept as select * from accounts.outcome');
        await client.query(`${sql} and partition = ${partition}`, [
          rows[0]?.position,
        ]);
        const { faults } = await verify(house.logs);
        expect(faults).toMatchObject([{ log: 'accounts' }]);
        expect(faults[0]?.what).toContain(what);
        await rebuild(house, partition);
        const differing = await client.query(
          '(select * from accounts.outcome except select * from kept) union all (select * from kept except select * from accounts.outcome)',
        );
        expect(differing.rows).toEqual([]);
        await client.query('drop table kept');
        client.release();
        expect((await verify(house.logs)).faults).toEqual([]);
      }
    },
    LONGEST_MS,
  );

  it(
    'one that lacks an id lets it be booked twice, and verify names the second time',
    async () => {
      const house = await withPast();
      await house.rest();
      const accountId = 'once.main';
      const partition = partitionOfAccount(accountId, house.partitions);
      await store.pool.query('delete from accounts.outcome where partition = $1', [partition]);
      const cheated = await opened(store);
      await deposit(cheated, accountId, 'd-1');
      expect(await credited(cheated)).toBe(3 * ACCOUNTS.length + 1);
      await rebuild(cheated, partition);
      const { faults } = await verify(cheated.logs);
      expect(faults.map(({ what }) => what)).toEqual([
        expect.stringMatching(/^deposit once\.main d-1 is settled here and was at position \d+$/),
      ]);
    },
    LONGEST_MS,
  );
});
