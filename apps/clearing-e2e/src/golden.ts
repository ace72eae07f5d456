import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MemoryLogStore } from '@ballast/event-log';
import type { Digests } from '@ballast/services';
import { CI_WINDOW, OPTION_EXPIRY, OPTION_FALL, type RunWindow } from './ci-window.js';
import { runToEnd } from './clearing-run.js';

/** The run a golden file was made of, and its digests. */
export interface Golden {
  readonly run: RunWindow;
  readonly digests: Digests;
}

/** Runs whose digests are written down, by the name of their file. */
export const GOLDEN_RUNS = {
  'ci-window': CI_WINDOW,
  'option-fall': OPTION_FALL,
  'option-expiry': OPTION_EXPIRY,
} as const satisfies Readonly<Record<string, RunWindow>>;
export type GoldenRun = keyof typeof GOLDEN_RUNS;

const fileOf = (name: GoldenRun): string => fileURLToPath(new URL(`../golden/${name}.json`, import.meta.url));

export const RENEWAL = 'node apps/clearing-e2e/bin/renew-golden.mjs';

export async function readGolden(name: GoldenRun): Promise<Golden> {
  return JSON.parse(await fs.readFile(fileOf(name), 'utf8')) as Golden;
}

/** Runs a window and writes its digests down. A deliberate act: from then on every run must come out like this one. */
export async function renewGolden(
  name: GoldenRun,
): Promise<{ readonly before: Golden | undefined; readonly after: Golden }> {
  const before = await readGolden(name).catch(() => undefined);
  const run = GOLDEN_RUNS[name];
  const house = await runToEnd(new MemoryLogStore(), run);
  const after = { run, digests: await house.digests() };
  await fs.writeFile(fileOf(name), `${JSON.stringify(after, null, 2)}\n`);
  return { before, after };
}
