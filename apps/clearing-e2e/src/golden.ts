import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MemoryLogStore } from '@ballast/event-log';
import type { Digests } from '@ballast/services';
import { CI_WINDOW } from './ci-window.js';
import { runToEnd } from './clearing-run.js';

/** The run a golden file was made of, and its digests. */
export interface Golden {
  readonly run: typeof CI_WINDOW;
  readonly digests: Digests;
}

const GOLDEN_FILE = fileURLToPath(new URL('../golden/ci-window.json', import.meta.url));

export const RENEWAL = 'node apps/clearing-e2e/bin/renew-golden.mjs';

export async function readGolden(): Promise<Golden> {
  return JSON.parse(await fs.readFile(GOLDEN_FILE, 'utf8')) as Golden;
}

/** Runs the window and writes its digests down. A deliberate act: from then on every run must come out like this one. */
export async function renewGolden(): Promise<{ readonly before: Golden | undefined; readonly after: Golden }> {
  const before = await readGolden().catch(() => undefined);
  const house = await runToEnd(new MemoryLogStore(), CI_WINDOW);
  const after = { run: CI_WINDOW, digests: await house.digests() };
  await fs.writeFile(GOLDEN_FILE, `${JSON.stringify(after, null, 2)}\n`);
  return { before, after };
}
