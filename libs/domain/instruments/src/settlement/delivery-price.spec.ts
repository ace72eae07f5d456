import { dec, instantOf, MINUTE_MS, SECOND_MS, text } from '@ballast/kernel';
import { deliveryPrice, openShare, SAMPLE_INTERVAL_MS, SAMPLES, type IndexObservation } from './delivery-price.js';

const expiry = instantOf('2026-03-27T08:00Z');
const from = expiry - 30 * MINUTE_MS;
/** Observations at sample times; `price` says what the k-th one is, null for none. */
const observed = (price: (k: number) => number | null, count = SAMPLES): IndexObservation[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((k) => {
    const value = price(k);
    return value === null ? [] : [{ at: from + k * SAMPLE_INTERVAL_MS, price: dec(value) }];
  });
const fixed = (observations: readonly IndexObservation[], now = expiry) => {
  const found = deliveryPrice(expiry, observations, now);
  return found.status === 'fixed' ? { ...found, price: text(found.price) } : found;
};

describe('delivery price [CLR-INS-020]', () => {
  it('is the mean of 450 samples: 300 at 60,000 and 150 at 63,000 are 61,000 (W46)', () => {
    expect(fixed(observed((k) => (k <= 300 ? 60_000 : 63_000)))).toEqual({
      status: 'fixed',
      price: '61000',
      at: expiry,
      counts: { used: 450, carried: 0, missing: 0 },
    });
  });

  it('does not read the index of 07:30:00 itself, and reads that of 08:00:00', () => {
    const early = [
      { at: from - SAMPLE_INTERVAL_MS, price: dec(1) },
      { at: from, price: dec(1) },
      ...observed(() => 60_000),
    ];
    expect(fixed(early)).toMatchObject({ price: '60000' });
    const last = observed((k) => (k === SAMPLES ? 60_450 : 60_000));
    expect(fixed(last)).toMatchObject({ price: '60001' });
  });

  it('carries a value for 12 seconds and not longer', () => {
    // After sample 99 three are carried (4, 8, 12 s), and of a longer gap the rest is missing.
    expect(fixed(observed((k) => (k >= 100 && k < 103 ? null : 60_000)))).toMatchObject({
      counts: { used: 450, carried: 3, missing: 0 },
    });
    expect(fixed(observed((k) => (k >= 100 && k < 110 ? null : 60_000)))).toMatchObject({
      counts: { used: 443, carried: 3, missing: 7 },
    });
  });

  it('carries by age: a value that came a millisecond after its sample is still fresh at the next one', () => {
    const before = [
      ...observed((k) => (k < 100 ? 60_000 : null)),
      { at: from + 99 * SAMPLE_INTERVAL_MS + 1, price: dec(1) },
    ];
    const rest = observed((k) => (k > 103 ? 60_000 : null));
    expect(fixed([...before, ...rest])).toMatchObject({ counts: { used: 449, carried: 2, missing: 1 } });
  });

  it.each`
    silent | status        | why
    ${22}  | ${'fixed'}    | ${'22 of 450 are within 5 %'}
    ${23}  | ${'extended'} | ${'23 of 450 are more than 5 %'}
  `('with $silent samples missing is $status: $why', ({ silent, status }: { silent: number; status: string }) => {
    // The first ones, so that nothing is carried into the gap.
    const found = deliveryPrice(
      expiry,
      observed((k) => (k <= silent ? null : 60_000)),
      expiry,
    );
    expect(found).toMatchObject({ status, counts: { missing: silent } });
  });

  it('takes one more sample after the expiry for each that is missing too much', () => {
    const observations = [
      ...observed((k) => (k <= 25 ? null : 60_000)),
      { at: expiry + 4 * SECOND_MS, price: dec(60_428) },
      { at: expiry + 8 * SECOND_MS, price: dec(60_000) },
      { at: expiry + 12 * SECOND_MS, price: dec(60_000) },
    ];
    expect(deliveryPrice(expiry, observations, expiry + 11 * SECOND_MS).status).toBe('extended');
    expect(fixed(observations, expiry + 12 * SECOND_MS)).toEqual({
      status: 'fixed',
      price: '60001',
      at: expiry + 12 * SECOND_MS,
      counts: { used: 428, carried: 0, missing: 25 },
    });
    expect(fixed(observations, expiry + 3600 * SECOND_MS)).toEqual(fixed(observations, expiry + 12 * SECOND_MS));
  });

  it('is refused with a code when half an hour more was not enough', () => {
    expect(
      deliveryPrice(
        expiry,
        observed((k) => (k <= 100 ? 60_000 : null)),
        expiry + 30 * MINUTE_MS,
      ),
    ).toEqual({
      status: 'refused',
      code: 'delivery-samples-missing',
      counts: { used: 103, carried: 3, missing: 347 },
    });
    expect(deliveryPrice(expiry, [], expiry + 30 * MINUTE_MS).status).toBe('refused');
  });

  it('is estimated while the averaging goes on, as if the index stayed where it is', () => {
    const halfWay = expiry - 15 * MINUTE_MS;
    const observations = observed((k) => (k < 225 ? 60_000 : 63_000));
    const found = deliveryPrice(expiry, observations, halfWay);
    // 224 samples at 60,000 and 226 at 63,000.
    expect(found.status === 'averaging' && text(found.estimate ?? dec(0))).toBe('61506.66666667');
    expect(deliveryPrice(expiry, [], halfWay)).toMatchObject({ status: 'averaging', estimate: null });
    const early = deliveryPrice(expiry, [{ at: from - MINUTE_MS, price: dec(61_000) }], from - MINUTE_MS);
    expect(early.status === 'averaging' && text(early.estimate ?? dec(0))).toBe('61000');
  });

  it('refuses observations out of order, and an index that is none', () => {
    const at = from + MINUTE_MS;
    const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;
    expect(() =>
      deliveryPrice(
        expiry,
        [
          { at, price: dec(1) },
          { at: at - 1, price: dec(1) },
        ],
        expiry,
      ),
    ).toThrow(code('samples-out-of-order'));
    for (const price of ['0', '-1', 'NaN', 'Infinity']) {
      expect(() => deliveryPrice(expiry, [{ at, price: dec(price) }], expiry)).toThrow(code('bad-price'));
    }
  });
});

describe('decay in the averaging window [CLR-INS-021]', () => {
  it.each`
    minutes | share     | why
    ${60}   | ${'1'}    | ${'long before'}
    ${30}   | ${'1'}    | ${'exactly at its begin'}
    ${15}   | ${'0.5'}  | ${'half way'}
    ${7.5}  | ${'0.25'} | ${'a quarter is left'}
    ${0}    | ${'0'}    | ${'exactly at the expiry'}
    ${-1}   | ${'0'}    | ${'after it'}
  `('leaves $share of the risk $minutes minutes before the expiry: $why', (row: { minutes: number; share: string }) => {
    expect(text(openShare(expiry, expiry - row.minutes * MINUTE_MS))).toBe(row.share);
  });
});
