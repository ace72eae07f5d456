/** Mean of a measure over seeds, with the interval that holds the mean of all seeds in 95 of 100 comparisons. */
export interface Interval {
  readonly mean: number;
  /** The same as the mean when there is one value only: nothing is known about its spread. */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % points of Student's t by degrees of freedom 1 to 30; beyond those the normal one. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL = 1.96;

/** `mean ± t sqrt(s^2 / n)` with the sample variance s^2; null without a value. */
export function intervalOf(values: readonly number[]): Interval | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((total, value) => total + value, 0) / count;
  if (count === 1) return { mean, low: mean, high: mean };
  const squares = values.reduce((total, value) => total + (value - mean) * (value - mean), 0);
  const half = (STUDENT[count - 2] ?? NORMAL) * Math.sqrt(squares / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half };
}
