import type { HouseHistory } from './rebuilt-house.js';

export interface HistoryQuestion {
  readonly id: number;
  readonly method: Exclude<keyof HouseHistory, 'close'>;
  readonly args: readonly unknown[];
}

/** What of an error goes from one thread to another: its code tells whether the store was to blame. */
interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
}

export type HistoryAnswer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ToldError };

/** Answers from a history that is opened with the first question; one that could not be opened is opened anew for the next. */
export class HistoryAnswers {
  #opened: Promise<HouseHistory> | undefined;

  constructor(private readonly open: () => Promise<HouseHistory>) {}

  async answer({ id, method, args }: HistoryQuestion): Promise<HistoryAnswer> {
    try {
      const history = await this.#history();
      return { id, value: await (history[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args) };
    } catch (error) {
      return { id, error: toldOf(error as Error & { readonly code?: unknown }) };
    }
  }

  #history(): Promise<HouseHistory> {
    this.#opened ??= this.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }
}

export const toldOf = ({ name, message, code }: Error & { readonly code?: unknown }): ToldError => ({
  name,
  message,
  code: typeof code === 'string' ? code : undefined,
});

/** The error as it was thrown in the other thread, without its stack. */
export const errorOf = ({ name, message, code }: ToldError): Error =>
  Object.assign(new Error(message), code === undefined ? { name } : { name, code });
