import type { ExchangeAnswers, ExchangeMessageOf, ExchangeMessageType, ExchangeSubmission } from '@ballast/contracts';
import { Refused, type BallastClient } from './ballast-client.js';

/** Ballast takes as many in one submission, and as many bytes. */
const MOST_MESSAGES = 1_000;
const MOST_BYTES = 200_000;

/**
 * Sends the messages of a program of the exchange in one sequence without gaps. What is not known to be kept stays here and is sent
 * again; Ballast knows by its position what it has.
 */
export class Producer {
  #next = 1;
  #unsent: ExchangeSubmission['messages'] = [];

  constructor(
    private readonly ballast: Pick<BallastClient, 'post'>,
    readonly name: string,
    /** Of the sequence; it stays when the program is started again. */
    readonly incarnation: string,
  ) {}

  /** Position that the next message gets which is not known to be kept. */
  get next(): number {
    return this.#next;
  }

  /** A program that is started again says where its own record of what was kept ends. */
  goOnAt(position: number): void {
    this.#next = position;
  }

  /**
   * Takes a message into the sequence; `flush` sends it.
   * @param at when it happened, milliseconds since 1970-01-01 UTC
   */
  say<Type extends ExchangeMessageType>(type: Type, at: number, payload: ExchangeMessageOf<Type>): void {
    this.#unsent.push({ type, at, payload });
  }

  /**
   * Resolves when everything that was said is kept.
   * @throws Refused when somebody has to look: a message that cannot be read, a fork, or less kept than was said
   */
  async flush(): Promise<void> {
    while (this.#unsent.length > 0) {
      const submission: ExchangeSubmission = {
        ...{ producer: this.name, incarnation: this.incarnation, first: this.#next },
        messages: this.#batch(),
      };
      const { next, answers } = await this.ballast.post<ExchangeAnswers>('/exchange/messages', submission);
      const kept = next - this.#next;
      if (kept < 0)
        throw new Refused('hole', `Ballast wants position ${next}, and has been told that ${this.#next} is next`);
      this.#unsent = this.#unsent.slice(kept);
      this.#next = next;
      const refused = answers.find(({ outcome }) => outcome === 'refused');
      if (refused !== undefined) throw new Refused(refused.code ?? 'refused', JSON.stringify(refused.errors));
    }
  }

  #batch(): ExchangeSubmission['messages'] {
    let bytes = 0;
    let count = 0;
    for (const message of this.#unsent.slice(0, MOST_MESSAGES)) {
      bytes += Buffer.byteLength(JSON.stringify(message));
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return this.#unsent.slice(0, count);
  }
}
