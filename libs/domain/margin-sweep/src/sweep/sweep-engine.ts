import { invariant } from '@ballast/kernel';
import { instantiateKernel, kernelModule, type SweepArguments } from '../kernel/kernel.js';
import { BLOCK_BYTES } from './sweep-layout.js';
import { sweepReference } from './sweep-reference.js';
import type { SweepTables } from './sweep-tables.js';

/** Sweeps the accounts [from, to) and writes worst, scenarios and magnitudes. Parts may be swept by different threads. */
export type Sweep = (from: number, to: number) => void;

/**
 * The fastest sweep that this engine has. All give the same bits.
 *
 * @param thread number of the thread, below `sizes.threads`: no two may sweep with the same number at the same time
 */
export function sweepOf(tables: SweepTables, thread = 0): Sweep {
  return kernelModule() === null ? typescriptSweep(tables) : simdSweep(tables, thread);
}

export const typescriptSweep =
  (tables: SweepTables): Sweep =>
  (from, to) => {
    checkPart(tables, from, to);
    sweepReference(tables, from, to);
  };

/**
 * What the compiled sweep is given, all but the accounts: for threads that have the module and the memory but not this library.
 *
 * @param thread as in `sweepOf`
 */
export function sweepArguments({ layout, sizes }: SweepTables, thread: number): SweepArguments {
  invariant(thread >= 0 && thread < (sizes.threads ?? 1), `the book has no scratch for thread ${thread}`);
  return [
    layout.offsets,
    layout.rows,
    layout.quantities,
    layout.values,
    sizes.instruments * BLOCK_BYTES,
    layout.blocks,
    layout.sums + thread * layout.sumsPerThread,
    layout.worst,
    layout.scenarios,
    layout.magnitudes,
  ];
}

/** @throws InvariantViolation where the engine has no SIMD */
export function simdSweep(tables: SweepTables, thread = 0): Sweep {
  const addresses = sweepArguments(tables, thread);
  const kernel = instantiateKernel(tables.memory);
  return (from, to) => {
    checkPart(tables, from, to);
    kernel.sweep(...addresses, from, to);
  };
}

function checkPart({ written }: SweepTables, from: number, to: number): void {
  const isPart = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= written;
  invariant(isPart, `accounts [${from}, ${to}) are no part of the ${written} that are written`);
}
