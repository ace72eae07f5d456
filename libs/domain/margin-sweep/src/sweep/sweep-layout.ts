import { ModelInputError } from '@ballast/kernel';

/** Columns of a block: six registers of two float64. */
export const BLOCK_COLUMNS = 12;
export const BLOCK_BYTES = BLOCK_COLUMNS * 8;
/** Bytes of an account's sums of a block: its columns and the least of each lane. */
const SUMS_BYTES = BLOCK_BYTES + 16;
/** Accounts whose sums the compiled sweep keeps at a time. */
const RUN_ACCOUNTS = 256;

/** How large a book is. */
export interface SweepSizes {
  readonly accounts: number;
  readonly positions: number;
  readonly instruments: number;
  readonly scenarios: number;
  /** Threads that may sweep at the same time; each gets scratch of its own. Default 1. */
  readonly threads?: number;
}

/**
 * Where everything lies, in bytes. A row has the scenarios, then copies of scenario 0, then in its last column the reach, the
 * greatest magnitude of any of its values. Both kinds of padding can stand among the scenarios when the least is looked for: the
 * copy is never before scenario 0, and the sum of |quantity| x reach is never less than any scenario's, to the last bit.
 */
export interface SweepLayout {
  readonly columns: number;
  readonly blocks: number;
  readonly written: number;
  readonly offsets: number;
  readonly rows: number;
  readonly quantities: number;
  readonly values: number;
  readonly worst: number;
  readonly scenarios: number;
  readonly magnitudes: number;
  readonly sums: number;
  readonly sumsPerThread: number;
  readonly bytes: number;
}

const CACHE_LINE = 64;
/** A module of 32-bit addresses reaches no further. */
const ADDRESSABLE = 2 ** 32;

/** @throws ModelInputError `sweep-sizes` */
export function layoutOf(sizes: SweepSizes): SweepLayout {
  const { accounts, positions, instruments, scenarios, threads = 1 } = sizes;
  for (const [field, size, least] of [
    ['accounts', accounts, 0],
    ['positions', positions, 0],
    ['instruments', instruments, 0],
    ['scenarios', scenarios, 1],
    ['threads', threads, 1],
  ] as const) {
    if (!Number.isSafeInteger(size) || size < least) {
      throw new ModelInputError('sweep-sizes', field, `${field} is ${size}: give a whole number, at least ${least}`);
    }
  }
  const blocks = Math.ceil((scenarios + 1) / BLOCK_COLUMNS);
  let end = 0;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return at;
  };
  const sumsPerThread = blocks * RUN_ACCOUNTS * SUMS_BYTES;
  const layout = {
    columns: blocks * BLOCK_COLUMNS,
    blocks,
    written: take(4),
    offsets: take((accounts + 1) * 4),
    rows: take(positions * 4),
    quantities: take(positions * 8),
    values: take(instruments * blocks * BLOCK_BYTES),
    worst: take(accounts * 8),
    scenarios: take(accounts * 4),
    magnitudes: take(accounts * 8),
    sums: take(threads * sumsPerThread),
    sumsPerThread,
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
