import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { LogReader, Producer, type BallastClient } from '@ballast/exchange-client';
import type { AccountsEvents, LiquidationEvents, Place, TradeSide } from '@ballast/facts';
import { dec, HOUR_MS, maxOf, minOf, MINUTE_MS, roundUsd, text, ZERO, type Decimal } from '@ballast/kernel';
import { REPOSITORY } from './ballast-process.js';

const VENUES = ['venue-a', 'venue-b', 'venue-c', 'venue-d', 'venue-e'];
const TICK = { BTC: dec('0.1'), ETH: dec('0.01') } as const;
const LOT = { BTC: '0.001', ETH: '0.01' } as const;
const MAKER = 'maker.main';
/** Digits of what is released when a part is closed, CLR-INS-011. */
const COST_DIGITS = 12;
type Coin = keyof typeof TICK;
type ReadEvent = Awaited<ReturnType<LogReader['read']>>[number];
const COINS: readonly Coin[] = ['BTC', 'ETH'];

/** Hourly bars of the bundled crash, and a way through each: open, high, low, close. */
class Prices {
  readonly #bars: ReadonlyMap<number, readonly [open: Decimal, high: Decimal, low: Decimal, close: Decimal]>;

  constructor(readonly coin: Coin) {
    const file = `${REPOSITORY}/apps/ballast/scenarios/crash-2020-03/${coin.toLowerCase()}.csv.gz`;
    const [, ...rows] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
    this.#bars = new Map(
      rows.map((row) => {
        const [at = '', ...figures] = row.split(',');
        const [open, high, low, close] = figures.map((figure) => dec(figure)) as [Decimal, Decimal, Decimal, Decimal];
        return [Number(at), [open, high, low, close]];
      }),
    );
  }

  at(moment: number): Decimal {
    const start = moment - (moment % HOUR_MS);
    const [open, high, low, close] = this.#bars.get(start)!;
    const minute = (moment - start) / MINUTE_MS;
    const way: readonly (readonly [number, Decimal])[] = [
      [0, open],
      [20, high],
      [45, low],
      [60, close],
    ];
    const leg = Math.max(
      1,
      way.findIndex(([end]) => minute <= end),
    );
    const [[begin, from], [end, to]] = [way[leg - 1]!, way[leg]!];
    const exact = from.plus(
      to
        .minus(from)
        .times(minute - begin)
        .div(end - begin),
    );
    return exact.div(TICK[this.coin]).floor().times(TICK[this.coin]);
  }

  history(until: number, hours: number): readonly { readonly at: number; readonly price: string }[] {
    const start = until - (until % HOUR_MS);
    return Array.from({ length: hours }, (_, index) => start - (hours - index) * HOUR_MS).map((at) => ({
      at: at + HOUR_MS,
      price: text(this.#bars.get(at)![3]),
    }));
  }
}

interface Holding {
  cash: Decimal;
  readonly positions: Map<string, { readonly quantity: Decimal; readonly cost: Decimal }>;
}

const FEE = { taker: dec('0.0005'), maker: dec('0.0002') } as const;

/** The exchange's own books, by CLR-ACC-011 to 014. */
class Books {
  readonly holdings = new Map<string, Holding>();

  open(accountId: string, cash: Decimal): void {
    this.holdings.set(accountId, { cash, positions: new Map() });
  }

  pay(accountId: string, amount: Decimal): void {
    const holding = this.holdings.get(accountId)!;
    holding.cash = holding.cash.plus(amount);
  }

  trade(accountId: string, instrument: string, side: TradeSide, quantity: Decimal, price: Decimal, fee: Decimal): void {
    this.pay(accountId, roundUsd(this.#move(accountId, instrument, side, quantity, price), 'credit').minus(fee));
  }

  #move(accountId: string, instrument: string, side: TradeSide, quantity: Decimal, price: Decimal): Decimal {
    const { positions } = this.holdings.get(accountId)!;
    const { quantity: held, cost } = positions.get(instrument) ?? { quantity: ZERO, cost: ZERO };
    const signed = side === 'buy' ? quantity : quantity.neg();
    const closing = held.times(signed).isNegative() ? minOf(quantity, held.abs()) : ZERO;
    const released = closing.isZero() ? ZERO : cost.times(closing).div(held.abs()).toDecimalPlaces(COST_DIGITS);
    const closed = held.isNegative() ? closing.neg() : closing;
    const opened = signed.plus(closed).times(price);
    positions.set(instrument, { quantity: held.plus(signed), cost: cost.minus(released).plus(opened) });
    return closed.times(price).minus(released);
  }
}

/** An exchange that Ballast clears through its client library: the hour in which Bitcoin fell by a quarter. */
export class OwnExchange {
  readonly books = new Books();
  readonly outcomes = new Map<string, string>();
  closeOuts = 0;
  readonly #prices = { BTC: new Prices('BTC'), ETH: new Prices('ETH') };
  readonly #quotes: Producer;
  readonly #engine: Producer;
  readonly #liquidation: LogReader;
  readonly #bookings: LogReader;
  #trades = 0;

  private constructor(
    private readonly ballast: BallastClient,
    partitions: number,
  ) {
    this.#quotes = new Producer(ballast, 'market-data', 'hour-1');
    this.#engine = new Producer(ballast, 'matching-engine', 'hour-1');
    this.#liquidation = new LogReader(ballast, 'liquidation', partitions);
    this.#bookings = new LogReader(ballast, 'accounts', partitions);
  }

  static async over(ballast: BallastClient): Promise<OwnExchange> {
    const { partitions } = await ballast.get<{ readonly partitions: number }>('/exchange/producers');
    return new OwnExchange(ballast, partitions);
  }

  /** @param onMinute told behind each */
  async play(begin: number, minutes: number, onMinute: (minute: number) => Promise<void>): Promise<void> {
    this.#list(begin);
    await this.#settle(begin);
    this.#open(begin, MAKER, '5000000');
    for (const [accountId, dollars] of Object.entries({
      'calm.main': '50000',
      'swing.main': '80000',
      'bold.main': '8000',
    })) {
      this.#open(begin, accountId, dollars);
    }
    for (let minute = 1; minute <= minutes + 1; minute++) {
      const at = begin + minute * MINUTE_MS;
      if (minute <= minutes) this.#act(minute, at);
      await this.#settle(at);
      await onMinute(minute);
    }
  }

  #act(minute: number, at: number): void {
    if (minute === 2) {
      this.#trade(at, 'bold.main', 'BTC', 'buy', dec(6));
      this.#trade(at, 'swing.main', 'ETH', 'buy', dec('100.5'));
    }
    if (minute === 5) {
      this.#withdraw(at, 'w-1', 'calm.main', '12500.5');
      this.#withdraw(at, 'w-2', 'bold.main', '7000');
    }
    if (minute % 10 === 0) {
      const side = minute % 20 === 0 ? 'sell' : 'buy';
      this.#trade(at, 'swing.main', 'ETH', side, dec('30.25'));
      this.#trade(at, 'calm.main', 'BTC', side, dec('0.123'));
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
    this.#quotes.say('ClockTicked', at, { at });
  }

  #open(at: number, accountId: string, amount: string): void {
    this.#engine.say('AccountOpeningRequested', at, { accountId });
    this.#engine.say('DepositReceived', at, { depositId: `${accountId}/first`, accountId, asset: 'USD', amount });
    this.books.open(accountId, dec(amount));
  }

  #trade(at: number, taker: string, coin: Coin, side: TradeSide, quantity: Decimal): void {
    this.#trades += 1;
    const [instrument, price] = [`${coin}-PERP`, this.#prices[coin].at(at)];
    for (const [accountId, own, liquidity] of [
      [taker, side, 'taker'],
      [MAKER, side === 'buy' ? 'sell' : 'buy', 'maker'],
    ] as const) {
      this.#fill(at, `trade-${this.#trades}`, accountId, instrument, own, quantity, price, liquidity, null);
      const fee = roundUsd(FEE[liquidity].times(quantity).times(price), 'fee');
      this.books.trade(accountId, instrument, own, quantity, price, fee);
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
  ): void {
    const figures = { quantity: text(quantity), price: text(price) };
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
        const { clearing, backlog } = await this.ballast.get<{ clearing: number; backlog: number }>('/status');
        if (clearing >= at && backlog === 0) break;
        await wait(20);
      }
      for (const event of await this.#bookings.read()) this.#noteBooking(event);
      const answered = (await this.#liquidation.read()).map((event) => this.#answer(at, event));
      asked = answered.includes(true);
    }
  }

  #noteBooking({ type, payload }: ReadEvent): void {
    const booked = payload as AccountsEvents['WithdrawalReleased'] & AccountsEvents['LiquidationCostSettled'];
    if (type === 'WithdrawalSettled') {
      this.books.pay(booked.accountId, dec(booked.amount).neg());
      this.outcomes.set(booked.withdrawalId, 'paid');
    }
    if (type === 'WithdrawalReleased') this.outcomes.set(booked.withdrawalId, booked.code);
    if (type === 'LiquidationCostSettled') this.books.pay(booked.accountId, dec(booked.trueUp));
    if (type === 'SuspenseBooked') throw new Error(`in suspense: ${JSON.stringify(payload)}`);
  }

  #answer(at: number, { type, partition, position, payload }: ReadEvent): boolean {
    const place = { partition, position };
    if (type === 'OrdersCancelRequested') {
      const { accountId } = payload as LiquidationEvents['OrdersCancelRequested'];
      this.#engine.say('OrdersCancelled', at, { accountId, request: place, cancelledOrders: 0 });
    } else if (type === 'CloseOutOrderPlaced') {
      this.#closeOut(at, place, payload as LiquidationEvents['CloseOutOrderPlaced']);
    } else return false;
    return true;
  }

  #closeOut(at: number, order: Place, asked: LiquidationEvents['CloseOutOrderPlaced']): void {
    const { accountId, instrument, side, mark, provisionalRate, settlement } = asked;
    const coin = instrument.slice(0, 3) as Coin;
    const quantity = dec(asked.quantity);
    const [middle, limit] = [this.#prices[coin].at(at), dec(asked.limit)];
    const worse = side === 'sell' ? middle.minus(TICK[coin]) : middle.plus(TICK[coin]);
    const price = side === 'sell' ? maxOf(limit, worse) : minOf(limit, worse);
    const tradeId = `close-out/${order.partition}/${order.position}`;
    const other = side === 'buy' ? 'sell' : 'buy';
    this.#fill(at, tradeId, accountId, instrument, side, quantity, price, 'taker', order);
    this.#fill(at, tradeId, MAKER, instrument, other, quantity, price, 'maker', null);
    const filledQuantity = text(quantity);
    this.#engine.say('CloseOutOrderFinished', at, { accountId, order, status: 'filled', filledQuantity });
    const penalty = roundUsd(quantity.times(settlement.notional).times(provisionalRate), 'equity');
    this.books.trade(accountId, instrument, side, quantity, dec(mark), penalty);
    const fee = roundUsd(FEE.maker.times(quantity).times(price), 'fee');
    this.books.trade(MAKER, instrument, other, quantity, price, fee);
    this.closeOuts += 1;
  }

  /** Every account in the form in which Ballast shows it. */
  statement(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.books.holdings].map(([accountId, { cash, positions }]) => [
        accountId,
        {
          cash: text(cash),
          positions: [...positions]
            .filter(([, { quantity }]) => !quantity.isZero())
            .map(([instrument, { quantity, cost }]) => `${instrument} ${text(quantity)} ${text(cost)}`)
            .sort(),
        },
      ]),
    );
  }
}
