import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { LogDirectory, MemoryLogStore } from '@ballast/event-log';
import { logsList, written } from '@ballast/contracts';
import { OwnerPages } from './owner-pages.js';

const PAGE = { log: 'margin', items: [], next: null };
const CLEARING = '2020-03-12T10:45:00.000Z';

describe('pages of a log from whoever keeps it', () => {
  const servers: http.Server[] = [];

  /** A process that keeps the log, and answers one thing. */
  async function keeper(status: number, body: unknown): Promise<string> {
    const server = http.createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  let copy: LogDirectory;
  const pages = (addresses: readonly string[]): OwnerPages => new OwnerPages(() => addresses, copy, undefined);
  const ask = (addresses: readonly string[]) => pages(addresses).page('margin', 0, { after: 0, limit: 10 });

  beforeAll(async () => {
    copy = await LogDirectory.open(new MemoryLogStore(), 1);
  });

  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('have instants again, which are written on their way out', async () => {
    const address = await keeper(200, { ...PAGE, asOf: { clearing: CLEARING, positions: { 'margin/0': 7 } } });
    expect(await ask(['http://127.0.0.1:1', address])).toEqual({
      ...PAGE,
      asOf: { clearing: Date.parse(CLEARING), positions: { 'margin/0': 7 } },
    });
  });

  it('are there where the first who keeps it cannot read it, and else refused as he does', async () => {
    const blind = await keeper(503, { name: 'UnreadableEventRefused', message: 'margin/0 position 7: what to do' });
    const sound = await keeper(200, { ...PAGE, asOf: { clearing: CLEARING, positions: {} } });
    expect(await ask([blind, sound])).toMatchObject(PAGE);
    await expect(ask([blind, 'http://127.0.0.1:1'])).rejects.toMatchObject({
      name: 'UnreadableEventRefused',
      message: 'margin/0 position 7: what to do',
    });
  });

  it('end where he says, with incarnation and checkpoint; where the copy ends while he is silent or does not know', async () => {
    const end = { log: 'margin', partition: 0, incarnation: 'first', position: 7, head: 'a'.repeat(64), checkpoint: 3 };
    const at = Date.parse(CLEARING);
    const list = { items: [{ ...end, clearing: at }], next: null, asOf: { clearing: at, positions: {} } };
    const address = await keeper(200, written(logsList)(list));
    expect(await pages([address]).ends('margin')).toEqual(list.items);
    for (const silent of ['http://127.0.0.1:1', await keeper(404, {}), await keeper(200, { items: 'of tomorrow' })]) {
      expect(await pages([silent]).ends('pricing')).toEqual([
        expect.objectContaining({ log: 'pricing', partition: -1, position: 0, incarnation: null, checkpoint: null }),
      ]);
    }
  });

  it('are none of a partition that is not there, and of nobody who answers', async () => {
    expect(await ask([await keeper(404, { message: 'no such partition' })])).toBeUndefined();
    await expect(ask([await keeper(503, 'starting')])).rejects.toMatchObject({ body: { code: 'not-ready' } });
    await expect(ask([])).rejects.toMatchObject({ body: { code: 'not-ready' } });
  });
});
