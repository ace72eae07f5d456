import { BLOCK_BYTES } from './sweep-layout.js';
import type { SweepTables } from './sweep-tables.js';

/**
 * What the sweep is, in plain TypeScript: for every account
 *   P[s] = sum over positions of quantity x value[s], from +0, positions in their order, each product and sum rounded to nearest
 *   worst = least P[s], of equal ones that of the lowest s
 *   magnitude = sum over positions of |quantity| x reach, in the same way
 * The compiled form gives the same bits; where there is no SIMD this one does the work.
 */
export function sweepReference(tables: SweepTables, from: number, to: number): void {
  const pnl = new Float64Array(tables.sizes.scenarios);
  for (let account = from; account < to; account += 1) {
    const magnitude = accumulate(tables, account, pnl);
    let worst = Infinity;
    let scenario = 0;
    for (let s = 0; s < pnl.length; s += 1) {
      const value = pnl[s] as number;
      if (value < worst) {
        worst = value;
        scenario = s;
      }
    }
    // Where the magnitude overflowed, the sums may be infinite or no numbers: one answer for all of these.
    const isFinite = magnitude < Infinity;
    tables.worst[account] = isFinite ? worst : -Infinity;
    tables.scenarios[account] = isFinite ? scenario : 0;
    tables.magnitudes[account] = magnitude;
  }
}

/** P&L of one account in every scenario, by the same operations: the least of them is `worst`, bit for bit. */
export function scenarioPnl(tables: SweepTables, account: number): Float64Array {
  const pnl = new Float64Array(tables.sizes.scenarios);
  accumulate(tables, account, pnl);
  return pnl;
}

/** Fills `pnl` with the account's sums and returns its magnitude. */
function accumulate(tables: SweepTables, account: number, pnl: Float64Array): number {
  const { offsets, rows, quantities, values, layout, sizes } = tables;
  const blockColumns = sizes.instruments * (BLOCK_BYTES / 8);
  const reachColumn = blockColumns * (layout.blocks - 1) + BLOCK_BYTES / 8 - 1;
  pnl.fill(0);
  let magnitude = 0;
  const end = offsets[account + 1] as number;
  for (let position = offsets[account] as number; position < end; position += 1) {
    const quantity = quantities[position] as number;
    const row = (rows[position] as number) / 8;
    let scenario = 0;
    for (let block = row; scenario < pnl.length; block += blockColumns) {
      const blockEnd = Math.min(pnl.length, scenario + BLOCK_BYTES / 8);
      for (let place = block; scenario < blockEnd; place += 1, scenario += 1) {
        pnl[scenario] = (pnl[scenario] as number) + quantity * (values[place] as number);
      }
    }
    magnitude += Math.abs(quantity) * (values[row + reachColumn] as number);
  }
  return magnitude;
}
