import {
  InvariantViolation,
  SETTLEMENT_ASSET,
  ZERO,
  assertNever,
  dec,
  invariant,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type {
  AccountId,
  AccountsEvents,
  AdlEvents,
  AuctionEvents,
  FundEvents,
  InstrumentId,
  LiquidationEvents,
  MarginEvents,
  OrderReportEvents,
  Place,
  Posting,
  ProviderEvents,
  TurnEvents,
} from '@ballast/facts';
import { placeOf, samePlace } from '../place.js';
import { openedOrder, withFill, type OpenOrder } from '../slice/open-order.js';

/** A fund draw that is not answered, or whose money has not arrived yet. */
export interface OpenDraw {
  readonly request: Place;
  readonly purpose: 'BankruptcyDeficit' | 'SlippageBeyondReward';
  readonly amount: Decimal;
  readonly granted: Decimal | null;
}

/** A request to others to take a position over that has not come back, or of which something is not booked yet. */
interface OpenRequest {
  readonly request: Place;
  /** Contracts that the round closed; null until it has ended. */
  readonly closed: Decimal | null;
  readonly booked: Decimal;
}

/** A request to the other side. */
export interface OpenAdlRequest extends OpenRequest {
  readonly nextSchedule: number;
}

/** A turn that a case has asked for. */
export interface CaseTurn {
  readonly request: Place;
  readonly instrument: InstrumentId;
  /** Figures that it was asked for on. */
  readonly schedule: number;
  readonly accountVersion: number;
  /** USD for it and taken by others, and the times of the schedules that an order may be based on; null while it has to wait. */
  readonly granted: {
    readonly notional: Decimal;
    readonly taken: Decimal;
    readonly from: Instant;
    readonly until: Instant;
  } | null;
}

/** An auction of a case. */
export interface CaseAuction {
  readonly request: Place;
  readonly instrument: InstrumentId;
  /** Contracts that are offered: sealed bids together may be for more. */
  readonly quantity: Decimal;
  readonly called: Pick<AuctionEvents['AuctionCalled'], 'auctionId' | 'bids'> | null;
  /** Figures on which it has asked for them: it is never asked twice on the same. */
  readonly askedOn: { readonly schedule: number; readonly accountVersion: number } | null;
}

/** Auctions of a position in a row that nobody took anything of. */
export interface VainAuctions {
  readonly count: number;
  /** Number of the newest schedule when the last of them ended. */
  readonly endedOn: number;
}

/** What margin was asked of hedges, and what it has said. */
export interface CaseHedge {
  readonly request: Place;
  /** Figures that it was asked on. */
  readonly schedule: number;
  readonly accountVersion: number;
  readonly answer: { readonly judgement: Place; readonly judged: MarginEvents['HedgeJudged'] } | null;
}

/** One liquidation case: from the trigger until the account is restored, flat or deleveraged. */
export interface LiquidationCase {
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly cancelRequest: Place | null;
  readonly ordersCancelled: boolean;
  readonly slices: number;
  readonly order: OpenOrder | null;
  /** Order whose final cost accounts has not booked yet; without a fill it is nothing, but the account has another version afterwards. */
  readonly settling: { readonly order: Place; readonly filled: boolean } | null;
  /** Schedule of the last order if it was not filled completely: the same prices would find the same empty book. */
  readonly thinSchedule: number | null;
  /** What margin was asked last; null: nothing yet. */
  readonly hedge: CaseHedge | null;
  /** Schedule of the last hedge if it was not filled completely: on it the options are closed. */
  readonly thinHedge: number | null;
  readonly draw: OpenDraw | null;
  /** The fund granted less than the deficit, and no slice was placed since. */
  readonly fundExhausted: boolean;
  /** What the account has in other assets: untouched, asked for, or taken over to pay its debts. */
  readonly collateral: 'untouched' | 'asked' | 'taken';
  /** Whether accounts of the same owner that answer for it were asked before the fund is. */
  readonly otherAccounts: 'untouched' | 'asked' | 'answered';
  /** Whether it was asked to pay back what the waterfall has paid; answered: it has no free dollars. */
  readonly repayment: 'untouched' | 'asked' | 'answered';
  /** The fund has paid a deficit of this case. */
  readonly funded: boolean;
  /** What it asked for last, unless it has used it or done something else since. */
  readonly turn: CaseTurn | null;
  /** Reason that it has said it pauses for. */
  readonly paused: LiquidationEvents['LiquidationPaused']['reason'] | null;
  /** A request to liquidity providers, and the schedule on which they were asked last: once on each. */
  readonly takeOver: OpenRequest | null;
  readonly providersAsked: number | null;
  /** An auction that it has asked for and that is not over, and the bids of it that wait to be asked for. */
  readonly auction: CaseAuction | null;
  /** The schedule on which it asked for an auction last: once on each. */
  readonly auctionAsked: number | null;
  /** What nobody took since something was taken over last, by position: requests to providers in a row, and auctions. */
  readonly providersInVain: ReadonlyMap<InstrumentId, number>;
  readonly auctionsInVain: ReadonlyMap<InstrumentId, VainAuctions>;
  readonly deleveraging: OpenAdlRequest | null;
  /** Figures of the last request to the other side: it is never asked twice on the same. */
  readonly asked: { readonly schedule: number; readonly accountVersion: number } | null;
  /** Requests in a row that found nobody, and the number of the schedule from which on it asks again; 0: at once. */
  readonly fruitless: number;
  readonly pausedUntil: number;
  /** Something of it was closed against the other side. */
  readonly deleveraged: boolean;
}

type Evolution = {
  readonly [T in Exclude<keyof LiquidationEvents, 'LiquidationOpened' | 'LiquidationClosed' | 'CloseOutFillFlagged'>]: (
    current: LiquidationCase,
    event: LogEntry<T, LiquidationEvents[T]>,
  ) => LiquidationCase;
};

/** A case that has just begun. */
export function openedCase({ caseId, accountId }: LiquidationEvents['LiquidationOpened']): LiquidationCase {
  return {
    caseId,
    accountId,
    cancelRequest: null,
    ordersCancelled: false,
    slices: 0,
    order: null,
    settling: null,
    thinSchedule: null,
    hedge: null,
    thinHedge: null,
    draw: null,
    fundExhausted: false,
    collateral: 'untouched',
    otherAccounts: 'untouched',
    repayment: 'untouched',
    funded: false,
    turn: null,
    paused: null,
    takeOver: null,
    providersAsked: null,
    auction: null,
    auctionAsked: null,
    providersInVain: new Map(),
    auctionsInVain: new Map(),
    deleveraging: null,
    asked: null,
    fruitless: 0,
    pausedUntil: 0,
    deleveraged: false,
  };
}

/** Whatever a case does, it pauses no more, and a turn that it waits for or has not used is over. */
const goingOn = (current: LiquidationCase): LiquidationCase => ({ ...current, turn: null, paused: null });

/** How an open case follows from its events. */
export const evolveCase: Evolution = {
  OrdersCancelRequested: (current, event) => ({ ...current, cancelRequest: placeOf(event) }),
  LiquidationPaused: (current, { payload: { reason } }) => ({ ...current, turn: null, paused: reason }),
  CloseOutTurnRequested: (current, event) => {
    const { instrument, schedule, accountVersion } = event.payload;
    const turn = { request: placeOf(event), instrument, schedule, accountVersion, granted: null };
    return { ...current, turn, paused: null };
  },
  // It keeps the turn that it waits for or has: what is asked is how to use it.
  HedgeAsked: (current, event) => {
    const { schedule, accountVersion } = event.payload;
    return { ...current, hedge: { request: placeOf(event), schedule, accountVersion, answer: null } };
  },
  CloseOutOrderPlaced: (current, event) => ({
    ...goingOn(current),
    slices: event.payload.slice,
    order: openedOrder(event),
    thinSchedule: null,
    fundExhausted: false,
  }),
  CollateralTakeOverRequested: (current) => ({ ...goingOn(current), collateral: 'asked' }),
  SetOffRequested: (current) => ({ ...goingOn(current), otherAccounts: 'asked' }),
  RepaymentRequested: (current) => ({ ...goingOn(current), repayment: 'asked' }),
  LiquidationCostAssessed: (current, { payload }) => withoutOrder(current, payload),
  FundDrawRequested: (current, event) => {
    const { purpose, amount } = event.payload;
    const draw = { request: placeOf(event), purpose, amount: dec(amount), granted: null };
    return { ...goingOn(current), otherAccounts: 'untouched', draw };
  },
  ProvidersAsked: (current, event) => {
    const takeOver = { request: placeOf(event), closed: null, booked: ZERO };
    const { schedule, accountVersion, auction: auctionId } = event.payload;
    if (auctionId === undefined) return { ...goingOn(current), takeOver, providersAsked: schedule };
    const { auction } = current;
    const asking = auction === null ? null : { ...auction, askedOn: { schedule, accountVersion } };
    return { ...goingOn(current), takeOver, auction: asking };
  },
  AuctionAsked: (current, event) => {
    const { instrument, quantity, schedule } = event.payload;
    const auction = { request: placeOf(event), instrument, quantity: dec(quantity), called: null, askedOn: null };
    return { ...goingOn(current), auction, auctionAsked: schedule };
  },
  AdlRequested: (current, event) => {
    const { schedule, accountVersion, nextSchedule } = event.payload;
    const deleveraging = { request: placeOf(event), nextSchedule, closed: null, booked: ZERO };
    return { ...goingOn(current), deleveraging, asked: { schedule, accountVersion } };
  },
};

function withoutOrder(current: LiquidationCase, cost: LiquidationEvents['LiquidationCostAssessed']): LiquidationCase {
  const { order } = current;
  invariant(order !== null && samePlace(order.place, cost.order), 'a cost is assessed for the open order');
  const closed = dec(cost.closedQuantity);
  const thin = closed.lt(order.quantity) ? order.schedule : null;
  return {
    ...current,
    order: null,
    settling: { order: order.place, filled: closed.gt(0) },
    // The book of a hedge says nothing of the books of the options.
    ...(order.hedges ? { thinHedge: thin } : { thinSchedule: thin }),
  };
}

/** The open case that an own event belongs to. @throws InvariantViolation when there is none */
export function caseOfEvent(
  cases: ReadonlyMap<AccountId, LiquidationCase>,
  { type, payload }: LogEntry<string, { readonly caseId: string; readonly accountId: AccountId }>,
): LiquidationCase {
  const current = cases.get(payload.accountId);
  if (current === undefined || current.caseId !== payload.caseId) {
    throw new InvariantViolation(`${type} belongs to no open case: ${payload.caseId}`);
  }
  return current;
}

/** Facts of other services that a case waits for; whatever belongs to no step of it leaves it as it is. */
type CaseFacts = OrderReportEvents &
  Pick<
    AccountsEvents,
    | 'PositionChanged'
    | 'LiquidationCostSettled'
    | 'FundGrantReceived'
    | 'CollateralTakenOver'
    | 'SetOffReceived'
    | 'ClaimRepaid'
    | 'ProviderTradeBooked'
    | 'AdlBooked'
  > &
  Pick<FundEvents, 'FundDrawGranted'> &
  Pick<ProviderEvents, 'ProviderRoundClosed'> &
  Pick<AuctionEvents, 'AuctionCalled'> &
  Pick<TurnEvents, 'CloseOutTurnGranted'>;

type Notes = { readonly [T in keyof CaseFacts]: (current: LiquidationCase, fact: CaseFacts[T]) => LiquidationCase };

/** How an open case follows from facts of other services. */
export const noteInCase: Notes = {
  OrdersCancelled: (current, { request }) =>
    isPlace(current.cancelRequest, request) ? { ...current, ordersCancelled: true } : current,
  CloseOutOrderFinished: (current, { order: place, filledQuantity }) =>
    withOrder(current, place, (order) => ({ ...order, finished: dec(filledQuantity) })),
  PositionChanged: (current, fact) =>
    fact.closeOutOrder === null ? current : withOrder(current, fact.closeOutOrder, (order) => withFill(order, fact)),
  CloseOutTurnGranted: (current, { request, notional, taken, from, until }) =>
    current.turn !== null && samePlace(current.turn.request, request)
      ? { ...current, turn: { ...current.turn, granted: { notional: dec(notional), taken: dec(taken), from, until } } }
      : current,
  LiquidationCostSettled: (current, { order }) =>
    isPlace(current.settling?.order ?? null, order) ? { ...current, settling: null } : current,
  CollateralTakenOver: (current) => ({ ...current, collateral: 'taken' }),
  SetOffReceived: (current, { from }) => ({
    ...current,
    // What was not taken because an account had changed is asked for again.
    otherAccounts: from.some(({ changed }) => changed) ? 'untouched' : 'answered',
  }),
  ClaimRepaid: (current, { amount, changed }) => ({
    ...current,
    repayment: changed || dec(amount).gt(0) ? 'untouched' : 'answered',
  }),
  FundDrawGranted: (current, { request, granted }) => withGrant(current, request, dec(granted)),
  FundGrantReceived: (current, { request }) =>
    isPlace(current.draw?.request ?? null, request) ? { ...current, draw: null } : current,
  ProviderRoundClosed: (current, { request, closedQuantity, instrument, outcome, auction: auctionId }) => {
    if (!isPlace(current.takeOver?.request ?? null, request)) return current;
    const closed = withTakeOver(current, request, (takeOver) => ({ ...takeOver, closed: dec(closedQuantity) }));
    // On figures that were over nothing was decided, also not of bids: they still bind.
    if (outcome === 'figures-changed') return closed;
    // Whatever was taken over, another position may be the one that others take by then.
    const ended =
      outcome === 'taken-over' ? { ...closed, providersInVain: new Map(), auctionsInVain: new Map() } : closed;
    const { auction, providersInVain } = ended;
    if (auctionId === undefined && outcome === 'no-provider') {
      const inVain = new Map(providersInVain).set(instrument, (providersInVain.get(instrument) ?? 0) + 1);
      return { ...ended, providersInVain: inVain };
    }
    if (auction === null || auctionId === undefined) return ended;
    return { ...ended, auction: { ...auction, called: null } };
  },
  AuctionCalled: (current, { request, auctionId, bids }) => {
    const { auction } = current;
    if (auction === null || !samePlace(auction.request, request)) return current;
    return { ...current, auction: { ...auction, called: { auctionId, bids }, askedOn: null } };
  },
  ProviderTradeBooked: (current, { role, request, quantity }) =>
    role === 'debtor'
      ? withTakeOver(current, request, (takeOver) => ({ ...takeOver, booked: takeOver.booked.plus(quantity) }))
      : current,
  AdlBooked: (current, { role, request, quantity }) => {
    const more = dec(quantity);
    // Whoever was closed against another bankrupt account has other figures now, so it need not pause.
    const changed = more.isZero() ? current : { ...current, deleveraged: true, pausedUntil: 0 };
    const { deleveraging } = changed;
    if (role !== 'bankrupt' || deleveraging === null || !samePlace(deleveraging.request, request)) return changed;
    return withRequest(changed, { ...deleveraging, booked: deleveraging.booked.plus(more) });
  },
};

/** What margin says of hedges; an answer to an older question says nothing. */
export function noteHedgeJudged(
  current: LiquidationCase,
  answer: LogEntry<string, MarginEvents['HedgeJudged']>,
): LiquidationCase {
  const { hedge } = current;
  if (hedge === null || !samePlace(hedge.request, answer.payload.request)) return current;
  return { ...current, hedge: { ...hedge, answer: { judgement: placeOf(answer), judged: answer.payload } } };
}

/** The end of an auction. @param newestSchedule number of the newest schedule */
export function noteAuctionClosed(
  current: LiquidationCase,
  { request, instrument, outcome }: AuctionEvents['AuctionClosed'],
  newestSchedule: number,
): LiquidationCase {
  if (!isPlace(current.auction?.request ?? null, request)) return current;
  const ended = { ...current, auction: null };
  if (outcome === 'taken-over' || outcome === 'case-closed') return ended;
  const count = (current.auctionsInVain.get(instrument)?.count ?? 0) + 1;
  const auctionsInVain = new Map(current.auctionsInVain).set(instrument, { count, endedOn: newestSchedule });
  return { ...ended, auctionsInVain };
}

/** The end of a round for one of its requests. One that found nobody pauses, and asks the fund again afterwards. */
export function noteEndedRequest(
  current: LiquidationCase,
  { request, outcome, closedQuantity }: AdlEvents['AdlRoundClosed']['ended'][number],
): LiquidationCase {
  const { deleveraging } = current;
  if (deleveraging === null || !samePlace(deleveraging.request, request)) return current;
  const ended = withRequest(current, { ...deleveraging, closed: dec(closedQuantity) });
  switch (outcome) {
    case 'closed':
      return { ...ended, fruitless: 0, pausedUntil: 0 };
    case 'no-counterparty':
      return {
        ...ended,
        fruitless: current.fruitless + 1,
        pausedUntil: deleveraging.nextSchedule,
        fundExhausted: false,
      };
    case 'figures-changed':
      return ended;
    default:
      return assertNever(outcome);
  }
}

/** Null once the round has ended and all that it closed is booked. */
const whileOpen = <Request extends OpenRequest>(request: Request): Request | null =>
  request.closed !== null && request.booked.gte(request.closed) ? null : request;

const withRequest = (current: LiquidationCase, request: OpenAdlRequest): LiquidationCase => ({
  ...current,
  deleveraging: whileOpen(request),
});

function withTakeOver(
  current: LiquidationCase,
  request: Place,
  change: (takeOver: OpenRequest) => OpenRequest,
): LiquidationCase {
  const { takeOver } = current;
  if (takeOver === null || !samePlace(takeOver.request, request)) return current;
  return { ...current, takeOver: whileOpen(change(takeOver)) };
}

/**
 * Coin that an account is credited with after a take-over can be taken over, too, whatever brought it: a deposit, a withdrawal that was released,
 * or a gain in a contract that settles in it.
 * @param postings of an event of the account
 */
export function noteCredited(current: LiquidationCase, postings: readonly Posting[]): LiquidationCase {
  if (current.collateral !== 'taken') return current;
  const own = `client/${current.accountId}`;
  const isCoin = ({ ledgerAccount, asset, amount }: Posting): boolean =>
    ledgerAccount === own && asset !== SETTLEMENT_ASSET && dec(amount).gt(0);
  return postings.some(isCoin) ? { ...current, collateral: 'untouched' } : current;
}

const isPlace = (expected: Place | null, place: Place): boolean => expected !== null && samePlace(expected, place);

function withOrder(current: LiquidationCase, place: Place, change: (order: OpenOrder) => OpenOrder): LiquidationCase {
  const { order } = current;
  return order !== null && samePlace(order.place, place) ? { ...current, order: change(order) } : current;
}

/** A deficit is answered when its money has arrived; slippage concerns the house only, so its answer is enough. */
function withGrant(current: LiquidationCase, request: Place, granted: Decimal): LiquidationCase {
  const { draw } = current;
  if (draw === null || !samePlace(draw.request, request)) return current;
  if (draw.purpose === 'SlippageBeyondReward') return { ...current, draw: null };
  const fundExhausted = granted.lt(draw.amount);
  const funded = current.funded || granted.gt(0);
  return { ...current, fundExhausted, funded, draw: granted.isZero() ? null : { ...draw, granted } };
}
