import http from 'node:http';
import type { AddressInfo } from 'node:net';
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
  const ask = (addresses: readonly string[]) =>
    new OwnerPages(
      () => addresses,
      (log) => log === 'margin',
      undefined,
    ).page('margin', 0, { after: 0, limit: 10 });

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

  it('are none of a partition that is not there, and of nobody who answers', async () => {
    expect(await ask([await keeper(404, { message: 'no such partition' })])).toBeUndefined();
    await expect(ask([await keeper(503, 'starting')])).rejects.toMatchObject({ body: { code: 'not-ready' } });
    await expect(ask([])).rejects.toMatchObject({ body: { code: 'not-ready' } });
  });
});
