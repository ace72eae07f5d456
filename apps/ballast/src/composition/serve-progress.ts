import type { WriteStream } from 'node:tty';

const EVERY_MS = 1_000;
const ERASE_LINE = '\r\u001b[2K';

/** Tells how a run goes: on a terminal in one line that is written over, elsewhere in a line a second. */
export class ProgressPrinter {
  #shownAt = -Infinity;
  #open = false;

  constructor(
    private readonly out: Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shows the newest state, at most once a second; the text is made only when it is shown. */
  update(text: () => string): void {
    const now = this.now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    if (this.out.isTTY !== true) {
      this.out.write(`${text()}\n`);
      return;
    }
    this.out.write(ERASE_LINE + text().slice(0, Math.max(20, (this.out.columns ?? 80) - 1)));
    this.#open = true;
  }

  /** A line that stays. */
  line(text: string): void {
    this.end();
    this.out.write(`${text}\n`);
  }

  /** Ends the line that is written over. */
  end(): void {
    if (this.#open) this.out.write('\n');
    this.#open = false;
  }
}
