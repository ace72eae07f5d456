import { intervalOf } from './interval.js';

describe('the interval of a mean', () => {
  it('is Student’s: of the extra hours of sleep of ten patients (Student 1908, The probable error of a mean, second drug) 2.33 and 0.90 to 3.76', () => {
    const { mean, low, high } = intervalOf([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])!;
    expect(mean).toBeCloseTo(2.33, 12);
    expect(low).toBeCloseTo(0.9, 2);
    expect(high).toBeCloseTo(3.76, 2);
  });

  it('has no width for one value, and is not there without any', () => {
    expect(intervalOf([3])).toEqual({ mean: 3, low: 3, high: 3 });
    expect(intervalOf([])).toBeNull();
  });
});
