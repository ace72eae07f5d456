import { hostname } from 'node:os';
import type { KafkaConnection } from '@ballast/messaging';
import { z } from 'zod';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { SNAPSHOT_POLICY, type SnapshotPolicy } from '@ballast/partition-worker';
import { LOOPBACK, TOKEN, TOKEN_REMEDY } from '../../http/bearer-token.js';
import { readEnvironment } from './environment.js';
import { kafkaSecurity, kafkaSecurityFlaws, kafkaSecurityVariables } from './kafka-security.js';

const list = z
  .string()
  .min(1)
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => part !== ''), 'must be a list with commas between its parts');

const isPeer = (text: string): boolean => {
  const at = text.indexOf('=');
  const isService = [...SERVICE_LOGS, 'exchange'].some((each) => each === text.slice(0, at));
  return isService && z.url({ protocol: /^https?$/ }).safeParse(text.slice(at + 1)).success;
};
const peer = z.string().refine(isPeer, 'must be <service>=http://host:port, the service one of the others or exchange');

const isBroker = (text: string): boolean => {
  const port = /^(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};
const broker = z.string().refine(isBroker, 'must be host:port');

const schema = z
  .object({
    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:port/database'),
    KAFKA_BROKERS: list.pipe(z.array(broker)),
    ...kafkaSecurityVariables,
    KAFKA_REPLICATION: z.coerce.number().int().min(1).max(7).default(1),
    TOPIC_PREFIX: z
      .string()
      .regex(/^[a-z0-9.-]*$/, 'must be of small letters, digits, points and hyphens')
      .default(''),
    PARTITIONS: z.coerce.number().int().min(1).max(1024).default(64),
    PORT: z.coerce.number().int().min(0).max(65535).default(8080),
    HOST: z.string().default('127.0.0.1'),
    /** Where the other processes of the house reach this one; default: its host and port. */
    ADVERTISED_URL: z.url({ protocol: /^https?$/ }).optional(),
    BALLAST_MODE: z.enum(['live', 'lockstep']).default('live'),
    /** Where the logs of the other services can be read: `accounts=http://...,pricing=http://...`; one service several times, in order. */
    PEERS: list.pipe(z.array(peer)).default([]),
    /** Rules that a new log begins with, and who answers for them; default: the bundled setting. */
    DOCUMENTS: z.string().min(1).optional(),
    GENESIS_AUTHOR: z.string().min(1).max(120).optional(),
    GENESIS_APPROVER: z.string().min(1).max(120).optional(),
    WORKER: z.string().min(1).max(120).default(`${hostname()}/${process.pid}`),
    SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
    /** A partition is written down after so many entries, or so many bytes of them; 0 entries: never. */
    SNAPSHOT_ENTRIES: z.coerce.number().int().min(0).default(SNAPSHOT_POLICY.everyEntries),
    SNAPSHOT_BYTES: z.coerce.number().int().min(1).default(SNAPSHOT_POLICY.everyBytes),
    /** Archived blocks are here now; default: where they were put. */
    ARCHIVE: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('warn'),
    /** What the processes of a house show each other; without it a process listens on this machine only. */
    BALLAST_TOKEN: z.string().regex(TOKEN, TOKEN_REMEDY).optional(),
  })
  .refine(({ HOST, BALLAST_TOKEN }) => BALLAST_TOKEN !== undefined || LOOPBACK.includes(HOST), {
    path: ['BALLAST_TOKEN'],
    message: 'is needed when HOST is not 127.0.0.1: pages of the log would be open to everybody',
  })
  .superRefine((given, context) => {
    for (const [name, message] of kafkaSecurityFlaws(given))
      context.addIssue({ code: 'custom', path: [name], message });
  });

/** What a process of the distributed composition is told by its environment; read in one place. */
export interface ProcessConfig {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly kafkaSecurity: Pick<KafkaConnection, 'ssl' | 'sasl'>;
  readonly replication: number;
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly port: number;
  readonly host: string;
  readonly mode: 'live' | 'lockstep';
  /** Where others reach this process; undefined: at host and port. */
  readonly advertisedUrl: string | undefined;
  /** Base addresses by log: any of them has all of it. */
  readonly peers: ReadonlyMap<string, readonly string[]>;
  /** Folder of the rules that a new log begins with; undefined: the bundled setting. */
  readonly documents: string | undefined;
  readonly genesis: { readonly author?: string; readonly approver?: string };
  readonly worker: string;
  readonly sessionTimeoutMs: number;
  /** Undefined when none are kept. */
  readonly snapshots: SnapshotPolicy | undefined;
  readonly archive: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Asked of every request but the health checks, and shown to the others; undefined on this machine only. */
  readonly token: string | undefined;
}

/** @throws ConfigurationRefused naming every variable that does not fit; values are not repeated, one may be a secret */
export function processConfig(environment: NodeJS.ProcessEnv): ProcessConfig {
  const data = readEnvironment(schema, environment);
  const peers = new Map<string, string[]>();
  for (const each of data.PEERS) {
    const at = each.indexOf('=');
    const service = each.slice(0, at);
    const address = each.slice(at + 1).replace(/\/$/, '');
    for (const log of service === 'exchange' ? EXCHANGE_LOGS : [service]) {
      peers.set(log, [...(peers.get(log) ?? []), address]);
    }
  }
  return {
    databaseUrl: data.DATABASE_URL,
    brokers: data.KAFKA_BROKERS,
    kafkaSecurity: kafkaSecurity(data),
    replication: data.KAFKA_REPLICATION,
    topicPrefix: data.TOPIC_PREFIX,
    partitions: data.PARTITIONS,
    port: data.PORT,
    host: data.HOST,
    mode: data.BALLAST_MODE,
    advertisedUrl: data.ADVERTISED_URL?.replace(/\/$/, ''),
    peers,
    documents: data.DOCUMENTS,
    genesis: {
      ...(data.GENESIS_AUTHOR === undefined ? {} : { author: data.GENESIS_AUTHOR }),
      ...(data.GENESIS_APPROVER === undefined ? {} : { approver: data.GENESIS_APPROVER }),
    },
    worker: data.WORKER,
    sessionTimeoutMs: data.SESSION_TIMEOUT_MS,
    snapshots:
      data.SNAPSHOT_ENTRIES === 0
        ? undefined
        : { everyEntries: data.SNAPSHOT_ENTRIES, everyBytes: data.SNAPSHOT_BYTES, keep: SNAPSHOT_POLICY.keep },
    archive: data.ARCHIVE,
    logLevel: data.LOG_LEVEL,
    token: data.BALLAST_TOKEN,
  };
}
