import { asOf, clearing } from './time';

describe('a house that no exchange has told anything', () => {
  it('stands at no time, not in 1970', () => {
    expect(asOf(0)).toBe('before the exchange said anything');
    expect(clearing(0)).toBe('as it opened');
  });

  it('stands at the clearing time of the first message from then on', () => {
    expect(asOf(1_584_008_700_000)).toBe('as of 2020-03-12 10:25:00 UTC');
    expect(clearing(1_584_008_700_000)).toBe('2020-03-12 10:25:00 UTC');
  });
});
