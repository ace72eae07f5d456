import { isVerifierKey } from '@ballast/event-log';
import fs from 'node:fs/promises';
import { UsageError } from '../usage-error.js';

/**
 * Text of the file that an option names.
 * @throws UsageError when it cannot be read
 */
export async function fileText(option: string, file: string, what: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option} ${file}: ${(error as Error).message}; name a file ${what}`);
  }
}

/**
 * A verifier key as it is written on the command line, or the one that stands in a file of that name.
 * @throws UsageError when there is no such file, or what is given is no verifier key
 */
export async function verifierKeyOf(key: string): Promise<string> {
  // A verifier key is a name, eight hex digits and the key, with a plus between them.
  const isWritten = /^[^+]+\+[0-9a-f]{8}\+/.test(key);
  const text = (isWritten ? key : await fileText('--key', key, 'with a verifier key')).trim();
  if (isVerifierKey(text)) return text;
  throw new UsageError(
    `--key ${key} ${isWritten ? 'is' : 'holds'} no verifier key; give the whole text behind "signed by", as whoever signed was told it`,
  );
}
