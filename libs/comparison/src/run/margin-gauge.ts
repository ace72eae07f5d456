import { HOUR_MS, type Instant } from '@ballast/kernel';

/** Requirement of one and the same position over time, fraction of its notional: where it was lowest, highest, and how fast it rose. */
export class MarginGauge {
  readonly #samples: { readonly at: Instant; readonly rate: number }[] = [];

  take(at: Instant, rate: number): void {
    this.#samples.push({ at, rate });
  }

  get rates(): readonly number[] {
    return this.#samples.map(({ rate }) => rate);
  }

  get calm(): number {
    return Math.min(...this.rates);
  }

  get stress(): number {
    return Math.max(...this.rates);
  }

  /** Largest multiple of the lowest rate of so long before; 1 when it never rose. */
  riseWithin(durationMs: number): number {
    let largest = 1;
    let first = 0;
    for (const { at, rate } of this.#samples) {
      while ((this.#samples[first] as { at: Instant }).at < at - durationMs) first += 1;
      const lowest = this.#samples
        .slice(first)
        .filter((sample) => sample.at <= at)
        .reduce((least, sample) => Math.min(least, sample.rate), rate);
      largest = Math.max(largest, rate / lowest);
    }
    return largest;
  }

  get riseInAnHour(): number {
    return this.riseWithin(HOUR_MS);
  }
}
