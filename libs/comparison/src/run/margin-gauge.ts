import { HOUR_MS, type Instant } from '@ballast/kernel';

interface Sample {
  readonly at: Instant;
  readonly rate: number;
}

/** Requirement of one and the same position over time, fraction of its notional: where it was lowest, highest, and how fast it rose. */
export class MarginGauge {
  readonly #samples: Sample[] = [];

  take(at: Instant, rate: number): void {
    this.#samples.push({ at, rate });
  }

  get rates(): readonly number[] {
    return this.#samples.map(({ rate }) => rate);
  }

  get calm(): number {
    return this.rates.reduce((least, rate) => Math.min(least, rate), Infinity);
  }

  get stress(): number {
    return this.rates.reduce((most, rate) => Math.max(most, rate), 0);
  }

  /** Largest multiple of the lowest rate of so long before; 1 when it never rose. */
  riseWithin(durationMs: number): number {
    let largest = 1;
    let first = 0;
    for (const [index, { at, rate }] of this.#samples.entries()) {
      while ((this.#samples[first] as Sample).at < at - durationMs) first += 1;
      let lowest = rate;
      for (let before = first; before < index; before++) {
        lowest = Math.min(lowest, (this.#samples[before] as Sample).rate);
      }
      largest = Math.max(largest, rate / lowest);
    }
    return largest;
  }

  get riseInAnHour(): number {
    return this.riseWithin(HOUR_MS);
  }
}
