import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { logPage, written } from '@ballast/contracts';
import { LOG_LINES, LogDirectory, MemoryLogStore, eventOfLine, lineOfEvent, type EventLog } from '@ballast/event-log';
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

/** Where a process was that has died. */
async function deadAddress(): Promise<string> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const writtenPage = written(logPage);

describe.each(['raw lines', 'pages of JSON'])('logs of other processes, as %s', (form) => {
  let server: http.Server;
  let asked: string[];
  let owner: Awaited<ReturnType<typeof pricing>>;
  let peers: PeerLogs;
  const linesOf = async ({ after, limit }: { after: number; limit: number }): Promise<string> =>
    (await owner.log.read(-1, after, limit)).map((event) => `${lineOfEvent(event)}\n`).join('');

  beforeEach(async () => {
    asked = [];
    owner = await pricing(250);
    server = http.createServer((request, response) => {
      const { searchParams } = new URL(request.url as string, 'http://localhost');
      asked.push(searchParams.get('after') as string);
      const query = { after: Number(searchParams.get('after')), limit: Number(searchParams.get('limit')) };
      const asLines = form === 'raw lines' && request.headers.accept?.includes(LOG_LINES) === true;
      response.setHeader('content-type', asLines ? LOG_LINES : 'application/json');
      void (
        asLines ? linesOf(query) : logPageOf(owner.log, -1, query).then((page) => JSON.stringify(writtenPage(page)))
      ).then((body) => response.end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const own = await LogDirectory.open(new MemoryLogStore(), 1, ['margin']);
    // The first process that kept it is dead: nothing listens there any more.
    const dead = await deadAddress();
    peers = new PeerLogs(own, (log) => (log === 'pricing' ? [dead, address] : []));
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

  it('are read although the process named first is dead: any of the others has all of them', async () => {
    expect(await everything()).toHaveLength(250);
  });

  it('come as they are stored, texts, hash and chain', async () => {
    expect(await peers.read('pricing', -1, 3, 5)).toEqual(await owner.log.read(-1, 3, 5));
  });

  it('nobody named are refused with the remedy', async () => {
    await expect(peers.read('accounts', 0, 0, 10)).rejects.toThrow('name it in PEERS');
  });
});

it('a line that is not what its hash says is refused at once: no repetition mends it', () => {
  const payload = { ...FUNDING, dueAt: 1_000 };
  const event = seal(
    {
      ...{ log: 'pricing', partition: -1, position: 1, id: uuidV5('one'), stream: 'funding', version: 1 },
      ...{ type: 'FundingRateFixed', schemaVersion: 1, time: { clearing: 1_000, hop: 1 }, basis: [], correlation: 'c' },
      ...{ cause: { kind: 'timer', id: 'funding', due: 1_000 }, actor: null, payload },
    },
    EMPTY_HEAD,
  );
  const line = lineOfEvent(event);
  expect(eventOfLine('pricing', -1, line)).toEqual(event);
  expect(() => eventOfLine('pricing', -1, line.replace('60000', '60001'))).toThrow(
    'a line of pricing/-1 has another hash than it says',
  );
});
