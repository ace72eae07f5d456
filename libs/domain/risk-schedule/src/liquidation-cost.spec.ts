import { dec } from '@ballast/kernel';
import { executionRate, modelledPenaltyRate, timeRate, type LiquidationCostParameters } from './liquidation-cost.js';

const bitcoin: LiquidationCostParameters = {
  spread: dec('0.0002'),
  impact: dec('0.8'),
  sigma: dec('0.03'),
  averageDailyVolume: dec('20000000000'),
  participation: dec('0.05'),
  zeta: dec('0.5'),
  fundShare: dec('0.5'),
  operatingCost: dec('0.0005'),
  penaltyMin: dec('0.001'),
  penaltyMax: dec('0.03'),
};
/** Long-tail coin (W72) with the volatility of 8 % a day. */
const longTail: LiquidationCostParameters = {
  ...bitcoin,
  spread: dec('0.002'),
  averageDailyVolume: dec('50000000'),
  sigma: dec('0.08'),
};
const basisPoints = (rate: { times(n: number): { toFixed(digits: number): string } }, digits: number): string =>
  rate.times(10_000).toFixed(digits);

describe('liquidation cost', () => {
  it.each`
    example  | notional       | execution   | time        | penalty
    ${'W66'} | ${'1000000'}   | ${'2.697'}  | ${'2.739'}  | ${'13.1535'}
    ${'W67'} | ${'50000000'}  | ${'13.000'} | ${'19.365'} | ${'53.5474'}
    ${'W68'} | ${'500000000'} | ${'38.947'} | ${'61.237'} | ${'155.2769'}
  `(
    '$example: $notional USD cost $execution bp to execute, $time bp of time, $penalty bp in all',
    ({ notional, execution, time, penalty }: Record<string, string>) => {
      const q = dec(notional as string);
      expect(basisPoints(executionRate(q, bitcoin), 3)).toBe(execution);
      expect(basisPoints(timeRate(q, bitcoin), 3)).toBe(time);
      expect(basisPoints(modelledPenaltyRate(q, bitcoin), 4)).toBe(penalty);
    },
  );

  it.each`
    example  | notional       | amount
    ${'W66'} | ${'1000000'}   | ${'1315.35'}
    ${'W67'} | ${'50000000'}  | ${'267736.88'}
    ${'W68'} | ${'500000000'} | ${'7763843.16'}
  `(
    '$example: the modelled penalty on $notional USD is $amount USD',
    ({ notional, amount }: Record<string, string>) => {
      const q = dec(notional as string);
      expect(modelledPenaltyRate(q, bitcoin).times(q).toFixed(2)).toBe(amount);
    },
  );

  it('never asks for more than the highest modelled penalty (W72)', () => {
    const q = dec('2000000');
    expect(basisPoints(modelledPenaltyRate(q, { ...longTail, penaltyMax: dec('1') }), 2)).toBe('521.84');
    expect(modelledPenaltyRate(q, longTail).toFixed()).toBe('0.03');
  });

  it('asks for at least the lowest penalty, also for nothing', () => {
    expect(modelledPenaltyRate(dec(0), { ...bitcoin, operatingCost: dec(0) }).toFixed()).toBe('0.001');
  });

  it('refuses a negative notional', () => {
    expect(() => executionRate(dec(-1), bitcoin)).toThrow('never negative');
    expect(() => timeRate(dec(-1), bitcoin)).toThrow('never negative');
  });
});
