import { explainAccount, explanationText, replay, verify } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { LiquidationEvents } from '@ballast/facts';
import { canonicalText, dec, sha256 } from '@ballast/kernel';
import { loadScenario, narrowedScenario } from '@ballast/scenarios';
import { ClearingHouse, SERVICES, Simulation, genesisFrom } from '@ballast/services';
import { changedService, readingAnother, withFigure } from './changed-rules.js';
import { entriesOf } from './rewrite-history.js';

const PARTITIONS = 2;
const WINDOW = { from: '2020-03-12T10:30:00Z', to: '2020-03-12T10:52:00Z', priceFeedback: true };
const POLICY = { kind: 'liquidation-policy', id: 'close-out-default@1' };

let house: ClearingHouse;
let policy: object = {};
let events: readonly SealedEvent[] = [];

/** Writers of options in the fall of 12 March 2020, under the reviewed policy with hedges. */
beforeAll(async () => {
  const listed = await loadScenario('option-writers');
  const contracts = listed.contracts === undefined ? {} : { contracts: { ...listed.contracts, writers: 40 } };
  const scenario = narrowedScenario({ ...listed, ...contracts }, WINDOW);
  const bundled = genesisFrom();
  house = await ClearingHouse.open({
    store: new MemoryLogStore(),
    partitions: PARTITIONS,
    worker: 'test',
    release: { release: 'ballast@test', build: '0'.repeat(64) },
    genesis: (log) => {
      const genesis = bundled(log);
      const documents = genesis.documents.map((document) => {
        if (document.kind !== POLICY.kind) return document;
        policy = { ...(document.body as object), hedge: { parts: 16 } };
        return { ...document, body: policy, hash: sha256(canonicalText(policy)).toString('hex') };
      });
      return { ...genesis, documents };
    },
  });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 80, partitions: PARTITIONS });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  const liquidation = house.logs.log('liquidation');
  events = (await Promise.all([0, 1].map((partition) => entriesOf(liquidation, partition)))).flat();
}, 240_000);

const orders = (): readonly LiquidationEvents['CloseOutOrderPlaced'][] =>
  events
    .filter(({ type }) => type === 'CloseOutOrderPlaced')
    .map(({ payload }) => payload as LiquidationEvents['CloseOutOrderPlaced']);

describe('books of options in a fall, hedged before they are closed [CLR-LIQ-080] [CLR-LIQ-081] [CLR-LIQ-082]', () => {
  it('are hedged in the perpetual against their delta, and what they are required falls', () => {
    const hedges = orders().flatMap((order) => (order.hedge === undefined ? [] : [{ ...order, ...order.hedge }]));
    expect(hedges.length).toBeGreaterThan(0);
    for (const { instrument, side, deltaBefore, deltaAfter, requirementBefore, requirementAfter } of hedges) {
      expect(instrument).toMatch(/^(BTC|ETH)-PERP$/);
      expect(dec(deltaBefore).isNegative()).toBe(side === 'buy');
      expect(dec(deltaAfter).abs().lt(dec(deltaBefore).abs())).toBe(true);
      expect(dec(requirementAfter).lt(requirementBefore)).toBe(true);
    }
  });

  it('are told with delta and requirement, before and after', async () => {
    const hedged = orders().find(({ hedge }) => hedge !== undefined);
    const explained = await explainAccount(house.logs, hedged?.accountId ?? '');
    const told = typeof explained === 'object' ? explanationText(explained) : '';
    expect(told).toMatch(/of options, before any of them is closed: delta of (BTC|ETH) from -?[\d.]+ USD to/);
  });

  it('leave a log that verifies and replays [CLR-LIQ-083]', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
    expect((await replay(house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  }, 120_000);

  it('are decided otherwise by another number of sizes', async () => {
    const changed = readingAnother(POLICY.kind, POLICY.id, withFigure(policy, ['hedge', 'parts'], 15));
    const { divergence } = await replay(house.logs, [changedService('liquidation', changed)], () => 0);
    expect(`${divergence?.type} ${divergence?.field}`).toBe('HedgeAsked payload.parts');
  }, 120_000);
});
