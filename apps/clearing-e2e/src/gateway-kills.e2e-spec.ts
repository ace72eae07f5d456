import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { accountView } from '@ballast/contracts';
import { expectProblem, restClient, type Answer, type RestClient } from '@ballast/gateway/testing';
import { describeWithKafka } from '@ballast/messaging/local-kafka';
import { openGatewayHouse, type GatewayHouse } from './gateway-house.js';
import { harmSnapshots } from './harmed-snapshots.js';

const DEPOSITS = 60;
const WHAT_IFS = 50;

await describeWithKafka('two gateways before one house', (kafka) => {
  let house: GatewayHouse;
  let gateways: readonly RestClient[];

  beforeAll(async () => {
    house = await openGatewayHouse(kafka());
    gateways = ['gateway-1', 'gateway-2'].map((name) => restClient(house.house.addressOf(name)));
  }, 300_000);
  afterAll(() => house?.close());

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  /** Sends a request until it is answered, to one gateway after the other, the one that is killed first, always under its key. */
  async function insistently(path: string, body: object, key: string): Promise<Answer & { readonly tries: number }> {
    for (let tries = 1; ; tries++) {
      const gateway = gateways[(tries - 1) % gateways.length] as RestClient;
      const answer = await gateway.post(path, body, key).catch(() => undefined);
      if (answer !== undefined && answer.status !== 503) return { ...answer, tries };
      if (answer?.status === 503) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      await pause(100);
    }
  }

  /** An account as its owner has it, whichever gateway answers. */
  async function collateralOf(accountId: string): Promise<Readonly<Record<string, string>>> {
    for (let tries = 0; ; tries++) {
      const gateway = gateways[tries % gateways.length] as RestClient;
      const answer = await gateway.get(`/accounts/${accountId}`).catch(() => undefined);
      if (answer?.status === 200) return accountView.parse(answer.body).collateral;
      await pause(100);
    }
  }

  it('answer a write through one and show it through the other', async () => {
    await house.post('/accounts', { accountId: 'both.main' });
    expect(
      (await house.post('/accounts/both.main/deposits', { depositId: 'd', asset: 'USD', amount: '5' })).status,
    ).toBe(201);
    expect((await house.second.get('/accounts/both.main')).body.collateral).toEqual({ USD: '5' });
  });

  it('take an Idempotency-Key for one request, whichever of them gets the second one', async () => {
    await house.post('/accounts', { accountId: 'one.main' });
    await house.post('/accounts', { accountId: 'other.main' });
    const body = { depositId: 'd', asset: 'USD', amount: '5' };
    const first = await house.post('/accounts/one.main/deposits', body, 'shared-key-1');
    const again = await house.second.post('/accounts/one.main/deposits', body, 'shared-key-1');
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expectProblem(
      await house.second.post('/accounts/other.main/deposits', body, 'shared-key-1'),
      409,
      'idempotency-key-reused',
    );
  });

  it('keep deposits and health checks going beside fifty costly what-ifs, of which each is answered or asked to come again', async () => {
    await house.post('/accounts', { accountId: 'dreamer.main' });
    const axis = Array.from({ length: 31 }, (_, i) => ((i - 15) / 100).toFixed(2));
    const question = {
      positions: Array.from({ length: 30 }, (_, i) => ({
        ...{ instrument: i % 2 === 0 ? 'BTC-PERP' : 'ETH-PERP', quantity: '0.01', mode: 'add' },
      })),
      shocks: { spotMoves: axis, volatilityShocks: axis },
    };
    let waiting = WHAT_IFS;
    const asked = Array.from({ length: WHAT_IFS }, () =>
      house.post('/accounts/dreamer.main/what-if', question, null).finally(() => (waiting -= 1)),
    );
    const lives: number[] = [];
    for (let i = 0; i < 10 || waiting > 0; i++) {
      const money = { depositId: `beside-${i}`, asset: 'USD', amount: '1' };
      expect((await house.post('/accounts/dreamer.main/deposits', money)).status).toBe(201);
      lives.push((await house.get('/health/live')).status);
    }
    expect(new Set(lives)).toEqual(new Set([200]));
    const statuses = (await Promise.all(asked)).map(({ status, headers }) => {
      if (status !== 200) expect(headers.get('retry-after')).toMatch(/^\d+$/);
      return status;
    });
    // 503: the owner was too busy with those before it.
    expect(statuses.filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
    expect(statuses).toContain(200);
  });

  it('book every acknowledged deposit exactly once over kill -9 of a gateway and of the owner, with snapshots damaged and then deleted [CLR-LOG-042]', async () => {
    expect((await insistently('/accounts', { accountId: 'killed.main' }, 'open-killed')).status).toBe(201);
    let repeated = 0;
    const harmed: number[] = [];
    const pay = async (i: number): Promise<void> => {
      const money = { depositId: `d-${i}`, asset: 'USD', amount: '1' };
      const { status, tries } = await insistently('/accounts/killed.main/deposits', money, `killed-key-${i}`);
      expect(status).toBe(201);
      if (tries > 1) repeated += 1;
    };
    for (let i = 0; i < DEPOSITS; i += 2) {
      if (i === 10) house.house.kill('gateway-1');
      // The owner starts from what is damaged, and the next time from nothing but the log.
      if (i === 20 || i === 40) {
        harmed.push(await harmSnapshots(house.database, i === 20 ? 'damaged' : 'deleted'));
        house.house.kill('accounts');
      }
      await Promise.all([pay(i), pay(i + 1)]);
    }
    // The gateway's; another owner may answer before anybody asks again.
    expect(repeated).toBeGreaterThan(0);
    for (const snapshots of harmed) expect(snapshots).toBeGreaterThan(0);
    expect(await collateralOf('killed.main')).toEqual({ USD: String(DEPOSITS) });
    // A gateway that was killed is ready again, and has the same to say.
    for (const gateway of gateways) {
      while ((await gateway.get('/health/ready').catch(() => undefined))?.status !== 200) await pause(200);
      expect((await gateway.get('/accounts/killed.main')).body.collateral).toEqual({ USD: String(DEPOSITS) });
      const { body } = await gateway.get('/accounts/killed.main/explanation');
      expect(body).toMatchObject({ assessment: { figures: { equity: String(DEPOSITS) } } });
    }
  });
});
