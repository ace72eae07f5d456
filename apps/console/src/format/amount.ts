// Amounts come as decimals in text and stay text: what is added up here is added up exactly.

interface Scaled {
  readonly units: bigint;
  /** Digits behind the point. */
  readonly scale: number;
}

function scaled(amount: string): Scaled {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(amount);
  if (match === null) throw new Error(`${amount} is no decimal in plain notation`);
  const [, sign = '', whole = '0', fraction = ''] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

const raised = ({ units, scale }: Scaled, to: number): bigint => units * 10n ** BigInt(to - scale);

function written(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`;
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}

/** Exact sum. */
export function plus(...amounts: readonly string[]): string {
  const all = amounts.map(scaled);
  const scale = Math.max(0, ...all.map((each) => each.scale));
  return written(
    all.reduce((sum, each) => sum + raised(each, scale), 0n),
    scale,
  );
}

export const negated = (amount: string): string => {
  const { units, scale } = scaled(amount);
  return written(-units, scale);
};

/** Exact difference. */
export const minus = (amount: string, less: string): string => plus(amount, negated(less));

export const isNegative = (amount: string): boolean => scaled(amount).units < 0n;

/** Rounded to so many digits behind the point, half to even; shorter ones are filled with zeros. */
export function rounded(amount: string, digits = 2): string {
  const { units, scale } = scaled(amount);
  if (scale <= digits) return written(units * 10n ** BigInt(digits - scale), digits);
  const divisor = 10n ** BigInt(scale - digits);
  const magnitude = units < 0n ? -units : units;
  const [quotient, rest] = [magnitude / divisor, magnitude % divisor];
  const isUp = rest * 2n > divisor || (rest * 2n === divisor && quotient % 2n === 1n);
  const result = isUp ? quotient + 1n : quotient;
  return written(units < 0n ? -result : result, digits);
}

const grouped = (amount: string): string => {
  const [whole = '', fraction] = amount.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
};

/** `52,355.52`: to the cent, with a minus sign that is as wide as a digit. */
export const cents = (amount: string): string => grouped(rounded(amount)).replace('-', '−');

/** `52,355.52 USD`. */
export const usd = (amount: string): string => `${cents(amount)} USD`;

/** The same with a plus where it is one. */
export const signedUsd = (amount: string): string => `${isNegative(amount) ? '' : '+'}${usd(amount)}`;

/** All digits, grouped. */
export const exact = (amount: string): string => grouped(amount).replace('-', '−');

/** Numbers that stand alone in a sentence: no part of an id, a name, a time or a place in a log. */
const STANDS_ALONE = /(?<![\w#/.:@−-])-?\d+(?:\.\d+)?(?![\w#/:-]|\.\d)/g;

/** A sentence of the server with its amounts grouped as they are everywhere. */
export const sentence = (words: string): string => words.replace(STANDS_ALONE, (number) => exact(number));

/** A float for a picture: three digits that count, with its size in a letter. `1.25M`. */
export function compact(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  for (const [least, letter] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= least) return `${sign}${digitsOf(size / least)}${letter}`;
  }
  return `${sign}${digitsOf(size)}`;
}

const digitsOf = (value: number): string =>
  value === 0
    ? '0'
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? trimmed(value.toFixed(1))
        : trimmed(value.toFixed(2));

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** `12.3 %` of a share. */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits).replace('-', '−')} %`;

export interface Line {
  readonly label: string;
  readonly amount: string;
  readonly detail: string;
}

/**
 * Lines as they are shown, to the cent, with a rounding line where the shown ones alone would not add up to the total:
 * a reader who adds them up gets what stands below them.
 */
export function addingUp(lines: readonly Line[], total: string): readonly Line[] {
  const shown = lines
    .filter(({ label }) => label !== 'rounding')
    .map((line) => ({ ...line, amount: rounded(line.amount) }));
  const rest = minus(rounded(total), plus('0.00', ...shown.map(({ amount }) => amount)));
  if (Number(rest) === 0) return shown;
  const known = lines.find(({ label }) => label === 'rounding');
  return [
    ...shown,
    { label: 'rounding', amount: rest, detail: known?.detail ?? 'lines are shown to the nearest cent' },
  ];
}
