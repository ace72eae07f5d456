import { replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { AssessmentDetail, LiquidationEvents, MarginEvents } from '@ballast/facts';
import { dec, type Decimal } from '@ballast/kernel';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { ClearingHouse, SERVICES, Simulation, genesisFrom } from '@ballast/services';
import { entriesOf } from './rewrite-history.js';

const PARTITIONS = 2;
const WINDOW = { from: '2020-03-12T10:30:00Z', to: '2020-03-12T10:52:00Z', priceFeedback: true };

type Placed = LiquidationEvents['CloseOutOrderPlaced'];

let house: ClearingHouse;
let orders: readonly Placed[] = [];
let assessed: readonly AssessmentDetail[] = [];

/** Writers of options in the fall of 12 March 2020, under the reviewed policy: nothing is hedged, all is closed in the market. */
beforeAll(async () => {
  const listed = await loadScenario('option-writers');
  const contracts = listed.contracts === undefined ? {} : { contracts: { ...listed.contracts, writers: 40 } };
  const scenario = narrowedScenario({ ...listed, ...contracts }, WINDOW);
  house = await ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions: PARTITIONS,
    worker: 'test',
    release: { release: 'ballast@test', build: '0'.repeat(64) },
    genesis: genesisFrom(),
  });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 80, partitions: PARTITIONS });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  const eventsOf = async (log: 'liquidation' | 'margin') =>
    (await Promise.all([0, 1].map((partition) => entriesOf(house.logs.log(log), partition)))).flat();
  orders = (await eventsOf('liquidation'))
    .filter(({ type }) => type === 'CloseOutOrderPlaced')
    .map(({ payload }) => payload as Placed);
  assessed = (await eventsOf('margin'))
    .filter(({ type }) => type === 'LiquidatingAccountAssessed')
    .map(({ payload }) => (payload as MarginEvents['LiquidatingAccountAssessed']).assessment);
}, 240_000);

const healthOf = ({ figures }: AssessmentDetail): Decimal => dec(figures.equity).div(figures.maintenance);

describe('books of options closed in the market [CLR-LIQ-046] [CLR-MRG-075]', () => {
  it('are closed by parts that margin judged, and no slice leaves health worse on the same prices', () => {
    const parts = orders.filter(({ part }) => part !== undefined);
    expect(parts.length).toBeGreaterThan(0);
    let followed = 0;
    for (const { accountId, schedule, accountVersion } of parts) {
      const ofSchedule = assessed.filter((each) => each.accountId === accountId && each.schedule === schedule);
      const before = ofSchedule.find((each) => each.accountVersion === accountVersion);
      const after = ofSchedule.find((each) => each.accountVersion > accountVersion);
      if (before === undefined || after === undefined) continue;
      if (dec(before.figures.equity).lte(0) || dec(after.figures.maintenance).isZero()) continue;
      followed += 1;
      expect(healthOf(after).plus('0.00001').gte(healthOf(before))).toBe(true);
    }
    expect(followed).toBeGreaterThan(0);
  });

  it('leave a log that verifies and replays', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 120_000);
});
