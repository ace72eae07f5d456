import fs from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import type { LiquidationsPage } from '@ballast/contracts';
import { browserPath, launch } from './browser.js';
import { OPTIONS, ServedCrash } from './served-crash.js';

const WIDTHS = [1_280, 390];

/** Pictures of every page in both themes and both widths, of half an hour of the recorded crash and of a market with options, into a folder. */
export async function takeScreenshots(folder: string): Promise<readonly string[]> {
  if (browserPath() === undefined) throw new Error('no browser was found; name one with BALLAST_BROWSER');
  await fs.mkdir(folder, { recursive: true });
  const browser = await launch();
  try {
    return [
      ...(await pictured(browser, folder, [], crashPages)),
      ...(await pictured(browser, folder, OPTIONS, () => Promise.resolve({ 'markets-options': '/markets' }))),
    ];
  } finally {
    await browser.close();
  }
}

type Pages = Readonly<Record<string, string>>;

async function crashPages(served: ServedCrash): Promise<Pages> {
  const { items: cases } = await served.get<LiquidationsPage>('/liquidations?limit=500');
  const found = cases.filter(({ slices }) => slices > 1).at(-1) ?? cases.at(-1);
  if (found === undefined) throw new Error('nobody was liquidated in this window');
  const decision = `margin/${found.partition}#${found.trigger}`;
  const at = encodeURIComponent(decision);
  return {
    board: '/',
    'board-past': `/?at=${at}`,
    accounts: '/accounts',
    story: `/accounts/${found.accountId}`,
    'story-past': `/accounts/${found.accountId}?at=${at}`,
    decision: `/decisions/margin/${found.partition}/${found.trigger}`,
    event: '/events/pricing/-1/5',
    liquidations: '/liquidations',
    markets: '/markets',
    'what-if': `/what-if?account=${found.accountId}&positions=BTC-PERP:-2`,
    fund: '/fund',
    parameters: '/parameters',
    desk: '/desk',
    log: '/log',
    system: '/system',
    case: `/liquidations/${encodeURIComponent(found.caseId)}`,
  };
}

async function pictured(
  browser: Browser,
  folder: string,
  options: readonly string[],
  pagesOf: (served: ServedCrash) => Promise<Pages>,
): Promise<readonly string[]> {
  const served = await ServedCrash.start(options);
  try {
    await served.seen(/The replay is finished/);
    const pages = await pagesOf(served);
    const written: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of WIDTHS) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        for (const [name, address] of Object.entries(pages)) {
          const page = await context.newPage();
          await page.goto(`${served.url}/console${address}`);
          await page.locator('h1').waitFor();
          // One page reads several things, each with its own sentence.
          for (let reading = 1; reading > 0; reading = await page.getByText(/^Reading /).count()) {
            await page.waitForTimeout(250);
          }
          await page.waitForTimeout(500);
          const file = path.join(folder, `${name}-${colorScheme}-${width}.png`);
          await page.screenshot({ path: file, fullPage: true });
          written.push(file);
          await page.close();
        }
        await context.close();
      }
    }
    return written;
  } finally {
    await served.end();
  }
}
