import fs from 'node:fs';

/** Name and version of the program, and the SHA-256 of its built files. */
export interface Release {
  readonly release: string;
  readonly build: string;
}

/** Of a program that runs from its sources: tests, and nothing that ends in a real log. */
const FROM_SOURCES: Release = { release: 'ballast@0.0.0', build: '0'.repeat(64) };

/** What `tools/build.mjs` wrote beside this file about the build that it is part of. */
export function presentRelease(): Release {
  const file = new URL('./release.json', import.meta.url);
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Release) : FROM_SOURCES;
}
