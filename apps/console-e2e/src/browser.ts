import fs from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser of this machine, if there is one. */
export function browserPath(): string | undefined {
  const asked = process.env['BALLAST_BROWSER'];
  return (asked === undefined ? PLACES : [asked]).find((place) => fs.existsSync(place));
}

const MISSING = 'no browser was found: install Chromium, or name one with BALLAST_BROWSER';

/**
 * `describe` where there is a browser. Elsewhere the suite says loudly that it does not run, and under CI it fails: a page that
 * nobody looked at is not known to work.
 */
export function describeInBrowser(title: string, suite: () => void): void {
  if (browserPath() !== undefined) return describe(title, suite);
  if (process.env['CI'] === 'true') {
    describe(title, () => {
      it('runs in a browser', () => {
        throw new Error(MISSING);
      });
    });
    return;
  }
  process.stderr.write(`\n*** ${title}: NOT RUN, ${MISSING} ***\n\n`);
  describe.skip(title, suite);
}

/** Root may not sandbox; in a container shared memory is small. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath() ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
