import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { EmbeddedServer, type ServerConnection } from './postgres/embedded-server.js';
import { serverBinaries } from './postgres/server-binaries.js';

export { forgeBlocks } from './forge-blocks.js';

/** Folder of another PostgreSQL to test with, e.g. `/usr/lib/postgresql/15`. */
const binaries = process.env['BALLAST_TEST_POSTGRES'];

let server: Promise<EmbeddedServer> | undefined;

/**
 * A new empty database on a server of this test file's own. The server starts with the first call and is stopped, and
 * its data removed, after the last test of the file.
 */
export async function testDatabase(): Promise<ServerConnection> {
  server ??= testServer();
  const { connection } = await createDatabase(await server);
  return connection;
}

/** The server behind `testDatabase`, for tests that stop or kill it. Not to be shared between test files. */
export async function testServer(options: { readonly fsync?: boolean } = {}): Promise<EmbeddedServer> {
  const dataDirectory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-test-'));
  await fs.cp(await preparedCluster(), dataDirectory, { recursive: true, verbatimSymlinks: true });
  await fs.chmod(dataDirectory, 0o700);
  return EmbeddedServer.start({
    dataDirectory,
    binaries,
    // A test that ends with its server needs nothing from the disk.
    settings: { fsync: options.fsync === true ? 'on' : 'off', shared_buffers: '64MB' },
  });
}

/** Stops a server and removes its data. */
export async function discard(testServer: EmbeddedServer): Promise<void> {
  await testServer.stop();
  await fs.rm(testServer.directory, { recursive: true, force: true });
}

/** Creates an empty database with a name of its own. */
export async function createDatabase(on: EmbeddedServer): Promise<{ readonly connection: ServerConnection }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client(on.connection('postgres'));
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return { connection: on.connection(name) };
}

/** Making a cluster takes seconds, copying one a tenth of one: it is made once per machine and version. */
async function preparedCluster(): Promise<string> {
  const { version } = await serverBinaries(undefined, binaries);
  const prepared = path.join(os.tmpdir(), `ballast-test-cluster-${process.getuid?.() ?? 0}-${version}`);
  if (await isThere(path.join(prepared, 'password'))) return prepared;
  const staging = await fs.mkdtemp(`${prepared}-`);
  const first = await EmbeddedServer.start({ dataDirectory: staging, binaries });
  await first.stop();
  try {
    await fs.rename(staging, prepared);
  } catch (error) {
    // Another test process was faster.
    await fs.rm(staging, { recursive: true, force: true });
    if (!(await isThere(path.join(prepared, 'password')))) throw error;
  }
  return prepared;
}

async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** Under Jest this module's import registers the end; elsewhere the caller uses `testServer` and `discard`. */
(globalThis as { afterAll?: (hook: () => Promise<void>, timeoutMs?: number) => void }).afterAll?.(async () => {
  if (server) await discard(await server);
}, 60_000);
