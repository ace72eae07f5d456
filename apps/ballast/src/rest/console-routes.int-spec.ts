import {
  accountExplanation,
  accountSeries,
  documentProposalsPage,
  documentsPage,
  eventView,
  fundPage,
  liquidationsPage,
  marketsView,
  recomputation,
  riskAccountsPage,
  riskBoard,
  rulesHistory,
  statusView,
  surfacesView,
  systemView,
  whatIfResponse,
} from '@ballast/contracts';
import { dec, sum, text } from '@ballast/kernel';
import { openTestHouse, readEvents, type TestHouse } from './served-house.fixtures.js';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

describe('the series of an account', () => {
  it('ends where its account stands now, to the digit', async () => {
    const { body } = await house.get('/accounts?limit=1000');
    for (const { accountId } of body.items.slice(0, 4)) {
      const series = accountSeries.parse((await house.get(`/accounts/${accountId}/series`)).body);
      const { body: account } = await house.get(`/accounts/${accountId}`);
      const { figures } = (account as unknown as { readonly margin: { readonly figures: Record<string, string> } })
        .margin;
      const last = series.points.at.length - 1;
      expect(last).toBeGreaterThan(0);
      const { equity, call, maintenance, liquidation, initial } = series.points;
      expect({
        equity: equity[last],
        call: call[last],
        maintenance: maintenance[last],
        liquidation: liquidation[last],
        initial: initial[last],
      }).toEqual(figures);
      expect(series.events[0]).toMatchObject({ type: 'AccountOpened', point: 0 });
    }
  });

  it('is of the range that is asked for, with no more points than asked for', async () => {
    const whole = accountSeries.parse((await house.get('/accounts/owner-0001.main/series')).body);
    const { span } = whole;
    const from = (span?.from ?? 0) + 60_000;
    const part = accountSeries.parse(
      (await house.get(`/accounts/owner-0001.main/series?from=${new Date(from).toISOString()}`)).body,
    );
    expect(part.points.at[0]).toBeGreaterThanOrEqual(from);
    expect(part.assessed).toBeLessThan(whole.assessed);
    const { status, body } = await house.get('/accounts/owner-0001.main/series?points=5');
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'request-malformed' });
  });

  it('of an account that nobody opened is refused', async () => {
    expect((await house.get('/accounts/nobody.main/series')).body.code).toBe('account-unknown');
  });
});

describe('an event by its place', () => {
  it('comes with its causes up to the quotes', async () => {
    const view = eventView.parse((await house.get('/events/margin/0/3')).body);
    expect(view.place).toBe('margin/0#3');
    const types = view.causes.map(({ type }) => type);
    const priced = eventView.parse((await house.get('/events/pricing/-1/20')).body);
    expect(priced.causes.at(0)).toBeDefined();
    expect([...types, ...priced.causes.map(({ type }) => type)]).toEqual(expect.arrayContaining(['ClockTicked']));
  });

  it('is explained when it is about an account, and refused when it is about none or nowhere', async () => {
    const { body } = await house.get('/accounts/owner-0001.main/series');
    const { events } = accountSeries.parse(body);
    const { log, partition, position } = events[0] as (typeof events)[number];
    const explained = accountExplanation.parse((await house.get(`/decisions/${log}/${partition}/${position}`)).body);
    expect(explained).toMatchObject({ accountId: 'owner-0001.main', event: { log, partition, position } });
    for (const path of [
      '/decisions/margin/-1/1',
      '/decisions/margin/0/999999',
      '/events/nothing/0/1',
      '/events/margin/0/999999',
    ]) {
      const { status, body: refused } = await house.get(path);
      expect([path, status, refused.code]).toEqual([path, 404, 'event-unknown']);
    }
  });

  it('is decided again with everything before it, to the same bytes', async () => {
    const again = recomputation.parse((await house.get('/events/margin/0/6/recomputation')).body);
    expect(again).toMatchObject({ place: 'margin/0#6', events: 6, identical: true, difference: null });
    const { hash } = eventView.parse((await house.get('/events/margin/0/6')).body).event;
    expect(again.hash).toBe(hash);
    expect((await house.get('/events/exchange.quotes/-1/1/recomputation')).body.code).toBe('event-unknown');
  });
});

describe('all accounts at once', () => {
  it('are counted by state once each, and every one with a position is in one bucket of the distribution', async () => {
    const board = riskBoard.parse((await house.get('/risk/board')).body);
    expect(Object.values(board.states).reduce((sum, count) => sum + count, 0)).toBe(board.accounts);
    const { items: rows } = riskAccountsPage.parse((await house.get('/risk/accounts?limit=500')).body);
    const withRequirement = rows.filter(({ cover }) => cover !== null).length;
    expect(board.distribution.reduce((sum, { accounts }) => sum + accounts, 0)).toBe(withRequirement);
  });

  it('are sorted and filtered by the server, page behind page without a gap, and entered anywhere', async () => {
    const all = riskAccountsPage.parse(
      (await house.get('/risk/accounts?order=equity&direction=descending&limit=500')).body,
    );
    const equities = all.items.map(({ figures }) => Number(figures.equity));
    expect(equities).toEqual([...equities].sort((a, b) => b - a));
    const second = riskAccountsPage.parse(
      (await house.get('/risk/accounts?order=equity&direction=descending&skip=4&limit=4')).body,
    );
    const third = riskAccountsPage.parse(
      (
        await house.get(
          `/risk/accounts?order=equity&direction=descending&limit=4&after=${encodeURIComponent(second.next ?? '')}`,
        )
      ).body,
    );
    expect([...second.items, ...third.items].map(({ accountId }) => accountId)).toEqual(
      all.items.slice(4, 12).map(({ accountId }) => accountId),
    );
    const found = riskAccountsPage.parse((await house.get('/risk/accounts?search=owner-0001')).body);
    expect(found.items.map(({ accountId }) => accountId)).toEqual(['owner-0001.main']);
    const healthy = riskAccountsPage.parse((await house.get('/risk/accounts?state=HEALTHY')).body);
    expect(healthy.total).toBe(all.states.HEALTHY);
  });
});

describe('liquidations', () => {
  it('are none in calm, and an unknown one is refused', async () => {
    expect(liquidationsPage.parse((await house.get('/liquidations')).body)).toMatchObject({
      total: 0,
      open: 0,
      items: [],
    });
    const { status, body } = await house.get('/liquidations/owner-0001.main%231');
    expect([status, body.code]).toEqual([404, 'case-unknown']);
  });
});

describe('the house', () => {
  it('has prices of every underlying, the newest last, with the sources they are from', async () => {
    const { markets } = marketsView.parse((await house.get('/markets')).body);
    const { body } = await house.get('/risk/board');
    for (const { underlying, mark } of riskBoard.parse(body).underlyings) {
      const market = markets.find((each) => each.underlying === underlying);
      expect([underlying, market?.mark.at(-1)]).toEqual([underlying, mark]);
      expect(market?.last.sources.length).toBeGreaterThan(0);
      expect(market?.callScalar.length).toBe(market?.at.length);
    }
  });

  it('has no surface where no option is listed, and refuses what is no underlying', async () => {
    expect(surfacesView.parse((await house.get('/surfaces/BTC')).body)).toMatchObject({
      underlying: 'BTC',
      expiries: [],
    });
    expect((await house.get('/surfaces/no-coin')).body.code).toBe('request-malformed');
  });

  it('tells how the rules of every service came to be', async () => {
    for (const service of ['margin', 'pricing', 'accounts', 'liquidation']) {
      const { items: changes } = rulesHistory.parse((await house.get(`/rules/${service}/history`)).body);
      const { body } = await house.get(`/rules/${service}`);
      const { items: inForce } = documentsPage.parse(body);
      expect([service, changes.map(({ id }) => id).sort()]).toEqual([service, inForce.map(({ id }) => id).sort()]);
      expect(changes.every(({ change }) => change === 'established')).toBe(true);
    }
    expect(
      rulesHistory.parse((await house.get('/rules/margin/history?at=2019-01-01T00:00:00Z')).body).items.length,
    ).toBeGreaterThan(0);
  });

  it('has a fund whose flows add up to its balance', async () => {
    const { flows, balance, items: entries } = fundPage.parse((await house.get('/fund')).body);
    expect(text(sum(flows.map(({ amount }) => dec(amount))))).toBe(balance);
    expect(entries[0]?.balance).toBe(balance);
  });

  it('tells of every partition where it ends', async () => {
    const { partitions, readModels } = systemView.parse((await house.get('/system')).body);
    const written = partitions.reduce((sum, { position }) => sum + position, 0);
    expect(readModels).toMatchObject({ events: written, waiting: 0 });
    expect(partitions.map(({ log, partition, position }) => [log, partition, position])).toEqual(
      house.session.house.workers.map(({ log, partition, size }) => [log, partition, size]),
    );
  });
});

describe('the status', () => {
  it('says what the logs hold and that every invariant does', async () => {
    const status = statusView.parse((await house.get('/status')).body);
    expect(status).toMatchObject({ mode: 'idle', backlog: 0, lagSeconds: 0, checkpoint: null });
    expect(status.invariants.violations).toEqual([]);
    expect(status.events).toBe(house.session.house.workers.reduce((sum, { size }) => sum + size, 0));
  });

  it('comes as a stream that says where it begins', async () => {
    const [place, status] = await readEvents(`${house.url}/live`, 2);
    expect(place).toMatchObject({ event: 'place' });
    expect(place?.id).toMatch(/^[0-9a-f]{8};-1:\d+,0:\d+,1:\d+$/);
    expect(status?.event).toBe('status');
    expect(statusView.safeParse(status?.data).success).toBe(true);
  });
});

describe('the console', () => {
  it('is where the address of the server leads, and asks no other origin', async () => {
    const home = await fetch(house.url, { redirect: 'manual' });
    expect([home.status, home.headers.get('location')]).toEqual([302, '/console/']);
    const page = await house.get('/console/accounts/owner-0001.main');
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const [asset] = /assets\/[\w.-]+\.js/.exec(page.text) ?? [];
    expect((await house.get(`/console/${asset}`)).headers.get('cache-control')).toContain('immutable');
    expect((await house.get('/console/assets/no.js')).status).toBe(404);
  });
});

describe('the console of a server that asks for a token', () => {
  it('is served to everybody, and shows nothing without the token', async () => {
    const guarded = await openTestHouse({ token: 'a-token-of-the-test', to: '2020-03-11T00:00:00Z', accounts: 10 });
    try {
      expect((await fetch(`${guarded.url}/console/`)).status).toBe(200);
      for (const path of ['/status', '/live', '/risk/board', '/accounts/owner-0001.main/series']) {
        expect([path, (await fetch(guarded.url + path)).status]).toEqual([path, 401]);
      }
      expect((await guarded.get('/status')).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

describe('the house at a past moment', () => {
  const iso = (at: number): string => new Date(at).toISOString();

  it('is what it is now, where that is the moment asked for', async () => {
    const now = riskBoard.parse((await house.get('/risk/board')).body);
    const at = iso(now.clearing);
    expect(riskBoard.parse((await house.get(`/risk/board?at=${at}`)).body)).toEqual(now);
    for (const path of ['/risk/accounts?limit=20', '/liquidations?limit=20', '/markets?', '/fund?']) {
      const present = (await house.get(path)).body;
      expect({ path, body: (await house.get(`${path}&at=${at}`)).body }).toEqual({ path, body: present });
    }
  });

  it('is the same however often it is asked for, and says which events it was made from', async () => {
    const { clearing } = riskBoard.parse((await house.get('/risk/board')).body);
    // A moment that no other test asks about, in the midst of what the logs hold.
    const at = iso(clearing - 90_000);
    const questions = ['/markets', '/fund', '/deleveraging/rounds', '/surfaces/BTC', '/rules/pricing/history'];
    for (const path of questions.map((each) => `${each}?at=${at}`)) {
      const first = (await house.get(path)).text;
      expect({ path, text: (await house.get(path)).text }).toEqual({ path, text: first });
    }
    const { asOf, items } = documentsPage.parse((await house.get(`/rules/pricing?at=${at}`)).body);
    expect(items.length).toBeGreaterThan(0);
    const position = asOf.positions['pricing/-1'] ?? 0;
    const entries = (await house.get(`/logs/pricing/-1?after=${position - 1}&limit=2`)).body.items;
    const [last, next] = entries as unknown as readonly { readonly time: { readonly clearing: number } }[];
    expect(last?.time.clearing).toBeLessThanOrEqual(clearing - 90_000);
    expect(next?.time.clearing).toBeGreaterThan(clearing - 90_000);
  });

  it('shows every account as its explanation has it then', async () => {
    const { clearing } = riskBoard.parse((await house.get('/risk/board')).body);
    const at = iso(clearing - 120_000);
    const {
      items: rows,
      asOf: { clearing: then },
    } = riskAccountsPage.parse((await house.get(`/risk/accounts?at=${at}`)).body);
    expect(then).toBeLessThanOrEqual(clearing - 120_000);
    expect(rows).toHaveLength(12);
    for (const { accountId, state, figures } of rows.slice(0, 4)) {
      const explained = accountExplanation.parse((await house.get(`/accounts/${accountId}/explanation?at=${at}`)).body);
      expect({ accountId, state, figures }).toEqual({
        accountId,
        state: explained.state,
        figures: explained.assessment?.figures,
      });
    }
    const prices = marketsView.parse((await house.get(`/markets?at=${at}`)).body);
    expect(prices.clearing).toBeLessThanOrEqual(clearing - 120_000);
    expect(prices.markets.every((market) => (market.at.at(-1) ?? 0) <= clearing - 120_000)).toBe(true);
  });

  it('answers what would have been if, on the state of then [CLR-MRG-065]', async () => {
    const { items: rows } = riskAccountsPage.parse(
      (await house.get('/risk/accounts?order=notional&direction=descending')).body,
    );
    const accountId = rows[0]?.accountId ?? '';
    const ask = (moment: string, question: object) =>
      house.post(`/accounts/${accountId}/what-if${moment}`, question, null);
    const { clearing } = riskBoard.parse((await house.get('/risk/board')).body);
    const shocks = { spotMoves: ['-0.2', '0'], volatilityShocks: ['0', '1'] };
    expect((await ask(`?at=${iso(clearing)}`, { shocks })).body).toEqual((await ask('', { shocks })).body);

    const then = `?at=${iso(clearing - 120_000)}`;
    const nothing = whatIfResponse.parse((await ask(then, {})).body);
    const explained = accountExplanation.parse((await house.get(`/accounts/${accountId}/explanation${then}`)).body);
    expect(nothing.after).toEqual(explained.assessment?.figures);
    expect(nothing.asOf).toBe(explained.schedule?.asOf);
    const positions = [{ instrument: 'BTC-PERP', quantity: '0.01' }];
    const long = whatIfResponse.parse((await ask(then, { positions })).body);
    expect([long.before, long.after.equity]).toEqual([nothing.after, nothing.after.equity]);
    expect(Number(long.after.call)).toBeGreaterThan(0);

    const { events } = accountSeries.parse((await house.get(`/accounts/${accountId}/series`)).body);
    const { log, partition, position } = events[0] as (typeof events)[number];
    for (const [moment, question, code] of [
      ['?at=2019-01-01T00:00:00Z', {}, 'account-unknown'],
      ['?at=yesterday', {}, 'request-malformed'],
      ['?event=margin/0%23999999', {}, 'event-unknown'],
      // Its account was opened before anything had a price.
      [`?event=${log}/${partition}%23${position}`, {}, 'prices-halted'],
      [`?at=${iso(clearing)}`, { model: 'nobody-knows@9' }, 'what-if-impossible'],
      [`?at=${iso(clearing)}`, { shocks: { spotMoves: ['-1'], volatilityShocks: ['0'] } }, 'what-if-impossible'],
    ] as const) {
      const { body } = await ask(moment, question);
      expect({ moment, code: body.code }).toEqual({ moment, code });
    }
  });

  it('decides by the documents of then, and had proposed what waited then', async () => {
    const rules = async (at?: number) => {
      const query = at === undefined ? '' : `?at=${iso(at)}`;
      const { items: inForce } = documentsPage.parse((await house.get(`/rules/margin${query}`)).body);
      const proposed = documentProposalsPage.parse((await house.get(`/rules/margin/proposals${query}`)).body).items;
      return { ids: inForce.map(({ id }) => id), proposed: proposed.map(({ id }) => id) };
    };
    const { clearing } = riskBoard.parse((await house.get('/risk/board')).body);
    const { items: inForce } = documentsPage.parse((await house.get('/rules/margin')).body);
    const parameters = inForce.find(({ kind }) => kind === 'margin-parameters');
    const before = await rules();
    const body = { ...(parameters?.body as object), exitFactor: '1.06' };
    const proposal = { proposalId: 'calmer', kind: 'margin-parameters', id: 'calmer@1', body, reason: 'A test.' };
    expect((await house.post('/rules/margin/proposals', proposal, undefined, { 'x-actor': 'ann' })).status).toBe(201);
    expect(await rules(clearing)).toEqual({ ids: before.ids, proposed: ['calmer@1'] });
    const approval = await house.post('/rules/margin/proposals/calmer/approvals', {}, undefined, { 'x-actor': 'ben' });
    expect(approval.status).toBe(201);
    const after = await rules();
    expect(after).toEqual({
      ids: before.ids.map((id) => (id === parameters?.id ? 'calmer@1' : id)),
      proposed: [],
    });
    expect(await rules(clearing)).toEqual(after);
    expect(await rules(clearing - 60_000)).toEqual(before);
  });

  it('is empty before the house opened, and a moment that is none is refused', async () => {
    expect(riskBoard.parse((await house.get('/risk/board?at=2019-01-01T00:00:00Z')).body)).toMatchObject({
      accounts: 0,
      schedule: null,
      fund: { balance: '0' },
    });
    for (const path of ['/risk/board', '/risk/accounts', '/liquidations', '/markets', '/fund', '/rules/margin']) {
      const { status, body } = await house.get(`${path}?at=yesterday`);
      expect({ path, status, field: body.errors[0]?.field }).toEqual({ path, status: 400, field: 'at' });
    }
  });
});
