export { browserPath, describeInBrowser, launch } from './browser.js';
