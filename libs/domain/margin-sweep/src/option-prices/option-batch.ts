import { ModelInputError } from '@ballast/kernel';
import { instantiateKernel, kernelModule, sharedMemory } from '../kernel/kernel.js';
import type { SharedMemory } from '../kernel/web-assembly.js';
import { checkRange } from '../sweep/sweep-float.js';
import { optionPrice } from './price-reference.js';

/** Total volatility sigma sqrt(T) that the bound covers: 100,000 % over a year. */
export const GREATEST_TOTAL_VOLATILITY = 1_000;

/** Options to be priced together, as columns of one memory. */
export class OptionBatch {
  readonly memory: SharedMemory;
  readonly forwards: Float64Array;
  readonly strikes: Float64Array;
  readonly totalVolatilities: Float64Array;
  /** 1 = call, -1 = put. */
  readonly sides: Float64Array;
  /** Out: undiscounted, in the unit of forward and strike. */
  readonly prices: Float64Array;

  /** @throws ModelInputError `sweep-sizes` */
  constructor(readonly size: number) {
    if (!Number.isSafeInteger(size) || size < 0 || size > 1e7) {
      throw new ModelInputError('sweep-sizes', 'size', `size is ${size}: give a whole number, at most ten million`);
    }
    // Pairs are priced: an odd one has a companion that nobody reads.
    const column = this.paired * 8;
    this.memory = sharedMemory(5 * column);
    const take = (n: number): Float64Array => new Float64Array(this.memory.buffer, n * column, size);
    this.forwards = take(0);
    this.strikes = take(1);
    this.totalVolatilities = take(2);
    this.sides = take(3);
    this.prices = take(4);
  }

  get paired(): number {
    return this.size + (this.size % 2);
  }

  /**
   * @param totalVolatility sigma sqrt(T), 0 = expired
   * @throws ModelInputError `sweep-option`, or of `checkRange`
   */
  set(place: number, type: 'call' | 'put', forward: number, strike: number, totalVolatility: number): void {
    checkPositive(forward, 'forward');
    checkPositive(strike, 'strike');
    if (!(totalVolatility >= 0 && totalVolatility <= GREATEST_TOTAL_VOLATILITY)) {
      throw new ModelInputError(
        'sweep-option',
        'totalVolatility',
        `totalVolatility is ${totalVolatility}: give a figure from 0 to ${GREATEST_TOTAL_VOLATILITY}`,
      );
    }
    if (!Number.isInteger(place) || place < 0 || place >= this.size) {
      throw new ModelInputError('sweep-option', 'place', `place ${place} is none of the ${this.size} of this batch`);
    }
    this.forwards[place] = forward;
    this.strikes[place] = strike;
    this.totalVolatilities[place] = totalVolatility;
    this.sides[place] = type === 'call' ? 1 : -1;
  }
}

/** Prices every option of the batch. */
export type PriceBatch = () => void;

/** The fastest way that this engine has. All give the same bits. */
export const pricesOf = (batch: OptionBatch): PriceBatch =>
  kernelModule() === null ? typescriptPrices(batch) : simdPrices(batch);

export const typescriptPrices =
  ({ size, forwards, strikes, totalVolatilities, sides, prices }: OptionBatch): PriceBatch =>
  () => {
    for (let n = 0; n < size; n += 1) {
      prices[n] = optionPrice(
        forwards[n] as number,
        strikes[n] as number,
        totalVolatilities[n] as number,
        sides[n] as number,
      );
    }
  };

/** @throws InvariantViolation where the engine has no SIMD */
export function simdPrices({
  memory,
  paired,
  forwards,
  strikes,
  totalVolatilities,
  sides,
  prices,
}: OptionBatch): PriceBatch {
  const kernel = instantiateKernel(memory);
  return () =>
    kernel.optionPrices(
      forwards.byteOffset,
      strikes.byteOffset,
      totalVolatilities.byteOffset,
      sides.byteOffset,
      prices.byteOffset,
      paired,
    );
}

function checkPositive(value: number, field: string): void {
  checkRange(value, field);
  if (!(value > 0)) throw new ModelInputError('sweep-option', field, `${field} is ${value}: give a figure above 0`);
}
