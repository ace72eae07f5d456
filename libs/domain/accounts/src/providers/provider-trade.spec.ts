import type { AccountsEvents } from '@ballast/facts';
import { payloadOf } from '../accounts.fixtures.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { CALL, COIN_FUTURE, deskOf, FUTURE, settle, SPECIFICATIONS, soundOf } from '../contracts.fixtures.js';

type Booked = AccountsEvents['ProviderTradeBooked'];
const ROUND = { roundId: 'r1', request: { partition: 0, position: 9 } };

/** A debtor is long of somebody; providers take over at a price, each as margin judged him so many versions ago. */
function takenOver(
  house: ClearingHouse,
  instrument: string,
  debtor: string,
  takes: readonly { readonly accountId: string; readonly quantity: string; readonly behind?: number }[],
  price: string,
): readonly Booked[] {
  const round = { ...ROUND, caseId: `${debtor}#1`, accountId: debtor, instrument, side: 'long' } as const;
  const request = { partition: house.deskOf(debtor).partition, position: 9 };
  const decided = takes.map(({ accountId, quantity, behind = 0 }) => {
    const desk = house.deskOf(accountId);
    const version = desk.machine.state.accounts.get(accountId)?.version ?? 0;
    return { partition: desk.partition, accountId, accountVersion: version - behind, quantity, price };
  });
  const booked = house.desks.flatMap((desk) =>
    desk.take('ProviderRoundExecuted', { ...round, request, takes: decided }),
  );
  house.relay(booked);
  const providers = booked.map(({ payload }) => payload as Booked);
  const quantity = `${providers.reduce((total, each) => total + Number(each.quantity), 0)}`;
  const closed = house.desks.flatMap((desk) =>
    desk.take('ProviderRoundClosed', {
      ...{ ...round, request, outcome: 'taken-over', closedQuantity: quantity, remainder: '0' },
      takenOver: quantity === '0' ? [] : [{ quantity, price }],
    }),
  );
  house.relay(closed);
  return [...providers, ...closed.map(({ payload }) => payload as Booked)];
}

describe('a position that providers take over [CLR-LIQ-055]', () => {
  it('passes from the debtor to them at one price, in the settlement asset and without a fee', () => {
    const house = new ClearingHouse(2, 2, SPECIFICATIONS);
    const [long, short, provider] = house.accounts as [string, string, string];
    house.trade({ buyer: long, seller: short, instrument: COIN_FUTURE, quantity: '6000', price: '60000' });
    const booked = takenOver(house, COIN_FUTURE, long, [{ accountId: provider, quantity: '6000' }], '50000');
    expect(booked).toMatchObject([
      { accountId: provider, role: 'provider', side: 'buy', quantity: '6000', realisedPnl: '0' },
      { accountId: long, role: 'debtor', side: 'sell', quantity: '6000', settlement: { asset: 'BTC', cash: '-0.2' } },
    ]);
    expect(booked[0]?.position.quantity).toBe('6000');
    expect(booked[1]?.position.quantity).toBe('0');
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('is nothing of a provider who is not as margin has judged him; the debtor is closed by what was booked', () => {
    const house = new ClearingHouse(2, 2, SPECIFICATIONS);
    const [long, short, one, other] = house.accounts as [string, string, string, string];
    house.trade({ buyer: long, seller: short, instrument: CALL, quantity: '4', price: '1000' });
    const takes = [
      { accountId: one, quantity: '3' },
      { accountId: other, quantity: '1', behind: 1 },
    ];
    const booked = takenOver(house, CALL, long, takes, '900');
    const figures = booked.map(({ accountId, executedQuantity, quantity, settlement }) => ({
      ...{ accountId, executedQuantity, quantity, cash: settlement.cash },
    }));
    expect(figures).toEqual(
      expect.arrayContaining([
        { accountId: one, executedQuantity: '3', quantity: '3', cash: '-2700' },
        { accountId: other, executedQuantity: '1', quantity: '0', cash: '0' },
        { accountId: long, executedQuantity: '3', quantity: '3', cash: '2700' },
      ]),
    );
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('is nothing of a provider who is liquidated meanwhile', () => {
    const house = new ClearingHouse(1, 3, SPECIFICATIONS);
    const [long, short, provider] = house.accounts as [string, string, string];
    house.trade({ buyer: long, seller: short, instrument: CALL, quantity: '1', price: '1000' });
    const [desk] = house.desks;
    desk?.take('LiquidationTriggered', { accountId: provider } as never);
    expect(takenOver(house, CALL, long, [{ accountId: provider, quantity: '1' }], '900')).toMatchObject([
      { accountId: provider, quantity: '0', postings: [] },
    ]);
  });

  it('is nothing of a provider whose money has left since margin judged him, though it left by a withdrawal of his own', () => {
    const house = new ClearingHouse(1, 3, SPECIFICATIONS);
    const [long, short, provider] = house.accounts as [string, string, string];
    house.deposit(provider, 'USD', '1000');
    house.trade({ buyer: long, seller: short, instrument: CALL, quantity: '1', price: '1000' });
    const judged = house.deskOf(provider).state.accounts.get(provider)?.version ?? 0;
    house.withdraw(provider, 'USD', '1000');
    for (const held of house.heldWithdrawals()) house.answer(held, true, 0);
    const behind = (house.deskOf(provider).state.accounts.get(provider)?.version ?? 0) - judged;
    expect(takenOver(house, CALL, long, [{ accountId: provider, quantity: '1', behind }], '900')).toMatchObject([
      { accountId: provider, executedQuantity: '1', quantity: '0', collateral: {}, postings: [] },
    ]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('is nothing of a contract that is delivered since providers were judged: nobody could hold it', () => {
    const desk = deskOf('t.main', 'p.main');
    settle(desk, '61000');
    const accountVersion = desk.state.accounts.get('p.main')?.version ?? 0;
    const round = { ...ROUND, caseId: 't.main#1', accountId: 't.main', instrument: FUTURE, side: 'long' } as const;
    const takes = [{ partition: 0, accountId: 'p.main', accountVersion, quantity: '2', price: '60500' }];
    const events = desk.take('ProviderRoundExecuted', { ...round, takes });
    expect(payloadOf(events, 'ProviderTradeBooked')).toMatchObject({ executedQuantity: '2', quantity: '0' });
    soundOf(desk);
  });

  it('is delivered when it is booked only after the expiry', () => {
    const desk = deskOf('t.main');
    settle(desk, '61000');
    const events = desk.take('ProviderRoundClosed', {
      ...{ ...ROUND, caseId: 't.main#1', accountId: 't.main', instrument: FUTURE, side: 'long' },
      ...{ outcome: 'taken-over', takenOver: [{ quantity: '2', price: '60500' }], closedQuantity: '2', remainder: '0' },
    });
    expect(events.map(({ type }) => type)).toEqual(['ProviderTradeBooked', 'ContractDelivered']);
    expect(payloadOf(events, 'ContractDelivered').amount).toBe('-1000');
    soundOf(desk);
  });
});
