import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instantOf, isoOf } from './instant.js';
import { InvariantViolation } from './invariant.js';

describe('instants', () => {
  it.each`
    iso                           | instant
    ${'1970-01-01T00:00:00Z'}     | ${0}
    ${'2020-02-29T23:59:59Z'}     | ${1_583_020_799_000}
    ${'2020-03-12T09:00:00Z'}     | ${1_584_003_600_000}
    ${'2025-10-10T21:05:00.250Z'} | ${1_760_130_300_250}
  `('$iso is $instant', ({ iso, instant }: Record<string, string | number>) => {
    expect(instantOf(iso as string)).toBe(instant);
    expect(isoOf(instant as number)).toBe(iso);
  });

  it('takes a time without seconds', () => {
    expect(instantOf('2020-03-12T09:00Z')).toBe(1_584_003_600_000);
  });

  it.each([
    '2020-02-30T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-03-12',
    '2020-03-12T09:00:00',
    '2020-03-12T25:00:00Z',
    '',
  ])('refuses %s', (iso) => {
    expect(() => instantOf(iso)).toThrow(InvariantViolation);
  });

  it('agrees with the calendar of the platform', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000_000, max: 8_000_000_000_000 }), (instant) => {
        expect(instantOf(isoOf(instant))).toBe(instant);
      }),
    );
  });
});
