import { explainAccount } from '@ballast/audit';
import { MemoryLogStore } from '@ballast/event-log';
import type { MarginEvents } from '@ballast/facts';
import { assessedNow, preTradeCheck, whatIf, type MarginState } from '@ballast/margin-domain';
import type { ClearingHouse } from '@ballast/services';
import { runToEnd } from './clearing-run.js';
import { GOLDEN_RUNS } from './golden.js';
import { entriesOf } from './rewrite-history.js';

/** Every account of a run, with the state of margin that decides it. */
function accountsOf(house: ClearingHouse): { state: MarginState; accountId: string }[] {
  return Array.from({ length: house.partitions }, (_, partition) => {
    const state = house.workerOf('margin', partition).state as MarginState;
    return state.book.accounts.map(({ accountId }) => ({ state, accountId }));
  }).flat();
}

describe.each(Object.entries(GOLDEN_RUNS))('of every account of the run %s [CLR-MRG-065]', (_name, run) => {
  let house: ClearingHouse;

  beforeAll(async () => {
    house = await runToEnd(new MemoryLogStore(), run);
  }, 180_000);

  it('nothing imagined, and a check before a trade, start from what it is assessed at', () => {
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

  it('an explanation at its last decision shows the assessment that was decided by [CLR-MRG-066]', async () => {
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
