import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { flush } from '../flush.js';
import { DataDirectoryRefused, DirectoryLock, isRunning, readIfThere } from './directory-lock.js';
import { serverBinaries, type ServerBinaries, type ServerUser } from './server-binaries.js';

const SUPERUSER = 'ballast';
const NOBODY = 65534;
/** Where a cluster stands while it is deleted. */
const DELETED = 'cluster.deleted';
const POLL_MS = 10;
const PATIENCE_MS = 30_000;
const RELAUNCH_MS = 1_000;

export interface EmbeddedServerOptions {
  /** Belongs to the server alone; created when it isn't there. */
  readonly dataDirectory: string;
  /** Folder of another PostgreSQL (15 or later) with `bin/postgres`; default: the one of the npm package. */
  readonly binaries?: string | undefined;
  /** Server settings on top of ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told about unexpected exits and restarts, in one line each. */
  readonly onNotice?: (line: string) => void;
}

export interface ServerConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * A PostgreSQL server of our own: made, started, watched and stopped by this process, with its data in one directory.
 *
 * ```text
 * <data directory>/cluster      PostgreSQL's data, owned by the user it runs as
 *                 /password     of the superuser, mode 0600
 *                 /server.log   of the present and the last start
 *                 /lock.*       which process uses the directory
 *                 /cluster.deleted   what is left of a database that was thrown away, until the next start
 * ```
 *
 * The server listens on 127.0.0.1 only, on a port that was free. It ends when this process ends, also when that was
 * killed; if it could not, the next start stops it first.
 */
export class EmbeddedServer {
  #child: ChildProcess | undefined;
  #watchdog: ChildProcess | undefined;
  #stopping = false;
  #restart: Promise<void> | undefined;
  #port = 0;

  private constructor(
    readonly options: EmbeddedServerOptions,
    readonly directory: string,
    readonly binaries: ServerBinaries,
    private readonly user: ServerUser | undefined,
    private readonly lock: DirectoryLock,
    private readonly password: string,
  ) {}

  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const directory = path.resolve(options.dataDirectory);
    await assertUsable(directory);
    const lock = await DirectoryLock.acquire(directory);
    try {
      await removeLeftover(directory);
      const cluster = path.join(directory, 'cluster');
      const user = await serverUser(cluster);
      const binaries = await serverBinaries(user, options.binaries);
      await assertSameMajor(cluster, binaries);
      const password = await passwordOf(directory);
      if ((await readIfThere(path.join(cluster, 'PG_VERSION'))) === undefined) {
        await initialise(directory, binaries, user);
      }
      const server = new EmbeddedServer(options, directory, binaries, user, lock, password);
      if (user) await server.#give(cluster, user);
      await stopLeftover(cluster);
      await server.#launch();
      await server.#createDatabase();
      return server;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** Process id of the server. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How to connect. Contains the password: not for logs. */
  connection(database = SUPERUSER): ServerConnection {
    return { host: '127.0.0.1', port: this.#port, user: SUPERUSER, password: this.password, database };
  }

  /** The same as a URL, for programs that take one. Contains the password: not for logs. */
  url(database = SUPERUSER): string {
    return `postgres://${SUPERUSER}:${this.password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Ends all sessions, writes what must be written, and leaves the directory to others. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    await this.#restart;
    this.#watchdog?.kill('SIGKILL');
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      await endProcess(child.pid, child);
    await this.lock.release();
  }

  get #cluster(): string {
    return path.join(this.directory, 'cluster');
  }

  /** A copied or restored directory may belong to root, who may not run a server. */
  async #give(directory: string, { uid, gid }: ServerUser): Promise<void> {
    if ((await fs.stat(directory)).uid === uid) return;
    for (const entry of await fs.readdir(directory, { recursive: true }))
      await fs.lchown(path.join(directory, entry), uid, gid);
    await fs.lchown(directory, uid, gid);
  }

  /** Starts the server; a port that was taken meanwhile, or an old server's last processes, are waited for. */
  async #launch(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const keepPort = this.#port !== 0;
      if (!keepPort) this.#port = await freePort();
      const problem = await this.#tryLaunch();
      if (problem === undefined) return;
      const passing = /Address already in use|already exists|pre-existing shared memory|is being used/.test(problem);
      if (!passing || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${problem}`);
      if (!keepPort) this.#port = 0;
      await wait(20 * POLL_MS);
    }
  }

  async #tryLaunch(): Promise<string | undefined> {
    const logFile = path.join(this.directory, 'server.log');
    await fs.rename(logFile, `${logFile}.1`).catch(() => undefined);
    const log = await fs.open(logFile, 'a', 0o600);
    const data = await fs.open(this.#cluster);
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.#port),
      unix_socket_directories: '',
      max_connections: '100',
      shared_buffers: '256MB',
      max_wal_size: '4GB',
      jit: 'off',
      ...this.options.settings,
      // Without it a crash takes back positions that others have applied already.
      synchronous_commit: 'on',
    };
    const child = spawn(
      this.binaries.postgres,
      [
        '-D',
        dataPath(this.#cluster, this.user),
        ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      // In a session of its own: Ctrl-C at the terminal is for us, and we stop the server when we are done.
      {
        ...this.user,
        cwd: this.#cluster,
        env: environment(),
        detached: true,
        stdio: ['ignore', log.fd, log.fd, data.fd],
      },
    );
    const exit = exitOf(child);
    await Promise.all([log.close(), data.close()]);
    const ready = await this.#isReady(child, exit);
    if (!ready) return complaint(await readIfThere(logFile), await exit);
    child.unref();
    this.#child = child;
    this.#watchdog = watchdog(child.pid as number, this.user);
    void exit.then((how) => this.#exited(how));
    return undefined;
  }

  async #isReady(child: ChildProcess, exit: Promise<string>): Promise<boolean> {
    let exited = false;
    void exit.then(() => (exited = true));
    while (!exited) {
      const lines = (await readIfThere(path.join(this.#cluster, 'postmaster.pid')))?.split('\n') ?? [];
      if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return true;
      await wait(POLL_MS);
    }
    return false;
  }

  #exited(how: string): void {
    this.#watchdog?.kill('SIGKILL');
    if (this.#stopping) return;
    this.options.onNotice?.(`PostgreSQL ended unexpectedly (${how}) and is started again`);
    this.#restart = this.#relaunch();
  }

  /** Until it runs: a full disk, for one, is emptied sooner or later. */
  async #relaunch(): Promise<void> {
    let told = '';
    while (!this.#stopping) {
      try {
        await this.#launch();
        this.options.onNotice?.('PostgreSQL runs again');
        return;
      } catch (error) {
        const { message } = error as Error;
        if (message !== told) this.options.onNotice?.(`${message}; trying again until it does`);
        told = message;
        await wait(RELAUNCH_MS);
      }
    }
  }

  async #createDatabase(): Promise<void> {
    const client = new pg.Client(this.connection('postgres'));
    await client.connect();
    try {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [SUPERUSER]);
      if (rowCount === 0) await client.query(`create database ${SUPERUSER}`);
    } finally {
      await client.end();
    }
  }
}

/**
 * Throws away the database of a data directory, whatever state it is in. What is deleted stands aside first: one that is half deleted is
 * never taken for a database, and the next start deletes what is left of it.
 * @throws DataDirectoryRefused when a process uses the directory, or it holds no database
 */
export async function removeCluster(dataDirectory: string): Promise<void> {
  const directory = path.resolve(dataDirectory);
  await assertUsable(directory);
  const lock = await DirectoryLock.acquire(directory);
  try {
    const cluster = path.join(directory, 'cluster');
    await stopLeftover(cluster);
    await removeLeftover(directory);
    await fs.rename(cluster, path.join(directory, DELETED));
    await flush(directory);
    await removeLeftover(directory);
    for (const file of ['password', 'server.log', 'server.log.1']) {
      await fs.rm(path.join(directory, file), { force: true });
    }
  } finally {
    await lock.release();
  }
}

/** What a removal left that was broken off. */
const removeLeftover = (directory: string): Promise<void> =>
  fs.rm(path.join(directory, DELETED), { recursive: true, force: true });

/** PostgreSQL refuses to run as root: then it runs as the owner of its data, as `postgres`, or as nobody. */
async function serverUser(cluster: string): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await fs.stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec((await readIfThere('/etc/passwd')) ?? '');
  return entry ? { uid: Number(entry[1]), gid: Number(entry[2]) } : { uid: NOBODY, gid: NOBODY };
}

/**
 * How the server finds its data. Run by root as another user, it gets the open directory as file descriptor 3 and names
 * it by that, which leads there without passing the directories above: those may be closed to that user, as a home
 * directory of mode 0700 is.
 */
function dataPath(cluster: string, user: ServerUser | undefined): string {
  return user ? '/proc/self/fd/3' : cluster;
}

/** Refuses what is no data directory before anything is written. @throws DataDirectoryRefused with the remedy */
async function assertUsable(directory: string): Promise<void> {
  try {
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new DataDirectoryRefused(`${directory} is a file, or lies below one: name a directory`);
    }
    throw new DataDirectoryRefused(`${directory} cannot be made (${code}): name a directory that this user may write`);
  }
  const cluster = path.join(directory, 'cluster');
  const files = await fs.readdir(cluster).catch((): string[] => []);
  const made = await readIfThere(path.join(cluster, 'PG_VERSION'));
  if (files.length > 0 && !/^\d+\s*$/.test(made ?? '')) {
    throw new DataDirectoryRefused(`${cluster} holds files that are no data of PostgreSQL: name another directory`);
  }
}

async function assertSameMajor(cluster: string, binaries: ServerBinaries): Promise<void> {
  const made = (await readIfThere(path.join(cluster, 'PG_VERSION')))?.trim();
  if (made === undefined || Number(made) === binaries.major) return;
  const advice =
    Number(made) > binaries.major
      ? 'start it with the newer release of this program'
      : 'move its data with pg_upgrade, or dump it with the old release and load it with this one';
  throw new DataDirectoryRefused(
    `${path.dirname(cluster)} was made by PostgreSQL ${made}, this program brings ${binaries.version}: ${advice}`,
  );
}

async function passwordOf(directory: string): Promise<string> {
  const file = path.join(directory, 'password');
  const known = await readIfThere(file);
  if (known !== undefined) return known.trim();
  if ((await readIfThere(path.join(directory, 'cluster', 'PG_VERSION'))) !== undefined) {
    throw new DataDirectoryRefused(`${file} is missing, the server would let nobody in: restore the file`);
  }
  const password = randomBytes(24).toString('base64url');
  // Whole where it stands: half a password would be taken for one.
  const draft = `${file}.new`;
  await fs.writeFile(draft, `${password}\n`, { mode: 0o600 });
  await flush(draft);
  await fs.rename(draft, file);
  return password;
}

/** Makes the cluster in another place and moves it when it is whole, so that a half-made one is never started. */
async function initialise(directory: string, binaries: ServerBinaries, user: ServerUser | undefined): Promise<void> {
  const staging = path.join(directory, 'cluster.new');
  await fs.rm(staging, { recursive: true, force: true });
  await fs.mkdir(staging, { mode: 0o700 });
  if (user) await fs.chown(staging, user.uid, user.gid);
  const passwordFile = path.join(directory, 'password');
  if (user) await fs.chown(passwordFile, user.uid, user.gid);
  const password = await fs.open(passwordFile);
  const data = await fs.open(staging);
  try {
    const child = spawn(
      binaries.initdb,
      [
        ...['-D', dataPath(staging, user), '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile=/dev/fd/4'],
        ...['-E', 'UTF8', '--locale=C', '--no-instructions'],
      ],
      { ...user, cwd: staging, env: environment(), stdio: ['ignore', 'ignore', 'pipe', data.fd, password.fd] },
    );
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const how = await exitOf(child);
    if (child.exitCode !== 0) throw new Error(`initdb failed: ${complaint(said, how)}`);
  } finally {
    await Promise.all([password.close(), data.close()]);
    if (user) await fs.chown(passwordFile, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  }
  await fs.rename(staging, path.join(directory, 'cluster'));
}

/** A server whose parent was killed together with its watchdog still runs: we hold the lock, so nobody needs it. */
async function stopLeftover(cluster: string): Promise<void> {
  const pid = Number((await readIfThere(path.join(cluster, 'postmaster.pid')))?.split('\n')[0]);
  if (!isRunning(pid)) return;
  // The id may have gone to another process since; a server stands in its data directory.
  const stands = await fs.readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (stands !== undefined && stands !== (await fs.realpath(cluster))) return;
  if (stands === undefined && process.platform === 'linux') return;
  await endProcess(pid);
}

/** Fast shutdown; one that takes too long becomes an immediate one, from which the next start recovers. */
async function endProcess(pid: number, child?: ChildProcess): Promise<void> {
  const ended = (): boolean => (child ? child.exitCode !== null || child.signalCode !== null : !isRunning(pid));
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      if (ended()) return;
      await wait(POLL_MS);
    }
  }
  throw new Error(`PostgreSQL, process ${pid}, does not end`);
}

/**
 * Stops the server when this process is gone, however it went: the shell's input ends with us. It runs as the server's
 * user, so that it can't hurt anybody else's process.
 */
function watchdog(server: number, user: ServerUser | undefined): ChildProcess {
  const script = 'read -r _; kill -INT "$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'ballast-watchdog', String(server)], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  (shell.stdin as net.Socket | null)?.unref();
  return shell;
}

/** Nothing of ours: PGDATA, PGPORT and the like would change what the server does. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** What the server said about its end, without time and process id. */
function complaint(log: string | undefined, how: string): string {
  // What goes before it, and what PostgreSQL guesses about damaged data, leads astray.
  if (log?.includes('No space left on device')) {
    return 'the disk is full: free space on it; nothing that was acknowledged is lost';
  }
  const said = (log ?? '')
    .split('\n')
    .filter((line) => /(FATAL|PANIC|ERROR|HINT|DETAIL|error):|could not/.test(line))
    .map((line) => line.replace(/^.*?\] /, ''));
  return said.length > 0 ? said.slice(-4).join(' ') : how;
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
