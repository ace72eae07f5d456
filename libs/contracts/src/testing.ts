export { BOUNDS } from './bounds.js';
export { eventSchemas, schemasOf } from './event-schemas.js';
export { parseEntry } from './parse-entry.js';
export { problem } from './api/problem.js';
export type { EncodedMessage } from './wire/message.js';
export { goldenEvents } from './golden/golden-events.fixtures.js';
