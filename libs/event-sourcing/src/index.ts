export * from './decision.js';
export * from './event.js';
export * from './lockstep-order.js';
export * from './partition-machine.js';
export * from './partition-process.js';
export * from './projection.js';
export * from './seal.js';
export * from './upcaster.js';
