import { invariant, ModelInputError } from '@ballast/kernel';
import { sharedMemory } from '../kernel/kernel.js';
import type { SharedMemory } from '../kernel/web-assembly.js';
import { checkRange } from './sweep-float.js';
import { layoutOf, type SweepLayout, type SweepSizes } from './sweep-layout.js';

/**
 * A book as the sweep reads it, and its results, in memory that threads share: accounts one after the other, each with its
 * positions; instruments by number, each with its value per scenario.
 */
export class SweepTables {
  readonly layout: SweepLayout;
  /** First position of each account, and the end of the last one. */
  readonly offsets: Uint32Array;
  /** Per position: where its instrument's row begins, in bytes from the beginning of the memory. */
  readonly rows: Uint32Array;
  /** Per position: contracts, negative = short. */
  readonly quantities: Float64Array;
  /** Row after row: the reach, then a value per scenario. Settlement currency per contract, loss of a long negative. */
  readonly values: Float64Array;
  /** Out: least P&L of any scenario; a loss is negative. -Infinity where the magnitude overflowed. */
  readonly worst: Float64Array;
  /** Out: sum of |quantity| x reach, to which the error bound is proportional. */
  readonly magnitudes: Float64Array;

  /** Accounts written so far, for all threads to see. */
  readonly #written: Uint32Array;
  #positions = 0;

  /** @param memory made by `allocate`, in this thread or another, for the same sizes */
  constructor(
    readonly sizes: SweepSizes,
    readonly memory: SharedMemory,
  ) {
    const { accounts, positions, instruments } = sizes;
    this.layout = layoutOf(sizes);
    const { buffer } = memory;
    invariant(buffer.byteLength >= this.layout.bytes, 'the memory is too small for the book');
    this.#written = new Uint32Array(buffer, this.layout.written, 1);
    this.offsets = new Uint32Array(buffer, this.layout.offsets, accounts + 1);
    this.rows = new Uint32Array(buffer, this.layout.rows, positions);
    this.quantities = new Float64Array(buffer, this.layout.quantities, positions);
    this.values = new Float64Array(buffer, this.layout.values, instruments * this.layout.columns);
    this.worst = new Float64Array(buffer, this.layout.worst, accounts);
    this.magnitudes = new Float64Array(buffer, this.layout.magnitudes, accounts);
  }

  /** @throws ModelInputError `sweep-sizes` */
  static allocate(sizes: SweepSizes): SweepTables {
    return new SweepTables(sizes, sharedMemory(layoutOf(sizes).bytes));
  }

  /**
   * Publishes what one contract of an instrument gains or loses in each scenario.
   *
   * @throws ModelInputError `sweep-instrument`, `sweep-scenarios`, or of `checkRange`
   */
  setInstrument(instrument: number, values: ArrayLike<number>): void {
    this.#checkInstrument(instrument);
    const { scenarios } = this.sizes;
    if (values.length !== scenarios) {
      throw new ModelInputError(
        'sweep-scenarios',
        `instrument ${instrument}`,
        `instrument ${instrument} has ${values.length} values for ${scenarios} scenarios`,
      );
    }
    let reach = 0;
    for (let scenario = 0; scenario < scenarios; scenario += 1) {
      const value = values[scenario] as number;
      checkRange(value, `value of instrument ${instrument} in scenario ${scenario}`);
      reach = Math.max(reach, Math.abs(value));
    }
    const row = this.placeOf(instrument);
    this.values[row] = reach;
    for (let column = 1; column < this.layout.columns; column += 1) {
      this.values[row + column] = values[column <= scenarios ? column - 1 : 0] as number;
    }
  }

  /** Begins the book anew; instruments stay. */
  clear(): void {
    this.#written[0] = 0;
    this.#positions = 0;
  }

  /**
   * Appends a position to the account that is being written. The order of the positions is the order of the sum.
   *
   * @throws ModelInputError `sweep-instrument`, `sweep-full`, or of `checkRange`
   */
  addPosition(instrument: number, quantity: number): void {
    this.#checkInstrument(instrument);
    checkRange(quantity, `quantity of position ${this.#positions}`);
    if (this.written >= this.sizes.accounts) throw this.#full('accounts');
    if (this.#positions >= this.sizes.positions) throw this.#full('positions');
    this.rows[this.#positions] = this.layout.values + this.placeOf(instrument) * 8;
    this.quantities[this.#positions] = quantity;
    this.#positions += 1;
  }

  /**
   * Ends the account that is being written and returns its number.
   *
   * @throws ModelInputError `sweep-full`
   */
  endAccount(): number {
    if (this.written >= this.sizes.accounts) throw this.#full('accounts');
    const account = this.written;
    this.offsets[account + 1] = this.#positions;
    this.#written[0] = account + 1;
    return account;
  }

  /** Accounts written so far: only these may be swept. */
  get written(): number {
    return this.#written[0] as number;
  }

  /** Place in `values` at which the row of an instrument begins. */
  placeOf(instrument: number): number {
    return instrument * this.layout.columns;
  }

  #checkInstrument(instrument: number): void {
    if (Number.isInteger(instrument) && instrument >= 0 && instrument < this.sizes.instruments) return;
    throw new ModelInputError(
      'sweep-instrument',
      'instrument',
      `instrument ${instrument} is none of the ${this.sizes.instruments} of this book`,
    );
  }

  #full(field: 'accounts' | 'positions'): ModelInputError {
    return new ModelInputError(
      'sweep-full',
      field,
      `the book has room for ${this.sizes[field]} ${field}: allocate more`,
    );
  }
}
