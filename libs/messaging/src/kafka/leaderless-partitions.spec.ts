import type { Kafka } from 'kafkajs';
import { tolerantClusters, withTolerantClusters } from './leaderless-partitions.js';

interface Sent {
  readonly request: { readonly apiName: string };
  readonly response: { parse(answer: object): Promise<object> };
  readonly requestTimeout: number;
  readonly logResponseError: boolean;
}

const MAKER = Symbol('private:Kafka:createCluster');

/** A client as kafkajs makes one; what its connections send is noted. */
function client(sent: Sent[]): Kafka {
  const build = async () => ({ send: async (exchange: Sent) => void sent.push(exchange) });
  const make = () => ({
    brokerPool: { connectionPoolBuilder: { build } },
    fetchTopicsOffset: () => Promise.reject(new Error('no leader')),
  });
  return { [MAKER]: make } as unknown as Kafka;
}

interface Cluster {
  readonly brokerPool: {
    readonly connectionPoolBuilder: { build(): Promise<{ send(exchange: Sent): Promise<unknown> }> };
  };
  fetchTopicsOffset(topics: readonly object[]): Promise<unknown>;
}

const exchangeOf = (apiName: string): Sent => ({
  request: { apiName },
  response: { parse: (answer) => Promise.resolve(answer) },
  requestTimeout: 305_000,
  logResponseError: false,
});

describe('a client for which a partition without a leader is a fact', () => {
  it.each(['JoinGroup', 'Metadata'])('sends %s with all that the client says of it', async (apiName) => {
    const sent: Sent[] = [];
    const cluster = tolerantClusters(client(sent), { absentTopics: false })({}) as Cluster;
    const pool = await cluster.brokerPool.connectionPoolBuilder.build();
    await pool.send(exchangeOf(apiName));
    expect(sent).toMatchObject([{ request: { apiName }, requestTimeout: 305_000, logResponseError: false }]);
  });

  it('reads that a partition has no leader, and every other error as it is', async () => {
    const sent: Sent[] = [];
    const cluster = tolerantClusters(client(sent), { absentTopics: true })({}) as Cluster;
    const pool = await cluster.brokerPool.connectionPoolBuilder.build();
    await pool.send(exchangeOf('Metadata'));
    const partitionMetadata = [5, 9, 72, 29, 0].map((partitionErrorCode) => ({ partitionErrorCode, leader: -1 }));
    const read = await sent[0]?.response.parse({
      topicMetadata: [3, 29].map((topicErrorCode) => ({ topicErrorCode, partitionMetadata })),
    });
    const codes = [0, 0, 0, 29, 0].map((partitionErrorCode) => ({ partitionErrorCode, leader: -1 }));
    expect(read).toEqual({
      topicMetadata: [0, 29].map((topicErrorCode) => ({ topicErrorCode, partitionMetadata: codes })),
    });
  });

  it('asks no leader where a member begins that fetches nothing', async () => {
    const kafka = withTolerantClusters(client([])) as unknown as Record<symbol, (options: object) => Cluster>;
    const cluster = (kafka[MAKER] as (options: object) => Cluster)({});
    expect(await cluster.fetchTopicsOffset([{ topic: 't', partitions: [{ partition: 0 }, { partition: 2 }] }])).toEqual(
      [
        {
          topic: 't',
          partitions: [
            { partition: 0, offset: '0' },
            { partition: 2, offset: '0' },
          ],
        },
      ],
    );
  });
});
