import { dec, HOUR_MS, MINUTE_MS, ONE, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { DEFAULT_PARAMETERS } from '../parameters/default-parameters.js';
import {
  figuresOfUnderlying,
  parameterFigures,
  underlyingFigures,
  type UnderlyingFigures,
} from '../parameters/parameter-figures.js';
import { bracketRate, bracketRequirement, maintenanceBrackets } from './brackets.js';
import { effectiveScalar } from './effective-scalar.js';
import { liquidationScalar, noticedScalar } from './liquidation-scalar.js';
import { maintenanceRate } from './maintenance-rate.js';
import { measuredScalar } from './measured-scalar.js';
import { inForceWithin, LONGEST_NOTICE_MS, putInForce, type InForceFrom } from './notice-window.js';
import { priceMove, referenceMark, triggerThreshold } from './price-trigger.js';
import { decayFactor, rateLimitedScalar, riseFactor } from './rate-limit.js';
import { triggerScalar } from './trigger-scalar.js';

const BTC = figuresOfUnderlying(parameterFigures(DEFAULT_PARAMETERS), 'BTC');
const ETH = figuresOfUnderlying(parameterFigures(DEFAULT_PARAMETERS), 'ETH');
const percent = (value: Decimal, digits: number): string => value.times(100).toFixed(digits);

describe('measured scalar', () => {
  it('is the weighted volatility over the reference, and less after the buffer (W58)', () => {
    const measured = measuredScalar(
      [
        { weight: dec('0.4'), daily: dec('0.08') },
        { weight: dec('0.4'), daily: dec('0.04') },
        { weight: dec('0.2'), daily: dec('0.05') },
      ],
      dec('0.024'),
      dec(4),
    );
    expect(measured.toFixed(8)).toBe('2.53448439');
    const effective = effectiveScalar(measured, dec('0.25'));
    expect(effective.toFixed(8)).toBe('2.02758751');
    expect(percent(effective.times('0.03'), 7)).toBe('6.0827625');
  });

  it.each`
    daily      | expected | why
    ${'0.01'}  | ${'1'}   | ${'calm never goes below the reference'}
    ${'0.024'} | ${'1'}   | ${'exactly at the reference'}
    ${'0.096'} | ${'4'}   | ${'exactly at V_max'}
    ${'0.5'}   | ${'4'}   | ${'never above V_max'}
  `('of a daily volatility of $daily is $expected: $why', ({ daily, expected }: Record<string, string>) => {
    const estimates = [
      { weight: dec('0.8'), daily: dec(daily as string) },
      { weight: dec('0.2'), daily: dec(daily as string) },
    ];
    expect(text(measuredScalar(estimates, dec('0.024'), dec(4)))).toBe(expected);
  });

  it('needs a volatility', () => {
    expect(() => measuredScalar([], dec('0.024'), dec(4))).toThrow('at least one volatility');
  });
});

describe('buffer', () => {
  it.each`
    scalar    | expected | why
    ${'1'}    | ${'1'}   | ${'calm: charged 25 % more than measured'}
    ${'1.25'} | ${'1'}   | ${'the first 25 % of a rise change nothing (W54)'}
    ${'1.5'}  | ${'1.2'} | ${'1.5 / 1.25'}
    ${'4'}    | ${'3.2'} | ${'V_max / 1.25'}
  `('turns $scalar into $expected: $why', ({ scalar, expected }: Record<string, string>) => {
    expect(text(effectiveScalar(dec(scalar as string), dec('0.25')))).toBe(expected);
  });
});

describe('price trigger', () => {
  it('lies k hourly sigmas away (W78a)', () => {
    expect(percent(triggerThreshold(BTC.triggerK, BTC.sBase, HOUR_MS), 6)).toBe('1.837117');
    expect(percent(triggerThreshold(ETH.triggerK, ETH.sBase, HOUR_MS), 6)).toBe('2.449490');
  });

  it('widens when a gap makes the reference older than an hour, and does not narrow for a younger one', () => {
    expect(triggerThreshold(BTC.triggerK, BTC.sBase, 4 * HOUR_MS).toFixed(10)).toBe(
      triggerThreshold(BTC.triggerK, BTC.sBase, HOUR_MS).times(2).toFixed(10),
    );
    expect(text(triggerThreshold(BTC.triggerK, BTC.sBase, 0))).toBe(
      text(triggerThreshold(BTC.triggerK, BTC.sBase, HOUR_MS)),
    );
  });

  it('is on for longs after 60,000 -> 58,700 in an hour, and off for shorts (W78b)', () => {
    const move = priceMove(dec(58_700), { at: 0, mark: dec(60_000) }, HOUR_MS, BTC.triggerK, BTC.sBase);
    expect(percent(move.logReturn, 6)).toBe('-2.190484');
    expect(move.triggered).toEqual({ long: true, short: false });
  });

  it('is on for shorts after the way back', () => {
    const move = priceMove(dec(60_000), { at: 0, mark: dec(58_700) }, HOUR_MS, BTC.triggerK, BTC.sBase);
    expect(move.triggered).toEqual({ long: false, short: true });
  });

  it('measures from the newest mark at or before an hour ago, else from the oldest', () => {
    const marks = [0, 10, 20].map((minute) => ({ at: minute * MINUTE_MS, mark: dec(minute + 1) }));
    expect(referenceMark(marks, 10 * MINUTE_MS + HOUR_MS).at).toBe(10 * MINUTE_MS);
    expect(referenceMark(marks, 10 * MINUTE_MS + HOUR_MS - 1).at).toBe(0);
    expect(referenceMark(marks, 20 * MINUTE_MS).at).toBe(0);
  });
});

describe('rate limit', () => {
  const minute = { decay: decayFactor(BTC, MINUTE_MS), rise: riseFactor(BTC, MINUTE_MS) };

  it.each`
    triggered | expected
    ${false}  | ${'1.00372598'}
    ${true}   | ${'3.20000000'}
  `(
    'lets V go from 1 towards 3.2 in a minute up to $expected when the trigger is $triggered (W78c)',
    ({ triggered, expected }: { triggered: boolean; expected: string }) => {
      const scalar = rateLimitedScalar(dec('3.2'), ONE, minute, triggered, BTC.scalarMax);
      expect(scalar.toFixed(8)).toBe(expected);
      if (triggered) expect(text(effectiveScalar(scalar, BTC.buffer))).toBe('2.56');
    },
  );

  it('lets V fall by 5 % an hour at most, also under a trigger', () => {
    const hour = { decay: decayFactor(BTC, HOUR_MS), rise: riseFactor(BTC, HOUR_MS) };
    expect(rateLimitedScalar(ONE, dec('2.56'), hour, false, BTC.scalarMax).toFixed(8)).toBe('2.43514733');
    expect(rateLimitedScalar(ONE, dec('2.56'), hour, true, BTC.scalarMax).toFixed(8)).toBe('2.43514733');
  });

  it('never lets V rise by more than u an hour outside a trigger, whatever the path', () => {
    const step = fc.record({
      elapsedMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
      measured: fc.integer({ min: 1000, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let scalar = ONE;
        let elapsed = 0;
        for (const { elapsedMs, measured } of steps) {
          const factors = { decay: decayFactor(BTC, elapsedMs), rise: riseFactor(BTC, elapsedMs) };
          scalar = rateLimitedScalar(dec(measured).div(1000), scalar, factors, false, BTC.scalarMax);
          elapsed += elapsedMs;
          expect(scalar.lte(riseFactor(BTC, elapsed).plus('1e-11'))).toBe(true);
          expect(scalar.gte(1)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('liquidation scalar', () => {
  it('is the lowest of the notice period when there is no trigger (W60)', () => {
    const [effective, lowest] = [dec('1.5'), dec('1.2')];
    expect(text(noticedScalar(effective, lowest, dec(0)))).toBe('1.2');
    expect(text(noticedScalar(effective, lowest, dec('0.1')))).toBe('1.32');
    expect(text(noticedScalar(dec('1.25'), lowest, dec('0.1')))).toBe('1.25');
  });

  it('follows the price at once on the side it hits, and keeps the notice for the other (W78d, W78e)', () => {
    const effective = dec('2.56');
    const xLong = triggerScalar(true, effective, dec(0), ONE);
    const xShort = triggerScalar(false, effective, dec(0), ONE);
    expect(text(liquidationScalar(ONE, xLong, effective))).toBe('2.56');
    expect(text(liquidationScalar(ONE, xShort, effective))).toBe('1');
    const later = triggerScalar(false, effective, xLong, decayFactor(BTC, HOUR_MS));
    expect(later.toFixed(8)).toBe('2.43514733');
    expect(liquidationScalar(ONE, later, effective).eq(later)).toBe(true);
  });

  it('forgets a trigger that has decayed below every schedule', () => {
    expect(text(triggerScalar(false, dec(2), dec('1.0001'), dec('0.9')))).toBe('0');
    expect(text(triggerScalar(false, dec(2), dec(2), dec('0.5')))).toBe('1');
  });

  it('is never above the scalar in force', () => {
    const scalar = fc.integer({ min: 1000, max: 4000 }).map((value) => dec(value).div(1000));
    fc.assert(
      fc.property(scalar, scalar, scalar, fc.integer({ min: 0, max: 100 }), (effective, other, trigger, allowance) => {
        const lowest = other.lt(effective) ? other : effective;
        const noticed = noticedScalar(effective, lowest, dec(allowance).div(100));
        expect(liquidationScalar(noticed, trigger, effective).lte(effective)).toBe(true);
      }),
    );
  });
});

describe('notice period', () => {
  const from = (...minutes: number[]): InForceFrom[] => minutes.map((minute) => ({ from: minute * MINUTE_MS }));

  it.each`
    history        | now    | expected       | why
    ${[0]}         | ${0}   | ${[0]}         | ${'the first one counts for the whole period'}
    ${[0, 30, 60]} | ${90}  | ${[30, 60]}    | ${'exactly at its begin'}
    ${[0, 30, 60]} | ${89}  | ${[0, 30, 60]} | ${'the one in force at t - tau_n is included'}
    ${[0, 10]}     | ${500} | ${[10]}        | ${'the newest stays in force'}
  `(
    'of an hour at minute $now over $history reads $expected: $why',
    ({ history, now, expected }: { history: number[]; now: number; expected: number[] }) => {
      expect(inForceWithin(from(...history), now * MINUTE_MS, HOUR_MS)).toEqual(from(...expected));
    },
  );

  it('forgets what no notice period can reach', () => {
    const history = from(0, 10);
    putInForce(history, { from: 10 * MINUTE_MS + LONGEST_NOTICE_MS });
    expect(history.map((entry) => entry.from)).toEqual([10 * MINUTE_MS, 10 * MINUTE_MS + LONGEST_NOTICE_MS]);
  });
});

describe('maintenance rate', () => {
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

describe('brackets', () => {
  const floors = ['0', '1000000', '10000000', '50000000'];
  const fourBrackets: UnderlyingFigures = underlyingFigures({
    ...DEFAULT_PARAMETERS.underlyings['BTC']!,
    bracketFloors: floors,
  });

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
