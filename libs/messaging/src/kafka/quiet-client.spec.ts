import { createRequire } from 'node:module';
import './quiet-client.js';

interface Queue {
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: unknown[];
  checkPendingRequests(): void;
  push(request: object): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => Queue;

describe('the queue of requests of a Kafka client', () => {
  let queue: Queue;
  beforeEach(() => {
    const logger = { debug: () => undefined, warn: () => undefined };
    queue = new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger });
  });
  afterEach(() => queue.destroy());

  it('keeps no timer while nothing waits', () => {
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('sends what had to wait as soon as it may', async () => {
    queue.maybeThrottle(20);
    const sent = new Promise<void>((resolve) => {
      queue.push({
        entry: {
          correlationId: 1,
          apiKey: 0,
          apiName: 'Produce',
          apiVersion: 0,
          resolve: () => undefined,
          reject: () => undefined,
        },
        expectResponse: false,
        sendRequest: resolve,
      });
    });
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    await sent;
    expect(queue.pending).toEqual([]);
  });
});
