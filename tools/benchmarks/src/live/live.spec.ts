import { decodeMessage, encodeMessage } from '@ballast/contracts';
import { EMPTY_HEAD, chainHead, seal, type BasisStep, type SealedEvent } from '@ballast/event-sourcing';
import type { Batch } from '@ballast/messaging';
import { ClearingWatch } from './clearing-watch.js';
import { ForeignExchange } from './foreign-exchange.js';
import { liveReportText } from './live-report.js';
import { processorTimes } from './process-times.js';

const ACCOUNTS = ['load-0.main', 'load-1.main', 'load-2.main'];

describe('the exchange of the live bench', () => {
  it('says what every schema takes, and continues the chain of each partition', async () => {
    const said: SealedEvent[] = [];
    const exchange = new ForeignExchange({ publish: async (events) => void said.push(...events) }, ACCOUNTS, 2);
    await exchange.open();
    const ids: string[] = [];
    await exchange.trade(4, (sending) => {
      expect(said.some(({ type }) => type === 'TradeFilled')).toBe(false);
      ids.push(...sending);
    });
    expect(ids).toHaveLength(4);
    expect(said.filter(({ type }) => type === 'TradeFilled')).toHaveLength(8);
    const heads = new Map<string, Buffer>();
    for (const event of said) {
      expect(decodeMessage(encodeMessage(event, { incarnation: 'load' }))).toMatchObject({ ok: true });
      const key = `${event.log}/${event.partition}`;
      expect(event.chain).toEqual(chainHead(heads.get(key) ?? EMPTY_HEAD, event.hash));
      heads.set(key, event.chain);
    }
  });
});

describe('the watch of the live bench', () => {
  const event = (log: string, position: number, type: string, payload: object, basis: BasisStep[] = []): SealedEvent =>
    seal(
      {
        ...{ log, partition: 1, position, type, payload, basis },
        id: '5f0c4c2e-0000-5000-8000-000000000000',
        stream: 's',
        version: position,
        schemaVersion: 1,
        time: { clearing: 1, hop: 1 },
        cause: { kind: 'start', position: 0 },
        correlation: 'c',
        actor: null,
      },
      EMPTY_HEAD,
    );

  it('counts a fill as booked with its position, and as assessed with the first event of margin behind it, whichever is read first', async () => {
    let tell: (batch: Batch) => Promise<void> = async () => undefined;
    const watch = new ClearingWatch();
    await watch.start({ subscribe: async (_, handle) => ((tell = handle), { stop: async () => undefined }) }, 2);
    const deliver = (log: string, ...entries: SealedEvent[]): Promise<void> =>
      tell({ log, partition: 1, entries, parked: [], nextOffset: '0', behind: 0 });
    watch.sent(['t1', 't2'], performance.now());
    await deliver('accounts', event('accounts', 4, 'PositionChanged', { tradeId: 't1' }));
    await deliver('accounts', event('accounts', 5, 'PositionChanged', { tradeId: 'somebody-else' }));
    await deliver('accounts', event('accounts', 6, 'PositionChanged', { tradeId: 't2' }));
    await deliver('margin', event('margin', 1, 'MarginRunCompleted', {}, [['accounts', 1, 5]]));
    expect([watch.figures.booked, watch.figures.assessed]).toEqual([2, 1]);
    await deliver('margin', event('margin', 2, 'MarginRunCompleted', {}, [['accounts', 1, 6]]));
    await deliver('margin', event('margin', 3, 'MarginRunCompleted', {}, [['accounts', 1, 9]]));
    expect([watch.figures.booked, watch.figures.assessed]).toEqual([2, 2]);
    expect(watch.figures.toAssessment.samples).toBe(2);
    const { figures } = watch;
    const load = { ...figures, rate: 100, sent: 2, sustained: 99, cpuMsPerFill: new Map([['accounts', 0.25]]) };
    const text = liveReportText({ idle: new Map([['accounts', 1.5]]), loads: [load], takeover: null });
    expect(text).toContain('2 of 2');
    expect(text).toMatch(/longest wait at 100 fills\/s: \d+ ms, of which \d+ to the position; .*partition 1/);
    watch.reset();
    watch.sent(['t3'], performance.now());
    await deliver('margin', event('margin', 4, 'MarginRunCompleted', {}, [['accounts', 1, 10]]));
    await deliver('accounts', event('accounts', 10, 'PositionChanged', { tradeId: 't3' }));
    expect([watch.figures.booked, watch.figures.assessed]).toEqual([1, 1]);
    expect(text).toContain('accounts 0.250');
    expect(text).toContain('idle, % of a core: 1.5');
  });
});

// Read from /proc, which other systems don't have.
(process.platform === 'linux' ? describe : describe.skip)('processor times', () => {
  it('grow with what a process does', async () => {
    const roots = new Map([['own', process.pid]]);
    const before = (await processorTimes(roots)).get('own') as number;
    const until = process.cpuUsage().user + 200_000;
    while (process.cpuUsage().user < until);
    expect(((await processorTimes(roots)).get('own') as number) - before).toBeGreaterThanOrEqual(100);
  });
});
