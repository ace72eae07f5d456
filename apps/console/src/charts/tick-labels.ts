/** What the ticks of an axis are called, all with the same digits. */
export type TickLabels = (ticks: readonly number[]) => readonly string[];

const MOST_DIGITS = 10;

/** Digits behind the point that tell each tick exactly: an axis whose ticks read alike says nothing. */
function digitsFor(values: readonly number[]): number {
  const [first = 0, second = 0] = values;
  const step = Math.abs(second - first) || 1;
  for (let digits = 0; digits < MOST_DIGITS; digits += 1) {
    const scale = 10 ** digits;
    const isTold = (value: number): boolean =>
      Math.abs(value * scale - Math.round(value * scale)) < 1e-3 * step * scale;
    if (step * scale > 0.999 && values.every(isTold)) return digits;
  }
  return MOST_DIGITS;
}

function labels(ticks: readonly number[], factor: number, unit: string, plus = ''): readonly string[] {
  const values = ticks.map((tick) => tick * factor);
  const digits = digitsFor(values);
  return values.map((value) => {
    const size = Math.abs(value).toFixed(digits);
    const sign = Number(size) === 0 ? '' : value < 0 ? '−' : plus;
    return `${sign}${size}${unit}`;
  });
}

const SIZES = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** Amounts by the size of the largest: `0.5M`, `1.0M`. */
export const amountTicks: TickLabels = (ticks) => {
  const most = Math.max(...ticks.map(Math.abs));
  const [size, letter] = SIZES.find(([least]) => most >= least) ?? [1, ''];
  // 7,638 reads better in full than as 7.638k, once the letter saves nothing.
  const isFine = digitsFor(ticks.map((tick) => tick / size)) > 2;
  const names = isFine ? grouped(ticks) : labels(ticks, 1 / size, letter);
  return names.map((name, each) => (ticks[each] === 0 ? '0' : name));
};

const grouped: TickLabels = (ticks) =>
  labels(ticks, 1, '').map((label) => label.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ','));

/** Counts: there is nothing between two of them. */
export const countTicks: TickLabels = (ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : ''));

/** Plain numbers, such as a scalar. */
export const numberTicks: TickLabels = (ticks) => labels(ticks, 1, '');

/** Shares in percent. */
export const percentTicks: TickLabels = (ticks) => labels(ticks, 100, ' %');

/** Moves of a price in percent, with a plus where they are one. */
export const moveTicks: TickLabels = (ticks) => labels(ticks, 100, ' %', '+');
