import fs from 'node:fs/promises';
import path from 'node:path';
import { CheckpointFile } from '@ballast/audit';
import { CheckpointKey, CheckpointWriter, type EventLog } from '@ballast/event-log';
import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { openLogs } from '../composition/open-logs.js';
import type { StoreOptions } from '../composition/store-options.js';
import { UsageError } from '../usage-error.js';

interface CheckpointOptions extends StoreOptions {
  readonly json?: boolean;
  readonly key: string;
  readonly previousKey?: string;
  readonly house: string;
  readonly out?: string;
}

const HOUSE = /^[a-z0-9][a-z0-9./-]{0,60}$/;

export async function writeCheckpoint(options: CheckpointOptions): Promise<void> {
  const { key, previous } = await keysOf(options);
  const { logs, close } = await openLogs(options, { readOnly: false, allOfThem: false });
  try {
    const notes: string[] = [];
    const successions = new Set<string>();
    for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
      if (!logs.has(name)) continue;
      const log = logs.log(name);
      const writer = await CheckpointWriter.resume(log, key, previous);
      const stored = (await writer.write()) ?? (await log.lastCheckpoint());
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

async function keysOf({ key, previousKey, house, dataDir }: CheckpointOptions) {
  if (!HOUSE.test(house)) {
    throw new UsageError(
      `--house ${house}: small letters, digits, dots, dashes and slashes, such as clearing.example/live`,
    );
  }
  await assertOutside(key, dataDir);
  // A folder that can't be made is told by the key that can't be written there.
  await fs.mkdir(path.dirname(path.resolve(key)), { recursive: true, mode: 0o700 }).catch(() => undefined);
  return {
    key: await CheckpointKey.load(key, house),
    previous: previousKey === undefined ? undefined : await CheckpointKey.loadPresent(previousKey, house),
  };
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

async function successionsOf(log: EventLog): Promise<readonly string[]> {
  const statements: string[] = [];
  for (let after = 0; ;) {
    const page = await log.checkpoints(after, 100);
    if (page.length === 0) return statements;
    for (const { succession } of page) if (succession !== null) statements.push(succession);
    after = page.at(-1)?.number ?? after;
  }
}
