import { dec, roundUsd } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { LiquidationEvents, MarginEvents } from '@ballast/facts';
import { placeName } from '../place.js';

type Placed = LiquidationEvents['CloseOutOrderPlaced'];
type Asked = LiquidationEvents['HedgeAsked'];
type Judged = MarginEvents['HedgeJudged'];

/** A hedge that breaks its rule, and the event that shows it. */
export interface HedgeViolation {
  readonly event: LogEntry;
  readonly detail: string;
}

/** Hedges, judged when everything was seen. @see docs/spec/liquidation.md CLR-LIQ-083 */
export interface HedgeInvariants {
  /** Entries of the numbered partitions of margin are needed, too: something was hedged. */
  readonly awaitsJudgements: boolean;
  take(entry: LogEntry): void;
  finish(): readonly HedgeViolation[];
}

/**
 * What must hold of every hedge: it is of a size that margin judged for this account on the same figures, at most as large as was asked for, against
 * the delta and not beyond it, and the requirement with it is lower.
 */
export function hedgeInvariants(): HedgeInvariants {
  const asked = new Map<string, Asked>();
  const judged = new Map<string, Judged>();
  const orders: { readonly event: LogEntry; readonly order: Placed; readonly hedge: NonNullable<Placed['hedge']> }[] =
    [];

  function defects(order: Placed, hedge: NonNullable<Placed['hedge']>): readonly string[] {
    const answer = judged.get(placeName(hedge.judgement));
    const request = answer && asked.get(placeName(answer.request));
    if (answer === undefined || request === undefined) return ['margin has not judged it'];
    const isOf = (figures: Pick<Asked, 'caseId' | 'accountId' | 'schedule' | 'accountVersion'>): boolean =>
      figures.caseId === order.caseId &&
      figures.accountId === order.accountId &&
      figures.schedule === order.schedule &&
      figures.accountVersion === order.accountVersion;
    if (!isOf(answer)) return ['it was judged on other figures'];
    const offered = answer.hedges.find(
      ({ underlying, instrument, side }) =>
        underlying === hedge.underlying && instrument === order.instrument && side === order.side,
    );
    const size = offered?.sizes.find(({ quantity }) => dec(quantity).eq(order.quantity));
    if (offered === undefined || size === undefined) return [`margin judged no ${order.quantity} of it`];
    const largest = request.books
      .find(({ underlying }) => underlying === hedge.underlying)
      ?.contracts.find(({ instrument }) => instrument === order.instrument)?.largest;
    const freed = dec(answer.maintenance).minus(size.maintenance);
    const [before, after] = [dec(offered.delta), dec(size.delta)];
    const told = [hedge.deltaBefore, hedge.deltaAfter, hedge.requirementBefore, hedge.requirementAfter];
    const said = [offered.delta, size.delta, answer.maintenance, size.maintenance];
    return [
      ...(told.every((figure, index) => dec(figure).eq(said[index] ?? '0')) ? [] : ['it tells other figures']),
      ...(largest !== undefined && dec(size.quantity).times(offered.unitNotional).lte(largest)
        ? []
        : [`it is larger than ${largest ?? 'nothing'}`]),
      ...(freed.gt(0) && roundUsd(freed, 'credit').eq(order.requirementFreed)
        ? []
        : ['it does not free what it tells']),
      ...(before.isNegative() === (order.side === 'buy') && !after.times(before).isNegative()
        ? []
        : [`it takes the delta from ${offered.delta} to ${size.delta}`]),
    ];
  }

  return {
    get awaitsJudgements() {
      return orders.length > 0;
    },
    take(event) {
      const { type, payload } = event;
      if (type === 'HedgeAsked') asked.set(placeName(event), payload as Asked);
      else if (type === 'HedgeJudged') judged.set(placeName(event), payload as Judged);
      else if (type === 'CloseOutOrderPlaced') {
        const order = payload as Placed;
        if (order.hedge !== undefined) orders.push({ event, order, hedge: order.hedge });
      }
    },
    finish: () =>
      orders.flatMap(({ event, order, hedge }) =>
        defects(order, hedge).map((detail) => ({ event, detail: `${order.caseId}: ${detail}` })),
      ),
  };
}
