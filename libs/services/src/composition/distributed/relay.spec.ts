import { MemoryLogStore, type EventLog } from '@ballast/event-log';
import { EMPTY_HEAD, seal, type SealedEvent } from '@ballast/event-sourcing';
import type { Bus } from '@ballast/messaging';
import { uuidV5 } from '@ballast/kernel';
import { Relay } from './relay.js';

let log: EventLog;
let events: readonly SealedEvent[];
let sent: number[];

beforeEach(async () => {
  log = await new MemoryLogStore().open({ name: 'margin', partitions: 1, global: true });
  events = await append(1_100);
  sent = [];
});

async function append(count: number): Promise<readonly SealedEvent[]> {
  const { epoch } = await log.take(0, 'w');
  const made: SealedEvent[] = [];
  for (let position = 1; position <= count; position++) {
    made.push(
      seal(
        {
          log: 'margin',
          partition: 0,
          position,
          id: uuidV5(`margin/0/${position}`),
          stream: 'runs',
          version: position,
          type: 'MarginRunCompleted',
          schemaVersion: 1,
          time: { clearing: 1, hop: 1 },
          cause: { kind: 'timer', id: 'x', due: 0 },
          basis: [],
          correlation: 'c',
          actor: null,
          payload: {},
        },
        made.at(-1)?.chain ?? EMPTY_HEAD,
      ),
    );
  }
  await log.append([
    {
      partition: 0,
      epoch,
      expectedSize: 0,
      expectedHead: EMPTY_HEAD,
      events: made,
      cursors: [],
      commands: [],
      worker: 'w',
    },
  ]);
  return made;
}

/** A broker that fails the given number of times before it takes anything. */
const broker = (failures: number, onFailure: () => void = () => undefined): Bus =>
  ({
    publish: async (batch: readonly SealedEvent[]) => {
      if (failures-- > 0) {
        onFailure();
        throw new Error('no leader');
      }
      sent.push(...batch.map(({ position }) => position));
    },
  }) as unknown as Bus;

const positions = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the relay of a partition', () => {
  it('sends what a former owner had appended and not sent, in order, and remembers it', async () => {
    await log.saveRelayCursor(0, 40);
    await new Relay(broker(0), log, 0, fail).catchUp();
    expect(sent).toEqual(positions(41, 1_100));
    expect(await log.relayCursor(0)).toBe(1_100);
  });

  it('tries until the broker has it, and says what went wrong', async () => {
    const troubles: unknown[] = [];
    const relay = new Relay(broker(2), log, 0, (error) => troubles.push(error));
    await relay.send(events.slice(0, 3));
    expect(sent).toEqual([1, 2, 3]);
    expect(troubles).toEqual([new Error('no leader'), new Error('no leader')]);
  });

  it('moves the stored cursor only to what the broker has', async () => {
    const relay = new Relay(broker(0), log, 0, fail);
    await relay.save();
    expect(await log.relayCursor(0)).toBe(0);
    await relay.send(events.slice(0, 3));
    expect(await log.relayCursor(0)).toBe(0);
    await relay.save();
    expect(await log.relayCursor(0)).toBe(3);
  });

  it('gives up when it is stopped: what was not sent stays behind the cursor for the next owner', async () => {
    const relay: Relay = new Relay(
      broker(Infinity, () => relay.stop()),
      log,
      0,
      () => undefined,
    );
    await relay.catchUp();
    await relay.send(events);
    await relay.save();
    expect([sent, await log.relayCursor(0)]).toEqual([[], 0]);
  });

  it('waits for an absent broker no longer than the partition is its own', async () => {
    const absent = { publish: () => new Promise(() => undefined) } as unknown as Bus;
    const relay = new Relay(absent, log, 0, fail);
    const sending = relay.send(events);
    relay.stop();
    await sending;
    await relay.save();
    expect(await log.relayCursor(0)).toBe(0);
  });
});

function fail(error: unknown): never {
  throw error;
}
