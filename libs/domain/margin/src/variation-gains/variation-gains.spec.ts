import type { AccountsEvents, FundEvents } from '@ballast/facts';
import { GLOBAL } from '@ballast/event-sourcing';
import { instantOf } from '@ballast/kernel';
import { listing, OptionHouse } from '../assess/option-house.fixtures.js';
import { MarginHouse, MINUTE, NOON, payloadsOf } from '../margin.fixtures.js';

const FUTURE = 'BTC-24APR26';
const DUE = NOON;
const at = (minutes: number, BTC = '60000', more = {}) => ({ at: NOON + minutes * MINUTE, BTC, ETH: '3000', ...more });

function house(): MarginHouse {
  const open = new MarginHouse();
  open.prices(at(0));
  open.account('ann.main', { USD: '5000' });
  open.account('bob.main', { USD: '120.55' });
  return open;
}

const settled = (open: MarginHouse, accountId: string, amount: string, dueAt = DUE) =>
  open.accept(
    open.fact('accounts', `account-${accountId}`, 'VariationSettled', {
      accountId,
      instrument: FUTURE,
      dueAt,
      asset: 'USD',
      amount,
    } satisfies Partial<AccountsEvents['VariationSettled']>),
  );
const closed = (open: MarginHouse, dueAt = DUE) =>
  payloadsOf(
    open.accept(open.fact('accounts', 'house', 'VariationClosed', { instrument: FUTURE, dueAt })),
    'VariationGainsJudged',
  );
const called = (open: MarginHouse, dueAt = DUE) => {
  const payload: Partial<FundEvents['VariationGainsCalled']> = { instrument: FUTURE, dueAt };
  return payloadsOf(
    open.accept(open.fact('accounts', 'loss-waterfall', 'VariationGainsCalled', payload, GLOBAL)),
    'VariationGainsJudged',
  );
};

describe('what gains of a settlement can bear [CLR-MRG-072]', () => {
  it('is the gain, at most what the account has; who lost is not among them', () => {
    const open = house();
    settled(open, 'bob.main', '300');
    settled(open, 'ann.main', '200.25');
    closed(open);
    expect(called(open)).toMatchObject([
      {
        instrument: FUTURE,
        dueAt: DUE,
        gains: [
          { accountId: 'ann.main', gain: '200.25', available: '200.25' },
          { accountId: 'bob.main', gain: '300', available: '120.55' },
        ],
      },
    ]);
  });

  it('is answered once the settlement is complete here, whichever was read first, and once only', () => {
    const open = house();
    settled(open, 'ann.main', '-200');
    expect(called(open)).toEqual([]);
    settled(open, 'bob.main', '10');
    expect(closed(open)).toMatchObject([{ gains: [{ accountId: 'bob.main', gain: '10' }] }]);
    expect(closed(open)).toEqual([]);
  });

  it('is nothing of a settlement without a gain, of an earlier one, and while prices are halted', () => {
    const open = house();
    closed(open);
    expect(called(open)).toMatchObject([{ gains: [] }]);
    settled(open, 'ann.main', '10', DUE + 1);
    closed(open, DUE + 1);
    expect(called(open)).toMatchObject([{ dueAt: DUE, gains: [] }]);
    open.prices(at(1, '60000', { status: 'HALT' }));
    expect(called(open, DUE + 1)).toMatchObject([{ gains: [{ gain: '10', available: '0' }] }]);
  });

  it('is kept of a delivered contract until the next expiry is delivered; then nothing is offered of it', () => {
    const open = new OptionHouse();
    const next = 'BTC-8MAY26';
    open.list(listing(FUTURE, { cashStyle: 'variation-margin' }), listing(next, { cashStyle: 'variation-margin' }));
    open.reprice({ ...at(0), volatility: 0.6 });
    open.account('ann.main', { USD: '5000' });
    const deliver = (instrument: string, expiry: number) => {
      open.unlist(instrument);
      open.accept(open.fact('accounts', `expiry-${instrument}`, 'ExpiryClosed', { instrument }));
      // Read after what accounts made of it.
      open.accept(open.delivered('BTC', expiry, '60000'));
      open.reprice({ at: expiry + 1_000, BTC: '60000', ETH: '3000', volatility: 0.6 });
      expect(open.machine.state.deliveries.size).toBe(0);
    };
    settled(open, 'ann.main', '200.25');
    closed(open);
    deliver(FUTURE, instantOf('2026-04-24T08:00:00Z'));
    expect(called(open)).toMatchObject([{ gains: [{ accountId: 'ann.main', available: '200.25' }] }]);
    deliver(next, instantOf('2026-05-08T08:00:00Z'));
    expect(open.machine.state.settledGains.size).toBe(0);
    expect(called(open)).toMatchObject([{ instrument: FUTURE, gains: [] }]);
    expect(open.rebuilt().state.settledGains).toEqual(open.machine.state.settledGains);
  });
});
