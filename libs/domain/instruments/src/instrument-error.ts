import { legibleText, PROSE, QUOTATION } from '@ballast/kernel';

/** An instrument, a specification or a set of samples that nobody can clear. `code` is stable, `field` names the place. */
export class InstrumentError extends Error {
  override readonly name = 'InstrumentError';

  readonly field: string;

  /** Field and message may quote what somebody sent; they are kept legible, since they go into the log. */
  constructor(
    readonly code: string,
    field: string,
    message: string,
  ) {
    super(legibleText(message, PROSE.longest));
    this.field = legibleText(field, QUOTATION.longest);
  }
}
