import fs from 'node:fs';
import { AuditProgress } from '@ballast/audit/checks';
import type { LogDirectory } from '@ballast/event-log';
import { presentRelease } from '@ballast/services/definitions';
import { UsageError } from '../usage-error.js';

/**
 * Opens or begins the file in which an audit notes what it found sound.
 * @throws UsageError when it is no such file, or is of another audit, build or log
 */
export async function openProgress(logs: LogDirectory, command: string, file: string): Promise<AuditProgress> {
  try {
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    const lines = text.split('\n');
    // Behind the last line feed stands nothing, or a line that was cut off: it is written anew, once it is known whose file this is.
    let cutOff = lines.pop() ?? '';
    if (cutOff !== '' && lines.length === 0)
      throw new UsageError(`--progress ${file}: line 1 is damaged; or name another file`);
    const append = (line: string): void => {
      if (cutOff !== '') fs.truncateSync(file, Buffer.byteLength(text) - Buffer.byteLength(cutOff));
      cutOff = '';
      fs.appendFileSync(file, `${line}\n`);
    };
    return await AuditProgress.open(logs, { lines, append, command, build: presentRelease().build });
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'ProgressRefused' && (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UsageError(`--progress ${file}: ${message}; or name another file`);
  }
}
