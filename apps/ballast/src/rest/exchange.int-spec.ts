import type { AddressInfo } from 'node:net';
import { replay, verify } from '@ballast/audit';
import { serveHouse, watchPriceSets, type MarketWatch } from '@ballast/gateway';
import { ClearingMetrics, createLogger } from '@ballast/observability';
import { SERVICES, type ClearingHouse } from '@ballast/services';
import { openHouse } from '../composition/open-house.js';
import { intakeDriver } from '../composition/serve-drivers.js';

const AT = Date.parse('2020-03-12T10:00:00Z');

const opening = (accountId: string) => ({ type: 'AccountOpeningRequested', at: AT, payload: { accountId } });
const deposit = (depositId: string, amount = '1000') => ({
  type: 'DepositReceived',
  at: AT,
  payload: { depositId, accountId: 'carol.main', asset: 'USD', amount },
});

interface Answered {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly next?: number;
    readonly answers?: readonly { readonly outcome: string; readonly code?: string }[];
    readonly producers?: readonly { readonly producer: string; readonly next: number; readonly fork: object | null }[];
    readonly collateral?: Readonly<Record<string, string>>;
    readonly items?: readonly object[];
    readonly deferred?: readonly { readonly accountId: string }[];
  };
}

/** A house without a simulated exchange, served. */
async function openOwnExchange() {
  const opened = await openHouse({ log: 'memory', dataDir: '', partitions: 2 }, () => undefined);
  const intake = await opened.house.openIntake();
  const market: MarketWatch = watchPriceSets(() => opened.picture());
  const served = await serveHouse({
    opened,
    metrics: new ClearingMetrics(),
    logger: createLogger('silent'),
    token: undefined,
    mode: () => 'live',
    market,
    intake,
  });
  await served.app.listen(0, '127.0.0.1');
  const stop = new AbortController();
  const driving = intakeDriver(opened.house, intake)(stop.signal);
  const base = `http://127.0.0.1:${(served.app.getHttpServer().address() as AddressInfo).port}`;
  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const response = await fetch(base + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  };
  return {
    ask,
    house: opened.house,
    say: (producer: string, first: number, ...messages: readonly object[]) =>
      ask('/exchange/messages', { producer, incarnation: 'one', first, messages }),
    send: (first: number, messages: readonly object[], incarnation = 'one') =>
      ask('/exchange/messages', { producer: 'engine', incarnation, first, messages }),
    async close() {
      stop.abort();
      await driving;
      await served.close();
      await opened.close();
    },
  };
}

const atRest = async (house: ClearingHouse): Promise<void> => {
  while (house.workers.some(({ backlog }) => backlog > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
};

const LISTING = {
  id: 'BTC-PERP',
  contractSize: '1',
  quoteAsset: 'USD',
  settlementAsset: 'USD',
  tick: '0.5',
  lot: '0.001',
  cashStyle: 'marked-to-market',
  listedAt: '2020-01-01T00:00:00Z',
};

/** Far more than what the steps of a test take: the clock of the house goes on by the wall. */
const LONGEST_MS = 600_000;

const QUOTE = { bid: '5999.5', ask: '6000.5', at: AT };

/** What five venues quote of the price of a bitcoin. */
const quotesOf = (quote: typeof QUOTE) => ({
  type: 'VenueQuotesReceived',
  at: quote.at,
  payload: { underlying: 'BTC', quotes: ['a', 'b', 'c', 'd', 'e'].map((venue) => ({ venue, ...quote })) },
});

/** With these the contract is admitted: it is listed, and has a price. */
const FIRST_PRICES = [
  { type: 'MarketOpened', at: AT, payload: { name: 'early', priceSetEverySeconds: 60 } },
  { type: 'InstrumentListed', at: AT, payload: { specification: LISTING } },
  quotesOf(QUOTE),
  {
    type: 'PerpetualBookObserved',
    at: AT,
    payload: {
      ...{ instrument: 'BTC-PERP', bestBid: QUOTE.bid, bestAsk: QUOTE.ask, impactBid: QUOTE.bid, impactAsk: QUOTE.ask },
      ...{ lastPrice: '6000', at: AT },
    },
  },
  { type: 'ClockTicked', at: AT, payload: { at: AT } },
];

describe('a fill whose account, contract and deposit another program of the exchange tells of [CLR-ACC-050]', () => {
  let exchange: Awaited<ReturnType<typeof openOwnExchange>>;
  const [late, never] = ['late.main', 'never.main'];
  const fill = (accountId: string, side: string, basis: object) => ({
    type: 'TradeFilled',
    at: AT,
    payload: {
      ...{ tradeId: 't-1', accountId, instrument: 'BTC-PERP', side, quantity: '0.5', price: '6000' },
      ...{ liquidity: 'taker', closeOutOrder: null, basis },
    },
  });
  const waiting = async () => {
    const inBoth = async (list: string) => {
      const answers = await Promise.all([0, 1].map((partition) => exchange.ask(`/suspense/${partition}${list}`)));
      return answers.flatMap(({ body }) => body.items ?? []);
    };
    const deferred = await inBoth('/deferred');
    return { items: await inBoth(''), deferred: deferred.map((each: { accountId?: string }) => each.accountId) };
  };

  beforeAll(async () => {
    exchange = await openOwnExchange();
    const proposal = {
      ...{ proposalId: 'wait-1', kind: 'message-deferral', id: 'message-deferral@1', reason: 'two producers' },
      body: { longestMs: LONGEST_MS, most: 10 },
    };
    const approvals = '/rules/accounts/proposals/wait-1/approvals';
    const by = (person: string, id: string) => ({ 'x-actor': person, 'idempotency-key': id });
    expect(await exchange.ask('/rules/accounts/proposals', proposal, by('ann', 'propose-wait-1'))).toMatchObject({
      status: 201,
    });
    expect(await exchange.ask(approvals, {}, by('ben', 'approve-wait-1'))).toMatchObject({ status: 201 });
    await atRest(exchange.house);
  });
  afterAll(() => exchange.close());

  it('waits for them and is booked, or goes to suspense when time is over; verify and replay find nothing', async () => {
    const basis = { account: true, contract: true, depositId: 'd-1' };
    await exchange.say('matching', 1, fill(late, 'buy', basis), fill(never, 'sell', { account: true }));
    await atRest(exchange.house);
    const before = await waiting();
    expect([before.items, new Set(before.deferred)]).toEqual([[], new Set([late, never])]);

    await exchange.say('office', 1, opening(late), {
      ...deposit('d-1'),
      payload: { ...deposit('d-1').payload, accountId: late },
    });
    await atRest(exchange.house);
    expect((await exchange.ask(`/accounts/${late}`)).body).toMatchObject({ positions: [] });
    await exchange.say('office', 3, ...FIRST_PRICES);
    await atRest(exchange.house);
    expect((await exchange.ask(`/accounts/${late}`)).body).toMatchObject({
      // 1,000 less the fee of 0.05 % of 3,000.
      ...{ collateral: { USD: '998.5' }, positions: [{ instrument: 'BTC-PERP', quantity: '0.5' }] },
    });

    // A later message of any kind brings the time; nobody has opened the other account.
    for (const [index, accountId] of ['p.main', 'q.main', 'r.main', 's.main'].entries()) {
      await exchange.say('office', 3 + FIRST_PRICES.length + index, { ...opening(accountId), at: AT + LONGEST_MS });
    }
    await atRest(exchange.house);
    const after = await waiting();
    expect(after).toMatchObject({
      items: [{ reason: 'unknown-account', accountId: never, reference: 'trade t-1 sell' }],
      deferred: [],
    });

    expect((await verify(exchange.house.logs)).faults).toEqual([]);
    expect((await replay(exchange.house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  });
});

describe('an exchange all of whose venues quote a thousandfold for a minute [CLR-PRC-014]', () => {
  let exchange: Awaited<ReturnType<typeof openOwnExchange>>;
  const OWNERS = ['long.main', 'short.main'];
  const minute = (number: number) => AT + number * 60_000;
  const statusOf = async () => (await exchange.ask('/summary')).body;
  const stored = async (log: string, partition: number) =>
    (await exchange.house.logs.read(log, partition, 0, 1_000)).map(({ type, payload }) => ({ type, payload }));
  const pricesAt = (number: number, bid: string, ask: string) => [
    quotesOf({ bid, ask, at: minute(number) }),
    { type: 'ClockTicked', at: minute(number), payload: { at: minute(number) } },
  ];

  beforeAll(async () => {
    exchange = await openOwnExchange();
    await exchange.say('exchange', 1, ...FIRST_PRICES);
    await exchange.say(
      'office',
      1,
      ...OWNERS.flatMap((accountId) => [
        opening(accountId),
        {
          ...deposit(accountId),
          payload: { depositId: accountId, accountId, asset: 'USD', amount: '10000000' },
        },
      ]),
    );
    await atRest(exchange.house);
    const fills = OWNERS.map((accountId, i) => ({
      type: 'TradeFilled',
      at: AT,
      payload: {
        ...{ tradeId: 't-1', accountId, instrument: 'BTC-PERP', side: i === 0 ? 'buy' : 'sell', quantity: '40' },
        ...{ price: '6000', liquidity: 'taker', closeOutOrder: null },
      },
    }));
    await exchange.say('matching', 1, ...fills);
    await exchange.say('exchange', 1 + FIRST_PRICES.length, ...pricesAt(1, '5999500', '6000500'));
    await atRest(exchange.house);
  });
  afterAll(() => exchange.close());

  it('is halted, is not ready and says why, and nobody is closed out', async () => {
    const why = 'all sources of BTC together make 6000000 USD, which is not believed before 2020-03-12T10:11:00Z';
    expect(await statusOf()).toMatchObject({
      priceStatus: 'HALT',
      priceJumps: { BTC: { index: '6000000', believedFrom: '2020-03-12T10:11:00.000Z' } },
      marks: { 'BTC-PERP': '6000' },
      states: { HEALTHY: 2, LIQUIDATING: 0 },
    });
    expect(JSON.stringify(await exchange.ask('/health/ready'))).toContain(why);
    expect((await exchange.ask('/accounts/short.main/explanation')).body).toMatchObject({
      prices: [{ underlying: 'BTC', status: 'HALT', index: '6000', jump: { first: '6000000' } }],
    });
    expect((await exchange.ask('/markets')).body).toMatchObject({
      markets: [{ underlying: 'BTC', last: { status: 'HALT', jump: { index: '6000000' } } }],
    });
    for (const partition of [0, 1]) {
      expect((await stored('liquidation', partition)).map(({ type }) => type)).not.toContain('LiquidationOpened');
    }
  });

  it('is live again with the next quotes, and decided again is the same', async () => {
    await exchange.say('exchange', 3 + FIRST_PRICES.length, ...pricesAt(2, '6009.5', '6010.5'));
    await atRest(exchange.house);
    expect(await statusOf()).toMatchObject({
      priceStatus: 'LIVE',
      priceJumps: {},
      marks: { 'BTC-PERP': '6010' },
      states: { HEALTHY: 2 },
    });
    expect((await replay(exchange.house.logs, SERVICES, () => 0)).divergence).toBeUndefined();
  });
});

describe('messages of an exchange over REST', () => {
  let exchange: Awaited<ReturnType<typeof openOwnExchange>>;

  beforeAll(async () => (exchange = await openOwnExchange()));
  afterAll(() => exchange.close());

  it('are answered one by one, and booked', async () => {
    const { status, body } = await exchange.send(1, [opening('carol.main'), deposit('d-1')]);
    expect({ status, outcomes: body.answers?.map(({ outcome }) => outcome), next: body.next }).toEqual({
      status: 200,
      outcomes: ['kept', 'kept'],
      next: 3,
    });
    await atRest(exchange.house);
    expect((await exchange.ask('/accounts/carol.main')).body.collateral).toEqual({ USD: '1000' });
  });

  it('that cannot be read are refused with field and remedy, and those behind them not taken', async () => {
    const { body } = await exchange.send(3, [deposit('d-2', 'a lot'), deposit('d-3')]);
    expect(body).toMatchObject({
      next: 3,
      answers: [
        {
          outcome: 'refused',
          code: 'message-malformed',
          errors: [{ field: 'payload.amount', remedy: expect.any(String) as unknown }],
        },
        { outcome: 'not-taken', code: 'behind-refused' },
      ],
    });
  });

  it('are taken at the same position, under the same id, once they are mended, and booked once [CLR-XCH-006]', async () => {
    const mended = [deposit('d-2', '10.5'), deposit('d-3', '2')];
    for (const outcome of ['kept', 'duplicate']) {
      const { body } = await exchange.send(3, mended);
      expect(body).toMatchObject({ next: 5, answers: [{ outcome }, { outcome }] });
    }
    // What can be read and makes no sense is kept, and waits in suspense; the same id is free for what was meant.
    const { body } = await exchange.send(5, [deposit('d-4', '0.001'), deposit('d-4', '0.01')]);
    expect(body).toMatchObject({ next: 7, answers: [{ outcome: 'kept' }, { outcome: 'kept' }] });
    await atRest(exchange.house);
    expect((await exchange.ask('/accounts/carol.main')).body.collateral).toEqual({ USD: '1012.51' });
  });

  it.each([
    ['no producer', { incarnation: 'one', first: 1, messages: [opening('a.b')] }],
    [
      'a producer with a mark that parts names',
      { producer: 'a/b', incarnation: 'one', first: 1, messages: [opening('a.b')] },
    ],
    ['no message', { producer: 'a', incarnation: 'one', first: 1, messages: [] }],
    ['position 0', { producer: 'a', incarnation: 'one', first: 0, messages: [opening('a.b')] }],
    [
      'a field that nobody knows',
      { producer: 'a', incarnation: 'one', first: 1, messages: [{ ...opening('a.b'), more: 1 }] },
    ],
    ['a time before 1970', { producer: 'a', incarnation: 'one', first: 1, messages: [{ ...opening('a.b'), at: -1 }] }],
  ])('in a submission with %s are refused as a whole', async (_, body) => {
    expect(await exchange.ask('/exchange/messages', body)).toMatchObject({
      status: 400,
      body: { code: 'request-malformed' },
    });
  });

  it('that contradict what was kept stop their producer until two persons say how it goes on', async () => {
    expect(await exchange.send(1, [opening('dave.main')], 'two')).toMatchObject({
      status: 409,
      body: { code: 'producer-forked' },
    });
    expect(await exchange.send(3, [deposit('d-2')])).toMatchObject({ status: 409, body: { code: 'producer-forked' } });
    expect((await exchange.ask('/exchange/producers')).body).toMatchObject({
      partitions: 2,
      producers: [{ producer: 'engine', next: 7, fork: { incarnation: 'two', because: 'incarnation' } }],
    });
    const ask = '/exchange/producers/engine/continuations';
    const proposal = { incarnation: 'two', reason: 'restored' };
    expect(await exchange.ask(ask, proposal)).toMatchObject({ status: 400 });
    expect(await exchange.ask(ask, proposal, { 'x-actor': 'alice' })).toMatchObject({ status: 201 });
    const approval = { incarnation: 'two' };
    expect(await exchange.ask(`${ask}/approvals`, approval, { 'x-actor': 'alice' })).toMatchObject({
      status: 409,
      body: { code: 'proposer-may-not-approve' },
    });
    expect(await exchange.ask(`${ask}/approvals`, approval, { 'x-actor': 'bob' })).toMatchObject({
      status: 201,
      body: { producers: [{ producer: 'engine', next: 1, fork: null }] },
    });
    expect(await exchange.send(1, [deposit('d-2')], 'two')).toMatchObject({ status: 200, body: { next: 2 } });
    expect(await exchange.send(3, [deposit('d-3')])).toMatchObject({
      status: 409,
      body: { code: 'incarnation-ended' },
    });
    const unknown = '/exchange/producers/nobody/continuations';
    expect(await exchange.ask(unknown, proposal, { 'x-actor': 'alice' })).toMatchObject({ status: 404 });
  });
});
