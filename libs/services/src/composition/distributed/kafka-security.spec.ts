import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ConfigurationRefused } from './environment.js';
import { processConfig } from './process-config.js';

const sound = { DATABASE_URL: 'postgres://ballast@db/accounts', KAFKA_BROKERS: 'one:9093' };
const person = { KAFKA_USERNAME: 'ballast', KAFKA_PASSWORD: 'hush-hush' };

describe('how brokers are reached', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-security-'));
    for (const name of ['ca', 'certificate', 'key']) await fs.writeFile(path.join(folder, name), `the ${name}`);
  });
  afterAll(() => fs.rm(folder, { recursive: true }));

  const securityOf = (environment: NodeJS.ProcessEnv) => processConfig({ ...sound, ...environment }).kafkaSecurity;
  const file = (name: string): string => path.join(folder, name);

  it('is in the open unless something else is said', () => {
    expect(securityOf({})).toEqual({});
  });

  it('is TLS, by the authorities of Node.js or by a file', () => {
    expect(securityOf({ KAFKA_SECURITY_PROTOCOL: 'SSL' })).toEqual({ ssl: {} });
    const files = {
      KAFKA_CA_FILE: file('ca'),
      KAFKA_CERTIFICATE_FILE: file('certificate'),
      KAFKA_KEY_FILE: file('key'),
    };
    expect(securityOf({ KAFKA_SECURITY_PROTOCOL: 'SSL', ...files })).toEqual({
      ssl: { ca: 'the ca', cert: 'the certificate', key: 'the key' },
    });
  });

  it('is a name and a password, by SCRAM unless something else is said', () => {
    const scram = { mechanism: 'scram-sha-512', username: 'ballast', password: 'hush-hush' };
    expect(securityOf({ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...person })).toEqual({ ssl: {}, sasl: scram });
    expect(securityOf({ KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...person })).toEqual({ sasl: scram });
    const plain = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'PLAIN', ...person };
    expect(securityOf(plain)).toMatchObject({ sasl: { mechanism: 'plain' } });
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['a protocol that Kafka has not', { KAFKA_SECURITY_PROTOCOL: 'TLS' }, /KAFKA_SECURITY_PROTOCOL: .*SASL_SSL/],
    ['nobody', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /KAFKA_USERNAME: is missing.*KAFKA_PASSWORD: is missing/],
    ['somebody whom nobody asks for', person, /KAFKA_USERNAME: needs KAFKA_SECURITY_PROTOCOL to be SASL_SSL/],
    ['a file that nothing uses', { KAFKA_CA_FILE: '/ca' }, /KAFKA_CA_FILE: needs KAFKA_SECURITY_PROTOCOL to be SSL/],
    [
      'a certificate without its key',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_CERTIFICATE_FILE: '/certificate' },
      /KAFKA_KEY_FILE: and KAFKA_CERTIFICATE_FILE go together/,
    ],
    [
      'a password in the open',
      { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', KAFKA_SASL_MECHANISM: 'PLAIN', ...person },
      /KAFKA_SASL_MECHANISM: PLAIN shows the password/,
    ],
    [
      'a file that is not there',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_CA_FILE: '/nowhere/hush-hush' },
      /KAFKA_CA_FILE: the file cannot be read \(ENOENT\)/,
    ],
  ])('is refused with %s, by the name of the variable and without its value', (_, environment, why) => {
    const read = (): unknown => securityOf(environment);
    expect(read).toThrow(ConfigurationRefused);
    expect(read).toThrow(why);
    expect(read).not.toThrow(/hush-hush/);
  });
});
