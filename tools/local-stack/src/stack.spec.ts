import { environmentOf, GATEWAYS, peersOf, PROCESSES, startStack, type StackProcess } from './stack.js';

const processNamed = (wanted: string): StackProcess => PROCESSES.find(({ name }) => name === wanted) as StackProcess;

describe('the processes of the local stack', () => {
  it('have a port each', () => {
    const all = [...PROCESSES, ...GATEWAYS];
    expect(new Set(all.map(({ port }) => port)).size).toBe(all.length);
  });

  it('tell a process where the logs of the others are, at every process that has them; gateways have none', () => {
    expect(peersOf([...PROCESSES, ...GATEWAYS])).toBe(
      'accounts=http://127.0.0.1:7101,pricing=http://127.0.0.1:7102,margin=http://127.0.0.1:7103,margin=http://127.0.0.1:7113,' +
        'liquidation=http://127.0.0.1:7104,exchange=http://127.0.0.1:7105',
    );
  });

  it('share brokers and database, and differ in name, port and peers', () => {
    const shared = { databaseUrl: 'postgres://u:p@h:1/d', brokers: ['a:1', 'b:2'] };
    const environment = environmentOf(processNamed('margin-2'), PROCESSES, shared, { partitions: 8, mode: 'live' });
    expect(environment).toEqual({
      DATABASE_URL: 'postgres://u:p@h:1/d',
      KAFKA_BROKERS: 'a:1,b:2',
      KAFKA_REPLICATION: '1',
      PARTITIONS: '8',
      BALLAST_MODE: 'live',
      HOST: '127.0.0.1',
      PORT: '7113',
      WORKER: 'margin-2',
      PEERS:
        'accounts=http://127.0.0.1:7101,pricing=http://127.0.0.1:7102,' +
        'liquidation=http://127.0.0.1:7104,exchange=http://127.0.0.1:7105',
    });
  });

  it('are gateways with a database of their own', () => {
    const [gateway] = GATEWAYS;
    const shared = { databaseUrl: 'postgres://u:p@h:1/d', brokers: ['a:1'] };
    const environment = environmentOf(gateway as StackProcess, PROCESSES, shared, { partitions: 8, mode: 'live' });
    expect(environment).toMatchObject({ DATABASE_URL: 'postgres://u:p@h:1/d_gateway', PORT: '7100' });
  });

  it('are not started before they are built, and the missing ones are named', async () => {
    const nowhere: StackProcess = { name: 'nowhere', app: 'no-such-app', serves: 'accounts', port: 1 };
    const starting = startStack({
      root: process.cwd(),
      dataDirectory: '/nonexistent',
      partitions: 8,
      mode: 'live',
      processes: [nowhere],
      write: () => undefined,
      onUnexpectedEnd: () => undefined,
    });
    await expect(starting).rejects.toThrow('not built: apps/no-such-app/dist/main.js. Run "npm run build" first');
  });
});
