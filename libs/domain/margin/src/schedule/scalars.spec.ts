import { dec, HOUR_MS, MINUTE_MS, ONE, text, type Decimal } from '@ballast/kernel';
import fc from 'fast-check';
import { BUNDLED_FIGURES } from '../margin.fixtures.js';
import { figuresOfUnderlying } from '../parameters/parameter-figures.js';
import { effectiveScalar } from './effective-scalar.js';
import { liquidationScalar, noticedScalar } from './liquidation-scalar.js';
import { drivingVolatility, measuredScalar } from './measured-scalar.js';
import { inForceWithin, LONGEST_NOTICE_MS, putInForce, type InForceFrom } from './notice-window.js';
import { priceMove, referenceMark, triggerThreshold } from './price-trigger.js';
import { decayFactor, rateLimitedScalar, riseFactor } from './rate-limit.js';
import { triggerScalar } from './trigger-scalar.js';

const BTC = figuresOfUnderlying(BUNDLED_FIGURES, 'BTC');
const ETH = figuresOfUnderlying(BUNDLED_FIGURES, 'ETH');
const percent = (value: Decimal, digits: number): string => value.times(100).toFixed(digits);

describe('measured scalar [CLR-MRG-010]', () => {
  it('is the weighted volatility over the reference, and less after the buffer (W58)', () => {
    const measured = measuredScalar(
      [
        { source: 'fast', weight: dec('0.4'), daily: dec('0.08') },
        { source: 'slow', weight: dec('0.4'), daily: dec('0.04') },
        { source: 'implied', weight: dec('0.2'), daily: dec('0.05') },
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
      { source: 'fast', weight: dec('0.8'), daily: dec(daily as string) } as const,
      { source: 'slow', weight: dec('0.2'), daily: dec(daily as string) } as const,
    ];
    expect(text(measuredScalar(estimates, dec('0.024'), dec(4)))).toBe(expected);
  });

  it('says which estimate has the largest part in it, by weight and square', () => {
    const estimates = [
      { source: 'fast', weight: dec('0.8'), daily: dec('0.02') },
      { source: 'slow', weight: dec('0.2'), daily: dec('0.04') },
      { source: 'implied', weight: dec('0.25'), daily: dec('0.05') },
    ] as const;
    expect(drivingVolatility(estimates.slice(0, 2))).toBe('fast'); // 3.2 of each: the first of equals
    expect(drivingVolatility(estimates)).toBe('implied');
  });

  it('has the weights of fast and slow alone while nothing is implied, and a fifth for it when it is', () => {
    const [fast, slow, implied] = [BTC.weightFast, BTC.weightSlow, BTC.weightImplied];
    expect(fast.plus(slow).eq(ONE)).toBe(true);
    expect(text(implied.div(fast.plus(slow).plus(implied)))).toBe('0.2');
  });

  it('needs a volatility', () => {
    expect(() => measuredScalar([], dec('0.024'), dec(4))).toThrow('at least one volatility');
  });
});

describe('buffer [CLR-MRG-013]', () => {
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

describe('price trigger [CLR-MRG-011]', () => {
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

describe('rate limit [CLR-MRG-012]', () => {
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

describe('liquidation scalar [CLR-MRG-014, CLR-MRG-016]', () => {
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

describe('notice period [CLR-MRG-015]', () => {
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
