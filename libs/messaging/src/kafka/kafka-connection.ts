import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type Kafka, type LogEntry, type SASLOptions } from 'kafkajs';
import './fresh-connection.js';
import './lean-client.js';
import './quiet-client.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How to reach a Kafka cluster, and as whom. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Put before every topic and group, so that several houses may share a cluster; none when absent. */
  readonly prefix?: string;
  readonly ssl?: ConnectionOptions | boolean;
  readonly sasl?: SASLOptions;
  readonly log?: (level: LogLevel, message: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * What kafkajs reports at ERROR although it is the ordinary start of a broker or of a group, and is retried: a
 * coordinator that loads or moves, a group that rebalances, a partition that has no leader yet or another one than a moment ago, topics that another
 * process has created at the same moment (any other refusal to create one is thrown as well). That a consumer restarts follows the line that says why.
 */
const ORDINARY =
  /coordinator is (?:loading|not available)|not the correct coordinator|group is rebalancing|leadership election|not the leader for that topic-partition|leader epoch in the request|does not host this topic-partition|not aware of this member|Broker -1 not found|Topic creation errors|^Restarting the consumer/i;

const SEVERITY: Readonly<Record<number, LogLevel>> = { 1: 'error', 2: 'warn', 4: 'debug', 5: 'debug' };

/** The level that a message of kafkajs deserves. Its INFO is what one wants to see when something is wrong only. */
export function levelOf({ level, log }: Pick<LogEntry, 'level' | 'log'>): LogLevel {
  const text = `${log.message} ${typeof log.error === 'string' ? log.error : ''}`;
  return ORDINARY.test(text) ? 'debug' : (SEVERITY[level] ?? 'debug');
}

const toStandardError: NonNullable<KafkaConnection['log']> = (level, message, details) => {
  if (level === 'error' || level === 'warn')
    process.stderr.write(`${JSON.stringify({ level, time: Date.now(), message, ...details })}\n`);
};

interface Patience {
  /** How often it tries again before it fails; default: it never gives up on an absent broker, as PostgreSQL remembers what waits. */
  readonly retries?: number;
  /** How long an answer may take; default: as long as kafkajs waits, half a minute. */
  readonly answerWithinMs?: number;
}

export function kafkaOf(
  { brokers, clientId, ssl, sasl, log = toStandardError }: KafkaConnection,
  { retries = Number.MAX_SAFE_INTEGER, answerWithinMs }: Patience = {},
): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(answerWithinMs === undefined ? {} : { requestTimeout: answerWithinMs }),
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => {
      const { message, timestamp: _, ...details } = entry.log;
      log(levelOf(entry), `kafka: ${message}`, { namespace: entry.namespace, ...details });
    },
  });
}
