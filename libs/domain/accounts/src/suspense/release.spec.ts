import { text } from '@ballast/kernel';
import { aFill, aSpecification, assetsWith, deskWith, payloadOf, takeRules } from '../accounts.fixtures.js';
import { accountsInvariants } from '../accounts.invariants.js';
import { accountStatement } from '../accounts.queries.js';

const accountId = 'late.main';
const deposit = { depositId: 'd1', accountId, asset: 'USD', amount: '5000' };
const first = aFill({ accountId, tradeId: 't1', quantity: '0.5' });
const second = aFill({ accountId, tradeId: 't1', fill: 2, side: 'buy', quantity: '0.25', price: '51000' });
const closing = aFill({ accountId, tradeId: 't2', side: 'sell', quantity: '0.5', price: '52000', liquidity: 'maker' });
const opening = { accountId };

type Desk = ReturnType<typeof deskWith>;

/** What the account has, without the number of its events. */
const standing = (desk: Desk) => {
  const { version: _, ...rest } = accountStatement(desk.state, accountId) ?? { version: 0 };
  return rest;
};

/** Balances that are not zero, sorted. */
const ledgerOf = (desk: Desk) =>
  [...desk.state.ledger]
    .flatMap(([account, balances]) =>
      Object.entries(balances).flatMap(([asset, amount]) =>
        amount?.isZero() === false ? [`${account} ${text(amount)} ${asset}`] : [],
      ),
    )
    .sort();

const early = (): Desk => {
  const desk = deskWith({});
  desk.take('TradeFilled', first);
  desk.take('DepositReceived', deposit);
  desk.take('TradeFilled', second);
  desk.take('TradeFilled', closing);
  return desk;
};

describe('what suspense keeps for an account that is not open [CLR-ACC-018]', () => {
  it.each(['AccountOpeningRequested', 'OpenAccount'] as const)(
    'is booked when it opens (%s), in the order in which it came, as if the account had been there',
    (how) => {
      const desk = early();
      const events = desk.take(how, opening);
      expect(events.map(({ type }) => type)).toEqual([
        'AccountOpened',
        ...['SuspenseReleased', 'PositionChanged'],
        ...['SuspenseReleased', 'CollateralCredited'],
        ...['SuspenseReleased', 'PositionChanged'],
        ...['SuspenseReleased', 'PositionChanged'],
      ]);
      const inTime = deskWith({});
      inTime.take(how, opening);
      inTime.take('TradeFilled', first);
      inTime.take('DepositReceived', deposit);
      inTime.take('TradeFilled', second);
      inTime.take('TradeFilled', closing);
      expect(standing(desk)).toEqual(standing(inTime));
      expect(ledgerOf(desk)).toEqual(ledgerOf(inTime));
      expect(desk.state.instruments).toEqual(inTime.state.instruments);
      expect(desk.state.suspended.size).toBe(0);
      expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
    },
  );

  it.each(['AccountOpeningRequested', 'OpenAccount'] as const)(
    'stays where an account was open already: %s again releases nothing that persons have to decide of',
    (how) => {
      const desk = deskWith({ [accountId]: '0' });
      takeRules(desk, 'assets', assetsWith('USDC', { depositsOpen: false }));
      desk.take('DepositReceived', { ...deposit, asset: 'USDC' });
      takeRules(desk, 'assets', assetsWith('USDC', { depositsOpen: true }), 'assets-default@3');
      expect(desk.take(how, opening)).toEqual([]);
      expect([...desk.state.suspended.values()].map(({ kept }) => kept.reason)).toEqual(['deposits-closed']);
    },
  );

  it('says whose order a fill executes, when it is booked late as when it is booked in time', () => {
    const desk = deskWith({});
    desk.take('TradeFilled', { ...first, orderId: 'o-7' });
    const events = desk.take('AccountOpeningRequested', opening);
    expect(payloadOf(events, 'PositionChanged')).toMatchObject({ tradeId: 't1', orderId: 'o-7' });
  });

  it('is the exact opposite of what suspense took, and names it', () => {
    const desk = deskWith({});
    const [kept] = desk.take('DepositReceived', deposit);
    const [, release] = desk.take('AccountOpeningRequested', opening);
    expect(release).toMatchObject({
      type: 'SuspenseReleased',
      payload: {
        suspense: kept?.position,
        reference: 'deposit d1',
        postings: [
          { ledgerAccount: 'custody', asset: 'USD', amount: '5000' },
          { ledgerAccount: 'suspense', asset: 'USD', amount: '-5000' },
        ],
      },
    });
  });

  it('is known by its id while it waits: the only part of a side is its first, and the other side is another', () => {
    const desk = early();
    const again = (changes: object) =>
      payloadOf(desk.take('TradeFilled', { ...first, ...changes }), 'SuspenseBooked').detail;
    expect(again({ fill: 1 })).toBe('fill-repeated');
    expect(again({ fill: 3 })).toBe('account-unknown');
    expect(again({ fill: 3 })).toBe('fill-repeated');
    expect(again({ side: 'sell' })).toBe('account-unknown');
  });

  it('is known by its id when it comes again afterwards, and an opening that is repeated brings nothing', () => {
    const desk = early();
    desk.take('AccountOpeningRequested', opening);
    expect(desk.take('AccountOpeningRequested', opening)).toEqual([]);
    expect(desk.take('DepositReceived', deposit)).toEqual([]);
    expect(payloadOf(desk.take('TradeFilled', second), 'SuspenseBooked')).toMatchObject({ detail: 'fill-repeated' });
  });

  it('stays when it could not be booked now either: off the lot, or for another account', () => {
    const desk = deskWith({});
    desk.take('InstrumentAdmitted', { specification: aSpecification('SOL-PERP', { lot: '0.1' }) });
    desk.take('TradeFilled', { ...first, instrument: 'SOL-PERP', price: '150', quantity: '0.05' });
    desk.take('TradeFilled', { ...first, accountId: 'late.other' });
    const events = desk.take('AccountOpeningRequested', opening);
    expect(events.map(({ type }) => type)).toEqual(['AccountOpened']);
    expect([...desk.state.suspendedFor.keys()].sort()).toEqual(['late.main', 'late.other']);
    expect(accountsInvariants.ofPartition(desk.state)).toEqual([]);
  });
});
