/** The messages of one partition that are still kept, numbered without end like the offsets of a broker. */
export class RetainedMessages<Message> {
  #messages: Message[] = [];
  #first: number;
  readonly #waiting = new Set<() => void>();

  /** @param first offset of the first message; larger than any offset of an earlier process, whose hints then mean nothing */
  constructor(
    private readonly retain: number,
    first: number,
  ) {
    this.#first = first;
  }

  /** Offset of the oldest message kept. */
  get first(): number {
    return this.#first;
  }

  /** Offset that the next message will get. */
  get end(): number {
    return this.#first + this.#messages.length;
  }

  append(messages: readonly Message[]): void {
    for (const message of messages) this.#messages.push(message);
    // Twice the limit before cutting: moving the rest costs time, so it is not done for every message.
    if (this.#messages.length > 2 * this.retain) {
      const cut = this.#messages.length - this.retain;
      this.#messages = this.#messages.slice(cut);
      this.#first += cut;
    }
    for (const wake of this.#waiting) wake();
  }

  /** Up to `limit` messages from an offset on, or from the oldest kept, and the offset behind them. */
  from(offset: number, limit: number): { readonly messages: readonly Message[]; readonly next: number } {
    const start = Math.min(Math.max(offset, this.#first), this.end);
    const messages = this.#messages.slice(start - this.#first, start - this.#first + limit);
    return { messages, next: start + messages.length };
  }

  /** Calls back whenever messages were appended. Returns how to stop. */
  onAppended(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}
