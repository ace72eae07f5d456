import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogEntry } from '@ballast/event-sourcing';

/** A committed example: whoever changes a schema so that it no longer parses breaks everybody's stored log. */
export interface GoldenEvent {
  /** `<log>/<type>.v<version>.json`; a further example of the same type has its case before the end: `.<case>.json`. */
  readonly file: string;
  /** SHA-256 of the canonical envelope, hex: pins the bytes. */
  readonly sha256: string;
  readonly entry: LogEntry;
}

const folder = path.dirname(fileURLToPath(import.meta.url));

export function goldenEvents(): readonly GoldenEvent[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      return { file: file.split(path.sep).join('/'), ...(JSON.parse(text) as Omit<GoldenEvent, 'file'>) };
    });
}

/** The example of a type that every type has. */
export function goldenEvent(type: string): LogEntry {
  const found = goldenEvents().filter(
    ({ file, entry }) => [entry.type, `${entry.log}/${entry.type}`].includes(type) && !isFurther(file),
  );
  if (found.length !== 1) throw new Error(`${found.length} golden events of type ${type}`);
  return (found[0] as GoldenEvent).entry;
}

/** Whether a file is one more example of a type, for a case that the first one does not show. */
export const isFurther = (file: string): boolean => /\.v\d+\.[a-z-]+\.json$/.test(file);
