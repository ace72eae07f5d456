import { invariant } from '@ballast/kernel';
import { instantiateKernel, kernelModule, type SweepArguments } from '../kernel/kernel.js';
import { sweepReference } from './sweep-reference.js';
import type { SweepTables } from './sweep-tables.js';

/** Sweeps the accounts [from, to) and writes worst and magnitudes. Parts may be swept by different threads at the same time. */
export type Sweep = (from: number, to: number) => void;

/** The fastest sweep that this engine has. All give the same bits. */
export function sweepOf(tables: SweepTables): Sweep {
  return kernelModule() === null ? typescriptSweep(tables) : simdSweep(tables);
}

export const typescriptSweep =
  (tables: SweepTables): Sweep =>
  (from, to) => {
    checkPart(tables, from, to);
    sweepReference(tables, from, to);
  };

/** What the compiled sweep is given, all but the accounts: for threads that have the module and the memory but not this library. */
export function sweepArguments({ layout }: SweepTables): SweepArguments {
  return [layout.offsets, layout.rows, layout.quantities, layout.registers, layout.worst, layout.magnitudes];
}

/** @throws InvariantViolation where the engine has no SIMD */
export function simdSweep(tables: SweepTables): Sweep {
  const addresses = sweepArguments(tables);
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
