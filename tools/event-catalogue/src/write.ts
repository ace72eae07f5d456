import fs from 'node:fs';
import path from 'node:path';
import { completeGoldenEvents, currentCatalogue, EVENTS_FOLDER, writtenCatalogue } from './repository.js';

for (const name of await completeGoldenEvents()) console.log(`golden event: ${name}`);
const files = await currentCatalogue();
fs.mkdirSync(EVENTS_FOLDER, { recursive: true });
for (const name of writtenCatalogue().keys()) if (!files.has(name)) fs.rmSync(path.join(EVENTS_FOLDER, name));
for (const [name, text] of files) fs.writeFileSync(path.join(EVENTS_FOLDER, name), text);
console.log(`docs/events: ${files.size} files`);
