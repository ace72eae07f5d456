import { invariant } from '@ballast/kernel';
import asc from 'assemblyscript/asc';

/** Operations of one turn of the loop below: twelve registers of two lanes, a product and a sum each. */
const OPERATIONS_PER_TURN = 12 * 2 * 2;

/**
 * Twelve independent chains of product and sum that never leave the registers: as many as hide the latency of both and as fit
 * beside the constants. What no code made of f64x2 products and sums can exceed on this machine.
 */
const SOURCE = `
export function turn(turns: i32): f64 {
  const factor = f64x2.splat(0.999999);
  const summand = f64x2.splat(0.000001);
  ${lines((n) => `let r${n} = f64x2.splat(${n}.5);`)}
  for (let n = 0; n < turns; n++) {
    ${lines((n) => `r${n} = f64x2.add(f64x2.mul(r${n}, factor), summand);`)}
  }
  let total = f64x2.splat(0);
  ${lines((n) => `total = f64x2.add(total, r${n});`)}
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}`;

function lines(line: (n: number) => string): string {
  return Array.from({ length: 12 }, (_, n) => line(n)).join('\n  ');
}

/** Runs about so many operations of the peak loop and returns how many they were. */
export type PeakLoop = (operations: number) => number;

interface Compiled {
  readonly instance: { readonly exports: { turn(turns: number): number } };
}
declare const WebAssembly: { instantiate(bytes: Uint8Array): Promise<Compiled> };

export async function peakLoop(): Promise<PeakLoop> {
  const { error, binary } = await asc.compileString(SOURCE, {
    optimizeLevel: 3,
    runtime: 'stub',
    enable: ['simd'],
  });
  invariant(error === null && binary !== null, 'the loop compiles');
  const { instance } = await WebAssembly.instantiate(binary);
  return (operations) => {
    const turns = Math.ceil(operations / OPERATIONS_PER_TURN);
    invariant(Number.isFinite(instance.exports.turn(turns)), 'the loop converges');
    return turns * OPERATIONS_PER_TURN;
  };
}
