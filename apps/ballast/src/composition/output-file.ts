import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usage-error.js';

/** Before the work whose outcome is written there. @throws UsageError when the file could not be written */
export async function assertWritable(option: string, file: string): Promise<void> {
  const isDirectory = await stat(file).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isDirectory === true) throw new UsageError(`${option} ${file} is a directory; name a file`);
  try {
    // With a separator behind it nothing but a directory will do.
    await access(isDirectory === undefined ? path.dirname(file) + path.sep : file, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${option} ${file} cannot be written (${code}); name a file in a directory that is there and yours`,
    );
  }
}
