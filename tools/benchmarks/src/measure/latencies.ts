import { build, type Histogram } from 'hdr-histogram-js';

/** Microseconds: an hour at most, three significant digits. */
const HIGHEST_MICROS = 3_600_000_000;

/** A distribution of durations. */
export class Latencies {
  readonly #histogram: Histogram = build({
    highestTrackableValue: HIGHEST_MICROS,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 'packed',
  });

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(HIGHEST_MICROS, Math.max(1, Math.round(milliseconds * 1_000))));
  }

  get samples(): number {
    return this.#histogram.totalCount;
  }

  /** Milliseconds below which that part of the samples lies. */
  percentile(percent: number): number {
    return this.#histogram.getValueAtPercentile(percent) / 1_000;
  }

  get p50(): number {
    return this.percentile(50);
  }

  get p99(): number {
    return this.percentile(99);
  }
}
