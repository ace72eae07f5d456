import fs from 'node:fs/promises';
import { CheckpointFile } from '@ballast/audit';
import { CheckpointKey, CheckpointWriter, type EventLog } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import type { KeyOptions } from '../composition/key-options.js';
import { assertWritable } from '../composition/output-file.js';
import { openLogs } from '../composition/open-logs.js';
import type { StoreOptions } from '../composition/store-options.js';
import { signingKey } from '../composition/signing-key.js';

interface CheckpointOptions extends StoreOptions, KeyOptions {
  readonly json?: boolean;
  readonly previousKey?: string;
  readonly out?: string;
}

export async function writeCheckpoint(options: CheckpointOptions): Promise<void> {
  if (options.out !== undefined) await assertWritable('--out', options.out);
  const { key, previous } = await keysOf(options);
  const { logs, close } = await openLogs(options, { readOnly: false, allOfThem: false });
  try {
    const notes: string[] = [];
    const successions = new Set<string>();
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      if (!logs.has(name)) continue;
      const log = logs.log(name);
      const stored = await CheckpointWriter.sign(log, key, previous);
      if (stored !== undefined) notes.push(stored.note);
      for (const statement of await successionsOf(log)) successions.add(statement);
    }
    const text =
      options.json === true
        ? `${JSON.stringify({ verifierKey: key.verifierKey, successions: [...successions], notes }, null, 2)}\n`
        : CheckpointFile.text(key.verifierKey, notes, [...successions]);
    if (options.out === undefined) process.stdout.write(text);
    else await fs.writeFile(options.out, text);
    process.stderr.write(`signed by ${key.verifierKey}\n`);
  } finally {
    await close();
  }
}

async function keysOf(options: CheckpointOptions) {
  const { previousKey, house } = options;
  return {
    key: await signingKey(options),
    previous: previousKey === undefined ? undefined : await CheckpointKey.loadPresent(previousKey, house),
  };
}

async function successionsOf(log: EventLog): Promise<readonly string[]> {
  const statements: string[] = [];
  for (let after = 0; ;) {
    const page = await log.checkpoints(after, 100);
    if (page.length === 0) return statements;
    for (const { succession } of page) if (succession !== null) statements.push(succession);
    after = page.at(-1)?.number ?? after;
  }
}
