// `npm run local-stack`: installs what is missing, builds what changed, and starts the distributed composition on this machine.
import path from 'node:path';
import { installMissing, root } from './install-missing.mjs';

installMissing();

// In this very process, so that Ctrl-C reaches it directly.
await import(path.join(root, 'tools/local-stack/dist/main.js'));
