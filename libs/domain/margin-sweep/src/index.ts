export { kernelModule } from './kernel/kernel.js';
export type { KernelModule, SharedMemory } from './kernel/web-assembly.js';
export * from './option-prices/option-batch.js';
export * from './option-prices/price-reference.js';
export * from './sweep/sweep-engine.js';
export * from './sweep/sweep-float.js';
export * from './sweep/sweep-layout.js';
export * from './sweep/sweep-reference.js';
export * from './sweep/sweep-tables.js';
