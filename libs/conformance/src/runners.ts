import { auctionRunners } from './auction/auction.runners.js';
import type { CaseRunners } from './case-runner.js';
import { deriveRunners } from './derive/derive.runners.js';
import { driftRunners } from './drift/drift.runners.js';
import { dydxRunners } from './dydx/dydx.runners.js';
import { mangoRunners } from './mango/mango.runners.js';
import { vegaRunners } from './vega/vega.runners.js';

/**
 * One table from the tables of all engines.
 * @throws Error when two engines name a kind alike, since a kind chooses its runner
 */
export function mergeRunners(...tables: readonly CaseRunners[]): CaseRunners {
  const entries = tables.flatMap((table) => Object.entries(table));
  const merged = Object.fromEntries(entries);
  const twice = entries.find(([kind, runner]) => merged[kind] !== runner);
  if (twice !== undefined) throw new Error(`two runners for kind "${twice[0]}"`);
  return merged;
}

/** Runners of every kind that Ballast knows. */
export const caseRunners: CaseRunners = mergeRunners(
  deriveRunners,
  auctionRunners,
  dydxRunners,
  driftRunners,
  vegaRunners,
  mangoRunners,
);
