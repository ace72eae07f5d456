import { placeText, readPlace } from './event-place.js';

describe('the place of an event', () => {
  it.each(['margin/0#105', 'liquidation/7#1', 'accounts/63#8375'])('%s is read as it is printed', (text) => {
    const place = readPlace(text);
    expect(place && placeText(place)).toBe(text);
  });

  it.each(['margin/0', 'margin/-1#5', 'pricing/0#1', 'margin/0#0', 'margin/01#1', 'margin/0#1 ', 'margin/0/1', ''])(
    '"%s" is none',
    (text) => {
      expect(readPlace(text)).toBeUndefined();
    },
  );
});
