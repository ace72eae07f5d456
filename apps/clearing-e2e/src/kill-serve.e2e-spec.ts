import { EmbeddedServer, PostgresLogStore, LogDirectory } from '@ballast/event-log';
import type { AccountsEvents } from '@ballast/facts';
import { partitionOfAccount, text, ZERO } from '@ballast/kernel';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BallastProcess } from './ballast-process.js';
import { CI_WINDOW, CI_WINDOW_OPTIONS } from './ci-window.js';
import { Depositor, post } from './depositor.js';
import { drawsOf, seedFrom } from './draws.js';
import { harmSnapshotsIn, type Harm } from './harmed-snapshots.js';
import { entriesOf } from './rewrite-history.js';

const KILLS = 10;
const RUN_MS = 2_000;
/** Often, so that every life leaves some. */
const SNAPSHOT_ENTRIES = '100';
/** What happens to the snapshots before the next life, in turns. */
const HARMS: readonly (Harm | undefined)[] = [undefined, 'damaged', 'deleted'];
/** More than ten lives of the server can take, so that every kill finds the client at work. */
const DEPOSITS = 20_000;

describe('kill -9 of the whole process group of serve, under a client that writes', () => {
  const seed = seedFrom('KILL_SEED');
  const accountId = 'outside.main';
  const client = new Depositor(accountId, DEPOSITS);
  let directory: string;
  let data: string;

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-kill-serve-'));
    data = path.join(directory, 'data');
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  /** Starts serve while the window is replayed, on a port that is free. */
  async function serve(): Promise<{ run: BallastProcess; base: string }> {
    const [, ...window] = CI_WINDOW_OPTIONS;
    const run = new BallastProcess([
      'serve',
      '--simulate',
      ...window,
      '--data-dir',
      data,
      '--snapshot-entries',
      SNAPSHOT_ENTRIES,
      '--port',
      '0',
    ]);
    const [, base] = (await run.seen(/Ballast serves (http:\S+)/)) as unknown as [string, string];
    return { run, base };
  }

  it(`loses no acknowledged deposit and books none twice, with snapshots kept, damaged and deleted between (KILL_SEED=${seed}) [CLR-LOG-042]`, async () => {
    const draw = drawsOf(seed);
    const harmed: Record<Harm, number> = { damaged: 0, deleted: 0 };
    // What must have been seen is waited for, and not left to the draw.
    const seen = (): boolean => harmed.damaged > 0 && harmed.deleted > 0 && client.retried > 0;
    for (let kills = 0; kills < KILLS || !seen(); kills++) {
      const { run, base } = await serve();
      if (kills === 0)
        expect(await post(`${base}/accounts`, 'open-outside', { accountId })).toMatchObject({ status: 201 });
      const paying = client.run(base);
      await wait(draw() * RUN_MS);
      run.kill();
      await Promise.all([run.finished(), paying]);
      const harm = HARMS[kills % HARMS.length];
      if (harm !== undefined) harmed[harm] += await harmSnapshotsIn(data, harm);
    }
    expect(client.acknowledged.length).toBeGreaterThan(KILLS);

    // What was not acknowledged is sent again under its key; then the client stops.
    const { run, base } = await serve();
    client.finish();
    await client.run(base);
    expect(client.acknowledged).toHaveLength(client.deposits.length);
    const again = client.deposits.at(-1)!;
    const repeated = await post(`${base}/accounts/${accountId}/deposits`, again.key, {
      ...{ depositId: again.depositId, asset: 'USD', amount: again.amount },
    });
    expect({ status: repeated.status, answer: JSON.parse(repeated.text) as unknown }).toEqual({
      status: 201,
      answer: again.answer,
    });
    const account = (await (await fetch(`${base}/accounts/${accountId}`)).json()) as { collateral: unknown };
    run.kill('SIGTERM');
    expect(await run.finished()).toMatchObject({ code: 0 });

    const booked = await bookedDeposits();
    expect(booked.map(({ depositId, amount }) => `${depositId} ${amount}`).sort()).toEqual(
      client.deposits.map(({ depositId, amount }) => `${depositId} ${amount}`).sort(),
    );
    const total = client.deposits.reduce((sum, { amount }) => sum.plus(amount), ZERO);
    expect(booked.at(-1)?.collateral.USD).toBe(text(total));
    expect(JSON.stringify(account.collateral)).toContain(text(total));
  });

  it.each(['verify', 'replay'])('leaves a history that %s finds sound', async (command) => {
    expect(await new BallastProcess([command, '--data-dir', data]).finished()).toMatchObject({ code: 0 });
  });

  /** The account's own statement, as it is in the log. */
  async function bookedDeposits(): Promise<AccountsEvents['CollateralCredited'][]> {
    const server = await EmbeddedServer.start({ dataDirectory: data });
    const store = new PostgresLogStore({ connection: server.connection() });
    try {
      const logs = await LogDirectory.open(store, CI_WINDOW.partitions);
      const entries = await entriesOf(logs.log('accounts'), partitionOfAccount(accountId, CI_WINDOW.partitions));
      return entries
        .filter(({ type, stream }) => type === 'CollateralCredited' && stream === `account-${accountId}`)
        .map(({ payload }) => payload as AccountsEvents['CollateralCredited']);
    } finally {
      await store.close();
      await server.stop();
    }
  }
});
