// `npm start`: installs what is missing, builds what changed, and serves the replay of a real crash.
import path from 'node:path';
import { installMissing, root } from './install-missing.mjs';

installMissing();

// In this very process, so that Ctrl-C reaches the server directly.
process.argv = [process.argv[0], 'ballast', 'serve', '--simulate', 'crash-2020-03', ...process.argv.slice(2)];
await import(path.join(root, 'apps/ballast/dist/main.js'));
