import fc from 'fast-check';
import { REMEMBERED_OUTCOMES } from './outcomes.js';
import type { PartitionWorker } from './partition-worker.js';
import { pay, PaymentsHouse } from './payments.fixtures.js';

type Worker = Pick<PartitionWorker, 'catchUp' | 'runLive' | 'backlog'>;

async function run(worker: Worker): Promise<void> {
  await worker.catchUp();
  while (worker.backlog > 0) await worker.runLive();
}

/** Commands in one item. */
async function give(worker: PartitionWorker, ...commands: ReturnType<typeof pay>[]) {
  const answers = commands.map((command) => worker.execute(command));
  // Whether an id was answered before is looked up before the command waits.
  await new Promise((resolve) => setImmediate(resolve));
  await worker.runLive();
  return Promise.all(answers);
}

const connectionLost = Object.assign(new Error('connection terminated'), { code: '57P01' });

describe('ids that are done with are answered from an index beside the log [CLR-LOG-070]', () => {
  it('a worker that starts from a snapshot books nothing twice, and new ids once', async () => {
    const house = await PaymentsHouse.open();
    const first = await house.worker();
    house.say(['a'], ['b', 2], ['c']);
    await run(first);
    await first.rest();
    const second = await house.worker();
    expect(second.machine.outcomes).toMatchObject({ size: 0, after: 3 });
    house.say(['b', 2], ['d'], ['a'], ['d']);
    await run(second);
    expect(await give(second, pay('k1', 'c'), pay('k2', 'c', 9), pay('k3', 'e'), pay('k4', 'e', 2))).toMatchObject([
      { outcome: 'accepted', data: { known: 'yes' } },
      { outcome: 'rejected', code: 'id-reused' },
      { outcome: 'accepted', data: { known: 'no' } },
      { outcome: 'rejected', code: 'id-reused' },
    ]);
    expect(await house.booked()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('an index that never got anything is filled from the log at the next start, before anything is decided', async () => {
    const house = await PaymentsHouse.open();
    const failing = await house.worker({ add: () => () => Promise.reject(connectionLost) });
    house.say(...Array.from({ length: 300 }, (_, number): [string] => [`id-${number}`]));
    await run(failing);
    await failing.rest();
    expect(await house.log.outcomes.indexed(0)).toBe(0);
    const told: number[] = [];
    const next = await house.worker({}, (events) => told.push(events));
    expect([await house.log.outcomes.indexed(0), await house.log.outcomes.count(0)]).toEqual([300, 300]);
    expect(told).toEqual([300]);
    house.say(['id-7'], ['id-299'], ['new']);
    await run(next);
    expect(await house.booked()).toHaveLength(301);
  });

  it('an index that was made smaller while its writer runs gets back what was in it', async () => {
    const house = await PaymentsHouse.open();
    const worker = await house.worker();
    house.say(...Array.from({ length: 600 }, (_, number): [string] => [`id-${number}`]));
    await run(worker);
    expect(await house.log.outcomes.indexed(0)).toBeGreaterThanOrEqual(256);
    await house.log.outcomes.rebuild(0, async function* () {
      yield { upTo: 100, placed: [] };
    });
    for (const round of ['b', 'c', 'd']) {
      house.say(...Array.from({ length: 600 }, (_, number): [string] => [`${round}-${number}`]));
      await run(worker);
    }
    const indexed = await house.log.outcomes.indexed(0);
    expect(indexed).toBeGreaterThan(600);
    // Of the first hundred it was told that nobody said anything.
    expect(await house.log.outcomes.count(0)).toBe(indexed - 100);
  });

  it('an index that goes beyond its log is of another database', async () => {
    const house = await PaymentsHouse.open();
    await house.log.outcomes.add(0, 0, 12, []);
    await expect(house.worker()).rejects.toThrow(
      'the index of ids of accounts/0 goes to position 12, and the log ends at 0: they are not of one database',
    );
  });

  it('the index also moves where nothing was settled long since, so that no start looks through much', async () => {
    const house = await PaymentsHouse.open();
    const worker = await house.worker();
    for (let page = 0; page < 3; page++) {
      house.say(...Array.from({ length: 1_000 }, (_, number): [string] => [`id-${page}-${number}`]));
      await run(worker);
    }
    expect(3_000 - (await house.log.outcomes.indexed(0))).toBeLessThan(256 + 500);
  });

  it('more ids than stay in memory are asked for, also those of the item in hand', async () => {
    const house = await PaymentsHouse.open();
    const worker = await house.worker();
    const many = Array.from({ length: REMEMBERED_OUTCOMES + 2_000 }, (_, number): [string] => [`id-${number}`]);
    house.say(...many, ...many.slice(0, 700), ['new'], ...many.slice(-3), ['new']);
    await run(worker);
    expect(worker.machine.outcomes?.after).toBeGreaterThan(700);
    expect(worker.machine.outcomes?.size).toBeLessThan(REMEMBERED_OUTCOMES + 1_000);
    expect(await house.booked()).toEqual([...many.map(([id]) => id), 'new']);
    expect(worker.state).toEqual({ sum: many.length + 1 });
  });

  it('a command that comes while others are looked up waits for the next item', async () => {
    const house = await PaymentsHouse.open();
    const first = await house.worker();
    house.say(['a'], ['b']);
    await run(first);
    await first.rest();
    let look: (() => void) | undefined;
    const asked: (readonly string[])[] = [];
    const worker = await house.worker({
      find: (inner) => async (partition, keys, upTo) => {
        asked.push(keys);
        await new Promise<void>((resolve) => (look = resolve));
        return inner.find(partition, keys, upTo);
      },
    });
    const one = worker.execute(pay('k1', 'a'));
    await new Promise((resolve) => setImmediate(resolve));
    const running = worker.runLive();
    const other = worker.execute(pay('k2', 'b'));
    house.say(['b'], ['c']);
    await worker.catchUp();
    look?.();
    await running;
    expect(await one).toMatchObject({ data: { known: 'yes' } });
    expect(asked).toEqual([['a']]);
    expect(worker.backlog).toBe(3);
    const then = worker.runLive();
    look?.();
    await then;
    expect(await other).toMatchObject({ data: { known: 'yes' } });
    expect(await house.booked()).toEqual(['a', 'b', 'c']);
  });

  it('a database that is away is waited for; an index that cannot be read gives the partition up', async () => {
    const house = await PaymentsHouse.open();
    const first = await house.worker();
    house.say(['a']);
    await run(first);
    await first.rest();
    let failures = 2;
    const patient = await house.worker({
      find: (inner) => (partition, keys, upTo) =>
        failures-- > 0 ? Promise.reject(connectionLost) : inner.find(partition, keys, upTo),
    });
    expect(await give(patient, pay('k1', 'a'))).toMatchObject([{ data: { known: 'yes' } }]);
    const broken = await house.worker({ find: () => () => Promise.reject(new Error('no such table')) });
    const answer = broken.execute(pay('k2', 'a'));
    answer.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(broken.runLive()).rejects.toThrow('no such table');
    await expect(answer).rejects.toThrow('no such table');
  });

  it('any order of payments, repetitions and restarts, whatever the index lacks, books each id once', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom('rest', 'kill', 'deaf') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const house = await PaymentsHouse.open();
        let isDeaf = false;
        const deaf: Parameters<PaymentsHouse['worker']>[0] = {
          add:
            ({ add }) =>
            (...given) =>
              isDeaf ? Promise.reject(connectionLost) : Reflect.apply(add, house.log.outcomes, given),
        };
        let worker = await house.worker(deaf);
        const said = new Set<string>();
        for (const each of steps) {
          if (typeof each === 'string') {
            if (each === 'rest') await worker.rest();
            isDeaf = false;
            worker = await house.worker(deaf);
            isDeaf = each === 'deaf';
            continue;
          }
          for (const id of each) said.add(`${id}`);
          house.say(...each.map((id): [string] => [`${id}`]));
          await run(worker);
        }
        expect(await house.booked()).toEqual([...said]);
        expect(house.notices).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
