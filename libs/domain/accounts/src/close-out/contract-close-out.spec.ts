import type { LiquidationEvents } from '@ballast/facts';
import {
  aCloseOutOrder,
  aFill,
  anAssessedCost,
  aPriceSet,
  aSpecification,
  deskWith,
  payloadOf,
  type Desk,
} from '../accounts.fixtures.js';
import type { AccountsState } from '../accounts.state.js';
import { CALL, COIN_FUTURE, collateralOf, deskOf, FUTURE, houseOf, settle, soundOf } from '../contracts.fixtures.js';

describe('a close-out in another contract', () => {
  const order = { partition: 0, position: 1 };
  const inLiquidation = (
    instrument: string,
    quantity: string,
    mark: string,
    settlement: LiquidationEvents['CloseOutOrderPlaced']['settlement'],
  ): Desk<AccountsState> => {
    const desk = deskOf('t.main');
    desk.take('TradeFilled', aFill({ accountId: 't.main', instrument, quantity, price: mark }));
    const placed = { accountId: 't.main', instrument, quantity, mark, provisionalRate: '0.005' };
    desk.take('CloseOutOrderPlaced', aCloseOutOrder({ ...placed, settlement }));
    return desk;
  };

  it('of an option is paid at the mark; the rate is of the notional that the order names', () => {
    const desk = inLiquidation(CALL, '2', '1500', { asset: 'USD', notional: '60000', assetPrice: '1' });
    const fill = aFill({
      accountId: 't.main',
      instrument: CALL,
      side: 'sell',
      quantity: '2',
      price: '1400',
      closeOutOrder: order,
    });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged')).toMatchObject({
      reason: 'close-out',
      settlement: { asset: 'USD', cash: '3000' },
      // 0.5 % of 2 x 60,000
      fee: '600',
      position: { quantity: '0', cost: '0' },
      postings: [
        { ledgerAccount: 'client/t.main', asset: 'USD', amount: '2400' },
        { ledgerAccount: 'house/pnl', asset: 'USD', amount: '-2800' },
        { ledgerAccount: 'liquidation', asset: 'USD', amount: '400' },
      ],
    });
    soundOf(desk);
  });

  it('that settles in coin closes the client in coin, and liquidation in dollars', () => {
    const desk = inLiquidation(COIN_FUTURE, '6000', '60000', { asset: 'BTC', notional: '10', assetPrice: '60000' });
    const fill = aFill({
      accountId: 't.main',
      instrument: COIN_FUTURE,
      side: 'sell',
      quantity: '6000',
      price: '59000',
      closeOutOrder: order,
    });
    const booked = payloadOf(desk.take('TradeFilled', fill), 'PositionChanged');
    expect(booked.fee).toBe('300');
    expect(booked.settlement).toEqual({ asset: 'BTC', cash: '0' });
    expect(booked.postings).toEqual([
      { ledgerAccount: 'client/t.main', asset: 'USD', amount: '-300' },
      // 60,000 USD x (1/60,000 - 1/59,000) = -0.0169491525... coin
      { ledgerAccount: 'house/pnl', asset: 'BTC', amount: '0.016949152542372' },
      { ledgerAccount: 'house/rounding', asset: 'BTC', amount: '0.000000007457628' },
      { ledgerAccount: 'house/conversion', asset: 'BTC', amount: '-0.01694916' },
      { ledgerAccount: 'house/conversion', asset: 'USD', amount: '1016.95' },
      { ledgerAccount: 'liquidation', asset: 'USD', amount: '-716.95' },
    ]);
    desk.take('LiquidationCostAssessed', anAssessedCost({ accountId: 't.main', order, trueUp: '-716.95' }));
    expect(houseOf(desk, 'liquidation', 'USD')).toBe('0');
    soundOf(desk);
  });

  it('whose last fill comes after the expiry is booked and delivered at once', () => {
    const desk = inLiquidation(FUTURE, '1', '60000', { asset: 'USD', notional: '60000', assetPrice: '1' });
    settle(desk, '61000');
    const fill = aFill({
      accountId: 't.main',
      instrument: FUTURE,
      side: 'sell',
      quantity: '1',
      price: '59000',
      closeOutOrder: order,
    });
    const events = desk.take('TradeFilled', fill);
    expect(events.map(({ type }) => type)).toEqual(['PositionChanged', 'ContractDelivered']);
    expect(payloadOf(events, 'ContractDelivered')).toMatchObject({ quantity: '-1', amount: '-1000', fee: '9.15' });
    soundOf(desk);
  });
});

describe('a case that ends with a debt in coin', () => {
  const closed = { caseId: 't.main#1', accountId: 't.main', outcome: 'closed-out', slices: 1 } as const;
  /** A client without dollars whose short call cost him half a coin more than the one he had. */
  function debtor(): Desk<AccountsState> {
    const desk = deskWith({ 't.main': '0' });
    desk.take('InstrumentAdmitted', { specification: aSpecification(COIN_FUTURE, { contractSize: '30000' }) });
    desk.take('PriceSetPublished', aPriceSet('60000'));
    desk.take(
      'TradeFilled',
      aFill({ accountId: 't.main', instrument: COIN_FUTURE, price: '60000', liquidity: 'maker' }),
    );
    desk.take('TradeFilled', aFill({ accountId: 't.main', instrument: COIN_FUTURE, price: '30000', side: 'sell' }));
    return desk;
  }

  it('books what it is worth at the index as uncovered, and the house takes the coin over', () => {
    const desk = debtor();
    // 0.5 coin of loss and fees of 0.0001 and 0.0005.
    expect(collateralOf(desk, 't.main')).toEqual({ BTC: '-0.5006' });
    const events = desk.take('LiquidationClosed', { ...closed, uncoveredLoss: '30036' });
    expect(payloadOf(events, 'UncoveredLossBooked')).toMatchObject({
      amount: '30036',
      collateral: {},
      postings: [
        { ledgerAccount: 'uncovered-loss', asset: 'USD', amount: '-30036' },
        { ledgerAccount: 'house/conversion', asset: 'USD', amount: '30036' },
        { ledgerAccount: 'house/conversion', asset: 'BTC', amount: '-0.5006' },
        { ledgerAccount: 'client/t.main', asset: 'BTC', amount: '0.5006' },
      ],
    });
    soundOf(desk);
  });

  it('is paid off by a grant of the fund before it is over, in dollars first', () => {
    const desk = debtor();
    const ask = {
      caseId: 't.main#1',
      accountId: 't.main',
      purpose: 'BankruptcyDeficit',
      order: null,
      underlying: null,
    } as const;
    desk.take('FundDrawRequested', { ...ask, amount: '30036' });
    const events = desk.take('FundDrawGranted', {
      request: { partition: 0, position: 1 },
      caseId: ask.caseId,
      accountId: ask.accountId,
      purpose: ask.purpose,
      requested: '30036',
      granted: '30036',
      balance: '0',
    });
    expect(payloadOf(events, 'FundGrantReceived')).toMatchObject({
      amount: '30036',
      collateral: {},
      postings: [
        { ledgerAccount: 'in-transit', asset: 'USD', amount: '-30036' },
        { ledgerAccount: 'house/conversion', asset: 'USD', amount: '30036' },
        { ledgerAccount: 'house/conversion', asset: 'BTC', amount: '-0.5006' },
        { ledgerAccount: 'client/t.main', asset: 'BTC', amount: '0.5006' },
      ],
    });
    soundOf(desk);
  });

  it('is let off no more than the loss: the rest stays a debt', () => {
    const desk = debtor();
    const events = desk.take('LiquidationClosed', { ...closed, uncoveredLoss: '6000' });
    expect(payloadOf(events, 'UncoveredLossBooked')).toMatchObject({ amount: '6000', collateral: { BTC: '-0.4006' } });
    soundOf(desk);
  });
});
