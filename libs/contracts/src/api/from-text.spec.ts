import { z } from 'zod';
import { fromText } from './from-text.js';

const QUERY = z.strictObject({ after: z.string().optional(), limit: z.int().min(1).max(100).default(50) });

describe('a number in a path or a query', () => {
  it.each`
    text               | number           | why
    ${'0'}             | ${0}             | ${''}
    ${'7'}             | ${7}             | ${''}
    ${'-1'}            | ${-1}            | ${'the global partition'}
    ${'9007199254740'} | ${9007199254740} | ${'long'}
  `('is $number when it is written $text', ({ text, number }: { text: string; number: number }) => {
    expect(fromText(z.int(), text)).toBe(number);
    expect(fromText(QUERY, { limit: text })).toEqual({ limit: number });
  });

  it.each(['0x10', '1e1', ' 1', '1 ', '-0', '+1', '01', '1.0', '', '%20', '\u0661', 'NaN', 'true'])(
    'is none when it is written "%s"',
    (text) => {
      expect(z.int().safeParse(fromText(z.int(), text)).success).toBe(false);
      expect(QUERY.safeParse(fromText(QUERY, { limit: text })).success).toBe(false);
    },
  );

  it('leaves texts, repeated parameters and unknown ones as they are', () => {
    expect(fromText(QUERY, { after: '7', limit: ['1', '2'], other: '3' })).toEqual({
      after: '7',
      limit: ['1', '2'],
      other: '3',
    });
    expect(fromText(z.string(), '7')).toBe('7');
    expect(fromText(QUERY, { toString: '7' })).toEqual({ toString: '7' });
  });
});
