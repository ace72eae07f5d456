import fs from 'node:fs';
import type { KafkaConnection } from '@ballast/messaging';
import { z } from 'zod';
import { ConfigurationRefused } from './environment.js';

const MECHANISMS = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;

/** How brokers are reached, in the words that Kafka has for it. */
export const kafkaSecurityVariables = {
  KAFKA_SECURITY_PROTOCOL: z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']).default('PLAINTEXT'),
  /** PEM: who vouches for the brokers; default: the authorities that Node.js knows. */
  KAFKA_CA_FILE: z.string().min(1).optional(),
  /** PEM: what a process shows to brokers that ask for it, and its key. */
  KAFKA_CERTIFICATE_FILE: z.string().min(1).optional(),
  KAFKA_KEY_FILE: z.string().min(1).optional(),
  KAFKA_SASL_MECHANISM: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']).default('SCRAM-SHA-512'),
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD: z.string().min(1).optional(),
};

type Variables = z.output<z.ZodObject<typeof kafkaSecurityVariables>>;
type Variable = keyof Variables;

/** What of them does not go together: the variable, and the remedy. */
export function kafkaSecurityFlaws(given: Variables): readonly (readonly [Variable, string])[] {
  const protocol = given.KAFKA_SECURITY_PROTOCOL;
  const [asksTls, asksWho] = [protocol.endsWith('SSL'), protocol.startsWith('SASL_')];
  const flaws: (readonly [Variable, string])[] = [];
  for (const name of ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const) {
    if (asksWho && given[name] === undefined)
      flaws.push([name, `is missing, as KAFKA_SECURITY_PROTOCOL is ${protocol}`]);
    if (!asksWho && given[name] !== undefined) flaws.push([name, `needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL`]);
  }
  for (const name of ['KAFKA_CA_FILE', 'KAFKA_CERTIFICATE_FILE', 'KAFKA_KEY_FILE'] as const) {
    if (!asksTls && given[name] !== undefined)
      flaws.push([name, 'needs KAFKA_SECURITY_PROTOCOL to be SSL or SASL_SSL']);
  }
  if ((given.KAFKA_CERTIFICATE_FILE === undefined) !== (given.KAFKA_KEY_FILE === undefined)) {
    flaws.push(['KAFKA_KEY_FILE', 'and KAFKA_CERTIFICATE_FILE go together']);
  }
  if (protocol === 'SASL_PLAINTEXT' && given.KAFKA_SASL_MECHANISM === 'PLAIN') {
    flaws.push(['KAFKA_SASL_MECHANISM', 'PLAIN shows the password to the network: use SCRAM-SHA-512, or SASL_SSL']);
  }
  return flaws;
}

/** @throws ConfigurationRefused naming the variable of a file that cannot be read */
export function kafkaSecurity(given: Variables): Pick<KafkaConnection, 'ssl' | 'sasl'> {
  const protocol = given.KAFKA_SECURITY_PROTOCOL;
  const read = (name: 'KAFKA_CA_FILE' | 'KAFKA_CERTIFICATE_FILE' | 'KAFKA_KEY_FILE'): string | undefined => {
    const file = given[name];
    if (file === undefined) return undefined;
    try {
      return fs.readFileSync(file, 'utf8');
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      throw new ConfigurationRefused(`the environment does not fit: ${name}: the file cannot be read (${code})`);
    }
  };
  const [ca, cert, key] = [read('KAFKA_CA_FILE'), read('KAFKA_CERTIFICATE_FILE'), read('KAFKA_KEY_FILE')];
  return {
    ...(protocol.endsWith('SSL') && {
      ssl: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    }),
    ...(protocol.startsWith('SASL_') && {
      sasl: {
        mechanism: MECHANISMS[given.KAFKA_SASL_MECHANISM],
        username: given.KAFKA_USERNAME as string,
        password: given.KAFKA_PASSWORD as string,
      },
    }),
  };
}
