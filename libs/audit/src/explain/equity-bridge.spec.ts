import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, AssessmentDetail, PositionRequirement } from '@ballast/facts';
import { dec, sum, type Asset } from '@ballast/kernel';
import { equityBridge, type EquityBridge } from './equity-bridge.js';

const ACCOUNT = 'carol.main';

interface Holding {
  readonly asset: Asset;
  readonly amount: string;
  readonly price: string;
  readonly haircut: string;
}
const usd = (amount: string): Holding => ({ asset: 'USD', amount, price: '1', haircut: '0' });
const btc = (amount: string, price: string): Holding => ({ asset: 'BTC', amount, price, haircut: '0.05' });

/** An assessment with what the bridge reads of it. */
function assessed(
  equity: string,
  collateral: readonly Holding[],
  positions: readonly Pick<PositionRequirement, 'instrument' | 'quantity' | 'mark' | 'unrealisedPnl'>[] = [],
  awaiting: Readonly<Record<string, string>> = {},
): AssessmentDetail {
  return {
    accountId: ACCOUNT,
    accountVersion: 1,
    schedule: 1,
    figures: { equity, initial: '0', call: '0', maintenance: '0', liquidation: '0' },
    clearedHolds: '0',
    collateral: collateral.map((holding) => ({ ...holding, value: '0' })),
    positions: positions.map((position) => ({
      ...{
        underlying: 'BTC',
        side: 'long',
        notional: '0',
        ownerNotional: '0',
        maintenanceRate: '0',
        liquidationRate: '0',
      },
      ...{ maintenance: '0', liquidation: '0' },
      ...position,
    })),
    portfolio: {
      model: 'adaptive-portfolio@1',
      parameters: 'avsl-default@1',
      riskArrays: 1,
      worstScenario: null,
      scenarios: [],
      lines: Object.entries(awaiting).map(([subject, amount]) => ({ code: 'awaiting-delivery', subject, amount })),
    },
  };
}

const posting = (amount: string, asset: Asset = 'USD') => ({ ledgerAccount: `client/${ACCOUNT}`, asset, amount });

/** A booking with the fields that the bridge reads. */
function booking<Type extends keyof AccountsEvents>(
  type: Type,
  payload: Partial<AccountsEvents[Type]> & Pick<AccountsEvents[Type], 'postings' & keyof AccountsEvents[Type]>,
): LogEntry {
  return { type, payload: { accountId: ACCOUNT, ...payload } } as unknown as LogEntry;
}

const amounts = ({ lines }: EquityBridge): Readonly<Record<string, string>> =>
  Object.fromEntries(lines.map(({ label, amount }) => [label, amount]));

const prices = [
  { asset: 'USD', price: '1' },
  { asset: 'BTC', price: '55000' },
] as const;

describe('the bridge between two equities', () => {
  it('tells what went to and came from other accounts of the owner', () => {
    const sent = { ledgerAccount: `held/${ACCOUNT}`, asset: 'USD', amount: '-60' };
    const bridge = equityBridge(
      assessed('100', [usd('100')]),
      assessed('45', [usd('45')]),
      [
        booking('WithdrawalSettled', { to: 'carol.hedge', asset: 'USD', amount: '60', postings: [sent] }),
        booking('TransferReceived', { postings: [posting('5')] }),
      ],
      prices,
    );
    expect(bridge.lines).toEqual([
      { label: 'transfers', amount: '-55', detail: 'from and to other accounts of the owner' },
    ]);
  });

  it('counts profit and fees of a coin-settled contract in coin, at what a coin counts for now', () => {
    const before = assessed('47500', [btc('1', '50000')]);
    const after = assessed('53295', [btc('1.02', '55000')]);
    const closed = booking('PositionChanged', {
      reason: 'trade',
      realisedPnl: '0.020101',
      fee: '0.0001',
      settlement: { asset: 'BTC', cash: '0.0201' },
      postings: [posting('0.02', 'BTC')],
    });
    // A coin counts 50,000 x 0.95 = 47,500 before and 55,000 x 0.95 = 52,250 now.
    expect(amounts(equityBridge(before, after, [closed], prices))).toEqual({
      'value of BTC collateral': '4750',
      'realised by trades BTC': '1050.225',
      'trading fees BTC': '-5.225',
    });
  });

  it('sets the premium that a writer got against what the option is worth', () => {
    const option = { instrument: 'BTC-27MAR26-60000-C', quantity: '-2', mark: '350', unrealisedPnl: '-700' };
    const written = booking('PositionChanged', {
      reason: 'trade',
      realisedPnl: '0',
      fee: '3',
      settlement: { asset: 'USD', cash: '600' },
      postings: [posting('597')],
    });
    const bridge = equityBridge(
      assessed('10000', [usd('10000')]),
      assessed('9897', [usd('10597')], [option]),
      [written],
      prices,
    );
    expect(amounts(bridge)).toEqual({
      'worth of BTC-27MAR26-60000-C': '-700',
      'option premium': '600',
      'trading fees': '-3',
    });
    expect(bridge.lines[0]?.detail).toBe('flat -> -2 at 350');
  });

  it('shows coin that was taken over as what left and what came for it', () => {
    const before = assessed('46500', [usd('-1000'), btc('1', '50000')]);
    const taken = booking('CollateralTakenOver', { postings: [posting('-1', 'BTC'), posting('55000')] });
    const bridge = equityBridge(before, assessed('54000', [usd('54000')]), [taken], prices);
    expect(amounts(bridge)).toEqual({
      'value of BTC collateral': '4750',
      'collateral taken over': '55000',
      'collateral taken over BTC': '-52250',
    });
  });

  it('refuses to pass over money that moved for a reason it does not know', () => {
    const unknown = { type: 'Donated', payload: { postings: [posting('5')] } } as unknown as LogEntry;
    expect(() => equityBridge(assessed('0', []), assessed('5', [usd('5')]), [unknown], prices)).toThrow(
      'Donated moves money of',
    );
  });

  it('keeps the premium of a close-out apart from its penalty, and from the profit of a future closed out beside it', () => {
    const postings = (amount: string) => ({ postings: [posting(amount)], fee: '10', reason: 'close-out' as const });
    const closeOuts = [
      booking('PositionChanged', {
        ...postings('-810'),
        realisedPnl: '0',
        settlement: { asset: 'USD', cash: '-800' },
      }),
      booking('PositionChanged', {
        ...postings('-60'),
        realisedPnl: '-50',
        settlement: { asset: 'USD', cash: '-50' },
      }),
      booking('LiquidationCostSettled', { trueUp: '4', postings: [posting('4')] }),
    ];
    const bridge = equityBridge(assessed('2000', [usd('2000')]), assessed('1134', [usd('1134')]), closeOuts, prices);
    expect(amounts(bridge)).toEqual({
      'realised by close-outs': '-50',
      'option premium of close-outs': '-800',
      'liquidation penalty': '-16',
    });
  });

  it('keeps the premium of auto-deleveraging apart from the profit of others', () => {
    const bookings = [
      booking('AdlBooked', {
        realisedPnl: '0',
        settlement: { asset: 'USD', cash: '120' },
        postings: [posting('120')],
      }),
      booking('AdlBooked', { realisedPnl: '-20', postings: [posting('-20')] }),
    ];
    const bridge = equityBridge(assessed('0', []), assessed('100', [usd('100')]), bookings, prices);
    expect(amounts(bridge)).toEqual({
      'realised by auto-deleveraging': '-20',
      'option premium of auto-deleveraging': '120',
    });
  });

  it('shows variation that was settled against the profit that it used up', () => {
    const future = (mark: string, unrealisedPnl: string) => [
      { instrument: 'BTC-27MAR26', quantity: '5', mark, unrealisedPnl },
    ];
    const settled = booking('VariationSettled', { asset: 'USD', amount: '1250', postings: [posting('1250')] });
    const bridge = equityBridge(
      assessed('11000', [usd('10000')], future('60200', '1000')),
      assessed('11150', [usd('11250')], future('60230', '-100')),
      [settled],
      prices,
    );
    expect(amounts(bridge)).toEqual({ 'unrealised profit BTC-27MAR26': '-1100', 'variation settled': '1250' });
  });

  it('shows a delivery and its fee against what the expired contract was worth until it was paid', () => {
    const option = 'BTC-13MAR26-60000-C';
    const delivered = booking('ContractDelivered', {
      asset: 'USD',
      amount: '-900',
      fee: '5',
      postings: [posting('-905')],
    });
    const bridge = equityBridge(
      assessed('9100', [usd('10000')], [], { [option]: '-900' }),
      assessed('9095', [usd('9095')]),
      [delivered],
      prices,
    );
    expect(amounts(bridge)).toEqual({
      [`worth of ${option}`]: '900',
      'delivered at expiry': '-900',
      'delivery fees': '-5',
    });
    expect(bridge.lines[0]?.detail).toBe('expired, not yet paid -> flat');
  });

  it('shows what the fund paid and what nobody paid of debts in dollars and in coin', () => {
    const entries = [
      booking('FundGrantReceived', { postings: [posting('40'), posting('0.01', 'BTC')] }),
      booking('UncoveredLossBooked', { postings: [posting('0.002', 'BTC')] }),
    ];
    const debt: Holding = { asset: 'BTC', amount: '-0.012', price: '55000', haircut: '0' };
    const bridge = equityBridge(assessed('-700', [usd('-40'), debt]), assessed('0', []), entries, prices);
    // A debt counts its whole price, and so does what pays it: nothing of the coin is left that would tell a haircut.
    expect(amounts(bridge)).toEqual({
      'insurance fund': '40',
      'insurance fund BTC': '550',
      'loss that nobody paid BTC': '110',
    });
  });

  it('adds up to the later equity, whatever is left being rounding', () => {
    const bridge = equityBridge(assessed('100', [usd('100')]), assessed('99.99', [usd('100')]), [], prices);
    expect(amounts(bridge)).toEqual({ rounding: '-0.01' });
    expect(
      sum(bridge.lines.map(({ amount }) => dec(amount)))
        .plus(bridge.before)
        .toFixed(),
    ).toBe(bridge.after);
  });
});
