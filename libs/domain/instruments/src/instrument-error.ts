/** An instrument, a specification or a set of samples that nobody can clear. `code` is stable, `field` names the place. */
export class InstrumentError extends Error {
  override readonly name = 'InstrumentError';

  constructor(
    readonly code: string,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
