import { HOUR_MS, MINUTE_MS } from '@ballast/kernel';
import { MarginGauge } from './margin-gauge.js';

const gaugeOf = (...rates: number[]): MarginGauge => {
  const gauge = new MarginGauge();
  rates.forEach((rate, index) => gauge.take(index * 30 * MINUTE_MS, rate));
  return gauge;
};

describe('the margin of one position over time', () => {
  it('has a lowest and a highest rate', () => {
    const gauge = gaugeOf(0.02, 0.016, 0.048);
    expect([gauge.calm, gauge.stress]).toEqual([0.016, 0.048]);
  });

  it('rises against the lowest rate of the hour before, not against an older one', () => {
    expect(gaugeOf(0.01, 0.02, 0.02, 0.02, 0.03).riseInAnHour).toBeCloseTo(2, 12);
    expect(gaugeOf(0.01, 0.02, 0.03).riseInAnHour).toBeCloseTo(3, 12);
    expect(gaugeOf(0.01, 0.02, 0.02, 0.02, 0.03).riseWithin(2 * HOUR_MS)).toBeCloseTo(3, 12);
  });

  it('that only falls rises by nothing', () => {
    expect(gaugeOf(0.03, 0.02, 0.01).riseInAnHour).toBe(1);
  });
});
