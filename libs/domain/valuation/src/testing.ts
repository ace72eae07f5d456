export { black76 } from './black76.js';
export { sviDensity } from './svi.js';
