import { GLOBAL, type LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents } from '@ballast/facts';
import { ForeignLogs, START } from './liquidation.fixtures.js';
import { liquidationInvariants } from './liquidation.invariants.js';

const caseId = 'alice.main#1';
const accountId = 'alice.main';
const order = { partition: 0, position: 3 };

const PLACED: LiquidationEvents['CloseOutOrderPlaced'] = {
  caseId,
  accountId,
  slice: 1,
  instrument: 'BTC-PERP',
  side: 'sell',
  quantity: '4',
  mark: '50000',
  limit: '49500',
  policy: 'close-out-default@1',
  equityRate: '0.01',
  bearableRate: '0',
  theta: '0.8',
  modelledRate: '0.005',
  provisionalRate: '0.005',
  executionRate: '0.001',
  timeRate: '0.001',
  expected: { rate: '0.001', from: 'parameters' },
  fundShare: '0.5',
  operatingCost: '0.0005',
  requirementFreed: '4000',
  health: '0.5',
  schedule: 1,
  accountVersion: 1,
  settlement: { asset: 'USD', notional: '50000', assetPrice: '1' },
};
const ASKED: LiquidationEvents['CloseOutTurnRequested'] = {
  caseId,
  accountId,
  instrument: 'BTC-PERP',
  notional: '200000',
  least: '2000',
  perMinute: '200000',
  paceFrom: 'parameters',
  schedule: 1,
  accountVersion: 1,
};
const ASSESSED: LiquidationEvents['LiquidationCostAssessed'] = {
  caseId,
  accountId,
  order,
  closedQuantity: '4',
  closedNotional: '200000',
  equityRate: '0.01',
  slippage: '1700',
  realisedRate: '0.0085',
  finalRate: '0.008',
  charged: '1000',
  penalty: '1600',
  trueUp: '-600',
  reward: '400',
};

type Written = Partial<{ [T in keyof LiquidationEvents]: Partial<LiquidationEvents[T]> }>;

/** A whole case as it must be, with single fields changed; the rules that this breaks. */
function broken(
  changes: Written = {},
  more: readonly [keyof LiquidationEvents, object][] = [],
  grant: object = {},
): string[] {
  const logs = new ForeignLogs();
  const own = (type: keyof LiquidationEvents, payload: object): LogEntry =>
    logs.entry('liquidation', 0, `liquidation-${caseId}`, type, { ...payload, ...changes[type] } as never);
  const trigger = { partition: 0, position: 1 };
  const entries = [
    own('LiquidationOpened', { caseId, accountId, trigger }),
    own('CloseOutTurnRequested', ASKED),
    own('CloseOutOrderPlaced', PLACED),
    ...more.map(([type, payload]) => own(type, payload)),
    own('LiquidationCostAssessed', ASSESSED),
    own('FundDrawRequested', { caseId, accountId, purpose: 'SlippageBeyondReward', amount: '100', order }),
    own('LiquidationClosed', { caseId, accountId, outcome: 'restored', slices: 1, uncoveredLoss: '0' }),
    logs.entry('accounts', GLOBAL, 'insurance-fund', 'FundDrawGranted', {
      request: { partition: 0, position: 5 + more.length },
      requested: '100',
      granted: '60',
      ...grant,
    } as never),
  ];
  const invariants = liquidationInvariants();
  return [...entries.flatMap((entry) => invariants.take(entry)), ...invariants.finish()].map(({ rule }) => rule);
}

describe('what must always hold of a liquidation', () => {
  it('holds for a case that charges up to theta * e and draws what is missing', () => {
    expect(broken()).toEqual([]);
  });

  it.each`
    changes                                                                                                                                                                                                | rule                            | why
    ${{ CloseOutOrderPlaced: { provisionalRate: '0.006' } }}                                                                                                                                               | ${'penalty-within-equity'}      | ${'more than modelled'}
    ${{ CloseOutOrderPlaced: { equityRate: '-0.01', provisionalRate: '0.005' } }}                                                                                                                          | ${'penalty-within-equity'}      | ${'charged without equity'}
    ${{ LiquidationCostAssessed: { penalty: '1600.01', trueUp: '-600.01' } }}                                                                                                                              | ${'penalty-within-equity'}      | ${'a cent beyond theta * e'}
    ${{ LiquidationCostAssessed: { penalty: '-1', trueUp: '1001' } }}                                                                                                                                      | ${'penalty-within-equity'}      | ${'a negative penalty'}
    ${{ LiquidationCostAssessed: { trueUp: '-599' } }}                                                                                                                                                     | ${'cost-adds-up'}               | ${'charged and returned differ from due'}
    ${{ LiquidationCostAssessed: { closedNotional: '200001' } }}                                                                                                                                           | ${'cost-adds-up'}               | ${'another notional than quantity x mark'}
    ${{ LiquidationCostAssessed: { closedQuantity: '5', closedNotional: '250000' } }}                                                                                                                      | ${'cost-adds-up'}               | ${'more closed than ordered'}
    ${{ CloseOutOrderPlaced: { quantity: '0' } }}                                                                                                                                                          | ${'cost-adds-up'}               | ${'an order of nothing has no parts'}
    ${{ LiquidationCostAssessed: { order: { partition: 0, position: 9 } } }}                                                                                                                               | ${'cost-adds-up'}               | ${'the cost of no order'}
    ${{ CloseOutOrderPlaced: { requirementFreed: '3000' } }}                                                                                                                                               | ${'slice-never-worsens-health'} | ${'1,600 paid for 3,000 x 0.5'}
    ${{ FundDrawRequested: { amount: '99' } }}                                                                                                                                                             | ${'draw-has-a-cause'}           | ${'not what the slice lacks'}
    ${{ FundDrawRequested: { order: null } }}                                                                                                                                                              | ${'draw-has-a-cause'}           | ${'slippage of no slice'}
    ${{ CloseOutOrderPlaced: { health: '-0.5', equityRate: '-0.01', provisionalRate: '0' }, LiquidationCostAssessed: { charged: '0', penalty: '0', trueUp: '0' }, FundDrawRequested: { amount: '1700' } }} | ${undefined}                    | ${'closed without equity at no charge'}
    ${{ FundDrawRequested: { purpose: 'BankruptcyDeficit', amount: '100', order: null } }}                                                                                                                 | ${undefined}                    | ${'a deficit needs no slice'}
  `('$rule: $why', ({ changes, rule }) => {
    const found = broken(changes as Written);
    if (rule === undefined) expect(found.filter((name) => name !== 'grant-answers-a-draw')).toEqual([]);
    else expect(found).toContain(rule);
  });

  it('allows one open case per account and one order per case', () => {
    expect(broken({}, [['LiquidationOpened', { caseId: 'alice.main#2', accountId, trigger: order }]])).toContain(
      'one-open-case',
    );
    expect(broken({}, [['CloseOutOrderPlaced', PLACED]])).toContain('one-slice-at-a-time');
    expect(broken({}, [['LiquidationClosed', { caseId, accountId }]])).toContain('one-slice-at-a-time');
  });

  it.each`
    perMinute   | apartMs   | rules              | why
    ${'400000'} | ${0}      | ${[]}              | ${'two orders of 200,000 within a pace of 400,000'}
    ${'397000'} | ${0}      | ${['within-pace']} | ${'3,000 more than the pace: more than a mark that moves'}
    ${'397000'} | ${59_999} | ${['within-pace']} | ${'any minute, not only that of the clock'}
    ${'397000'} | ${60_000} | ${[]}              | ${'a minute later'}
    ${'1'}      | ${60_000} | ${[]}              | ${'each alone in its minute, however large'}
  `('keeps two cases to their pace over partitions: $rules, $why [CLR-LIQ-038]', (row) => {
    const { perMinute, apartMs, rules } = row as { perMinute: string; apartMs: number; rules: string[] };
    const logs = new ForeignLogs();
    const invariants = liquidationInvariants();
    const found = [0, 1].flatMap((partition) => {
      const own = (type: keyof LiquidationEvents, payload: object): LogEntry =>
        logs.entry('liquidation', partition, 'x', type, payload as never, START + partition * apartMs);
      const ofCase = { caseId: `alice.${partition}#1`, accountId: `alice.${partition}` };
      return [
        own('CloseOutTurnRequested', { ...ASKED, ...ofCase, perMinute }),
        own('CloseOutOrderPlaced', { ...PLACED, ...ofCase }),
        own('LiquidationCostAssessed', { ...ASSESSED, ...ofCase, order: { partition, position: 2 } }),
      ].flatMap((entry) => invariants.take(entry));
    });
    expect([...found, ...invariants.finish()].map(({ rule }) => rule)).toEqual(rules);
  });

  it('allows no order without a turn [CLR-LIQ-038]', () => {
    expect(broken({ CloseOutTurnRequested: { instrument: 'ETH-PERP' } })).toContain('within-pace');
  });

  it('attributes every grant to a draw, and never more than was asked', () => {
    expect(broken({}, [], { request: { partition: 0, position: 1 } })).toEqual(['grant-answers-a-draw']);
    expect(broken({}, [], { granted: '100.01' })).toEqual(['grant-answers-a-draw']);
    expect(broken({}, [], { granted: '-1' })).toEqual(['grant-answers-a-draw']);
    expect(broken({}, [], { requested: '101' })).toEqual(['grant-answers-a-draw']);
    expect(broken({}, [], { granted: '0' })).toEqual([]);
  });

  it('deleverages nobody where it was not announced [CLR-LIQ-041]', () => {
    const queue = { instrument: 'BTC-PERP', side: 'long' };
    const [soon, on] = [
      { ...queue, from: 'off', to: 'soon' },
      { ...queue, from: 'soon', to: 'on' },
    ];
    const executed = { ...queue, roundId: 'BTC-PERP-long#1', closes: [{}] };
    const told = (...events: readonly ['DeleveragingAnnounced' | 'AdlExecuted', object][]): readonly string[] => {
      const logs = new ForeignLogs();
      const invariants = liquidationInvariants();
      return events
        .map(([type, payload]) => logs.entry('liquidation', GLOBAL, 'adl-BTC-PERP-long', type, payload as never))
        .flatMap((entry) => invariants.take(entry))
        .map(({ rule }) => rule);
    };
    expect(told(['DeleveragingAnnounced', soon], ['DeleveragingAnnounced', on], ['AdlExecuted', executed])).toEqual([]);
    expect(told(['AdlExecuted', { ...executed, closes: [] }])).toEqual([]);
    expect(told(['AdlExecuted', executed])).toEqual(['announced-first']);
    expect(told(['DeleveragingAnnounced', soon], ['AdlExecuted', executed])).toEqual(['announced-first']);
    expect(told(['DeleveragingAnnounced', on])).toEqual(['announced-first']);
    const other = { ...executed, side: 'short' };
    expect(told(['DeleveragingAnnounced', { ...on, from: 'off' }], ['AdlExecuted', other])).toEqual([
      'announced-first',
    ]);
  });
});
