import { publishedText } from './published-figure.js';

describe('a published figure [CLR-VAL-030]', () => {
  it.each([
    [1962.156302825646, '1962.15630283'],
    [0.1 + 0.2, '0.3'],
    [-6943.644801981576, '-6943.64480198'],
    [1e-13, '0'],
    [-1e-13, '0'],
    [4.5e-12, '0.000000000004'],
    [123456789012345, '123456789012000'],
    [0, '0'],
  ])('%d is %s', (value, expected) => {
    expect(publishedText(value)).toBe(expected);
  });
});
