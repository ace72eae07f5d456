import { CheckpointFile, replay, verify } from '@ballast/audit';
import {
  CheckpointKey,
  CheckpointWriter,
  LogDirectory,
  PostgresLogStore,
  type EventLog,
  type PartitionHead,
} from '@ballast/event-log';
import { forgeBlocks, testDatabase } from '@ballast/event-log/testing';
import { GLOBAL, type SealedEvent } from '@ballast/event-sourcing';
import { EXCHANGE_LOGS, SERVICE_LOGS, type ServiceLog } from '@ballast/facts';
import { partitionOfAccount } from '@ballast/kernel';
import { SERVICES, Simulation } from '@ballast/services';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { entriesOf, entriesText, forged } from './rewrite-history.js';
import { untilCommandWaits } from './waiting-command.js';

const PERSON = 'pers:42';

type Block = Awaited<ReturnType<EventLog['blocks']>>[number];

/** One bit of the fourth byte; every text here is ASCII and stays so. */
const flippedText = (column: string): string =>
  `convert_from(set_byte(convert_to(${column}, 'UTF8'), 3, get_byte(convert_to(${column}, 'UTF8'), 3) # 1), 'UTF8')`;

describe('what is done to the tables of a run as database superuser', () => {
  let store: PostgresLogStore;
  let logs: LogDirectory;
  let superuser: pg.Client;
  let connection: Awaited<ReturnType<typeof testDatabase>>;
  let checkpoints: string;
  /** A block with a command of a person, in the middle of its partition: every column of it holds something. */
  let block: { partition: number; number: number; position: number };

  beforeAll(async () => {
    connection = await testDatabase();
    store = new PostgresLogStore({ connection });
    const run = await openRun(store, SHORT_WINDOW);
    const simulation = await Simulation.open(run);
    const accountId = 'tamper.main';
    const partition = partitionOfAccount(accountId, SHORT_WINDOW.partitions);
    await simulation.step();
    const opened = run.house.execute('accounts', partition, {
      ...{ id: 'open-1', type: 'OpenAccount', body: { accountId }, actor: PERSON },
    });
    await untilCommandWaits(run.house, 'accounts', partition);
    while (!simulation.done) await simulation.step();
    expect(await opened).toMatchObject({ outcome: 'accepted' });
    logs = run.house.logs;
    const blocks = await logs.log('accounts').blocks(partition, { firstPosition: 0, number: 0 }, 1_000_000);
    const byPerson = blocks.find(({ commandsText }) => commandsText.includes(PERSON)) as Block;
    expect(byPerson.cursorsText).not.toBe('');
    block = { partition, number: byPerson.number, position: byPerson.firstPosition };

    const keyFile = path.join(await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-key-')), 'key.pem');
    const key = await CheckpointKey.load(keyFile, 'ballast');
    const notes: string[] = [];
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      notes.push((await (await CheckpointWriter.resume(logs.log(name), key)).write())?.note as string);
    }
    checkpoints = CheckpointFile.text(key.verifierKey, notes);
    await fs.rm(path.dirname(keyFile), { recursive: true });

    superuser = new pg.Client(connection);
    await superuser.connect();
    // Switches off what refuses a change to everybody else.
    await superuser.query('set session_replication_role = replica');
  }, 240_000);

  afterAll(async () => {
    await superuser.end();
    await store.close();
  });

  it('is nothing at first', async () => {
    expect((await verify(logs, { against: checkpoints })).faults).toEqual([]);
  });

  it.each(SERVICE_LOGS)('is found and placed: one bit of the newest events of %s', async (log) => {
    const { rows } = await superuser.query<{ partition: number; number: string; position: string }>(
      `select partition, number, first_position as position from "${log}".block
       where entries <> '' order by first_position desc, partition desc limit 1`,
    );
    const { partition, number: last, position } = rows[0] as { partition: number; number: string; position: string };
    const [fault] = await faultsAfter(log, () => flip(log, { partition, number: Number(last) }));
    expect(fault).toEqual({
      log,
      partition,
      position: Number(position),
      what: 'the event’s content and its hash differ',
    });
  });

  describe('with all hashes computed again', () => {
    let rewritten: readonly SealedEvent[];
    const rewrite = (): Promise<void> =>
      forgeBlocks(superuser, logs.log('pricing'), GLOBAL, (each) => ({ entriesText: entriesText(rewritten, each) }));

    beforeAll(async () => {
      const original = await entriesOf(logs.log('pricing'), GLOBAL);
      const { position } = original.find(({ type }) => type === 'SourceStateChanged') as SealedEvent;
      const payload = (stored: unknown): unknown => ({ ...(stored as object), reason: 'it never happened' });
      rewritten = forged(original, { log: 'pricing', partition: GLOBAL, position, payload });
      expect(rewritten[position - 1]?.payload).not.toEqual(original[position - 1]?.payload);
    });

    it('is found by a checkpoint that was kept elsewhere', async () => {
      expect(await faultsAfter('pricing', rewrite, checkpoints)).toContainEqual({
        log: 'pricing',
        partition: GLOBAL,
        position: rewritten.length,
        what: 'the events up to here are not those of a signed checkpoint',
      });
    });

    it('is found by a checkpoint that stands beside the log', async () => {
      expect(await faultsAfter('pricing', rewrite)).toContainEqual(
        expect.objectContaining({ what: 'the events up to here are not those of a signed checkpoint' }),
      );
    });

    it('is found by nothing once that is gone too, which is why checkpoints are kept elsewhere', async () => {
      const all = async (): Promise<void> => {
        await rewrite();
        await superuser.query('delete from pricing.checkpoint');
      };
      expect(await faultsAfter('pricing', all)).toEqual([]);
    });

    it('is found by deciding everything again', async () => {
      const divergence = await whileChanged('pricing', rewrite, async () => {
        const report = await replay(logs, SERVICES, () => performance.now());
        return report.divergence;
      });
      const { position } = rewritten.find(({ text }) => text.includes('it never happened')) as SealedEvent;
      expect(divergence).toMatchObject({
        log: 'pricing',
        partition: GLOBAL,
        position,
        field: expect.stringMatching(/^payload\./) as string,
      });
    });
  });

  it.each(SERVICE_LOGS)('is found by a checkpoint, when the newest event of %s was cut off', async (log) => {
    const [{ partition, size }] = (await logs.log(log).heads()).filter((head) => head.size > 1) as [PartitionHead];
    const cutOff = async (): Promise<void> => {
      const blocks = await logs.log(log).blocks(partition, { firstPosition: 0, number: 0 }, 1_000_000);
      const cut = blocks.findLast(({ entriesText: text }) => text !== '') as Block;
      const before = blocks[blocks.indexOf(cut) - 1] as Block;
      await superuser.query(`delete from "${log}".block where partition = $1 and number >= $2`, [
        partition,
        cut.number,
      ]);
      await superuser.query(
        `update "${log}".partition p set size = b.last_position, head = b.chain, clearing = b.clearing, hop = b.hop,
           commands = b.last_command, blocks = b.number, block_chain = b.block_chain
         from "${log}".block b where p.partition = $1 and b.partition = $1 and b.number = $2`,
        [partition, before.number],
      );
    };
    expect(await faultsAfter(log, cutOff, checkpoints)).toContainEqual({
      ...{ log, partition, position: expect.any(Number) as number, what: `a signed checkpoint knows ${size} events` },
    });
  });

  it('is found without a checkpoint, when others had applied the events that were cut off', async () => {
    const cutOff = async (): Promise<void> => {
      const { rows } = await superuser.query<{ number: string }>(
        `select number from pricing.block where entries <> '' order by number desc limit 1`,
      );
      const last = Number(rows[0]?.number);
      await superuser.query('delete from pricing.block where number >= $1', [last]);
      await superuser.query(
        `update pricing.partition p set size = b.last_position, head = b.chain, clearing = b.clearing, hop = b.hop,
           blocks = b.number, block_chain = b.block_chain
         from pricing.block b where b.number = $1`,
        [last - 1],
      );
      await superuser.query(`delete from pricing.cursor`);
    };
    const faults = await faultsAfter('pricing', cutOff);
    expect(faults).toContainEqual(
      expect.objectContaining({
        ...{ log: 'pricing', partition: GLOBAL },
        what: expect.stringMatching(/^the log is cut: (margin|accounts)\/-?\d+ has applied it up to \d+$/) as string,
      }),
    );
  });

  it('is found and placed without a checkpoint, when a partition was taken out of a log and of its description', async () => {
    const last = SHORT_WINDOW.partitions - 1;
    const takeOut = async (): Promise<void> => {
      await superuser.query('update margin.log set partitions = $1', [last]);
      for (const table of ['block', 'partition', 'cursor']) {
        await superuser.query(`delete from margin.${table} where partition = $1`, [last]);
      }
      await superuser.query('delete from margin.checkpoint');
    };
    const [fault] = await whileChanged('margin', takeOut, async () => {
      const auditor = new PostgresLogStore({ connection, readOnly: true });
      try {
        return (await verify(await LogDirectory.openPresent(auditor))).faults;
      } finally {
        await auditor.close();
      }
    });
    expect(fault).toMatchObject({
      ...{ log: 'margin', partition: last, position: 1 },
      what: expect.stringMatching(/^the log is cut: (accounts|liquidation)\/-?\d+ has applied it up to \d+$/) as string,
    });
  });

  it('is found by a checkpoint, when a refused command was rewritten with all hashes', async () => {
    const amount = (text: string): string => text.replaceAll('tamper.main', 'tamber.main');
    const rewrite = (): Promise<void> =>
      forgeBlocks(superuser, logs.log('accounts'), block.partition, ({ commandsText }) => ({
        commandsText: amount(commandsText),
      }));
    expect(await faultsAfter('accounts', rewrite, checkpoints)).toContainEqual(
      expect.objectContaining({
        ...{ log: 'accounts', partition: block.partition },
        what: expect.stringContaining('the blocks up to here are not those of a signed checkpoint') as string,
      }),
    );
  });

  it.each([
    ['note', flippedText('note'), 'did not sign'],
    ['note', `replace(note, 'ballast-checkpoint/v1', 'ballast-checkpoint/v2')`, 'did not sign'],
    ['frontier', `replace(frontier, '"size":', '"size" :')`, 'the edges of the trees'],
    ['frontier', `regexp_replace(frontier, '"subtrees":\\["[0-9a-f]', '"subtrees":["x')`, 'the edge of the tree'],
    ['verifier_key', flippedText('verifier_key'), ''],
    ['succession', `'it was handed over'`, 'none did'],
    ['number', 'number + 1', 'checkpoint 1 is missing'],
  ])('is found in a stored checkpoint: %s to %s', async (column, to, what) => {
    const change = async (): Promise<void> =>
      void (await superuser.query(`update pricing.checkpoint set ${column} = ${to}`));
    const faults = await faultsAfter('pricing', change);
    expect(faults).toContainEqual(
      expect.objectContaining({
        log: expect.stringMatching(/^pricing/) as string,
        what: expect.stringContaining(what) as string,
      }),
    );
  });

  it('is found when another key signed the stored checkpoints than the one that is expected [CLR-LOG-039]', async () => {
    const stranger = CheckpointKey.generate('ballast').verifierKey;
    const report = await verify(logs, { key: stranger });
    expect(report.signers).toHaveLength(1);
    expect(report.faults[0]).toMatchObject({
      log: 'accounts.checkpoints',
      what: expect.stringContaining(stranger) as string,
    });
    expect((await verify(logs, { key: report.signers[0], against: checkpoints })).faults).toEqual([]);
    await expect(verify(logs, { key: stranger, against: checkpoints })).rejects.toThrow('nor its successor');
  });

  it('is found when a log says that it is another', async () => {
    const change = async (): Promise<void> => void (await superuser.query(`update pricing.log set name = 'pricinf'`));
    const faults = await whileChanged('pricing', change, async () => (await verify(await opened())).faults);
    expect(faults).toContainEqual({
      ...{ log: 'pricing', partition: null, position: null },
      what: 'the tables of log pricing say that they are those of pricinf',
    });
  });

  it.each(['partitions = 1', 'has_global = false', 'partitions = partitions + 1'])(
    'is found when a log says that %s',
    async (change) => {
      const faults = await whileChanged(
        'margin',
        async () => void (await superuser.query(`update margin.log set ${change}`)),
        async () => (await verify(await opened())).faults,
      );
      expect(faults).toContainEqual(
        expect.objectContaining({
          log: 'margin',
          what: expect.stringMatching(/has no such partition|is missing/) as string,
        }),
      );
    },
  );

  it('is found by deciding everything again when a partition is gone', async () => {
    const part = { log: 'margin', partition: 0 };
    const divergence = await whileChanged(
      'margin',
      async () => void (await superuser.query('delete from margin.partition where partition = 0')),
      async () => (await replay(await opened(), SERVICES, () => performance.now(), part)).divergence,
    );
    expect(divergence).toMatchObject({ ...part, what: 'the partition is missing' });
  });

  it('is looked for in a part of a partition, when only that is asked for', async () => {
    const part = { log: 'accounts', partition: block.partition };
    const broken = (): Promise<void> => flip('accounts', block);
    const faultsOf = (options: object) =>
      whileChanged('accounts', broken, async () => (await verify(logs, { ...part, ...options })).faults);
    expect(await faultsOf({})).not.toEqual([]);
    expect(await faultsOf({ from: block.position })).not.toEqual([]);
    expect(await faultsOf({ to: block.position })).not.toEqual([]);
    expect(await faultsOf({ from: block.position + 500 })).toEqual([]);
    expect(await faultsOf({ to: block.position - 1 })).toEqual([]);
    const { leftOut, events } = await verify(logs, { ...part, from: block.position, to: block.position });
    expect(leftOut).toEqual(['rules: they are judged over all of every log']);
    expect(events).toBeLessThan(500);
  });

  it('is looked for in a database without the simulated exchange, and nothing is created there', async () => {
    await superuser.query('alter schema exchange rename to elsewhere');
    const readOnly = new PostgresLogStore({ connection, readOnly: true });
    try {
      const report = await verify(await LogDirectory.openPresent(readOnly));
      expect(report).toMatchObject({ faults: [], exchangeEvents: 0 });
      expect(report.events).toBeGreaterThan(0);
      expect(report.leftOut).toEqual([
        expect.stringMatching(/^exchange\..*: not in this database$/),
        expect.stringMatching(/^money and positions: exchange\..* are not in this database$/),
      ]);
      const { rows } = await superuser.query(`select from pg_namespace where nspname = 'exchange'`);
      expect(rows).toEqual([]);
    } finally {
      await readOnly.close();
      await superuser.query('alter schema elsewhere rename to exchange');
    }
  });

  const opened = (): Promise<LogDirectory> => LogDirectory.openPresent(store);

  /** One bit of the events of a block; what a bit of anything else does, `flips.int-spec.ts` tries. */
  async function flip(log: ServiceLog, at: { partition: number; number: number }): Promise<void> {
    const { rowCount } = await superuser.query(
      `update "${log}".block set entries = ${flippedText('entries')} where partition = $1 and number = $2`,
      [at.partition, at.number],
    );
    expect(rowCount).toBe(1);
  }

  async function faultsAfter(
    log: ServiceLog,
    change: () => Promise<void>,
    against?: string,
  ): Promise<Awaited<ReturnType<typeof verify>>['faults']> {
    return whileChanged(log, change, async () => (await verify(logs, { against })).faults);
  }

  /** Puts back what was changed, so that the next test begins with the history as it was. */
  async function whileChanged<T>(log: ServiceLog, change: () => Promise<void>, look: () => Promise<T>): Promise<T> {
    const tables = ['block', 'partition', 'cursor', 'checkpoint', 'log'];
    for (const table of tables) await superuser.query(`create table public.${table} as table "${log}".${table}`);
    try {
      await change();
      return await look();
    } finally {
      for (const table of tables) {
        await superuser.query(`delete from "${log}".${table}`);
        await superuser.query(`insert into "${log}".${table} table public.${table}`);
        await superuser.query(`drop table public.${table}`);
      }
    }
  }
});
