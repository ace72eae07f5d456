import type { AccountExplanation } from '@ballast/contracts';
import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import { dec, instantOf, sum } from '@ballast/kernel';
import type { MarginState } from '@ballast/margin-domain';
import { loadScenario } from '@ballast/scenarios';
import { ClearingHouse, Simulation } from '@ballast/services';
import { verify, explainAccount, explanationText } from '@ballast/audit';
import { expectTablesToAddUp } from './printed-tables.fixtures.js';

const PARTITIONS = 2;
let house: ClearingHouse;
let explanations: readonly AccountExplanation[];

/** The last hour of options and futures, their delivery, and one settlement of variation, with trades of inverse perpetuals. */
beforeAll(async () => {
  const scenario = {
    ...(await loadScenario('option-writers')),
    from: instantOf('2020-03-13T07:05:00Z'),
    to: instantOf('2020-03-13T08:04:00Z'),
  };
  house = await ClearingHouse.open({ store: new MemoryLogStore(), partitions: PARTITIONS, worker: 'test' });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 90, partitions: PARTITIONS });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  const accountIds = [0, 1].flatMap((partition) =>
    house.workerOf<MarginState>('margin', partition).state.book.accounts.map(({ accountId }) => accountId),
  );
  explanations = await Promise.all(
    accountIds.map(async (accountId) => (await explainAccount(house.logs, accountId)) as AccountExplanation),
  );
}, 240_000);

describe('the bridge of accounts with options, futures and inverse perpetuals', () => {
  it('leaves less than two cents to rounding, in every account', () => {
    for (const { accountId, bridge } of explanations) {
      const lines = bridge?.lines ?? [];
      expect(
        sum(lines.map(({ amount }) => dec(amount)))
          .plus(bridge?.before ?? '0')
          .toFixed(),
      ).toBe(bridge?.after);
      const rounding = Number(lines.find(({ label }) => label === 'rounding')?.amount ?? '0');
      expect([accountId, Math.abs(rounding) < 0.02]).toEqual([accountId, true]);
    }
  });

  it('has a line of its own for premium, variation, delivery, its fee, and cash in coin', () => {
    const labels = new Set(explanations.flatMap(({ bridge }) => (bridge?.lines ?? []).map(({ label }) => label)));
    for (const label of ['option premium', 'variation settled', 'delivered at expiry', 'delivery fees']) {
      expect([...labels]).toContain(label);
    }
    expect([...labels].filter((label) => /^trading fees (BTC|ETH)$/.test(label))).not.toEqual([]);
  });

  it('has tables of equity that add up as they are printed, with at most a cent a line left to rounding', () => {
    let tables = 0;
    for (const explanation of explanations) {
      const text = explanationText(explanation);
      tables += expectTablesToAddUp(text);
    }
    expect(tables).toBeGreaterThan(50);
  });

  it('stands on books that add up to zero per asset', async () => {
    expect((await verify(house.logs)).faults).toEqual([]);
  });
});
