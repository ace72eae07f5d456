import type { LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents } from '@ballast/facts';
import type { AccountExplanation } from '@ballast/contracts';
import { usd } from './amount-text.js';
import { hedgeText } from './liquidation-text.js';

type Slice = AccountExplanation['slices'][number];
type Order = LiquidationEvents['CloseOutOrderPlaced'];
type Cost = LiquidationEvents['LiquidationCostAssessed'];

/** Every close-out order of an account with the figures its size, rate and cost came from. */
export function slicesOf(entries: readonly LogEntry[]): readonly Slice[] {
  const costs = new Map(
    entries
      .filter(({ type }) => type === 'LiquidationCostAssessed')
      .map(({ payload }) => [(payload as Cost).order.position, payload as Cost]),
  );
  return entries
    .filter(({ type }) => type === 'CloseOutOrderPlaced')
    .map(({ position, time, payload }) => {
      const order = payload as Order;
      const cost = costs.get(position);
      return {
        caseId: order.caseId,
        number: order.slice,
        position,
        at: time.clearing,
        lines: [...orderLines(order), ...(cost === undefined ? [] : costLines(cost))],
      };
    });
}

const EXPECTED: Readonly<Record<Order['expected']['from'], string>> = {
  measured: 'against the mark, through the measured book, behind what others took in the same minute',
  parameters: 'c_exec of the margin parameters: nothing was measured lately',
};

function orderLines(order: Order): Slice['lines'] {
  return [
    {
      label: `${order.side} ${order.instrument}`,
      amount: order.quantity,
      unit: 'base',
      formula: `${order.hedge === undefined ? 'closed' : 'traded'} at the mark ${usd(order.mark)}; frees ${usd(order.requirementFreed)} of requirement; health ${order.health}`,
    },
    ...(order.hedge === undefined ? [] : hedgeLines(order.hedge)),
    {
      label: 'limit',
      amount: order.limit,
      unit: 'price',
      formula:
        order.hedge === undefined
          ? 'bankruptcy price of the position: no fill may be worse'
          : 'the mark and what equity bears of what the hedge frees: no fill may be worse',
    },
    {
      label: 'equity rate e',
      amount: order.equityRate,
      unit: 'rate',
      formula: 'equity attributable to the position / its notional',
    },
    {
      label: 'modelled rate p_hat',
      amount: order.modelledRate,
      unit: 'rate',
      formula: `execution ${order.executionRate}, time ${order.timeRate}, within the limits of the parameters`,
    },
    {
      label: 'expected cost',
      amount: order.expected.rate,
      unit: 'rate',
      formula: EXPECTED[order.expected.from],
    },
    {
      label: 'provisional rate',
      amount: order.provisionalRate,
      unit: 'rate',
      formula: `min(${order.modelledRate}, ${order.theta} x max(${order.equityRate}, 0)) by ${order.policy}`,
    },
  ];
}

const hedgeLines = (hedge: NonNullable<Order['hedge']>): Slice['lines'] => [
  {
    label: 'hedge',
    amount: hedge.deltaAfter,
    unit: 'USD',
    formula: `of options, before any of them is closed: ${hedgeText(hedge)}, as margin judged it`,
  },
];

function costLines(cost: Cost): Slice['lines'] {
  return [
    { label: 'closed', amount: cost.closedQuantity, unit: 'base', formula: `${usd(cost.closedNotional)} at the mark` },
    {
      label: 'slippage',
      amount: cost.slippage,
      unit: 'USD',
      formula: `mark against fills; as a rate ${cost.realisedRate}`,
    },
    {
      label: 'final rate',
      amount: cost.finalRate,
      unit: 'rate',
      formula: 'from realised slippage, never more than equity allows',
    },
    {
      label: 'penalty',
      amount: cost.penalty,
      unit: 'USD',
      formula: `charged ${usd(cost.charged)}, true-up ${usd(cost.trueUp)}; ${usd(cost.reward)} of it modelled for execution and time; what slippage leaves of it is the fund's`,
    },
  ];
}
