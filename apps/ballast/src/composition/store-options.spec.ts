import { wholeNumber } from './store-options.js';

describe('a whole number of an option', () => {
  it.each(['1', '10', '100'])('may be %s', (text) => {
    expect(wholeNumber(1, 100)(text)).toBe(Number(text));
  });

  it.each(['0', '101', '0x10', '1e1', '+1', '01', '1.0', ' 1', '', '-1'])('is none when it is written "%s"', (text) => {
    expect(() => wholeNumber(1, 100)(text)).toThrow('must be a whole number from 1 to 100.');
  });
});
