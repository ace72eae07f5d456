const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers within a range, about as many as asked for, rising. */
export function roundTicks(low: number, high: number, about = 5): readonly number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / about;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * size >= 0.8 * rough) ?? 10) * size;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Without the digits that binary fractions leave behind, nor a zero below zero.
  return Array.from({ length: last - first + 1 }, (_, each) => Number(((first + each) * step).toPrecision(12)) + 0);
}
