import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryLogStore, type EventLog, LogDirectory } from '@ballast/event-log';
import { EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import { uuidV5 } from '@ballast/kernel';
import { logPageOf } from '../../http/log-page.js';
import { PeerLogs } from './peer-logs.js';

const FUNDING = { instrument: 'BTC-PERP', rate: '0.0001', mark: '60000', cumulativeIndex: '6', samples: 480 };

/** Pricing as another process keeps it, with so many entries. */
async function pricing(entries: number): Promise<{ log: EventLog; append: (count: number) => Promise<void> }> {
  const logs = await LogDirectory.open(new MemoryLogStore(), 1);
  const log = logs.log('pricing');
  const { epoch } = await log.take(-1, 'w');
  let head: Buffer = EMPTY_HEAD;
  let size = 0;
  const append = async (count: number): Promise<void> => {
    const events: SealedEvent[] = [];
    const [before, expectedSize] = [head, size];
    for (let i = 0; i < count; i++) {
      size += 1;
      const event = seal(
        {
          ...{ log: 'pricing', partition: -1, position: size, id: uuidV5(`pricing/${size}`), stream: 'funding' },
          ...{ version: size, type: 'FundingRateFixed', schemaVersion: 1, time: { clearing: 1_000, hop: 1 } },
          ...{ cause: { kind: 'timer', id: 'funding', due: 1_000 }, basis: [], correlation: 'c', actor: null },
          payload: { ...FUNDING, dueAt: 1_000 },
        },
        head,
      );
      head = event.chain;
      events.push(event);
    }
    const [outcome] = await log.append([
      { partition: -1, epoch, expectedSize, expectedHead: before, events, cursors: [], commands: [], worker: 'w' },
    ]);
    expect(outcome?.status).toBe('appended');
  };
  await append(entries);
  return { log, append };
}

describe('logs of other processes', () => {
  let server: http.Server;
  let asked: string[];
  let owner: Awaited<ReturnType<typeof pricing>>;
  let peers: PeerLogs;

  beforeEach(async () => {
    asked = [];
    owner = await pricing(250);
    server = http.createServer((request, response) => {
      const { searchParams } = new URL(request.url as string, 'http://localhost');
      asked.push(searchParams.get('after') as string);
      const query = { after: Number(searchParams.get('after')), limit: Number(searchParams.get('limit')) };
      void logPageOf(owner.log, -1, query).then((page) => response.end(JSON.stringify(page)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const own = await LogDirectory.open(new MemoryLogStore(), 1, ['margin']);
    peers = new PeerLogs(own, new Map([['pricing', address]]));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Everything after a position, as a partition that catches up reads it. */
  async function everything(): Promise<readonly number[]> {
    const positions: number[] = [];
    for (;;) {
      const page = await peers.read('pricing', -1, positions.length, 1_000);
      if (page.length === 0) return positions;
      positions.push(...page.map(({ position }) => position));
    }
  }

  it('are read in pages of a hundred, whatever is asked for: the entries of an options market are large', async () => {
    expect(await everything()).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect(asked).toEqual(['0', '100', '200', '250']);
  });

  it('are fetched once for all partitions that catch up side by side, but for the page that may still grow', async () => {
    const read = await Promise.all(Array.from({ length: 8 }, everything));
    expect(new Set(read.map(({ length }) => length))).toEqual(new Set([250]));
    expect(asked.filter((after) => after === '0' || after === '100')).toEqual(['0', '100']);
  });

  it('show what was appended since a page was read that was not full', async () => {
    expect(await peers.read('pricing', -1, 200, 1_000)).toHaveLength(50);
    await owner.append(60);
    expect(await peers.read('pricing', -1, 200, 1_000)).toHaveLength(100);
  });

  it('nobody named are refused with the remedy', async () => {
    await expect(peers.read('accounts', 0, 0, 10)).rejects.toThrow('name it in PEERS');
  });
});
