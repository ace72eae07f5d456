import { dec, ONE, text } from '@ballast/kernel';
import { PublishedArray } from './published-array.js';

const places = new Map([
  ['spot+0/vol+0', 0],
  ['spot+0.1/vol+0', 1],
  ['tail+5', 2],
]);
const values = ['1250.5', '3100.123456789012345678901234', '0'];
const arrayOf = (openShare = ONE, contractSize = ONE): PublishedArray =>
  new PublishedArray(values, places, 'spot+0/vol+0', openShare, contractSize);

describe('a published risk array', () => {
  it('gives the value of each scenario as it was published, and none of a scenario that was not', () => {
    const array = arrayOf();
    expect([...places.keys()].map((id) => text(array.get(id) ?? dec(-1)))).toEqual(values);
    expect(array.get('spot+0.2/vol+0')).toBeUndefined();
    expect(array.floatOf('spot+0.2/vol+0')).toBeUndefined();
  });

  it('moves only by the share that the averaging of the delivery price has not fixed', () => {
    const array = arrayOf(dec('0.25'));
    expect(text(array.get('spot+0/vol+0') ?? ONE)).toBe('1250.5');
    // 1,250.5 - 0.25 * 1,250.5
    expect(text(array.get('tail+5') ?? ONE)).toBe('937.875');
    expect(array.floatOf('tail+5')).toBe(937.875);
  });

  it('is per unit of the underlying, whatever a contract is of', () => {
    expect(text(arrayOf(ONE, dec('0.1')).get('spot+0/vol+0') ?? ONE)).toBe('12505');
    expect(arrayOf(ONE, dec('0.1')).floatOf('spot+0/vol+0')).toBe(12_505);
  });

  it('gives the float64 nearest to a numeral of any length', () => {
    expect(arrayOf().floatOf('spot+0/vol+0')).toBe(1250.5);
    expect(arrayOf().floatOf('spot+0.1/vol+0')).toBe(3100.1234567890124);
    expect(arrayOf().floatOf('tail+5')).toBe(0);
  });
});
