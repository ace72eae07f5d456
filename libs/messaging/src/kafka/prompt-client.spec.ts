import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import { forgetFetches, gatherFetches } from './prompt-client.js';

interface Group {
  fetch(nodeId: string): Promise<readonly unknown[]>;
  pause(partitions: readonly object[]): void;
  resume(partitions: readonly object[]): void;
  subscriptionState: { assign(topics: readonly object[]): void };
  filterPartitionsByNode(nodeId: string, of: readonly object[]): readonly object[];
}

const require = createRequire(import.meta.url);
const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup') as new (options: object) => Group;
const Runner = require('kafkajs/src/consumer/runner') as new (options: object) => { stop(): Promise<void> };

const logger = { namespace: () => logger, debug: () => undefined, info: () => undefined };
const both = [{ topic: 't', partitions: [0, 1] }];

const ONE = { offset: '0', value: Buffer.from('one') };

/** What a broker answers: of a partition without messages, too. */
const answered = (messages: readonly object[]) => ({
  responses: [{ topicName: 't', partitions: [{ partition: 0, highWatermark: '1', messages }] }],
});

/** A group that has joined and owns two partitions of broker 1; what waits in it waits for good, as time stands still. */
function joined(fetch: () => Promise<unknown> = () => new Promise(() => undefined)): Group {
  const cluster = { refreshMetadataIfNecessary: async () => undefined, findBroker: async () => ({ fetch }) };
  const group = new ConsumerGroup({
    cluster,
    groupId: 'g',
    logger,
    topics: ['t'],
    topicConfigurations: {},
    maxWaitTimeInMs: 3_600_000,
  });
  group.subscriptionState.assign(both);
  Object.assign(group, {
    checkForStaleAssignment: () => undefined,
    seekOffsets: async () => undefined,
    offsetManager: { committedOffsets: () => ({ t: { 0: '0', 1: '0' } }), nextOffset: () => '0' },
    filterPartitionsByNode: (nodeId: string, of: readonly object[]) => (nodeId === '1' ? of : []),
  });
  return group;
}

describe('a consumer that has nothing to fetch', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  it('fetches again when a partition is resumed', async () => {
    const group = joined();
    group.pause(both);
    const fetched = group.fetch('1');
    group.resume([{ topic: 't', partitions: [1] }]);
    expect(await fetched).toEqual([]);
  });

  it('stops at once', async () => {
    const consumerGroup = joined();
    consumerGroup.pause(both);
    const fetched = consumerGroup.fetch('1');
    const runner = new Runner({ logger, consumerGroup });
    await runner.stop();
    expect(await fetched).toEqual([]);
  });

  it('gathers what comes soon after it got something, and waits for nothing after a silence', async () => {
    let asked = 0;
    const group = joined(async () => answered((asked += 1) === 2 ? [] : [ONE]));
    gatherFetches('g', 10);
    try {
      expect(await group.fetch('1')).toHaveLength(1);
      const second = group.fetch('1');
      await jest.advanceTimersByTimeAsync(9);
      expect(asked).toBe(1);
      await jest.advanceTimersByTimeAsync(1);
      expect(await second).toHaveLength(1);
      expect(await group.fetch('1')).toHaveLength(1);
      expect(asked).toBe(3);
      await jest.advanceTimersByTimeAsync(10);
      await group.fetch('1');
      expect(asked).toBe(4);
    } finally {
      forgetFetches('g');
    }
  });

  it('does not ask for what it has left behind, when it was to gather first', async () => {
    let asked = 0;
    const group = joined(async () => answered((asked += 1) === 1 ? [ONE] : []));
    gatherFetches('g', 10);
    try {
      await group.fetch('1');
      group.pause(both);
      const idle = group.fetch('1');
      await jest.advanceTimersByTimeAsync(1);
      group.resume(both);
      expect(await idle).toEqual([]);
      await jest.advanceTimersByTimeAsync(10);
      expect(asked).toBe(1);
    } finally {
      forgetFetches('g');
    }
  });

  it('waits on at the broker for what is fetched already', async () => {
    const group = joined();
    const fetched = group.fetch('1');
    group.resume(both);
    const first = await Promise.race([fetched, new Promise((resolve) => setImmediate(resolve, 'waits'))]);
    expect(first).toBe('waits');
  });
});
