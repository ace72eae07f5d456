import { dec, ONE, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { bracketRate, bracketRequirement } from './brackets.js';
import { maintenanceBrackets, maintenanceRate } from './maintenance-rate.js';
import { BITCOIN as BTC, rateParameters } from './risk-schedule.fixtures.js';

const ETH = rateParameters({ sBase: '0.04', averageDailyVolume: '10000000000' });
const percent = (value: Decimal, digits: number): string => value.times(100).toFixed(digits);

describe('maintenance rate [CLR-MRG-017]', () => {
  it.each`
    notional        | expected
    ${'1000000'}    | ${'1.5616'}
    ${'10000000'}   | ${'1.7557'}
    ${'50000000'}   | ${'2.2208'}
    ${'200000000'}  | ${'3.3027'}
    ${'2000000000'} | ${'8.8729'}
  `('of $notional USD at V_eff = 1 is $expected % (W61)', ({ notional, expected }: Record<string, string>) => {
    expect(percent(maintenanceRate(dec(notional as string), ONE, BTC).rate, 4)).toBe(expected);
  });

  it('of 50M is made of 1.6853 % tail and .5355 % penalty, above .1300 % execution (W63)', () => {
    const { tail, penaltyRate, executionRate } = maintenanceRate(dec('50000000'), ONE, BTC);
    expect([tail, penaltyRate, executionRate].map((rate) => percent(rate, 4))).toEqual(['1.6853', '0.5355', '0.1300']);
  });

  it('never falls in size or scalar, and stays in its bounds', () => {
    const size = fc.integer({ min: 0, max: 20_000_000_000 });
    const scalar = fc.integer({ min: 1000, max: 4000 });
    fc.assert(
      fc.property(size, size, scalar, scalar, (q1, q2, v1, v2) => {
        const [small, large] = q1 < q2 ? [q1, q2] : [q2, q1];
        const [low, high] = v1 < v2 ? [v1, v2] : [v2, v1];
        const rate = (q: number, v: number): Decimal => maintenanceRate(dec(q), dec(v).div(1000), BTC).rate;
        expect(rate(large, low).gte(rate(small, low))).toBe(true);
        expect(rate(large, high).gte(rate(large, low))).toBe(true);
        expect(rate(small, low).gte(BTC.rateMin) && rate(large, high).lte(BTC.rateMax)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves at least a 99 % move over the first order after the modelled penalty', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (q) => {
        const { rate, penaltyRate } = maintenanceRate(dec(q), ONE, BTC);
        expect(rate.minus(penaltyRate).gte(BTC.z.times(BTC.sBase).times(BTC.tau0Days.sqrt()))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('brackets [CLR-MRG-018]', () => {
  const fourBrackets = rateParameters({ floors: ['0', '1000000', '10000000', '50000000'] });

  it('go through the formula at 1M, 10M, 50M and 200M (W65)', () => {
    const brackets = maintenanceBrackets(ONE, fourBrackets);
    expect(brackets.map(({ rate }) => percent(rate, 4))).toEqual(['1.5616', '1.7772', '2.3371', '3.6633']);
    expect(brackets.map(({ deduction }) => deduction.toFixed(2))).toEqual(['0.00', '2156.22', '58145.16', '721245.07']);
    expect(bracketRequirement(brackets, dec('50000000')).toFixed(2)).toBe('1110410.43');
  });

  it('are continuous at every floor, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 4000 }), fc.constantFrom(BTC, ETH), (v, parameters) => {
        const brackets = maintenanceBrackets(dec(v).div(1000), parameters);
        for (let k = 1; k < brackets.length; k += 1) {
          const [below, above] = [brackets[k - 1], brackets[k]];
          if (below === undefined || above === undefined) throw new Error('no bracket');
          const at = (bracket: typeof below): string => text(above.floor.times(bracket.rate).minus(bracket.deduction));
          expect(at(above)).toBe(at(below));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never ask for a lower average rate of a larger size or a higher scalar', () => {
    const size = fc.integer({ min: 1, max: 20_000_000_000 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1000, max: 3900 }), (q1, q2, v) => {
        const [small, large] = q1 < q2 ? [q1, q2] : [q2, q1];
        const brackets = maintenanceBrackets(dec(v).div(1000), BTC);
        const higher = maintenanceBrackets(dec(v + 100).div(1000), BTC);
        expect(bracketRate(brackets, dec(large)).gte(bracketRate(brackets, dec(small)))).toBe(true);
        expect(
          bracketRate(higher, dec(large))
            .plus('1e-11')
            .gte(bracketRate(brackets, dec(large))),
        ).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('meet the formula at each floor within the rounding of the rates, and never below it', () => {
    const brackets = maintenanceBrackets(dec('1.7'), BTC);
    for (const { floor } of brackets.slice(1)) {
      const formula = floor.times(maintenanceRate(floor, dec('1.7'), BTC).rate);
      const excess = bracketRequirement(brackets, floor).minus(formula);
      expect(excess.gte(0) && excess.lte(floor.times('1e-12'))).toBe(true);
    }
  });
});
