import net from 'node:net';
import { PostgresLogStore } from '@ballast/event-log';
import { readHouseDocuments } from '@ballast/house-documents';
import { KafkaBus } from '@ballast/messaging';
import { ConfigurationRefused } from './environment.js';
import { processConfig } from './process-config.js';
import { remedyOf } from './start-process.js';

describe('what a process says when it cannot start', () => {
  it('names every variable that is missing or does not fit, without where in the program that was found', () => {
    const read = (): unknown => processConfig({ DATABASE_URL: 'mysql://x', PORT: '99999' });
    expect(read).toThrow(ConfigurationRefused);
    try {
      read();
    } catch (error) {
      expect(remedyOf(error)).toBe(
        'the environment does not fit: DATABASE_URL: must be postgres://user:password@host:port/database; ' +
          'KAFKA_BROKERS: is missing; PORT: must be 65535 or less',
      );
    }
  });

  it('names the address that another process has', async () => {
    const first = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => first.once('listening', resolve));
    const { port } = first.address() as net.AddressInfo;
    const second = net.createServer().listen(port, '127.0.0.1');
    const error = await new Promise((resolve) => second.once('error', resolve));
    first.close();
    expect(remedyOf(error)).toBe(`127.0.0.1:${port} is taken by another process: end that one, or choose another PORT`);
  });

  it('names the folder of rules that is none, the brokers and the database that do not answer', async () => {
    const failureOf = (work: () => unknown): Promise<unknown> =>
      Promise.resolve()
        .then(work)
        .catch((error: unknown) => error);
    const folder = await failureOf(() => readHouseDocuments('/nowhere'));
    expect(remedyOf(folder)).toMatch(/^\/nowhere\/accounts is no folder/);
    const free = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as net.AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const brokers = await failureOf(() =>
      KafkaBus.open({
        connection: { brokers: [`127.0.0.1:${port}`], clientId: 'test' },
        incarnationOf: () => '',
        onIncident: () => undefined,
      }),
    );
    expect(remedyOf(brokers)).toBe(
      `no Kafka broker answers at 127.0.0.1:${port}: start them, or correct KAFKA_BROKERS and what they ask for`,
    );
    const connectionString = `postgres://ballast@127.0.0.1:${port}/ballast`;
    const database = await failureOf(() => new PostgresLogStore({ connection: connectionString }).shapeOf('accounts'));
    expect(remedyOf(database)).toBe(
      `PostgreSQL does not answer at 127.0.0.1:${port}: start it, or correct DATABASE_URL`,
    );
  });

  it('leaves a defect to be shown where it happened', () => {
    expect(remedyOf(new TypeError('x is undefined'))).toBeUndefined();
    expect(remedyOf('a text that was thrown')).toBeUndefined();
  });
});
