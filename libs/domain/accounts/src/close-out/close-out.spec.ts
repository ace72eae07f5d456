import { text } from '@ballast/kernel';
import { aCloseOutOrder, aFill, anAssessedCost, deskWith, payloadOf, type Desk } from '../accounts.fixtures.js';
import { accountStatement } from '../accounts.queries.js';
import { shortfall } from '../accounts.invariants.js';
import type { AccountsState } from '../accounts.state.js';
import { ClearingHouse } from '../clearing-house.fixtures.js';
import { fundBalance } from '../fund/fund.state.js';
import { balanceOf } from '../ledger/ledger.js';

const trader = 'trader.main';
const order = { partition: 0, position: 1 };

/** A long of the given size at 50,000 whose close-out order stands. */
function deskInLiquidation(
  cash: string,
  quantity = '1',
  provisionalRate = '0.005',
  mark = '50000',
): Desk<AccountsState> {
  const desk = deskWith({ [trader]: cash });
  desk.take('TradeFilled', aFill({ accountId: trader, quantity, liquidity: 'maker' }));
  desk.take('CloseOutOrderPlaced', aCloseOutOrder({ accountId: trader, quantity, provisionalRate, mark }));
  return desk;
}

const closeOutFill = (quantity: string, price: string) =>
  aFill({ accountId: trader, side: 'sell', quantity, price, closeOutOrder: order });
const inLiquidation = (desk: Desk<AccountsState>): string => text(balanceOf(desk.state.ledger, 'liquidation', 'USD'));

describe('a close-out fill [CLR-ACC-014]', () => {
  it('closes the client at the mark, leaves the slippage to liquidation and charges the provisional penalty', () => {
    const desk = deskInLiquidation('10000');
    const events = desk.take('TradeFilled', closeOutFill('1', '49900'));
    expect(payloadOf(events, 'PositionChanged')).toMatchObject({
      reason: 'close-out',
      closeOutOrder: order,
      price: '50000',
      fillPrice: '49900',
      realisedPnl: '0',
      fee: '250',
      feeSchedule: 'close-out-default@1',
      position: { quantity: '0', cost: '0' },
      postings: [
        { ledgerAccount: `client/${trader}`, asset: 'USD', amount: '-250' },
        { ledgerAccount: 'house/pnl', asset: 'USD', amount: '100' },
        { ledgerAccount: 'liquidation', asset: 'USD', amount: '150' },
      ],
    });
  });

  it('better than the mark is a gain of liquidation, on both sides', () => {
    const sold = deskInLiquidation('10000', '1', '0');
    sold.take('TradeFilled', closeOutFill('1', '50010'));
    expect(inLiquidation(sold)).toBe('10');
    const bought = deskWith({ [trader]: '10000' });
    bought.take('TradeFilled', aFill({ accountId: trader, side: 'sell' }));
    bought.take('CloseOutOrderPlaced', aCloseOutOrder({ accountId: trader, side: 'buy', provisionalRate: '0' }));
    bought.take('TradeFilled', { ...closeOutFill('1', '49990'), side: 'buy' });
    expect(inLiquidation(bought)).toBe('10');
  });

  it('leaves whole cents in liquidation, and their rest in house/rounding', () => {
    const desk = deskInLiquidation('10000', '1', '0', '50000.006');
    const { postings } = payloadOf(desk.take('TradeFilled', closeOutFill('1', '50000')), 'PositionChanged');
    expect(postings).toContainEqual({ ledgerAccount: 'liquidation', asset: 'USD', amount: '-0.01' });
    // 0.006 of profit that was not credited, and 0.004 of slippage that was rounded to a cent.
    expect(postings).toContainEqual({ ledgerAccount: 'house/rounding', asset: 'USD', amount: '0.01' });
  });

  it('is a trade like any other for the maker, and for an order that is not of this account', () => {
    const desk = deskInLiquidation('10000');
    desk.take('AccountOpeningRequested', { accountId: 'maker.main' });
    const maker = { ...closeOutFill('1', '49900'), accountId: 'maker.main', side: 'buy', liquidity: 'maker' } as const;
    expect(payloadOf(desk.take('TradeFilled', maker), 'PositionChanged')).toMatchObject({
      reason: 'trade',
      closeOutOrder: null,
      fee: '9.98',
    });
    const stray = { ...closeOutFill('1', '49900'), closeOutOrder: { partition: 0, position: 99 } };
    expect(payloadOf(desk.take('TradeFilled', stray), 'PositionChanged')).toMatchObject({
      reason: 'trade',
      price: '49900',
    });
  });
});

describe('the cost of a slice [CLR-ACC-014]', () => {
  it('posts the slice of W67 and its true-up of W77: 267,736.88 charged on 50 million, 20,000 returned', () => {
    const desk = deskInLiquidation('5000000', '1000', '0.0053547376');
    const charged = payloadOf(desk.take('TradeFilled', closeOutFill('1000', '50000')), 'PositionChanged');
    expect(charged.fee).toBe('267736.88');
    expect(inLiquidation(desk)).toBe('267736.88');
    const events = desk.take('LiquidationCostAssessed', anAssessedCost({ accountId: trader, order, trueUp: '20000' }));
    expect(payloadOf(events, 'LiquidationCostSettled')).toMatchObject({
      trueUp: '20000',
      postings: [
        { ledgerAccount: `client/${trader}`, asset: 'USD', amount: '20000' },
        { ledgerAccount: 'liquidation', asset: 'USD', amount: '-20000' },
      ],
    });
    // Without slippage, reward and remainder go to the fund together.
    expect(payloadOf(events, 'PenaltyRemainderSent')).toMatchObject({ amount: '247736.88', order });
    expect(inLiquidation(desk)).toBe('0');
  });

  it('may also be charged in addition', () => {
    const desk = deskInLiquidation('10000');
    desk.take('TradeFilled', closeOutFill('1', '49700'));
    const events = desk.take('LiquidationCostAssessed', anAssessedCost({ accountId: trader, order, trueUp: '-50' }));
    expect(events.map(({ type }) => type)).toEqual(['LiquidationCostSettled']);
    expect(inLiquidation(desk)).toBe('0');
    // 10,000 - fee of 10 - 250 - 50
    expect(accountStatement(desk.state, trader)?.collateral).toEqual({ USD: '9690' });
  });

  it.each`
    granted  | received | lost     | why
    ${'250'} | ${'250'} | ${null}  | ${'the fund pays all'}
    ${'100'} | ${'100'} | ${'150'} | ${'the fund pays a part'}
    ${'0'}   | ${null}  | ${'250'} | ${'the fund is empty'}
  `(
    'beyond the penalty is asked of the fund: of 250, $granted granted ($why)',
    (row: Record<string, string | null>) => {
      const desk = deskInLiquidation('10000');
      desk.take('TradeFilled', closeOutFill('1', '49500'));
      desk.take('LiquidationCostAssessed', anAssessedCost({ accountId: trader, order }));
      expect(inLiquidation(desk)).toBe('-250');
      const draw = {
        caseId: `${trader}#1`,
        accountId: trader,
        purpose: 'SlippageBeyondReward',
        amount: '250',
        order,
        underlying: 'BTC',
      } as const;
      desk.take('FundDrawRequested', draw);
      const { caseId, accountId, purpose } = draw;
      const answer = { caseId, accountId, purpose, request: { partition: 0, position: 3 }, requested: '250' };
      const granted = row['granted'] as string;
      const events = desk.take('FundDrawGranted', { ...answer, granted, balance: '0' });
      const amountOf = (type: string): string | null =>
        (events.find((event) => event.type === type)?.payload as { amount: string } | undefined)?.amount ?? null;
      expect([amountOf('FundGrantReceived'), amountOf('UncoveredLossBooked')]).toEqual([row['received'], row['lost']]);
      expect(inLiquidation(desk)).toBe('0');
      expect(text(shortfall(desk.state))).toBe(row['lost'] ?? '0');
      expect(accountStatement(desk.state, trader)?.collateral).toEqual({ USD: '9740' });
    },
  );

  it('of another partition is not this one', () => {
    const desk = deskInLiquidation('10000');
    expect(
      desk.take('FundDrawGranted', {
        request: { partition: 1, position: 1 },
        caseId: 'x#1',
        accountId: 'x.main',
        purpose: 'BankruptcyDeficit',
        requested: '1',
        granted: '1',
        balance: '0',
      }),
    ).toEqual([]);
  });

  it('of a slice that was never placed stops the partition', () => {
    const assessed = anAssessedCost({ accountId: trader, order: { partition: 0, position: 7 } });
    expect(() => deskWith({ [trader]: '1' }).take('LiquidationCostAssessed', assessed)).toThrow(
      'no open close-out order',
    );
  });
});

describe('a bankrupt account [CLR-ACC-041]', () => {
  it('gets its deficit from the fund', () => {
    const house = new ClearingHouse(2, 1);
    const [broke] = house.accounts as [string];
    house.contribute('1000');
    house.coverDeficit(broke, '300', '0');
    expect(accountStatement(house.deskOf(broke).state, broke)?.collateral).toEqual({ USD: '300' });
    expect(text(fundBalance(house.fund.state))).toBe('700');
    expect(house.atRest()).toEqual([]);
  });

  it.each`
    uncoveredLoss | booked   | why
    ${'120'}      | ${'120'} | ${'all of it'}
    ${'500'}      | ${'150'} | ${'at most what the client owes in USD'}
    ${'0'}        | ${null}  | ${'nothing to book'}
  `('that ends 150 short with a loss of $uncoveredLoss: $why', (row: Record<string, string | null>) => {
    // 869.80 - fee of 10 - loss of 1,000 - fee of 9.80 = -150
    const desk = deskWith({ [trader]: '869.8' });
    desk.take('TradeFilled', aFill({ accountId: trader, liquidity: 'maker' }));
    desk.take('TradeFilled', aFill({ accountId: trader, side: 'sell', price: '49000', liquidity: 'maker' }));
    const events = desk.take('LiquidationClosed', {
      caseId: `${trader}#1`,
      accountId: trader,
      outcome: 'closed-out',
      slices: 1,
      uncoveredLoss: row['uncoveredLoss'] as string,
    });
    const amount = (events[0]?.payload as { amount: string } | undefined)?.amount ?? null;
    expect(amount).toBe(row['booked']);
  });

  it('with 10,000 cash and 10 bought at 50,000 is deleveraged at 49,000 with nothing left and nothing owed (W79)', () => {
    const desk = deskWith({ [trader]: '10100', 'short.main': '100000' });
    desk.take('TradeFilled', aFill({ accountId: trader, quantity: '10', price: '50000', liquidity: 'maker' }));
    desk.take('TradeFilled', aFill({ accountId: 'short.main', side: 'sell', quantity: '10', price: '50000' }));
    const request = { partition: 0, position: 1 };
    const round = { roundId: 'r1', instrument: 'BTC-PERP', side: 'long' } as const;
    const closes = [
      { partition: 0, accountId: 'short.main', request, quantity: '8', price: '49000' },
      { partition: 1, accountId: 'elsewhere.main', request, quantity: '1', price: '49000' },
      { partition: 0, accountId: 'short.main', request, quantity: '8', price: '49000' },
    ];
    const booked = desk.take('AdlExecuted', { ...round, requirementCap: '0.9', closes });
    expect(booked.map(({ payload }) => payload)).toMatchObject([
      { role: 'candidate', side: 'buy', executedQuantity: '8', quantity: '8', realisedPnl: '8000' },
      { role: 'candidate', side: 'buy', executedQuantity: '8', quantity: '2', realisedPnl: '2000' },
    ]);
    const nothing = desk.take('AdlExecuted', {
      ...round,
      roundId: 'r2',
      requirementCap: '0.9',
      closes: closes.slice(0, 1),
    });
    expect(payloadOf(nothing, 'AdlBooked')).toMatchObject({ executedQuantity: '8', quantity: '0', postings: [] });
    const bankrupt = { request, caseId: `${trader}#1`, accountId: trader, price: '49000' };
    const closed = desk.take('AdlRoundClosed', {
      ...round,
      bankrupt: [{ ...bankrupt, closedQuantity: '10' }],
      ended: [],
    });
    expect(payloadOf(closed, 'AdlBooked')).toMatchObject({ role: 'bankrupt', side: 'sell', realisedPnl: '-10000' });
    expect(accountStatement(desk.state, trader)).toMatchObject({ positions: [], collateral: {} });
  });
});
