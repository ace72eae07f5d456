import { once } from 'node:events';
import type { Response } from 'express';
import type { Closing } from './closing.js';
import { Problem } from './problem.js';

export const STREAMS = 'OpenStreams';

/** Every one of them is looked at with every event. */
const MOST_OPEN = 4_000;
const PATIENCE_MS = 60_000;

/** The streams of this process: how many may be open, and how long a reader may take nothing. */
export class OpenStreams {
  readonly #mostOpen: number;
  readonly #patienceMs: number;
  #open = 0;

  constructor(
    private readonly closing: Closing,
    { mostOpen = MOST_OPEN, patienceMs = PATIENCE_MS }: { mostOpen?: number; patienceMs?: number } = {},
  ) {
    this.#mostOpen = mostOpen;
    this.#patienceMs = patienceMs;
  }

  /**
   * Says that server-sent events follow, which nobody on the way may keep or hold back.
   * @returns aborted when the reader has gone, or when all streams have to end; when it is at once, nothing more may be written
   * @throws Problem `too-many-requests` when as many are open as may be
   */
  begin(response: Response): AbortController {
    const gone = new AbortController();
    // Who went away before, while his place was looked up, is told of by no event any more.
    if (response.destroyed) {
      gone.abort();
      return gone;
    }
    if (this.#open >= this.#mostOpen) {
      throw new Problem('too-many-requests', `${this.#open} streams are open; close those that nobody reads`);
    }
    this.#open += 1;
    const { signal } = this.closing;
    const end = (): void => gone.abort();
    signal.addEventListener('abort', end, { once: true });
    response.once('close', () => {
      this.#open -= 1;
      signal.removeEventListener('abort', end);
      end();
    });
    response.status(200).set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    // Who asks for the headers alone has all of the answer; a response that goes on would hold up the next one on his connection.
    if (response.req.method === 'HEAD' || signal.aborted) {
      response.end();
      end();
    }
    return gone;
  }

  /**
   * Waits until a reader has taken what was written, or has gone. Who takes nothing for long is cut off: what is written for him fills
   * memory, and he goes on by his Last-Event-ID.
   */
  async drained(response: Response, gone: AbortController): Promise<void> {
    const patience = setTimeout(() => {
      gone.abort();
      response.destroy();
    }, this.#patienceMs);
    // A reader that went away never drains.
    await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    clearTimeout(patience);
  }
}
