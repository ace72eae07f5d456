import { EmbeddedServer } from '@ballast/event-log';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { BallastProcess, ballastJson, type Finished } from './ballast-process.js';
import { optionsOf, SHORT_WINDOW, type Summary } from './ci-window.js';

const bundledScenarios = fileURLToPath(new URL('../../ballast/scenarios', import.meta.url));
const OPTIONS = optionsOf(SHORT_WINDOW);

describe('what can’t be used is refused in one line, with exit code 2', () => {
  let directory: string;
  let data: string;
  let summary: Summary;

  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-refusals-'));
    data = path.join(directory, 'data');
    summary = await simulated(data);
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  const simulated = (dataDirectory: string): Promise<Summary> =>
    ballastJson<Summary>('simulate', ...OPTIONS, '--data-dir', dataDirectory, '--json');

  const ballast = (...args: string[]): Promise<Finished> => new BallastProcess(args).finished();

  async function expectRefusal(args: readonly string[], message: string | RegExp): Promise<void> {
    const { code, stderr: said, stdout } = await ballast(...args);
    // What serve and simulate say before they load anything.
    const stderr = said.replace(/^(The console: .*\n)?opening .*\n/, '');
    expect({ stderr, code }).toEqual({ stderr: expect.stringMatching(message) as string, code: 2 });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  }

  describe('a scenario file that is', () => {
    const lines = async (): Promise<string[]> =>
      gunzipSync(await fs.readFile(path.join(bundledScenarios, SHORT_WINDOW.scenario, 'btc.csv.gz')))
        .toString('utf8')
        .split('\n');

    it.each([
      {
        why: 'damaged',
        file: async () =>
          (await fs.readFile(path.join(bundledScenarios, SHORT_WINDOW.scenario, 'btc.csv.gz'))).subarray(0, 1_000),
        message: /btc\.csv\.gz: is damaged gzip data/,
      },
      { why: 'empty', file: async () => Buffer.alloc(0), message: /btc\.csv\.gz: is empty/ },
      {
        why: 'gappy',
        file: async () => {
          const all = await lines();
          return gzipSync([...all.slice(0, -300), ...all.slice(-200)].join('\n'));
        },
        message: /BTC has no bar from .* supply the missing bars/,
      },
      {
        why: 'nonsense in one row',
        file: async () => {
          const all = await lines();
          return gzipSync([...all.slice(0, 100), 'when,nobody,knows,what,it,was', ...all.slice(101)].join('\n'));
        },
        message: /btc\.csv\.gz, line 101: /,
      },
    ])('$why', async ({ why, file, message }) => {
      const scenario = path.join(directory, why.replaceAll(' ', '-'));
      await fs.cp(path.join(bundledScenarios, SHORT_WINDOW.scenario), scenario, { recursive: true });
      await fs.writeFile(path.join(scenario, 'btc.csv.gz'), await file());
      await expectRefusal(['simulate', '--scenario', scenario, '--data-dir', data], message);
    });
  });

  it('another partition count than the data has', async () => {
    await expectRefusal(
      ['simulate', ...OPTIONS, '--partitions', '8', '--data-dir', data],
      /was created with 4 partitions and is opened with 8; .*start with the old number/,
    );
  });

  it('another run than the data is of', async () => {
    await expectRefusal(
      ['simulate', ...OPTIONS, '--seed', '2', '--data-dir', data],
      /the data is of another run .*; repeat with the same options, name another --data-dir, or start over with --fresh/,
    );
  });

  it('an exchange outside on the data of a simulated one, whose logs its messages would fork [CLR-XCH-008]', async () => {
    await expectRefusal(
      ['serve', '--exchange', 'none', '--port', '0', '--data-dir', data],
      /the logs of the exchange are those of crash-2020-03 .*, which writes them itself; .*: take them on an empty database/,
    );
    // Nothing was written: the run goes on, and comes to what it came to.
    expect((await simulated(data)).digests).toEqual(summary.digests);
  });

  it('a data directory that another process uses, and a port that is taken', async () => {
    const serving = new BallastProcess(['serve', '--data-dir', data, '--port', '0']);
    const port = (await serving.seen(/Ballast serves http:\S+:(\d+)/))[1] as string;
    await expectRefusal(
      ['verify', '--data-dir', data],
      new RegExp(`${data} is in use by process ${serving.child.pid}; stop that process or choose another`),
    );
    await expectRefusal(
      ['serve', '--log', 'memory', '--port', port],
      new RegExp(`port ${port} on 127.0.0.1 is in use; stop the other program or choose another port with --port`),
    );
    serving.kill('SIGTERM');
    expect(await serving.finished()).toMatchObject({ code: 0 });
  });

  it('a port that a program of another kind has', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as net.AddressInfo;
    await expectRefusal(['serve', '--data-dir', data, '--port', String(port)], /is in use; stop the other program/);
    await new Promise((resolve) => other.close(resolve));
  });

  it('data that a newer release of PostgreSQL made', async () => {
    const file = path.join(data, 'cluster/PG_VERSION');
    const version = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, '99\n');
    await expectRefusal(['simulate', ...OPTIONS, '--data-dir', data], /was made by PostgreSQL 99.* newer release/);
    await fs.writeFile(file, version);
  });

  it('logs that a newer release of Ballast made', async () => {
    const withDatabase = async (statement: string): Promise<void> => {
      const server = await EmbeddedServer.start({ dataDirectory: data });
      const client = new pg.Client(server.connection());
      await client.connect();
      await client.query(statement);
      await client.end();
      await server.stop();
    };
    await withDatabase(
      `insert into margin.migrations (timestamp, name) values (1900000000001, 'AddSomething1900000000001')`,
    );
    await expectRefusal(
      ['simulate', ...OPTIONS, '--data-dir', data],
      /schema "margin" was made by a newer release of this program \(it has AddSomething1900000000001\): start that release/,
    );
    await withDatabase(`delete from margin.migrations where timestamp = 1900000000001`);
  });

  it('a directory without data, and a checkpoint file that is none', async () => {
    await expectRefusal(
      ['verify', '--data-dir', path.join(directory, 'nowhere')],
      /holds no Ballast data; run simulate/,
    );
    const file = path.join(directory, 'no-checkpoint');
    await fs.writeFile(file, 'nothing signed\n');
    await expectRefusal(['verify', '--data-dir', data, '--against', file], /not a file made by ballast checkpoint/);
  });

  it('a signing key where it would be copied with data or program, and a part that is none [CLR-LOG-039]', async () => {
    const at = ['--data-dir', data];
    for (const key of [path.join(data, 'key.pem'), 'key.pem', path.join(data, 'not/yet/there/key.pem')]) {
      await expectRefusal(
        ['checkpoint', ...at, '--key', key],
        /lies in the (working|data) directory: whoever gets a copy/,
      );
    }
    await expectRefusal(['checkpoint', ...at, '--house', 'The House'], /--house The House: small letters/);
    await expectRefusal(['verify', ...at, '--log', 'margins'], /--log margins: name one of accounts, /);
    await expectRefusal(['verify', ...at, '--partition', '1'], /--partition: name the log with --log/);
    await expectRefusal(['verify', ...at, '--log', 'margin', '--from', '7'], /name it with --log and --partition/);
    await expectRefusal(
      ['verify', ...at, '--log', 'margin', '--partition', '1', '--from', '7', '--to', '6'],
      /--from 7 is behind --to 6/,
    );
    await expectRefusal(['verify', ...at, '--key', path.join(directory, 'nowhere')], /name a file with a verifier key/);
  });

  it('and nothing of it changes the data: the same command finds everything done', async () => {
    expect((await simulated(data)).digests).toEqual(summary.digests);
    expect(await ballast('verify', '--data-dir', data)).toMatchObject({ code: 0 });
  });

  // Only root may mount a small file system; elsewhere this is not tested.
  const asRoot = process.getuid?.() === 0 && os.platform() === 'linux' ? describe : describe.skip;

  asRoot('a full disk', () => {
    const disk = path.join(os.tmpdir(), `ballast-full-${process.pid}`);
    const filler = path.join(disk, 'filler');

    beforeEach(async () => {
      await fs.mkdir(disk);
      mount('-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk);
    });

    afterEach(async () => {
      spawnSync('umount', ['--lazy', disk]);
      await fs.rm(disk, { recursive: true });
    });

    function mount(...args: string[]): void {
      const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
    }

    /** Starts a run and takes away all space once it has begun; it stands still meanwhile, however long that takes. */
    async function runIntoFullDisk(): Promise<BallastProcess> {
      const run = new BallastProcess(['simulate', ...OPTIONS, '--data-dir', path.join(disk, 'data'), '--json']);
      await run.seen(/calls \d+/);
      run.kill('SIGSTOP');
      const handle = await fs.open(filler, 'w');
      const block = Buffer.alloc(1 << 16);
      for (;;) {
        const written = await handle.write(block).catch(() => undefined);
        if (written === undefined) break;
      }
      await handle.close();
      run.kill('SIGCONT');
      return run;
    }

    it('is waited for: told in words, and the run goes on when there is space', async () => {
      const run = await runIntoFullDisk();
      await run.seen(/No space left on device|the disk is full/);
      expect(run.running).toBe(true);
      await fs.rm(filler);
      const { code, stdout } = await run.finished();
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as Summary).digests).toEqual(summary.digests);
    });

    it('loses nothing, also when the process is killed before there is space again', async () => {
      const run = await runIntoFullDisk();
      await run.seen(/No space left on device|the disk is full/);
      run.kill();
      await run.finished();
      await fs.rm(filler);
      expect(await ballast('verify', '--data-dir', path.join(disk, 'data'))).toMatchObject({ code: 0 });
      expect((await simulated(path.join(disk, 'data'))).digests).toEqual(summary.digests);
    });
  });
});
