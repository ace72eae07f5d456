import { HOUR_MS } from '@ballast/kernel';
import { sideOf } from './side-backtest.js';

/** Hourly prices, margined at 2 % long and 3 % short. */
const observed = (...prices: number[]) =>
  prices.map((price, hour) => ({ at: hour * HOUR_MS, price, long: 0.02, short: 0.03 }));
const long = (...prices: number[]) => sideOf(observed(...prices), (move) => -move, 'long', 0.01);
const short = (...prices: number[]) => sideOf(observed(...prices), (move) => move, 'short', 0.01);

describe('a side', () => {
  it('is breached where its loss to the next observation is more than what was asked at the start', () => {
    expect(long(100, 97, 97, 98.5, 96)).toMatchObject({ observations: 4, breaches: 2 });
    expect(long(100, 98.1)).toMatchObject({ observations: 1, breaches: 0 });
    expect(short(100, 97, 101, 102)).toMatchObject({ observations: 3, breaches: 1 });
  });

  it('says how far the loss went beyond it, on average and at most', () => {
    const { meanExcess, largestExcess } = long(100, 97, 100, 95);
    expect(meanExcess).toBeCloseTo(0.02, 12);
    expect(largestExcess).toBeCloseTo(0.03, 12);
    expect(long(100, 101)).toMatchObject({ meanExcess: 0, largestExcess: 0 });
  });

  it('counts what follows a move of 2 % either way as hot', () => {
    // Moves: -3 %, +1 %, +3.1 %, -3 %, 0: hot are the second, the fourth (breached) and the fifth.
    expect(long(100, 97, 98, 101, 98, 98)).toMatchObject({ breaches: 2, hot: 3, hotBreaches: 1 });
  });
});
