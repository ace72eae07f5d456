export * from './decision.js';
export * from './event.js';
export * from './lockstep-order.js';
export * from './partition-machine.js';
export * from './partition-process.js';
export {
  type EntryOf,
  type FactHandler,
  type FactTable,
  type FactReading,
  on,
  type CommandHandler,
  type OwnTable,
  defineProcess,
  emitterOf,
} from './process-definition.js';
export { placedOutcome, type Outcome, type Past, type PastForm, type PlacedOutcome } from './past.js';
export { StateCodec, stateClass } from './state-codec.js';
export { EMPTY_HEAD, canonicalEnvelope, chainHead, seal, sealedEvent } from './seal.js';
