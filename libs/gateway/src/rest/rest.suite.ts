import fc from 'fast-check';
import type { z } from 'zod';
import {
  accountListPage,
  instrumentsPage,
  logsList,
  pricesPage,
  summary,
  depositsPage,
  depositView,
  withdrawalsPage,
  accountExplanation,
  accountLimits,
  accountOrders,
  accountView,
  bookImportsPage,
  bookReport,
  commandAnswers,
  dayStatement,
  decisionPage,
  auctionsView,
  delistingsView,
  deferredPage,
  documentProposalsPage,
  documentsPage,
  logPage,
  preTradeCheckResponse,
  whatIfResponse,
  withdrawalView,
  suspensePage,
  suspenseReleasesPage,
  breaksPage,
  reconciliationsPage,
  type BreaksPage,
} from '@ballast/contracts';
import { bookNote, digestOfBook } from '@ballast/accounts-domain';
import { CheckpointKey } from '@ballast/event-log';
import { readHouseDocuments } from '@ballast/house-documents';
import { rfc3339Of } from '@ballast/kernel';
import { expectProblem, readEvents, type Answer, type RestClient } from './rest-client.fixtures.js';

/** A house that replayed the first five minutes of 11 March 2020 with at least twelve accounts in two partitions. */
export interface RestHouse extends RestClient {
  close(): Promise<void>;
}

export interface RestSuiteOptions {
  readonly open: () => Promise<RestHouse>;
  /** Whether the process itself appends to the logs, and so has figures of that. */
  readonly appends: boolean;
  /** Asked of the same house. */
  readonly more?: (house: () => RestHouse) => void;
}

interface Written {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>> }>
  >;
}

/** Form of what each address answers to a write with a status, by the document of the house. */
async function writtenAnswers(house: RestClient): Promise<(path: string, status: number) => z.ZodType | undefined> {
  const forms = new Map(Object.values(commandAnswers).map((form) => [form.meta()?.id, form]));
  const { paths } = (await house.get('/openapi.json')).body;
  const routes = Object.entries(paths as Readonly<Record<string, { readonly post?: Written }>>).flatMap(
    ([template, { post }]) =>
      post === undefined ? [] : [{ address: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`), post }],
  );
  return (path, status) => {
    const [route, ...others] = routes.filter(({ address }) => address.test(path));
    if (others.length > 0) throw new Error(`more than one route is at ${path}`);
    const schema = route?.post.responses[String(status)]?.content?.['application/json']?.schema;
    return forms.get(schema?.$ref?.replace('#/components/schemas/', ''));
  };
}

interface Keyed {
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly $ref?: string } } };
  };
}

/** What stands in an address for something that is not there. */
const NOBODY: Readonly<Record<string, string>> = { accountId: 'nobody.main', partition: '0', breakId: '1000000' };

/** A write with an answer that is stored. */
interface StoredWrite {
  readonly path: string;
  readonly again: () => Promise<Answer>;
  readonly answer: Answer;
}

/** What an owner has answered is stored, refusals too; who took no owner's answer has none. */
const isStored = ({ status, body }: Answer): boolean =>
  [201, 202].includes(status) ||
  ('instance' in body && !['idempotency-key-reused', 'answer-pending'].includes(body.code));

/**
 * Asks a house, and holds every write that it takes to what all of them have: the answer of its route, and a Location that can be read.
 * @param stored is given every write whose answer is stored
 */
async function strictly(house: RestHouse, stored: StoredWrite[]): Promise<RestHouse> {
  const formOf = await writtenAnswers(house);
  let keys = 0;
  return {
    ...house,
    async post(path, body, key = `suite-key-${(keys += 1)}`, headers) {
      const again = (): Promise<Answer> => house.post(path, body, key, headers);
      const answer = await again();
      if (key !== null && isStored(answer)) stored.push({ path, again, answer });
      if (answer.status !== 201 && answer.status !== 202) return answer;
      const isOfRoute = formOf(path, answer.status)?.safeParse(answer.body).success ?? false;
      const location = answer.headers.get('location') ?? 'nowhere';
      const { status } = await house.get(location);
      expect([path, isOfRoute, location, status]).toEqual([path, true, location, 200]);
      return answer;
    },
  };
}

/** What a house answers over HTTP, in whichever processes it is decided. */
export function describeRest({ open, appends, more }: RestSuiteOptions): void {
  let house: RestHouse;
  const stored: StoredWrite[] = [];

  beforeAll(async () => {
    house = await strictly(await open(), stored);
  }, 300_000);

  afterAll(() => house?.close());

  more?.(() => house);

  /** Opens an account and waits until margin has read of it. */
  async function opened(accountId: string, usd?: string): Promise<string> {
    await house.post('/accounts', { accountId });
    if (usd !== undefined) {
      await house.post(`/accounts/${accountId}/deposits`, { depositId: 'first', asset: 'USD', amount: usd });
    }
    await eventually(
      () => house.get(`/accounts/${accountId}`),
      ({ body }) => usd === undefined || Number(accountView.parse(body).margin?.figures.equity) >= Number(usd),
    );
    return accountId;
  }

  /** Asks until the answer is as it is to become. */
  async function eventually(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const answer = await ask();
      if (holds(answer)) return answer;
    }
  }

  describe('an account', () => {
    it('is opened, credited and shown with its margin', async () => {
      const open = await house.post('/accounts', { accountId: 'alice.main' });
      expect([open.status, open.headers.get('location')]).toEqual([201, '/accounts/alice.main']);
      const deposit = await house.post('/accounts/alice.main/deposits', {
        depositId: 'd-1',
        asset: 'BTC',
        amount: '0.50000000',
      });
      expect(deposit.status).toBe(201);
      const { status, body } = await eventually(
        () => house.get('/accounts/alice.main'),
        (answer) => Number(accountView.parse(answer.body).margin?.figures.equity) > 0,
      );
      expect(status).toBe(200);
      const account = accountView.parse(body);
      expect(account.collateral).toEqual({ BTC: '0.5' });
      expect(account.state).toBe('HEALTHY');
      expect(Number(account.margin?.figures.equity)).toBeGreaterThan(0);
    });

    it('is margined by the model its owner chose, and its view names it', async () => {
      await opened('chooser.main');
      const path = '/accounts/chooser.main';
      const chosenModel = async () => accountView.parse((await house.get(path)).body).marginModel;
      expect(await chosenModel()).toBeNull();
      const { status, body } = await house.post(`${path}/margin-model`, { model: 'derive-portfolio@2' });
      expect(status).toBe(201);
      expect(commandAnswers.ChooseMarginModel.parse(body).data).toEqual({
        accountId: 'chooser.main',
        model: 'derive-portfolio@2',
      });
      expect(await chosenModel()).toBe('derive-portfolio@2');
      expectProblem(await house.post(`${path}/margin-model`, { model: 'derive-portfolio' }), 400, 'request-malformed');
      const ofNobody = await house.post('/accounts/nobody.main/margin-model', { model: 'derive-portfolio@2' });
      expectProblem(ofNobody, 404, 'account-unknown');
    });

    it('answers for its owner’s others only where the waterfall of the house asks them [CLR-ACC-071]', async () => {
      await opened('answering.main');
      const path = '/accounts/answering.main';
      expect(accountView.parse((await house.get(path)).body)).toMatchObject({ answersForOwner: false, claim: '0' });
      // Agreeing to what is the case already brings nothing; agreeing to more needs another document.
      expect((await house.post(`${path}/set-off`, { answers: false })).status).toBe(201);
      expectProblem(await house.post(`${path}/set-off`, { answers: true }), 422, 'set-off-not-offered');
      expectProblem(await house.post(`${path}/set-off`, { answers: 'yes' }), 400, 'request-malformed');
      expectProblem(await house.post('/accounts/nobody.main/set-off', { answers: true }), 404, 'account-unknown');
    });

    it('is not opened twice', async () => {
      await opened('twice.main');
      expectProblem(await house.post('/accounts', { accountId: 'twice.main' }), 409, 'account-exists');
    });

    it('that nobody opened is unknown to every question and every write', async () => {
      for (const path of ['', '/decisions', '/explanation', '/withdrawals/w-1']) {
        expectProblem(await house.get(`/accounts/nobody.main${path}`), 404, 'account-unknown');
      }
      const money = { asset: 'USD', amount: '1' };
      expectProblem(
        await house.post('/accounts/nobody.main/deposits', { depositId: 'd', ...money }),
        404,
        'account-unknown',
      );
      expectProblem(
        await house.post('/accounts/nobody.main/withdrawals', { withdrawalId: 'w', ...money }),
        404,
        'account-unknown',
      );
      expectProblem(
        await house.post('/accounts/nobody.main/pre-trade-checks', {
          instrument: 'BTC-PERP',
          side: 'buy',
          quantity: '1',
        }),
        404,
        'account-unknown',
      );
    });

    it('stands in the list of all accounts once, page by page', async () => {
      const seen: string[] = [];
      for (let after = ''; ;) {
        const { body } = await house.get(`/accounts?limit=3${after === '' ? '' : `&after=${after}`}`);
        seen.push(...body.items.map(({ accountId }) => accountId));
        if (body.next === null) break;
        after = body.next;
      }
      expect(seen.length).toBeGreaterThanOrEqual(12);
      expect(seen).toEqual([...new Set(seen)].sort());
    });
  });

  describe('a request that is not well formed', () => {
    beforeAll(() => opened('form.main'));

    it.each`
      amount             | why
      ${'-1'}            | ${'negative'}
      ${'0'}             | ${'nothing'}
      ${'1e3'}           | ${'exponent notation'}
      ${'1E+3'}          | ${'exponent notation'}
      ${'9999999999999'} | ${'absurd'}
      ${'0x10'}          | ${'hexadecimal'}
      ${' 1'}            | ${'a blank'}
      ${'NaN'}           | ${'no number'}
      ${'Infinity'}      | ${'no end'}
      ${1}               | ${'a JSON number'}
      ${null}            | ${'null'}
    `('does not deposit $amount ($why), and says which field is wrong', async ({ amount }: { amount: unknown }) => {
      const answer = await house.post('/accounts/form.main/deposits', { depositId: 'd', asset: 'USD', amount });
      expectProblem(answer, 400, 'request-malformed');
      expect(answer.body.errors[0]?.field).toBe('amount');
      expect(answer.body.errors[0]?.remedy).not.toBe('');
    });

    it.each`
      path                                 | body                                                         | field
      ${'/accounts/form.main/deposits'}    | ${{ depositId: 'd', asset: 'doge', amount: '1' }}            | ${'asset'}
      ${'/accounts/form.main/deposits'}    | ${{ depositId: '', asset: 'USD', amount: '1' }}              | ${'depositId'}
      ${'/accounts/form.main/deposits'}    | ${{ depositId: 'd', asset: 'USD', amount: '1', more: true }} | ${'more'}
      ${'/accounts/form.main/withdrawals'} | ${{ asset: 'USD', amount: '1' }}                             | ${'withdrawalId'}
      ${'/accounts/without-name/deposits'} | ${{ depositId: 'd', asset: 'USD', amount: '1' }}             | ${'accountId'}
      ${'/accounts/a.b%2F..%2Fc/deposits'} | ${{ depositId: 'd', asset: 'USD', amount: '1' }}             | ${'accountId'}
      ${'/accounts'}                       | ${{ accountId: `${'x'.repeat(41)}.main` }}                   | ${'accountId'}
      ${'/accounts'}                       | ${[]}                                                        | ${'body'}
    `(
      'to $path names the field $field',
      async ({ path, body, field }: { path: string; body: object; field: string }) => {
        const answer = await house.post(path, body);
        expectProblem(answer, 400, 'request-malformed');
        expect(answer.body.errors.map(({ field: named }) => named)).toContain(field);
      },
    );

    it('that is no JSON, or too large, is refused as a problem', async () => {
      expectProblem(await house.post('/accounts', '{"accountId":'), 400, 'request-malformed');
      expectProblem(await house.post('/accounts', { accountId: 'x'.repeat(400_000) }), 413, 'request-too-large');
    });

    it('whatever is sent, the answer is never a failure of ours', async () => {
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (body) => {
          const answer = await house.post('/accounts/form.main/deposits', JSON.stringify(body));
          expectProblem(answer, 400, 'request-malformed');
        }),
        { numRuns: 60 },
      );
    });

    it('to an address that does not exist is answered as a problem', async () => {
      expectProblem(await house.get('/nothing/here'), 404, 'not-found');
    });
  });

  describe('an Idempotency-Key', () => {
    it('is required on every write, and has 8 to 100 characters', async () => {
      expectProblem(await house.post('/accounts', { accountId: 'key.a' }, null), 400, 'idempotency-key-required');
      expectProblem(await house.post('/accounts', { accountId: 'key.a' }, 'short-7'), 400, 'request-malformed');
      expectProblem(await house.post('/accounts', { accountId: 'key.a' }, 'x'.repeat(101)), 400, 'request-malformed');
      expect((await house.post('/accounts', { accountId: 'key.a' }, 'exactly8')).status).toBe(201);
    });

    it('with the same body again gets the identical answer, also a refusal', async () => {
      await opened('again.main');
      const deposit = { depositId: 'd-1', asset: 'USD', amount: '10.00' };
      const first = await house.post('/accounts/again.main/deposits', deposit, 'again-key-1');
      const second = await house.post('/accounts/again.main/deposits', deposit, 'again-key-1');
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      expect((await house.get('/accounts/again.main')).body.collateral).toEqual({ USD: '10' });

      const much = { withdrawalId: 'w-1', asset: 'USD', amount: '11' };
      const refused = await house.post('/accounts/again.main/withdrawals', much, 'again-key-2');
      expectProblem(refused, 422, 'insufficient-collateral');
      await house.post('/accounts/again.main/deposits', { depositId: 'd-2', asset: 'USD', amount: '10.00' });
      const later = await house.post('/accounts/again.main/withdrawals', much, 'again-key-2');
      expect(later.text).toBe(refused.text);
    });

    it('with another body, account, partition or person is refused', async () => {
      const ids = Array.from({ length: 8 }, (_, i) => `other${i}.main`);
      for (const id of ids) await opened(id);
      const body = { depositId: 'd-1', asset: 'USD', amount: '5' };
      await house.post(`/accounts/${ids[0]}/deposits`, body, 'other-key-1');
      for (const id of ids.slice(1)) {
        expectProblem(await house.post(`/accounts/${id}/deposits`, body, 'other-key-1'), 409, 'idempotency-key-reused');
        expect((await house.get(`/accounts/${id}`)).body.collateral).toEqual({});
      }
      expectProblem(
        await house.post(`/accounts/${ids[0]}/deposits`, { ...body, amount: '6' }, 'other-key-1'),
        409,
        'idempotency-key-reused',
      );
      expectProblem(
        await house.post(`/accounts/${ids[0]}/deposits`, body, 'other-key-1', { 'x-actor': 'eve' }),
        409,
        'idempotency-key-reused',
      );
    });

    it('sent many times at once has one effect', async () => {
      await opened('burst.main');
      const body = { depositId: 'd-1', asset: 'USD', amount: '7' };
      const answers = await Promise.all(
        Array.from({ length: 25 }, () => house.post('/accounts/burst.main/deposits', body, 'burst-key-1')),
      );
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      const rivals = await Promise.all(
        ['1', '2'].map((amount) =>
          house.post('/accounts/burst.main/deposits', { depositId: 'd-2', asset: 'USD', amount }, 'burst-key-2'),
        ),
      );
      expect(rivals.map(({ status }) => status).sort()).toEqual([201, 409]);
      const { USD } = (await house.get('/accounts/burst.main')).body.collateral;
      expect(['8', '9']).toContain(USD);
    });

    it('is one thing and the id of a deposit another: the same deposit under a new key is booked once', async () => {
      await opened('deposit.main');
      const body = { depositId: 'd-1', asset: 'USD', amount: '3' };
      await house.post('/accounts/deposit.main/deposits', body);
      expect((await house.post('/accounts/deposit.main/deposits', body)).status).toBe(201);
      expectProblem(
        await house.post('/accounts/deposit.main/deposits', { ...body, amount: '4' }),
        409,
        'deposit-id-reused',
      );
      expect((await house.get('/accounts/deposit.main')).body.collateral).toEqual({ USD: '3' });
    });
  });

  describe('the standing of an account', () => {
    it('is frozen by one person, released by another one, and closed once it is empty', async () => {
      await opened('stand.main', '10');
      const stand = (standing: string, actor: string) =>
        house.post('/accounts/stand.main/standing', { standing, reason: 'A stolen key.' }, undefined, {
          'x-actor': actor,
        });
      expect((await stand('frozen', 'ann')).status).toBe(201);
      expect((await house.get('/accounts/stand.main')).body).toMatchObject({ standing: 'frozen' });
      const out = { withdrawalId: 'w-1', asset: 'USD', amount: '1' };
      expectProblem(await house.post('/accounts/stand.main/withdrawals', out), 422, 'account-frozen');
      expectProblem(await stand('open', 'ann'), 409, 'freezer-may-not-release');
      expect((await stand('open', 'ben')).status).toBe(201);
      expectProblem(await stand('closed', 'ben'), 409, 'account-not-empty');
      expectProblem(await stand('asleep', 'ben'), 400, 'request-malformed');
    });
  });

  describe('a withdrawal', () => {
    it('is taken, cleared by margin and paid out', async () => {
      await opened('out.main', '100');
      const asked = await house.post('/accounts/out.main/withdrawals', {
        withdrawalId: 'w-1',
        asset: 'USD',
        amount: '40.00',
      });
      expect([asked.status, asked.headers.get('location')]).toEqual([202, '/accounts/out.main/withdrawals/w-1']);
      const withdrawal = await settled('/accounts/out.main/withdrawals/w-1');
      expect(withdrawal).toMatchObject({ status: 'settled', asset: 'USD', amount: '40', code: null });
      const account = (await house.get('/accounts/out.main')).body;
      expect([account.collateral, account.held]).toEqual([{ USD: '60' }, {}]);
    });

    it('is listed with all that were asked, and a deposit with all that were booked, page by page', async () => {
      await opened('mover.main');
      for (const [depositId, amount] of [
        ['d-1', '10.00'],
        ['d-2', '20.5'],
        ['d-3', '30'],
      ]) {
        const paid = await house.post('/accounts/mover.main/deposits', { depositId, asset: 'USD', amount });
        expect(paid.headers.get('location')).toBe(`/accounts/mover.main/deposits/${depositId}`);
      }
      const first = depositsPage.parse((await house.get('/accounts/mover.main/deposits?limit=2')).body);
      const rest = depositsPage.parse((await house.get(`/accounts/mover.main/deposits?after=${first.next}`)).body);
      expect([...first.items, ...rest.items].map(({ depositId, amount }) => `${depositId} ${amount}`)).toEqual([
        ...['d-3 30', 'd-2 20.5', 'd-1 10'],
      ]);
      expect([first.items.length, rest.next]).toEqual([2, null]);
      const one = depositView.parse((await house.get('/accounts/mover.main/deposits/d-2')).body);
      expect(one).toEqual(first.items[1]);
      const [[place, position] = []] = Object.entries(rest.asOf.positions);
      expect([place, Number(position) >= one.position]).toEqual([`accounts/${one.partition}`, true]);
      expectProblem(await house.get('/accounts/mover.main/deposits/d-4'), 404, 'deposit-unknown');
      expectProblem(await house.get('/accounts/nobody.main/deposits'), 404, 'account-unknown');
      expectProblem(await house.get('/accounts/mover.main/deposits?after=d-1'), 400, 'request-malformed');

      const ask = (withdrawalId: string, amount: string) =>
        house.post('/accounts/mover.main/withdrawals', { withdrawalId, asset: 'USD', amount });
      await ask('w-1', '5');
      await ask('w-2', '1000');
      await ask('w-3', '1');
      await settled('/accounts/mover.main/withdrawals/w-3');
      await settled('/accounts/mover.main/withdrawals/w-1');
      const asked = withdrawalsPage.parse((await house.get('/accounts/mover.main/withdrawals?limit=2')).body);
      expect(asked.items).toMatchObject([
        { withdrawalId: 'w-3', status: 'settled', amount: '1', attempt: 1, code: null },
        { withdrawalId: 'w-2', status: 'rejected', amount: null, code: 'insufficient-collateral' },
      ]);
      const before = await house.get(`/accounts/mover.main/withdrawals?limit=2&after=${asked.next}`);
      expect(withdrawalsPage.parse(before.body)).toMatchObject({ items: [{ withdrawalId: 'w-1' }], next: null });
    });

    it('of more than there is shows as rejected, with its code', async () => {
      await opened('poor.main', '10');
      const body = { withdrawalId: 'w-1', asset: 'USD', amount: '10.01' };
      expectProblem(await house.post('/accounts/poor.main/withdrawals', body), 422, 'insufficient-collateral');
      const { body: view } = await house.get('/accounts/poor.main/withdrawals/w-1');
      expect(view).toMatchObject({ status: 'rejected', code: 'insufficient-collateral' });
      expectProblem(await house.get('/accounts/poor.main/withdrawals/w-2'), 404, 'withdrawal-unknown');
    });

    it('is listed among the decisions of margin, newest first', async () => {
      await opened('listed.main', '100');
      for (const id of ['w-1', 'w-2', 'w-3']) {
        await house.post('/accounts/listed.main/withdrawals', { withdrawalId: id, asset: 'USD', amount: '1' });
        await settled(`/accounts/listed.main/withdrawals/${id}`);
      }
      const first = decisionPage.parse((await house.get('/accounts/listed.main/decisions?limit=2')).body);
      const second = decisionPage.parse(
        (await house.get(`/accounts/listed.main/decisions?limit=2&after=${first.next}`)).body,
      );
      const all = [...first.items, ...second.items];
      expect(all.map(({ type }) => type)).toEqual(['WithdrawalCleared', 'WithdrawalCleared', 'WithdrawalCleared']);
      expect(all.map(({ position }) => position)).toEqual(all.map(({ position }) => position).sort((a, b) => b - a));
      expect(second.next).toBeNull();
    });

    it('to another account of the owner arrives there, or is given back with its code', async () => {
      await opened('desk.main', '100');
      await opened('desk.hedge', '5');
      const body = { transferId: 't-1', to: 'desk.hedge', asset: 'USD', amount: '60.00' };
      const asked = await house.post('/accounts/desk.main/transfers', body);
      expect([asked.status, asked.headers.get('location')]).toEqual([202, '/accounts/desk.main/withdrawals/t-1']);
      const transfer = withdrawalView.parse(await settled('/accounts/desk.main/withdrawals/t-1'));
      expect(transfer).toMatchObject({ status: 'settled', asset: 'USD', amount: '60', to: 'desk.hedge', code: null });
      const held = await Promise.all(['desk.main', 'desk.hedge'].map((each) => house.get(`/accounts/${each}`)));
      expect(held.map((each) => each.body.collateral)).toEqual([{ USD: '40' }, { USD: '65' }]);
      for (const [to, code] of [
        ['desk.main', 'transfer-to-itself'],
        ['other.main', 'transfer-to-other-owner'],
        ['desk.nowhere', 'recipient-unknown'],
      ] as const) {
        expectProblem(await house.post('/accounts/desk.main/transfers', { ...body, transferId: 't-2', to }), 422, code);
      }
      const other = { ...body, amount: '1.00' };
      expectProblem(await house.post('/accounts/desk.main/transfers', other), 409, 'transfer-id-reused');
    });

    async function settled(path: string): Promise<object> {
      for (;;) {
        const { body } = await house.get(path);
        if (body.status !== 'held') return body;
      }
    }
  });

  describe('a pre-trade check', () => {
    beforeAll(() => opened('trader.main', '1000'));
    const check = (order: object): Promise<Answer> => house.post('/accounts/trader.main/pre-trade-checks', order, null);

    it('allows what equity covers and says what is missing for more, and stores nothing', async () => {
      const small = preTradeCheckResponse.parse(
        (await check({ instrument: 'BTC-PERP', side: 'buy', quantity: '0.01' })).body,
      );
      expect(small).toMatchObject({ allowed: true, code: null, missing: '0', reducesRisk: false });
      const large = preTradeCheckResponse.parse(
        (await check({ instrument: 'BTC-PERP', side: 'sell', quantity: '100' })).body,
      );
      expect(large).toMatchObject({ allowed: false, code: 'below-initial-requirement' });
      expect(Number(large.missing)).toBeCloseTo(Number(large.after?.initial) - Number(large.after?.equity), 2);
      expect((await house.get('/accounts/trader.main')).body.positions).toEqual([]);
    });

    it('of an instrument that is not cleared is refused, of none or a negative quantity malformed', async () => {
      expectProblem(await check({ instrument: 'DOGE-PERP', side: 'buy', quantity: '1' }), 422, 'instrument-unknown');
      expectProblem(await check({ instrument: 'doge', side: 'buy', quantity: '1' }), 400, 'request-malformed');
      expectProblem(await check({ instrument: 'BTC-PERP', side: 'buy', quantity: '-1' }), 400, 'request-malformed');
    });
  });

  describe('a what-if', () => {
    beforeAll(() => opened('dreamer.main', '1000'));
    const ask = (question: object): Promise<Answer> => house.post('/accounts/dreamer.main/what-if', question, null);

    it('answers with requirement levels, scenarios and shocks of any registered model, and stores nothing', async () => {
      const answer = whatIfResponse.parse(
        (
          await ask({
            positions: [{ instrument: 'BTC-PERP', quantity: '-0.1' }],
            model: 'adaptive-portfolio@1',
            shocks: { spotMoves: ['-0.1', '0.1'], volatilityShocks: ['0'] },
          })
        ).body,
      );
      expect(answer.before).toEqual({ equity: '1000', initial: '0', call: '0', maintenance: '0', liquidation: '0' });
      expect(Number(answer.after.call)).toBeGreaterThan(0);
      expect(answer.requirements.maintenance).toBe(answer.after.maintenance);
      expect(answer.assessment.positions).toMatchObject([{ instrument: 'BTC-PERP', quantity: '-0.1' }]);
      expect(answer.shocks.map(({ pnl }) => Math.sign(Number(pnl)))).toEqual([1, -1]);
      expect((await house.get('/accounts/dreamer.main')).body.positions).toEqual([]);
    });

    it('about an unknown account, model or instrument says what is wrong with it', async () => {
      expectProblem(await house.post('/accounts/nobody.main/what-if', {}, null), 404, 'account-unknown');
      expectProblem(await ask({ model: 'nobody-knows@9' }), 422, 'what-if-impossible');
      expectProblem(await ask({ positions: [{ instrument: 'BTC-1JAN30', quantity: '1' }] }), 422, 'what-if-impossible');
      expectProblem(await ask({ positions: [{ instrument: 'BTC-PERP', quantity: 'many' }] }), 400, 'request-malformed');
    });
  });

  describe('a booked trade', () => {
    it('is cancelled by two persons, if it is known and both of its sides are [CLR-ACC-017]', async () => {
      const by = (person: string): Record<string, string> => ({ 'x-actor': person });
      const asked = { correctionId: 'c-1', tradeId: 'never-made', instrument: 'BTC-PERP', reason: 'cancelled' };
      const approval = (person: string, id = 'c-1'): Promise<Answer> =>
        house.post(`/corrections/${id}/approvals`, {}, undefined, by(person));
      expectProblem(await approval('ben'), 404, 'correction-unknown');
      expectProblem(await house.post('/corrections', asked), 401, 'actor-missing');
      expectProblem(
        await house.post('/corrections', { ...asked, tradeId: 7 }, undefined, by('ann')),
        400,
        'request-malformed',
      );
      expect((await house.post('/corrections', asked, undefined, by('ann'))).status).toBe(201);
      expectProblem(await house.post('/corrections', asked, undefined, by('ann')), 409, 'correction-exists');
      expectProblem(await approval('Ann'), 409, 'proposer-may-not-approve');
      expectProblem(await approval('ben'), 404, 'trade-unknown');
      const withdrawal = (reason: unknown): Promise<Answer> =>
        house.post('/corrections/c-1/withdrawals', { reason }, undefined, by('ben'));
      expectProblem(await withdrawal(7), 400, 'request-malformed');
      expectProblem(await withdrawal('it stands'), 404, 'trade-unknown');
    });
  });

  describe('a live book', () => {
    const by = (person: string): Record<string, string> => ({ 'x-actor': person });
    const account = (accountId: string, quantity: string, averagePrice: string) => ({
      ...{ accountId, collateral: { USD: '50000' } },
      positions: [{ instrument: 'BTC-PERP', quantity, averagePrice }],
    });
    const resting = (orderId: string, quantity: string) => ({
      ...{ orderId, instrument: 'BTC-PERP', quantity, filledQuantity: '0.05', price: '7000' },
      side: 'buy' as const,
    });
    const book = {
      ...{ importId: 'go-live', asOf: 0, custody: { USD: '100100' }, house: {} },
      accounts: [
        { ...account('moved.main', '0.1', '7900'), orders: [resting('rests', '0.3'), resting('bids', '0.1')] },
        { ...account('other-moved.main', '-0.1', '8900'), volumes: [{ day: 0, volume: '120000.5' }] },
      ],
    };
    const key = CheckpointKey.generate('exchange');
    const signed = (of: typeof book, by = key) => {
      const note = by.signNote(bookNote(of.importId, digestOfBook(of)));
      return { book: of, signedBy: key.verifierKey, signature: note.trimEnd().split('\n').at(-1) };
    };

    it('is looked at, and how its accounts would stand is told; nothing is kept [CLR-ACC-092]', async () => {
      const poor = {
        ...book,
        custody: { USD: '50100' },
        accounts: book.accounts.map((each, n) => (n > 0 ? each : { ...each, collateral: {} })),
      };
      const { outlook } = bookReport.parse((await house.post('/book-imports/checks', { book: poor })).body);
      expect(outlook).toMatchObject({ states: { HEALTHY: 1, LIQUIDATING: 1 }, unpriced: 0 });
      expect(outlook?.accounts.map(({ accountId, state }) => [accountId, state])).toEqual([
        ['moved.main', 'LIQUIDATING'],
      ]);
      expect(outlook?.accounts[0]).toMatchObject({ orders: 2, headroom: expect.stringMatching(/^-/) as string });
      const large = { ...book.accounts[0], orders: [resting('large', '1000')] };
      const ordered = { ...book, accounts: [large, ...book.accounts.slice(1)] };
      const told = bookReport.parse((await house.post('/book-imports/checks', { book: ordered })).body);
      expect(told.outlook).toMatchObject({ states: { HEALTHY: 2 }, overordered: 1 });
      expect(told.outlook?.accounts).toMatchObject([{ accountId: 'moved.main', state: 'HEALTHY', orders: 1 }]);
      expect((await house.get('/accounts/moved.main')).status).toBe(404);
    });

    it('is looked at and told what is wrong with it; nothing is kept [CLR-ACC-090]', async () => {
      await opened('moved-already.main');
      const sound = bookReport.parse((await house.post('/book-imports/checks', { book })).body);
      expect(sound).toMatchObject({ digest: digestOfBook(book), accounts: 2, positions: 2, faults: [] });
      const wrong = {
        ...book,
        accounts: [...book.accounts, account('moved-already.main', '0.000000001', '1'), account('b.main', '1', '1')],
      };
      const { faults, outlook } = bookReport.parse((await house.post('/book-imports/checks', { book: wrong })).body);
      expect(outlook).toBeNull();
      expect(faults.map(({ accountId, code }) => `${accountId ?? 'book'} ${code}`).sort()).toEqual([
        'book positions-not-zero',
        'moved-already.main account-exists',
        'moved-already.main amount-too-fine',
      ]);
      const short = { ...book, custody: { USD: '100099.99' } };
      const report = bookReport.parse((await house.post('/book-imports/checks', { book: short })).body);
      expect(report.faults.map(({ code }) => code)).toEqual(['custody-differs']);
      expectProblem(await house.post('/book-imports', signed(short), undefined, by('ann')), 422, 'import-faulty');
      const unread = { book: { ...book, custody: { USD: 1 } } };
      expectProblem(await house.post('/book-imports/checks', unread), 400, 'request-malformed');
      expect(bookImportsPage.parse((await house.get('/book-imports')).body)).toMatchObject({ open: null, items: [] });
    });

    it('is brought by one person, signed, and opened whole once another has approved it [CLR-ACC-090, CLR-ACC-091]', async () => {
      const bring = (asked: object, person: string, idempotencyKey?: string) =>
        house.post('/book-imports', asked, idempotencyKey, by(person));
      const path = '/book-imports/go-live';
      const approve = (person: string, digest = digestOfBook(book)) =>
        house.post(`${path}/approvals`, { digest }, undefined, by(person));
      expectProblem(await approve('ben'), 404, 'import-unknown');
      const other = CheckpointKey.generate('exchange');
      expectProblem(await bring(signed(book, other), 'ann'), 422, 'import-not-signed');
      expectProblem(await bring({ ...signed(book), signedBy: 'nobody' }, 'ann'), 422, 'import-not-signed');
      expectProblem(await house.post('/book-imports', signed(book)), 401, 'actor-missing');
      const first = await bring(signed(book), 'ann', 'bring-the-book');
      expect([first.status, first.body]).toEqual([201, expect.objectContaining({ data: { importId: 'go-live' } })]);
      expect((await bring(signed(book), 'ann', 'bring-the-book')).body).toEqual(first.body);
      const second = { ...book, importId: 'go-live-2' };
      expectProblem(await bring(signed(second), 'ann'), 409, 'import-open');
      expectProblem(await house.post('/accounts', { accountId: 'moved.main' }), 409, 'account-awaits-import');
      expectProblem(await approve('Ann'), 409, 'proposer-may-not-approve');
      expectProblem(await approve('ben', '0'.repeat(64)), 409, 'import-digest-differs');
      await eventually(
        () => house.get('/book-imports'),
        ({ body }) => bookImportsPage.parse(body).open?.judged.partitions === 2,
      );
      expect((await approve('ben')).status).toBe(202);
      const { body } = await eventually(
        () => house.get('/accounts/moved.main'),
        (answer) => answer.status === 200 && accountView.parse(answer.body).margin !== null,
      );
      const moved = accountView.parse(body);
      expect(moved.collateral).toEqual({ USD: '50000' });
      expect(moved.positions).toMatchObject([{ instrument: 'BTC-PERP', quantity: '0.1', cost: '790' }]);
      expect(Number(moved.margin?.figures.maintenance)).toBeGreaterThan(0);
      const orders = accountOrders.parse((await house.get('/accounts/moved.main/orders')).body);
      expect(orders.orders).toMatchObject([
        { orderId: 'rests', side: 'buy', quantity: '0.25', price: '7000' },
        { orderId: 'bids', quantity: '0.05' },
      ]);
      expectProblem(
        await house.post(`${path}/withdrawals`, { reason: 'late' }, undefined, by('ann')),
        404,
        'import-unknown',
      );
      expect((await bring(signed(book), 'ann', 'bring-the-book')).body).toEqual(first.body);
      expectProblem(await bring(signed(book), 'ann'), 409, 'import-exists');
    });
  });

  describe('every list', () => {
    it('is read page by page to its end, each item once, and refuses a page of another list [CLR-LST-001]', async () => {
      for (const path of [
        ...['/accounts', '/risk/accounts', '/risk/accounts?order=equity', '/liquidations', '/instruments', '/prices'],
        ...['/logs', '/fund', '/deleveraging/rounds', '/deleveraging/BTC-PERP/long', '/fee-tiers', '/auctions'],
        ...['/account-standings', '/corrections', '/delistings', '/settlement-overrides', '/instrument-halts'],
        ...['/house-mode/proposals', '/reconciliations', '/reconciliations/breaks', '/book-imports'],
        ...['/suspense/0', '/suspense/0/releases', '/suspense/0/deferred'],
        ...['/rules/margin', '/rules/margin/proposals', '/rules/margin/history'],
      ]) {
        const page = (limit: number, after: string | null) => {
          const query = `limit=${limit}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`;
          return house.get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
        };
        const whole = await page(500, null);
        expect({ path, status: whole.status, next: whole.body.next }).toEqual({ path, status: 200, next: null });
        const seen: unknown[] = [];
        for (let after: string | null = null; ;) {
          const { body }: Answer = await page(2, after);
          expect(body.items.length).toBeLessThanOrEqual(2);
          seen.push(...body.items);
          if (body.next === null) break;
          after = body.next;
        }
        expect({ path, items: seen.length }).toEqual({ path, items: whole.body.items.length });
        expect(new Set(seen.map((item) => JSON.stringify(item))).size).toBe(seen.length);
      }
      for (const path of ['/risk/accounts?order=equity', '/liquidations?', '/deleveraging/BTC-PERP/long?', '/fund?']) {
        const wrong = await house.get(`${path}&after=nowhere`.replace('?&', '?'));
        expectProblem(wrong, 400, 'request-malformed');
        expect(wrong.body.errors[0]?.field).toBe('after');
      }
    });
  });

  describe('the list of accounts', () => {
    const list = async (query: string) => {
      const items: z.infer<typeof accountListPage>['items'] = [];
      for (let next: string | null = ''; next !== null;) {
        const behind: string = next === '' ? '' : `&after=${encodeURIComponent(next)}`;
        const page = accountListPage.parse((await house.get(`/accounts?limit=3${query}${behind}`)).body);
        items.push(...page.items);
        ({ next } = page);
      }
      return items;
    };
    const coverOf = ({ figures }: { readonly figures: { readonly equity: string; readonly call: string } | null }) =>
      figures === null || Number(figures.call) === 0 ? Infinity : Number(figures.equity) / Number(figures.call);

    it('is sorted by cover or equity, up and down, with every account once, page by page', async () => {
      const all = (await list('')).map(({ accountId }) => accountId);
      for (const order of ['cover', 'equity', 'call', 'accountId'] as const) {
        for (const direction of ['ascending', 'descending'] as const) {
          const found = await list(`&order=${order}&direction=${direction}`);
          expect(found.map(({ accountId }) => accountId).sort()).toEqual(all);
          if (order !== 'cover') continue;
          const covers = found.map(coverOf).filter((cover) => cover < Infinity);
          const sign = direction === 'ascending' ? 1 : -1;
          expect(covers).toEqual([...covers].sort((a, b) => sign * (a - b)));
          // Who has no requirement comes last whichever way the list goes.
          expect(found.slice(0, covers.length).map(coverOf)).toEqual(covers);
        }
      }
    });

    it('is filtered by owner, part of the id, state and cover', async () => {
      await opened('filtered.main');
      await opened('filtered.hedge');
      await opened('unfiltered.main');
      await opened('Filtered-2.Main');
      const ids = async (query: string) => (await list(query)).map(({ accountId }) => accountId);
      expect(await ids('&owner=filtered')).toEqual(['filtered.hedge', 'filtered.main']);
      expect(await ids('&search=filtered.m')).toEqual(['filtered.main', 'unfiltered.main']);
      expect(await ids('&search=ered-2.mAIN')).toEqual(['Filtered-2.Main']);
      expect(await ids('&owner=filtered&search=HEDGE')).toEqual(['filtered.hedge']);
      expect(await ids('&owner=nobody')).toEqual([]);
      const healthy = await list('&state=HEALTHY&order=equity&direction=descending');
      expect(healthy.every(({ state }) => state === 'HEALTHY')).toBe(true);
      // The book that was brought has two accounts with positions.
      const covers = (await list('&order=cover')).map(coverOf);
      const bound = (((covers[0] ?? 0) + (covers[1] ?? 0)) / 2).toFixed(6);
      expect(covers.filter((cover) => cover < Infinity).length).toBeGreaterThanOrEqual(2);
      expect(await ids(`&order=cover&coverBelow=${bound}`)).toHaveLength(1);
      expect(await ids('&order=cover&coverBelow=0')).toEqual([]);
    });

    it.each([
      '?owner=a%20b',
      '?state=WELL',
      '?coverBelow=-1',
      '?order=size',
      '?order=cover&after=alice.main',
      '?after=x',
    ])('%s is malformed', async (query) => {
      expectProblem(await house.get(`/accounts${query}`), 400, 'request-malformed');
    });
  });

  describe('books of others', () => {
    it('differ in lines until they agree or two persons have explained it [CLR-ACC-080, CLR-ACC-081]', async () => {
      await opened('booked.main', '250');
      const by = (person: string): Record<string, string> => ({ 'x-actor': person });
      const asOf = Date.parse((await house.get('/summary')).body.clearing);
      const books = { source: 'exchange-a', asOf: rfc3339Of(asOf), file: 'f3'.repeat(32) };
      // More than any other request may have; nobody holds any of it.
      const long = Array.from({ length: 8_000 }, (_, n) => ({
        ...{ accountId: `nobody-${n}.main`, instrument: 'BTC-PERP', quantity: '0' },
      }));
      const wrong = { accountId: 'booked.main', instrument: 'BTC-PERP', quantity: '1' };
      const breaks = async (): Promise<BreaksPage['items']> =>
        breaksPage.parse((await house.get('/reconciliations/breaks?limit=500')).body).items;
      const lines = async () => (await breaks()).filter(({ accountId }) => accountId === 'booked.main');
      const all = { ...books, lines: [wrong, ...long] };
      const sent = await house.post('/reconciliations/positions', all, 'sent-to-be-lost');
      expect([sent.status, sent.body.code]).toEqual([201, undefined]);
      const [found] = await lines();
      expect(found).toMatchObject({ source: 'exchange-a', of: 'positions', ledger: '0', reported: '1', since: asOf });
      const path = `/reconciliations/breaks/${found?.breakId}/explanations`;
      const explanation = { explanation: 'a trade that the exchange has told nobody of' };
      expectProblem(await house.post(path, explanation), 401, 'actor-missing');
      expect((await house.post(path, explanation, undefined, by('ann'))).status).toBe(201);
      expectProblem(await house.post(`${path}/approvals`, {}, undefined, by('Ann')), 409, 'proposer-may-not-approve');
      expect((await house.post(`${path}/approvals`, {}, undefined, by('ben'))).status).toBe(201);
      expect(await lines()).toMatchObject([{ explanation: { proposer: 'ann', approver: 'ben' } }]);
      expect((await house.post('/reconciliations/positions', { ...books, lines: [] })).status).toBe(201);
      expect(await lines()).toEqual([]);
      expect((await house.post('/reconciliations/custody', { ...books, lines: [] })).status).toBe(201);
      const dollars = (await breaks()).filter(({ of, asset }) => of === 'custody' && asset === 'USD');
      expect(dollars).toMatchObject([{ reported: '0' }]);
      const { items: sources } = reconciliationsPage.parse((await house.get('/reconciliations')).body);
      expect(sources.map(({ source, of }) => `${source} ${of}`)).toEqual([
        'exchange-a custody',
        'exchange-a positions',
      ]);
      expectProblem(await house.post(path, explanation, undefined, by('ann')), 404, 'break-unknown');
      const ahead = { ...books, asOf: rfc3339Of(asOf + 1_000_000_000_000), lines: [] };
      const tooEarly = await house.post('/reconciliations/custody', ahead);
      expectProblem(tooEarly, 422, 'reconciliation-ahead');
      expect(tooEarly.body.detail).toMatch(/^clearing time is \d{4}-\d\d-\d\dT/);
      for (const twice of [[wrong, wrong], [{ ...wrong, quantity: 1 }], [{ ...wrong, asset: 'USD' }]]) {
        expectProblem(
          await house.post('/reconciliations/positions', { ...books, lines: twice }),
          400,
          'request-malformed',
        );
      }
    });
  });

  describe('what is in suspense', () => {
    it('leaves it by two persons, if anything is there [CLR-ACC-019]', async () => {
      const by = (person: string): Record<string, string> => ({ 'x-actor': person });
      const asked = { releaseId: 'r-1', position: 1, outcome: 'send-back', reason: 'no client of ours' };
      const releases = '/suspense/0/releases';
      for (const [list, page] of [
        ['', suspensePage],
        ['/releases', suspenseReleasesPage],
        ['/deferred', deferredPage],
      ] as const) {
        expect(page.parse((await house.get(`/suspense/0${list}`)).body)).toMatchObject({ items: [], next: null });
      }
      expectProblem(await house.post(releases, asked), 401, 'actor-missing');
      expectProblem(await house.post(releases, asked, undefined, by('ann')), 404, 'suspense-unknown');
      const kept = { ...asked, outcome: 'keep' };
      expectProblem(await house.post(releases, kept, undefined, by('ann')), 400, 'request-malformed');
      expectProblem(await house.post(`${releases}/r-1/approvals`, {}, undefined, by('ben')), 404, 'release-unknown');
      for (const partition of ['-1', '4095']) {
        expectProblem(await house.get(`/suspense/${partition}`), 404, 'log-unknown');
        expectProblem(
          await house.post(`/suspense/${partition}/releases`, asked, undefined, by('ann')),
          404,
          'log-unknown',
        );
      }
    });
  });

  describe('the rules of a service', () => {
    const parameters = readHouseDocuments().margin.find(({ kind }) => kind === 'margin-parameters');
    const proposal = (proposalId: string, version: number, changes: object = { callMultiple: '1.75' }): object => ({
      proposalId,
      kind: 'margin-parameters',
      id: `avsl-default@${version}`,
      body: { ...(parameters?.body as object), ...changes },
      reason: 'warn earlier',
    });
    const by = (person: string): Record<string, string> => ({ 'x-actor': person });
    const proposed = (body: object, person: string): Promise<Answer> =>
      house.post('/rules/margin/proposals', body, undefined, by(person));
    const view = async (service = 'margin') => ({
      inForce: documentsPage.parse((await house.get(`/rules/${service}`)).body).items,
      proposals: documentProposalsPage.parse((await house.get(`/rules/${service}/proposals`)).body).items,
    });
    const idInForce = async (): Promise<string | undefined> =>
      (await view()).inForce.find(({ kind }) => kind === 'margin-parameters')?.id;

    it('are shown with all figures, and a proposal with what it would change of those in force', async () => {
      expect((await proposed(proposal('p-1', 2), 'ann')).status).toBe(201);
      const { inForce, proposals } = await view();
      expect(inForce.find(({ id }) => id === 'avsl-default@1')?.body).toEqual(parameters?.body);
      expect(proposals).toMatchObject([
        {
          ...{ proposalId: 'p-1', proposer: 'ann', reason: 'warn earlier', id: 'avsl-default@2' },
          replaces: 'avsl-default@1',
          changes: [{ field: 'callMultiple', before: '2', after: '1.75' }],
          body: { callMultiple: '1.75', noticeMs: 3_600_000 },
        },
      ]);
    });

    it('are proposed by one person and approved by another', async () => {
      await proposed(proposal('p-2', 3), 'ann');
      const approval = (person: string): Promise<Answer> =>
        house.post('/rules/margin/proposals/p-2/approvals', {}, undefined, by(person));
      expectProblem(await approval('ann'), 409, 'proposer-may-not-approve');
      expect((await approval('ben')).status).toBe(201);
      expect(await idInForce()).toBe('avsl-default@3');
      expect((await view()).proposals.map(({ proposalId }) => proposalId)).not.toContain('p-2');
      expectProblem(await approval('cleo'), 409, 'proposal-approved');
    });

    it('need a named person, and figures that can be computed with', async () => {
      expectProblem(await house.post('/rules/margin/proposals', proposal('p-3', 4)), 401, 'actor-missing');
      const unknown = await house.post('/rules/margin/proposals/p-9/approvals', {}, undefined, by('ben'));
      expectProblem(unknown, 404, 'proposal-unknown');
      expectProblem(await proposed(proposal('p-3', 4, { callMultiple: '-1' }), 'ann'), 422, 'document-invalid');
      expectProblem(await proposed(proposal('p-3', 1), 'ann'), 409, 'document-id-taken');
      expectProblem(await proposed({ ...proposal('p-3', 4), kind: 'weather' }, 'ann'), 422, 'document-kind-unknown');
      expectProblem(await proposed({ ...proposal('p-3', 4), body: undefined }, 'ann'), 400, 'request-malformed');
    });

    it('are those of every service that takes proposals, and of nothing else', async () => {
      expect((await view('pricing')).inForce.length).toBeGreaterThan(0);
      expect((await view('liquidation')).inForce.map(({ kind }) => kind)).toContain('liquidation-policy');
      expectProblem(await house.get('/rules/weather'), 400, 'request-malformed');
    });
  });

  describe('the logs', () => {
    it('are paged from any position to the end, without a hole', async () => {
      const positions: number[] = [];
      for (let after = 0; ;) {
        const page = logPage.parse((await house.get(`/logs/margin/-1?after=${after}&limit=2`)).body);
        positions.push(...page.items.map(({ position }) => position));
        if (page.next === null) break;
        after = Number(page.next);
      }
      expect(positions).toEqual(positions.map((_, i) => i + 1));
      expect(positions.length).toBeGreaterThan(4);
    });

    it.each(['/logs/nothing/0', '/logs/margin/99', '/logs/pricing/0'])('%s is unknown', async (path) => {
      expectProblem(await house.get(path), 404, 'log-unknown');
    });

    it.each(['?limit=0', '?limit=100000', '?after=-1', '?after=x', '?other=1'])(
      'a page %s is malformed',
      async (query) => {
        expectProblem(await house.get(`/logs/margin/0${query}`), 400, 'request-malformed');
      },
    );
  });

  describe('what is traded', () => {
    it('is listed with its terms, page by page, and by underlying', async () => {
      const all = instrumentsPage.parse((await house.get('/instruments')).body);
      expect(all.items.map(({ instrument, kind, standing }) => [instrument, kind, standing])).toEqual(
        expect.arrayContaining([['BTC-PERP', 'perpetual', 'trading']]),
      );
      const first = instrumentsPage.parse((await house.get('/instruments?limit=1')).body);
      const rest = instrumentsPage.parse((await house.get(`/instruments?after=${first.next}`)).body);
      expect([...first.items, ...rest.items]).toEqual(all.items);
      const ether = instrumentsPage.parse((await house.get('/instruments?underlying=ETH')).body);
      expect(ether.items).toEqual(all.items.filter(({ underlying }) => underlying === 'ETH'));
      expect(ether.items[0]?.terms).toMatchObject({ id: 'ETH-PERP', settlementAsset: 'USD' });
    });

    it('has the prices that margin works with', async () => {
      const { items, priceSets, at } = pricesPage.parse((await house.get('/prices')).body);
      const { marks } = summary.parse((await house.get('/summary')).body);
      expect(Object.fromEntries(items.map(({ instrument, price }) => [instrument, price]))).toEqual(marks);
      expect(
        items.every(({ index, status, fundingRate }) => Number(index) > 0 && status === 'LIVE' && fundingRate !== null),
      ).toBe(true);
      expect([priceSets > 0, at !== null]).toEqual([true, true]);
      expectProblem(await house.get('/prices?underlying=no-coin'), 400, 'request-malformed');
    });

    it('is answered by 304 while it is the same, whatever the time is', async () => {
      const { headers } = await house.get('/instruments');
      const tag = headers.get('etag') ?? '';
      // `fetch` asks for no answer that was kept unless it is told otherwise.
      const unless = (known: string) => ({ 'if-none-match': known, 'cache-control': 'max-age=0' });
      await opened('tagged.main', '5');
      expect(tag).toMatch(/^W\//);
      expect((await house.get('/instruments', unless(tag))).status).toBe(304);
      const accounts = (await house.get('/accounts?owner=tagged')).headers.get('etag') ?? '';
      await house.post('/accounts/tagged.main/deposits', { depositId: 'more', asset: 'USD', amount: '5' });
      await eventually(
        () => house.get('/accounts?owner=tagged', unless(accounts)),
        ({ status }) => status === 200,
      );
    });
  });

  it('the logs are listed with where they end', async () => {
    await opened('logged.main');
    const { items } = logsList.parse((await house.get('/logs')).body);
    const places = items.map(({ log, partition }) => `${log}/${partition}`);
    expect(places).toEqual(expect.arrayContaining(['pricing/-1', 'accounts/1', 'margin/-1', 'exchange.fills/0']));
    expect(new Set(places).size).toBe(places.length);
    const pricing = items.find(({ log }) => log === 'pricing');
    const page = logPage.parse((await house.get(`/logs/pricing/-1?after=${Number(pricing?.position) - 1}`)).body);
    expect(page.items[0]).toMatchObject({ position: pricing?.position, chain: pricing?.head });
    expect(page.incarnation).toBe(pricing?.incarnation);
  });

  describe('the stream of margin events', () => {
    const place = ({ data }: { data: { partition: number; position: number } }): string =>
      `${data.partition}:${data.position}`;

    it('resumes after Last-Event-ID without loss or repetition, also in the middle of new events', async () => {
      const { body } = await house.get('/logs/margin/0?limit=1000');
      const stored = body.items.length;
      const url = `${house.url}/margin-events`;
      const first = await readEvents(url, stored);
      const last = first.at(-1)?.id ?? '';
      // The first open and deposit arrive while nobody is connected, the others while the second reader is.
      await opened('stream.main', '1');
      const later = readEvents(url, 4, { 'last-event-id': last });
      for (const i of [1, 2, 3, 4]) await opened(`stream${i}.main`, '1');
      const all = [...first, ...(await later)].map(place);
      expect(new Set(all).size).toBe(all.length);
      for (const partition of [-1, 0, 1]) {
        const own = all.filter((each) => each.startsWith(`${partition}:`)).map((each) => Number(each.split(':')[1]));
        expect(own).toEqual(own.map((_, i) => i + 1));
      }
    });

    it('starts with what comes from now on when asked for the newest', async () => {
      const next = readEvents(`${house.url}/margin-events?after=newest`, 1);
      for (const i of [1, 2, 3]) await opened(`newest${i}.main`, '1');
      const [event] = await next;
      expect(event?.event).toBe('MarginRunCompleted');
      expect(event?.data.position).toBeGreaterThan(1);
    });

    it('refuses a place in a history that the log no longer has: it was restored or promoted since', async () => {
      const [event] = await readEvents(`${house.url}/margin-events`, 1);
      const [, places] = (event?.id ?? '').split(';');
      const refused = await house.get('/margin-events', { 'last-event-id': `00000000;${places}` });
      expectProblem(refused, 409, 'log-restored');
    });

    it.each(['0:99999999', '7:1', 'x', '0', '0:1,'])('refuses the place %s', async (after) => {
      expectProblem(await house.get('/margin-events', { 'last-event-id': after }), 400, 'request-malformed');
    });
  });

  describe('operation', () => {
    it('answers live and ready', async () => {
      expect((await house.get('/health/live')).status).toBe(200);
      expect((await house.get('/health/ready')).status).toBe(200);
    });

    it('tells Prometheus lag, residual, append latency and accounts', async () => {
      const { text, status } = await house.get('/metrics');
      expect(status).toBe(200);
      expect(text).toContain('ballast_consumer_lag_seconds{log="margin",partition="0"} 0');
      expect(text).toContain('ballast_conservation_residual{asset="USD"} 0');
      expect(/ballast_append_seconds_count\{log="accounts"\} [1-9]/.test(text)).toBe(appends);
      expect(text).toMatch(/ballast_accounts\{state="HEALTHY"\} [1-9]/);
      expect(text).not.toMatch(/ballast_invariant_violations\{[^}]*\} [1-9]/);
    });

    it('sums up the run', async () => {
      const { body } = await house.get('/summary');
      expect(() => summary.parse(body)).not.toThrow();
      expect(body.clearing).toMatch(/^2020-03-11T00:/);
      expect(body.priceSets).toBeGreaterThan(0);
    });

    it('serves the document of the interface, made from the schemas requests are checked against', async () => {
      const { body } = await house.get('/openapi.json');
      const routes = Object.entries(body.paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method} ${path}`),
      );
      expect(routes).toEqual(
        expect.arrayContaining([
          'post /accounts',
          'get /accounts/{accountId}',
          'post /accounts/{accountId}/deposits',
          'post /accounts/{accountId}/withdrawals',
          'post /accounts/{accountId}/transfers',
          'post /accounts/{accountId}/standing',
          'get /accounts/{accountId}/withdrawals/{withdrawalId}',
          'post /accounts/{accountId}/pre-trade-checks',
          'post /accounts/{accountId}/what-if',
          'get /accounts/{accountId}/decisions',
          'get /accounts/{accountId}/statements',
          'get /accounts/{accountId}/explanation',
          'get /logs/{log}/{partition}',
          'get /margin-events',
          'get /health/ready',
          'get /metrics',
        ]),
      );
      const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
      expect(references.length).toBeGreaterThan(20);
      for (const [, id] of references) expect(Object.keys(body.components.schemas)).toContain(id);
      expect(JSON.stringify(body)).not.toContain('#/$defs/');
      const page = await house.get('/docs');
      expect([page.status, page.type]).toEqual([200, 'text/html']);
    });
  });

  describe('an explanation', () => {
    it('is recomputed from the logs and adds up', async () => {
      await opened('why.main', '250');
      const { status, body } = await house.get('/accounts/why.main/explanation');
      expect(status).toBe(200);
      const explanation = accountExplanation.parse(body);
      expect(explanation.state).toBe('HEALTHY');
      expect(explanation.assessment?.figures.equity).toBe('250');
      expect(explanation.bridge?.lines).toEqual([{ label: 'deposits USD', amount: '250', detail: '250 USD' }]);
      expect(explanation.prices.map(({ underlying }) => underlying)).toEqual(['BTC', 'ETH', 'USDC', 'USDT']);
    });

    it('of the money of a day is a statement that adds up, as JSON and CSV', async () => {
      await opened('day.main', '250');
      // The clearing day of the suite's house.
      const date = String((await house.get('/summary')).body.clearing).slice(0, 10);
      const statement = dayStatement.parse((await house.get(`/accounts/day.main/statements?date=${date}`)).body);
      expect(statement.assets).toEqual([
        ...[{ asset: 'USD', opening: '0', sums: [{ cause: 'deposits', amount: '250', movements: 1 }], closing: '250' }],
      ]);
      const csv = await house.get(`/accounts/day.main/statements?date=${date}&format=csv`);
      expect([csv.status, csv.type]).toEqual([200, 'text/csv']);
      for (const wrong of ['', '?date=2020-02-30', '?date=today', `?date=${date}&format=pdf`]) {
        expectProblem(await house.get(`/accounts/day.main/statements${wrong}`), 400, 'request-malformed');
      }
      expectProblem(await house.get('/accounts/day.main/statements?date=2019-01-01'), 404, 'account-unknown');
    });

    it('of a time that is none is malformed', async () => {
      await opened('when.main');
      expectProblem(await house.get('/accounts/when.main/explanation?at=yesterday'), 400, 'request-malformed');
      for (const event of ['margin/0', 'pricing/-1%231', 'margin/0%231&at=2020-03-12T10:45:00Z']) {
        const wrong = await house.get(`/accounts/when.main/explanation?event=${event}`);
        expectProblem(wrong, 400, 'request-malformed');
        expect(wrong.body).toMatchObject({ errors: [{ field: 'event' }] });
      }
      expectProblem(await house.get('/accounts/when.main/explanation?event=margin/0%23999999'), 404, 'event-unknown');
      expectProblem(
        await house.get('/accounts/when.main/explanation?at=2020-02-30T00:00:00Z'),
        400,
        'request-malformed',
      );
    });

    it('of a time before the account was opened knows no such account', async () => {
      await opened('early.main');
      expectProblem(
        await house.get('/accounts/early.main/explanation?at=2020-03-11T00:01:00Z'),
        404,
        'account-unknown',
      );
    });
  });

  describe('what two persons decide of contracts, limits and fees', () => {
    const by = (person: string): Record<string, string> => ({ 'x-actor': person });
    const post = (path: string, body: object, person: string) => house.post(path, body, undefined, by(person));
    const asking = (accountId: string, side: 'buy' | 'sell'): Promise<Answer> =>
      house.post(`/accounts/${accountId}/pre-trade-checks`, { instrument: 'ETH-PERP', side, quantity: '2' }, null);
    const check = async (accountId: string, side: 'buy' | 'sell') =>
      preTradeCheckResponse.parse((await asking(accountId, side)).body).code;
    /** A document of accounts, by two persons. */
    async function agreed(kind: string, id: string, body: object): Promise<void> {
      const proposal = { proposalId: id.replace('@', '-'), kind, id, body, reason: 'tried over REST' };
      expect((await post('/rules/accounts/proposals', proposal, 'ann')).status).toBe(201);
      const approvals = `/rules/accounts/proposals/${proposal.proposalId}/approvals`;
      expectProblem(await post(approvals, {}, 'Ann'), 409, 'proposer-may-not-approve');
      expect((await post(approvals, {}, 'ben')).status).toBe(201);
    }

    it('a perpetual takes less risk only from the approval of its end on, and everything again when it stays [CLR-DEL-001, CLR-DEL-003]', async () => {
      await opened('delisted.main', '100000');
      const asked = {
        delistingId: 'd-1',
        instrument: 'ETH-PERP',
        at: '2096-10-02T07:06:40.000Z',
        reason: 'nobody trades it',
      };
      expectProblem(await post('/delistings/d-1/approvals', {}, 'ben'), 404, 'delisting-unknown');
      expectProblem(await post('/delistings', { ...asked, at: 'soon' }, 'ann'), 400, 'request-malformed');
      expectProblem(
        await post('/delistings', { ...asked, at: '1970-01-01T00:00:00.001Z' }, 'ann'),
        422,
        'delisting-in-the-past',
      );
      expectProblem(await post('/delistings', { ...asked, instrument: 'DOGE-PERP' }, 'ann'), 422, 'instrument-unknown');
      expectProblem(await house.post('/delistings', asked), 401, 'actor-missing');
      expect((await post('/delistings', asked, 'ann')).status).toBe(201);
      expectProblem(await post('/delistings/d-1/approvals', {}, 'Ann'), 409, 'proposer-may-not-approve');
      expect(await check('delisted.main', 'buy')).toBeNull();
      expect((await post('/delistings/d-1/approvals', {}, 'ben')).status).toBe(201);
      const told = (code: string | null): Promise<Answer> =>
        eventually(
          () => asking('delisted.main', 'sell'),
          ({ body }) => preTradeCheckResponse.parse(body).code === code,
        );
      await told('instrument-delisted');
      const { items: delistings } = delistingsView.parse((await house.get('/delistings')).body);
      expect(delistings).toMatchObject([{ delistingId: 'd-1', proposer: 'ann', price: null, ended: false }]);
      const { at: _, ...stays } = { ...asked, delistingId: 'd-2' };
      expect((await post('/delistings', stays, 'ann')).status).toBe(201);
      expect((await post('/delistings/d-2/approvals', {}, 'ben')).status).toBe(201);
      await told(null);
    });

    it('a bid is for an auction that is open [CLR-LIQ-072]', async () => {
      expect(auctionsView.parse((await house.get('/auctions')).body).items).toEqual([]);
      const bid = { accountId: 'bidder.desk', quantity: '1.5', discount: '0.004' };
      expectProblem(await house.post('/auctions/BTC-PERP-0-1/bids', bid), 409, 'auction-not-open');
      expectProblem(
        await house.post('/auctions/BTC-PERP-0-1/bids', { ...bid, discount: '-1' }),
        400,
        'request-malformed',
      );
      expectProblem(
        await house.post('/auctions/BTC-PERP-0-1/bids', { ...bid, quantity: '0' }),
        400,
        'request-malformed',
      );
      expectProblem(await house.post('/auctions/BTC-PERP-0-1/bids', { ...bid, price: '1' }), 400, 'request-malformed');
    });

    it('a settlement price is of something that expires [CLR-PRC-062]', async () => {
      const times = { expiry: '1970-01-01T00:00:00.001Z', validUntil: '1970-01-01T00:00:00.002Z' };
      const override = { overrideId: 'o-1', underlying: 'BTC', ...times, reason: 'A stale index.' };
      expect((await house.get('/settlement-overrides')).body).toMatchObject({ items: [], next: null });
      const propose = (price: string) => post('/settlement-overrides', { ...override, price }, 'ann');
      const refused = await propose('6180');
      expectProblem(refused, 422, 'expiry-unknown');
      expect(refused.body.detail).toContain('expires at 1970-01-01T00:00:00.001Z');
      expectProblem(await propose('-1'), 400, 'request-malformed');
      expectProblem(await post('/settlement-overrides/o-1/approvals', {}, 'ben'), 404, 'override-unknown');
    });

    it('a limit is shown with how much of it is used, refuses what goes beyond it, and is lifted [CLR-LIM-002]', async () => {
      await opened('limited.main', '100000');
      const uses = async () => accountLimits.parse((await house.get('/accounts/limited.main/limits')).body);
      expect(await uses()).toEqual({ accountId: 'limited.main', limits: null, uses: [] });
      await agreed('position-limits', 'limits@1', { instruments: { 'ETH-PERP': { account: '1' } }, underlyings: {} });
      await eventually(
        () => house.get('/accounts/limited.main/limits'),
        ({ body }) => accountLimits.parse(body).limits === 'limits@1',
      );
      expect((await uses()).uses).toContainEqual(
        expect.objectContaining({
          kind: 'position',
          holder: 'account',
          side: 'long',
          limit: '1',
          held: '0',
          headroom: '1',
        }),
      );
      expect(await check('limited.main', 'buy')).toBe('position-limit');
      await agreed('position-limits', 'limits@2', { instruments: {}, underlyings: {} });
      await eventually(
        () => house.get('/accounts/limited.main/limits'),
        ({ body }) => accountLimits.parse(body).limits === 'limits@2',
      );
      expect(await check('limited.main', 'buy')).toBeNull();
    });

    it('tiers of fees are in force once two persons agree, and none that pays who trades with himself [CLR-ACC-046]', async () => {
      const rates = { taker: '0.0005', maker: '0.0002' };
      const option = { taker: '0.0003', maker: '0.0003' };
      const tier = { fromVolume: '1000000', perpetual: { taker: '0.0004', maker: '-0.0001' }, future: rates, option };
      const schedule = {
        ...{ perpetual: rates, future: rates, option: { ...option, capOfPremium: '0.125' } },
        tiers: [tier],
      };
      const paying = { ...schedule, tiers: [{ ...tier, perpetual: { taker: '0.0004', maker: '-0.0005' } }] };
      const proposal = { proposalId: 'paying', kind: 'fee-schedule', id: 'fees@1', body: paying, reason: 'too much' };
      expectProblem(await post('/rules/accounts/proposals', proposal, 'ann'), 422, 'document-invalid');
      await agreed('fee-schedule', 'fees@2', schedule);
      const { items: inForce } = documentsPage.parse((await house.get('/rules/accounts')).body);
      expect(inForce.find(({ kind }) => kind === 'fee-schedule')).toMatchObject({ id: 'fees@2' });
    });
  });

  describe('a house without a token', () => {
    it('answers no page of another origin, on any route', async () => {
      for (const route of ['/summary', '/docs', '/console/', '/health/live', '/accounts']) {
        const { status, body } = await house.get(route, { origin: 'http://evil.example' });
        expect([status, body.code]).toEqual([403, 'origin-foreign']);
      }
      const written = await house.post('/accounts', { accountId: 'evil.main' }, undefined, {
        origin: 'http://evil.example',
      });
      expectProblem(written, 403, 'origin-foreign');
    });
  });

  it('takes no messages of an exchange outside beside a simulated one', async () => {
    const message = { type: 'AccountOpeningRequested', at: 0, payload: { accountId: 'carol.main' } };
    const submission = { producer: 'engine', incarnation: 'one', first: 1, messages: [message] };
    expectProblem(await house.post('/exchange/messages', submission, null), 409, 'exchange-not-kept');
    expectProblem(await house.get('/exchange/producers'), 409, 'exchange-not-kept');
  });

  describe('every write of this suite, sent again at its end', () => {
    it('is one of every route that takes a key, if only one that its owner refuses', async () => {
      const { paths, components } = (await house.get('/openapi.json')).body;
      const schemas = components.schemas as Readonly<Record<string, { readonly example?: object }>>;
      for (const [template, { post }] of Object.entries(paths as Readonly<Record<string, { readonly post?: Keyed }>>)) {
        if (!post?.parameters?.some(({ name }) => name === 'Idempotency-Key')) continue;
        const address = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
        if (stored.some(({ path }) => address.test(path))) continue;
        const path = template.replace(/\{(\w+)\}/g, (_, name: string) => NOBODY[name] ?? 'nothing-1');
        const form = post.requestBody?.content['application/json'].schema.$ref ?? '';
        const example = schemas[form.replace('#/components/schemas/', '')]?.example ?? {};
        // In nobody's name: a person's act would change the house.
        const answer = await house.post(path, example);
        expect([template, answer.status, isStored(answer)]).toEqual([template, answer.status, true]);
      }
    });

    it('has the answer that was stored, whatever has changed since', async () => {
      await opened('last.main', '1');
      for (const { path, again, answer } of [...stored]) {
        const { status, text } = await again();
        expect([path, status, text]).toEqual([path, answer.status, answer.text]);
      }
    });
  });
}
