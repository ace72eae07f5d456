import { LAST_INSTANT } from '@ballast/kernel';
import { instant } from './api/times.js';
import { readExchangeMessage } from './exchange-message.js';

const ticked = (at: number) => readExchangeMessage('ClockTicked', { at }, 2);

describe('a time in a message of an exchange', () => {
  it('that the interface could not write, as of one who counts microseconds, is refused with its field', () => {
    const inMicroseconds = 1_584_010_800_000_000;
    expect(() => instant.encode(inMicroseconds)).toThrow();
    expect(ticked(inMicroseconds)).toMatchObject({
      ok: false,
      code: 'message-malformed',
      errors: [{ field: 'payload.at', remedy: `send at most ${LAST_INSTANT}` }],
    });
  });

  it('is taken up to the last that can be written', () => {
    expect(ticked(LAST_INSTANT).ok).toBe(true);
    expect(instant.encode(LAST_INSTANT)).toBe('9999-12-31T23:59:59.999Z');
    expect(() => instant.encode(LAST_INSTANT + 1)).toThrow();
  });
});
