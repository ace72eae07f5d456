import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedServer } from '@ballast/event-log';
import { openTestHouse, type Answer, type TestHouse } from './served-house.fixtures.js';

/** Stands between the house and its database, and can be taken away. */
class Line {
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  port = 0;

  constructor(private readonly to: number) {}

  async up(): Promise<void> {
    const server = net.createServer((near) => {
      const far = net.connect(this.to, '127.0.0.1');
      for (const [from, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => other.destroy()).on('close', () => other.destroy());
        from.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as net.AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

let directory: string;
let server: EmbeddedServer;
let line: Line;
let house: TestHouse;

beforeAll(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-store-away-'));
  server = await EmbeddedServer.start({ dataDirectory: directory });
  line = new Line(server.port);
  await line.up();
  const url = new URL(server.url());
  url.port = String(line.port);
  house = await openTestHouse({ log: 'postgres', databaseUrl: url.href, to: '2020-03-11T00:01:00Z' });
  await house.post('/accounts', { accountId: 'away.main' });
}, 120_000);

afterAll(async () => {
  await house.close();
  await line.down();
  await server.stop();
  await fs.rm(directory, { recursive: true, force: true });
});

const deposit = (id: string): Promise<Answer> =>
  house.post('/accounts/away.main/deposits', { depositId: id, asset: 'USD', amount: '10' }, `away-key-${id}`);

describe('while the database is away', () => {
  it('for a moment, a write and a question wait for it and are answered', async () => {
    await line.down();
    const asked = [deposit('a'), house.get('/logs/accounts/0')];
    await wait(500);
    await line.up();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([201, 200]);
  });

  it('for longer, they are answered with 503 and when to ask again; the process is not ready and says why', async () => {
    await line.down();
    for (const answer of await Promise.all([deposit('b'), house.get('/logs/accounts/0')])) {
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
        503,
        'store-unavailable',
        '2',
      ]);
    }
    const ready = await house.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.text).toContain('the store does not answer');
    expect((await house.get('/health/live')).status).toBe(200);
    expect((await house.get('/system')).status).toBe(503);
  });

  it('nothing is lost: the same requests succeed as soon as it is back, and book once', async () => {
    await line.up();
    let answer = await deposit('b');
    while (answer.status === 503) answer = await deposit('b');
    for (const { status, text } of [answer, await deposit('b')]) {
      expect([status, text]).toEqual([201, expect.stringContaining('"depositId":"b"')]);
    }
    expect((await house.get('/accounts/away.main')).body.collateral).toEqual({ USD: '20' });
    while ((await house.get('/health/ready')).status !== 200) await wait(100);
  });
});

describe('when the disk of the database is full', () => {
  /** As PostgreSQL itself says it of every block that is to be written. */
  const FULL = `
    create function accounts.disk_is_full() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
    end $$;
    create trigger disk_is_full before insert on accounts.block execute function accounts.disk_is_full()`;
  let superuser: pg.Client;

  beforeAll(async () => {
    superuser = new pg.Client(server.url());
    await superuser.connect();
  });

  afterAll(() => superuser.end());

  it('a write is answered with 503 and when to ask again, a question about what it would change too, and the process is not ready and says why [CLR-LOG-083]', async () => {
    await superuser.query(FULL);
    const answer = await deposit('full');
    // It was taken, and stands in no block yet.
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'answer-pending', '2']);
    const ready = await house.get('/health/ready');
    // In memory the money is there already.
    const account = await house.get('/accounts/away.main');
    expect([account.status, account.body.code]).toEqual([503, 'store-unavailable']);
    expect((await house.get('/rules/pricing')).status).toBe(200);
    expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('No space left on device')]);
    expect((await house.get('/health/live')).status).toBe(200);
  });

  it('it goes on by itself once there is room: what was acknowledged is there, the same request books once', async () => {
    await superuser.query('drop trigger disk_is_full on accounts.block');
    let answer = await deposit('full');
    while (answer.status === 503) answer = await deposit('full');
    expect(answer.status).toBe(201);
    expect((await deposit('full')).text).toBe(answer.text);
    expect((await house.get('/accounts/away.main')).body.collateral).toEqual({ USD: '30' });
    while ((await house.get('/health/ready')).status !== 200) await wait(100);
  });
});

describe('when the files of the database are deleted under it', () => {
  it('a write is answered with 503 and when to ask again, and the process is not ready', async () => {
    await fs.rm(path.join(directory, 'cluster'), { recursive: true, force: true });
    const answer = await deposit('c');
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
      503,
      'store-unavailable',
      '2',
    ]);
    expect((await house.get('/health/ready')).status).toBe(503);
    expect((await house.get('/health/live')).status).toBe(200);
  });
});
