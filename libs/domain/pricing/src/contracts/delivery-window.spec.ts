import { MINUTE_MS, SECOND_MS, instantOf, text } from '@ballast/kernel';
import { deliveryPriceOf, entersDelivery, type PublishedIndex } from './delivery-window.js';

const EXPIRY = instantOf('2026-03-27T08:00:00Z');
/** Indexes every so many milliseconds from a while before the window up to just before the expiry. */
const published = (everyMs: number, price: (minutesLeft: number) => number | null): readonly PublishedIndex[] => {
  const indexes: PublishedIndex[] = [];
  for (let at = EXPIRY - 32 * MINUTE_MS; at < EXPIRY; at += everyMs) {
    const value = price((EXPIRY - at) / MINUTE_MS);
    if (value !== null) indexes.push({ at, price: String(value) });
  }
  return indexes;
};
const fixedAt = (indexes: readonly PublishedIndex[], everyMs: number, now = EXPIRY) => {
  const price = deliveryPriceOf(EXPIRY, indexes, now, everyMs);
  return price.status === 'fixed' ? { price: text(price.price), at: price.at, ...price.counts } : price.status;
};

describe('delivery price from price sets [CLR-PRC-060]', () => {
  it.each`
    seconds | dear   | price               | why
    ${1}    | ${150} | ${'61000'}          | ${'W46'}
    ${4}    | ${150} | ${'61000'}          | ${'W46'}
    ${60}   | ${136} | ${'60906.66666667'} | ${'the new index comes with the price set of 07:51'}
  `(
    'every $seconds seconds: 450 samples, of them $dear of 63,000, the others of 60,000, make $price: $why',
    ({ seconds, price }: { seconds: number; price: string }) => {
      const indexes = published(seconds * SECOND_MS, (left) => (left < 10 ? 63_000 : 60_000));
      expect(fixedAt(indexes, seconds * SECOND_MS)).toMatchObject({ at: EXPIRY, price, used: 450, missing: 0 });
    },
  );

  it('takes an index as in force until the next is due, and one price set left out as missing', () => {
    const minutes = published(MINUTE_MS, (left) => (left === 1 ? null : 60_000));
    expect(fixedAt(minutes, MINUTE_MS)).toMatchObject({ price: '60000', used: 437, missing: 13 });
  });

  it('waits past the expiry when two in a row were left out, and takes the samples that lack then', () => {
    const minutes = [...published(MINUTE_MS, (left) => (left <= 2 ? null : 60_000))];
    expect(fixedAt(minutes, MINUTE_MS)).toBe('extended');
    minutes.push({ at: EXPIRY, price: '60100' });
    const fixed = fixedAt(minutes, MINUTE_MS, EXPIRY + MINUTE_MS);
    expect(fixed).toMatchObject({ used: 428 });
    expect((fixed as { at: number }).at).toBeGreaterThan(EXPIRY);
    expect((fixed as { at: number }).at).toBeLessThan(EXPIRY + MINUTE_MS);
  });

  it('gives up half an hour after the expiry', () => {
    const early = published(MINUTE_MS, (left) => (left < 20 ? null : 60_000));
    expect(fixedAt(early, MINUTE_MS, EXPIRY + 30 * MINUTE_MS - 1)).toBe('extended');
    expect(fixedAt(early, MINUTE_MS, EXPIRY + 30 * MINUTE_MS)).toBe('refused');
    expect(fixedAt([], MINUTE_MS, EXPIRY + 30 * MINUTE_MS)).toBe('refused');
  });

  it('is estimated before: what is sampled, and the index as it is for the rest', () => {
    const indexes = published(MINUTE_MS, (left) => (left < 15 ? null : left === 15 ? 63_000 : 60_000));
    const now = EXPIRY - 15 * MINUTE_MS;
    const price = deliveryPriceOf(EXPIRY, indexes, now, MINUTE_MS);
    // 224 samples of 60,000 are in, the one of now and 225 to come are of 63,000.
    expect(price.status === 'averaging' && price.estimate !== null && text(price.estimate)).toBe('61506.66666667');
  });

  it.each`
    minutesBefore | enters   | why
    ${32}         | ${false} | ${'out of force before the window opens'}
    ${30.5}       | ${true}  | ${'in force when it opens'}
    ${0}          | ${true}  | ${'at the expiry, for an extension'}
    ${-30}        | ${true}  | ${'at the end of the longest extension'}
    ${-31}        | ${false} | ${'after it'}
  `(
    '$why ($minutesBefore min before): $enters',
    ({ minutesBefore, enters }: { minutesBefore: number; enters: boolean }) => {
      expect(entersDelivery(EXPIRY, EXPIRY - minutesBefore * MINUTE_MS, MINUTE_MS)).toBe(enters);
    },
  );
});
