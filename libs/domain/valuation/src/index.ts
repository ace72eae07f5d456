export * from './black76.js';
export * from './greeks.js';
export * from './implied-volatility.js';
export * from './valuation-error.js';
