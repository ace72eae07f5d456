import { LogHistory, explainAccount, replay, verify } from '@ballast/audit';
import { MemoryLogStore, approveCorrection, logDigest, proposeCorrection, type LogDirectory } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { LiquidationEvents, ServiceLog } from '@ballast/facts';
import { ClearingHouse, SERVICES, Simulation } from '@ballast/services';
import { SHORT_WINDOW } from './ci-window.js';
import { openRun } from './clearing-run.js';
import { forgedCopy } from './rewrite-history.js';

type Placed = LiquidationEvents['CloseOutOrderPlaced'];

/** The first close-out order of any partition. */
async function firstOrder(logs: LogDirectory): Promise<SealedEvent | undefined> {
  for (let partition = 0; partition < logs.partitions; partition++) {
    // Before the first case a partition holds its rules and little else.
    const entries = await logs.log('liquidation').read(partition, 0, 100);
    const order = entries.find(({ type }) => type === 'CloseOutOrderPlaced');
    if (order !== undefined) return order;
  }
  return undefined;
}

const digestOf = async (logs: LogDirectory, log: ServiceLog): Promise<string> =>
  logDigest(await logs.log(log).heads()).toString('hex');

describe('a log that an older release wrote, with a figure that is none', () => {
  let poisoned: { store: MemoryLogStore; logs: LogDirectory; order: SealedEvent };
  /** The same run with the figure that belongs there. */
  let sound: LogDirectory;

  /** Half of the run; then a copy of it in which the mark of a close-out order is none, every hash being right. */
  beforeAll(async () => {
    const run = await openRun(new MemoryLogStore(), SHORT_WINDOW);
    const simulation = await Simulation.open(run);
    let order: SealedEvent | undefined;
    while ((order = await firstOrder(run.house.logs)) === undefined) await simulation.step();
    const store = new MemoryLogStore();
    const payload = (stored: unknown): Placed => ({ ...(stored as Placed), mark: 'NaN' });
    const { partition, position } = order;
    const logs = await forgedCopy(run.house.logs, { log: 'liquidation', partition, position, payload }, store);
    poisoned = { store, logs, order };
    while (!simulation.done) await simulation.step();
    sound = run.house.logs;
  }, 240_000);

  it('stops its house with the place and what to do, and is gone on from once two persons have said how it is read [CLR-LOG-080, CLR-LOG-082]', async () => {
    const { store, logs, order } = poisoned;
    const { partition, position } = order;
    const place = `liquidation/${partition} position ${position}: payload.mark of CloseOutOrderPlaced is "NaN"`;
    await expect(openRun(store, SHORT_WINDOW)).rejects.toThrow(place);
    const [fault] = (await verify(logs)).faults;
    expect(fault).toMatchObject({ log: 'liquidation', partition, position });
    expect(fault?.what).toContain('ballast correct propose');

    const log = logs.log('liquidation');
    const { mark } = order.payload as Placed;
    const said = { partition, position, figures: { 'payload.mark': mark }, reason: 'the mark of the price set' };
    await proposeCorrection(log, { ...said, actor: 'ann' });
    await approveCorrection(log, { partition, position, actor: 'ben' });

    const run = await openRun(store, SHORT_WINDOW);
    expect(run.house).toBeInstanceOf(ClearingHouse);
    const simulation = await Simulation.open(run);
    while (!simulation.done) await simulation.step();

    // What follows is what would have followed: only the chain of the corrected partition is another.
    for (const name of ['accounts', 'pricing', 'margin'] as const) {
      expect([name, await digestOf(run.house.logs, name)]).toEqual([name, await digestOf(sound, name)]);
    }
    const report = await verify(run.house.logs);
    expect(report).toMatchObject({
      faults: [],
      corrections: [{ log: 'liquidation', partition, position, proposedBy: 'ann', approvedBy: 'ben' }],
    });
    const replayed = await replay(run.house.logs, SERVICES, () => 0);
    expect(replayed.divergence).toBeUndefined();
    expect(replayed.taken).toBeGreaterThan(0);
    expect(replayed.events + replayed.taken).toBe(report.events);
    const shown = await new LogHistory(run.house.logs, SERVICES).event({ log: 'liquidation', partition, position });
    expect(shown).toMatchObject({ event: { payload: { mark: 'NaN' }, readAs: { approvedBy: 'ben' } } });
    const { accountId } = order.payload as Placed;
    expect(await explainAccount(run.house.logs, accountId)).toEqual(await explainAccount(sound, accountId));
  }, 240_000);
});
