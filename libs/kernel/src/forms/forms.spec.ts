import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dec, text } from '../decimal/figures.js';
import * as forms from './index.js';
import { legibleText, matches, nonNegativeDecimalOf, type TextForm } from './index.js';

const all = Object.entries(forms).filter((entry): entry is [string, TextForm] => typeof entry[1] === 'object');

describe('text forms', () => {
  it.each(all)('%s takes its own example and nothing but texts', (_name, form) => {
    expect(matches(form, form.example)).toBe(true);
    for (const value of [undefined, null, 7, [form.example], { text: form.example }])
      expect(matches(form, value)).toBe(false);
  });

  it.each(all)('%s lets no line break, control character or half a surrogate pair through', (_name, form) => {
    const odd = ['\n', '\r\n', '\0', '\u001b[2J', '\u007f', '\u0085', '\ud83d', '\udc00', '\u2028', '\u202e', '\u2066'];
    for (const character of odd) {
      expect([character, matches(form, form.example + character)]).toEqual([character, false]);
      expect([character, matches(form, character + form.example)]).toEqual([character, false]);
    }
  });

  it.each(all)('%s has an end', (_name, form) => {
    const { pattern, longest, example, bounded = false } = form;
    const tooLong = [example.padEnd(longest + 1, example.slice(-1)), 'A'.repeat(longest + 1)];
    expect(tooLong.some((value) => matches(form, value))).toBe(false);
    if (bounded) expect(tooLong.some((value) => pattern.test(value))).toBe(false);
  });

  it('take every text that the kernel writes a decimal as', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 20 }), (digits, point) => {
        const value = dec(digits).div(dec(10).pow(point));
        expect(matches(forms.DECIMAL, text(value))).toBe(true);
        expect(matches(forms.NON_NEGATIVE_DECIMAL, text(value))).toBe(value.gte(0));
        expect(matches(forms.POSITIVE_DECIMAL, text(value))).toBe(value.gt(0));
      }),
    );
  });

  it.each(['1e3', '+1', '007', '1.', '.5', '-0', '-0.0', '0x10', ' 1', '1,5', 'NaN', 'Infinity', ''])(
    'take no decimal that is written "%s"',
    (written) => {
      for (const form of [
        forms.DECIMAL,
        forms.NON_NEGATIVE_DECIMAL,
        forms.POSITIVE_DECIMAL,
        nonNegativeDecimalOf(9, 9),
      ])
        expect(matches(form, written)).toBe(false);
    },
  );

  it.each(['.', '..'])('take no id that an address folds away: "%s"', (folded) => {
    expect(new URL(`http://house/deposits/${encodeURIComponent(folded)}`).pathname).not.toContain(folded);
    expect(matches(forms.IDENTIFIER, folded)).toBe(false);
  });

  it('take every other id, whatever stands where in it', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((unit) => String.fromCharCode(unit)),
      minLength: 1,
      maxLength: 120,
    });
    const dotted = fc.string({ unit: fc.constantFrom('.', '-', '/', '!', '~', 'a'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.oneof(printable, dotted), (id) => {
        expect(matches(forms.IDENTIFIER, id)).toBe(!['.', '..'].includes(id));
      }),
    );
  });

  it('bound the digits of a decimal before and after its point', () => {
    const form = nonNegativeDecimalOf(3, 2);
    expect(['0', '999', '999.99', '0.01'].map((value) => matches(form, value))).toEqual([true, true, true, true]);
    expect(['1000', '0.001', '-1'].map((value) => matches(form, value))).toEqual([false, false, false]);
  });

  it.each`
    value             | taken    | why
    ${'USD'}          | ${true}  | ${'a currency'}
    ${'USDC'}         | ${true}  | ${'a coin that nobody listed here'}
    ${'1INCH'}        | ${true}  | ${'may begin with a digit'}
    ${'ABCDEFGHIJKL'} | ${true}  | ${'twelve'}
    ${'A'}            | ${false} | ${'one letter'}
    ${'42'}           | ${false} | ${'a number is no asset'}
    ${'usd'}          | ${false} | ${'small letters'}
    ${'US-D'}         | ${false} | ${'a dash would split the id of a contract'}
  `('take the asset and the underlying $value: $taken ($why)', ({ value, taken }) => {
    expect(matches(forms.ASSET, value)).toBe(taken);
    expect(matches(forms.UNDERLYING, value)).toBe(taken);
    expect(matches(forms.INSTRUMENT_ID, `${String(value)}-PERP`)).toBe(taken);
  });
});

describe('legibleText', () => {
  it('keeps what can be read of any text, and is taken as a quotation', () => {
    expect(legibleText('alice\u001b[2J\0', 20)).toBe('alice\ufffd[2J\ufffd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(300), (value, longest) => {
        expect(matches(forms.QUOTATION, legibleText(value, longest))).toBe(true);
      }),
    );
  });

  it('cuts no pair of surrogates in two without saying so', () => {
    expect(legibleText('ab\u{1f600}', 3)).toBe('ab\ufffd');
  });
});
