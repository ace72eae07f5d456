import { nameOfLine } from '@ballast/facts';
import { compareText, dec } from '@ballast/kernel';
import type { HeldLine } from './held-books.js';

/** A line in which two books differ. */
export interface Difference extends Omit<HeldLine, 'quantity'> {
  readonly ledger: string;
  readonly reported: string;
}

/**
 * Holds two books against each other, line by line; a line that one of them lacks is 0 there.
 * @returns lines that at least one of them has, and those that differ, in the order of their names
 * @see docs/spec/accounts.md CLR-ACC-080
 */
export function differencesOf(
  ledger: readonly HeldLine[],
  reported: readonly HeldLine[],
): { readonly compared: number; readonly differences: readonly Difference[] } {
  const [ours, theirs] = [byName(ledger), byName(reported)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort(compareText);
  const differences = names.flatMap((name) => {
    const [own, other] = [ours.get(name), theirs.get(name)];
    const [held, said] = [own?.quantity ?? '0', other?.quantity ?? '0'];
    const line = own ?? other;
    if (line === undefined || dec(held).eq(said)) return [];
    const { accountId, asset, instrument } = line;
    return [{ accountId, asset, instrument, ledger: held, reported: said }];
  });
  return { compared: names.length, differences };
}

const byName = (lines: readonly HeldLine[]): ReadonlyMap<string, HeldLine> =>
  new Map(lines.map((line) => [nameOfLine(line), line]));
