import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { LogReader, Producer, Refused, type BallastClient } from '@ballast/exchange-client';
import type { AccountsEvents, LiquidationEvents, MarginEvents, OrderEvents, Place, TradeSide } from '@ballast/facts';
import { dec, HOUR_MS, instantOf, maxOf, minOf, MINUTE_MS, roundUsd, text, type Decimal } from '@ballast/kernel';
import { Books, feeOf } from './own-books.js';
import { isOption, OPTION_LOT, OPTION_TICK, OptionChain } from './own-options.js';
import { COINS, Prices, TICK, type Coin } from './own-prices.js';

const VENUES = ['venue-a', 'venue-b', 'venue-c', 'venue-d', 'venue-e'];
const LOT = { BTC: '0.001', ETH: '0.01' } as const;
const MAKER = 'maker.main';
/** They trade small amounts with the market maker, in turn, when more fills are wanted than the story needs. */
const CROWD = Array.from({ length: 20 }, (_, n) => `crowd-${n}.main`);
const CROWD_QUANTITY = dec('0.001');
/** An account that may take no new risk, or could not bear this order. */
const NOT_ADMITTED = ['below-initial-requirement', 'account-reduce-only'];
/** So long it is waited for Ballast to show what was said. */
const AGREES_WITHIN_MS = 120_000;
type ReadEvent = Awaited<ReturnType<LogReader['read']>>[number];

/** An account as Ballast shows it. */
interface Seen {
  readonly collateral: { readonly USD?: string };
  readonly positions: readonly { readonly instrument: string; readonly quantity: string; readonly cost: string }[];
}

/** A surface as Ballast shows it. */
interface Surface {
  readonly status: string;
  readonly options: readonly { readonly instrument: string; readonly price: string }[];
}

const coinOf = (instrument: string): Coin => instrument.slice(0, 3) as Coin;

/** An exchange that Ballast clears through its client library: the hour in which Bitcoin fell by a quarter. */
export class OwnExchange {
  readonly #books = new Books();
  readonly #outcomes = new Map<string, string>();
  readonly #reservations = { held: 0, refused: 0, released: 0 };
  /** Orders that Ballast wanted to be cancelled. */
  readonly #cancelled: string[] = [];
  #closeOuts = 0;
  readonly #closedOut = new Set<string>();
  readonly #prices = { BTC: new Prices('BTC'), ETH: new Prices('ETH') };
  readonly #options = new OptionChain(this.#prices.BTC);
  /** When what Ballast prices by was quoted last. */
  #quotedAt = 0;
  readonly #quotes: Producer;
  readonly #engine: Producer;
  readonly #liquidation: LogReader;
  readonly #bookings: LogReader;
  readonly #margin: LogReader;
  /** Orders that rest in the book, and whose they are. */
  readonly #book = new Map<string, string>();
  #orders = 0;
  #trades = 0;
  #crowded = 0;

  private constructor(
    private readonly ballast: BallastClient,
    partitions: number,
  ) {
    this.#quotes = new Producer(ballast, 'market-data', 'hour-1');
    this.#engine = new Producer(ballast, 'matching-engine', 'hour-1');
    this.#liquidation = new LogReader(ballast, 'liquidation', partitions);
    this.#bookings = new LogReader(ballast, 'accounts', partitions);
    this.#margin = new LogReader(ballast, 'margin', partitions);
  }

  static async over(ballast: BallastClient): Promise<OwnExchange> {
    const { partitions } = await ballast.get<{ readonly partitions: number }>('/exchange/producers');
    return new OwnExchange(ballast, partitions);
  }

  /**
   * @param onMinute told behind each
   * @param fills of a crowd, beside those of the story
   */
  async play(
    begin: number,
    minutes: number,
    onMinute: (minute: number) => Promise<void>,
    fills = Number(process.env['CROWD_FILLS'] ?? 0),
  ): Promise<void> {
    this.#list(begin);
    await this.#settle(begin);
    this.#open(begin, MAKER, '5000000');
    for (const [accountId, dollars] of Object.entries({
      'calm.main': '50000',
      'swing.main': '80000',
      'bold.main': '8000',
      'writer.main': '4000',
    })) {
      this.#open(begin, accountId, dollars);
    }
    if (fills > 0) for (const accountId of CROWD) this.#open(begin, accountId, '100000');
    await this.#settle(begin);
    await this.#agree(begin);
    for (let minute = 1; minute <= minutes + 1; minute++) {
      const at = begin + minute * MINUTE_MS;
      if (minute <= minutes) {
        await this.#act(minute, at);
        // Either side of a trade is a fill.
        while (this.#crowded < Math.floor((fills / 2) * (minute / minutes))) this.#crowd(at);
      }
      await this.#settle(at);
      await onMinute(minute);
    }
    await this.#agree(begin + (minutes + 1) * MINUTE_MS);
  }

  async #act(minute: number, at: number): Promise<void> {
    if (minute === 2) {
      await this.#market(at, 'bold.main', 'BTC-PERP', 'buy', dec(6));
      await this.#market(at, 'swing.main', 'ETH-PERP', 'buy', dec('100.5'));
    }
    if (minute === 3) {
      // Far from the market: it rests until margin or liquidation asks for its end.
      const low = this.#prices.BTC.at(at).minus(TICK.BTC.times(1_000));
      await this.#order(at, 'bold.main', 'BTC-PERP', 'buy', dec('0.1'), low, null);
      await this.#market(at, 'bold.main', 'BTC-PERP', 'buy', dec(50));
    }
    if (minute === 4) {
      await this.#market(at, 'calm.main', 'BTC-27MAR20-7000-P', 'buy', dec(2));
      await this.#market(at, 'swing.main', 'BTC-27MAR20-8000-C', 'sell', dec('1.5'));
      await this.#market(at, 'bold.main', 'BTC-27MAR20-7500-C', 'buy', dec('0.3'));
      await this.#market(at, 'writer.main', 'BTC-27MAR20-6500-P', 'sell', dec(3));
      await this.#booked();
    }
    if (minute === 38) {
      await this.#market(at, 'calm.main', 'BTC-27MAR20-7000-P', 'sell', dec('0.5'));
      await this.#market(at, 'swing.main', 'BTC-27MAR20-8000-C', 'buy', dec('1.5'));
      await this.#booked();
    }
    if (minute === 5) {
      await this.#agree(at);
      this.#withdraw(at, 'w-1', 'calm.main', '12500.5');
      this.#withdraw(at, 'w-2', 'bold.main', '7000');
    }
    if (minute === 6) {
      const price = text(this.#prices.ETH.at(at));
      await this.#reserve('calm.main', 'r-never-sent', { instrument: 'ETH-PERP', side: 'buy', quantity: '2', price });
      await this.#release('calm.main', 'r-never-sent');
    }
    if (minute % 10 === 0) {
      const side = minute % 20 === 0 ? 'sell' : 'buy';
      const limit = this.#worse('ETH-PERP', side, at);
      await this.#order(at, 'swing.main', 'ETH-PERP', side, dec(40), limit, dec('30.25'));
      await this.#market(at, 'calm.main', 'BTC-PERP', side, dec('0.123'));
    }
  }

  /** Who bought sells the next time round. */
  #crowd(at: number): void {
    const accountId = CROWD[this.#crowded % CROWD.length] as string;
    const side = Math.floor(this.#crowded / CROWD.length) % 2 === 0 ? 'buy' : 'sell';
    this.#crowded += 1;
    this.#trade(at, accountId, 'BTC-PERP', side, CROWD_QUANTITY);
  }

  /** Filled at once. */
  #market(at: number, accountId: string, instrument: string, side: TradeSide, quantity: Decimal): Promise<void> {
    return this.#order(at, accountId, instrument, side, quantity, this.#worse(instrument, side, at), quantity);
  }

  /** Middle of its book. */
  #price(instrument: string, at: number): Decimal {
    return isOption(instrument) ? this.#options.at(instrument, at) : this.#prices[coinOf(instrument)].at(at);
  }

  #tick(instrument: string): Decimal {
    return isOption(instrument) ? OPTION_TICK : TICK[coinOf(instrument)];
  }

  /** Ten ticks behind the middle. */
  #worse(instrument: string, side: TradeSide, at: number): Decimal {
    const distance = this.#tick(instrument).times(10);
    return this.#price(instrument, at).plus(side === 'buy' ? distance : distance.neg());
  }

  /** By the index that Ballast has published. */
  #fee(instrument: string, liquidity: 'maker' | 'taker', quantity: Decimal, price: Decimal): Decimal {
    const index = this.#prices[coinOf(instrument)].at(this.#quotedAt);
    return feeOf(isOption(instrument) ? 'option' : 'perpetual', liquidity, quantity, price, index);
  }

  /**
   * Margin is reserved, the order is accepted, so much of it is filled against the market maker at once and the rest cancelled; null: it
   * rests in the book. An order that margin does not reserve for is none.
   */
  async #order(
    at: number,
    accountId: string,
    instrument: string,
    side: TradeSide,
    quantity: Decimal,
    price: Decimal,
    filled: Decimal | null,
  ): Promise<void> {
    this.#orders += 1;
    const [orderId, reservationId] = [`o-${this.#orders}`, `r-${this.#orders}`];
    const terms = { instrument, side, quantity: text(quantity), price: text(price) };
    if (!(await this.#reserve(accountId, reservationId, terms))) return;
    this.#engine.say('OrderAccepted', at, { orderId, accountId, ...terms, reservationId });
    if (filled === null) {
      this.#book.set(orderId, accountId);
      return;
    }
    this.#trade(at, accountId, instrument, side, filled, orderId);
    const reason = filled.eq(quantity) ? 'filled' : 'cancelled';
    this.#engine.say('OrderClosed', at, { orderId, accountId, reason, filledQuantity: text(filled) });
  }

  async #reserve(
    accountId: string,
    reservationId: string,
    terms: Pick<OrderEvents['OrderAccepted'], 'instrument' | 'side' | 'quantity' | 'price'>,
  ): Promise<boolean> {
    const wish = { reservationId, ...terms, holdMs: HOUR_MS };
    try {
      await this.ballast.post(`/accounts/${accountId}/reservations`, wish, `reserve/${reservationId}`);
    } catch (error) {
      if (!(error instanceof Refused && NOT_ADMITTED.includes(error.code))) throw error;
      this.#reservations.refused += 1;
      return false;
    }
    this.#reservations.held += 1;
    return true;
  }

  async #release(accountId: string, reservationId: string): Promise<void> {
    const path = `/accounts/${accountId}/reservations/${reservationId}/releases`;
    await this.ballast.post(path, {}, `release/${reservationId}`);
    this.#reservations.released += 1;
  }

  /** Takes orders out of the book; nothing of what rests there was filled. */
  #cancel(at: number, orders: readonly string[]): void {
    for (const orderId of orders) {
      const accountId = this.#book.get(orderId);
      if (accountId === undefined) continue;
      this.#book.delete(orderId);
      this.#engine.say('OrderClosed', at, { orderId, accountId, reason: 'cancelled', filledQuantity: '0' });
      this.#cancelled.push(orderId);
    }
  }

  #list(at: number): void {
    this.#quotes.say('MarketOpened', at, { name: 'an exchange of our own', priceSetEverySeconds: 60 });
    for (const coin of COINS) {
      const closes = this.#prices[coin].history(at, 48);
      this.#quotes.say('PriceHistorySupplied', at, { underlying: coin, intervalMs: HOUR_MS, closes });
      const specification = {
        id: `${coin}-PERP`,
        contractSize: '1',
        quoteAsset: 'USD',
        settlementAsset: 'USD',
        tick: text(TICK[coin]),
        lot: LOT[coin],
        cashStyle: 'marked-to-market',
        listedAt: '2020-03-11T00:00:00Z',
      } as const;
      this.#quotes.say('InstrumentListed', at, { specification });
    }
    for (const id of this.#options.ids) {
      const specification = {
        id,
        contractSize: '1',
        quoteAsset: 'USD',
        settlementAsset: 'USD',
        tick: text(OPTION_TICK),
        lot: OPTION_LOT,
        cashStyle: 'premium',
        deliveryFee: { rate: '0.00015', capOfValue: '0.125' },
        listedAt: '2020-03-11T00:00:00Z',
      } as const;
      this.#quotes.say('InstrumentListed', at, { specification });
    }
  }

  #quote(at: number): void {
    for (const coin of COINS) {
      const price = this.#prices[coin].at(at);
      const [bid, ask] = [text(price.minus(TICK[coin])), text(price.plus(TICK[coin]))];
      this.#quotes.say('VenueQuotesReceived', at, {
        underlying: coin,
        quotes: VENUES.map((venue) => ({ venue, bid, ask, at })),
      });
      this.#quotes.say('PerpetualBookObserved', at, {
        ...{ instrument: `${coin}-PERP`, bestBid: bid, bestAsk: ask, impactBid: bid, impactAsk: ask },
        ...{ lastPrice: text(price), at },
      });
    }
    this.#quotes.say('OptionChainQuoted', at, this.#options.quotes(at));
    this.#quotes.say('ClockTicked', at, { at });
    this.#quotedAt = at;
  }

  #open(at: number, accountId: string, amount: string): void {
    this.#engine.say('AccountOpeningRequested', at, { accountId });
    this.#engine.say('DepositReceived', at, { depositId: `${accountId}/first`, accountId, asset: 'USD', amount });
    this.#books.open(accountId, dec(amount));
  }

  #trade(at: number, taker: string, instrument: string, side: TradeSide, quantity: Decimal, orderId?: string): void {
    this.#trades += 1;
    const price = this.#price(instrument, at);
    for (const [accountId, own, liquidity, order] of [
      [taker, side, 'taker', orderId === undefined ? {} : { orderId }],
      [MAKER, side === 'buy' ? 'sell' : 'buy', 'maker', {}],
    ] as const) {
      this.#fill(at, `trade-${this.#trades}`, accountId, instrument, own, quantity, price, liquidity, null, order);
      const fee = this.#fee(instrument, liquidity, quantity, price);
      this.#books.trade(accountId, instrument, own, quantity, price, fee);
    }
  }

  #fill(
    at: number,
    tradeId: string,
    accountId: string,
    instrument: string,
    side: TradeSide,
    quantity: Decimal,
    price: Decimal,
    liquidity: 'maker' | 'taker',
    closeOutOrder: Place | null,
    order: { readonly orderId?: string } = {},
  ): void {
    const figures = { quantity: text(quantity), price: text(price), ...order };
    this.#engine.say('TradeFilled', at, { tradeId, accountId, instrument, side, ...figures, liquidity, closeOutOrder });
  }

  #withdraw(at: number, withdrawalId: string, accountId: string, amount: string): void {
    this.#engine.say('WithdrawalRequested', at, { withdrawalId, accountId, asset: 'USD', amount });
  }

  /** Waits until the house is at rest at this time, and answers what it asks for, until it asks for nothing. */
  async #settle(at: number): Promise<void> {
    await this.#engine.flush();
    this.#quote(at);
    await this.#quotes.flush();
    for (let asked = true; asked;) {
      await this.#engine.flush();
      for (;;) {
        const { clearing, backlog } = await this.ballast.get<{ clearing: string; backlog: number }>('/status');
        if (instantOf(clearing) >= at && backlog === 0) break;
        await wait(20);
      }
      for (const event of await this.#bookings.read()) this.#noteBooking(event);
      const asking = [...(await this.#margin.read()), ...(await this.#liquidation.read())];
      const answered = asking.map((event) => this.#answer(at, event));
      asked = answered.includes(true);
    }
  }

  #noteBooking({ type, payload }: ReadEvent): void {
    const booked = payload as AccountsEvents['WithdrawalReleased'] &
      AccountsEvents['LiquidationCostSettled'] &
      AccountsEvents['FundGrantReceived'];
    if (type === 'WithdrawalSettled') {
      this.#books.pay(booked.accountId, dec(booked.amount).neg());
      this.#outcomes.set(booked.withdrawalId, 'paid');
    }
    if (type === 'WithdrawalReleased') this.#outcomes.set(booked.withdrawalId, `refused: ${booked.code}`);
    if (type === 'LiquidationCostSettled') this.#books.pay(booked.accountId, dec(booked.trueUp));
    // What the waterfall pays of a deficit, and what the debtor pays back of it.
    if (type === 'FundGrantReceived' && booked.purpose === 'BankruptcyDeficit') {
      this.#books.pay(booked.accountId, dec(booked.amount));
    }
    if (type === 'ClaimRepaid') this.#books.pay(booked.accountId, dec(booked.amount).neg());
    if (type === 'SuspenseBooked') throw new Error(`in suspense: ${JSON.stringify(payload)}`);
  }

  #answer(at: number, { type, partition, position, payload }: ReadEvent): boolean {
    const place = { partition, position };
    if (type === 'OrderCancelsRequested') {
      this.#cancel(at, (payload as MarginEvents['OrderCancelsRequested']).orders);
    } else if (type === 'OrdersCancelRequested') {
      const { accountId } = payload as LiquidationEvents['OrdersCancelRequested'];
      const resting = [...this.#book].filter(([, owner]) => owner === accountId).map(([orderId]) => orderId);
      this.#cancel(at, resting);
      this.#engine.say('OrdersCancelled', at, { accountId, request: place, cancelledOrders: resting.length });
    } else if (type === 'CloseOutOrderPlaced') {
      this.#closeOut(at, place, payload as LiquidationEvents['CloseOutOrderPlaced']);
    } else return false;
    return true;
  }

  #closeOut(at: number, order: Place, asked: LiquidationEvents['CloseOutOrderPlaced']): void {
    const { accountId, instrument, side, mark, provisionalRate, settlement } = asked;
    const quantity = dec(asked.quantity);
    const [middle, tick, limit] = [this.#price(instrument, at), this.#tick(instrument), dec(asked.limit)];
    const worse = side === 'sell' ? middle.minus(tick) : middle.plus(tick);
    const price = side === 'sell' ? maxOf(limit, worse) : minOf(limit, worse);
    const tradeId = `close-out/${order.partition}/${order.position}`;
    const other = side === 'buy' ? 'sell' : 'buy';
    this.#fill(at, tradeId, accountId, instrument, side, quantity, price, 'taker', order);
    this.#fill(at, tradeId, MAKER, instrument, other, quantity, price, 'maker', null);
    const filledQuantity = text(quantity);
    this.#engine.say('CloseOutOrderFinished', at, { accountId, order, status: 'filled', filledQuantity });
    const penalty = roundUsd(quantity.times(settlement.notional).times(provisionalRate), 'equity');
    this.#books.trade(accountId, instrument, side, quantity, dec(mark), penalty);
    this.#books.trade(MAKER, instrument, other, quantity, price, this.#fee(instrument, 'maker', quantity, price));
    this.#closeOuts += 1;
    this.#closedOut.add(instrument);
  }

  /** Waits until Ballast shows what these books have: a step that needs what was said before. */
  async #agree(at: number): Promise<void> {
    const until = performance.now() + AGREES_WITHIN_MS;
    while (!(await this.#agrees()) && performance.now() < until) {
      await this.#settle(at);
      await wait(20);
    }
  }

  /** Waits until Ballast has booked what was traded, before another price of what the fee follows is quoted. */
  async #booked(): Promise<void> {
    const until = performance.now() + AGREES_WITHIN_MS;
    await this.#engine.flush();
    while (!(await this.#agrees()) && performance.now() < until) await wait(20);
  }

  async #agrees(): Promise<boolean> {
    return isDeepStrictEqual(await this.#seen(), this.#books.statement());
  }

  /** Every position as the exchange has it. */
  positions(): readonly { readonly accountId: string; readonly instrument: string; readonly quantity: string }[] {
    return [...this.#books.holdings].flatMap(([accountId, { positions }]) =>
      [...positions].map(([instrument, { quantity }]) => ({ accountId, instrument, quantity: text(quantity) })),
    );
  }

  /** What became of it all, and every account that Ballast has otherwise. */
  async report(): Promise<object> {
    const [seen, own] = [await this.#seen(), this.#books.statement()];
    const differing = Object.keys(own).filter((accountId) => !isDeepStrictEqual(seen[accountId], own[accountId]));
    return {
      reservations: this.#reservations,
      cancelledOnRequest: this.#cancelled,
      openOrders: await this.#openOrders(),
      closeOutOrders: this.#closeOuts,
      closedOut: [...this.#closedOut].sort(),
      surfaces: await this.#surfaces(),
      withdrawals: Object.fromEntries(this.#outcomes),
      differences: differing.map((accountId) => ({ accountId, ballast: seen[accountId], here: own[accountId] })),
    };
  }

  /** Every account as Ballast has it, as `books.statement()` has it. */
  async #seen(): Promise<Readonly<Record<string, unknown>>> {
    const accounts = [...this.#books.holdings.keys()].map(async (accountId) => {
      const { collateral, positions } = await this.ballast.get<Seen>(`/accounts/${accountId}`);
      const held = positions.map(({ instrument, quantity, cost }) => `${instrument} ${quantity} ${cost}`);
      return [accountId, { cash: collateral.USD ?? '0', positions: held.sort() }] as const;
    });
    return Object.fromEntries(await Promise.all(accounts));
  }

  /** What Ballast made of the chain: status of each surface, and options whose marks are not in their books, to a tick. */
  async #surfaces(): Promise<readonly object[]> {
    const { expiries } = await this.ballast.get<{ readonly expiries: readonly Surface[] }>('/surfaces/BTC');
    return expiries.map(({ status, options }) => ({
      status,
      options: options.length,
      astray: options
        .filter(({ instrument, price }) => {
          const distance = this.#options.at(instrument, this.#quotedAt).minus(price).abs();
          return distance.gt(OPTION_TICK.times(2));
        })
        .map(({ instrument }) => instrument),
    }));
  }

  /** What Ballast believes may still fill. */
  async #openOrders(): Promise<readonly string[]> {
    const asked = [...this.#books.holdings.keys()].map((accountId) =>
      this.ballast.get<{ readonly orders: readonly { readonly orderId: string }[] }>(`/accounts/${accountId}/orders`),
    );
    return (await Promise.all(asked)).flatMap(({ orders }) => orders.map(({ orderId }) => orderId));
  }
}
