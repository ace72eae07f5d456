// Takes a picture of every page of the console in both themes.
//   npm run build && node apps/console-e2e/bin/screenshots.mjs <folder>
import { takeScreenshots } from '../dist/screenshots.js';

const [folder = 'tmp/pictures'] = process.argv.slice(2);
for (const file of await takeScreenshots(folder)) console.log(file);
