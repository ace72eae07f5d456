import { invariant } from '@ballast/kernel';
import { KERNEL_BASE64 } from './kernel-bytes.js';
import { webAssembly, type KernelModule, type SharedMemory } from './web-assembly.js';

/** Addresses and sizes that the compiled sweep works on. @see assembly/sweep.mjs */
export type SweepArguments = readonly [
  offsets: number,
  rows: number,
  quantities: number,
  registers: number,
  worst: number,
  magnitudes: number,
];

/** What the compiled module exports; addresses are bytes into its memory. */
export interface KernelExports {
  sweep(...argumentsThenAccounts: readonly [...SweepArguments, from: number, to: number]): void;
  optionPrices(
    forwards: number,
    strikes: number,
    totalVolatilities: number,
    sides: number,
    prices: number,
    count: number,
  ): void;
}

const PAGE = 65_536;

let compiled: KernelModule | null | undefined;

/** The compiled module, or null where the engine has no WebAssembly with SIMD and shared memory. Compiled once. */
export function kernelModule(): KernelModule | null {
  if (compiled === undefined) {
    const bytes = Uint8Array.from(atob(KERNEL_BASE64), (character) => character.charCodeAt(0));
    compiled = webAssembly?.validate(bytes) === true ? new webAssembly.Module(bytes) : null;
  }
  return compiled;
}

/** Memory that several threads and the module share. Without WebAssembly a plain shared buffer, for the TypeScript form. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  if (webAssembly === undefined) return { buffer: new SharedArrayBuffer(pages * PAGE) };
  return new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The module on this memory. */
export function instantiateKernel(memory: SharedMemory): KernelExports {
  const module = kernelModule();
  invariant(
    webAssembly !== undefined && module !== null,
    'this engine has no WebAssembly SIMD: ask kernelModule() first',
  );
  return new webAssembly.Instance(module, { env: { memory } }).exports as KernelExports;
}
