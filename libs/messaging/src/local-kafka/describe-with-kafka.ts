import { kafkaAvailability } from './kafka-installation.js';
import { startKafka, type LocalKafka } from './local-kafka.js';

const START_WITHIN_MS = 180_000;

/**
 * A suite on a real Apache Kafka, started for it. Where there is none, the suite says so loudly and does not run; under
 * `CI=true` that is a failure.
 */
export async function describeWithKafka(name: string, suite: (kafka: () => LocalKafka) => void): Promise<void> {
  const { available, why } = await kafkaAvailability();
  if (!available && process.env.CI !== 'true') {
    process.stderr.write(`\n*** NOT RUN: "${name}" needs Apache Kafka. ${why}\n\n`);
    describe.skip(name, () => suite(() => ({}) as LocalKafka));
    return;
  }
  describe(name, () => {
    let kafka: LocalKafka | undefined;
    beforeAll(async () => {
      kafka = await startKafka();
    }, START_WITHIN_MS);
    afterAll(() => kafka?.stop());
    suite(() => kafka as LocalKafka);
  });
}
