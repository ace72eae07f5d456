import fs from 'node:fs';

interface Manifest {
  readonly version: string;
  /** Commit it was published from; npm writes it. */
  readonly gitHead?: string;
}

/** What `--version` prints: the version and, where the manifest tells, the commit it was made from. */
export function versionText({ version, gitHead }: Manifest = ownManifest()): string {
  return gitHead === undefined ? version : `${version} (commit ${gitHead})`;
}

const ownManifest = (): Manifest =>
  JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
