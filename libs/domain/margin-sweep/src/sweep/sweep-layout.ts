import { ModelInputError } from '@ballast/kernel';

/** Float64 to a register. */
const REGISTER_COLUMNS = 2;
/** Registers of the narrowest row that the compiled sweep takes. */
const LEAST_REGISTERS = 4;
/** Positions that the compiled sweep looks ahead: it fetches the rows they name before it needs them. */
const POSITIONS_AHEAD = 2;

/** How large a book is. */
export interface SweepSizes {
  readonly accounts: number;
  readonly positions: number;
  readonly instruments: number;
  readonly scenarios: number;
}

/**
 * Where everything lies, in bytes. A row has the reach, the greatest magnitude of any of its values, then the scenarios, then copies of
 * scenario 0. Reach and copies can stand among the scenarios when the least is looked for: a copy is never less than scenario 0, and the sum
 * of |quantity| x reach is never less than any scenario's, to the last bit.
 */
export interface SweepLayout {
  /** Of a row, a whole number of registers. */
  readonly columns: number;
  readonly registers: number;
  readonly written: number;
  readonly offsets: number;
  readonly rows: number;
  readonly quantities: number;
  readonly values: number;
  readonly worst: number;
  readonly magnitudes: number;
  readonly bytes: number;
}

const CACHE_LINE = 64;
/** A module of 32-bit addresses reaches no further. */
const ADDRESSABLE = 2 ** 32;

/** @throws ModelInputError `sweep-sizes` */
export function layoutOf(sizes: SweepSizes): SweepLayout {
  const { accounts, positions, instruments, scenarios } = sizes;
  for (const [field, size, least] of [
    ['accounts', accounts, 0],
    ['positions', positions, 0],
    ['instruments', instruments, 0],
    ['scenarios', scenarios, 1],
  ] as const) {
    if (!Number.isSafeInteger(size) || size < least) {
      throw new ModelInputError('sweep-sizes', field, `${field} is ${size}: give a whole number, at least ${least}`);
    }
  }
  const registers = Math.max(LEAST_REGISTERS, Math.ceil((1 + scenarios) / REGISTER_COLUMNS));
  const columns = registers * REGISTER_COLUMNS;
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return at;
  };
  const layout = {
    columns,
    registers,
    written: take(4),
    offsets: take((accounts + 1) * 4),
    rows: take((positions + POSITIONS_AHEAD) * 4),
    quantities: take(positions * 8),
    values: take(instruments * columns * 8),
    worst: take(accounts * 8),
    magnitudes: take(accounts * 8),
  };
  if (end > ADDRESSABLE) {
    throw new ModelInputError(
      'sweep-sizes',
      'accounts',
      `the book takes ${end} bytes of at most ${ADDRESSABLE}: split it`,
    );
  }
  return { ...layout, bytes: end };
}
