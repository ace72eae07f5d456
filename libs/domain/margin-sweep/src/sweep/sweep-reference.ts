import type { SweepTables } from './sweep-tables.js';

/**
 * What the sweep is, in plain TypeScript: for every account
 *   P[s] = sum over positions of quantity x value[s], from +0, positions in their order, each product and sum rounded to nearest
 *   worst = least P[s]
 *   magnitude = sum over positions of |quantity| x reach, in the same way
 * The compiled form gives the same bits; where there is no SIMD this one does the work.
 */
export function sweepReference(tables: SweepTables, from: number, to: number): void {
  const pnl = new Float64Array(tables.sizes.scenarios);
  for (let account = from; account < to; account += 1) {
    const magnitude = accumulate(tables, account, pnl);
    // Where the magnitude overflowed, the sums may be infinite or no numbers: one answer for all of these.
    tables.worst[account] = magnitude < Infinity ? (pnl[leastOf(pnl)] as number) : -Infinity;
    tables.magnitudes[account] = magnitude;
  }
}

/**
 * The scenario of an account's worst P&L, of several with the same P&L the lowest; 0 for an account without positions and where the magnitude
 * overflowed. The sweep does not look for it: who asks, asks for few accounts.
 */
export function worstScenario(tables: SweepTables, account: number): number {
  const pnl = new Float64Array(tables.sizes.scenarios);
  return accumulate(tables, account, pnl) < Infinity ? leastOf(pnl) : 0;
}

/** P&L of one account in every scenario, by the same operations: the least of them is `worst`, bit for bit. */
export function scenarioPnl(tables: SweepTables, account: number): Float64Array {
  const pnl = new Float64Array(tables.sizes.scenarios);
  accumulate(tables, account, pnl);
  return pnl;
}

/** Place of the least figure, of equal ones the first. */
function leastOf(figures: Float64Array): number {
  let least = 0;
  for (let place = 1; place < figures.length; place += 1) {
    if ((figures[place] as number) < (figures[least] as number)) least = place;
  }
  return least;
}

/** Fills `pnl` with the account's sums and returns its magnitude. */
function accumulate(
  { offsets, rows, quantities, values, layout }: SweepTables,
  account: number,
  pnl: Float64Array,
): number {
  pnl.fill(0);
  let magnitude = 0;
  const end = offsets[account + 1] as number;
  for (let position = offsets[account] as number; position < end; position += 1) {
    const quantity = quantities[position] as number;
    const reach = ((rows[position] as number) - layout.values) / 8;
    const first = reach + 1;
    for (let scenario = 0; scenario < pnl.length; scenario += 1) {
      pnl[scenario] = (pnl[scenario] as number) + quantity * (values[first + scenario] as number);
    }
    magnitude += Math.abs(quantity) * (values[reach] as number);
  }
  return magnitude;
}
