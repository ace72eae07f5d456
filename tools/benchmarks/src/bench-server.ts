import { EmbeddedServer, PostgresLogStore, type ServerConnection } from '@ballast/event-log';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** What a part of the benchmarks may use. */
export interface BenchContext {
  /** An empty database on the one server of this run. */
  readonly database: () => Promise<BenchDatabase>;
  readonly onProgress: (line: string) => void;
}

export interface BenchDatabase {
  readonly connection: ServerConnection;
  readonly store: PostgresLogStore;
  close(): Promise<void>;
}

/** The server that everything of one run is measured on: settings as in production, data thrown away at the end. */
export class BenchServer {
  #databases = 0;
  #discarded: Promise<void> | undefined;

  private constructor(private readonly server: EmbeddedServer) {}

  /** @param parent directory on the disk that is to be measured; default: the system's directory for temporary files */
  static async start(parent: string = tmpdir()): Promise<BenchServer> {
    const dataDirectory = await mkdtemp(path.join(parent, 'ballast-bench-'));
    try {
      return new BenchServer(await EmbeddedServer.start({ dataDirectory }));
    } catch (error) {
      await rm(dataDirectory, { recursive: true, force: true });
      throw error;
    }
  }

  get directory(): string {
    return this.server.directory;
  }

  /** A setting of the server as it is in force. */
  async setting(name: string): Promise<string> {
    const client = new pg.Client(this.server.connection());
    await client.connect();
    try {
      const { rows } = await client.query<{ value: string }>('select current_setting($1) as value', [name]);
      return rows[0]?.value ?? '';
    } finally {
      await client.end();
    }
  }

  async database(): Promise<BenchDatabase> {
    this.#databases += 1;
    const name = `bench_${this.#databases}`;
    const client = new pg.Client(this.server.connection());
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    const connection = this.server.connection(name);
    const store = new PostgresLogStore({ connection });
    return { connection, store, close: () => store.close() };
  }

  /** Whoever asks a second time waits for the same end. */
  discard(): Promise<void> {
    this.#discarded ??= this.server.stop().then(() => rm(this.server.directory, { recursive: true, force: true }));
    return this.#discarded;
  }
}
