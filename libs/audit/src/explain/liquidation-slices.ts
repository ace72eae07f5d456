import type { LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents } from '@ballast/facts';
import type { AccountExplanation } from '@ballast/contracts';

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

function orderLines(order: Order): Slice['lines'] {
  return [
    {
      label: `${order.side} ${order.instrument}`,
      amount: order.quantity,
      formula: `closed at the mark ${order.mark}; frees ${order.requirementFreed} USD of requirement; health ${order.health}`,
    },
    { label: 'equity rate e', amount: order.equityRate, formula: 'equity attributable to the position / its notional' },
    {
      label: 'modelled rate p_hat',
      amount: order.modelledRate,
      formula: `execution ${order.executionRate}, time ${order.timeRate}, within the limits of the parameters`,
    },
    {
      label: 'provisional rate',
      amount: order.provisionalRate,
      formula: `min(${order.modelledRate}, ${order.theta} x max(${order.equityRate}, 0))`,
    },
  ];
}

function costLines(cost: Cost): Slice['lines'] {
  return [
    { label: 'closed', amount: cost.closedQuantity, formula: `${cost.closedNotional} USD at the mark` },
    {
      label: 'slippage',
      amount: cost.slippage,
      formula: `mark against fills, USD; as a rate ${cost.realisedRate}`,
    },
    { label: 'final rate', amount: cost.finalRate, formula: 'from realised slippage, never more than equity allows' },
    {
      label: 'penalty',
      amount: cost.penalty,
      formula: `charged ${cost.charged}, true-up ${cost.trueUp}; ${cost.reward} of it for execution and time, the rest for the fund`,
    },
  ];
}
