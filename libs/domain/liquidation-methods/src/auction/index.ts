export * from './account-auction.js';
export * from './auction-terms.js';
export * from './discount.js';
export * from './insolvent-auction.js';
export * from './solvent-auction.js';
