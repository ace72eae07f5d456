import { topicsOf } from '@ballast/contracts';
import { eventually } from '../bus.contract.js';
import type { LocalKafka } from '../local-kafka/local-kafka.js';
import { ownedTopics, PartitionOwnership } from './partition-ownership.js';
import { ensureTopics } from './topics.js';

/** Ownership, on a real broker. */
export function partitionOwnershipSuite(kafka: () => LocalKafka): void {
  let prefix: string;
  let count = 0;
  let workers: Worker[] = [];

  class Worker {
    readonly calls: string[] = [];
    readonly ownership: PartitionOwnership;
    constructor(service: 'margin' | 'liquidation' | 'pricing' = 'margin') {
      this.ownership = new PartitionOwnership({
        connection: { brokers: kafka().brokers, clientId: 'test', prefix, log: () => undefined },
        service,
        sessionTimeoutMs: 6_000,
        heartbeatMs: 100,
      });
      workers.push(this);
    }
    start(): Promise<void> {
      return this.ownership.start({
        onAssigned: async (partition) => this.#note(`+${partition}`),
        onRevoked: async (partition) => this.#note(`-${partition}`),
      });
    }
    get held(): readonly number[] {
      return this.ownership.held;
    }
    #note(call: string): void {
      this.calls.push(call);
    }
  }
  const until = (isSo: () => boolean): Promise<void> =>
    eventually(String(isSo), isSo, () => workers.map(({ calls, held }) => ({ calls, held })));
  const heldTogether = (): number[] => workers.flatMap(({ held }) => held).sort((a, b) => a - b);

  beforeEach(async () => {
    workers = [];
    prefix = `o${process.pid}x${Date.now()}x${++count}.`;
    const connection = { brokers: kafka().brokers, clientId: 'test', prefix, log: () => undefined };
    const owned = [...ownedTopics('margin'), ...ownedTopics('liquidation'), ...ownedTopics('pricing')];
    await ensureTopics(
      connection,
      topicsOf(4).filter(({ topic }) => owned.includes(topic)),
      { replication: 1 },
    );
  });
  afterEach(async () => {
    await Promise.all(workers.map(({ ownership }) => ownership.close()));
  });

  it('gives a worker alone everything, the global partition with partition 0', async () => {
    const worker = new Worker();
    await worker.start();
    await until(() => worker.held.length === 5);
    expect(worker.held).toEqual([-1, 0, 1, 2, 3]);
  });

  it('shares with a second worker, moves as little as possible, and hands everything back when one leaves', async () => {
    const first = new Worker();
    await first.start();
    await until(() => first.held.length === 5);
    const second = new Worker();
    await second.start();
    await until(() => second.held.length === 2 && first.held.length === 3);
    expect([first.held, second.held]).toEqual([
      [-1, 0, 1],
      [2, 3],
    ]);
    expect(first.calls.filter((call) => call !== '-2' && call !== '-3').every((call) => call.startsWith('+'))).toBe(
      true,
    );

    workers = [second];
    await first.ownership.close();
    expect(first.held).toEqual([]);
    await until(() => second.held.length === 5);
    expect(heldTogether()).toEqual([-1, 0, 1, 2, 3]);
  });

  it('lets a fenced worker drop the partition and take it again while the group still lists it', async () => {
    const worker = new Worker();
    await worker.start();
    await until(() => worker.held.length === 5);
    worker.ownership.fenced(2);
    await until(() => worker.calls.length === 7);
    expect(worker.calls.slice(5)).toEqual(['-2', '+2']);
  });

  it('gives the one partition of pricing to one worker only', async () => {
    const one = new Worker('pricing');
    const other = new Worker('pricing');
    await Promise.all([one.start(), other.start()]);
    await until(() => heldTogether().length === 1);
    expect(heldTogether()).toEqual([-1]);
  });
}
