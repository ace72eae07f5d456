import type { LogEntry } from '@ballast/event-sourcing';
import type { FundEvents } from '@ballast/facts';
import { dec, maxOf, sum, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import { accountsInvariants } from '../accounts.invariants.js';
import { collateralOf } from '../accounts.state.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';

const told = ({ fund }: ClearingHouse): readonly FundEvents['CollateralHeldMeasured'][] =>
  fund.events
    .filter(({ type }) => type === 'CollateralHeldMeasured')
    .map(({ payload }) => payload as FundEvents['CollateralHeldMeasured']);

const heldBy = (open: ClearingHouse, accountId: string, asset: string) =>
  collateralOf(open.deskOf(accountId).state, accountId, asset);

/** Two partitions of two accounts. */
const house = () => new ClearingHouse(2, 2);

describe('what all clients hold of an asset [CLR-COL-008]', () => {
  it('is told with the first amount and when it has moved by a hundredth, whoever moved it', () => {
    const open = house();
    const [first, , third] = open.accounts as [string, string, string];
    open.deposit(first, 'BTC', '1');
    expect(told(open)).toEqual([{ asset: 'BTC', amount: '1' }]);
    open.deposit(third, 'BTC', '0.0099');
    expect(told(open)).toHaveLength(1);
    open.deposit(first, 'BTC', '0.0001');
    expect(told(open).slice(1)).toEqual([{ asset: 'BTC', amount: '1.01' }]);
    open.deposit(third, 'ETH', '5');
    expect(told(open).slice(2)).toEqual([{ asset: 'ETH', amount: '5' }]);
  });

  it('says nothing of dollars', () => {
    const open = house();
    for (const accountId of open.accounts) open.deposit(accountId, 'USD', '1000000');
    expect(told(open)).toEqual([]);
  });

  it('is caused by the booking that moved it', () => {
    const open = house();
    open.deposit(open.accounts[2] as string, 'BTC', '1');
    const booked = open.deskOf(open.accounts[2] as string).events.at(-1);
    const measured = open.fund.events.at(-1);
    expect(measured).toMatchObject({
      type: 'CollateralHeldMeasured',
      stream: 'collateral-held-BTC',
      cause: { log: 'accounts', partition: booked?.partition, position: booked?.position },
    });
  });

  it('is verified against what was booked', () => {
    const open = house();
    open.deposit(open.accounts[0] as string, 'BTC', '1');
    const last = open.fund.events.at(-1) as LogEntry;
    const found = (amount: string) =>
      accountsInvariants.ofTold(open.fund.state, { ...last, payload: { asset: 'BTC', amount } });
    expect(found('1')).toEqual([]);
    expect(found('1.001')).toEqual([{ name: 'told-as-held', detail: 'BTC that clients hold is off by 0.001' }]);
    expect(open.violations).toEqual([]);
  });

  it('is what deposits brought and withdrawals took, within a hundredth of what was told', () => {
    const changes = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('BTC', 'ETH'), fc.integer({ min: -300, max: 400 })), {
      maxLength: 15,
    });
    fc.assert(
      fc.property(changes, (each) => {
        const open = house();
        for (const [n, asset, hundredths] of each) {
          const accountId = open.accounts[n] as string;
          const amount = dec(hundredths).abs().div(100);
          if (hundredths > 0) open.deposit(accountId, asset, text(amount));
          else if (hundredths < 0) open.withdraw(accountId, asset, text(amount));
          for (const withdrawal of open.heldWithdrawals()) open.answer(withdrawal, true, 0);
        }
        for (const asset of ['BTC', 'ETH']) {
          const held = maxOf(ZERO, sum(open.accounts.map((accountId) => heldBy(open, accountId, asset))));
          const last = dec(told(open).findLast((one) => one.asset === asset)?.amount ?? '0');
          expect(held.minus(last).abs().times(100).lte(last)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});
