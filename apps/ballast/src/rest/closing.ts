export const CLOSING = 'Closing';

/** Says that the process is about to end: streams end, and nobody should send requests any more. */
export class Closing {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#controller.abort();
  }
}
