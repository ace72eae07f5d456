import { createRequire } from 'node:module';

/** The part of kafkajs' queue of requests that looks again and again whether one may be sent. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
  readonly prototype: RequestQueue;
};
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the queue below
const schedule = prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 looks for waiting requests every millisecond on each connection, also when none waits: a fifth of what an idle service
 * took. Whoever adds one, and every answer, schedules a look by itself, so an empty queue needs none.
 */
prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
  if (this.pending.length > 0) schedule.call(this);
};
