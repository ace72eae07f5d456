import type { WriteStream } from 'node:tty';

const EVERY_MS = 1_000;
const ERASE_LINE = '\r\u001b[2K';
/** A terminal's width when nobody knows it: what is redirected is read in such a window too. */
const ORDINARY_COLUMNS = 80;
const LEAST_COLUMNS = 20;

/**
 * Tells how a command goes, in lines that never wrap: on a terminal in one line that is written over, elsewhere in a line
 * a second.
 */
export class ProgressPrinter {
  #shownAt = -Infinity;
  #open = false;

  constructor(
    private readonly out: Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** True when the next update is shown. */
  get due(): boolean {
    return this.now() - this.#shownAt >= EVERY_MS;
  }

  /** Shows the newest state, at most once a second; the text is made only when it is shown, for so many columns. */
  update(text: (columns: number) => string): void {
    if (!this.due) return;
    this.#shownAt = this.now();
    // The last column stays free: some terminals wrap when it is written.
    const columns = Math.max(LEAST_COLUMNS, (this.out.columns ?? ORDINARY_COLUMNS) - 1);
    const line = text(columns).slice(0, columns);
    if (this.out.isTTY !== true) {
      this.out.write(`${line}\n`);
      return;
    }
    this.out.write(ERASE_LINE + line);
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
