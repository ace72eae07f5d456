import { EMPTY_HEAD, GLOBAL, seal, type SealedEvent } from '@ballast/event-sourcing';
import type { FillEvents, QuoteEvents, TransferEvents } from '@ballast/facts';
import { dec, partitionOfAccount, text, uuidV5, type Instant } from '@ballast/kernel';
import type { Bus } from '@ballast/messaging';

const INSTRUMENT = 'BTC-PERP';
const BITCOIN = '60000';
const ETHER = '3000';
/** USD; a book whose sides meet is none. */
const HALF_SPREAD = '0.1';
const VENUES = ['amber', 'birch', 'cedar'];
/** Far more than the positions of a run can lose: nobody is to be closed out. */
const DOLLARS_EACH = '10000000';

const perpetual = (underlying: string): QuoteEvents['InstrumentListed']['specification'] => ({
  id: `${underlying}-PERP`,
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick: '0.01',
  lot: '0.001',
  cashStyle: 'marked-to-market',
  listedAt: '2020-01-01T00:00:00Z',
});

interface Tape {
  size: number;
  chain: Buffer;
  readonly versions: Map<string, number>;
}

/** An exchange that is none of ours: it publishes sealed messages by the clock of the wall, and keeps only where its topics end. */
export class ForeignExchange {
  readonly #tapes = new Map<string, Tape>();
  #trades = 0;
  #ticks = 0;

  constructor(
    private readonly bus: Pick<Bus, 'publish'>,
    readonly accounts: readonly string[],
    private readonly partitions: number,
  ) {}

  /** Lists two perpetuals and opens every account with money that no position of a run can use up. */
  async open(): Promise<void> {
    const messages = [
      this.#quote('market', 'MarketOpened', { name: 'load', priceSetEverySeconds: 60 }),
      this.#quote('market', 'InstrumentListed', { specification: perpetual('BTC') }),
      this.#quote('market', 'InstrumentListed', { specification: perpetual('ETH') }),
    ];
    for (const accountId of this.accounts) {
      messages.push(this.#transfer('AccountOpeningRequested', { accountId }));
      const deposit = { depositId: `deposit-${accountId}`, accountId, asset: 'USD', amount: DOLLARS_EACH };
      messages.push(this.#transfer('DepositReceived', deposit));
    }
    await this.bus.publish(messages);
    await this.quote();
  }

  /** Quotes and books of both underlyings, and the tick of the clock behind them. */
  async quote(): Promise<void> {
    const at = Date.now();
    this.#ticks += 1;
    const messages: SealedEvent[] = [];
    for (const [underlying, base] of [
      ['BTC', BITCOIN],
      ['ETH', ETHER],
    ] as const) {
      const price = dec(base).plus(this.#ticks % 10);
      const [bid, ask, mid] = [text(price.minus(HALF_SPREAD)), text(price.plus(HALF_SPREAD)), text(price)];
      const quotes = VENUES.map((venue) => ({ venue, bid, ask, at }));
      const book = { bestBid: bid, bestAsk: ask, impactBid: bid, impactAsk: ask, lastPrice: mid, at };
      const stream = `quotes-${underlying}`;
      messages.push(this.#quote(stream, 'VenueQuotesReceived', { underlying, quotes }));
      messages.push(this.#quote(stream, 'PerpetualBookObserved', { instrument: `${underlying}-PERP`, ...book }));
    }
    messages.push(this.#quote('clock', 'ClockTicked', { at }));
    await this.bus.publish(messages);
  }

  /**
   * Trades between neighbours; who bought sells the next time round, so that positions stay small.
   * @param onSending told the ids of the trades, each with a fill on either side, before anybody can have read of them
   */
  async trade(count: number, onSending: (ids: readonly string[]) => void): Promise<void> {
    const ids: string[] = [];
    const messages: SealedEvent[] = [];
    for (let n = 0; n < count; n++) {
      this.#trades += 1;
      const tradeId = `load-${this.#trades}`;
      const first = this.#trades % this.accounts.length;
      const pair = [this.accounts[first], this.accounts[(first + 1) % this.accounts.length]] as [string, string];
      const [buyer, seller] = Math.floor(this.#trades / this.accounts.length) % 2 === 0 ? pair : pair.toReversed();
      const trade = { tradeId, instrument: INSTRUMENT, quantity: '0.01', price: BITCOIN, closeOutOrder: null };
      messages.push(this.#fill({ ...trade, accountId: buyer as string, side: 'buy', liquidity: 'taker' }));
      messages.push(this.#fill({ ...trade, accountId: seller as string, side: 'sell', liquidity: 'maker' }));
      ids.push(tradeId);
    }
    onSending(ids);
    await this.bus.publish(messages);
  }

  #quote<T extends keyof QuoteEvents>(stream: string, type: T, payload: QuoteEvents[T]): SealedEvent {
    return this.#say('exchange.quotes', GLOBAL, stream, type, payload);
  }

  #transfer<T extends keyof TransferEvents>(
    type: T,
    payload: TransferEvents[T] & { readonly accountId: string },
  ): SealedEvent {
    const partition = partitionOfAccount(payload.accountId, this.partitions);
    return this.#say('exchange.transfers', partition, `transfers-${payload.accountId}`, type, payload);
  }

  #fill(payload: FillEvents['TradeFilled']): SealedEvent {
    const partition = partitionOfAccount(payload.accountId, this.partitions);
    return this.#say('exchange.fills', partition, `fills-${payload.accountId}`, 'TradeFilled', payload);
  }

  #say(log: string, partition: number, stream: string, type: string, payload: unknown): SealedEvent {
    const key = `${log}/${partition}`;
    let tape = this.#tapes.get(key);
    if (tape === undefined) this.#tapes.set(key, (tape = { size: 0, chain: EMPTY_HEAD, versions: new Map() }));
    const position = tape.size + 1;
    const version = (tape.versions.get(stream) ?? 0) + 1;
    const clearing: Instant = Date.now();
    const sealed = seal(
      {
        ...{ log, partition, position, stream, version, type, payload },
        id: uuidV5(`${key}/${position}`),
        schemaVersion: 1,
        time: { clearing, hop: 0 },
        cause: { kind: 'timer', id: 'load', due: clearing },
        basis: [],
        correlation: `load/${key}/${position}`,
        actor: null,
      },
      tape.chain,
    );
    tape.size = position;
    tape.chain = sealed.chain;
    tape.versions.set(stream, version);
    return sealed;
  }
}
