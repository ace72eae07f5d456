import { accountExplanation, type AccountExplanation } from '@ballast/contracts';
import { MemoryLogStore } from '@ballast/event-log';
import { createExchangeSimulator } from '@ballast/exchange-simulator-domain';
import type { MarginEvents } from '@ballast/facts';
import { dec, instantOf, sum } from '@ballast/kernel';
import { MARGIN_STATES, type MarginState } from '@ballast/margin-domain';
import { ClearingHouse, Simulation, loadScenario } from '@ballast/services';
import { explainAccount } from './explain-account.js';
import { explanationText } from './explanation-text.js';

const PARTITIONS = 2;
let house: ClearingHouse;
let accountIds: readonly string[];

/** The worst hour of the crash of March 2020, in which accounts are liquidated. */
beforeAll(async () => {
  const scenario = {
    ...(await loadScenario('crash-2020-03')),
    from: instantOf('2020-03-12T09:45:00Z'),
    to: instantOf('2020-03-12T10:35:00Z'),
  };
  house = await ClearingHouse.open({ store: new MemoryLogStore(), partitions: PARTITIONS, worker: 'test' });
  const simulator = createExchangeSimulator({ scenario, seed: '1', accounts: 100, partitions: PARTITIONS });
  const simulation = await Simulation.open({ house, simulator, steps: [...simulator.steps()] });
  while (!simulation.done) await simulation.step();
  accountIds = [0, 1].flatMap((p) => marginOf(p).book.accounts.map(({ accountId }) => accountId));
}, 240_000);

const marginOf = (partition: number): MarginState => house.workerOf<MarginState>('margin', partition).state;

async function explained(accountId: string, at?: number): Promise<AccountExplanation> {
  const explanation = await explainAccount(house.logs, accountId, at);
  expect(accountExplanation.parse(explanation)).toEqual(explanation);
  return explanation as AccountExplanation;
}

async function changes(): Promise<readonly { at: number; payload: MarginEvents['AccountStateChanged'] }[]> {
  const log = house.logs.log('margin');
  const all = await Promise.all([0, 1].map((partition) => log.read(partition, 0, 100_000)));
  return all
    .flat()
    .filter(({ type }) => type === 'AccountStateChanged')
    .map(({ time, payload }) => ({ at: time.clearing, payload: payload as MarginEvents['AccountStateChanged'] }));
}

describe('an explanation from the logs alone', () => {
  it('ends in the state and the equity that margin itself holds', async () => {
    for (const accountId of accountIds) {
      const explanation = await explained(accountId);
      const { book } = marginOf(explanation.partition);
      expect(explanation.state).toBe(MARGIN_STATES[book.stateOf(book.at(accountId))]);
      expect(explanation.assessment?.accountVersion).toBe(book.at(accountId).version);
    }
  }, 120_000);

  it('bridges equity without a gap: what is left to rounding is below two cents', async () => {
    let bridges = 0;
    for (const accountId of accountIds) {
      const { bridge } = await explained(accountId);
      if (bridge === null) continue;
      bridges += 1;
      const total = dec(bridge.before).plus(sum(bridge.lines.map(({ amount }) => dec(amount))));
      expect(total.eq(bridge.after)).toBe(true);
      const rounding = bridge.lines.find(({ label }) => label === 'rounding');
      expect(Math.abs(Number(rounding?.amount ?? 0))).toBeLessThan(0.02);
    }
    expect(bridges).toBe(accountIds.length);
  }, 120_000);

  it('at the time of a change tells the state the account had at the end of that moment', async () => {
    const all = await changes();
    expect(all.length).toBeGreaterThan(10);
    for (const { at, payload } of all.slice(0, 25)) {
      const { accountId } = payload;
      const last = all.findLast((each) => each.payload.accountId === accountId && each.at === at);
      const explanation = await explained(accountId, at);
      expect(explanation.state).toBe(last?.payload.to);
      expect(explanation.at).toBeLessThanOrEqual(at);
      expect(explanation.timeline.every((entry) => entry.at <= at)).toBe(true);
    }
  }, 120_000);

  it('of a liquidation names the deposit that was missing, to the cent, and every slice with its cost', async () => {
    const entry = (await changes()).findLast(({ payload }) => payload.to === 'LIQUIDATING');
    expect(entry).toBeDefined();
    const { accountId, assessment } = (entry as NonNullable<typeof entry>).payload;
    const explanation = await explained(accountId);
    const { equity, liquidation } = assessment.figures;
    expect(explanation.wouldHaveAvoided?.lines[0]?.amount).toBe(dec(liquidation).minus(equity).toFixed(2));
    expect(explanation.slices.length).toBeGreaterThan(0);
    for (const { lines } of explanation.slices) {
      expect(lines.map(({ label }) => label)).toEqual(expect.arrayContaining(['provisional rate', 'penalty']));
    }
    const text = explanationText(explanation);
    for (const part of ['What would have avoided LIQUIDATING', 'Equity since', 'Timeline', 'Slice 1 of case']) {
      expect(text).toContain(part);
    }
  }, 60_000);

  it('knows no account that was never opened', async () => {
    expect(await explainAccount(house.logs, 'nobody.main')).toBeUndefined();
    expect(
      await explainAccount(house.logs, accountIds[0] as string, instantOf('2020-03-12T09:00:00Z')),
    ).toBeUndefined();
  });
});
