import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launch } from './browser.js';
import { ServedCrash } from './served-crash.js';

/** What the board tells of as it comes. */
const NEWS = [
  'AccountStateChanged',
  'MarginCallIssued',
  'MarginCallMet',
  'MarginCallExpired',
  'LiquidationTriggered',
  'ModelFailed',
  'ModelRestored',
  'WithdrawalRefused',
];

describeInBrowser('the board while the crash goes on', () => {
  let served: ServedCrash;
  let browser: Browser;

  beforeAll(async () => {
    served = await ServedCrash.start(['--live', '--speed', '3']);
    browser = await launch();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await served?.end();
  });

  const news = async (): Promise<number> =>
    (await served.marginEvents()).filter(({ type }) => NEWS.includes(type)).length;

  const received = async (page: Page): Promise<number> =>
    Number(
      /(\d+) since this page/.exec(await page.getByRole('region', { name: 'Just decided' }).innerText())?.[1] ?? '0',
    );

  it('tells of every decision without a reload, and of none twice, though the server is killed and started again', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}/console/`);
    await page.getByText('0 since this page was opened', { exact: false }).waitFor();
    // Nothing had been decided when the page was opened: all of it has to come as it happens.
    expect(await news()).toBe(0);
    await page.getByText(/[1-9]\d* since this page was opened/).waitFor({ timeout: 60_000 });
    expect(
      await page.getByRole('group', { name: 'Decisions since the page was opened' }).getByRole('link').count(),
    ).toBeGreaterThan(0);

    await served.stop('SIGKILL');
    await page.getByText('The server does not answer.', { exact: false }).waitFor();
    await served.start();
    await page.getByText('The server does not answer.', { exact: false }).waitFor({ state: 'detached' });

    // Live the exchange stands still at the end of its steps.
    let [before, now] = [-1, await news()];
    while (before !== now || !(await isAtEnd())) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      [before, now] = [now, await news()];
    }
    await page.getByText(`${now} since this page was opened`, { exact: false }).waitFor({ timeout: 10_000 });
    expect(await received(page)).toBe(now);
    expect(now).toBeGreaterThan(3);
  });

  const isAtEnd = async (): Promise<boolean> => {
    const { clearing } = await served.get<{ readonly clearing: number }>('/status');
    return clearing >= Date.parse('2020-03-12T10:39:00Z');
  };
});
