import { accountIds, accountStatement, type AccountsState } from '@ballast/accounts-domain';
import { dayStatement, startOfDay } from '@ballast/audit';
import { dayStatement as schema, written, type DayStatement } from '@ballast/contracts';
import { MemoryLogStore } from '@ballast/event-log';
import type { ClearingHouse } from '@ballast/services';
import { runToEnd } from './clearing-run.js';

const PARTITIONS = 2;
let house: ClearingHouse;

/** A funding time in the middle of a window over midnight. */
beforeAll(async () => {
  const window = { from: '2020-03-11T23:40:00Z', to: '2020-03-12T00:20:00Z', accounts: 60, partitions: PARTITIONS };
  house = await runToEnd(new MemoryLogStore(), window);
}, 240_000);

async function stated(accountId: string, date: string): Promise<DayStatement | 'account-unknown'> {
  const statement = await dayStatement(house.logs, accountId, startOfDay(date));
  return statement === 'account-unknown' ? statement : schema.parse(written(schema)(statement));
}

describe('statements of all accounts over a midnight', () => {
  it('add up, go on where the day before ended, and end in what accounts holds [CLR-ACC-070]', async () => {
    const causes = new Set<string>();
    let told = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { state } = house.workerOf<AccountsState>('accounts', partition);
      const size = (await house.logs.log('accounts').heads()).find((each) => each.partition === partition)?.size;
      for (const accountId of accountIds(state)) {
        const second = await stated(accountId, '2020-03-12');
        if (second === 'account-unknown') throw new Error(accountId);
        const now = accountStatement(state, accountId);
        const closing = second.assets.filter(({ closing }) => closing !== '0');
        expect(Object.fromEntries(closing.map((each) => [each.asset, each.closing]))).toEqual(now?.collateral);
        expect(second.closingPositions).toEqual(now?.positions);
        expect(second.to.position).toBe(size);
        expect(second.isComplete).toBe(false);
        for (const { cause } of second.movements) causes.add(cause);
        const first = await stated(accountId, '2020-03-11');
        if (first === 'account-unknown') continue;
        told += 1;
        expect(first.isComplete).toBe(true);
        expect(second.from).toEqual(first.to);
        expect(second.openingPositions).toEqual(first.closingPositions);
        for (const { asset, opening } of second.assets) {
          expect(opening).toBe(first.assets.find((each) => each.asset === asset)?.closing ?? '0');
        }
      }
    }
    expect(told).toBeGreaterThan(40);
    expect([...causes]).toEqual(expect.arrayContaining(['traded', 'fees', 'funding']));
  }, 240_000);
});
