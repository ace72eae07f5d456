/** A book as one would write it down first: rows of values, accounts with their positions one after the other. */
export interface PlainBook {
  readonly values: readonly Float64Array[];
  readonly offsets: Uint32Array;
  readonly instruments: Uint32Array;
  readonly quantities: Float64Array;
}

/** Worst P&L of every account, in plain TypeScript over typed arrays: what the kernel is compared with. */
export function plainSweep({ values, offsets, instruments, quantities }: PlainBook, worst: Float64Array): void {
  const scenarios = values[0]?.length ?? 0;
  const pnl = new Float64Array(scenarios);
  for (let account = 0; account < worst.length; account += 1) {
    pnl.fill(0);
    const end = offsets[account + 1] as number;
    for (let position = offsets[account] as number; position < end; position += 1) {
      const quantity = quantities[position] as number;
      const row = values[instruments[position] as number] as Float64Array;
      for (let scenario = 0; scenario < scenarios; scenario += 1) {
        pnl[scenario] = (pnl[scenario] as number) + quantity * (row[scenario] as number);
      }
    }
    let least = Infinity;
    for (let scenario = 0; scenario < scenarios; scenario += 1) {
      if ((pnl[scenario] as number) < least) least = pnl[scenario] as number;
    }
    worst[account] = least;
  }
}
