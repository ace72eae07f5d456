import { invariant } from '@ballast/kernel';
import { GLOBAL } from '@ballast/event-sourcing';
import { EVENT_FAMILIES, SERVICE_LOGS, type LogName, type ServiceLog } from '@ballast/facts';

/** A Kafka topic and the partitions of a log that it carries. */
export interface LogTopic {
  readonly log: LogName;
  readonly topic: string;
  /** numbered: partition p of the log is partition p of the topic; global: one partition, number 0. */
  readonly carries: 'numbered' | 'global';
}

export interface KafkaPlace {
  readonly topic: string;
  readonly kafkaPartition: number;
}

const isService = (log: LogName): boolean => (SERVICE_LOGS as readonly LogName[]).includes(log);
const kebab = (log: string): string => log.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

const hasNumbered = (log: LogName): boolean =>
  EVENT_FAMILIES.some((family) => family.log === log && family.partition === 'numbered');

/**
 * A service's own logs and commands stand under `clearing`; the exchange's logs bear its name already. Commands of a global
 * partition have a topic of their own beside those of the numbered ones.
 */
function topicName(log: LogName, partition: LogTopic['carries']): string {
  if (isService(log)) return `clearing.${log}.${partition === 'global' ? 'global' : 'events'}.v1`;
  if (!log.endsWith('.commands')) return `${kebab(log)}.v1`;
  return `clearing.${log}${partition === 'global' && hasNumbered(log) ? '.global' : ''}.v1`;
}

/** Every topic that carries a log: one for each kind of partition that the log has events of its own in. */
export const LOG_TOPICS: readonly LogTopic[] = EVENT_FAMILIES.flatMap(({ log, partition }) =>
  partition === 'every' ? [] : [{ log, topic: topicName(log, partition), carries: partition }],
);

/** Lockstep over Kafka: the driver opens hops here, in one partition. */
export const LOCKSTEP_GATE_TOPIC = 'clearing.lockstep.gate.v1';
/** And every process reports here how far it came. */
export const LOCKSTEP_REPORTS_TOPIC = 'clearing.lockstep.reports.v1';
/** Copies of messages that nobody could read, with the reason; what they halted stays halted. */
export const PARKED_TOPIC = 'clearing.parked.v1';

/** Submissions of an exchange whose log is kept here; key: the producer. One partition: a submission may be about every account. */
export const EXCHANGE_MESSAGES_TOPIC = 'exchange.messages.v1';
/** What became of them, one answer for each in their order, under the same key. */
export const EXCHANGE_ANSWERS_TOPIC = 'exchange.answers.v1';

/** Where the processes of a house say which partitions they decide, and where they can be asked. */
export const OWNERS_TOPIC = 'clearing.owners.v1';

const answersTopic = (service: ServiceLog): string => `clearing.${service}.answers.v1`;
const hasNumberedCommands = (service: ServiceLog): boolean =>
  LOG_TOPICS.some(({ log, carries }) => log === `${service}.commands` && carries === 'numbered');

/** Topics of the answers to commands, one for each service that takes any. */
export const answersTopics = (partitions: number): readonly TopicSetup[] =>
  SERVICE_LOGS.map((service) => ({
    topic: answersTopic(service),
    partitions: hasNumberedCommands(service) ? partitions : 1,
  }));

/** Topic and Kafka partition of the answer to a command; those of the global partition stand in 0. */
export function answersTopicOf(log: string, partition: number): KafkaPlace {
  const service = log.replace(/\.commands$/, '') as ServiceLog;
  invariant(isService(service), `${log} takes no commands`);
  return { topic: answersTopic(service), kafkaPartition: Math.max(0, partition) };
}

/** A topic as it is to be created. */
export interface TopicSetup {
  readonly topic: string;
  readonly partitions: number;
}

/** All topics of an installation with `partitions` numbered partitions per log. */
export function topicsOf(partitions: number): readonly TopicSetup[] {
  invariant(Number.isSafeInteger(partitions) && partitions > 0, `not a number of partitions: ${partitions}`);
  return [
    ...LOG_TOPICS.map(({ topic, carries }) => ({ topic, partitions: carries === 'numbered' ? partitions : 1 })),
    { topic: LOCKSTEP_GATE_TOPIC, partitions: 1 },
    { topic: LOCKSTEP_REPORTS_TOPIC, partitions: 1 },
    { topic: PARKED_TOPIC, partitions: 1 },
    { topic: EXCHANGE_MESSAGES_TOPIC, partitions: 1 },
    { topic: EXCHANGE_ANSWERS_TOPIC, partitions: 1 },
    { topic: OWNERS_TOPIC, partitions: 1 },
    ...answersTopics(partitions),
  ];
}

const carriedBy = (partition: number): LogTopic['carries'] => (partition === GLOBAL ? 'global' : 'numbered');

/**
 * Topic and Kafka partition of a log partition.
 * @throws InvariantViolation when no topic carries such a partition
 */
export function topicOf(log: string, partition: number): KafkaPlace {
  invariant(Number.isSafeInteger(partition) && partition >= GLOBAL, `not a partition: ${partition}`);
  const found = LOG_TOPICS.find((topic) => topic.log === log && topic.carries === carriedBy(partition));
  invariant(found !== undefined, `no topic carries partition ${partition} of ${log}`);
  return { topic: found.topic, kafkaPartition: partition === GLOBAL ? 0 : partition };
}

/** The way back from a message to its log partition; undefined for a topic that carries no log. */
export function logPartitionOf({
  topic,
  kafkaPartition,
}: KafkaPlace): { readonly log: LogName; readonly partition: number } | undefined {
  const found = LOG_TOPICS.find((carrier) => carrier.topic === topic);
  return found && { log: found.log, partition: found.carries === 'global' ? GLOBAL : kafkaPartition };
}
