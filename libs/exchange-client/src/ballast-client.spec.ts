import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { BallastClient, Refused } from './ballast-client.js';

const JSON_TYPE = 'application/json';

/** Answers requests one after the other, as a proxy and what stands behind it do. */
async function answering(...answers: readonly (readonly [status: number, type: string, text: string])[]) {
  let asked = 0;
  const server = http.createServer((_, response) => {
    const [status, type, text] = answers[asked++] as (typeof answers)[number];
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: new BallastClient({ url }), asked: () => asked, close: () => server.close() };
}

describe('a request of the client', () => {
  it('is sent again while Ballast, or a proxy that does not reach it, says that it passes', async () => {
    const { client, asked, close } = await answering(
      [502, 'text/html', '<h1>Bad Gateway</h1>'],
      [504, 'text/html', ''],
      [503, 'application/problem+json', '{"code":"not-ready"}'],
      [200, JSON_TYPE, '{"status":"live"}'],
    );
    expect(await client.get('/health/live')).toEqual({ status: 'live' });
    expect(asked()).toBe(4);
    close();
  });

  it('is refused once where sending it again changes nothing, with the code or else the status', async () => {
    const { client, asked, close } = await answering(
      [409, 'application/problem+json', '{"code":"producer-forked","detail":"two persons must look"}'],
      [403, 'text/html', 'no'],
    );
    await expect(client.post('/exchange/messages', {})).rejects.toEqual(
      new Refused('producer-forked', 'two persons must look'),
    );
    await expect(client.get('/logs')).rejects.toMatchObject({ code: '403' });
    expect(asked()).toBe(2);
    close();
  });
});
