import { houseModeProposalsPage, houseModeView, instrumentHaltsView } from '@ballast/contracts';
import type { MarketWatch } from '@ballast/gateway';
import { openTestHouse, type Answer, type TestHouse } from './served-house.fixtures.js';

let house: TestHouse;
let trouble: string | null = null;
const market: MarketWatch = { trouble: () => Promise.resolve(trouble) };

beforeAll(async () => {
  house = await openTestHouse({ market });
  await house.post('/accounts', { accountId: 'edge.main' });
  await house.post('/accounts/edge.main/deposits', { depositId: 'first', asset: 'USD', amount: '100000' });
}, 120_000);

afterAll(() => house.close());

const coded = ({ status, body: { code } }: Answer) => [status, code];

describe('fifty heavy what-ifs at once', () => {
  const axis = Array.from({ length: 31 }, (_, step) => ((step - 15) / 100).toFixed(2));
  const positions = ['BTC-PERP', 'ETH-PERP'].map((instrument) => ({ instrument, quantity: '1' }));
  const heavy = { positions, shocks: { spotMoves: axis, volatilityShocks: axis } };

  it('are answered or asked to come again; deposits and liveness are answered while they run', async () => {
    let open = 50;
    const asked = Array.from({ length: open }, async () => {
      const answer = await house.post('/accounts/edge.main/what-if', heavy);
      open -= 1;
      return answer;
    });
    const others = await Promise.all([
      house.get('/health/live'),
      house.post('/accounts/edge.main/deposits', { depositId: 'beside', asset: 'USD', amount: '1' }),
    ]);
    expect(open).toBeGreaterThan(0);
    expect(others.map(({ status }) => status)).toEqual([200, 201]);
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeLessThan(answers.length);
    for (const answer of refused) {
      expect(coded(answer)).toEqual([429, 'too-many-requests']);
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    expect(refused.length).toBeGreaterThan(0);
  });
});

describe('what was asked for before', () => {
  // Without its own cache-control, fetch would ask for the whole answer.
  const again = (tag: string) =>
    house.get('/accounts/edge.main', { 'if-none-match': tag, 'cache-control': 'max-age=0' });

  it('is not sent again while it says the same, and what was written is kept by nobody', async () => {
    const first = await house.get('/accounts/edge.main');
    const tag = first.headers.get('etag') ?? '';
    expect([tag, first.headers.get('cache-control')]).toEqual([
      expect.stringMatching(/^"[^"]+"$/),
      'private, no-cache',
    ]);
    expect(await again(tag)).toMatchObject({ status: 304, text: '' });
    const money = { depositId: 'tagged', asset: 'USD', amount: '1' };
    const { headers, status } = await house.post('/accounts/edge.main/deposits', money);
    expect([status, headers.get('etag'), headers.get('cache-control')]).toEqual([201, null, 'no-store']);
    expect((await again(tag)).status).toBe(200);
  });
});

describe('while prices are too old [CLR-PRC-013]', () => {
  const withdraw = (id: string, key?: string) =>
    house.post('/accounts/edge.main/withdrawals', { withdrawalId: id, asset: 'USD', amount: '1' }, key);
  const check = async (side: string, quantity: string) => {
    const { body } = await house.post('/accounts/edge.main/pre-trade-checks', {
      instrument: 'BTC-PERP',
      side,
      quantity,
    });
    return body as unknown as { readonly allowed: boolean; readonly code: string | null };
  };

  const reserve = (id: string, key: string) =>
    house.post(
      '/accounts/edge.main/reservations',
      { reservationId: id, instrument: 'BTC-PERP', side: 'buy', quantity: '0.01', price: '5000', holdMs: 60_000 },
      key,
    );
  let held: Awaited<ReturnType<typeof reserve>>;

  it('no withdrawal is taken and no new risk allowed; the process says why it is not ready', async () => {
    expect((await withdraw('before', 'old-prices-1')).status).toBe(202);
    held = await reserve('r-before', 'old-prices-3');
    expect(held.status).toBe(201);
    expect(await check('buy', '0.1')).toMatchObject({ allowed: true, code: null });
    trouble = 'nothing was quoted for 10 minutes';
    const refused = await withdraw('w-1', 'old-prices-2');
    expect([...coded(refused), refused.headers.get('retry-after')]).toEqual([503, 'prices-halted', '2']);
    expect(await check('buy', '0.1')).toMatchObject({ allowed: false, code: 'prices-halted' });
    expect(coded(await reserve('r-old', 'old-prices-4'))).toEqual([503, 'prices-halted']);
    const ready = await house.get('/health/ready');
    expect([ready.status, ready.text]).toEqual([503, expect.stringContaining(trouble)]);
  });

  it('what was answered before is answered again, and deposits are taken', async () => {
    expect((await withdraw('before', 'old-prices-1')).status).toBe(202);
    const again = await reserve('r-before', 'old-prices-3');
    expect([again.status, again.text]).toEqual([held.status, held.text]);
    const deposit = { depositId: 'while-old', asset: 'USD', amount: '1' };
    expect((await house.post('/accounts/edge.main/deposits', deposit)).status).toBe(201);
  });

  it('the same request succeeds once there are prices again', async () => {
    trouble = null;
    expect((await withdraw('w-1', 'old-prices-2')).status).toBe(202);
    expect((await reserve('r-old', 'old-prices-4')).status).toBe(201);
    expect((await house.get('/health/ready')).status).toBe(200);
  });
});

describe('the mode of the house [CLR-HMD-003]', () => {
  const change = (mode: string, proposalId: string, person: string) =>
    house.post('/house-mode', { proposalId, mode, reason: 'because' }, undefined, { 'x-actor': person });
  const mode = async () => ({
    ...houseModeView.parse((await house.get('/house-mode')).body),
    proposals: houseModeProposalsPage.parse((await house.get('/house-mode/proposals')).body).items,
  });

  it('halts at once by one person, says so to whoever is refused, and opens again by two', async () => {
    expect(await mode()).toEqual({ mode: 'normal', change: null, proposals: [] });
    expect((await change('halt', 'halt-1', 'ann')).status).toBe(201);
    const halted = { proposalId: 'halt-1', proposer: 'ann', approver: null, reason: 'because' };
    expect(await mode()).toMatchObject({ mode: 'halt', change: halted });
    // The partitions take the mode with the next they read; in lockstep that is behind this answer.
    const opened = await house.post('/accounts', { accountId: 'late.main' });
    expect(coded(opened)).toEqual([422, 'house-halted']);

    expect((await change('normal', 'open-1', 'ann')).status).toBe(201);
    expect((await mode()).proposals).toMatchObject([{ proposalId: 'open-1', mode: 'normal', proposer: 'ann' }]);
    const approve = (person: string) =>
      house.post('/house-mode/proposals/open-1/approvals', {}, undefined, { 'x-actor': person });
    expect(coded(await approve('Ann'))).toEqual([409, 'proposer-may-not-approve']);
    expect((await approve('ben')).status).toBe(201);
    const again = { proposalId: 'open-1', proposer: 'ann', approver: 'ben', reason: 'because' };
    expect(await mode()).toMatchObject({ mode: 'normal', change: again, proposals: [] });
    expect((await house.post('/accounts', { accountId: 'later.main' })).status).toBe(201);
  });

  it('is changed by a person, and not to what it is', async () => {
    const nobody = await house.post('/house-mode', { proposalId: 'p-9', mode: 'halt', reason: 'because' });
    expect(coded(nobody)).toEqual([401, 'actor-missing']);
    expect(coded(await change('normal', 'p-10', 'ann'))).toEqual([409, 'house-mode-unchanged']);
    expect(coded(await change('panic', 'p-11', 'ann'))).toEqual([400, 'request-malformed']);
  });
});

describe('a halt of one instrument [CLR-HLT-001] [CLR-HLT-002]', () => {
  const by = (person: string) => ({ 'x-actor': person });
  const halt = (body: object, person = 'ann') =>
    house.post('/instrument-halts', { reason: 'A faulty gateway.', ...body }, undefined, by(person));
  const halts = async () => instrumentHaltsView.parse((await house.get('/instrument-halts')).body).items;
  const check = async (instrument: string, side: string) => {
    const order = { instrument, side, quantity: '0.1' };
    return (await house.post('/accounts/edge.main/pre-trade-checks', order)).body as unknown as {
      readonly code: unknown;
    };
  };

  it('is made at once by one person, refuses every order in it and no other, and is ended by two', async () => {
    expect(await halts()).toEqual([]);
    expect((await halt({ haltId: 'h-1', instrument: 'BTC-PERP' })).status).toBe(201);
    expect(await halts()).toMatchObject([{ haltId: 'h-1', instrument: 'BTC-PERP', haltedBy: 'ann', until: null }]);
    expect([(await check('BTC-PERP', 'buy')).code, (await check('BTC-PERP', 'sell')).code]).toEqual([
      'instrument-halted',
      'instrument-halted',
    ]);
    expect((await check('ETH-PERP', 'buy')).code).toBeNull();

    const resumption = '/instrument-halts/h-1/resumption';
    expect((await house.post(resumption, { reason: 'Mended.' }, undefined, by('ann'))).status).toBe(201);
    expect(await halts()).toMatchObject([{ resumption: { proposer: 'ann', reason: 'Mended.' } }]);
    const approve = (person: string) => house.post(`${resumption}/approvals`, {}, undefined, by(person));
    expect(coded(await approve('Ann'))).toEqual([409, 'proposer-may-not-approve']);
    expect((await approve('ben')).status).toBe(201);
    expect(await halts()).toEqual([]);
    expect((await check('BTC-PERP', 'buy')).code).toBeNull();
  });

  it('is refused with what is wrong', async () => {
    expect(coded(await halt({ haltId: 'h-1', instrument: 'BTC-PERP' }))).toEqual([409, 'halt-exists']);
    expect(coded(await halt({ haltId: 'h-2', instrument: 'SOL-PERP' }))).toEqual([422, 'instrument-unknown']);
    expect(coded(await halt({ haltId: 'h-2', instrument: 'BTC-PERP', until: '1970-01-01T00:00:00.001Z' }))).toEqual([
      422,
      'halt-in-the-past',
    ]);
    expect(coded(await halt({ haltId: 'h-2', instrument: 'BTC-PERP', until: 1584013500000 }))).toEqual([
      400,
      'request-malformed',
    ]);
    const none = await house.post('/instrument-halts/h-0/resumption', { reason: 'Mended.' }, undefined, by('ann'));
    expect(coded(none)).toEqual([404, 'halt-unknown']);
  });
});
