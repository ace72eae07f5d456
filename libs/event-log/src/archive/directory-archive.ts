import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { flush } from '../flush.js';
import { hasCode } from '../postgres/directory-lock.js';
import { ArchiveRefused, type ArchiveStore } from './archive-store.js';

/** An archive in a directory; names are paths below it. */
export class DirectoryArchive implements ArchiveStore {
  readonly place: string;

  constructor(directory: string) {
    this.place = path.resolve(directory);
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    const file = path.join(this.place, name);
    const present = await this.get(name);
    if (present?.equals(bytes) === true) return;
    if (present !== undefined) {
      throw new ArchiveRefused(
        `${file} is there and holds something else, perhaps of another house or another history; name another directory`,
      );
    }
    const draft = `${file}.${randomUUID()}.part`;
    try {
      await fs.mkdir(path.dirname(file), { recursive: true });
      const handle = await fs.open(draft, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fs.rename(draft, file);
      // Its folder may have been made just now, and the one above.
      for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
        await flush(folder);
        if (folder === this.place) break;
      }
    } catch (error) {
      await fs.rm(draft, { force: true }).catch(() => undefined);
      throw new ArchiveRefused(
        `${file} can't be written (${(error as Error).message}); nothing was moved: make room there, or name another directory`,
      );
    }
  }

  async get(name: string): Promise<Buffer | undefined> {
    const file = path.join(this.place, name);
    try {
      return await fs.readFile(file);
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
      throw new ArchiveRefused(`${file} can't be read (${(error as Error).message}); put that right and try again`);
    }
  }
}
