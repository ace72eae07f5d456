import { explainAccount, replay, verify } from '@ballast/audit';
import { MemoryLogStore, PostgresLogStore } from '@ballast/event-log';
import { testDatabase } from '@ballast/event-log/testing';
import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, LiquidationEvents, MarginEvents, PricingEvents, ServiceLog } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { assessedNow, preTradeCheck, whatIf, type MarginState } from '@ballast/margin-domain';
import { SERVICES, type ClearingHouse } from '@ballast/services';
import { CI_WINDOW, OPTION_EXPIRY, type RunWindow } from './ci-window.js';
import { runToEnd } from './clearing-run.js';
import { GOLDEN_RUNS, outcomeOf, readGolden, RENEWAL, type GoldenRun } from './golden.js';
import { entriesOf, forgedCopy } from './rewrite-history.js';

/** Every entry of a service's numbered partitions and of its global one. */
async function entriesOfLog({ logs }: ClearingHouse, name: ServiceLog): Promise<LogEntry[]> {
  const partitions = (await logs.log(name).heads()).map(({ partition }) => partition);
  return (await Promise.all(partitions.map((partition) => entriesOf(logs.log(name), partition)))).flat();
}

const payloads = <Payload>(entries: readonly LogEntry[], type: string): readonly Payload[] =>
  entries.filter((entry) => entry.type === type).map(({ payload }) => payload as Payload);

const isOption = (instrument: string): boolean => /-[CP]$/.test(instrument);

/** A run costs seconds, so every claim about one is made of the same. */
const houses = new Map<GoldenRun, ClearingHouse>();

function houseOf(name: GoldenRun): ClearingHouse {
  const house = houses.get(name);
  if (house === undefined) throw new Error(`${name} did not run`);
  return house;
}

beforeAll(async () => {
  for (const [name, run] of Object.entries(GOLDEN_RUNS)) {
    houses.set(name as GoldenRun, await runToEnd(new MemoryLogStore(), run));
  }
}, 360_000);

/** Every account of a run, with the state of margin that decides it. */
function accountsOf(house: ClearingHouse): { state: MarginState; accountId: string }[] {
  return Array.from({ length: house.partitions }, (_, partition) => {
    const state = house.workerOf('margin', partition).state as MarginState;
    return state.book.accounts.map(({ accountId }) => ({ state, accountId }));
  }).flat();
}

describe.each(Object.entries(GOLDEN_RUNS) as [GoldenRun, RunWindow][])('the run %s', (name, run) => {
  it(`gives the golden digests (after a change that is meant to change decisions: ${RENEWAL})`, async () => {
    const house = houseOf(name);
    const [digests, outcome] = [await house.digests(), await outcomeOf(house)];
    expect({ run, digests, outcome }).toEqual(await readGolden(name));
  });

  it('starts what is imagined of an account, and a check before a trade, from what it is assessed at [CLR-MRG-065]', () => {
    const house = houseOf(name);
    const accounts = accountsOf(house);
    expect(accounts).toHaveLength(run.accounts);
    for (const { state, accountId } of accounts) {
      const assessed = assessedNow(state, accountId);
      if (assessed === null) throw new Error(`${accountId} was not assessed`);
      const { figures } = assessed;
      expect(whatIf(state, { accountId })).toMatchObject({
        before: figures,
        after: figures,
        assessment: assessed.detail(),
      });
      const check = preTradeCheck(state, { accountId, instrument: 'BTC-PERP', quantity: '0.001' });
      expect({ accountId, before: check.before }).toEqual({ accountId, before: figures });
    }
  }, 120_000);

  it('explains the last decision about an account by the assessment that was decided by [CLR-MRG-066]', async () => {
    const house = houseOf(name);
    const last = new Map<string, { partition: number; position: number; assessment: unknown }>();
    for (let partition = 0; partition < house.partitions; partition++) {
      for (const { type, position, payload } of await entriesOf(house.logs.log('margin'), partition)) {
        if (type !== 'AccountStateChanged') continue;
        const { accountId, assessment } = payload as MarginEvents['AccountStateChanged'];
        last.set(accountId, { partition, position, assessment });
      }
    }
    expect(last.size).toBeGreaterThan(0);
    for (const [accountId, { partition, position, assessment }] of last) {
      const explained = await explainAccount(house.logs, accountId, {
        end: { event: { log: 'margin', partition, position } },
      });
      if (typeof explained === 'string') throw new Error(explained);
      expect({ accountId, assessment: explained.assessment }).toEqual({ accountId, assessment });
    }
  }, 180_000);
});

describe.each(['option-fall', 'option-expiry'] as const)('the run %s', (name) => {
  it('verifies and replays without a difference', async () => {
    const house = houseOf(name);
    expect((await verify(house.logs)).faults).toEqual([]);
    const { divergence, events } = await replay(house.logs, SERVICES, () => performance.now());
    expect(divergence).toBeUndefined();
    expect(events).toBeGreaterThan(500);
  }, 180_000);

  it('prices every contract at every price set', async () => {
    const pricing = await entriesOfLog(houseOf(name), 'pricing');
    const sets = payloads<PricingEvents['PriceSetPublished']>(pricing, 'PriceSetPublished');
    const arrays = payloads<PricingEvents['RiskArraysPublished']>(pricing, 'RiskArraysPublished');
    expect(arrays.map(({ number }) => number)).toEqual(sets.map(({ number }) => number));
    expect(payloads(pricing, 'InstrumentRefused')).toEqual([]);
    const fitted = payloads<PricingEvents['SurfacePublished']>(pricing, 'SurfacePublished');
    expect(fitted.filter(({ origin }) => origin === 'svi').length).toBeGreaterThan(fitted.length / 3);
  });
});

describe('option writers in the fall', () => {
  let liquidation: readonly LogEntry[];
  let margin: readonly LogEntry[];

  beforeAll(async () => {
    const house = houseOf('option-fall');
    liquidation = await entriesOfLog(house, 'liquidation');
    margin = await entriesOfLog(house, 'margin');
  });

  const isWriters = ({ accountId }: { readonly accountId: string }): boolean => accountId.startsWith('writer-');

  it('are called', () => {
    expect(payloads<MarginEvents['MarginCallIssued']>(margin, 'MarginCallIssued').filter(isWriters)).not.toEqual([]);
  });

  it('are liquidated in their options, by portfolios that name their worst scenario', () => {
    const triggered = payloads<MarginEvents['LiquidationTriggered']>(margin, 'LiquidationTriggered').filter(isWriters);
    expect(triggered).not.toEqual([]);
    for (const { assessment } of triggered) expect(assessment.portfolio?.worstScenario).toMatch(/^(BTC|ETH):spot/);
    const orders = payloads<LiquidationEvents['CloseOutOrderPlaced']>(liquidation, 'CloseOutOrderPlaced');
    expect(orders.filter((order) => isWriters(order) && isOption(order.instrument))).not.toEqual([]);
    const costs = payloads<LiquidationEvents['LiquidationCostAssessed']>(liquidation, 'LiquidationCostAssessed');
    expect(costs.filter((cost) => isWriters(cost) && dec(cost.closedQuantity).gt(0))).not.toEqual([]);
  });
});

describe('an expiry', () => {
  let house: ClearingHouse;
  let accounts: readonly LogEntry[];
  let pricing: readonly LogEntry[];

  beforeAll(async () => {
    house = houseOf('option-expiry');
    accounts = await entriesOfLog(house, 'accounts');
    pricing = await entriesOfLog(house, 'pricing');
  }, 180_000);

  it('delivers options and futures at one price per underlying, to nobody twice', () => {
    const fixed = payloads<PricingEvents['SettlementPriceFixed']>(pricing, 'SettlementPriceFixed');
    expect(fixed.map(({ underlying }) => underlying).sort()).toEqual(['BTC', 'ETH']);
    const delivered = payloads<AccountsEvents['ContractDelivered']>(accounts, 'ContractDelivered');
    expect(delivered.filter(({ instrument }) => isOption(instrument)).length).toBeGreaterThan(5);
    const holders = delivered.map(({ accountId, instrument }) => `${accountId} ${instrument}`);
    expect(new Set(holders).size).toBe(holders.length);
    for (const { instrument, deliveryPrice } of delivered) {
      const price = fixed.find(({ underlying }) => instrument.startsWith(underlying))?.price;
      expect(deliveryPrice).toBe(price);
    }
  });

  it('pays as much as it takes, over all partitions', () => {
    const delivered = payloads<AccountsEvents['ContractDelivered']>(accounts, 'ContractDelivered');
    const closed = payloads<AccountsEvents['ExpiryClosed']>(accounts, 'ExpiryClosed');
    for (const instrument of new Set(closed.map((each) => each.instrument))) {
      const held = delivered.filter((each) => each.instrument === instrument).map(({ quantity }) => dec(quantity));
      expect(sum(held).toFixed()).toBe('0');
    }
    const rounding = sum(closed.map((each) => dec(each.rounding)));
    expect(rounding.gte(0) && rounding.lt(1)).toBe(true);
  });

  it('settles the variation of the later futures on the same day', () => {
    const settled = payloads<AccountsEvents['VariationSettled']>(accounts, 'VariationSettled');
    expect(new Set(settled.map(({ instrument }) => instrument.slice(3)))).toEqual(new Set(['-27MAR20']));
  });

  it('whose risk arrays were given another figure, with every chain computed again, is found and placed by verify', async () => {
    const published = pricing.filter(({ type }) => type === 'RiskArraysPublished');
    const { position } = published[published.length >> 1] as LogEntry;
    const payload = (original: unknown): unknown => {
      const arrays = original as PricingEvents['RiskArraysPublished'];
      const [first, ...rest] = arrays.instruments;
      if (first === undefined) throw new Error('nothing is listed');
      const values = first.values.map((value, i) => (i === 20 ? text(dec(value).plus('0.000001')) : value));
      return { ...arrays, instruments: [{ ...first, values }, ...rest] };
    };
    const {
      faults: [fault],
    } = await verify(await forgedCopy(house.logs, { log: 'pricing', partition: GLOBAL, position, payload }));
    expect(fault).toMatchObject({ log: 'pricing', partition: GLOBAL, position });
    expect(fault?.what).toMatch(
      /^RiskArraysPublished risk-arrays-match-their-hash: risk arrays \d+ name the content hash/,
    );
  }, 60_000);
});

// What runs here in one directory runs in two in kill-and-resume.e2e-spec.ts, and over Kafka in distributed.e2e-spec.ts.
it.each([
  ['ci-window', CI_WINDOW],
  ['option-expiry', OPTION_EXPIRY],
] as const)(
  'the run %s gives the same digests on PostgreSQL, where it verifies',
  async (name, run) => {
    const store = new PostgresLogStore({ connection: await testDatabase() });
    try {
      const house = await runToEnd(store, run);
      expect(await house.digests()).toEqual((await readGolden(name)).digests);
      expect((await verify(house.logs)).faults).toEqual([]);
    } finally {
      await store.close();
    }
  },
  240_000,
);
