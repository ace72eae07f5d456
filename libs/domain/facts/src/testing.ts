export type { MarginParameters, ModelList, UnderlyingParameters } from './margin/index.js';
export { event } from './schema/event.js';
