import type { LogEntry } from '@ballast/event-sourcing';
import { dec, instantOf } from '@ballast/kernel';
import { aSpecification } from './accounts.fixtures.js';
import { accountsInvariants, lossTally, transferTally, type AccountsInvariant } from './accounts.invariants.js';
import type { AccountsState, InstrumentBook } from './accounts.state.js';
import { ClearingHouse } from './clearing-house.fixtures.js';
import {
  balanceOf,
  balancesOf,
  changed,
  clientLedger,
  heldLedger,
  trialBalance,
  type Ledger,
} from './ledger/ledger.js';

/** A house in which everything stands: positions, a hold, money in suspense, a fund, a slice. */
function busyHouse(): { house: ClearingHouse; state: AccountsState; client: string } {
  const house = new ClearingHouse(2, 1);
  const [client, other] = house.accounts as [string, string];
  house.contribute('1000');
  house.deposit(client, 'USD', '100000');
  house.deposit('stranger.main', 'BTC', '1');
  house.trade({ buyer: client, seller: other, instrument: 'BTC-PERP', quantity: '2', price: '50000' });
  house.withdraw(client, 'USD', '100');
  house.fundingRate('BTC-PERP', '0.0001', '50000.123');
  return { house, state: house.deskOf(client).state, client };
}

function shift(ledger: Ledger, ledgerAccount: string, amount: number, asset = 'USD'): void {
  ledger.set(ledgerAccount, changed(balancesOf(ledger, ledgerAccount), asset, dec(amount)));
}

function btc(state: AccountsState): InstrumentBook {
  const book = state.instruments.get('BTC-PERP');
  if (book === undefined) throw new Error('nothing was traded');
  return book;
}

type Damage = (state: AccountsState, client: string, house: ClearingHouse) => void;

describe('the tally of transfers [CLR-ACC-034]', () => {
  const sent = { accountId: 'alice.main', withdrawalId: 't1', to: 'alice.hedge', asset: 'USD', amount: '60' };
  const got = { accountId: 'alice.hedge', withdrawalId: 't1', from: 'alice.main', asset: 'USD', amount: '60' };
  const event = (type: string, payload: object) => ({ type, payload }) as unknown as LogEntry;

  it.each`
    what                 | arrives                               | found
    ${'whole'}           | ${[got]}                              | ${0}
    ${'a cent short'}    | ${[{ ...got, amount: '59.99' }]}      | ${1}
    ${'somewhere else'}  | ${[{ ...got, accountId: 'alice.x' }]} | ${1}
    ${'twice'}           | ${[got, got]}                         | ${1}
    ${'never'}           | ${[]}                                 | ${1}
    ${'for another one'} | ${[{ ...got, withdrawalId: 't2' }]}   | ${2}
  `('finds $found faults when money arrives $what', ({ arrives, found }: { arrives: object[]; found: number }) => {
    const tally = transferTally();
    const faults = [
      ...tally.take(event('WithdrawalSettled', sent)),
      ...arrives.flatMap((each) => tally.take(event('TransferReceived', each))),
      ...tally.violations(),
    ];
    expect(faults.map(({ name }) => name)).toEqual(Array.from({ length: found }, () => 'transfers-arrive'));
  });

  it('is about transfers only', () => {
    const tally = transferTally();
    tally.take(event('WithdrawalSettled', { ...sent, to: undefined }));
    expect(tally.violations()).toEqual([]);
  });
});

describe('the rules of accounts', () => {
  it('find nothing in a sound house', () => {
    const { house, state } = busyHouse();
    expect(house.violations).toEqual([]);
    expect(accountsInvariants.ofPartition(state)).toEqual([]);
    expect(house.atRest()).toEqual([]);
  });

  it.each<[AccountsInvariant, string, Damage]>([
    ['ledger-sums-to-zero', 'a cent out of nowhere', ({ ledger }) => shift(ledger, 'custody', 0.01)],
    [
      'ledger-sums-to-zero',
      'an asset that no document names',
      ({ ledger }) => shift(ledger, 'suspense', 0.000001, 'DOGE'),
    ],
    [
      'house-pnl-is-attributed',
      'profit in an asset of no contract',
      ({ ledger }) => shift(ledger, 'house/pnl', 1, 'USDC'),
    ],
    [
      'holds-match-withdrawals',
      'held money of an asset that nobody asked for',
      ({ ledger }, client) => shift(ledger, heldLedger(client), 1, 'USDT'),
    ],
    ['positions-sum-to-zero', 'a house position that nobody holds', (state) => (btc(state).houseQuantity = dec(1))],
    [
      'costs-match-realised-profit',
      'a cost off by 1e-12',
      (state) => {
        btc(state).tradedValue = btc(state).tradedValue.plus(dec('0.000000000001'));
      },
    ],
    [
      'house-pnl-is-attributed',
      'profit of no instrument',
      ({ ledger }) => {
        shift(ledger, 'house/pnl', 1);
        shift(ledger, 'custody', -1);
      },
    ],
    [
      'holds-match-withdrawals',
      'held money without a withdrawal',
      ({ ledger }, client) => {
        shift(ledger, heldLedger(client), 1);
        shift(ledger, clientLedger(client), -1);
      },
    ],
    [
      'liquidation-ledger-belongs-to-slices',
      'slippage of no slice',
      ({ ledger }) => {
        shift(ledger, 'liquidation', -1);
        shift(ledger, 'custody', 1);
      },
    ],
    [
      'settlement-sums-to-zero',
      'variation that nobody was paid',
      (state) => (btc(state).settlementClosed = dec('-0.01')),
    ],
    ['funding-sums-to-zero', 'funding that somebody kept', (state) => (btc(state).fundingClosed = dec('0.01'))],
  ])('%s: find %s', (name, _what, damage) => {
    const { state, client, house } = busyHouse();
    damage(state, client, house);
    expect(accountsInvariants.ofPartition(state).map((violation) => violation.name)).toContain(name);
  });

  it('find a fund below zero and a change without a cause', () => {
    const { house } = busyHouse();
    shift(house.fund.state.ledger, 'insurance-fund', -1000.01);
    shift(house.fund.state.ledger, 'in-transit', 1000.01);
    expect(accountsInvariants.ofFund(house.fund.state).map(({ name }) => name)).toEqual([
      'fund-not-negative',
      'fund-change-is-attributed',
    ]);
  });

  it('find a shortfall that the losses and their recoveries do not come to, and a loss recovered beyond what it was [CLR-ACC-041]', () => {
    const house = new ClearingHouse(2, 1, [], { houseTranche: '0' });
    const [one, other] = house.accounts as [string, string];
    house.deposit(one, 'USD', '100000');
    house.trade({ buyer: one, seller: other, instrument: 'BTC-PERP', quantity: '2', price: '50000' });
    const slice = {
      accountId: one,
      maker: other,
      instrument: 'BTC-PERP',
      mark: '50000',
      provisionalRate: '0',
    } as const;
    house.slice({ ...slice, fills: [{ quantity: '1', price: '49000' }], returnedPercent: 0 });
    house.contribute('300');
    const { events, state } = house.deskOf(one);
    const told = (entries: typeof events) => {
      const tally = lossTally();
      for (const event of entries) tally.take(event);
      return tally.violations(state).map(({ detail }) => detail);
    };
    expect(told(events)).toEqual([]);
    const recovered = events.filter(({ type }) => type === 'UncoveredLossRecovered');
    expect(recovered).toHaveLength(1);
    expect(told(events.filter((event) => !recovered.includes(event)))).toEqual(['uncovered-loss is off by -300']);
    const often = [...events, ...recovered, ...recovered, ...recovered];
    expect(told(often).at(-1)).toMatch(/was recovered 200 beyond what it was$/);
    shift(state.ledger, 'uncovered-loss', -1);
    expect(told(events)).toEqual(['uncovered-loss is off by 1']);
  });

  it('find money in transit and a trade with one side, over all partitions', () => {
    const { house, state } = busyHouse();
    shift(state.ledger, 'in-transit', 5);
    btc(state).houseQuantity = btc(state).houseQuantity.plus(1);
    expect(house.atRest()).toEqual([
      { name: 'nothing-in-transit', detail: 'USD in transit is off by 5' },
      { name: 'trades-have-two-sides', detail: 'house BTC-PERP is off by 1' },
    ]);
  });

  it('find a delivered contract that somebody still holds, and cash that stayed with the houses', () => {
    const house = new ClearingHouse(2, 1, [aSpecification('BTC-27MAR26')]);
    const [client, other] = house.accounts as [string, string];
    house.trade({ buyer: client, seller: other, instrument: 'BTC-27MAR26', quantity: '1', price: '60000' });
    house.expire(instantOf('2026-03-27T08:00:00Z'), '61000');
    const { state } = house.deskOf(client);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
    state.accounts.get(client)?.positions.set('BTC-27MAR26', { quantity: dec(1), cost: dec(61_000) });
    const book = state.instruments.get('BTC-27MAR26');
    if (book === undefined) throw new Error('nothing was traded');
    book.housePnl = book.housePnl.minus(2);
    expect(house.atRest()).toEqual([
      { name: 'cash-sums-to-zero-after-expiry', detail: 'all cash of BTC-27MAR26 is off by -2' },
      { name: 'nothing-held-after-expiry', detail: 'open interest of BTC-27MAR26 is off by 1' },
    ]);
  });

  it('find an entry that does not balance', () => {
    const { house } = busyHouse();
    const event = house.desks[0]?.events.find(({ type }) => type === 'PositionChanged');
    if (event === undefined) throw new Error('nothing was traded');
    const postings = [{ ledgerAccount: 'custody', asset: 'BTC', amount: '1' }];
    const forged = { ...event, payload: { ...(event.payload as object), postings } };
    expect(accountsInvariants.ofEvent(event)).toEqual([]);
    expect(accountsInvariants.ofEvent(forged)).toMatchObject([{ name: 'entry-balances' }]);
  });

  it('find a hold beyond the collateral right after it was made', () => {
    const { house, state, client } = busyHouse();
    const held = house.desks.flatMap(({ events }) => events).find(({ type }) => type === 'WithdrawalHeld');
    if (held === undefined) throw new Error('nothing was held');
    expect(accountsInvariants.ofWithdrawal(state, held)).toEqual([]);
    const free = balanceOf(state.ledger, clientLedger(client), 'USD').toNumber();
    shift(state.ledger, clientLedger(client), -free - 1);
    expect(accountsInvariants.ofWithdrawal(state, held)).toMatchObject([{ name: 'hold-within-collateral' }]);
  });
});

describe('a trial balance', () => {
  it('lists what is not zero, by ledger account and asset, and sums to zero per asset', () => {
    const { state } = busyHouse();
    const { lines, totals } = trialBalance(state);
    const names = lines.map(({ ledgerAccount }) => ledgerAccount);
    expect(names).toEqual([...names].sort());
    expect(lines.filter(({ ledgerAccount }) => ledgerAccount === 'custody').map(({ asset }) => asset)).toEqual([
      'BTC',
      'USD',
    ]);
    expect(lines.some(({ amount }) => amount.isZero())).toBe(false);
    expect(Object.values(totals).map((total) => total.toFixed())).toEqual(['0', '0']);
  });
});
