import { environmentOf, peersOf, PROCESSES, startStack, type StackProcess } from './stack.js';

const processNamed = (wanted: string): StackProcess => PROCESSES.find(({ name }) => name === wanted) as StackProcess;

describe('the processes of the local stack', () => {
  it('have a port each', () => {
    expect(new Set(PROCESSES.map(({ port }) => port)).size).toBe(PROCESSES.length);
  });

  it('tell a process where the logs of the others are, one address per log', () => {
    expect(peersOf(PROCESSES)).toBe(
      'accounts=http://127.0.0.1:7101,pricing=http://127.0.0.1:7102,margin=http://127.0.0.1:7103,' +
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
