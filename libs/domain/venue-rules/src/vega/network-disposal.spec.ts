import { describe, expect, it } from '@jest/globals';
import { dec, text } from '@ballast/kernel';
import fc from 'fast-check';
import { networkDisposalSize } from './network-disposal.js';

const strategy = (disposalFraction: string, fullDisposalSize: string, maxFractionConsumed: string) => ({
  disposalFraction: dec(disposalFraction),
  fullDisposalSize: dec(fullDisposalSize),
  maxFractionConsumed: dec(maxFractionConsumed),
});
const size = (position: string, ...[fraction, full, consumed, volume]: [string, string, string, string]) =>
  text(networkDisposalSize(dec(position), strategy(fraction, full, consumed), dec(volume)));

describe('the network disposes of what it took over in steps [CLR-LQM-010]', () => {
  it('W86: 280 by halves, whole from 50, at most 1 % of 10,000 a step: 100, 90, 45, 45', () => {
    const orders: string[] = [];
    for (let left = dec('280'); left.gt(0);) {
      const order = networkDisposalSize(left, strategy('0.5', '50', '0.01'), dec('10000'));
      orders.push(text(order));
      left = left.minus(order);
    }
    expect(orders).toEqual(['100', '90', '45', '45']);
  });

  it.each<[string, string, [string, string, string, string], string]>([
    ['a fraction is rounded up: 51 * .1', '51', ['0.1', '10', '0.2', '1000'], '6'],
    ['so is the part of the volume: 1 * .5', '10', ['1', '1000000', '0.5', '1'], '1'],
    ['at the full size: whole', '50', ['0.1', '50', '1', '1000'], '50'],
    ['one more: a fraction', '51', ['0.1', '50', '1', '1000'], '6'],
    ['a short position is bought back in the same steps', '-51', ['0.1', '10', '0.2', '1000'], '6'],
    ['no volume: no order', '51', ['0.1', '10', '0.2', '0'], '0'],
    ['nothing may be consumed: no order', '51', ['0.1', '10', '0', '1000'], '0'],
    ['nothing held: no order', '0', ['0.1', '10', '0.2', '1000'], '0'],
  ])('%s', (_why, position, figures, expected) => {
    expect(size(position, ...figures)).toBe(expected);
  });

  it('an order never exceeds the position and every position is disposed of in the end', () => {
    const percent = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        percent,
        fc.nat({ max: 100 }),
        percent,
        (held, part, full, consumed) => {
          const chosen = strategy(`${part / 100}`, `${full}`, `${consumed / 100}`);
          let left = dec(held);
          let steps = 0;
          for (; left.gt(0); steps += 1) {
            const order = networkDisposalSize(left, chosen, dec(100));
            expect(order.gt(0) && order.lte(left) && order.isInteger()).toBe(true);
            left = left.minus(order);
          }
          expect(steps).toBeLessThanOrEqual(held);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['0', '10', '0.1', '1'],
    ['1.1', '10', '0.1', '1'],
    ['0.5', '-1', '0.1', '1'],
    ['0.5', '10', '1.1', '1'],
    ['0.5', '10', '0.1', '-1'],
    ['NaN', '10', '0.1', '1'],
  ])('fraction %s, full size %s, consumed %s, volume %s are refused', (...figures) => {
    expect(() => size('5', ...figures)).toThrow();
  });
});
