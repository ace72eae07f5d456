import { MemoryLogStore, type LogStore, LogDirectory } from '@ballast/event-log';
import { EMPTY_HEAD, seal, type LogicalTime } from '@ballast/event-sourcing';
import type { ExchangeLog, ServiceLog } from '@ballast/facts';
import { uuidV5 } from '@ballast/kernel';
import { LockstepFollower, type GateOpening } from '@ballast/messaging';
import { InProcessLockstepChannel } from '@ballast/messaging/testing';
import { LockstepRun, allPartitions } from './lockstep-run.js';

let logs: LogDirectory;

beforeEach(async () => {
  const store: LogStore = new MemoryLogStore();
  logs = await LogDirectory.open(store, 2);
});

async function append(name: ServiceLog | ExchangeLog, partition: number, time: LogicalTime): Promise<void> {
  const log = logs.log(name);
  const { epoch } = await log.take(partition, 'w');
  const event = seal(
    {
      log: name,
      partition,
      position: 1,
      id: uuidV5(`${name}/${partition}`),
      stream: 's',
      version: 1,
      type: 'Said',
      schemaVersion: 1,
      time,
      cause: { kind: 'timer', id: 'x', due: 0 },
      basis: [],
      correlation: 'c',
      actor: null,
      payload: {},
    },
    EMPTY_HEAD,
  );
  await log.append([
    {
      partition,
      epoch,
      expectedSize: 0,
      expectedHead: EMPTY_HEAD,
      events: [event],
      cursors: [],
      commands: [],
      worker: 'w',
    },
  ]);
}

/** A run, and everybody else: they append one event in each of the first openings. */
async function run(appending: number): Promise<{ driver: LockstepRun; openings: GateOpening[] }> {
  const channel = new InProcessLockstepChannel();
  const openings: GateOpening[] = [];
  await LockstepFollower.start({
    channel,
    worker: 'all',
    onFailure: (error) => {
      throw error;
    },
    apply: async (opening) => {
      openings.push(opening);
      const position = Math.min(openings.length, appending);
      return allPartitions(2).map(([log, partition]) => ({ log, partition, epoch: 1, position, applied: true }));
    },
  });
  return { driver: await LockstepRun.open(channel, 'run', logs), openings };
}

describe('a run of several processes in lockstep', () => {
  it('waits for every partition of every log', () => {
    expect(allPartitions(2).map(([log, partition]) => `${log}/${partition}`)).toEqual([
      ...['accounts/-1', 'accounts/0', 'accounts/1', 'pricing/-1', 'margin/-1', 'margin/0', 'margin/1'],
      ...[
        'liquidation/-1',
        'liquidation/0',
        'liquidation/1',
        'exchange.quotes/-1',
        'exchange.fills/0',
        'exchange.fills/1',
      ],
      ...['exchange.transfers/0', 'exchange.transfers/1', 'exchange.orders/0', 'exchange.orders/1'],
      ...['exchange.orderReports/0', 'exchange.orderReports/1'],
    ]);
  });

  it('begins where nothing is stored with the first step', async () => {
    expect((await run(0)).driver.lastStep).toBeUndefined();
  });

  it('opens hop after hop until one in which nobody appended anything, each with the ends of the one before', async () => {
    const { driver, openings } = await run(3);
    expect(await driver.step(1_000)).toBe(3);
    expect(openings.map(({ hop, ends }) => [hop, ends[0]?.[2]])).toEqual([
      [0, undefined],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    await driver.step(2_000);
    expect(openings.at(-1)).toMatchObject({ step: 2_000, hop: 1 });
  });

  it('goes on at the step of the newest quote, and beyond the highest hop that is stored of it', async () => {
    await append('exchange.quotes', -1, { clearing: 2_000, hop: 0 });
    await append('margin', 1, { clearing: 2_000, hop: 4 });
    await append('liquidation', 0, { clearing: 1_000, hop: 9 });
    const { driver, openings } = await run(0);
    expect(driver.lastStep).toBe(2_000);
    expect(await driver.step(2_000)).toBe(5);
    expect(openings.map(({ hop }) => hop)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await driver.step(3_000)).toBe(1);
  });
});
