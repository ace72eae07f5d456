import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { topicsOf } from '@ballast/contracts';
import { Arrivals, entriesOf } from '../bus.contract.js';
import { startKafka, type LocalKafka } from '../local-kafka/local-kafka.js';
import { KafkaBus } from './kafka-bus.js';
import { kafkaOf, type KafkaConnection } from './kafka-connection.js';
import { PartitionOwnership, ownedTopics } from './partition-ownership.js';
import { ensureTopics } from './topics.js';

const GUARD = { username: 'ballast', password: 'known-to-the-broker' };

/** A broker that speaks TLS with a certificate of its own and asks who is there. */
export function guardedBrokerSuite(): void {
  let folder: string;
  let kafka: LocalKafka | undefined;
  let authority: string;

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-guarded-'));
    const [key, certificate, keystore] = ['key.pem', 'certificate.pem', 'keystore.pem'].map((name) =>
      path.join(folder, name),
    ) as [string, string, string];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ]);
    authority = await fs.readFile(certificate, 'utf8');
    await fs.writeFile(keystore, (await fs.readFile(key, 'utf8')) + authority, { mode: 0o600 });
    kafka = await startKafka({ guard: { ...GUARD, keystore } });
  }, 180_000);

  afterAll(async () => {
    await kafka?.stop();
    await fs.rm(folder, { recursive: true, force: true });
  });

  const connectionAs = (password: string, ssl: KafkaConnection['ssl'] = { ca: authority }): KafkaConnection => ({
    brokers: [kafka?.guarded as string],
    clientId: 'test',
    ssl,
    sasl: { mechanism: 'scram-sha-512', username: GUARD.username, password },
    log: () => undefined,
  });
  const topics = topicsOf(2).filter(({ topic }) =>
    ['clearing.accounts.events.v1', ...ownedTopics('liquidation')].includes(topic),
  );

  it('is written to, read from and shared out by who trusts it and is known to it', async () => {
    const connection = connectionAs(GUARD.password);
    await ensureTopics(connection, topics, { replication: 1 });
    const bus = await KafkaBus.open({ connection, incarnationOf: () => 'one', onIncident: () => undefined });
    const owned: number[] = [];
    const arrivals = new Arrivals(() => ({ owned }));
    const ownership = new PartitionOwnership({
      connection,
      service: 'liquidation',
      sessionTimeoutMs: 6_000,
      heartbeatMs: 200,
      onFatal: () => undefined,
    });
    try {
      await ownership.start({
        onAssigned: async (partition) => {
          owned.push(partition);
          arrivals.look();
        },
        onRevoked: async () => undefined,
      });
      await arrivals.until(() => owned.length === 3);
      const entries = entriesOf('accounts', 0, 3);
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await bus.publish(entries);
      await arrivals.upTo(3);
      expect(arrivals.entries()).toEqual(entries);
    } finally {
      await ownership.close();
      await bus.close();
    }
  });

  it.each([
    ['shows another password', () => connectionAs('another'), /authentication failed/i],
    ['does not trust its certificate', () => connectionAs(GUARD.password, true), /self.signed/i],
  ])('is not reached by who %s', async (_, connection, why) => {
    await expect(kafkaOf(connection(), { retries: 0 }).admin().connect()).rejects.toThrow(why);
  });
}
