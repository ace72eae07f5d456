import { ZERO, compareText, dec, maxOf, minOf, sum, text, type Decimal, type Instant } from '@ballast/kernel';
import { GLOBAL, type EntryOf, type LogEntry } from '@ballast/event-sourcing';
import type {
  AccountId,
  AdlEvents,
  DocumentEvents,
  FundEvents,
  LiquidationEvents,
  LiquidationGlobalEvents,
  OpeningEvents,
} from '@ballast/facts';
import { queueOf } from './deleverage/outlook.state.js';
import { PACE_WINDOW_MS } from './liquidation-policy.js';
import { placeName } from './place.js';
import { auctionInvariants } from './auctions/auction.invariants.js';
import { hedgeInvariants } from './hedge/hedge.invariants.js';
import { takeOverInvariants } from './providers/take-over.invariants.js';
import { partInvariants } from './slice/part.invariants.js';
import { slippageBeyondReward } from './slice/slice-cost.js';

/** A broken rule, and the event that broke it. */
export interface LiquidationViolation {
  readonly rule:
    | 'one-open-case'
    | 'one-slice-at-a-time'
    | 'penalty-within-equity'
    | 'slice-never-worsens-health'
    | 'cost-adds-up'
    | 'draw-has-a-cause'
    | 'grant-answers-a-draw'
    | 'within-pace'
    | 'take-over-as-agreed'
    | 'auction-as-bid'
    | 'hedge-as-judged'
    | 'part-as-judged'
    | 'announced-first';
  readonly event: EventReference;
  readonly detail: string;
}

/** Which event it is: all that is kept of one whose payload was judged. */
type EventReference = Pick<LogEntry, 'id' | 'log' | 'partition' | 'position'>;

const referenceTo = ({ id, log, partition, position }: LogEntry): EventReference => ({ id, log, partition, position });

/** Judges the logs of liquidation and of the funds, whatever the order in which their partitions are read. */
export interface LiquidationInvariants {
  /** Entries of the numbered partitions of accounts are needed, too: liquidity providers have taken something over. */
  readonly awaitsBookings: boolean;
  /** The same of margin: options were hedged, or something was closed or taken over. */
  readonly awaitsJudgements: boolean;
  /** Entries of one log partition must come in order; entries of no interest are passed over. */
  take(entry: LogEntry): readonly LiquidationViolation[];
  /** What can be judged only when all entries were seen: grants that answer no request, and the pace over all partitions. */
  finish(): readonly LiquidationViolation[];
}

/** An entry of a numbered partition of liquidation, told apart by its type; one of another type is of no interest. */
type CaseEntry = EntryOf<LiquidationEvents & OpeningEvents>;
/** The same of the global partition. */
type HouseEntry = EntryOf<LiquidationGlobalEvents & DocumentEvents & OpeningEvents>;
type Placed = LiquidationEvents['CloseOutOrderPlaced'];
type Assessed = LiquidationEvents['LiquidationCostAssessed'];
type Draw = LiquidationEvents['FundDrawRequested'];
type TurnRequest = LiquidationEvents['CloseOutTurnRequested'];

/** An order, when it was sent, what its case had asked for, and what it has closed. */
interface PacedOrder extends Pick<TurnRequest, 'instrument' | 'perMinute' | 'least'> {
  readonly event: EventReference;
  readonly clearing: Instant;
  /** Notional, USD; zero until its cost is assessed. */
  closed: Decimal;
}

type Grant = Pick<FundEvents['FundDrawGranted'], 'request' | 'requested' | 'granted'> & {
  readonly event: EventReference;
};

/** The requirement freed stands in the order rounded down to the cent, so health is judged to the cent. */
const CENT = dec('0.01');

/**
 * What must always hold of liquidations (architecture section 6, item 5, and item 6 for draws): no account with two open
 * cases; one order of a case at a time; a penalty never beyond theta * e of what it closed, so never making equity
 * negative; a slice never worsening health at its mark; every draw attributed to its deficit or its slice; all cases of an instrument
 * together never faster than their pace; nobody deleveraged where it was not announced; every take-over as it was agreed, or bid; every hedge, and
 * every part of a hedged position, as margin judged it.
 */
export function liquidationInvariants(): LiquidationInvariants {
  const takeOvers = takeOverInvariants();
  const auctions = auctionInvariants();
  const hedges = hedgeInvariants();
  const parts = partInvariants();
  const openCases = new Map<AccountId, string>();
  const openOrders = new Map<
    string,
    { readonly place: string; readonly order: Placed; readonly paced: PacedOrder | undefined }
  >();
  /** Of the orders of cases that are open, by case. */
  const shortfalls = new Map<string, Map<string, Decimal>>();
  /** Amounts that were asked for, by place. */
  const draws = new Map<string, Draw['amount']>();
  const turns = new Map<string, TurnRequest>();
  const paced: PacedOrder[] = [];
  const phases = new Map<string, AdlEvents['DeleveragingAnnounced']['to']>();
  const grants: Grant[] = [];

  function onCase(event: CaseEntry): readonly LiquidationViolation[] {
    const broken = (rule: LiquidationViolation['rule'], detail: string): LiquidationViolation => ({
      rule,
      event,
      detail,
    });
    switch (event.type) {
      case 'LiquidationOpened': {
        const { accountId, caseId } = event.payload;
        const open = openCases.get(accountId);
        openCases.set(accountId, caseId);
        return open === undefined ? [] : [broken('one-open-case', `${caseId} was opened while ${open} was open`)];
      }
      case 'CloseOutTurnRequested':
        turns.set(event.payload.caseId, event.payload);
        return [];
      case 'CloseOutOrderPlaced': {
        const { caseId } = event.payload;
        const request = turns.get(caseId);
        turns.delete(caseId);
        const inTurn = request?.instrument === event.payload.instrument;
        const ordered = inTurn ? pacedOrder(event, request) : undefined;
        if (ordered !== undefined) paced.push(ordered);
        const open = openOrders.get(caseId);
        openOrders.set(caseId, { place: placeName(event), order: event.payload, paced: ordered });
        return [
          ...(inTurn ? [] : [broken('within-pace', `${caseId} has sent an order without a turn`)]),
          ...(open === undefined ? [] : [broken('one-slice-at-a-time', `${caseId} has the order ${open.place} open`)]),
          ...provisionalViolations(event.payload).map((detail) => broken('penalty-within-equity', detail)),
        ];
      }
      case 'LiquidationCostAssessed': {
        const { caseId, order } = event.payload;
        const open = openOrders.get(caseId);
        openOrders.delete(caseId);
        if (open === undefined || open.place !== placeName(order)) {
          return [broken('cost-adds-up', `${caseId} has no open order ${placeName(order)}`)];
        }
        if (open.paced !== undefined) open.paced.closed = dec(event.payload.closedNotional);
        const ofCase = shortfalls.get(caseId) ?? new Map<string, Decimal>();
        ofCase.set(open.place, slippageBeyondReward(dec(event.payload.slippage), dec(event.payload.penalty)));
        shortfalls.set(caseId, ofCase);
        return costViolations(open.order, event.payload).map(({ rule, detail }) => broken(rule, detail));
      }
      case 'FundDrawRequested': {
        draws.set(placeName(event), event.payload.amount);
        const detail = drawViolation(event.payload, shortfalls.get(event.payload.caseId));
        return detail === undefined ? [] : [broken('draw-has-a-cause', detail)];
      }
      case 'LiquidationClosed':
        openCases.delete(event.payload.accountId);
        shortfalls.delete(event.payload.caseId);
        return openOrders.has(event.payload.caseId)
          ? [broken('one-slice-at-a-time', `${event.payload.caseId} was closed with an order open`)]
          : [];
      default:
        return [];
    }
  }

  /** @see docs/spec/liquidation.md CLR-LIQ-041 */
  function onHouse(event: HouseEntry): readonly LiquidationViolation[] {
    if (event.type === 'DeleveragingAnnounced') {
      const { from, to } = event.payload;
      const queue = queueOf(event.payload);
      const before = phases.get(queue) ?? 'off';
      phases.set(queue, to);
      return from === before ? [] : [{ rule: 'announced-first', event, detail: `${queue} was ${before}, not ${from}` }];
    }
    if (event.type !== 'AdlExecuted' || event.payload.closes.length === 0) return [];
    const phase = phases.get(queueOf(event.payload)) ?? 'off';
    const { roundId } = event.payload;
    return phase === 'on' ? [] : [{ rule: 'announced-first', event, detail: `${roundId} while it was ${phase}` }];
  }

  return {
    get awaitsBookings() {
      return takeOvers.awaitsBookings;
    },
    get awaitsJudgements() {
      return hedges.awaitsJudgements || parts.awaitsJudgements || takeOvers.awaitsJudgements;
    },
    take(entry) {
      takeOvers.take(entry);
      auctions.take(entry);
      hedges.take(entry);
      parts.take(entry);
      if (entry.log === 'liquidation' && entry.partition === GLOBAL) return onHouse(entry as HouseEntry);
      if (entry.log === 'liquidation') return onCase(entry as CaseEntry);
      if (entry.log === 'accounts' && entry.type === 'FundDrawGranted') {
        const { request, requested, granted } = entry.payload as FundEvents['FundDrawGranted'];
        grants.push({ event: referenceTo(entry), request, requested, granted });
      }
      return [];
    },
    finish: () => [
      ...paceViolations(paced),
      ...takeOvers.finish().map((found) => ({ rule: 'take-over-as-agreed' as const, ...found })),
      ...auctions.finish().map((found) => ({ rule: 'auction-as-bid' as const, ...found })),
      ...hedges.finish().map((found) => ({ rule: 'hedge-as-judged' as const, ...found })),
      ...parts.finish().map((found) => ({ rule: 'part-as-judged' as const, ...found })),
      ...[...grants]
        .sort((a, b) => compareText(a.event.id, b.event.id))
        .flatMap((grant) => {
          const detail = grantViolation(grant, draws);
          return detail === undefined ? [] : [{ rule: 'grant-answers-a-draw' as const, event: grant.event, detail }];
        }),
    ],
  };
}

const pacedOrder = (order: LogEntry, { instrument, perMinute, least }: TurnRequest): PacedOrder => ({
  ...{ event: referenceTo(order), clearing: order.time.clearing },
  ...{ instrument, perMinute, least, closed: ZERO },
});

/**
 * In no minute do all cases of an instrument together close more than its pace; a lot larger than that goes alone. The mark may have moved
 * between a turn and its order, which is a lot at least: that is never more than the least that was asked for.
 * @see docs/spec/liquidation.md CLR-LIQ-038
 */
function paceViolations(orders: readonly PacedOrder[]): readonly LiquidationViolation[] {
  const inTime = [...orders].sort((a, b) => a.clearing - b.clearing || compareText(a.event.id, b.event.id));
  const windows = new Map<string, { readonly clearing: Instant; readonly closed: Decimal }[]>();
  return inTime.flatMap(({ event, clearing, instrument, perMinute, least, closed }) => {
    const minute = (windows.get(instrument) ?? []).filter((each) => each.clearing > clearing - PACE_WINDOW_MS);
    windows.set(instrument, [...minute, { clearing, closed }]);
    const before = sum(minute.map((each) => each.closed));
    if (before.isZero() || before.plus(closed).lte(dec(perMinute).plus(dec(least)))) return [];
    const detail = `${text(before.plus(closed))} of ${instrument} in a minute, at most ${perMinute}`;
    return [{ rule: 'within-pace', event, detail }];
  });
}

function provisionalViolations({ provisionalRate, modelledRate, theta, equityRate }: Placed): readonly string[] {
  const most = minOf(dec(modelledRate), dec(theta).times(maxOf(dec(equityRate), ZERO)));
  return dec(provisionalRate).eq(most) ? [] : [`provisional rate ${provisionalRate}, due ${text(most)}`];
}

function costViolations(
  order: Placed,
  cost: Assessed,
): readonly { readonly rule: LiquidationViolation['rule']; readonly detail: string }[] {
  const closed = dec(cost.closedQuantity);
  const notional = closed.times(dec(order.settlement.notional));
  const penalty = dec(cost.penalty);
  const found: { rule: LiquidationViolation['rule']; detail: string }[] = [];
  if (dec(order.quantity).lte(0) || closed.gt(dec(order.quantity))) {
    // Of an order of nothing there is no part, so nothing else can be judged.
    return [{ rule: 'cost-adds-up', detail: `closed ${cost.closedQuantity} of ${order.quantity}` }];
  }
  if (!notional.eq(dec(cost.closedNotional)) || !dec(cost.charged).minus(penalty).eq(dec(cost.trueUp))) {
    found.push({ rule: 'cost-adds-up', detail: `${cost.charged} - ${cost.penalty} is not ${cost.trueUp}` });
  }
  const chargeable = dec(order.theta).times(maxOf(dec(order.equityRate), ZERO));
  const borne = minOf(dec(cost.realisedRate), dec(order.bearableRate));
  const cap = maxOf(chargeable, borne).times(notional);
  if (penalty.gt(cap) || penalty.lt(0)) {
    found.push({ rule: 'penalty-within-equity', detail: `penalty ${cost.penalty}, at most ${text(cap)}` });
  }
  // Slippage is a loss that has happened; only what is charged beyond it is ours to judge.
  if (penalty.gt(borne.times(notional).plus(CENT)) && worsensHealth(order, closed, penalty)) {
    found.push({ rule: 'slice-never-worsens-health', detail: `penalty ${cost.penalty} at health ${order.health}` });
  }
  return found;
}

/**
 * (E - penalty) / (R - freed) < E / R  if and only if  penalty > freed * E / R. What a part of the order frees is its part of what
 * the order frees (CLR-LIQ-023).
 */
function worsensHealth(order: Placed, closed: Decimal, penalty: Decimal): boolean {
  // Without equity there is no penalty, which is judged apart; a negative ratio says nothing.
  if (dec(order.health).lt(0)) return false;
  const freed = dec(order.requirementFreed).plus(CENT).times(closed).div(dec(order.quantity));
  return penalty.gt(freed.times(dec(order.health)).plus(CENT));
}

function drawViolation(
  { caseId, purpose, amount, order }: Draw,
  shortfalls: ReadonlyMap<string, Decimal> | undefined,
): string | undefined {
  if (purpose === 'BankruptcyDeficit') {
    return order === null && dec(amount).gt(0) ? undefined : `${caseId} draws ${amount} for a deficit`;
  }
  const shortfall = order === null ? undefined : shortfalls?.get(placeName(order));
  return shortfall?.eq(dec(amount)) === true ? undefined : `${caseId} draws ${amount}, its slice lacks other money`;
}

function grantViolation(
  { request, requested, granted }: Grant,
  draws: ReadonlyMap<string, Draw['amount']>,
): string | undefined {
  const amount = draws.get(placeName(request));
  if (amount === undefined) return `no draw at ${placeName(request)}`;
  if (!dec(amount).eq(dec(requested))) return `asked ${amount}, answered to ${requested}`;
  return dec(granted).lt(0) || dec(granted).gt(dec(requested)) ? `granted ${granted} of ${requested}` : undefined;
}
