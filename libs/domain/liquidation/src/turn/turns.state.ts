import { compareText, dec, invariant, sum, type Decimal, type Instant } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountId, InstrumentId, LiquidationEvents, Place, TurnEvents } from '@ballast/facts';
import { PACE_WINDOW_MS } from '../liquidation-policy.js';
import { placeOf, samePlace } from '../place.js';

/** A case that waits for its turn. */
export interface WaitingTurn {
  readonly request: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly instrument: InstrumentId;
  /** USD: what its slice would close, what is not worth an order below, what all cases may close in a minute. */
  readonly notional: Decimal;
  readonly least: Decimal;
  readonly perMinute: Decimal;
  /** When its turn was said to be expected; null: it has not been told to wait. */
  readonly nextAt: Instant | null;
}

/** What a case was granted, sent to the exchange, or has closed. */
interface TakenTurn {
  readonly caseId: string;
  readonly order: Place | null;
  readonly notional: Decimal;
  readonly at: Instant;
}

/** Turns of one instrument. */
export interface Turns {
  /** In the order in which they are served. */
  readonly waiting: WaitingTurn[];
  /** Of the last minute, oldest first. */
  readonly taken: TakenTurn[];
  /** The first time that one of those who wait was told; null: nobody waits for a time. */
  nextAt: Instant | null;
}

export type TurnState = Map<InstrumentId, Turns>;

/** What still counts: a turn until it is used or given up, an order for a minute. */
const counted = ({ taken }: Turns, now: Instant): readonly TakenTurn[] =>
  taken.filter(({ order, at }) => order === null || at > now - PACE_WINDOW_MS);

/** USD taken within the minute that ends now. */
export const takenNow = (turns: Turns, now: Instant): Decimal =>
  sum(counted(turns, now).map(({ notional }) => notional));

export function noteTurnRequest(
  state: TurnState,
  entry: LogEntry<string, LiquidationEvents['CloseOutTurnRequested']>,
): void {
  const { caseId, accountId, instrument, notional, least, perMinute } = entry.payload;
  endTurn(state, caseId);
  const turns = state.get(instrument) ?? { waiting: [], taken: [], nextAt: null };
  state.set(instrument, turns);
  const amounts = { notional: dec(notional), least: dec(least), perMinute: dec(perMinute) };
  turns.waiting.push({ request: placeOf(entry), caseId, accountId, instrument, ...amounts, nextAt: null });
}

/** A case does something else than to wait: whatever it asked for, or was granted and has not used, counts no more. */
export function endTurn(state: TurnState, caseId: string): void {
  for (const turns of state.values()) {
    leaveQueue(turns, caseId);
    remove(turns.taken, (each) => each.caseId === caseId && each.order === null);
  }
}

/** What was sent to the exchange counts from then on, whoever was granted how much. */
export function noteOrder(state: TurnState, entry: LogEntry<string, LiquidationEvents['CloseOutOrderPlaced']>): void {
  const { caseId, instrument, quantity, settlement } = entry.payload;
  endTurn(state, caseId);
  const turns = state.get(instrument);
  invariant(turns !== undefined, `${caseId} has an order without a turn`);
  const notional = dec(quantity).times(dec(settlement.notional));
  turns.taken.push({ caseId, order: placeOf(entry), notional, at: entry.time.clearing });
}

/** What was not filled counts for nobody. */
export function noteClosed(state: TurnState, cost: LiquidationEvents['LiquidationCostAssessed']): void {
  for (const { taken } of state.values()) {
    const index = taken.findIndex(({ order }) => order !== null && samePlace(order, cost.order));
    const found = taken[index];
    if (found !== undefined) taken[index] = { ...found, notional: dec(cost.closedNotional) };
  }
}

/** How the state follows from own events. */
export const evolveTurns = {
  CloseOutTurnGranted(state: TurnState, { time, payload }: LogEntry<string, TurnEvents['CloseOutTurnGranted']>): void {
    const { caseId, instrument, notional } = payload;
    const turns = turnsOf(state, instrument);
    leaveQueue(turns, caseId);
    remove(turns.taken, ({ order, at }) => order !== null && at <= time.clearing - PACE_WINDOW_MS);
    turns.taken.push({ caseId, order: null, notional: dec(notional), at: time.clearing });
  },
  CloseOutTurnDeferred(state: TurnState, { payload }: LogEntry<string, TurnEvents['CloseOutTurnDeferred']>): void {
    const turns = turnsOf(state, payload.instrument);
    const { waiting } = turns;
    const index = waiting.findIndex(({ caseId }) => caseId === payload.caseId);
    const found = waiting[index];
    invariant(found !== undefined, `${payload.caseId} does not wait for its turn`);
    waiting[index] = { ...found, nextAt: payload.nextAt };
    turns.nextAt = earliest(waiting);
  },
} as const;

function turnsOf(state: TurnState, instrument: InstrumentId): Turns {
  const turns = state.get(instrument);
  invariant(turns !== undefined, `nobody has asked for a turn of ${instrument}`);
  return turns;
}

function leaveQueue(turns: Turns, caseId: string): void {
  remove(turns.waiting, (each) => each.caseId === caseId);
  turns.nextAt = earliest(turns.waiting);
}

const earliest = (waiting: readonly WaitingTurn[]): Instant | null =>
  waiting.reduce<Instant | null>(
    (first, { nextAt }) => (nextAt !== null && (first === null || nextAt < first) ? nextAt : first),
    null,
  );

function remove<Item>(items: Item[], isGone: (item: Item) => boolean): void {
  for (let index = items.length - 1; index >= 0; index--) if (isGone(items[index] as Item)) items.splice(index, 1);
}

/** The first time at which something is due of the turns of an instrument: an expectation that has to be looked at. */
export function nextTurns(state: TurnState): { readonly instrument: InstrumentId; readonly at: Instant } | undefined {
  return [...state]
    .flatMap(([instrument, { nextAt: at }]) => (at === null ? [] : [{ instrument, at }]))
    .sort((a, b) => a.at - b.at || compareText(a.instrument, b.instrument))[0];
}

/**
 * The earliest time, after now, at which so much has room again beside what was taken. A turn that is not used yet is taken as used now.
 * @param turns whose waiting case has no room now
 */
export function roomAt(
  turns: Turns,
  { least, perMinute }: Pick<WaitingTurn, 'least' | 'perMinute'>,
  now: Instant,
): Instant {
  const inTime = counted(turns, now)
    .map(({ order, at, notional }) => ({ notional, at: order === null ? now : at }))
    .sort((a, b) => a.at - b.at);
  let left = sum(inTime.map(({ notional }) => notional));
  const last = inTime.find(({ notional }) => {
    left = left.minus(notional);
    return left.isZero() || perMinute.minus(left).gte(least);
  });
  return (last?.at ?? now) + PACE_WINDOW_MS;
}
