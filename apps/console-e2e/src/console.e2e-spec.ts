import fs from 'node:fs';
import { createRequire } from 'node:module';
import type {
  AccountExplanation,
  AccountSeries,
  EventView,
  LiquidationCaseView,
  LiquidationsPage,
} from '@ballast/contracts';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launch } from './browser.js';
import { ManyAccounts } from './many-accounts.js';
import { OPTIONS, ServedCrash } from './served-crash.js';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [1_280, 390] as const;
const THEMES = ['Light', 'Dark'] as const;

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[];
  }[];
}

/** `52,355.52` as a page shows it, from `52355.52` or `52355.5`. */
const shown = (amount: string): string => {
  const [whole = '', fraction = ''] = amount.replace('-', '−').split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.padEnd(2, '0')}`;
};

describeInBrowser('the console on a recorded crash', () => {
  let served: ServedCrash;
  let browser: Browser;
  let liquidated: LiquidationsPage['items'][number];
  let decision: string;

  beforeAll(async () => {
    served = await ServedCrash.start();
    browser = await launch();
    await served.seen(/The replay is finished/);
    const { items: cases } = await served.get<LiquidationsPage>('/liquidations?limit=500');
    liquidated = cases.filter(({ slices }) => slices > 1).at(-1) ?? (cases.at(-1) as typeof liquidated);
    decision = `margin/${liquidated.partition}#${liquidated.trigger}`;
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await served?.end();
  });

  const open = (address: string, onAsk?: (url: string) => void): Promise<Page> =>
    opened(browser, served, address, onAsk);
  const decisionAddress = (): string => `/decisions/margin/${liquidated.partition}/${liquidated.trigger}`;
  const story = (at?: string): string =>
    `/accounts/${liquidated.accountId}${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`;

  /** A trade of the perpetual on bitcoin that stands in the ledger. */
  const bookedTrade = async (): Promise<string> => {
    const pages = await Promise.all([0, 1, 2, 3].map((each) => served.get<object>(`/logs/accounts/${each}?limit=500`)));
    const [, tradeId] = /"tradeId":"(trade\/[^"]*\/BTC)"/.exec(JSON.stringify(pages)) ?? [];
    if (tradeId === undefined) throw new Error('nothing was traded in this window');
    return tradeId;
  };

  /** What each page shows when it has read what it shows. */
  const pages = (): readonly (readonly [string, string])[] => [
    ['/', 'Volatility scalars and their causes'],
    ['/accounts', 'All that fit'],
    ['/liquidations', 'Cases'],
    [story(decision), 'What happened'],
    [decisionAddress(), 'Causes'],
    [`/liquidations/${encodeURIComponent(liquidated.caseId)}`, 'Where the loss went'],
    ['/events/pricing/-1/5', 'Causes'],
    ['/markets', 'Sources that began or ceased to count'],
    [`/what-if?account=${liquidated.accountId}`, 'Now, and if'],
    ['/fund', 'What made the balance'],
    ['/parameters', 'Proposals'],
    ['/desk', 'Books that are brought'],
    ['/log', 'margin/0'],
    ['/system', 'Partitions'],
    ['/nowhere', 'There is nothing here'],
  ];

  describe('the story of a liquidated account', () => {
    it('says the same cents as explain, at the decision and in the panel of the cursor', async () => {
      const { figures } = (
        await served.get<AccountExplanation>(
          `/accounts/${liquidated.accountId}/explanation?event=${encodeURIComponent(decision)}`,
        )
      ).assessment as NonNullable<AccountExplanation['assessment']>;
      const page = await open(story(decision));
      const panel = page.getByRole('region', { name: 'As of the cursor' });
      const text = await panel.innerText();
      expect(text).toContain('LIQUIDATING');
      for (const amount of [figures.equity, figures.call, figures.liquidation, figures.initial]) {
        expect(text).toContain(`${shown(amount)} USD`);
      }
      await close(page);
    });

    it('was HEALTHY at the run before its first worse state, to which the slider steps', async () => {
      const { points, partition } = await served.get<AccountSeries>(
        `/accounts/${liquidated.accountId}/series?points=4000`,
      );
      const worse = points.state.findIndex((state) => state !== 'HEALTHY');
      expect(worse).toBeGreaterThan(0);
      const page = await open(story(`margin/${partition}#${points.position[worse]}`));
      const slider = page.getByRole('slider', { name: 'Run' });
      expect(await slider.getAttribute('aria-valuetext')).toContain(points.state[worse]);
      await slider.press('ArrowLeft');
      await page.waitForURL(new RegExp(encodeURIComponent(`margin/${partition}#${points.position[worse - 1]}`)));
      expect(await slider.getAttribute('aria-valuetext')).toContain('HEALTHY');
      await close(page);
    });

    it('has a table twin of exactly what is drawn, under a button and under a key', async () => {
      const { points } = await served.get<AccountSeries>(`/accounts/${liquidated.accountId}/series`);
      const page = await open(story());
      const panel = page.getByRole('region', { name: 'Equity against what it must cover' }).first();
      await panel.getByRole('button', { name: 'Table' }).focus();
      await page.keyboard.press('t');
      const table = panel.getByRole('table');
      await table.waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe(String(points.at.length + 1));
      expect((await table.innerText()).replaceAll(',', '')).toContain(points.equity[0]);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        panel.getByRole('button', { name: 'CSV' }).click(),
      ]);
      const rows = fs
        .readFileSync(await download.path(), 'utf8')
        .trimEnd()
        .split('\r\n');
      expect(rows).toHaveLength(points.at.length + 1);
      expect(rows[1]?.split(',')[3]).toBe(points.equity[0]);
      await close(page);
    });

    it('never draws more than 4,000 points, and keeps the least of what it leaves out', async () => {
      const whole = await served.get<AccountSeries>(`/accounts/${liquidated.accountId}/series?points=4000`);
      const few = await served.get<AccountSeries>(`/accounts/${liquidated.accountId}/series?points=20`);
      expect(whole.points.at.length).toBeLessThanOrEqual(4_000);
      expect(few.points.at.length).toBeLessThanOrEqual(20);
      expect(Math.min(...few.points.equity.map(Number))).toBe(Math.min(...whole.points.equity.map(Number)));
    });
  });

  describe('a decision', () => {
    it('is followed by its causes up to the quotes and down to a journal entry', async () => {
      const view = await served.get<EventView>(`/events/margin/${liquidated.partition}/${liquidated.trigger}`);
      const page = await open(decisionAddress());
      const graph = page.getByRole('region', { name: 'Cause graph' });
      const text = await graph.innerText();
      for (const type of [
        'VenueQuotesReceived',
        'PriceSetPublished',
        'ScheduleInForce',
        'LiquidationOpened',
        'PositionChanged',
      ]) {
        expect([type, view.causes.some((node) => node.type === type), text.includes(type)]).toEqual([type, true, true]);
      }
      const quote = view.causes.find(({ type }) => type === 'VenueQuotesReceived');
      await graph
        .getByRole('link', { name: quote?.place ?? '' })
        .first()
        .click();
      await page.getByRole('heading', { name: `VenueQuotesReceived ${quote?.place}` }).waitFor();
      await close(page);
    });

    it('is decided again on the page, to the same bytes', async () => {
      const page = await open(decisionAddress());
      await page.getByRole('button', { name: 'Decide it again' }).click();
      await page.getByText(/came out the same, byte for byte/).waitFor();
      await close(page);
    });

    it('is compared with the decision before: the equity of both stands in the difference', async () => {
      const page = await open(decisionAddress());
      const panel = page.getByRole('region', { name: 'Difference with another decision' });
      // The oldest: that of the same run has the same figures.
      await panel.waitFor();
      const options = await panel.getByRole('option').count();
      await panel.getByRole('combobox').selectOption({ index: options - 1 });
      const row = panel.getByRole('row').filter({ has: page.getByRole('cell', { name: 'equity', exact: true }) });
      await row.waitFor();
      const { figures } = (
        await served.get<AccountExplanation>(`/decisions/margin/${liquidated.partition}/${liquidated.trigger}`)
      ).assessment as NonNullable<AccountExplanation['assessment']>;
      expect((await row.innerText()).replaceAll(',', '')).toContain(figures.equity);
      await close(page);
    });

    it('shows equity, requirement and the bridge so that a reader who adds them up gets the total', async () => {
      const page = await open(decisionAddress());
      for (const title of ['Equity', 'Requirement']) {
        const rows = page.getByRole('region', { name: title, exact: true }).locator('tbody tr');
        await rows.first().waitFor();
        const all: { level: string | null; cells: readonly string[] }[] = [];
        for (const row of await rows.all()) {
          all.push({ level: await row.getAttribute('data-level'), cells: await row.locator('td').allTextContents() });
        }
        const end = all.findIndex(({ level }) => level === '0');
        const parts = all.slice(0, end).filter(({ level }) => level === '1');
        expect([title, sumOf(parts.map(({ cells }) => cells[1] ?? ''))]).toEqual([
          title,
          centsOf(all[end]?.cells[1] ?? ''),
        ]);
      }
      await close(page);
    });
  });

  describe('a case', () => {
    it('has a waterfall that adds up to its table to the unit', async () => {
      const { loss } = await served.get<LiquidationCaseView>(`/liquidations/${encodeURIComponent(liquidated.caseId)}`);
      expect(loss.length).toBeGreaterThan(2);
      const page = await open(`/liquidations/${encodeURIComponent(liquidated.caseId)}`);
      const panel = page.getByRole('region', { name: 'Where the loss went' }).first();
      await panel.locator('svg').waitFor();
      const drawn = (await panel.locator('svg g text:last-of-type').allTextContents()).filter((text) =>
        text.includes('USD'),
      );
      await panel.getByRole('button', { name: 'Table' }).click();
      const rows = await panel.locator('tbody tr td:nth-child(2)').allTextContents();
      expect(drawn.map(centsOf)).toEqual(rows.map(centsOf));
      expect(sumOf(rows.slice(0, -1))).toBe(centsOf(rows.at(-1) ?? ''));
      await close(page);
    });
  });

  describe('a list of 100,000 accounts', () => {
    const MANY = 100_000;

    it('has every row that is in sight, wherever it is scrolled to, in the order of the server', async () => {
      const many = new ManyAccounts(MANY);
      const page = await open('/system');
      await page.route('**/risk/accounts?*', async (route) => {
        await route.fulfill({ json: await many.page(route.request().url()) });
      });
      await page.getByRole('link', { name: 'Accounts' }).click();
      const list = page.getByRole('group', { name: 'Accounts' });
      await list.locator('tbody a').first().waitFor();
      const { total, items: rows } = await many.page('http://server/risk/accounts?limit=1');
      expect(total).toBe(MANY);
      expect(await list.locator('tbody a').first().innerText()).toBe(rows[0]?.accountId);
      expect(await list.locator('table').getAttribute('aria-rowcount')).toBe(String(MANY + 1));

      /** What stands in sight once everything asked for has come. */
      const inSight = async (top: number): Promise<readonly (readonly [number, string])[]> => {
        await list.evaluate((group: Box, to: number) => (group.scrollTop = to), top);
        // In the frame after, the window is full of rows, though some are still on their way.
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        expect(await list.evaluate(blankPixels)).toBeLessThan(62);
        // Not asked of the page by a text to evaluate: once it is not true at once, the policy of the page forbids that.
        const onTheirWay = list.locator('tbody tr[aria-rowindex] td:first-child', { hasText: /^…$/ });
        await onTheirWay.first().waitFor({ state: 'hidden' });
        return list.evaluate((group: Box) =>
          [...group.querySelectorAll('tbody tr[aria-rowindex]')].map(
            (row) =>
              [Number(row.getAttribute('aria-rowindex')) - 2, row.querySelector('a')?.textContent ?? ''] as const,
          ),
        );
      };
      const height = await list.evaluate((group: Box) => group.scrollHeight - group.clientHeight);
      const tops = [0, 500, 1_000, 1_500, height / 3, height / 3 + 700, height / 2, height, height - 900, 2_000];
      for (const top of tops) {
        const found = await inSight(top);
        const first = found[0]?.[0] ?? 0;
        const asked = await many.page(`http://server/risk/accounts?skip=${first}&limit=${found.length}`);
        expect({ top, ids: found.map(([, id]) => id) }).toEqual({
          top,
          ids: asked.items.map(({ accountId }) => accountId),
        });
      }
      await list.getByRole('button', { name: /Equity/ }).click();
      const [least] = (await many.page('http://server/risk/accounts?order=equity&limit=1')).items;
      await list
        .locator('tbody tr')
        .first()
        .getByText(least?.accountId ?? '')
        .waitFor();
      await close(page);
    });
  });

  describe('what-if', () => {
    it.each(['now', 'then'])('of nothing says what the account says %s', async (when) => {
      const { accountId } = liquidated;
      const moment = when === 'now' ? '' : `?event=${encodeURIComponent(decision)}`;
      const { figures } = (await served.get<AccountExplanation>(`/accounts/${accountId}/explanation${moment}`))
        .assessment as NonNullable<AccountExplanation['assessment']>;
      const at = when === 'now' ? '' : `&at=${encodeURIComponent(decision)}`;
      const page = await open(`/what-if?account=${accountId}${at}`);
      const rows = page.getByRole('group', { name: 'Figures now and then' }).locator('tbody tr');
      await rows.first().waitFor();
      const [equity, call] = [
        await rows.nth(0).locator('td').allTextContents(),
        await rows.nth(1).locator('td').allTextContents(),
      ];
      expect(equity.slice(1)).toEqual([shown(figures.equity), shown(figures.equity), '0.00']);
      expect(call.slice(1)).toEqual([shown(figures.call), shown(figures.call), '0.00']);
      await close(page);
    });

    it('has a surface whose lines part what its table says stands below a level', async () => {
      const page = await open(`/what-if?account=${liquidated.accountId}&at=${encodeURIComponent(decision)}`);
      const panel = page.getByRole('region', { name: 'Slice by price' });
      await panel.getByRole('button', { name: 'Table' }).click();
      const cells = await panel
        .locator('tbody tr')
        .evaluateAll((rows: readonly Box[]) =>
          rows.map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent ?? '')),
        );
      expect(cells).toHaveLength(25);
      const standings = cells.map(([, , , equity = '', call = '', liquidation = '', stands = '']) => [
        stands.slice(2),
        centsOf(equity) < centsOf(liquidation)
          ? 'below the liquidation level'
          : centsOf(equity) < centsOf(call)
            ? 'below the call level'
            : 'above the call level',
      ]);
      for (const [told, reckoned] of standings) expect(told).toBe(reckoned);
      // Who is closed out as prices fall stands above the call after a rise: both sides of the lines are there.
      expect(new Set(standings.map(([told]) => told)).size).toBeGreaterThan(1);
      // Requirements move with the price.
      expect(new Set(cells.map(([, , , , call]) => call)).size).toBeGreaterThan(20);
      await close(page);
    });
  });

  describe('parameters', () => {
    it('are changed by two persons: whoever proposed may not approve, and is told so', async () => {
      const page = await open('/parameters');
      await page.getByRole('combobox', { name: 'Service' }).selectOption('liquidation');
      await page.getByRole('button', { name: /^Propose a change of close-out-default@/ }).click();
      const proposing = page.getByRole('form', { name: /^Propose / });
      const figure = proposing.getByRole('combobox', { name: 'Figure to change' });
      await figure.selectOption('sliceDurationMs');
      await proposing.getByRole('textbox', { name: 'New figure of sliceDurationMs' }).fill('240000');
      await proposing.getByRole('textbox', { name: 'Why' }).fill('slices were slower than the books refill');
      await proposing.getByRole('textbox', { name: 'You are' }).fill('ada');
      await proposing.getByRole('button', { name: /^Propose / }).click();

      await page.getByRole('button', { name: /^Approve / }).click();
      const approval = page.getByRole('form', { name: /^Approve / });
      await approval.getByRole('checkbox', { name: 'I have read the change' }).check();
      await approval.getByRole('button', { name: 'Approve' }).click();
      await approval.getByRole('alert').getByText('proposer-may-not-approve', { exact: false }).waitFor();
      await approval.getByRole('textbox', { name: 'You are' }).fill('bob');
      await approval.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('Nothing is proposed in place of what is in force.').waitFor();
      // The form has gone with what it approved: the keyboard goes on from what is said of it.
      await page.locator('[role=status]:focus', { hasText: 'is in force from the next decision on' }).waitFor();
      const history = page.getByRole('group', { name: 'Changes of the rules of liquidation' });
      await history.getByText('● approved').waitFor();
      expect(await history.getByText('slices were slower than the books refill').count()).toBe(1);
      await close(page);
    });
  });

  describe('the desk', () => {
    it('takes a trade back by two persons: whoever proposed may not approve, and is told so [CLR-ACC-017]', async () => {
      const tradeId = await bookedTrade();
      const page = await open('/desk');
      const trades = page.getByRole('region', { name: 'Trades taken back' });
      await trades.getByRole('button', { name: 'Propose to take a trade back' }).press('Enter');
      const proposing = trades.getByRole('form', { name: 'Propose to take a trade back' });
      await proposing.locator('input:focus').waitFor();
      await page.keyboard.type(tradeId);
      await proposing.getByRole('textbox', { name: 'Instrument' }).fill('btc perp');
      await proposing.getByRole('textbox', { name: 'Why' }).fill('a price that nobody meant');
      await proposing.getByRole('textbox', { name: 'You are' }).fill('ada');
      await page.keyboard.press('Enter');
      await proposing.getByRole('alert').getByText('instrument is "btc perp": write an', { exact: false }).waitFor();
      expect(await faultsOf(page, '/desk with a form')).toEqual([]);
      await proposing.getByRole('textbox', { name: 'Instrument' }).fill('BTC-PERP');
      // It is taken, and its answer is lost.
      await page.route('**/corrections', async (route) => {
        await route.fetch();
        await route.abort();
      });
      await page.keyboard.press('Enter');
      await proposing.getByRole('alert').getByText('it is not done twice', { exact: false }).waitFor();
      await page.unroute('**/corrections');
      await page.keyboard.press('Enter');
      await trades.locator('[role=status]:focus', { hasText: 'is proposed; every partition says' }).waitFor();

      await trades.getByRole('button', { name: /^Withdraw correction/ }).press('Enter');
      const withdrawal = trades.getByRole('form', { name: `${tradeId} stands` });
      await withdrawal.getByRole('textbox', { name: 'Why' }).fill('the price was meant');
      await page.keyboard.press('Enter');
      await trades.locator('[role=status]:focus', { hasText: `${tradeId} stands` }).waitFor();
      expect(await trades.getByRole('button', { name: /^(Approve|Withdraw) correction/ }).count()).toBe(0);

      await trades.getByRole('button', { name: 'Propose to take a trade back' }).press('Enter');
      await proposing.getByRole('textbox', { name: 'Trade' }).fill(tradeId);
      await proposing.getByRole('textbox', { name: 'Instrument' }).fill('BTC-PERP');
      await proposing.getByRole('textbox', { name: 'Why' }).fill('it was not');
      await page.keyboard.press('Enter');
      // What is said takes the focus: a key that is pressed before would go there.
      await trades.locator('[role=status]:focus', { hasText: 'is proposed; every partition says' }).waitFor();
      await trades.getByRole('button', { name: /^Approve correction/ }).press('Enter');
      const approval = trades.getByRole('form', { name: `take ${tradeId} back` });
      await approval.getByRole('textbox', { name: 'You are' }).fill('ada');
      await page.keyboard.press('Enter');
      await approval.getByRole('alert').getByText('proposer-may-not-approve', { exact: false }).waitFor();
      const { items } = await served.get<{ items: readonly { tradeId: string }[] }>('/corrections?limit=500');
      expect(items.filter((each) => each.tradeId === tradeId)).toHaveLength(2);
      await approval.getByRole('textbox', { name: 'You are' }).fill('bob');
      await page.keyboard.press('Enter');
      await trades.locator('[role=status]:focus', { hasText: 'is approved; every partition' }).waitFor();
      await trades.getByText('■ taken back').waitFor();
      await close(page);
    });
  });

  describe('the fund', () => {
    it('shows causes that add up to its balance', async () => {
      const page = await open('/fund');
      const panel = page.getByRole('region', { name: 'What made the balance' });
      await panel.getByRole('button', { name: 'Table' }).click();
      const rows = await panel.locator('tbody tr td:nth-child(2)').allTextContents();
      expect(rows.length).toBeGreaterThan(2);
      expect(sumOf(rows.slice(0, -1))).toBe(centsOf(rows.at(-1) ?? ''));
      await close(page);
    });
  });

  describe('with the keyboard only', () => {
    it('a reader reaches an account by its id and reads the decision behind it', async () => {
      const page = await open('/');
      await page.keyboard.press('/');
      await page.keyboard.type(liquidated.accountId);
      await page.getByRole('option', { name: `Go to ${liquidated.accountId}` }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: liquidated.accountId }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(decision);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: `LiquidationTriggered ${decision}` }).waitFor();
      expect(await page.getByRole('region', { name: 'Because' }).innerText()).toContain('equity');
      await close(page);
    });

    it('a reader comes from link to link without a trap', async () => {
      const page = await open(decisionAddress());
      await page.getByRole('region', { name: 'Cause graph' }).waitFor();
      const seen = new Set<string>();
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate<string>('document.activeElement.outerHTML.slice(0, 300)'));
      }
      expect(seen.size).toBeGreaterThan(50);
      await close(page);
    });
  });

  describe('for everybody', () => {
    it('axe finds nothing on any page in either theme and width, no page is wider than the window and no list hides a column', async () => {
      const found: string[] = [];
      for (const [address, panel] of pages()) {
        const page = await open(address);
        await page.getByText(panel, { exact: true }).first().waitFor();
        found.push(...(await faultsOf(page, address)));
        await close(page);
      }
      expect(found).toEqual([]);
    });
  });

  describe('the whole house', () => {
    it.each(['/', '/accounts', '/liquidations', '/markets', '/fund', '/parameters'])(
      'stands on %s as of an event: at its clearing time',
      async (address) => {
        const { event } = await served.get<EventView>(`/events/margin/${liquidated.partition}/${liquidated.trigger}`);
        const moment = new Date(event.time.clearing).toISOString().slice(0, 19).replace('T', ' ');
        const asked: string[] = [];
        const page = await open(`${address}?at=${encodeURIComponent(decision)}`, (url) => asked.push(url));
        await page.getByRole('note').getByText(`The whole house at ${moment} UTC`, { exact: false }).waitFor();
        await read(page);
        expect(asked.some((url) => url.includes(encodeURIComponent(moment.replace(' ', 'T'))))).toBe(true);
        await close(page);
      },
    );
  });

  it('keeps its frame while the server is away, and answers an old link with the same figures after a restart', async () => {
    const page = await open(story(decision));
    const panel = page.getByRole('region', { name: 'As of the cursor' });
    const before = await panel.innerText();
    await served.stop();
    await page.getByText('The server does not answer').waitFor();
    await page.getByRole('link', { name: 'Fund', exact: true }).click();
    await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor();
    await served.start();
    await page.getByRole('heading', { name: 'Fund', exact: true }).waitFor();
    await close(page);
    const again = await open(story(decision));
    const after = again.getByRole('region', { name: 'As of the cursor' });
    await after.waitFor();
    expect(await after.innerText()).toBe(before);
    await close(again);
  });
});

describeInBrowser('the console where options are listed', () => {
  let served: ServedCrash;
  let browser: Browser;

  beforeAll(async () => {
    served = await ServedCrash.start(OPTIONS);
    browser = await launch();
    await served.seen(/The replay is finished/);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await served?.end();
  });

  it('has smiles and strikes by expiry in which axe finds nothing, in either theme and width', async () => {
    const page = await opened(browser, served, '/markets');
    await page
      .getByRole('img', { name: /by strike over forward/ })
      .first()
      .waitFor();
    expect(await faultsOf(page, '/markets')).toEqual([]);
    await close(page);
  });
});

const close = (page: Page): Promise<void> => page.context().close();

/** Nothing on the page is still being read; what has come may ask for more. */
async function read(page: Page): Promise<void> {
  const readings = page.getByText(/^Reading /);
  while ((await readings.count()) > 0) await readings.first().waitFor({ state: 'detached' });
}

async function opened(
  browser: Browser,
  served: ServedCrash,
  address: string,
  onAsk?: (url: string) => void,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: WIDTHS[0], height: 900 },
    colorScheme: 'light',
    baseURL: served.url,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  if (onAsk !== undefined) page.on('request', (request) => onAsk(request.url()));
  await page.goto(`/console${address}`);
  await page.locator('h1').waitFor();
  return page;
}

/** What axe finds on a page in both widths and themes, where it is wider than its window, and lists that hide columns on a narrow one. */
async function faultsOf(page: Page, address: string): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(AXE);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    // Charts are drawn anew in the frame after the window has changed.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    if (wide > width) found.push(`${address} is ${wide} wide at ${width}`);
    const hidden = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll('[role=group]:has(> table)')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map((list) => list.getAttribute('aria-label'))`,
    );
    found.push(...hidden.map((list) => `${address} hides columns of "${list}" at ${width}`));
    for (const theme of THEMES) {
      const other = page.getByRole('button', { name: `${theme} theme` });
      if ((await other.count()) > 0) await other.click();
      const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
      for (const { id, help, nodes } of violations) {
        const [node] = nodes;
        const where = `${address} ${width} ${theme}`;
        found.push(`${where} ${id}: ${help}: ${node?.html.slice(0, 200)} ${node?.any[0]?.message ?? ''}`);
      }
    }
  }
  return found;
}

/** As much of an element as is needed here. */
interface Box {
  readonly textContent: string | null;
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly top: number; readonly bottom: number };
  querySelector(selector: string): Box | null;
  querySelectorAll(selector: string): Iterable<Box>;
}

/** Pixels of a list's window that no row covers, but for its heading. */
function blankPixels(group: Box): number {
  const { top, bottom } = group.getBoundingClientRect();
  const heading = group.querySelector('thead')?.getBoundingClientRect();
  const covered = [...group.querySelectorAll('tbody tr[aria-rowindex]')].reduce((sum, row) => {
    const at = row.getBoundingClientRect();
    return sum + Math.max(0, Math.min(at.bottom, bottom) - Math.max(at.top, Math.max(top, heading?.bottom ?? top)));
  }, 0);
  return bottom - Math.max(top, heading?.bottom ?? top) - covered;
}

/** `−12,101.08 USD` in cents. */
const centsOf = (text: string): number => Math.round(Number(text.replace(/[^\d.−]/g, '').replace('−', '-')) * 100);

const sumOf = (amounts: readonly string[]): number => amounts.reduce((sum, amount) => sum + centsOf(amount), 0);
