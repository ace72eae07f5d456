import fs from 'node:fs/promises';

/** Sees to it that a file is on disk, or the names in a directory: a name is only there when its directory is. */
export async function flush(place: string): Promise<void> {
  const handle = await fs.open(place);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
