import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { auctionsView, type ExchangeSubmission } from '@ballast/contracts';
import { approveCorrection, PostgresLogStore, proposeCorrection } from '@ballast/event-log';
import { createDatabase, discard, testServer } from '@ballast/event-log/testing';
import { EMPTY_HEAD, GLOBAL, seal } from '@ballast/event-sourcing';
import { BallastClient, LogReader, Producer } from '@ballast/exchange-client';
import { restClient, type RestClient } from '@ballast/gateway/testing';
import { createDatabaseOf, gatewayDatabase, GATEWAYS, PROCESSES_WITHOUT_EXCHANGE } from '@ballast/local-stack';
import { canonicalText, dec, partitionOfAccount, text } from '@ballast/kernel';
import { KafkaBus } from '@ballast/messaging';
import { describeWithKafka } from '@ballast/messaging/local-kafka';
import { BallastProcess } from './ballast-process.js';
import { DistributedHouse, withFreePorts } from './distributed-house.js';
import { KafkaExchange } from './kafka-exchange.js';
import { ThinExchange } from './thin-exchange.js';

const PARTITIONS = 2;
const AT = Date.parse('2020-03-12T10:00:00Z');
const DEPOSITS = 40;

const opening = (accountId: string) => ({ type: 'AccountOpeningRequested', at: AT, payload: { accountId } }) as const;
const deposit = (accountId: string, depositId: string, amount = '1') =>
  ({ type: 'DepositReceived', at: AT, payload: { depositId, accountId, asset: 'USD', amount } }) as const;

await describeWithKafka('the distributed composition without a simulated exchange', (kafka) => {
  const prefix = `own-${randomUUID().slice(0, 8)}.`;
  let house: DistributedHouse;
  let server: Awaited<ReturnType<typeof testServer>>;
  let gateway: RestClient;
  let ballast: BallastClient;
  let exchange: KafkaExchange;
  let leave: () => Promise<void>;

  beforeAll(async () => {
    server = await testServer();
    const { connection } = await createDatabase(server);
    const processes = await withFreePorts([...PROCESSES_WITHOUT_EXCHANGE, ...GATEWAYS.slice(0, 1)]);
    const environment = { TOPIC_PREFIX: prefix, SESSION_TIMEOUT_MS: '6000' };
    house = new DistributedHouse(kafka().brokers, connection, PARTITIONS, environment, processes, 'live');
    await createDatabaseOf(gatewayDatabase(house.databaseUrl));
    await house.start((name) => name !== 'gateway-1');
    gateway = restClient(house.addressOf('gateway-1'));
    ballast = new BallastClient({ url: gateway.url });
    exchange = new KafkaExchange(kafka().brokers, prefix);
    leave = await exchange.open();
  }, 300_000);

  afterAll(async () => {
    await leave?.();
    await house?.stop();
    await discard(server);
  });

  /** Waits for what is going to be, and says what was there instead when it takes too long. */
  async function until<Seen>(ask: () => Promise<Seen> | Seen, holds: (seen: Seen) => boolean): Promise<Seen> {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const seen = await ask();
      if (holds(seen)) return seen;
      if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(seen)}\n${house.output}`);
      await wait(100);
    }
  }

  /** What stands on the topics themselves, past intake and gateway. */
  async function overBus(work: (bus: KafkaBus) => Promise<void>): Promise<void> {
    const connection = { brokers: kafka().brokers, clientId: 'an-exchange-of-its-own', prefix };
    const bus = await KafkaBus.open({ connection, incarnationOf: () => 'its own' });
    try {
      await work(bus);
    } finally {
      await bus.close();
    }
  }

  const overKafka: readonly ExchangeSubmission[] = [
    { producer: 'treasury', incarnation: 'one', first: 1, messages: [opening('carol.main')] },
    ...Array.from({ length: DEPOSITS }, (_, index): ExchangeSubmission => ({
      ...{ producer: 'treasury', incarnation: 'one', first: index + 2 },
      messages: [deposit('carol.main', `kafka-${index}`)],
    })),
  ];

  it('keeps every message once that came over Kafka and through a gateway, over kill -9 of the intake', async () => {
    const engine = new Producer(ballast, 'engine', 'one');
    engine.say('AccountOpeningRequested', AT, { accountId: 'dave.main' });
    await engine.flush();
    for (let index = 0; index < DEPOSITS; index++) {
      if (index === 10 || index === 25) house.kill('exchange');
      await exchange.send([overKafka[index] as ExchangeSubmission]);
      if (index % 4 !== 0) continue;
      const { type, at, payload } = deposit('dave.main', `rest-${index}`);
      engine.say(type, at, payload);
      await engine.flush();
    }
    // Whoever heard no answer says everything again, and goes on.
    await exchange.send(overKafka);
    const last = await until(
      () => exchange.answers.filter(({ key }) => key === 'treasury').at(-1),
      (answer) => answer?.body.next === DEPOSITS + 2 && exchange.answers.length >= 2 * overKafka.length - 1,
    );
    expect(last).toMatchObject({ status: 200, body: { answers: [{ position: DEPOSITS + 1 }] } });
    expect((await gateway.get('/exchange/producers')).body).toMatchObject({
      partitions: PARTITIONS,
      producers: [
        { producer: 'engine', incarnation: 'one', next: DEPOSITS / 4 + 2, fork: null },
        { producer: 'treasury', incarnation: 'one', next: DEPOSITS + 2, fork: null },
      ],
    });
    for (const [accountId, usd] of Object.entries({ 'carol.main': DEPOSITS, 'dave.main': DEPOSITS / 4 })) {
      await until(
        async () => (await gateway.get(`/accounts/${accountId}`)).body.collateral,
        (collateral) => collateral?.['USD'] === String(usd),
      );
    }
    const kept = await new LogReader(ballast, 'exchange.transfers', PARTITIONS).read();
    const ids = kept
      .filter(({ type }) => type === 'DepositReceived')
      .map(({ payload }) => (payload as { readonly depositId: string }).depositId);
    expect(ids.filter((id) => id.startsWith('kafka-')).sort()).toEqual(
      Array.from({ length: DEPOSITS }, (_, index) => `kafka-${index}`).sort(),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('auctions what no book takes: bids through a gateway and over Kafka are judged, taken down, handed over, and leave sound logs [CLR-LIQ-072] [CLR-LIQ-073]', async () => {
    const [gatewayBidder, kafkaBidder] = ['rich.book', 'small.book'] as const;
    // Their partition is not that of dave, of whose fills a later test says that there is none.
    const [debtor, short] = ['ivy.main', 'hal.main'] as const;
    for (const each of [debtor, short])
      expect(partitionOfAccount(each, PARTITIONS)).not.toBe(partitionOfAccount('dave.main', PARTITIONS));
    const by = (person: string) => ({ 'x-actor': person });
    const bidders = [
      { account: gatewayBidder, underlying: 'BTC', capacity: '1000000' },
      { account: kafkaBidder, underlying: 'BTC', capacity: '20000' },
    ];
    const body = { windowMs: 600_000, bindingMs: 60_000, sealed: { lengthMs: 600_000 }, bidders };
    const document = { proposalId: 'p-1', kind: 'auctions', id: 'auctions@1', body, reason: 'the book is thin' };
    expect((await gateway.post('/rules/liquidation/proposals', document, undefined, by('ann'))).status).toBe(201);
    const approvals = '/rules/liquidation/proposals/p-1/approvals';
    expect((await gateway.post(approvals, {}, undefined, by('ben'))).status).toBe(201);

    const thin = new ThinExchange(exchange, ballast, PARTITIONS, AT);
    const deposits = { [debtor]: '12000', [short]: '100000', [gatewayBidder]: '1000000', [kafkaBidder]: '50000' };
    await thin.open(deposits);
    await thin.minute('10000');
    await thin.trade(debtor, short, '10', '10000');
    await thin.minute('10000');
    await thin.minute('9000');
    const { items } = await until(
      async () => {
        await thin.settle();
        return auctionsView.parse((await gateway.get('/auctions')).body);
      },
      ({ items: open }) => open.length > 0,
    );
    const [auction] = items;
    expect(auction).toMatchObject({ instrument: 'BTC-PERP', side: 'long', method: 'sealed', bids: 0 });
    const { auctionId = '', quantity: offered = '0' } = auction ?? {};
    const path = `/auctions/${auctionId}/bids`;
    const beyond = { accountId: kafkaBidder, quantity: '2.223', discount: '0.004' };
    expect(await gateway.post(path, beyond)).toMatchObject({ status: 422, body: { code: 'bid-beyond-limit' } });
    const most = { accountId: gatewayBidder, quantity: text(dec(offered).minus('2')), discount: '0.004' };
    expect((await gateway.post(path, most)).status).toBe(201);
    await overBus(async (bus) => {
      const bid = { auctionId, accountId: kafkaBidder, quantity: '2', discount: '0.001' };
      const command = { log: 'liquidation.commands', partition: GLOBAL, commandId: 'bid-over-kafka', actor: null };
      await bus.send({ ...command, type: 'BidInAuction', bodyText: canonicalText(bid) });
    });
    const held = async (accountId: string): Promise<string | undefined> => {
      const { positions } = await ballast.get<{ positions: readonly { quantity: string }[] }>(`/accounts/${accountId}`);
      return positions[0]?.quantity;
    };
    const cases = new LogReader(ballast, 'liquidation', PARTITIONS);
    const closed: object[] = [];
    await until(
      async () => {
        await thin.settle();
        closed.push(...(await cases.read()).filter(({ type }) => type === 'LiquidationClosed'));
        return closed;
      },
      ({ length }) => length > 0,
    );
    expect(closed).toMatchObject([{ payload: { accountId: debtor, outcome: 'restored', uncoveredLoss: '0' } }]);
    // The dearer bid takes what the cheaper one leaves.
    expect(await held(kafkaBidder)).toBe('2');
    const given = dec((await held(gatewayBidder)) ?? '0');
    expect(given.gt(0) && given.lte(most.quantity)).toBe(true);
    expect(await held(debtor)).toBe(text(dec('8').minus(given)));

    const database = ['--database-url', house.databaseUrl];
    const [verified, replayed] = await Promise.all(
      ['verify', 'replay'].map((command) => new BallastProcess([command, ...database]).finished()),
    );
    expect(verified).toMatchObject({ code: 0 });
    expect({ code: replayed?.code, said: replayed?.stdout }).toMatchObject({
      code: 0,
      said: expect.stringContaining('all identical') as unknown,
    });
  });

  it('answers over Kafka what cannot be read, and goes on behind it', async () => {
    const before = exchange.answers.length;
    const asksNothing = { partition: 1, position: Number.MAX_SAFE_INTEGER };
    const absurd: ExchangeSubmission = {
      ...{ producer: 'absurd', incarnation: 'one', first: 1 },
      messages: [
        {
          type: 'OrdersCancelled',
          at: AT,
          payload: { accountId: 'carol.main', request: asksNothing, cancelledOrders: 0 },
        },
      ],
    };
    await exchange.sendText([
      { key: 'nobody', value: 'no JSON' },
      { key: 'nobody', value: '{"producer": "a", "producer": "b"}' },
      { key: 'absurd', value: JSON.stringify(absurd) },
      { key: 'fresh', value: JSON.stringify({ ...absurd, producer: 'fresh', messages: [opening('erin.main')] }) },
      // Mended, at the position and with the id of the message that was refused.
      ...['a lot', '10'].map((amount) => ({
        key: 'fresh',
        value: JSON.stringify({
          ...absurd,
          producer: 'fresh',
          first: 2,
          messages: [deposit('erin.main', 'd-1', amount)],
        }),
      })),
    ]);
    const answers = await until(
      () => exchange.answers.slice(before),
      (seen) => seen.length >= 6,
    );
    expect(answers).toMatchObject([
      { key: 'nobody', status: 400, body: { code: 'request-malformed' } },
      { key: 'nobody', status: 400, body: { code: 'request-malformed' } },
      { key: 'absurd', status: 200, body: { next: 1, answers: [{ outcome: 'refused', code: 'order-unknown' }] } },
      { key: 'fresh', status: 200, body: { next: 2, answers: [{ outcome: 'kept' }] } },
      {
        ...{ key: 'fresh', status: 200 },
        body: {
          next: 2,
          answers: [{ outcome: 'refused', code: 'message-malformed', errors: [{ field: 'payload.amount' }] }],
        },
      },
      { key: 'fresh', status: 200, body: { next: 3, answers: [{ outcome: 'kept' }] } },
    ]);
    await until(
      () => gateway.get('/accounts/erin.main'),
      ({ status, body }) => status === 200 && body.collateral['USD'] === '10',
    );
  });

  it('says of a producer that contradicts itself that nothing is taken of it, until two persons let it go on', async () => {
    const intake = restClient(house.addressOf('exchange'));
    const figure = async (): Promise<string | undefined> =>
      /^ballast_forked_producers (\d+)$/m.exec((await intake.get('/metrics')).text)?.[1];
    expect(await figure()).toBe('0');
    const before = exchange.answers.length;
    await exchange.send([{ ...(overKafka[0] as ExchangeSubmission), incarnation: 'two' }]);
    await until(
      () => exchange.answers.slice(before),
      ([answer]) => answer?.status === 409 && answer.body.code === 'producer-forked',
    );
    expect(await figure()).toBe('1');
    expect(await intake.get('/health/ready')).toMatchObject({
      status: 503,
      body: { reasons: ['nothing is taken of treasury, which contradicts itself; see GET /exchange/producers'] },
    });
    const path = '/exchange/producers/treasury/continuations';
    const proposal = { incarnation: 'two', reason: 'restored from a backup' };
    expect(await gateway.post(path, proposal, null)).toMatchObject({ status: 400 });
    expect(await gateway.post(path, proposal, null, { 'x-actor': 'alice' })).toMatchObject({ status: 201 });
    const approval = { incarnation: 'two' };
    expect(await gateway.post(`${path}/approvals`, approval, null, { 'x-actor': 'alice' })).toMatchObject({
      status: 409,
      body: { code: 'proposer-may-not-approve' },
    });
    expect(await gateway.post(`${path}/approvals`, approval, null, { 'x-actor': 'bob' })).toMatchObject({
      status: 201,
      body: { producers: [{ producer: 'treasury', next: 1, fork: null }] },
    });
    expect(await figure()).toBe('0');
    expect((await intake.get('/health/ready')).status).toBe(200);
  });

  it('says through a gateway that the intake is away, and takes the same again when it is back', async () => {
    house.killForGood('exchange');
    const body = { producer: 'engine-2', incarnation: 'one', first: 1, messages: [opening('frank.main')] };
    const refused = await gateway.post('/exchange/messages', body, null);
    expect(refused).toMatchObject({ status: 503, body: { code: 'not-ready' } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    house.restart('exchange');
    const taken = await until(
      () => gateway.post('/exchange/messages', body, null),
      ({ status }) => status === 200,
    );
    expect(taken.body).toMatchObject({ next: 2, answers: [{ outcome: 'kept' }] });
  });

  it('goes on behind an event of an older release that holds NaN once two persons say how it is read: services, subscribers, pages [CLR-LOG-080, CLR-LOG-082]', async () => {
    const accountId = 'carol.main';
    const partition = partitionOfAccount(accountId, PARTITIONS);
    house.killForGood('accounts');
    const store = new PostgresLogStore({ connection: house.databaseUrl });
    try {
      const log = await store.open({ name: 'accounts', partitions: PARTITIONS, global: true });
      const { epoch, size, head } = await log.take(partition, 'an older release');
      const stream = (await log.read(partition, 0, size)).filter((event) => event.stream === `account-${accountId}`);
      const last = stream.at(-1);
      if (last?.type !== 'CollateralCredited') throw new Error('the last that happened to the account was no deposit');
      const poisoned = seal(
        {
          ...last,
          ...{ position: size + 1, version: last.version + 1, id: randomUUID(), basis: [] },
          payload: { ...(last.payload as object), depositId: 'of-an-older-release', amount: 'NaN' },
        },
        head,
      );
      const item = { partition, epoch, expectedSize: size, expectedHead: head, events: [poisoned], worker: 'older' };
      expect(await log.append([{ ...item, cursors: [], commands: [] }])).toMatchObject([{ status: 'appended' }]);
      const place = { partition, position: size + 1 };
      house.restart('accounts');
      const told = `accounts/${partition} position ${size + 1}: payload.amount of CollateralCredited is \\"NaN\\", which is no figure`;
      await until(
        () => house.output,
        (output) => output.includes(told),
      );
      await proposeCorrection(log, {
        ...{ ...place, actor: 'ann', reason: 'it was a dollar' },
        figures: { 'payload.amount': '1' },
      });
      await approveCorrection(log, { ...place, actor: 'ben' });
      // It was tried again all the time: nobody has to start it.
      await until(
        () => restClient(house.addressOf('accounts')).get('/health/ready'),
        ({ status }) => status === 200,
      );
      // What came over Kafka is taken as its log reads it.
      const { type, at, payload } = deposit(accountId, 'behind-it');
      const engine = new Producer(ballast, 'engine-3', 'one');
      engine.say(type, at, payload);
      await engine.flush();
      const owners = ['margin-1', 'margin-2', 'liquidation'].map((name) => restClient(house.addressOf(name)));
      for (const owner of owners) {
        await until(
          () => owner.get('/health/ready'),
          ({ status }) => status === 200,
        );
      }
      const reader = new LogReader(ballast, 'accounts', PARTITIONS, new Map([[partition, size]]));
      const behind = await until(
        async () => (await reader.read()).filter((event) => event.partition === partition),
        (events) => events.length > 0,
      );
      expect(behind[0]).toMatchObject({
        payload: { depositId: 'of-an-older-release', amount: '1' },
        readAs: { approvedBy: 'ben' },
      });
    } finally {
      await store.close();
    }
  });

  it('says of a message that stands behind what is nowhere that it waits in vain, and goes on with all others [CLR-LOG-048]', async () => {
    const accountId = 'dave.main';
    const partition = partitionOfAccount(accountId, PARTITIONS);
    const log = 'exchange.fills';
    const clearing = Date.now();
    const fill = seal(
      {
        ...{ log, partition, position: 1, id: randomUUID(), stream: `fills-${accountId}`, version: 1 },
        ...{ type: 'TradeFilled', schemaVersion: 1, time: { clearing, hop: 0 }, correlation: 'x', actor: null },
        cause: { kind: 'timer', id: 'x', due: clearing },
        basis: [['liquidation', partition, 90_417]],
        payload: {
          ...{ tradeId: 'x', accountId, instrument: 'BTC-PERP', side: 'buy', quantity: '1', price: '1' },
          ...{ liquidity: 'taker', closeOutOrder: null },
        },
      },
      EMPTY_HEAD,
    );
    await overBus((bus) => bus.publish([fill]));
    const accounts = restClient(house.addressOf('accounts'));
    const answer = await until(
      () => accounts.get('/health/ready'),
      ({ status }) => status === 503,
    );
    const lacks = `${log}/${partition} position 1 has liquidation/${partition} position 90417 in its basis, which that log does not have`;
    expect(answer.body).toMatchObject({ reasons: [`accounts/${partition} does not go on: ${lacks}`] });
    const waited = await until(
      async () =>
        new RegExp(`^ballast_waiting_input_seconds\\{.*"${partition}"\\} (.+)$`, 'm').exec(
          (await accounts.get('/metrics')).text,
        )?.[1],
      (seconds) => Number(seconds) > 0,
    );
    expect(Number(waited)).toBeGreaterThanOrEqual(10);
    const engine = new Producer(ballast, 'engine-4', 'one');
    const { type, at, payload } = deposit(accountId, 'meanwhile');
    engine.say(type, at, payload);
    await engine.flush();
    await until(
      async () => (await gateway.get(`/accounts/${accountId}`)).body.collateral,
      (collateral) => collateral?.['USD'] === String(DEPOSITS / 4 + 1),
    );
  });
});
