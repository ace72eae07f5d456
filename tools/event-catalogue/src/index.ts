export * from './catalogue.js';
export * from './json-schema.js';
export * from './place-of.js';
