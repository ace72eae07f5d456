export { optionPrices } from './option-prices';
export { sweep } from './sweep';
