import type { AccountsEvents } from '@ballast/facts';
import type { AccountsState } from '../accounts.state.js';
import { keepInSuspense, leaveSuspense, suspendedFill, suspendedOf } from './suspended-items.js';

type Kept = AccountsEvents['SuspenseBooked'];
type Suspended = Pick<AccountsState, 'suspended' | 'suspendedFor'>;

const accountId = 'nobody.main';
const none = (): Suspended => ({ suspended: new Map(), suspendedFor: new Map() });
const fill = (tradeId: string, instrument = 'BTC-PERP', part = ''): Kept =>
  ({ accountId, reference: `trade ${tradeId} buy${part}`, position: { instrument }, postings: [] }) as unknown as Kept;
const identity = { accountId, instrument: 'BTC-PERP', tradeId: 't1', side: 'buy', fill: 1 } as const;

it('a fill is known by trade, side, number and instrument; one without a number is the first', () => {
  const state = none();
  keepInSuspense(state, { position: 1, kept: fill('t1') });
  keepInSuspense(state, { position: 2, kept: fill('t1', 'BTC-PERP', ' 2') });
  keepInSuspense(state, { position: 3, kept: fill('t1', 'ETH-PERP', ' 1') });
  expect(suspendedFill(state, identity)?.position).toBe(1);
  expect(suspendedFill(state, { ...identity, fill: 2 })?.position).toBe(2);
  expect(suspendedFill(state, { ...identity, instrument: 'ETH-PERP' })?.position).toBe(3);
  expect(suspendedFill(state, { ...identity, tradeId: 't2' })).toBeUndefined();
  expect(() => keepInSuspense(state, { position: 4, kept: fill('t1', 'BTC-PERP', ' 1') })).toThrow('already');
  leaveSuspense(state, 1);
  expect(suspendedOf(state, accountId).map(({ position }) => position)).toEqual([2, 3]);
  leaveSuspense(state, 2);
  leaveSuspense(state, 3);
  expect(state).toEqual(none());
});

it('a further fill looks through none of those that wait for its account [CLR-LST-003]', () => {
  const state = none();
  let looked = 0;
  for (let position = 1; position <= 1_000; position += 1) {
    const kept = fill(`t${position}`);
    keepInSuspense(state, {
      position,
      get kept() {
        looked += 1;
        return kept;
      },
    });
  }
  looked = 0;
  keepInSuspense(state, { position: 1_001, kept: fill('another') });
  expect(suspendedFill(state, { ...identity, tradeId: 'yet-another' })).toBeUndefined();
  expect(suspendedFill(state, identity)?.position).toBe(1);
  leaveSuspense(state, 1_001);
  expect(looked).toBe(0);
});
