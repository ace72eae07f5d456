import fc from 'fast-check';
import { decimalText, unitsOf } from './scaled-integer.js';

describe('whole units as text', () => {
  it.each`
    units      | digits | expected    | why
    ${734810}  | ${2}   | ${'7348.1'} | ${'no trailing zeros'}
    ${5}       | ${3}   | ${'0.005'}  | ${'a leading zero before the point'}
    ${-12_500} | ${3}   | ${'-12.5'}  | ${'the sign stays in front'}
    ${0}       | ${2}   | ${'0'}      | ${'zero has no fraction'}
    ${4_200}   | ${2}   | ${'42'}     | ${'whole amounts have no point'}
  `('$units at $digits digits is $expected: $why', ({ units, digits, expected }) => {
    expect(decimalText(units as number, digits as number)).toBe(expected);
  });

  it('is read back without loss', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 8 }), (units, digits) => {
        expect(unitsOf(decimalText(units, digits), digits)).toBe(units === 0 ? 0 : units);
      }),
    );
  });
});
