import fs from 'node:fs/promises';
import path from 'node:path';
import { CheckpointKey } from '@ballast/event-log';
import { UsageError } from '../usage-error.js';
import type { KeyOptions } from './key-options.js';

const HOUSE = /^[a-z0-9][a-z0-9./-]{0,60}$/;

/**
 * The key that the options name; made when it is missing.
 * @throws UsageError when the house has no name that can be signed, or the key lies where others get a copy of it
 */
export async function signingKey({ key, house, dataDir }: KeyOptions): Promise<CheckpointKey> {
  if (!HOUSE.test(house)) {
    throw new UsageError(
      `--house ${house}: small letters, digits, dots, dashes and slashes, such as clearing.example/live`,
    );
  }
  await assertOutside(key, dataDir);
  // A folder that can't be made is told by the key that can't be written there.
  await fs.mkdir(path.dirname(path.resolve(key)), { recursive: true, mode: 0o700 }).catch(() => undefined);
  const isThere = await fs.access(key).then(
    () => true,
    () => false,
  );
  const loaded = await CheckpointKey.load(key, house);
  if (!isThere) {
    process.stderr.write(`made a signing key, ${path.resolve(key)}: keep a copy of it, and tell verifiers who signs\n`);
  }
  return loaded;
}

/** Who gets a copy or a backup of data or program could otherwise sign in the house's name. */
async function assertOutside(key: string, dataDir: string): Promise<void> {
  const real = (place: string): Promise<string> => fs.realpath(place).catch(() => path.resolve(place));
  const folder = await real(path.dirname(path.resolve(key)));
  for (const [what, place] of [
    ['working directory', process.cwd()],
    ['data directory', path.resolve(dataDir)],
  ] as const) {
    const within = path.relative(await real(place), folder);
    if (within.startsWith('..') || path.isAbsolute(within)) continue;
    throw new UsageError(
      `--key ${key} lies in the ${what}: whoever gets a copy of it could sign; name a file elsewhere`,
    );
  }
}
