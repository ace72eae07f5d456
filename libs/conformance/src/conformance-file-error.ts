/** A directory or file that is no set of conformance cases. `field` is empty when the whole file is meant. */
export class ConformanceFileError extends Error {
  override readonly name = 'ConformanceFileError';

  constructor(
    readonly code: 'directory-unreadable' | 'no-case-files' | 'file-unreadable' | 'not-json' | 'bad-case-file',
    readonly file: string,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
