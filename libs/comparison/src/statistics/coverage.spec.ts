import { christoffersen, coverageOf, kupiec } from './coverage.js';

const ACCEPTED = 3.841;

describe('the test of Kupiec', () => {
  // Non-rejection regions at 95 % of Kupiec 1995, as in Jorion, Value at Risk (3rd edition), table 6-2; it says nothing
  // of a year without any breach, which the ratio is against.
  it.each`
    probability | days     | from  | to
    ${0.01}     | ${255}   | ${1}  | ${6}
    ${0.01}     | ${510}   | ${2}  | ${10}
    ${0.01}     | ${1_000} | ${5}  | ${16}
    ${0.05}     | ${255}   | ${7}  | ${20}
    ${0.05}     | ${510}   | ${17} | ${35}
    ${0.05}     | ${1_000} | ${38} | ${64}
    ${0.025}    | ${1_000} | ${16} | ${35}
  `('accepts $from to $to breaches of $probability in $days days, and no others', ({ probability, days, from, to }) => {
    const ratio = (breaches: number): number => kupiec(days as number, breaches, probability as number).ratio;
    for (let breaches = from as number; breaches <= (to as number); breaches++) {
      expect(ratio(breaches)).toBeLessThan(ACCEPTED);
    }
    expect(ratio((to as number) + 1)).toBeGreaterThan(ACCEPTED);
    expect(ratio((from as number) - 1)).toBeGreaterThan(ACCEPTED);
  });

  it('is zero where breaches are just as many as expected, and its p-value is one', () => {
    expect(kupiec(1_000, 10, 0.01)).toEqual({ ratio: 0, pValue: 1 });
  });

  it('has the p-value of chi-square with one degree of freedom', () => {
    // 20 breaches in 252 days of a 95 % bound (J.P. Morgan 1998, Jorion, section 6.2.3): 3.91.
    const { ratio, pValue } = kupiec(252, 20, 0.05);
    expect(ratio).toBeCloseTo(3.91, 2);
    expect(pValue).toBeCloseTo(0.048, 3);
  });
});

describe('the test of Christoffersen', () => {
  it('of J.P. Morgan 1998 (Jorion, table 6-5: 14 breaches after 232 quiet days, 6 after 20 breaches) is 9.53', () => {
    const { ratio, pValue } = christoffersen([218, 14, 14, 6]);
    expect(ratio).toBeCloseTo(9.53, 2);
    expect(pValue).toBeLessThan(0.01);
  });

  it('is zero where a breach makes the next one no likelier', () => {
    expect(christoffersen([81, 9, 9, 1]).ratio).toBeCloseTo(0, 9);
  });
});

describe('coverage', () => {
  const clustered = Array.from({ length: 200 }, (_, index) => index >= 100 && index < 104);

  it('counts breaches and transitions, and joins both tests with two degrees of freedom', () => {
    const { observations, breaches, unconditional, independence, conditional } = coverageOf(clustered, 0.02);
    expect({ observations, breaches }).toEqual({ observations: 200, breaches: 4 });
    expect(unconditional.ratio).toBeCloseTo(0, 9);
    expect(independence).toEqual(christoffersen([194, 1, 1, 3]));
    expect(conditional.ratio).toBeCloseTo(unconditional.ratio + independence.ratio, 12);
    expect(conditional.pValue).toBeCloseTo(Math.exp(-conditional.ratio / 2), 9);
  });

  it('of nothing says nothing against anything', () => {
    expect(coverageOf([], 0.01).conditional).toEqual({ ratio: 0, pValue: 1 });
  });
});
