import { MemoryLogStore, EmbeddedServer, PostgresLogStore, LogDirectory } from '@ballast/event-log';
import { forgeBlocks } from '@ballast/event-log/testing';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { AccountsEvents, FillEvents, MarginGlobalEvents, PricingEvents, ServiceLog } from '@ballast/facts';
import { dec, roundUsd, text } from '@ballast/kernel';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { BallastProcess, ballastJson, REPOSITORY, type Finished } from './ballast-process.js';
import { CI_WINDOW, CI_WINDOW_OPTIONS, type Summary } from './ci-window.js';
import { builtRelease, runToEnd } from './clearing-run.js';
import { entriesOf, entriesText, forged } from './rewrite-history.js';

interface Place {
  readonly log: ServiceLog;
  readonly partition: number;
  readonly position: number;
}

describe('the auditor’s commands on a data directory', () => {
  let directory: string;
  let data: string;
  let summary: Summary;

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-audit-'));
    data = path.join(directory, 'data');
    summary = await ballastJson<Summary>('simulate', ...CI_WINDOW_OPTIONS, '--data-dir', data, '--json');
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  const ballast = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> =>
    new BallastProcess([...args, '--data-dir', data], env).finished();

  /** Opens the directory's database between two commands. */
  async function withDatabase<T>(use: (logs: LogDirectory, superuser: pg.Client) => Promise<T>): Promise<T> {
    const server = await EmbeddedServer.start({ dataDirectory: data });
    const store = new PostgresLogStore({ connection: server.connection() });
    const superuser = new pg.Client(server.connection());
    try {
      await superuser.connect();
      await superuser.query('set session_replication_role = replica');
      return await use(await LogDirectory.open(store, CI_WINDOW.partitions), superuser);
    } finally {
      await superuser.end();
      await store.close();
      await server.stop();
    }
  }

  it('belong to a run with the digests of the memory log', async () => {
    const release = await builtRelease();
    const house = await runToEnd(new MemoryLogStore(), { ...CI_WINDOW, release });
    expect(summary.digests).toEqual(await house.digests());
    // The same command again finds everything done.
    const again = await ballastJson<Summary>('simulate', ...CI_WINDOW_OPTIONS, '--data-dir', data, '--json');
    expect(again.digests).toEqual(summary.digests);
  });

  it('verify and replay find nothing wrong', async () => {
    const verified = await ballast(['verify']);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('all invariants hold') as string });
    const replayed = await ballast(['replay']);
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('all identical') as string });
    const inThreads = await ballast(['verify', '--snapshots', '--workers', '2']);
    expect(inThreads).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ snapshots: nothing was/) as string });
    const timeless = (text: string): string => text.replace(/in [\d.]+ s/, '');
    const progress = ['--progress', path.join(directory, 'replay.progress')];
    for (const options of [['--workers', '2'], progress, progress]) {
      expect(timeless((await ballast(['replay', ...options])).stdout)).toBe(timeless(replayed.stdout));
    }
  });

  describe('replay with one figure of the code changed', () => {
    let expected: Readonly<Record<string, Place>>;

    beforeAll(async () => {
      expected = await withDatabase(firstDifferences);
    });

    it.each([
      {
        what: 'the taker fee of accounts',
        change: {
          module: 'instruments/dist/fees/fee-schedule.js',
          from: `const { perpetual, future, option, tiers } = reading.figures;`,
          to: `const { perpetual: listed, future, option, tiers } = reading.figures;
            const perpetual = { ...listed, taker: listed.taker.times('1.2') };`,
        },
      },
      {
        what: 'the index clamp of pricing',
        change: {
          module: 'pricing/dist/index/index-price.js',
          from: `clamp: clampRate } = rules.index`,
          to: `clamp: clampRate } = { ...rules.index, clamp: '0.004' }`,
        },
      },
      {
        what: 'the quantile in the margin rate',
        change: {
          module: 'margin/dist/parameters/parameter-figures.js',
          from: `...figures } = stated;`,
          to: `...figures } = { ...stated, z: stated.z.plus('0.001') };`,
        },
      },
      {
        what: 'the speed at which the margin rate rises',
        change: {
          module: 'margin/dist/parameters/parameter-figures.js',
          from: `ONE.plus(risePerHour)`,
          to: `ONE.plus(risePerHour).plus('0.01')`,
        },
      },
      {
        what: 'the share of equity that a penalty of liquidation may take',
        change: {
          module: 'liquidation/dist/liquidation-policy.js',
          from: `...reading.figures`,
          to: `...reading.figures, theta: reading.figures.theta.minus('0.01')`,
        },
      },
    ])('names the first decision that differs: $what', async ({ what, change }) => {
      const { code, stdout, stderr } = await ballast(['replay', '--json'], {
        NODE_OPTIONS: `--import ${path.join(REPOSITORY, 'apps/clearing-e2e/bin/change-on-load.mjs')}`,
        CHANGE: JSON.stringify(change),
      });
      expect({ code, stderr }).toMatchObject({ code: 1 });
      const { divergence } = JSON.parse(stdout) as { divergence: Place & { logged: string; replayed: string } };
      expect(divergence).toMatchObject({ ...expected[what], field: expect.stringMatching(/^payload\./) as string });
      expect(divergence.replayed).not.toBe(divergence.logged);
    });
  });

  it('verify names the place of a changed byte, and finds nothing once it is put back', async () => {
    const change = `update margin.block set entries = replace(entries, $2, $3)
      where partition = 3 and first_position <= $1 and last_position >= $1`;
    const changed = await withDatabase(async (logs, superuser) => {
      const { position } =
        (await entriesOf(logs.log('margin'), 3)).find(({ type }) => type === 'MarginRunCompleted') ?? {};
      await superuser.query(change, [position, '"full"', '"Full"']);
      return position as number;
    });
    expect(await ballast(['verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        `NOT SOUND: margin/3 position ${changed}: the event’s content and its hash differ\n`,
      ) as string,
    });
    await withDatabase((_, superuser) => superuser.query(change, [changed, '"Full"', '"full"']));
    expect(await ballast(['verify'])).toMatchObject({ code: 0 });
  });

  it('verify --against finds a history that was rewritten with all its hashes', async () => {
    const [key, file] = [path.join(directory, 'key.pem'), path.join(directory, 'checkpoints')];
    expect(await ballast(['checkpoint', '--key', key, '--out', file])).toMatchObject({ code: 0 });
    expect(await ballast(['verify', '--against', file])).toMatchObject({ code: 0 });
    const size = await withDatabase(async (logs, superuser) => {
      const original = await entriesOf(logs.log('pricing'), -1);
      const { position } = original.find(({ type }) => type === 'SourceStateChanged') as SealedEvent;
      const payload = (stored: unknown): unknown => ({ ...(stored as object), reason: 'it never happened' });
      const history = forged(original, { log: 'pricing', partition: -1, position, payload });
      await forgeBlocks(superuser, logs.log('pricing'), -1, (block) => ({ entriesText: entriesText(history, block) }));
      return history.length;
    });
    expect(await ballast(['verify', '--against', file])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        `NOT SOUND: pricing/-1 position ${size}: the events up to here are not those of a signed checkpoint\n`,
      ) as string,
    });
  });
});

/** Where each changed figure must show first, found in the log without deciding anything. Replay goes by partition. */
async function firstDifferences(logs: LogDirectory): Promise<Readonly<Record<string, Place>>> {
  const numbers = Array.from({ length: logs.partitions }, (_, each) => each);
  const first = async (
    log: ServiceLog,
    partitions: readonly number[],
    differs: (entry: SealedEvent, before: readonly SealedEvent[]) => boolean,
  ): Promise<Place> => {
    for (const partition of partitions) {
      const entries = await entriesOf(logs.log(log), partition);
      const at = entries.findIndex((entry, index) => differs(entry, entries.slice(0, index)));
      if (at >= 0) return { log, partition, position: at + 1 };
    }
    throw new Error(`${log} has nothing that could differ`);
  };

  const takerFills = new Set<string>();
  for (const partition of numbers) {
    for (const { position, payload } of await entriesOf(logs.log('exchange.fills'), partition)) {
      const { liquidity, quantity, price } = payload as FillEvents['TradeFilled'];
      const feeAt = (rate: string): string => text(roundUsd(dec(quantity).times(price).times(rate), 'fee'));
      if (liquidity === 'taker' && feeAt('0.0005') !== feeAt('0.0006')) takerFills.add(`${partition}/${position}`);
    }
  }
  const scheduleOf = (entry: SealedEvent | undefined) =>
    (entry?.payload as MarginGlobalEvents['ScheduleInForce'] | undefined)?.underlyings;

  return {
    'the taker fee of accounts': await first('accounts', numbers, ({ type, cause, payload }) => {
      if (type !== 'PositionChanged' || cause.kind !== 'event') return false;
      return (
        (payload as AccountsEvents['PositionChanged']).reason === 'trade' &&
        takerFills.has(`${cause.partition}/${cause.position}`)
      );
    }),
    'the index clamp of pricing': await first('pricing', [-1], ({ type, payload }) => {
      if (type !== 'PriceSetPublished') return false;
      const { underlyings } = payload as PricingEvents['PriceSetPublished'];
      return Object.values(underlyings).some(({ inputs, median }) =>
        inputs.some(
          ({ mid, clamped }) =>
            mid !== null && clamped !== null && median !== null && dec(mid).div(median).minus(1).abs().gt('0.004'),
        ),
      );
    }),
    'the quantile in the margin rate': await first('margin', [-1], ({ type }) => type === 'ScheduleInForce'),
    // Where the scalar rose and still did not reach what was measured, the speed limit held it back.
    'the speed at which the margin rate rises': await first('margin', [-1], (entry, before) => {
      const previous = scheduleOf(before.findLast(({ type }) => type === 'ScheduleInForce'));
      return (scheduleOf(entry) ?? []).some(({ underlying, scalar, scalarMeasured }) => {
        const last = previous?.find((each) => each.underlying === underlying)?.scalar;
        return last !== undefined && dec(scalar).gt(last) && dec(scalar).lt(scalarMeasured);
      });
    }),
    'the share of equity that a penalty of liquidation may take': await first(
      'liquidation',
      numbers,
      ({ type }) => type === 'CloseOutOrderPlaced',
    ),
  };
}
