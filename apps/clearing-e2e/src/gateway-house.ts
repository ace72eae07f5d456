import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ServerConnection } from '@ballast/event-log';
import { createDatabase, discard, testServer } from '@ballast/event-log/testing';
import { restClient, type RestClient } from '@ballast/gateway/testing';
import { createDatabaseOf, gatewayDatabase, GATEWAYS, PROCESSES } from '@ballast/local-stack';
import type { LocalKafka } from '@ballast/messaging/local-kafka';
import { REPOSITORY } from './ballast-process.js';
import { DistributedHouse, withFreePorts } from './distributed-house.js';

export const GATEWAY_PARTITIONS = 2;

/** The distributed composition with two gateways, after five minutes of quotes; then the exchange says nothing but the time. */
export interface GatewayHouse extends RestClient {
  readonly house: DistributedHouse;
  /** Where the owners keep their logs. */
  readonly database: ServerConnection;
  /** The other gateway. */
  readonly second: RestClient;
  close(): Promise<void>;
}

/** Everything live over a broker that may be shared. */
export async function openGatewayHouse(kafka: LocalKafka): Promise<GatewayHouse> {
  const server = await testServer();
  const { connection } = await createDatabase(server);
  const rules = await patientRules();
  const house = new DistributedHouse(
    kafka.brokers,
    connection,
    GATEWAY_PARTITIONS,
    {
      SCENARIO: 'crash-2020-03',
      TO: '2020-03-11T00:05:00Z',
      ACCOUNTS: '12',
      SEED: '1',
      SPEED: '2',
      // Often, so that there are some that can be harmed.
      SNAPSHOT_ENTRIES: '20',
      DOCUMENTS: rules,
      TOPIC_PREFIX: `gate-${randomUUID().slice(0, 8)}.`,
    },
    await withFreePorts([...PROCESSES, ...GATEWAYS]),
    'live',
  );
  const close = async (): Promise<void> => {
    await house.stop();
    await discard(server);
    await fs.rm(rules, { recursive: true, force: true });
  };
  try {
    await createDatabaseOf(gatewayDatabase(house.databaseUrl));
    await house.start();
    const first = restClient(house.addressOf('gateway-1'));
    await until(async () => {
      const { body } = await first.get('/summary');
      return body.priceSets >= 6 && (await first.get('/accounts?limit=20')).body.items?.length >= 12;
    });
    return { ...first, house, database: connection, second: restClient(house.addressOf('gateway-2')), close };
  } catch (error) {
    const { output } = house;
    await close();
    throw new Error(`${(error as Error).message}\n--- output of the processes\n${output}`, { cause: error });
  }
}

async function until(holds: () => Promise<boolean>, withinMs = 180_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the first minutes were not cleared in time');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The bundled rules, with quotes that stay good for a day: a test must not depend on how long it takes. */
async function patientRules(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'ballast-rules-'));
  await fs.cp(path.join(REPOSITORY, 'libs/house-documents/documents'), folder, { recursive: true });
  const file = path.join(folder, 'pricing', 'pricing-rules@1.json');
  const text = await fs.readFile(file, 'utf8');
  await fs.writeFile(file, text.replace('"staleAfterMs": 90000', '"staleAfterMs": 86400000'));
  return folder;
}
