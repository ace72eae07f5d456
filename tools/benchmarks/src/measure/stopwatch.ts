/** Time that passed and time this process computed, milliseconds. */
export interface Lap {
  readonly wallMs: number;
  /** All threads of the process, garbage collection included. */
  readonly cpuMs: number;
}

/** Measures from now on; pauses leave out what doesn't belong to the measured work. */
export class Stopwatch {
  #wallMs = 0;
  #cpuMs = 0;
  #startedAt = performance.now();
  #cpuAt = process.cpuUsage();

  pause(): void {
    const { user, system } = process.cpuUsage(this.#cpuAt);
    this.#wallMs += performance.now() - this.#startedAt;
    this.#cpuMs += (user + system) / 1_000;
  }

  resume(): void {
    this.#startedAt = performance.now();
    this.#cpuAt = process.cpuUsage();
  }

  /** Ends the measurement. */
  stop(): Lap {
    this.pause();
    return { wallMs: this.#wallMs, cpuMs: this.#cpuMs };
  }
}

/**
 * What the main thread computed at most: time that passed includes waiting for other processes, time of the process
 * includes its other threads, so the smaller one is nearer to the truth.
 */
export const computeMs = ({ wallMs, cpuMs }: Lap): number => Math.min(wallMs, cpuMs);
