import { dec, maxOf, roundUsd, text, type Decimal } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AssessmentDetail, LiquidationEvents, MarginEvents, PositionRequirement } from '@ballast/facts';

type Placed = LiquidationEvents['CloseOutOrderPlaced'];
type Closings = NonNullable<PositionRequirement['closings']>;

/** An order for a part of a hedged position that breaks its rule. */
export interface PartViolation {
  readonly event: LogEntry;
  readonly detail: string;
}

/** Orders for parts of hedged positions, judged when everything was seen. @see docs/spec/liquidation.md CLR-LIQ-046 */
export interface PartInvariants {
  /** Entries of the numbered partitions of margin are needed, too, behind those of liquidation: something was closed, and margin may have judged parts of it. */
  readonly awaitsJudgements: boolean;
  take(entry: LogEntry): void;
  finish(): readonly PartViolation[];
}

/** What margin said of an account on the figures of an order. */
interface Judged {
  readonly figures: AssessmentDetail['figures'];
  readonly closings: ReadonlyMap<string, Closings>;
}

const CENT = dec('0.01');

const keyOf = ({ accountId, schedule, accountVersion }: Pick<Placed, 'accountId' | 'schedule' | 'accountVersion'>) =>
  `${accountId} ${schedule} ${accountVersion}`;

const unjudged = ({ part }: Placed): readonly string[] =>
  part === undefined ? [] : ['margin has not judged its part'];

function defectsOn(order: Placed, { figures, closings: said }: Judged): readonly string[] {
  const closings = said.get(order.instrument);
  const { part } = order;
  if (part === undefined) return closings === undefined ? [] : ['margin judged its parts, and it is of none'];
  const same = closings?.some(
    ({ quantity, maintenance }) => dec(quantity).eq(part.quantity) && dec(maintenance).eq(part.maintenance),
  );
  if (same !== true) return ['margin has not judged its part'];
  const [equity, required] = [dec(figures.equity), dec(figures.maintenance)];
  const freed = required.minus(part.maintenance);
  const quantity = dec(order.quantity);
  const notional = dec(part.quantity).times(order.settlement.notional);
  const may = maxOf(equity, dec(0)).times(freed.plus(CENT));
  const taken = (rate: string): Decimal => dec(rate).times(notional).times(required);
  return [
    ...(quantity.gt(part.quantity) ? [`${order.quantity} is more than its part of ${part.quantity}`] : []),
    ...(roundUsd(maxOf(freed, dec(0)), 'credit').lt(order.requirementFreed)
      ? [`it frees ${text(freed)}, not ${order.requirementFreed}`]
      : []),
    ...(equity.gt(0) && (taken(order.equityRate).gt(may) || taken(order.bearableRate).gt(may))
      ? ['it may cost more of the equity than it frees of the requirement']
      : []),
  ];
}

/**
 * What must hold of every order for a part: margin has judged the part on the same figures, the order is no larger, it frees no more than the
 * parts say, and neither what may be charged nor the slippage that is the client's takes a larger share of equity than it frees of the requirement.
 */
export function partInvariants(): PartInvariants {
  /**
   * On what there was an order. An account is reported again on the same schedule and version where the sizes of its owner have changed: an order
   * is of one of the reports.
   */
  const judged = new Map<string, Judged[]>();
  const orders: { readonly event: LogEntry; readonly order: Placed }[] = [];

  function defects(order: Placed): readonly string[] {
    const reports = judged.get(keyOf(order)) ?? [];
    const found = reports.map((report) => defectsOn(order, report));
    return found.find(({ length }) => length === 0) ?? found[0] ?? unjudged(order);
  }

  return {
    get awaitsJudgements() {
      return orders.length > 0;
    },
    take(event) {
      const { type, payload } = event;
      if (type === 'LiquidatingAccountAssessed') {
        const { assessment } = payload as MarginEvents['LiquidatingAccountAssessed'];
        const closings = assessment.positions.flatMap((position) =>
          position.closings === undefined ? [] : [[position.instrument, position.closings] as const],
        );
        judged.get(keyOf(assessment))?.push({ figures: assessment.figures, closings: new Map(closings) });
      } else if (type === 'CloseOutOrderPlaced') {
        const order = payload as Placed;
        if (order.hedge !== undefined) return;
        orders.push({ event, order });
        judged.set(keyOf(order), []);
      }
    },
    finish: () =>
      orders.flatMap(({ event, order }) =>
        defects(order).map((detail) => ({ event, detail: `${order.caseId}: ${detail}` })),
      ),
  };
}
