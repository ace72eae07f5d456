import { expect } from '@jest/globals';
import { dec, sum } from '@ballast/kernel';

/**
 * Holds the tables of equity in a printed explanation to what they say: their rows add up to the last one, with at most a cent
 * a row left to rounding.
 * @returns how many tables there were
 */
export function expectTablesToAddUp(text: string): number {
  const [account = ''] = text.split('  ');
  let tables = 0;
  for (const table of [/\nEquity since [^]*?\n\n/, /\nEquity\n[^]*?\n\n/]) {
    const rows = table.exec(text)?.[0].match(/^ {2}.*? [+-]?[\d.]+ USD/gm) ?? [];
    const amounts = rows.map((row) => dec(/([+-]?[\d.]+) USD$/.exec(row)?.[1]?.replace('+', '') ?? 'NaN'));
    const total = amounts.pop();
    if (total === undefined) continue;
    tables += 1;
    expect([account, sum(amounts).toFixed(2)]).toEqual([account, total.toFixed(2)]);
    const rounded = rows.findIndex((row) => row.startsWith('  rounding'));
    if (rounded >= 0) expect(Math.abs(Number(amounts[rounded]))).toBeLessThanOrEqual(rows.length / 100);
  }
  return tables;
}
