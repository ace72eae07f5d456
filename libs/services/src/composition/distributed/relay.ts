import { setTimeout as wait } from 'node:timers/promises';
import type { EventLog } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import type { Bus } from '@ballast/messaging';

const PAGE = 500;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 5_000;

/**
 * Sends what one partition appended, in order, until the broker has it. PostgreSQL remembers: what a former owner had
 * appended and not sent is sent first. Sending again is harmless, readers judge by position.
 */
export class Relay {
  #sent = 0;
  #saved = 0;
  readonly #stop = new AbortController();
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stop.signal.addEventListener('abort', () => resolve());
  });

  constructor(
    private readonly bus: Bus,
    private readonly log: EventLog,
    private readonly partition: number,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Sends everything behind the relay cursor. */
  async catchUp(): Promise<void> {
    this.#sent = await this.log.relayCursor(this.partition);
    this.#saved = this.#sent;
    while (!this.#stop.signal.aborted) {
      const events = await this.log.read(this.partition, this.#sent, PAGE);
      if (events.length === 0) return this.save();
      await this.send(events);
    }
  }

  /** Resolves when the broker has the events, or when the partition was given up. */
  async send(events: readonly SealedEvent[]): Promise<void> {
    for (let pause = FIRST_WAIT_MS; !this.#stop.signal.aborted; pause = Math.min(LONGEST_WAIT_MS, 2 * pause)) {
      try {
        await Promise.race([this.bus.publish(events), this.#stopped]);
        if (this.#stop.signal.aborted) return;
        this.#sent = events.at(-1)?.position ?? this.#sent;
        return;
      } catch (error) {
        this.onTrouble(error);
        await wait(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  /** Moves the stored relay cursor to what was sent; from time to time is enough. */
  async save(): Promise<void> {
    if (this.#sent === this.#saved) return;
    const sent = this.#sent;
    await this.log.saveRelayCursor(this.partition, sent);
    this.#saved = sent;
  }

  stop(): void {
    this.#stop.abort();
  }
}
