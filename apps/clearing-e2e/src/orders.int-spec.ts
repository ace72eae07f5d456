import type { OrderEvents } from '@ballast/facts';
import { dec, MINUTE_MS, text } from '@ballast/kernel';
import type { Simulation } from '@ballast/services';
import type { SaidOfOrder, Scene } from './scripted-exchange.js';
import { serveScript, whileDeciding } from './scripted-house.js';

const ANN = 'ann.main';
const MAKER = 'maker.main';
const PRICE = '10000';

const accepted = (orderId: string, terms: Partial<OrderEvents['OrderAccepted']> = {}): SaidOfOrder => ({
  accepted: {
    ...{ orderId, accountId: ANN, instrument: 'BTC-PERP', side: 'buy', quantity: '1', price: PRICE },
    reservationId: null,
    ...terms,
  },
});
const closed = (orderId: string, filledQuantity: string): SaidOfOrder => ({
  closed: { orderId, accountId: ANN, reason: 'cancelled', filledQuantity },
});

/** A minute each. */
const STORY: readonly Omit<Scene, 'at'>[] = [
  {
    btc: PRICE,
    opened: [
      { accountId: ANN, dollars: '2000' },
      { accountId: MAKER, dollars: '10000000' },
    ],
  },
  { btc: PRICE, orders: [accepted('o-1', { reservationId: 'r-1' })] },
  { btc: PRICE, orders: [closed('o-1', '0')] },
  { btc: PRICE, orders: [accepted('o-2', { reservationId: 'r-2' })] },
  { btc: PRICE, orders: [{ filled: 'o-2', quantity: '0.4' }] },
  { btc: PRICE, orders: [closed('o-2', '0.4')] },
  { btc: PRICE, orders: [accepted('o-3', { side: 'sell', quantity: '0.4' }), { filled: 'o-3', quantity: '0.4' }] },
  {
    btc: PRICE,
    orders: [closed('o-3', '0.4'), accepted('o-4', { quantity: '6.5' }), { filled: 'o-4', quantity: '6' }],
  },
  { btc: PRICE, orders: [accepted('o-5', { side: 'sell', quantity: '1', price: '10100' })] },
  { btc: '9900', orders: [] },
  { btc: '9900', orders: [] },
];

interface Orders {
  readonly orders: readonly { readonly orderId: string; readonly quantity: string }[];
  readonly reservations: readonly { readonly reservationId: string }[];
  readonly requirement: { readonly headroom: string; readonly costs: string } | null;
}

describe('orders of an exchange, over REST', () => {
  let simulation: Simulation;
  let served: Awaited<ReturnType<typeof serveScript>>;
  let url: string;
  let keys = 0;

  const steps = async (count = 1): Promise<void> => {
    for (let each = 0; each < count; each++) await simulation.step();
  };
  const post = async (
    path: string,
    body: object,
    actor = 'ann',
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
    return whileDeciding(simulation, async () => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': `orders-test-${(keys += 1)}`,
          'x-actor': actor,
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    });
  };
  const orders = async (): Promise<Orders> => (await fetch(`${url}/accounts/${ANN}/orders`)).json() as Promise<Orders>;
  const headroom = async (): Promise<string> => (await orders()).requirement?.headroom ?? '';
  const reserve = (reservationId: string, quantity: string, more: object = {}) =>
    post(`/accounts/${ANN}/reservations`, {
      ...{ reservationId, instrument: 'BTC-PERP', side: 'buy', quantity, price: PRICE, holdMs: 5 * MINUTE_MS },
      ...more,
    });

  beforeAll(async () => {
    served = await serveScript(STORY, MAKER);
    ({ simulation, url } = served);
  }, 60_000);

  afterAll(() => served.close());

  it('reserved, accepted and cancelled: headroom is as before to the cent', async () => {
    await steps();
    const before = await headroom();
    expect(await reserve('r-1', '1')).toMatchObject({ status: 201, body: { data: { status: 'held' } } });
    const held = await headroom();
    expect(dec(held).lt(before)).toBe(true);
    expect(await reserve('r-1', '1')).toMatchObject({ status: 201, body: { data: { status: 'held' } } });
    expect(await headroom()).toBe(held);
    await steps();
    expect(await orders()).toMatchObject({ orders: [{ orderId: 'o-1', quantity: '1' }], reservations: [] });
    expect(await headroom()).toBe(held);
    await steps();
    expect(await headroom()).toBe(before);
    expect(await reserve('too-much', '100')).toMatchObject({
      status: 422,
      body: { code: 'below-initial-requirement' },
    });
    expect(await reserve('r-1', '2')).toMatchObject({ status: 409, body: { code: 'reservation-id-reused' } });
    expect(await reserve('odd', '1', { holdMs: 0 })).toMatchObject({
      status: 400,
      body: { code: 'request-malformed' },
    });
  });

  it('partly filled and cancelled: what is filled is a position, and the rest is free', async () => {
    const before = await headroom();
    await reserve('r-2', '1');
    const held = await headroom();
    await steps();
    await steps();
    // Accounts has booked a maker's fee, where a taker's was reserved.
    expect(await orders()).toMatchObject({ orders: [{ orderId: 'o-2', quantity: '0.6' }] });
    expect(dec(await headroom()).gte(held)).toBe(true);
    await steps();
    const open = await headroom();
    const account = (await (await fetch(`${url}/accounts/${ANN}`)).json()) as {
      readonly margin: { readonly figures: { readonly equity: string; readonly initial: string } };
    };
    const { equity, initial } = account.margin.figures;
    expect(open).toBe(text(dec(equity).minus(initial)));
    await steps();
    const paid = dec(before).minus(await headroom());
    // Bought and sold again as a maker, 0.02 % of 4,000 each.
    expect(text(paid)).toBe('1.6');
  });

  it('a released reservation frees what it held, and one that is over too', async () => {
    const before = await headroom();
    await reserve('r-3', '0.5');
    expect(await post(`/accounts/${ANN}/reservations/r-3/releases`, {})).toMatchObject({ status: 201 });
    expect(await headroom()).toBe(before);
    expect(await post(`/accounts/${ANN}/reservations/never/releases`, {})).toMatchObject({
      status: 404,
      body: { code: 'reservation-unknown' },
    });
  });

  it('a withdrawal that they forbid is explained by them: which, what they ask, and what is missing [CLR-ORD-007]', async () => {
    expect(await reserve('r-w', '1')).toMatchObject({ status: 201 });
    const left = dec(await headroom());
    const amount = text(left.plus(10));
    expect(await post(`/accounts/${ANN}/withdrawals`, { withdrawalId: 'w-1', asset: 'USD', amount })).toMatchObject({
      status: 202,
    });
    await whileDeciding(simulation, async () => {
      const status = async () =>
        ((await (await fetch(`${url}/accounts/${ANN}/withdrawals/w-1`)).json()) as { readonly status: string }).status;
      while ((await status()) === 'held') await new Promise((resolve) => setTimeout(resolve, 10));
    });
    const { items } = (await (await fetch(`${url}/accounts/${ANN}/decisions`)).json()) as {
      readonly items: readonly { readonly type: string; readonly partition: number; readonly position: number }[];
    };
    const refused = items.find(({ type }) => type === 'WithdrawalRefused');
    const event = encodeURIComponent(`margin/${refused?.partition}#${refused?.position}`);
    const told = (await (await fetch(`${url}/accounts/${ANN}/explanation?event=${event}`)).json()) as {
      readonly because: readonly string[];
      readonly orders: { readonly requirement: { readonly headroom: string } };
    };
    expect(told.orders).toMatchObject({
      orders: [],
      reservations: [{ reservationId: 'r-w', instrument: 'BTC-PERP', side: 'buy', quantity: '1' }],
      requirement: { headroom: '-10', underlyings: [{ underlying: 'BTC', fills: [{ quantity: '1' }] }] },
    });
    expect(told.because.at(-1)).toMatch(
      /^1 reservation counts where .*\(1 BTC-PERP bought\) ask .* of costs beside the initial requirement; 10\.00 USD are missing\.$/,
    );
    await post(`/accounts/${ANN}/reservations/r-w/releases`, {});
    // Nothing may fill any more: nothing is said of it.
    expect(await (await fetch(`${url}/accounts/${ANN}/explanation`)).json()).toMatchObject({ orders: null });
  });

  it('refuses an order beyond the limits that two persons have put in force, and shows them [CLR-LIM-005]', async () => {
    const rules = async (id: string, instruments: object): Promise<void> => {
      const proposal = {
        proposalId: id,
        kind: 'position-limits',
        id,
        reason: 'risk',
        body: { instruments, underlyings: {} },
      };
      expect(await post('/rules/accounts/proposals', proposal, 'ann')).toMatchObject({ status: 201 });
      expect(await post(`/rules/accounts/proposals/${id}/approvals`, {}, 'ben')).toMatchObject({ status: 201 });
    };
    const limits = async () =>
      (await fetch(`${url}/accounts/${ANN}/limits`)).json() as Promise<{ readonly uses: unknown[] }>;
    await rules('limits@1', { 'BTC-PERP': { account: '0.3', openInterest: '1000' } });
    const order = { instrument: 'BTC-PERP', side: 'buy', quantity: '0.31', price: PRICE };
    const limit = { kind: 'position', holder: 'account', side: 'long', limit: '0.3', figure: '0.31', headroom: '0.3' };
    expect(await post(`/accounts/${ANN}/pre-trade-checks`, order)).toMatchObject({
      status: 200,
      body: { allowed: false, code: 'position-limit', limit: { instrument: 'BTC-PERP', underlying: null, ...limit } },
    });
    expect(await reserve('beyond', '0.31')).toMatchObject({ status: 422, body: { code: 'position-limit' } });
    expect(await reserve('within', '0.3')).toMatchObject({ status: 201 });
    expect((await limits()).uses).toMatchObject([
      { kind: 'position', side: 'long', held: '0', committed: '0.3', headroom: '0' },
      { kind: 'open-interest', holder: 'house', side: 'long', limit: '1000' },
      { kind: 'position', side: 'short', headroom: '0.3' },
      { kind: 'open-interest', side: 'short' },
    ]);
    await post(`/accounts/${ANN}/reservations/within/releases`, {});
    await rules('limits@2', {});
    expect((await limits()).uses).toEqual([]);
    expect((await fetch(`${url}/accounts/eve.main/limits`)).status).toBe(404);
  });

  it('streams its headroom: at once, and when it is another one', async () => {
    const abort = new AbortController();
    const response = await fetch(`${url}/accounts/${ANN}/headroom?instruments=BTC-PERP&allowance=50000`, {
      signal: abort.signal,
    });
    const messages: Record<string, unknown>[] = [];
    const reading = (async () => {
      let rest = '';
      for await (const chunk of response.body ?? []) {
        rest += Buffer.from(chunk).toString('utf8');
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks)
          messages.push(JSON.parse(block.split('\ndata: ')[1] ?? '{}') as Record<string, unknown>);
        if (messages.length > 1) return;
      }
    })();
    while (messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await reserve('r-4', '0.25', { holdMs: 1 });
    await reading;
    abort.abort();
    expect(messages[0]).toMatchObject({
      accountId: ANN,
      admits: 'all',
      allowance: '50000',
      charges: [{ instrument: 'BTC-PERP' }],
    });
    expect(dec(messages[1]?.['headroom'] as string).lt(messages[0]?.['headroom'] as string)).toBe(true);
    expect((await fetch(`${url}/accounts/eve.main/headroom`)).status).toBe(404);
  });

  it('on RESTRICTED the exchange cancels what margin asks it to, and what reduces stays', async () => {
    await steps(2);
    expect((await orders()).orders.map(({ orderId }) => orderId)).toEqual(['o-4', 'o-5']);
    await steps(2);
    const state = (await (await fetch(`${url}/accounts/${ANN}`)).json()) as { readonly state: string };
    expect(state.state).toBe('RESTRICTED');
    expect((await orders()).orders.map(({ orderId }) => orderId)).toEqual(['o-5']);
    expect(await reserve('r-5', '0.01')).toMatchObject({ status: 422, body: { code: 'account-reduce-only' } });
    expect(await reserve('r-6', '0.01', { side: 'sell' })).toMatchObject({ status: 201 });
  });
});
