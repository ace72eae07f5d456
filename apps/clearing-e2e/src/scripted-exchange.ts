import {
  GLOBAL,
  type Cause,
  type DecisionContext,
  type LogEntry,
  type PartitionProcess,
} from '@ballast/event-sourcing';
import type { ExchangeSimulator, SimulatorState } from '@ballast/exchange-simulator-domain';
import {
  EXCHANGE_LOGS,
  type FillEvents,
  type LiquidationEvents,
  type MarginEvents,
  type OrderEvents,
  type Place,
  type QuoteEvents,
  type TransferEvents,
} from '@ballast/facts';
import { dec, partitionOfAccount, text, type Decimal, type Instant } from '@ballast/kernel';

/** What happens at one clearing time, before its prices. */
export interface Scene {
  readonly at: Instant;
  /** USD. */
  readonly btc: string;
  readonly opened?: readonly { readonly accountId: string; readonly dollars: string }[];
  readonly fund?: string;
  /** Contracts that are listed beside the perpetuals, and the quotes of options. */
  readonly listed?: readonly QuoteEvents['InstrumentListed']['specification'][];
  readonly chains?: readonly Omit<QuoteEvents['OptionChainQuoted'], 'at'>[];
  /** Of bitcoin at its price, where nothing else is said. */
  readonly trades?: readonly {
    readonly buyer: string;
    readonly seller: string;
    readonly quantity: string;
    readonly instrument?: string;
    readonly price?: string;
  }[];
  /** What becomes of orders, before the trades. */
  readonly orders?: readonly SaidOfOrder[];
}

/** A message of exchange.orders; `filled`: the maker takes the other side of so much of an order, at its price. */
export type SaidOfOrder =
  | { readonly accepted: OrderEvents['OrderAccepted'] }
  | { readonly changed: OrderEvents['OrderChanged'] }
  | { readonly closed: OrderEvents['OrderClosed'] }
  | { readonly filled: string; readonly quantity: string };

/** An order of liquidation, as the script answers it: what is filled, and at which price. */
export type Answer = (
  order: LiquidationEvents['CloseOutOrderPlaced'],
  at: Instant,
) => { readonly quantity: string; readonly price: string };

interface Script {
  readonly partitions: number;
  readonly scenes: readonly Scene[];
  /** Account that everything is filled against. */
  readonly maker: string;
  readonly answer: Answer;
}

interface OpenOrder {
  readonly terms: OrderEvents['OrderAccepted'];
  filled: Decimal;
}

interface ScriptState {
  lastScene: number;
  readonly orders: Map<string, OpenOrder>;
  readonly requests: Map<string, LogEntry>;
  /** Requests of margin that are not obeyed yet. */
  cancels: CancelRequest[];
}

type Request = LogEntry<string, LiquidationEvents['OrdersCancelRequested'] | LiquidationEvents['CloseOutOrderPlaced']>;
type CancelRequest = LogEntry<string, MarginEvents['OrderCancelsRequested']>;

const VENUES = ['amber', 'birch', 'cedar'];
/** USD: a book whose sides meet is none. */
const HALF_SPREAD = '0.1';
/** USD; nobody trades it. */
const ETHER = '2000';
const TIMER = 'scene';
const nameOf = ({ partition, position }: Place): string => `${partition}/${position}`;

/** An exchange that does what a script says, and answers orders as it says: for stories in which every figure is chosen. */
export function scriptedExchange({ partitions, scenes, maker, answer }: Script): ExchangeSimulator {
  const say =
    (context: DecisionContext, cause: Cause) =>
    (log: string, partition: number, stream: string, type: string, payload: object): void =>
      void context.emit({ to: { log, partition }, stream, type, schemaVersion: 1, payload }, cause);

  function play(scene: Scene, book: ScriptState['orders'], context: DecisionContext): void {
    const { at, btc, opened = [], fund, listed = [], chains = [], trades = [], orders = [] } = scene;
    const emit = say(context, { kind: 'timer', id: TIMER, due: at });
    const quote = <T extends keyof QuoteEvents>(stream: string, type: T, payload: QuoteEvents[T]): void =>
      emit('exchange.quotes', GLOBAL, stream, type, payload);
    const transfer = <T extends keyof TransferEvents>(account: string, type: T, payload: TransferEvents[T]): void =>
      emit('exchange.transfers', partitionOfAccount(account, partitions), `transfers-${account}`, type, payload);
    if (scene === scenes[0]) {
      quote('market', 'MarketOpened', { name: 'script', priceSetEverySeconds: 60 });
      for (const specification of LISTED) quote('market', 'InstrumentListed', { specification });
    }
    for (const specification of listed) quote('market', 'InstrumentListed', { specification });
    for (const { accountId, dollars } of opened) {
      transfer(accountId, 'AccountOpeningRequested', { accountId });
      transfer(accountId, 'DepositReceived', { depositId: `d-${accountId}`, accountId, asset: 'USD', amount: dollars });
    }
    if (fund !== undefined) {
      const payload = { contributionId: `f-${at}`, amount: fund };
      emit('exchange.transfers', 0, 'transfers-fund', 'FundContributionReceived', payload);
    }
    orders.forEach((said, index) => {
      if ('filled' in said) {
        const order = book.get(said.filled);
        if (order === undefined) throw new Error(`the script fills ${said.filled}, which is not open`);
        const { accountId, instrument, side, price, orderId } = order.terms;
        const trade = { tradeId: `o-${at}-${index}`, instrument, quantity: said.quantity, price, closeOutOrder: null };
        fill(emit, { ...trade, accountId, side, liquidity: 'maker', orderId });
        fill(emit, { ...trade, accountId: maker, side: side === 'buy' ? 'sell' : 'buy', liquidity: 'taker' });
        return;
      }
      if ('accepted' in said) tell(emit, 'OrderAccepted', said.accepted);
      else if ('changed' in said) tell(emit, 'OrderChanged', said.changed);
      else tell(emit, 'OrderClosed', said.closed);
    });
    trades.forEach(({ buyer, seller, quantity, instrument = 'BTC-PERP', price = btc }, index) => {
      const trade = { tradeId: `t-${at}-${index}`, instrument, quantity, price, closeOutOrder: null };
      fill(emit, { ...trade, accountId: buyer, side: 'buy', liquidity: 'taker' });
      fill(emit, { ...trade, accountId: seller, side: 'sell', liquidity: 'maker' });
    });
    // A price set is of all underlyings that the house has parameters for.
    for (const [underlying, price] of [
      ['BTC', btc],
      ['ETH', ETHER],
    ] as const) {
      const quotes = VENUES.map((venue) => ({
        venue,
        bid: text(dec(price).minus(HALF_SPREAD)),
        ask: text(dec(price).plus(HALF_SPREAD)),
        at,
      }));
      quote(`quotes-${underlying}`, 'VenueQuotesReceived', { underlying, quotes });
      const book = { bestBid: price, bestAsk: price, impactBid: price, impactAsk: price, lastPrice: price, at };
      quote(`quotes-${underlying}`, 'PerpetualBookObserved', { instrument: `${underlying}-PERP`, ...book });
    }
    for (const chain of chains) quote(`chain-${chain.underlying}`, 'OptionChainQuoted', { ...chain, at });
    quote('clock', 'ClockTicked', { at });
  }

  const fill = (emit: ReturnType<typeof say>, payload: FillEvents['TradeFilled']): void =>
    emit(
      'exchange.fills',
      partitionOfAccount(payload.accountId, partitions),
      `fills-${payload.accountId}`,
      'TradeFilled',
      payload,
    );

  const tell = <T extends keyof OrderEvents>(emit: ReturnType<typeof say>, type: T, payload: OrderEvents[T]): void =>
    emit(
      'exchange.orders',
      partitionOfAccount(payload.accountId, partitions),
      `orders-${payload.accountId}`,
      type,
      payload,
    );

  /** Takes orders out of the book, and says how much each had filled. */
  function cancel(orders: readonly OpenOrder[], emit: ReturnType<typeof say>): void {
    for (const { terms, filled } of orders) {
      const { accountId, orderId } = terms;
      tell(emit, 'OrderClosed', { accountId, orderId, reason: 'cancelled', filledQuantity: text(filled) });
    }
  }

  function obey({ partition, position, payload }: CancelRequest, state: ScriptState, context: DecisionContext): void {
    const emit = say(context, { kind: 'event', log: 'margin', partition, position });
    cancel(
      payload.orders.flatMap((orderId) => state.orders.get(orderId) ?? []),
      emit,
    );
  }

  function reply(request: Request, book: ScriptState['orders'], context: DecisionContext): void {
    const { partition, position, payload } = request;
    const place = { partition, position };
    const emit = say(context, { kind: 'event', log: 'liquidation', ...place });
    const { accountId } = payload;
    const report = (type: string, more: object): void =>
      emit('exchange.orderReports', partition, `order-${position}`, type, { accountId, ...more });
    if (!('slice' in payload)) {
      const open = [...book.values()].filter(({ terms }) => terms.accountId === accountId);
      cancel(open, emit);
      return report('OrdersCancelled', { request: place, cancelledOrders: open.length });
    }
    const { quantity, price } = answer(payload, context.time.clearing);
    if (dec(quantity).gt(0)) {
      const { instrument, side } = payload;
      const trade = { tradeId: `c-${nameOf(place)}`, instrument, quantity, price };
      fill(emit, { ...trade, accountId, side, liquidity: 'taker', closeOutOrder: place });
      const other = side === 'buy' ? 'sell' : 'buy';
      fill(emit, { ...trade, accountId: maker, side: other, liquidity: 'maker', closeOutOrder: null });
    }
    const isWhole = dec(quantity).eq(payload.quantity);
    const status = dec(quantity).isZero() ? 'unfilled' : isWhole ? 'filled' : 'partially-filled';
    report('CloseOutOrderFinished', { order: place, status, filledQuantity: text(dec(quantity)) });
  }

  const process: PartitionProcess<ScriptState> = {
    log: 'exchange.quotes',
    alsoWrites: (count) =>
      EXCHANGE_LOGS.filter((log) => log !== 'exchange.quotes').flatMap((log) =>
        Array.from({ length: count }, (_, partition) => ({ log, partition })),
      ),
    stateForm: { version: 1 },
    initialState: () => ({ lastScene: -1, orders: new Map(), requests: new Map(), cancels: [] }),
    observe({ requests, cancels }, input) {
      if (input.type === 'OrderCancelsRequested') cancels.push(input as CancelRequest);
      if (input.type === 'OrdersCancelRequested' || input.type === 'CloseOutOrderPlaced') {
        requests.set(nameOf(input), input);
      }
    },
    decide: () => undefined,
    settle(state, context) {
      const { requests, cancels, orders } = state;
      for (const request of cancels.splice(0)) obey(request, state, context);
      for (const request of [...requests.values()]) reply(request as Request, orders, context);
    },
    evolve(state, { type, payload }) {
      if (type === 'ClockTicked') state.lastScene += 1;
      if (type === 'OrderAccepted') {
        const terms = payload as OrderEvents['OrderAccepted'];
        state.orders.set(terms.orderId, { terms, filled: dec(0) });
      }
      if (type === 'OrderClosed') state.orders.delete((payload as OrderEvents['OrderClosed']).orderId);
      if (type === 'TradeFilled') {
        const { orderId, quantity } = payload as FillEvents['TradeFilled'];
        const order = orderId === undefined ? undefined : state.orders.get(orderId);
        if (order !== undefined) order.filled = order.filled.plus(quantity);
      }
      if (type === 'OrdersCancelled') state.requests.delete(nameOf((payload as { request: Place }).request));
      if (type === 'CloseOutOrderFinished') state.requests.delete(nameOf((payload as { order: Place }).order));
    },
    dueTimers({ lastScene }, now) {
      const next = scenes[lastScene + 1];
      return next !== undefined && next.at <= now ? [{ id: TIMER, due: next.at }] : [];
    },
    fire: ({ lastScene, orders }, _timer, context) => play(scenes[lastScene + 1] as Scene, orders, context),
  };
  return {
    runName: 'script',
    process: process as unknown as PartitionProcess<SimulatorState>,
    steps: () => scenes.map(({ at }) => at),
  };
}

const perpetual = (id: string, tick: string, lot: string): QuoteEvents['InstrumentListed']['specification'] => ({
  id,
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick,
  lot,
  cashStyle: 'marked-to-market',
  listedAt: '2020-01-01T00:00:00Z',
});

export const LISTED = [perpetual('BTC-PERP', '0.1', '0.001'), perpetual('ETH-PERP', '0.01', '0.01')];
