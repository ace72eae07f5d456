import { LogRefused } from '../event-log.js';
import type { ArchivedFile } from './archive-manifest.js';

/**
 * Where archived blocks are kept: a directory here, or any store of objects that keeps bytes under a name. What is kept is final:
 * there is no way to change or delete it.
 */
export interface ArchiveStore {
  /** Where it is, for a person, and to find it again. */
  readonly place: string;
  /**
   * Keeps bytes under a name, whole or not at all; they are on disk when it returns. The same bytes once more change nothing.
   * @throws ArchiveRefused when other bytes stand there already, or nothing can be written
   */
  put(name: string, bytes: Buffer): Promise<void>;
  /**
   * Undefined when nothing has that name.
   * @throws ArchiveRefused when it can't be read
   */
  get(name: string): Promise<Buffer | undefined>;
}

/** Something about an archive that the operator can put right; the message says where and how. */
export class ArchiveRefused extends LogRefused {
  override readonly name: string = 'ArchiveRefused';
}

/** A file of an archive that is not there as it was written. */
export class ArchiveFileRefused extends ArchiveRefused {
  override readonly name = 'ArchiveFileRefused';

  constructor(
    message: string,
    readonly file: ArchivedFile,
  ) {
    super(message);
  }
}
