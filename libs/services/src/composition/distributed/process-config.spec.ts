import { ConfigurationRefused } from './environment.js';
import { processConfig } from './process-config.js';

const sound = { DATABASE_URL: 'postgres://ballast:hush-hush@db/accounts', KAFKA_BROKERS: 'one:9092, two:9092' };

const refusal = (changes: NodeJS.ProcessEnv): string => {
  try {
    processConfig({ ...sound, ...changes });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationRefused);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('the environment of a process', () => {
  it('needs a database and brokers; the rest has a default', () => {
    expect(processConfig(sound)).toMatchObject({
      databaseUrl: sound.DATABASE_URL,
      brokers: ['one:9092', 'two:9092'],
      partitions: 64,
      replication: 1,
      mode: 'live',
      host: '127.0.0.1',
      port: 8080,
      topicPrefix: '',
    });
  });

  it('says where the logs of others are read; all logs of the exchange at one address, those of a service at several', () => {
    const PEERS = 'pricing=http://pricing:8080/, exchange=https://exchange:1, pricing=http://pricing:8081';
    const { peers } = processConfig({ ...sound, PEERS });
    expect(Object.fromEntries(peers)).toEqual({
      pricing: ['http://pricing:8080', 'http://pricing:8081'],
      'exchange.quotes': ['https://exchange:1'],
      'exchange.fills': ['https://exchange:1'],
      'exchange.transfers': ['https://exchange:1'],
      'exchange.orders': ['https://exchange:1'],
      'exchange.orderReports': ['https://exchange:1'],
    });
  });

  it('opens pages of its log to others only behind a token that is not easily guessed', () => {
    expect(refusal({ HOST: '0.0.0.0' })).toMatch(/BALLAST_TOKEN: is needed when HOST is not 127.0.0.1/);
    expect(refusal({ HOST: '0.0.0.0', BALLAST_TOKEN: 'short' })).toMatch(/BALLAST_TOKEN: must have 16 characters/);
    const token = 'a-secret-of-16-characters';
    expect(processConfig({ ...sound, HOST: '0.0.0.0', BALLAST_TOKEN: token })).toMatchObject({ token });
    expect(processConfig({ ...sound, HOST: '::1' })).toMatchObject({ token: undefined });
  });

  it.each([
    ['DATABASE_URL', undefined],
    ['DATABASE_URL', 'mysql://ballast:hush-hush@db/accounts'],
    ['KAFKA_BROKERS', undefined],
    ['KAFKA_BROKERS', ''],
    ['KAFKA_BROKERS', 'one:9092,,two:9092'],
    ['KAFKA_BROKERS', 'one'],
    ['KAFKA_BROKERS', 'one:9092,two:65536'],
    ['KAFKA_BROKERS', 'kafka://one:9092'],
    ['ADVERTISED_URL', 'hush-hush'],
    ['KAFKA_REPLICATION', '0'],
    ['KAFKA_REPLICATION', '8'],
    ['TOPIC_PREFIX', 'UPPER'],
    ['PARTITIONS', '0'],
    ['PARTITIONS', '1025'],
    ['PARTITIONS', '8.5'],
    ['PARTITIONS', 'eight'],
    ['PORT', '65536'],
    ['BALLAST_MODE', 'lifelike'],
    ['PEERS', 'treasury=http://treasury'],
    ['PEERS', 'pricing=ftp://hush-hush@pricing'],
    ['PEERS', 'pricing'],
    ['WORKER', ''],
    ['SESSION_TIMEOUT_MS', '999'],
    ['LOG_LEVEL', 'hush-hush'],
  ])('is refused with the name of %s when it is %s, and no value is repeated', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(name);
    expect(message).toMatch(/ (must (be|have|not be) .+|is missing)$/);
    expect(message).not.toContain('hush-hush');
    for (const other of Object.keys(sound)) if (other !== name) expect(message).not.toContain(other);
  });

  it('is refused with every wrong variable at once', () => {
    expect(refusal({ PORT: 'x', PARTITIONS: 'y' })).toMatch(/PARTITIONS.*PORT/);
  });
});
