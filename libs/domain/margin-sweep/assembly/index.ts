export { optionPrices } from './option-prices';
