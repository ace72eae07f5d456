import kafkajs, { type Assigner, type Cluster, type Consumer } from 'kafkajs';
import { topicOf } from '@ballast/contracts';
import { READERS, type ServiceLog } from '@ballast/facts';
import { GLOBAL } from '@ballast/event-sourcing';
import { invariant } from '@ballast/kernel';
import { assignTogether } from '../ownership/assign-together.js';
import { PartitionTaking, type Ownership, type PartitionOwner } from '../ownership/ownership.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { withTolerantClusters } from './leaderless-partitions.js';

const { AssignerProtocol } = kafkajs;

export interface KafkaOwnershipOptions {
  readonly connection: KafkaConnection;
  readonly service: ServiceLog;
  /** A worker that is silent for longer is counted out; default 10 s. */
  readonly sessionTimeoutMs?: number;
  readonly heartbeatMs?: number;
  /** A partition could not be taken or dropped; it is tried again. */
  readonly onFailure?: (partition: number, error: unknown) => void;
  /** The worker is out of the group for good. */
  readonly onFatal?: (error: unknown) => void;
}

/** Topics whose partition p belongs to the worker of partition p of a service. */
export function ownedTopics(service: ServiceLog): readonly string[] {
  const numbered = READERS.find(({ log, partition }) => log === service && partition === 'numbered');
  const owned = (numbered?.sources ?? []).filter(({ partitions }) => partitions === 'own');
  if (owned.length > 0) return owned.map(({ log }) => topicOf(log, 0).topic);
  // A service with a global partition only: whoever has the one partition of its global source.
  const global = READERS.find(({ log, partition }) => log === service && partition === 'global');
  const [first] = (global?.sources ?? []).filter(({ partitions }) => partitions === 'global');
  invariant(first !== undefined, `${service} reads nothing by which its workers could share the work`);
  return [topicOf(first.log, GLOBAL).topic];
}

/**
 * Which partitions a worker owns, as one Kafka group per service says it. The group only distributes: it fetches
 * nothing and commits nothing, and every topic's partition p goes to the same worker. Two workers that both believe in
 * owning a partition are told apart by the partition's epoch. Who owns partition 0 also owns the global one.
 */
export class PartitionOwnership implements Ownership {
  #taking: PartitionTaking | undefined;
  #listed: readonly number[] = [];
  readonly #consumer: Consumer;
  readonly #topics: string[];
  readonly #hasNumbered: boolean;
  readonly #hasGlobal: boolean;

  constructor(private readonly options: KafkaOwnershipOptions) {
    const { connection, service, sessionTimeoutMs = 10_000, heartbeatMs = 1_000 } = options;
    const prefix = connection.prefix ?? '';
    this.#topics = ownedTopics(service).map((topic) => prefix + topic);
    this.#hasNumbered = READERS.some(({ log, partition }) => log === service && partition === 'numbered');
    this.#hasGlobal = READERS.some(({ log, partition }) => log === service && partition === 'global');
    this.#consumer = withTolerantClusters(kafkaOf(connection)).consumer({
      groupId: `${prefix}ballast.${service}`,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      // Nothing is fetched; this is only how often the client looks whether a heartbeat is due.
      maxWaitTimeInMs: Math.ceil(heartbeatMs / 2),
      allowAutoTopicCreation: false,
      partitionAssigners: [({ cluster }) => this.#assigner(cluster)],
    });
  }

  get held(): readonly number[] {
    return this.#taking?.held ?? [];
  }

  get awaited(): readonly number[] {
    return this.#taking?.awaited ?? [];
  }

  get silentMs(): number {
    return this.#taking?.silentMs ?? 0;
  }

  /** Resolves when the worker is in the group; what it is given is taken from then on. */
  async start(owner: PartitionOwner): Promise<void> {
    const taking = new PartitionTaking(owner, this.options.onFailure ?? (() => undefined));
    this.#taking = taking;
    const { events } = this.#consumer;
    const joined = new Promise<void>((resolve, reject) => {
      this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
        this.#consumer.pause(this.#topics.map((topic) => ({ topic })));
        const partitions = new Set(Object.values(payload.memberAssignment).flat());
        this.#listed = [...partitions].sort((a, b) => a - b);
        taking.list(this.#ownPartitions(this.#listed));
        resolve();
      });
      this.#consumer.on(events.CRASH, ({ payload }) => {
        if (payload.restart) return;
        this.options.onFatal?.(payload.error);
        reject(payload.error);
      });
    });
    this.#consumer.on(events.HEARTBEAT, () => taking.heartbeat());
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: this.#topics, fromBeginning: true });
    await this.#consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    await joined;
  }

  fenced(partition: number): void {
    this.#taking?.fenced(partition);
  }

  async close(): Promise<void> {
    await this.#taking?.dropAll();
    await this.#consumer.disconnect();
  }

  #ownPartitions(listed: readonly number[]): readonly number[] {
    const global = this.#hasGlobal && listed.includes(0) ? [GLOBAL] : [];
    return this.#hasNumbered ? [...global, ...listed] : global;
  }

  #assigner(cluster: Cluster): Assigner {
    const name = 'ballast.partitions-together';
    const version = 1;
    return {
      name,
      version,
      protocol: ({ topics }) => ({
        name,
        metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: written(this.#listed) }),
      }),
      assign: async ({ members, topics }) => {
        const counts = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
        const claims = new Map(
          members.map(({ memberId, memberMetadata }) => [
            memberId,
            read(AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData),
          ]),
        );
        const assigned = assignTogether(claims, Math.max(...counts.values()));
        return members.map(({ memberId }) => {
          const partitions = assigned.get(memberId) ?? [];
          const assignment = Object.fromEntries(
            topics.map((topic) => [topic, partitions.filter((partition) => partition < (counts.get(topic) ?? 0))]),
          );
          return {
            memberId,
            memberAssignment: AssignerProtocol.MemberAssignment.encode({
              version,
              assignment,
              userData: Buffer.alloc(0),
            }),
          };
        });
      },
    };
  }
}

/** Partition numbers, two bytes each. */
function written(partitions: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * partitions.length);
  partitions.forEach((partition, i) => bytes.writeUInt16BE(partition, 2 * i));
  return bytes;
}

function read(bytes: Buffer | null | undefined): readonly number[] {
  if (bytes === null || bytes === undefined) return [];
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) => bytes.readUInt16BE(2 * i));
}
