import { setTimeout as wait } from 'node:timers/promises';
import type { ExchangeMessageOf, ExchangeMessageType, ExchangeSubmission } from '@ballast/contracts';
import { LogReader, type BallastClient } from '@ballast/exchange-client';
import type { LiquidationEvents, Underlying } from '@ballast/facts';
import { MINUTE_MS, dec, instantOf, text, type Instant } from '@ballast/kernel';
import type { KafkaExchange } from './kafka-exchange.js';
import { LISTED } from './scripted-exchange.js';

const VENUES = ['amber', 'birch', 'cedar'];
/** USD: a book whose sides meet is none. */
const HALF_SPREAD = '0.1';
/** USD; nobody trades it. */
const ETHER = '2000';
const PRODUCER = 'thin-book';

/** An exchange that sends over Kafka, and in whose book no close-out finds anybody. */
export class ThinExchange {
  readonly #reader: LogReader;
  #position = 1;
  #at: Instant;

  constructor(
    private readonly kafka: KafkaExchange,
    private readonly ballast: BallastClient,
    partitions: number,
    begin: Instant,
  ) {
    this.#reader = new LogReader(ballast, 'liquidation', partitions);
    this.#at = begin;
  }

  async open(deposits: Readonly<Record<string, string>>): Promise<void> {
    await this.#say(
      saying('MarketOpened', { name: 'a thin book', priceSetEverySeconds: 60 }),
      ...LISTED.map((specification) => saying('InstrumentListed', { specification })),
      ...Object.entries(deposits).flatMap(([accountId, amount]) => [
        saying('AccountOpeningRequested', { accountId }),
        saying('DepositReceived', { depositId: `${accountId}/first`, accountId, asset: 'USD', amount }),
      ]),
    );
  }

  async trade(buyer: string, seller: string, quantity: string, price: string): Promise<void> {
    const trade = { tradeId: 'thin-1', instrument: 'BTC-PERP', quantity, price, closeOutOrder: null };
    await this.#say(
      saying('TradeFilled', { ...trade, accountId: buyer, side: 'buy', liquidity: 'taker' }),
      saying('TradeFilled', { ...trade, accountId: seller, side: 'sell', liquidity: 'maker' }),
    );
  }

  /** A minute later, at this price of Bitcoin: what the house asks for is answered until it asks for nothing. */
  async minute(btc: string): Promise<void> {
    this.#at += MINUTE_MS;
    const at = this.#at;
    await this.#say(...quotesOf('BTC', btc, at), ...quotesOf('ETH', ETHER, at), saying('ClockTicked', { at }));
    await this.settle();
  }

  /** Waits until the house is at rest, and answers what it asks for. */
  async settle(): Promise<void> {
    for (let asked = true; asked;) {
      await this.#untilAtRest();
      const answers = (await this.#reader.read()).flatMap(answerOf);
      await this.#say(...answers);
      asked = answers.length > 0;
    }
  }

  async #untilAtRest(): Promise<void> {
    for (;;) {
      const { clearing, backlog } = await this.ballast.get<{ clearing: string; backlog: number }>('/status');
      if (this.#isKept() && instantOf(clearing) >= this.#at && backlog === 0) return;
      await wait(50);
    }
  }

  /** Whether all that was said was kept. */
  #isKept(): boolean {
    const last = this.kafka.answers.filter(({ key }) => key === PRODUCER).at(-1);
    if (last !== undefined && last.status !== 200) throw new Error(`not taken: ${JSON.stringify(last.body)}`);
    return (last?.body.next ?? 1) === this.#position;
  }

  async #say(...said: readonly Said[]): Promise<void> {
    if (said.length === 0) return;
    const messages = said.map((each) => ({ ...each, at: this.#at }));
    await this.kafka.send([{ producer: PRODUCER, incarnation: 'one', first: this.#position, messages }]);
    this.#position += messages.length;
  }
}

type Said = Omit<ExchangeSubmission['messages'][number], 'at'>;

const saying = <Type extends ExchangeMessageType>(type: Type, payload: ExchangeMessageOf<Type>): Said => ({
  type,
  payload,
});

function quotesOf(underlying: Underlying, price: string, at: Instant): readonly Said[] {
  const [bid, ask] = [text(dec(price).minus(HALF_SPREAD)), text(dec(price).plus(HALF_SPREAD))];
  const book = { bestBid: price, bestAsk: price, impactBid: price, impactAsk: price, lastPrice: price, at };
  return [
    saying('VenueQuotesReceived', { underlying, quotes: VENUES.map((venue) => ({ venue, bid, ask, at })) }),
    saying('PerpetualBookObserved', { instrument: `${underlying}-PERP`, ...book }),
  ];
}

/** No order rests with it, and nobody is on the other side. */
function answerOf({
  type,
  partition,
  position,
  payload,
}: Awaited<ReturnType<LogReader['read']>>[number]): readonly Said[] {
  const place = { partition, position };
  const { accountId } = payload as LiquidationEvents['OrdersCancelRequested'];
  if (type === 'OrdersCancelRequested')
    return [saying('OrdersCancelled', { accountId, request: place, cancelledOrders: 0 })];
  if (type !== 'CloseOutOrderPlaced') return [];
  return [saying('CloseOutOrderFinished', { accountId, order: place, status: 'unfilled', filledQuantity: '0' })];
}
