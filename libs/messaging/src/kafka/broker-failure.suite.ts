import { topicsOf } from '@ballast/contracts';
import type { BusIncident } from '../bus.js';
import { Arrivals, entriesOf } from '../bus.contract.js';
import { startKafka } from '../local-kafka/local-kafka.js';
import { KafkaBus } from './kafka-bus.js';
import { PartitionOwnership, ownedTopics } from './partition-ownership.js';
import { ensureTopics } from './topics.js';

const PATIENCE_MS = 180_000;

/** What happens when the brokers are gone for a while. */
export function brokerFailureSuite(): void {
  const waits = 'waits for a broker that was killed, and goes on in order with nothing lost and nothing given up';
  const test = async (): Promise<void> => {
    // Its own broker: one that holds the topics of all other tests takes a minute to recover.
    const kafka = await startKafka();
    const connection = { brokers: kafka.brokers, clientId: 'test', log: () => undefined };
    const used = ['clearing.accounts.events.v1', ...ownedTopics('liquidation')];
    await ensureTopics(
      connection,
      topicsOf(2).filter(({ topic }) => used.includes(topic)),
      { replication: 1 },
    );
    const incidents: BusIncident[] = [];
    const fatal: unknown[] = [];
    const bus = await KafkaBus.open({
      connection,
      incarnationOf: () => 'one',
      onIncident: (incident) => incidents.push(incident),
    });
    const ownership = new PartitionOwnership({
      connection,
      service: 'liquidation',
      sessionTimeoutMs: 6_000,
      heartbeatMs: 200,
      onFatal: (error) => fatal.push(error),
    });
    const owned: string[] = [];
    const arrivals = new Arrivals(() => ({ incidents, owned, fatal, held: ownership.held }));
    try {
      await ownership.start({
        onAssigned: async (partition) => {
          owned.push(`+${partition}`);
          arrivals.look();
        },
        onRevoked: async (partition) => void owned.push(`-${partition}`),
      });
      await arrivals.until(() => owned.length === 3);
      const entries = entriesOf('accounts', 0, 9);
      await bus.subscribe([{ log: 'accounts', partition: 0, after: 0 }], arrivals.handle, arrivals.onHalt);
      await bus.publish(entries.slice(0, 3));
      await arrivals.upTo(3);

      await kafka.kill();
      let done = false;
      const published = Promise.all([bus.publish(entries.slice(3, 6)), bus.publish(entries.slice(6))]).then(() => {
        done = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(done).toBe(false);

      await kafka.restart();
      await published;
      await arrivals.upTo(9);
      expect(arrivals.entries()).toEqual(entries);
      expect(arrivals.halts).toEqual([]);
      expect(incidents.filter(({ kind }) => kind === 'fatal' || kind === 'halted')).toEqual([]);
      expect(fatal).toEqual([]);
      expect(ownership.held).toEqual([-1, 0, 1]);
      expect(owned).toEqual(['+-1', '+0', '+1']);
    } finally {
      await ownership.close();
      await bus.close();
      await kafka.stop();
    }
  };
  it(waits, test, PATIENCE_MS);
}
