import type { QuoteEvents } from '@ballast/facts';
import { Producer, type BallastClient } from '@ballast/exchange-client';
import { DAY_MS, dec, HOUR_MS, text, type Decimal, type DecimalString, type Instant } from '@ballast/kernel';
import { undiscountedValue, yearsBetween } from '@ballast/valuation';

const UNDERLYING = 'BTC';
const PRICE = 60_000;
const TICK = dec('0.5');
const LEAST = TICK.times(2);
const VENUES = ['amber', 'birch', 'cedar'];
/** Per root of a year, at every strike. */
const VOLATILITY = 0.6;
const STRIKE_STEP = 2_500;
const DAYS = [25, 53];
const PRICE_SET_EVERY_SECONDS = 5;
/** Far more than anybody can lose here: nobody is to be closed out. */
const DOLLARS = '10000000';
const MAKER = 'maker.main';
/** Options that an account of the book holds. */
const HELD = 4;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

interface Expiry {
  readonly at: Instant;
  readonly name: string;
}

interface Listed {
  readonly id: string;
  readonly expiry: Expiry;
  readonly strike: number;
  readonly isCall: boolean;
}

/** At 08:00 UTC, so many days from now. */
function expiryIn(days: number): Expiry {
  const at = Math.floor(Date.now() / DAY_MS) * DAY_MS + days * DAY_MS + 8 * HOUR_MS;
  const date = new Date(at);
  return { at, name: `${date.getUTCDate()}${MONTHS[date.getUTCMonth()]}${date.getUTCFullYear() % 100}` };
}

/** An exchange with options on bitcoin of two expiries, whose clients hold some of them, and one of whom holds a contract of each. */
export class OptionExchange {
  /** It holds all options. */
  static readonly HOLDER = 'holder.main';

  readonly #expiries = DAYS.map(expiryIn);
  readonly #options: readonly Listed[];
  readonly #producer: Producer;
  #trades = 0;

  /** @param strikes of an expiry, a call and a put each */
  constructor(ballast: BallastClient, strikes: number) {
    this.#producer = new Producer(ballast, 'option-exchange', 'bench');
    this.#options = this.#expiries.flatMap((expiry) =>
      Array.from({ length: strikes }, (_, n) => PRICE + STRIKE_STEP * (n - Math.floor(strikes / 2))).flatMap((strike) =>
        [true, false].map((isCall): Listed => {
          return { id: `BTC-${expiry.name}-${strike}-${isCall ? 'C' : 'P'}`, expiry, strike, isCall };
        }),
      ),
    );
  }

  get optionIds(): readonly string[] {
    return this.#options.map(({ id }) => id);
  }

  /** Lists everything, prices it, and gives every account its money and its options. */
  async open(accounts: number): Promise<void> {
    const at = Date.now();
    this.#producer.say('MarketOpened', at, { name: 'options', priceSetEverySeconds: PRICE_SET_EVERY_SECONDS });
    this.#list('BTC-PERP', '0.1', '0.001', { cashStyle: 'marked-to-market' });
    for (const { id } of this.#options) {
      const deliveryFee = { rate: '0.00015', capOfValue: '0.125' };
      this.#list(id, text(TICK), '0.1', { cashStyle: 'premium', deliveryFee });
    }
    await this.quote();
    const clients = Array.from({ length: accounts }, (_, n) => `client-${n}.main`);
    for (const accountId of [MAKER, OptionExchange.HOLDER, ...clients]) this.#fund(accountId);
    await this.#producer.flush();
    for (const option of this.#options) this.#trade(OptionExchange.HOLDER, option);
    for (const [n, accountId] of clients.entries()) {
      for (let held = 0; held < HELD; held += 1) {
        this.#trade(accountId, this.#options[(n * HELD + held) % this.#options.length] as Listed);
      }
    }
    await this.#producer.flush();
  }

  /** Quotes of the venues, both chains, and the tick of the clock behind them. */
  async quote(): Promise<void> {
    const at = Date.now();
    const [bid, ask, mid] = [text(dec(PRICE).minus('0.1')), text(dec(PRICE).plus('0.1')), String(PRICE)];
    const quotes = VENUES.map((venue) => ({ venue, bid, ask, at }));
    const book = { bestBid: bid, bestAsk: ask, impactBid: bid, impactAsk: ask, lastPrice: mid, at };
    this.#producer.say('VenueQuotesReceived', at, { underlying: UNDERLYING, quotes });
    this.#producer.say('PerpetualBookObserved', at, { instrument: 'BTC-PERP', ...book });
    for (const expiry of this.#expiries) this.#producer.say('OptionChainQuoted', at, this.#chain(expiry, at));
    this.#producer.say('ClockTicked', at, { at });
    await this.#producer.flush();
  }

  #chain(expiry: Expiry, at: Instant): QuoteEvents['OptionChainQuoted'] {
    const quotes = this.#options
      .filter((option) => option.expiry === expiry)
      .map((option) => {
        const middle = premium(option, at);
        const [bid, ask] = [text(middle.minus(TICK)), text(middle.plus(TICK))];
        return { instrument: option.id, bid, ask, openInterest: null };
      });
    return { underlying: UNDERLYING, expiry: expiry.at, quotes, at };
  }

  #list(
    id: string,
    tick: DecimalString,
    lot: DecimalString,
    terms: Pick<QuoteEvents['InstrumentListed']['specification'], 'cashStyle' | 'deliveryFee'>,
  ): void {
    const dollars = { contractSize: '1', quoteAsset: 'USD', settlementAsset: 'USD' };
    const specification = { id, ...dollars, tick, lot, ...terms, listedAt: '2020-01-01T00:00:00Z' };
    this.#producer.say('InstrumentListed', Date.now(), { specification });
  }

  #fund(accountId: string): void {
    const at = Date.now();
    this.#producer.say('AccountOpeningRequested', at, { accountId });
    this.#producer.say('DepositReceived', at, {
      depositId: `${accountId}/1`,
      accountId,
      asset: 'USD',
      amount: DOLLARS,
    });
  }

  /** A client buys one contract of the market maker. */
  #trade(accountId: string, option: Listed): void {
    const at = Date.now();
    this.#trades += 1;
    const trade = {
      tradeId: `trade-${this.#trades}`,
      instrument: option.id,
      quantity: '1',
      price: text(premium(option, at)),
      closeOutOrder: null,
    };
    this.#producer.say('TradeFilled', at, { ...trade, accountId, side: 'buy', liquidity: 'taker' });
    this.#producer.say('TradeFilled', at, { ...trade, accountId: MAKER, side: 'sell', liquidity: 'maker' });
  }
}

/** Black-76 on the tick, USD. */
function premium({ expiry, strike, isCall }: Listed, at: Instant): Decimal {
  const value = undiscountedValue(isCall, PRICE, strike, VOLATILITY * Math.sqrt(yearsBetween(at, expiry.at)));
  const ticks = dec(Math.floor(value / TICK.toNumber())).times(TICK);
  return ticks.gt(LEAST) ? ticks : LEAST;
}
