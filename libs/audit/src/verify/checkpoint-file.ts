import { CheckpointRejected, verifyCheckpoint, verifySuccession, type Checkpoint } from '@ballast/event-log';

const FILE_FORMAT = 'ballast-checkpoints/v1';

/**
 * A checkpoint file: the verifier key in its first line, then the statements by which earlier keys handed over, then one
 * signed note per log.
 */
export class CheckpointFile {
  private constructor(
    readonly verifierKey: string,
    readonly checkpoints: readonly Checkpoint[],
    readonly notes: readonly string[],
  ) {}

  static text(verifierKey: string, notes: readonly string[], successions: readonly string[] = []): string {
    return `${FILE_FORMAT} ${verifierKey}\n${[...successions, ...notes].map((note) => `\n${note}`).join('')}`;
  }

  /**
   * @param pinned the key that must have signed, or handed over to the one that did
   * @throws CheckpointRejected when a note is not signed by the key the file names, or that key is another than is pinned
   */
  static parse(text: string, pinned?: string): CheckpointFile {
    const [first = '', ...rest] = text.split('\n');
    if (!first.startsWith(`${FILE_FORMAT} `)) throw new CheckpointRejected('not a file made by ballast checkpoint');
    const key = first.slice(FILE_FORMAT.length + 1);
    const parts = rest
      .join('\n')
      .split(/\n(?=ballast-(?:checkpoint|key-succession)\/)/)
      .map((note) => note.replace(/^\n+|\n+$/g, ''))
      .filter((note) => note !== '')
      .map((note) => `${note}\n`);
    const isSuccession = (note: string): boolean => note.startsWith('ballast-key-succession/');
    const notes = parts.filter((note) => !isSuccession(note));
    if (notes.length === 0) throw new CheckpointRejected('the file holds no checkpoint');
    if (pinned !== undefined) assertFollows(pinned, key, parts.filter(isSuccession));
    return new CheckpointFile(
      key,
      notes.map((note) => ofFile(note, key)),
      notes,
    );
  }
}

/** @throws CheckpointRejected naming the log whose note it is, and what to do */
function ofFile(note: string, key: string): Checkpoint {
  try {
    return verifyCheckpoint(note, key);
  } catch (error) {
    if (!(error instanceof CheckpointRejected)) throw error;
    const [, of = 'no log'] = note.split('\n');
    throw new CheckpointRejected(
      `the checkpoint of ${of}: ${error.message}. It was altered or cut after it was signed, or somebody else signed it: get the file again ` +
        'from whoever keeps it, and compare the two',
    );
  }
}

function assertFollows(pinned: string, key: string, successions: readonly string[]): void {
  let known = pinned;
  for (const note of successions) {
    if (known === key) return;
    try {
      known = verifySuccession(note, known);
    } catch (error) {
      // The statement of a key before the pinned one.
      if (!(error instanceof CheckpointRejected)) throw error;
    }
  }
  if (known !== key) {
    throw new CheckpointRejected(
      `signed by ${key}, which is neither the key that is expected, ${pinned}, nor its successor`,
    );
  }
}
