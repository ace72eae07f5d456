import net from 'node:net';
import tls from 'node:tls';
import type { KafkaConnection } from './kafka-connection.js';

/** Versions of one request, both ends included. */
export interface VersionRange {
  readonly lowest: number;
  readonly highest: number;
}

/** The broker speaks no version of a request that our client speaks. */
class UnsupportedBroker extends Error {
  override readonly name = 'UnsupportedBroker';
}

/** None of the brokers answers. */
class BrokersNotReached extends Error {
  override readonly name = 'BrokersNotReached';
}

/**
 * What kafkajs 2.2.4 implements, by API key; the lowest version is the one we need at least (headers, idempotence). Of Fetch we send one
 * version ourselves.
 * The client takes the lower of its own and the broker's highest version and never looks at the broker's lowest, so
 * without this table a broker that dropped old versions fails somewhere in the middle of work.
 */
const SPOKEN: ReadonlyMap<number, VersionRange & { readonly name: string }> = new Map([
  [0, { name: 'Produce', lowest: 3, highest: 7 }],
  [1, { name: 'Fetch', lowest: 11, highest: 11 }],
  [2, { name: 'ListOffsets', lowest: 1, highest: 3 }],
  [3, { name: 'Metadata', lowest: 4, highest: 6 }],
  [8, { name: 'OffsetCommit', lowest: 2, highest: 5 }],
  [9, { name: 'OffsetFetch', lowest: 1, highest: 4 }],
  [10, { name: 'FindCoordinator', lowest: 0, highest: 2 }],
  [11, { name: 'JoinGroup', lowest: 1, highest: 5 }],
  [12, { name: 'Heartbeat', lowest: 0, highest: 3 }],
  [13, { name: 'LeaveGroup', lowest: 0, highest: 3 }],
  [14, { name: 'SyncGroup', lowest: 0, highest: 3 }],
  [18, { name: 'ApiVersions', lowest: 0, highest: 2 }],
  [19, { name: 'CreateTopics', lowest: 0, highest: 3 }],
  [22, { name: 'InitProducerId', lowest: 0, highest: 1 }],
]);

/** One sentence per request that client and broker cannot agree on; none when all is well. */
export function disagreements(offered: ReadonlyMap<number, VersionRange>): readonly string[] {
  return [...SPOKEN].flatMap(([key, { name, lowest, highest }]) => {
    const broker = offered.get(key);
    if (broker === undefined) return [`${name} is not offered`];
    return broker.lowest > highest || broker.highest < lowest
      ? [`${name}: the broker offers ${broker.lowest} to ${broker.highest}, the client speaks ${lowest} to ${highest}`]
      : [];
  });
}

/**
 * Asks every broker which request versions it offers, before anything else is sent.
 * @throws UnsupportedBroker naming the requests that cannot work, BrokersNotReached
 */
export async function probeBrokers({ brokers, ssl }: Pick<KafkaConnection, 'brokers' | 'ssl'>): Promise<void> {
  const answers = await Promise.all(
    brokers.map((broker) =>
      offeredBy(broker, ssl).then(
        (offered) => ({ broker, offered }),
        (error: unknown) => ({ broker, error }),
      ),
    ),
  );
  const answered = answers.filter((answer) => 'offered' in answer);
  if (answered.length === 0) {
    throw new BrokersNotReached(
      `no Kafka broker answers at ${brokers.join(', ')}: start them, or correct KAFKA_BROKERS and what they ask for`,
      {
        cause: answers.find((answer) => 'error' in answer)?.error,
      },
    );
  }
  for (const { broker, offered } of answered) {
    const wrong = disagreements(offered);
    if (wrong.length > 0) {
      throw new UnsupportedBroker(
        `the Kafka broker at ${broker} cannot be used with this client (kafkajs 2.2.4): ${wrong.join('; ')}`,
      );
    }
  }
}

const API_VERSIONS = 18;
const ANSWER_WITHIN_MS = 10_000;

/** One ApiVersions request of version 0 on a connection of its own; brokers answer it before authentication. */
function offeredBy(broker: string, ssl: KafkaConnection['ssl']): Promise<ReadonlyMap<number, VersionRange>> {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon);
  const port = Number(broker.slice(colon + 1));
  return new Promise((resolve, reject) => {
    const socket = ssl
      ? tls.connect({ host, port, ...(net.isIP(host) === 0 && { servername: host }), ...(ssl === true ? {} : ssl) })
      : net.connect({ host, port });
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => end(() => reject(new Error(`${broker} does not answer`))));
    socket.once('error', (error: Error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error(`${broker} closed the connection`)));
    socket.once(ssl ? 'secureConnect' : 'connect', () => socket.write(versionsRequest()));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      end(() => resolve(offeredIn(received)));
    });
  });
}

/** Length, API key, version 0, correlation id 1, and no client id. */
function versionsRequest(): Buffer {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(API_VERSIONS, 4);
  request.writeInt16BE(0, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(-1, 12);
  return request;
}

/** Length, correlation id, error code, then (API key, lowest, highest) of each request. */
function offeredIn(response: Buffer): ReadonlyMap<number, VersionRange> {
  const offered = new Map<number, VersionRange>();
  const count = response.readInt32BE(10);
  for (let i = 0; i < count; i++) {
    const at = 14 + 6 * i;
    offered.set(response.readInt16BE(at), {
      lowest: response.readInt16BE(at + 2),
      highest: response.readInt16BE(at + 4),
    });
  }
  return offered;
}
