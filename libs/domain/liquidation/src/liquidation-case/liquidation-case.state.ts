import { InvariantViolation, ZERO, assertNever, dec, invariant, type Decimal } from '@ballast/kernel';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountId, InstrumentId, LiquidationEvents, Place, TradeSide } from '@ballast/facts';
import { placeOf, samePlace, type CaseInputs, type EntryOf } from '../known-inputs.js';

/** A close-out order whose cost has not been assessed yet, with what accounts has booked of it so far. */
export interface OpenOrder {
  readonly place: Place;
  readonly instrument: InstrumentId;
  readonly side: TradeSide;
  readonly quantity: Decimal;
  readonly mark: Decimal;
  /** USD per contract that rates are fractions of. */
  readonly unitNotional: Decimal;
  readonly equityRate: Decimal;
  readonly theta: Decimal;
  readonly modelledRate: Decimal;
  readonly executionRate: Decimal;
  readonly timeRate: Decimal;
  readonly fundShare: Decimal;
  readonly operatingCost: Decimal;
  readonly schedule: number;
  /** Booked by accounts: base units; provisional penalty, USD; mark against fill, USD, positive = a cost. */
  readonly closed: Decimal;
  readonly charged: Decimal;
  readonly slippage: Decimal;
  /** Last word of the exchange: what was filled in all. */
  readonly finished: Decimal | null;
}

/** A fund draw that is not answered, or whose money has not arrived yet. */
export interface OpenDraw {
  readonly request: Place;
  readonly purpose: 'BankruptcyDeficit' | 'SlippageBeyondReward';
  readonly amount: Decimal;
  readonly granted: Decimal | null;
}

/** A position given to auto-deleveraging, and how much of it the rounds have closed. */
export interface AdlPosition {
  readonly request: Place;
  readonly quantity: Decimal;
  readonly closed: Decimal;
}

/** One liquidation case: from the trigger until the account is restored, flat or deleveraged. */
export interface LiquidationCase {
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly cancelRequest: Place | null;
  readonly ordersCancelled: boolean;
  readonly slices: number;
  readonly order: OpenOrder | null;
  /** Order whose final cost accounts has not booked yet. */
  readonly settling: Place | null;
  /** Schedule of the last order if it was not filled completely: the same prices would find the same empty book. */
  readonly thinSchedule: number | null;
  readonly draw: OpenDraw | null;
  /** The fund granted less than the deficit, and no slice was placed since. */
  readonly fundExhausted: boolean;
  readonly deleveraging: readonly AdlPosition[];
}

/**
 * Takes an own event into the case.
 * @returns the case, or undefined when it is closed
 */
export function evolveCase(
  current: LiquidationCase | undefined,
  event: EntryOf<LiquidationEvents>,
): LiquidationCase | undefined {
  if (event.type === 'LiquidationOpened') {
    invariant(current === undefined, `account ${event.payload.accountId} has two open liquidations`);
    return openedCase(event.payload);
  }
  if (current === undefined || current.caseId !== event.payload.caseId) {
    throw new InvariantViolation(`${event.type} belongs to no open case: ${event.payload.caseId}`);
  }
  switch (event.type) {
    case 'OrdersCancelRequested':
      return { ...current, cancelRequest: placeOf(event) };
    case 'CloseOutOrderPlaced':
      return {
        ...current,
        slices: event.payload.slice,
        order: openedOrder(event),
        thinSchedule: null,
        fundExhausted: false,
      };
    case 'LiquidationCostAssessed':
      return withoutOrder(current, event.payload);
    case 'FundDrawRequested': {
      const { purpose, amount } = event.payload;
      return { ...current, draw: { request: placeOf(event), purpose, amount: dec(amount), granted: null } };
    }
    case 'AdlRequested': {
      const position: AdlPosition = { request: placeOf(event), quantity: dec(event.payload.quantity), closed: ZERO };
      return { ...current, deleveraging: [...current.deleveraging, position] };
    }
    case 'LiquidationClosed':
      return undefined;
    default:
      return assertNever(event);
  }
}

function openedCase({ caseId, accountId }: LiquidationEvents['LiquidationOpened']): LiquidationCase {
  return {
    caseId,
    accountId,
    cancelRequest: null,
    ordersCancelled: false,
    slices: 0,
    order: null,
    settling: null,
    thinSchedule: null,
    draw: null,
    fundExhausted: false,
    deleveraging: [],
  };
}

function openedOrder(event: LogEntry<string, LiquidationEvents['CloseOutOrderPlaced']>): OpenOrder {
  const { payload } = event;
  return {
    place: placeOf(event),
    instrument: payload.instrument,
    side: payload.side,
    quantity: dec(payload.quantity),
    mark: dec(payload.mark),
    unitNotional: dec(payload.settlement?.notional ?? payload.mark),
    equityRate: dec(payload.equityRate),
    theta: dec(payload.theta),
    modelledRate: dec(payload.modelledRate),
    executionRate: dec(payload.executionRate),
    timeRate: dec(payload.timeRate),
    fundShare: dec(payload.fundShare),
    operatingCost: dec(payload.operatingCost),
    schedule: payload.schedule,
    closed: ZERO,
    charged: ZERO,
    slippage: ZERO,
    finished: null,
  };
}

function withoutOrder(current: LiquidationCase, cost: LiquidationEvents['LiquidationCostAssessed']): LiquidationCase {
  const { order } = current;
  invariant(order !== null && samePlace(order.place, cost.order), 'a cost is assessed for the open order');
  const closed = dec(cost.closedQuantity);
  return {
    ...current,
    order: null,
    // An order without a fill leaves nothing to book, so there is nothing to wait for.
    settling: closed.isZero() ? null : order.place,
    thinSchedule: closed.lt(order.quantity) ? order.schedule : null,
  };
}

/** Takes note of a fact of another log that concerns the case. Facts of no interest leave it as it is. */
export function noteInCase(current: LiquidationCase, input: EntryOf<CaseInputs>): LiquidationCase {
  switch (input.type) {
    case 'OrdersCancelled':
      return isPlace(current.cancelRequest, input.payload.request) ? { ...current, ordersCancelled: true } : current;
    case 'CloseOutOrderFinished':
      return withOrder(current, input.payload.order, (order) => ({
        ...order,
        finished: dec(input.payload.filledQuantity),
      }));
    case 'PositionChanged': {
      const { closeOutOrder } = input.payload;
      return closeOutOrder === null
        ? current
        : withOrder(current, closeOutOrder, (order) => withFill(order, input.payload));
    }
    case 'LiquidationCostSettled':
      return isPlace(current.settling, input.payload.order) ? { ...current, settling: null } : current;
    case 'FundDrawGranted':
      return withGrant(current, input.payload.request, dec(input.payload.granted));
    case 'FundGrantReceived':
      return isPlace(current.draw?.request ?? null, input.payload.request) ? { ...current, draw: null } : current;
    case 'AdlBooked': {
      const { role, request, executedQuantity } = input.payload;
      if (role !== 'bankrupt') return current;
      const deleveraging = current.deleveraging.map((position) =>
        samePlace(position.request, request)
          ? { ...position, closed: position.closed.plus(dec(executedQuantity)) }
          : position,
      );
      return { ...current, deleveraging };
    }
    default:
      return current;
  }
}

const isPlace = (expected: Place | null, place: Place): boolean => expected !== null && samePlace(expected, place);

function withOrder(current: LiquidationCase, place: Place, change: (order: OpenOrder) => OpenOrder): LiquidationCase {
  const { order } = current;
  return order !== null && samePlace(order.place, place) ? { ...current, order: change(order) } : current;
}

/**
 * Slippage is read from the ledger: what the fill left in `liquidation` is the charge minus the slippage. So the draw
 * for a slice is the minus of its ledger account, however accounts came to it.
 */
function withFill(order: OpenOrder, { quantity, fee, postings }: CaseInputs['PositionChanged']): OpenOrder {
  const charge = dec(fee);
  const left = postings
    .filter(({ ledgerAccount, asset }) => ledgerAccount === 'liquidation' && asset === 'USD')
    .reduce((total, { amount }) => total.plus(dec(amount)), ZERO);
  return {
    ...order,
    closed: order.closed.plus(dec(quantity)),
    charged: order.charged.plus(charge),
    slippage: order.slippage.plus(charge.minus(left)),
  };
}

/** A deficit is answered when its money has arrived; slippage concerns the house only, so its answer is enough. */
function withGrant(current: LiquidationCase, request: Place, granted: Decimal): LiquidationCase {
  const { draw } = current;
  if (draw === null || !samePlace(draw.request, request)) return current;
  if (draw.purpose === 'SlippageBeyondReward') return { ...current, draw: null };
  const fundExhausted = granted.lt(draw.amount);
  return { ...current, fundExhausted, draw: granted.isZero() ? null : { ...draw, granted } };
}
