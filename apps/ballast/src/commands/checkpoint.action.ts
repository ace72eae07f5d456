import fs from 'node:fs/promises';
import { CheckpointFile } from '@ballast/audit';
import { CheckpointKey, CheckpointWriter } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import type { StoreOptions } from '../composition/store-options.js';

interface CheckpointOptions extends StoreOptions {
  readonly json?: boolean;
  readonly key?: string;
  readonly out?: string;
}

export async function writeCheckpoint(options: CheckpointOptions): Promise<void> {
  const key = await CheckpointKey.load(options.key as string, 'ballast');
  const { logs, close } = await openLogs(options);
  try {
    const notes: string[] = [];
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      const log = logs.log(name);
      const writer = await CheckpointWriter.resume(log, key);
      const stored = (await writer.write()) ?? (await log.lastCheckpoint());
      if (stored !== undefined) notes.push(stored.note);
    }
    const text =
      options.json === true
        ? `${JSON.stringify({ verifierKey: key.verifierKey, notes }, null, 2)}\n`
        : CheckpointFile.text(key.verifierKey, notes);
    if (options.out === undefined) process.stdout.write(text);
    else await fs.writeFile(options.out, text);
  } finally {
    await close();
  }
}
