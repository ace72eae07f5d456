import { hostname } from 'node:os';
import { z } from 'zod';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';

/** Something in the environment that the operator can put right; the message names the variable and the remedy. */
export class ConfigurationRefused extends Error {
  override readonly name = 'ConfigurationRefused';
}

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

const schema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be postgres://user:password@host:port/database'),
  KAFKA_BROKERS: list,
  KAFKA_REPLICATION: z.coerce.number().int().min(1).max(7).default(1),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-z0-9.-]*$/)
    .default(''),
  PARTITIONS: z.coerce.number().int().min(1).max(1024).default(64),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  BALLAST_MODE: z.enum(['live', 'lockstep']).default('live'),
  /** Where the logs of the other services can be read: `accounts=http://...,pricing=http://...`. */
  PEERS: list.pipe(z.array(peer)).default([]),
  WORKER: z.string().min(1).max(120).default(`${hostname()}/${process.pid}`),
  SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('warn'),
});

/** What a process of the distributed composition is told by its environment; read in one place. */
export interface ProcessConfig {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly replication: number;
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly port: number;
  readonly host: string;
  readonly mode: 'live' | 'lockstep';
  /** Base address by log. */
  readonly peers: ReadonlyMap<string, string>;
  readonly worker: string;
  readonly sessionTimeoutMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** @throws ConfigurationRefused naming every variable that does not fit; values are not repeated, one may be a secret */
export function processConfig(environment: NodeJS.ProcessEnv): ProcessConfig {
  const read = schema.safeParse(environment);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigurationRefused(`the environment does not fit: ${problems.join('; ')}`);
  }
  const { data } = read;
  const peers = new Map<string, string>();
  for (const each of data.PEERS) {
    const at = each.indexOf('=');
    const service = each.slice(0, at);
    const address = each.slice(at + 1).replace(/\/$/, '');
    for (const log of service === 'exchange' ? EXCHANGE_LOGS : [service]) peers.set(log, address);
  }
  return {
    databaseUrl: data.DATABASE_URL,
    brokers: data.KAFKA_BROKERS,
    replication: data.KAFKA_REPLICATION,
    topicPrefix: data.TOPIC_PREFIX,
    partitions: data.PARTITIONS,
    port: data.PORT,
    host: data.HOST,
    mode: data.BALLAST_MODE,
    peers,
    worker: data.WORKER,
    sessionTimeoutMs: data.SESSION_TIMEOUT_MS,
    logLevel: data.LOG_LEVEL,
  };
}
