import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MemoryLogStore, readPartition } from '@ballast/event-log';
import { ClearingPictureProjection } from '@ballast/read-models';
import { SERVICE_LOGS } from '@ballast/facts';
import type { ClearingHouse, Digests } from '@ballast/services';
import { CI_WINDOW, OPTION_EXPIRY, OPTION_FALL, type RunWindow } from './ci-window.js';
import { runToEnd } from './clearing-run.js';

/** The run a golden file was made of, and its digests. */
export interface Golden {
  readonly run: RunWindow;
  readonly digests: Digests;
  readonly outcome: Outcome;
}

/** What the run came to, so that a renewal shows what a change did. */
export interface Outcome {
  readonly marginCalls: number;
  readonly liquidations: number;
  readonly slices: number;
  readonly bankruptcies: number;
  /** USD at the end. */
  readonly fund: string;
}

/** What a run came to, from its logs. */
export async function outcomeOf({ logs }: ClearingHouse): Promise<Outcome> {
  const projection = new ClearingPictureProjection();
  for (const name of SERVICE_LOGS) {
    for (const { partition } of await logs.log(name).heads()) {
      for await (const entry of readPartition(logs.log(name), partition)) projection.apply(entry);
    }
  }
  const { marginCalls, liquidations, slices, bankruptcies, fund } = projection.picture;
  return { marginCalls, liquidations, slices, bankruptcies, fund: fund.closing };
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
  const after = { run, digests: await house.digests(), outcome: await outcomeOf(house) };
  await fs.writeFile(fileOf(name), `${JSON.stringify(after, null, 2)}\n`);
  return { before, after };
}
