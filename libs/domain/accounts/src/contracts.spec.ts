import { ASSETS, instantOf, sum, text, type Asset } from '@ballast/kernel';
import type { AccountsEvents, LiquidationEvents } from '@ballast/facts';
import {
  aCloseOutOrder,
  aFill,
  anAssessedCost,
  aPriceSet,
  aSpecification,
  deskWith,
  payloadOf,
  type Desk,
} from './accounts.fixtures.js';
import { accountStatement } from './account-statement.js';
import { accountsInvariants } from './accounts.invariants.js';
import type { AccountsState } from './accounts.state.js';
import { ClearingHouse } from './clearing-house.fixtures.js';
import { balanceOf } from './ledger.js';

const CALL = 'BTC-27MAR26-60000-C';
const COIN_CALL = 'BTC-27MAR26-60000-C-INVERSE';
const FUTURE = 'BTC-27MAR26';
const COIN_FUTURE = 'BTC-27MAR26-INVERSE';
const CYCLE_FUTURE = 'BTC-24APR26';
const EXPIRY = instantOf('2026-03-27T08:00:00Z');

const SPECIFICATIONS = [
  aSpecification(CALL, { tick: '0.5', lot: '0.1' }),
  aSpecification(COIN_CALL, { lot: '0.1' }),
  aSpecification(FUTURE, { tick: '0.5', lot: '0.01' }),
  aSpecification(COIN_FUTURE, { tick: '0.5', lot: '1', contractSize: '10' }),
  aSpecification(CYCLE_FUTURE, { tick: '0.5', lot: '0.01', cashStyle: 'variation-margin' }),
];

/** A desk that clears all these contracts, the index at 60,000; every account holds 100,000 USD and one bitcoin. */
function deskOf(...accounts: readonly string[]): Desk<AccountsState> {
  const desk = deskWith(Object.fromEntries(accounts.map((accountId) => [accountId, '100000'])));
  for (const accountId of accounts)
    desk.take('DepositReceived', { depositId: `coin-${accountId}`, accountId, asset: 'BTC', amount: '1' });
  for (const specification of SPECIFICATIONS) desk.take('InstrumentAdmitted', { specification });
  desk.take('PriceSetPublished', aPriceSet('60000'));
  return desk;
}

const settle = (desk: Desk<AccountsState>, price: string) =>
  desk.take('SettlementPriceFixed', {
    underlying: 'BTC',
    expiry: EXPIRY,
    price,
    samples: 450,
    carried: 0,
    missing: 0,
  });

const collateralOf = (desk: Desk<AccountsState>, accountId: string) =>
  accountStatement(desk.state, accountId)?.collateral;

const houseOf = (desk: Desk<AccountsState>, ledgerAccount: string, asset: Asset): string =>
  text(balanceOf(desk.state.ledger, ledgerAccount, asset));

function soundOf(desk: Desk<AccountsState>): void {
  const { state } = desk;
  expect([...accountsInvariants.ofPartition(state), ...accountsInvariants.ofExpiries(state)]).toEqual([]);
}

describe('a trade against premium', () => {
  it('pays the price at once and leaves no cost, for buyer and writer', () => {
    const desk = deskOf('buyer.main', 'writer.main');
    const both = { instrument: CALL, quantity: '2', price: '1500' };
    const bought = payloadOf(desk.take('TradeFilled', aFill({ ...both, accountId: 'buyer.main' })), 'PositionChanged');
    const sold = payloadOf(
      desk.take('TradeFilled', aFill({ ...both, accountId: 'writer.main', side: 'sell' })),
      'PositionChanged',
    );
    expect(bought).toMatchObject({
      realisedPnl: '0',
      position: { instrument: CALL, quantity: '2', cost: '0' },
      settlement: { asset: 'USD', cash: '-3000' },
      // 3 basis points of 2 x 60,000
      fee: '36',
      feeSchedule: 'option-fees@1',
      collateral: { USD: '96964', BTC: '1' },
    });
    expect(sold).toMatchObject({
      position: { quantity: '-2', cost: '0' },
      settlement: { asset: 'USD', cash: '3000' },
      collateral: { USD: '102964', BTC: '1' },
    });
    expect(houseOf(desk, 'house/pnl', 'USD')).toBe('0');
    soundOf(desk);
  });

  it('in coin is paid in coin, to eight digits', () => {
    const desk = deskOf('buyer.main');
    const fill = aFill({ accountId: 'buyer.main', instrument: COIN_CALL, quantity: '0.3', price: '0.0255' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged')).toMatchObject({
      settlement: { asset: 'BTC', cash: '-0.00765' },
      // 0.3 x 0.0003 coin, whatever the index
      fee: '0.00009',
      collateral: { USD: '100000', BTC: '0.99226' },
    });
    soundOf(desk);
  });

  it.each`
    price    | fee       | why
    ${'1'}   | ${'0.13'} | ${'12.5 % of a premium of 1, rounded up to the cent'}
    ${'100'} | ${'12.5'} | ${'12.5 % of 100, below 18'}
    ${'144'} | ${'18'}   | ${'3 basis points of 60,000 are reached'}
    ${'900'} | ${'18'}   | ${'and are the most'}
  `('costs $fee at a premium of $price: $why', ({ price, fee }: Record<'price' | 'fee', string>) => {
    const desk = deskOf('buyer.main');
    const fill = aFill({ accountId: 'buyer.main', instrument: CALL, price, liquidity: 'maker' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged').fee).toBe(fee);
  });

  it('is charged the cap while no index is published', () => {
    const desk = deskWith({ 'buyer.main': '1000' });
    desk.take('InstrumentAdmitted', { specification: aSpecification(CALL) });
    const fill = aFill({ accountId: 'buyer.main', instrument: CALL, price: '800' });
    expect(payloadOf(desk.take('TradeFilled', fill), 'PositionChanged').fee).toBe('100');
  });
});

describe('a trade in a future', () => {
  it('keeps its profit until it is closed, and pays the fee of futures', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: FUTURE, quantity: '2', price: '60000' }));
    const closed = aFill({ accountId: 'a.main', instrument: FUTURE, side: 'sell', quantity: '2', price: '61000' });
    expect(payloadOf(desk.take('TradeFilled', closed), 'PositionChanged')).toMatchObject({
      realisedPnl: '2000',
      settlement: { asset: 'USD', cash: '2000' },
      fee: '61',
      feeSchedule: 'future-fees@1',
      position: { quantity: '0', cost: '0' },
    });
    soundOf(desk);
  });

  it('that pays in coin realises 1/entry - 1/exit, rounded down to the eighth digit', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: COIN_FUTURE, quantity: '6000', price: '60000' }));
    expect(accountStatement(desk.state, 'a.main')?.positions).toEqual([
      { instrument: COIN_FUTURE, quantity: '6000', cost: '-1.000000000000002' },
    ]);
    const closed = aFill({
      accountId: 'a.main',
      instrument: COIN_FUTURE,
      side: 'sell',
      quantity: '6000',
      price: '70000',
    });
    const { realisedPnl, settlement, postings } = payloadOf(desk.take('TradeFilled', closed), 'PositionChanged');
    // 60,000 USD x (1/60,000 - 1/70,000), with the value of a contract rounded to 18 digits.
    expect(realisedPnl).toBe('0.142857142857144');
    expect(settlement).toEqual({ asset: 'BTC', cash: '0.14285714' });
    expect(postings).toContainEqual({ ledgerAccount: 'house/rounding', asset: 'BTC', amount: '0.000000002857144' });
    soundOf(desk);
  });
});

describe('what cannot be cleared', () => {
  it.each`
    why                       | changes                                                               | detail
    ${'an unlisted contract'} | ${{ instrument: 'BTC-26JUN26' }}                                      | ${'instrument-unknown'}
    ${'between two ticks'}    | ${{ instrument: CALL, price: '1500.25' }}                             | ${'off-tick'}
    ${'less than a lot'}      | ${{ instrument: CALL, price: '1500', quantity: '0.05' }}              | ${'off-lot'}
    ${'coin beyond bounds'}   | ${{ instrument: COIN_CALL, price: '2', quantity: '900000000000000' }} | ${'amount-too-large'}
  `('$why goes to suspense: $detail', ({ changes, detail }: { changes: object; detail: string }) => {
    const desk = deskOf('a.main');
    const events = desk.take('TradeFilled', aFill({ accountId: 'a.main', ...changes }));
    expect(events.map(({ type }) => type)).toEqual(['SuspenseBooked']);
    expect(payloadOf(events, 'SuspenseBooked')).toMatchObject({ detail, position: null, postings: [] });
  });

  it('is a contract before its listing and from its expiry on, but for the orders of a liquidation', () => {
    const early = deskWith({ 'a.main': '100000' });
    early.take('InstrumentAdmitted', { specification: aSpecification(FUTURE, { listedAt: '2021-01-01T00:00:00Z' }) });
    const fill = aFill({ accountId: 'a.main', instrument: FUTURE });
    expect(payloadOf(early.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('instrument-not-listed');
    const late = deskOf('a.main');
    late.clearing = EXPIRY;
    expect(payloadOf(late.take('TradeFilled', fill), 'SuspenseBooked').detail).toBe('instrument-expired');
    const ofOrder = { ...fill, closeOutOrder: { partition: 3, position: 1 } };
    expect(late.take('TradeFilled', ofOrder).map(({ type }) => type)).toEqual(['PositionChanged']);
  });
});

describe('a settlement of variation', () => {
  it('pays +1,250, -750, -500 for +5, -3, -2 from 60,000 to 60,250 and moves the cost there (W90)', () => {
    const desk = deskOf('a.main', 'b.main', 'c.main');
    const sides = { 'a.main': ['buy', '5'], 'b.main': ['sell', '3'], 'c.main': ['sell', '2'] } as const;
    for (const [accountId, [side, quantity]] of Object.entries(sides)) {
      desk.take('TradeFilled', aFill({ accountId, instrument: CYCLE_FUTURE, side, quantity, price: '60000' }));
    }
    const events = desk.take('VariationPriceFixed', { instrument: CYCLE_FUTURE, dueAt: 1, price: '60250' });
    expect(events.map(({ type }) => type)).toEqual([
      'VariationSettled',
      'VariationSettled',
      'VariationSettled',
      'VariationClosed',
    ]);
    expect(events.slice(0, 3).map(({ payload }) => (payload as AccountsEvents['VariationSettled']).amount)).toEqual([
      '1250',
      '-750',
      '-500',
    ]);
    expect(payloadOf(events, 'VariationSettled').position).toEqual({
      instrument: CYCLE_FUTURE,
      quantity: '5',
      cost: '301250',
    });
    expect(payloadOf(events, 'VariationClosed')).toMatchObject({ houseAmount: '0', rounding: '0', clients: 3 });
    soundOf(desk);
  });

  it('of one time is settled once, and of another cash style never', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CYCLE_FUTURE, price: '60000' }));
    const at = (dueAt: number, instrument = CYCLE_FUTURE) =>
      desk.take('VariationPriceFixed', { instrument, dueAt, price: '60001' }).length;
    expect([at(2), at(2), at(1), at(3), at(4, FUTURE)]).toEqual([2, 0, 0, 2, 0]);
  });

  it('leaves whole cents with the clients, the rest in house/rounding, and settles what suspense holds', () => {
    const desk = deskOf('a.main');
    const fill = { instrument: CYCLE_FUTURE, quantity: '0.01', price: '60000' };
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'a.main' }));
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'stranger.main', side: 'sell' }));
    const events = desk.take('VariationPriceFixed', { instrument: CYCLE_FUTURE, dueAt: 1, price: '60000.5' });
    expect(payloadOf(events, 'VariationSettled').amount).toBe('0');
    expect(payloadOf(events, 'VariationClosed')).toMatchObject({ houseAmount: '0', rounding: '0.01' });
    expect(houseOf(desk, 'suspense', 'USD')).toBe('-0.01');
    expect(houseOf(desk, 'house/rounding', 'USD')).toBe('0.01');
    soundOf(desk);
  });
});

describe('an expiry', () => {
  it('pays off options, closes futures at their profit, and takes the delivery fee', () => {
    const desk = deskOf('a.main', 'b.main');
    const trade = (instrument: string, quantity: string, price: string): void => {
      desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument, quantity, price }));
      desk.take('TradeFilled', aFill({ accountId: 'b.main', instrument, quantity, price, side: 'sell' }));
    };
    trade(CALL, '3', '1500');
    trade(FUTURE, '2', '60000');
    trade(COIN_CALL, '1', '0.02');
    const before = ['a.main', 'b.main'].map((accountId) => collateralOf(desk, accountId));
    const events = settle(desk, '61000');
    expect(events.map(({ type, payload }) => `${type} ${(payload as { instrument: string }).instrument}`)).toEqual([
      `ContractDelivered ${FUTURE}`,
      `ContractDelivered ${FUTURE}`,
      `ExpiryClosed ${FUTURE}`,
      `ContractDelivered ${CALL}`,
      `ContractDelivered ${CALL}`,
      `ExpiryClosed ${CALL}`,
      `ContractDelivered ${COIN_CALL}`,
      `ContractDelivered ${COIN_CALL}`,
      `ExpiryClosed ${COIN_CALL}`,
      `ExpiryClosed ${COIN_FUTURE}`,
    ]);
    const delivered = events
      .filter(({ type }) => type === 'ContractDelivered')
      .map(({ payload }) => payload as AccountsEvents['ContractDelivered'])
      .map(({ quantity, asset, amount, fee }) => [quantity, asset, amount, fee]);
    expect(delivered).toEqual([
      ['2', 'USD', '2000', '18.3'],
      ['-2', 'USD', '-2000', '18.3'],
      ['3', 'USD', '3000', '27.45'],
      ['-3', 'USD', '-3000', '27.45'],
      // 1,000 / 61,000 coin; 0.00015 coin is below 12.5 % of it.
      ['1', 'BTC', '0.01639344', '0.00015'],
      ['-1', 'BTC', '-0.01639345', '0.00015'],
    ]);
    expect(before).not.toEqual(['a.main', 'b.main'].map((accountId) => collateralOf(desk, accountId)));
    expect(accountStatement(desk.state, 'a.main')?.positions).toEqual([]);
    expect(ASSETS.map((asset) => houseOf(desk, 'house/pnl', asset))).toEqual(['0', '0', '0']);
    expect(houseOf(desk, 'house/rounding', 'BTC')).toBe('0.00000001');
    soundOf(desk);
  });

  it('is settled once, and what comes afterwards finds the contract gone', () => {
    const desk = deskOf('a.main');
    desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CALL, price: '1500' }));
    expect(settle(desk, '59000')).toHaveLength(5);
    expect(settle(desk, '61000')).toEqual([]);
    const late = desk.take('TradeFilled', aFill({ accountId: 'a.main', instrument: CALL, price: '1500' }));
    expect(payloadOf(late, 'SuspenseBooked')).toMatchObject({ detail: 'instrument-expired', position: null });
    soundOf(desk);
  });

  it('delivers what suspense keeps of an option at its payoff less the premium it owes', () => {
    const desk = deskOf('a.main');
    const fill = { instrument: CALL, quantity: '1', price: '1500' };
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'stranger.main' }));
    desk.take('TradeFilled', aFill({ ...fill, accountId: 'a.main', side: 'sell' }));
    settle(desk, '64000');
    expect(houseOf(desk, 'suspense', 'USD')).toBe('2500');
    expect(houseOf(desk, 'house/pnl', 'USD')).toBe('0');
    soundOf(desk);
  });

  it('leaves nobody with the contract and no money with the houses, over all partitions', () => {
    const house = new ClearingHouse(3, 2, SPECIFICATIONS);
    const [a, , c, d, , f] = house.accounts as [string, string, string, string, string, string];
    house.trade({ buyer: a, seller: c, instrument: CALL, quantity: '3', price: '1500' });
    house.trade({ buyer: d, seller: f, instrument: CALL, quantity: '1.5', price: '1700.5' });
    house.trade({ buyer: f, seller: a, instrument: COIN_FUTURE, quantity: '777', price: '61234.5' });
    house.expire(EXPIRY, '63333.33333333');
    expect(house.violations).toEqual([]);
    expect(house.atRest()).toEqual([]);
    for (const asset of ASSETS) {
      expect(text(sum(house.desks.map(({ state }) => balanceOf(state.ledger, 'house/pnl', asset))))).toBe('0');
    }
    expect(house.accounts.map((accountId) => house.quantityOf(accountId, CALL))).toEqual([
      '0',
      '0',
      '0',
      '0',
      '0',
      '0',
    ]);
  });
});

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
    desk.take('CloseOutOrderPlaced', aCloseOutOrder({ ...placed, ...(settlement && { settlement }) }));
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

describe('a deleveraging in another contract', () => {
  it('closes both sides of a coin-settled future at the bankruptcy price, in coin and without a fee', () => {
    const house = new ClearingHouse(2, 1, SPECIFICATIONS);
    const [long, short] = house.accounts as [string, string];
    house.trade({ buyer: long, seller: short, instrument: COIN_FUTURE, quantity: '6000', price: '60000' });
    house.deleverage(long, [short], COIN_FUTURE, '6000', '50000');
    const booked = house.desks.map(({ events }) => payloadOf(events, 'AdlBooked'));
    // 60,000 USD x (1/60,000 - 1/50,000) = -0.2 coin, by the 18 digits of a contract's value 2e-15 less.
    expect(booked.map(({ settlement }) => settlement)).toEqual([
      { asset: 'BTC', cash: '-0.2' },
      { asset: 'BTC', cash: '0.19999999' },
    ]);
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('of an option pays its bankruptcy price from the bankrupt writer to who gives it up, at most what he holds', () => {
    const house = new ClearingHouse(2, 2, SPECIFICATIONS);
    const [writer, holder, other] = house.accounts as [string, string, string];
    house.trade({ buyer: holder, seller: writer, instrument: CALL, quantity: '3', price: '1000' });
    house.trade({ buyer: other, seller: writer, instrument: CALL, quantity: '1', price: '1000' });
    house.deleverage(writer, [holder, other], CALL, '4', '2500');
    const booked = house.desks.flatMap(({ events }) => events.filter(({ type }) => type === 'AdlBooked'));
    const figures = booked.map(({ payload }) => {
      const { accountId, role, quantity, realisedPnl, settlement, position } = payload as AccountsEvents['AdlBooked'];
      return { accountId, role, quantity, realisedPnl, cash: settlement?.cash, left: position.quantity };
    });
    // Two were assigned to each; the writer is closed by the three that were given up.
    expect(figures).toHaveLength(3);
    expect(figures).toEqual(
      expect.arrayContaining([
        { accountId: holder, role: 'candidate', quantity: '2', realisedPnl: '0', cash: '5000', left: '1' },
        { accountId: other, role: 'candidate', quantity: '1', realisedPnl: '0', cash: '2500', left: '0' },
        { accountId: writer, role: 'bankrupt', quantity: '3', realisedPnl: '0', cash: '-7500', left: '-1' },
      ]),
    );
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('delivers the bankrupt side that is booked only after the expiry', () => {
    const desk = deskOf('t.main');
    settle(desk, '61000');
    const bankrupt = {
      request: { partition: 0, position: 9 },
      caseId: 't.main#1',
      accountId: 't.main',
      closedQuantity: '2',
      price: '60500',
      remainder: '0',
    };
    const round = { roundId: 'r1', instrument: FUTURE, side: 'long', bankrupt: [bankrupt] } as const;
    const events = desk.take('AdlRoundClosed', round);
    expect(events.map(({ type }) => type)).toEqual(['AdlBooked', 'ContractDelivered']);
    expect(payloadOf(events, 'ContractDelivered').amount).toBe('-1000');
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
    const ask = { caseId: 't.main#1', accountId: 't.main', purpose: 'BankruptcyDeficit', order: null } as const;
    desk.take('FundDrawRequested', { ...ask, amount: '30036' });
    const events = desk.take('FundDrawGranted', {
      request: { partition: 0, position: 1 },
      caseId: ask.caseId,
      accountId: ask.accountId,
      purpose: ask.purpose,
      requested: '30036',
      granted: '30036',
      balance: '0',
      postings: [],
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
