import fs from 'node:fs/promises';
import path from 'node:path';
import type { LiquidationsPage } from '@ballast/contracts';
import { browserPath, launch } from './browser.js';
import { ServedCrash } from './served-crash.js';

const WIDTHS = [1_280, 390];

/** Pictures of every page in both themes and both widths, of half an hour of the recorded crash, into a folder. */
export async function takeScreenshots(folder: string): Promise<readonly string[]> {
  if (browserPath() === undefined) throw new Error('no browser was found; name one with BALLAST_BROWSER');
  await fs.mkdir(folder, { recursive: true });
  const served = await ServedCrash.start();
  const browser = await launch();
  try {
    await served.seen(/The replay is finished/);
    const { cases } = await served.get<LiquidationsPage>('/liquidations?limit=500');
    const found = cases.filter(({ slices }) => slices > 1).at(-1) ?? cases.at(-1);
    if (found === undefined) throw new Error('nobody was liquidated in this window');
    const decision = `margin/${found.partition}#${found.trigger}`;
    const pages: Readonly<Record<string, string>> = {
      board: '/',
      accounts: '/accounts',
      story: `/accounts/${found.accountId}`,
      'story-past': `/accounts/${found.accountId}?at=${encodeURIComponent(decision)}`,
      decision: `/decisions/margin/${found.partition}/${found.trigger}`,
      event: '/events/pricing/-1/5',
      liquidations: '/liquidations',
      markets: '/markets',
      'what-if': `/what-if?account=${found.accountId}&positions=BTC-PERP:-2`,
      fund: '/fund',
      parameters: '/parameters',
      log: '/log',
      system: '/system',
      case: `/liquidations/${encodeURIComponent(found.caseId)}`,
    };
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
    await browser.close();
    await served.end();
  }
}
