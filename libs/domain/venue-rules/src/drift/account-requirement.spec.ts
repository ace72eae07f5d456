import { describe, expect, it } from '@jest/globals';
import { dec, ONE, text, ZERO } from '@ballast/kernel';
import {
  type AccountHoldings,
  accountRequirement,
  marginRatioOf,
  type PerpHolding,
  type RequirementContext,
  type SpotHolding,
} from './account-requirement.js';

const oracle = (price: string, average5min = price) => ({ price: dec(price), average5min: dec(average5min) });
const spot = (balance: string, rest: Partial<SpotHolding> = {}): SpotHolding => ({
  market: 'SOL',
  oracle: oracle('100'),
  weights: {
    initialAsset: dec('0.8'),
    maintenanceAsset: dec('0.9'),
    initialLiability: dec('1.2'),
    maintenanceLiability: dec('1.1'),
    imfFactor: ZERO,
  },
  balance: dec(balance),
  openBids: ZERO,
  openAsks: ZERO,
  openOrders: ZERO,
  ...rest,
});
const perp = (size: string, quoteAmount: string, rest: Partial<PerpHolding> = {}): PerpHolding => ({
  market: 'SOL-PERP',
  oraclePrice: dec('100'),
  ratios: {
    initial: dec('0.1'),
    maintenance: dec('0.05'),
    imfFactor: ZERO,
    highLeverageInitial: ZERO,
    highLeverageMaintenance: ZERO,
  },
  size: dec(size),
  quoteAmount: dec(quoteAmount),
  openBids: ZERO,
  openAsks: ZERO,
  openOrders: ZERO,
  profitWeights: { initial: ONE, maintenance: ONE },
  ...rest,
});
const INITIAL: RequirementContext = {
  kind: 'initial',
  strict: false,
  highLeverage: false,
  userMarginRatio: ZERO,
  overrideMarginRatio: ZERO,
  openOrderMargin: dec('0.01'),
  initialProfitCap: null,
  buffer: ZERO,
};
const MAINTENANCE: RequirementContext = { ...INITIAL, kind: 'maintenance' };

const of = (quote: string, parts: Partial<AccountHoldings>, context: RequirementContext) => {
  const account = { quoteBalance: dec(quote), quoteOracle: oracle('1'), spots: [], perps: [], ...parts };
  const { requirement, collateral } = accountRequirement(account, context);
  return { requirement: text(requirement), collateral: text(collateral) };
};

describe('quote', () => {
  it.each`
    balance | price     | average   | strict   | requirement | collateral | why
    ${'1'}  | ${'0.99'} | ${'1.01'} | ${true}  | ${'0'}      | ${'0.99'}  | ${'a deposit at the lower price'}
    ${'1'}  | ${'0.99'} | ${'1.01'} | ${false} | ${'0'}      | ${'0.99'}  | ${'not strict: the price'}
    ${'1'}  | ${'1.01'} | ${'0.99'} | ${true}  | ${'0'}      | ${'0.99'}  | ${'the average is the lower one'}
    ${'-1'} | ${'1.01'} | ${'0.99'} | ${true}  | ${'1.01'}   | ${'0'}     | ${'a debt at the higher price'}
    ${'-1'} | ${'0.99'} | ${'1.01'} | ${true}  | ${'1.01'}   | ${'0'}     | ${'the average is the higher one'}
    ${'0'}  | ${'1'}    | ${'1'}    | ${true}  | ${'0'}      | ${'0'}     | ${'nothing'}
  `('of $balance at $price ($average): $why', ({ balance, price, average, strict, requirement, collateral }) => {
    const quoteOracle = oracle(price as string, average as string);
    const context = { ...INITIAL, strict: strict as boolean };
    expect(of(balance as string, { quoteOracle }, context)).toEqual({ requirement, collateral });
  });

  it('is rounded away from zero when owed and down when held', () => {
    const quoteOracle = oracle('0.3333333');
    expect(of('1', { quoteOracle }, INITIAL).collateral).toBe('0.333333');
    expect(of('-1', { quoteOracle }, INITIAL).requirement).toBe('0.333334');
  });
});

describe('a spot balance', () => {
  it.each`
    balance  | kind             | requirement | collateral | why
    ${'10'}  | ${'initial'}     | ${'0'}      | ${'800'}   | ${'an asset at 0.8'}
    ${'10'}  | ${'maintenance'} | ${'0'}      | ${'900'}   | ${'an asset at 0.9'}
    ${'10'}  | ${'fill'}        | ${'0'}      | ${'850'}   | ${'the mean'}
    ${'-10'} | ${'initial'}     | ${'1200'}   | ${'0'}     | ${'a debt at 1.2'}
    ${'-10'} | ${'maintenance'} | ${'1100'}   | ${'0'}     | ${'a debt at 1.1'}
  `('of $balance, $kind: $why', ({ balance, kind, requirement, collateral }) => {
    const context = { ...INITIAL, kind: kind as RequirementContext['kind'] };
    expect(of('0', { spots: [spot(balance as string)] }, context)).toEqual({ requirement, collateral });
  });

  it.each`
    balance  | bids     | asks     | requirement   | collateral | why
    ${'0'}   | ${'500'} | ${'0'}   | ${'50000.01'} | ${'40000'} | ${'bought: tokens at 0.8, cash owed in full'}
    ${'0'}   | ${'0'}   | ${'500'} | ${'60000.01'} | ${'50000'} | ${'sold: tokens owed at 1.2, cash held'}
    ${'0'}   | ${'500'} | ${'500'} | ${'60000.01'} | ${'50000'} | ${'both leave 10,000 less: alike, the asks'}
    ${'300'} | ${'500'} | ${'500'} | ${'50000.01'} | ${'64000'} | ${'the bids are worse for who holds tokens'}
  `('with orders: $why', ({ balance, bids, asks, requirement, collateral }: Record<string, string>) => {
    const orders = { openBids: dec(bids!), openAsks: dec(asks!), openOrders: ONE };
    expect(of('0', { spots: [spot(balance!, orders)] }, INITIAL)).toEqual({ requirement, collateral });
  });

  it('takes strict prices on its own side, and orders at the dearer one', () => {
    const strict = { ...INITIAL, strict: true };
    const average = { oracle: oracle('100', '90') };
    expect(of('0', { spots: [spot('10', average)] }, strict).collateral).toBe('720');
    expect(of('0', { spots: [spot('-10', { oracle: oracle('100', '110') })] }, strict).requirement).toBe('1320');
    const bid = { ...average, openBids: dec('1'), openOrders: ONE };
    expect(of('0', { spots: [spot('0', bid)] }, strict)).toEqual({ requirement: '100.01', collateral: '80' });
  });

  it('counts by a chosen ratio where that is stricter', () => {
    const user = { ...INITIAL, userMarginRatio: dec('0.5') };
    expect(of('0', { spots: [spot('-10')] }, user).requirement).toBe('1500');
    expect(of('0', { spots: [spot('10')] }, user).collateral).toBe('500');
    expect(of('0', { spots: [spot('10')] }, { ...user, userMarginRatio: dec('0.1') }).collateral).toBe('800');
    expect(of('0', { spots: [spot('10')] }, { ...user, userMarginRatio: dec('10') }).collateral).toBe('0');
  });
});

describe('a perpetual', () => {
  it.each`
    size      | quote       | kind             | requirement | collateral | why
    ${'100'}  | ${'-9000'}  | ${'maintenance'} | ${'500'}    | ${'1000'}  | ${'a long with a profit'}
    ${'100'}  | ${'-11000'} | ${'maintenance'} | ${'500'}    | ${'-1000'} | ${'a long with a loss'}
    ${'-100'} | ${'11000'}  | ${'maintenance'} | ${'500'}    | ${'1000'}  | ${'a short with a profit'}
    ${'-100'} | ${'9000'}   | ${'initial'}     | ${'1000'}   | ${'-1000'} | ${'a short with a loss'}
    ${'0'}    | ${'-5'}     | ${'initial'}     | ${'0'}      | ${'-5'}    | ${'closed, its loss not settled'}
  `('$size: $why', ({ size, quote, kind, requirement, collateral }) => {
    const context = { ...INITIAL, kind: kind as RequirementContext['kind'] };
    expect(of('0', { perps: [perp(size as string, quote as string)] }, context)).toEqual({ requirement, collateral });
  });

  it.each`
    size     | bids   | asks    | requirement | why
    ${'10'}  | ${'5'} | ${'0'}  | ${'150.01'} | ${'15 after the bids'}
    ${'10'}  | ${'0'} | ${'30'} | ${'200.01'} | ${'20 short after the asks'}
    ${'-10'} | ${'5'} | ${'0'}  | ${'100.01'} | ${'bids that reduce do not help'}
    ${'10'}  | ${'5'} | ${'25'} | ${'150.01'} | ${'15 either way'}
  `('with orders: $why', ({ size, bids, asks, requirement }: Record<string, string>) => {
    const orders = { openBids: dec(bids!), openAsks: dec(asks!), openOrders: ONE };
    const quote = dec(size!).times(-100).toFixed();
    expect(of('0', { perps: [perp(size!, quote, orders)] }, INITIAL).requirement).toBe(requirement);
  });

  it('is valued in quote at its own price: liabilities and losses at the dearer, profits at the cheaper', () => {
    const strict = { ...MAINTENANCE, strict: true };
    const quoteOracle = oracle('0.99', '1.01');
    expect(of('0', { quoteOracle, perps: [perp('100', '-9000')] }, strict)).toEqual({
      requirement: '505',
      collateral: '990',
    });
    expect(of('0', { quoteOracle, perps: [perp('100', '-11000')] }, strict).collateral).toBe('-1010');
  });

  it('counts profits by their weight and, for new risk, up to a cap; losses in full', () => {
    const capped = { ...INITIAL, initialProfitCap: dec('100') };
    const halved = { profitWeights: { initial: dec('0.5'), maintenance: dec('0.5') } };
    expect(of('0', { perps: [perp('100', '-9900', halved)] }, capped).collateral).toBe('50');
    expect(of('0', { perps: [perp('100', '-9000', halved)] }, capped).collateral).toBe('100');
    expect(of('0', { perps: [perp('100', '-9000', halved)] }, { ...capped, kind: 'maintenance' }).collateral).toBe(
      '500',
    );
    expect(of('0', { perps: [perp('100', '-11000', halved)] }, capped).collateral).toBe('-1000');
  });

  it.each`
    kind             | average   | quoteAmount | collateral | why
    ${'initial'}     | ${'1.01'} | ${'0'}      | ${'10.1'}  | ${'a profit of 100 counts nothing for new risk, the 10 in quote count'}
    ${'initial'}     | ${'0.95'} | ${'0'}      | ${'9.5'}   | ${'the quote at the lower price'}
    ${'fill'}        | ${'1.01'} | ${'0'}      | ${'10.1'}  | ${'a fill is new risk'}
    ${'maintenance'} | ${'1.01'} | ${'0'}      | ${'111.1'} | ${'the maintenance weight is its own'}
    ${'initial'}     | ${'1.01'} | ${'-150'}   | ${'-40.4'} | ${'a loss counts in full'}
    ${'maintenance'} | ${'1.01'} | ${'-150'}   | ${'-40.4'} | ${'at every level'}
  `(
    '[CLR-MDL-122] without weight for profits, $kind: $why',
    ({ kind, average, quoteAmount, collateral }: Record<string, string>) => {
      const held = perp('1', quoteAmount!, { profitWeights: { initial: ZERO, maintenance: ONE } });
      const context = { ...INITIAL, kind: kind as RequirementContext['kind'], strict: true };
      expect(of('10', { quoteOracle: oracle('1.01', average), perps: [held] }, context).collateral).toBe(collateral);
    },
  );

  it('keeps spot at its own weights whatever a profit counts', () => {
    const held = perp('1', '0', { profitWeights: { initial: ZERO, maintenance: ZERO } });
    expect(of('0', { spots: [spot('10')], perps: [held] }, INITIAL).collateral).toBe('800');
    expect(of('0', { spots: [spot('10')], perps: [held] }, MAINTENANCE).collateral).toBe('900');
  });

  it('takes the ratio of the user for new risk only, and an override always', () => {
    const user = { userMarginRatio: dec('0.5') };
    const override = { overrideMarginRatio: dec('0.3') };
    const required = (context: RequirementContext) => of('0', { perps: [perp('100', '-10000')] }, context).requirement;
    expect(required({ ...INITIAL, ...user })).toBe('5000');
    expect(required({ ...MAINTENANCE, ...user })).toBe('500');
    expect(required({ ...MAINTENANCE, ...override })).toBe('3000');
    expect(required({ ...INITIAL, ...user, ...override })).toBe('5000');
    expect(required({ ...INITIAL, overrideMarginRatio: dec('0.01') })).toBe('1000');
  });
});

describe('the buffer of a liquidation', () => {
  it('is charged on liabilities, debts and losses, and not on orders or profits', () => {
    const context = { ...MAINTENANCE, buffer: dec('0.02') };
    const orders = { openOrders: ONE };
    const account = (quote: string, quoteAmount: string) =>
      accountRequirement(
        { quoteBalance: dec(quote), quoteOracle: oracle('1'), spots: [], perps: [perp('100', quoteAmount, orders)] },
        context,
      );
    const losing = account('-50', '-10100');
    expect(text(losing.requirementWithBuffer)).toBe('751.01');
    expect(text(losing.collateralWithBuffer)).toBe('-102');
    const winning = account('50', '-9900');
    expect(text(winning.requirementWithBuffer)).toBe('700.01');
    expect(text(winning.collateralWithBuffer)).toBe('150');
  });

  it('leaves a ratio of collateral to value, floored, where there is a position', () => {
    expect(text(marginRatioOf(dec('1.4'), dec('19.9'))!)).toBe('0.0703');
    expect(marginRatioOf(dec('1.4'), ZERO)).toBeUndefined();
  });
});
