/** A portfolio, a market, a parameter document or a table that a calculation cannot work on. `code` is stable, `field` names the place. */
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
