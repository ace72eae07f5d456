export { instrumentOf, marketAt } from './adaptive/adaptive.fixtures.js';
