/** A portfolio, a market or a parameter document that a model cannot work on. `code` is stable, `field` names the place. */
export class ModelInputError extends Error {
  constructor(
    readonly code: string,
    readonly field: string,
    message: string,
  ) {
    super(message);
    this.name = 'ModelInputError';
  }
}
