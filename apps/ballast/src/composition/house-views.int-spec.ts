import { readPartition } from '@ballast/event-log';
import { SERVICE_LOGS } from '@ballast/facts';
import { ClearingPictureProjection, LiquidationCasesProjection } from '@ballast/read-models';
import { HouseViews } from '@ballast/gateway';
import { openSimulation, type SimulationSession } from './open-simulation.js';

type ViewsOptions = Parameters<typeof HouseViews.open>[0];

let session: SimulationSession;
let notices: string[];
let read: number;

beforeEach(async () => {
  notices = [];
  const run = { scenario: 'option-writers', from: '2020-03-12T10:10:00Z', to: '2020-03-12T10:50:00Z' };
  const options = { ...run, accounts: 60, seed: '6', log: 'memory', dataDir: '', partitions: 2 } as const;
  session = await openSimulation(options, () => undefined);
}, 60_000);

afterEach(() => session.close());

const steps = async (count: number): Promise<void> => {
  for (let step = 0; step < count && !session.simulation.done; step++) await session.simulation.step();
};

const options = (): ViewsOptions => {
  read = 0;
  return {
    logs: session.house.logs,
    store: session.house.logs.snapshots,
    program: { release: 'ballast@1.2.3', build: '0'.repeat(64) },
    notice: (line) => notices.push(line),
    onProgress: (_, total) => (read = total),
  };
};

/** Of everything that the logs hold. */
async function expectWhole({ picture, cases }: HouseViews): Promise<void> {
  const whole = [new ClearingPictureProjection(), new LiquidationCasesProjection()] as const;
  for (const name of SERVICE_LOGS) {
    const log = session.house.logs.log(name);
    for (const { partition } of await log.heads()) {
      for await (const entry of readPartition(log, partition)) for (const each of whole) each.apply(entry);
    }
  }
  expect(picture.picture).toEqual(whole[0].picture);
  expect(cases.list()).toEqual(whole[1].list());
  expect(cases.list().length).toBeGreaterThan(0);
}

it('views go on from where they were written down, and read only what came since', async () => {
  await steps(25);
  const first = await HouseViews.open(options());
  const stop = session.house.onAppended((entries) => first.apply(entries));
  await steps(5);
  stop();
  await first.rest();
  await steps(10);
  const again = await HouseViews.open(options());
  await expectWhole(again);
  expect(read).toBeLessThan(again.picture.picture.events / 2);
  expect(notices).toEqual([]);
}, 120_000);

it('views that are damaged, or of other logs, are made anew', async () => {
  await steps(30);
  const first = await HouseViews.open(options());
  await first.rest();
  const store = session.house.logs.snapshots;
  const [mark] = await store.marks('accounts', -2);
  const stored = mark && (await store.read('accounts', -2, mark.position));
  if (stored === undefined) throw new Error('nothing was written down');
  await store.save({ ...stored, content: Buffer.concat([stored.content.subarray(0, 90), Buffer.alloc(9)]) }, 2);
  await expectWhole(await HouseViews.open(options()));
  expect(notices.join()).toMatch(/the views of \d+ events are passed over/);
}, 120_000);
