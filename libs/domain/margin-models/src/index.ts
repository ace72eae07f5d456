export * from './margin-model.js';
export * from './parameter-hash.js';
export * from './reading/document-reading.js';
export * from './reading/holdings.js';
export * from './reading/market-reading.js';
export * from './adaptive/index.js';
export * from './collateral/index.js';
