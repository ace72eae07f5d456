import { ModelInputError } from '@ballast/kernel';
import { undiscountedValue } from '@ballast/valuation';
import fc from 'fast-check';
import { exactly, Sixty } from '../bound/sixty-digits.fixtures.js';
import { GREATEST_TOTAL_VOLATILITY, OptionBatch, pricesOf, simdPrices, typescriptPrices } from './option-batch.js';
import { FAST_PRICE_BOUND, optionPrice } from './price-reference.js';

type Option = readonly ['call' | 'put', number, number, number];

const magnitude = (least: number, greatest: number): fc.Arbitrary<number> =>
  fc.double({ min: Math.log(least), max: Math.log(greatest), noNaN: true }).map((x) => Math.exp(x));
const ordinary: fc.Arbitrary<Option> = fc
  .record({ forward: magnitude(1e-3, 1e6), moneyness: magnitude(0.2, 5), volatility: magnitude(1e-4, 5) })
  .chain(({ forward, moneyness, volatility }) =>
    fc.tuple(
      fc.constantFrom('call' as const, 'put' as const),
      fc.constant(forward),
      fc.constant(forward * moneyness),
      fc.constant(volatility),
    ),
  );
const hard: fc.Arbitrary<Option> = fc
  .record({
    forward: magnitude(1e-80, 1e80),
    distance: fc.oneof(magnitude(1e-17, 1e-1), magnitude(1e-3, 1e6)),
    volatility: fc.oneof(fc.constant(0), magnitude(1e-17, GREATEST_TOTAL_VOLATILITY), fc.constant(2 ** -50)),
    below: fc.boolean(),
  })
  .chain(({ forward, distance, volatility, below }) =>
    fc.tuple(
      fc.constantFrom('call' as const, 'put' as const),
      fc.constant(forward),
      fc.constant(below ? forward / (1 + distance) : forward * (1 + distance)),
      fc.constant(volatility),
    ),
  );
const anOption = fc.oneof(ordinary, hard);

function batchOf(options: readonly Option[]): OptionBatch {
  const batch = new OptionBatch(options.length);
  options.forEach((option, place) => batch.set(place, ...option));
  return batch;
}

const bitsOf = ({ prices }: OptionBatch): string =>
  Buffer.from(new Uint8Array(new Float64Array(prices).buffer)).toString('hex');

/** pi to 60 digits. */
const PI = new Sixty('3.14159265358979323846264338327950288419716939937510582097494');
const Hundred = Sixty.clone({ precision: 110 });

/**
 * 1 - Phi(x) to at least 50 digits after the point: the Taylor series of the distribution function about 0, whose largest term at
 * x = 14 is 10^42, in 110 digits; beyond, below 10^-44, 0.
 */
function upperTail(x: Sixty): Sixty {
  if (x.gt(14)) return new Sixty(0);
  if (x.lt(-14)) return new Sixty(1);
  const z = new Hundred(x).times(x).div(-2);
  let term = new Hundred(x);
  let total = term;
  for (let n = 1; term.abs().gt('1e-60'); n += 1) {
    term = term.times(z).div(n);
    total = total.plus(term.div(2 * n + 1));
  }
  return new Sixty(0.5).minus(total.div(new Hundred(PI).times(2).sqrt()));
}

function inSixtyDigits([type, F, K, s]: Option): Sixty {
  const [forward, strike, volatility] = [exactly(F), exactly(K), exactly(s)];
  const side = type === 'call' ? 1 : -1;
  if (volatility.isZero()) return Sixty.max(0, forward.minus(strike).times(side));
  const d1 = forward.div(strike).ln().div(volatility).plus(volatility.div(2));
  const d2 = d1.minus(volatility);
  const first = upperTail(d1.times(-side)).times(forward);
  return first.minus(upperTail(d2.times(-side)).times(strike)).times(side);
}

describe('fast option prices', () => {
  it('are the same to the last bit in WebAssembly and in TypeScript', () => {
    fc.assert(
      fc.property(fc.array(anOption, { maxLength: 40 }), (options) => {
        const batch = batchOf(options);
        typescriptPrices(batch)();
        const typescript = bitsOf(batch);
        batch.prices.fill(NaN);
        simdPrices(batch)();
        expect(bitsOf(batch)).toBe(typescript);
      }),
      { numRuns: 400 },
    );
  });

  it('are the same for a whole chain: 600 instruments in 33 scenarios', () => {
    const batch = new OptionBatch(600 * 33);
    for (let place = 0; place < batch.size; place += 1) {
      const instrument = Math.floor(place / 33);
      const shock = 0.5 + (place % 33) / 32;
      const strike = 20_000 + (instrument % 60) * 1_500;
      batch.set(place, instrument % 2 === 0 ? 'call' : 'put', 60_000 * shock, strike, 0.02 + (instrument % 13) * 0.09);
    }
    typescriptPrices(batch)();
    const typescript = bitsOf(batch);
    batch.prices.fill(NaN);
    pricesOf(batch)();
    expect(bitsOf(batch)).toBe(typescript);
  });

  it('are within 2^-48 of the greater of forward and strike, held against 60 digits', () => {
    fc.assert(
      fc.property(anOption, (option) => {
        const [type, forward, strike, volatility] = option;
        const price = optionPrice(forward, strike, volatility, type === 'call' ? 1 : -1);
        const bound = exactly(Math.max(forward, strike)).times(FAST_PRICE_BOUND);
        expect(exactly(price).minus(inSixtyDigits(option)).abs().lte(bound)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('are as near to the accurate form, which has a bound of its own', () => {
    fc.assert(
      fc.property(ordinary, ([type, forward, strike, volatility]) => {
        const accurate = undiscountedValue(type === 'call', forward, strike, volatility);
        const fast = optionPrice(forward, strike, volatility, type === 'call' ? 1 : -1);
        expect(Math.abs(fast - accurate)).toBeLessThanOrEqual(2 * FAST_PRICE_BOUND * Math.max(forward, strike));
      }),
      { numRuns: 1_000 },
    );
  });

  // Black-76 at 60,000, 30 days, 60 %.
  it.each<[string, Option, number]>([
    ['a call 10 % out of the money (W50)', ['call', 60_000, 66_000, 0.6 * Math.sqrt(30 / 365)], 1_962.156302825646],
    ['the put to it, by parity', ['put', 60_000, 66_000, 0.6 * Math.sqrt(30 / 365)], 7_962.156302825646],
    ['an expired call in the money', ['call', 60_000, 50_000, 0], 10_000],
    ['an expired call at the money', ['call', 60_000, 60_000, 0], 0],
    ['an expired put out of the money', ['put', 60_000, 50_000, 0], 0],
  ])('%s', (_what, [type, forward, strike, volatility], expected) => {
    const price = optionPrice(forward, strike, volatility, type === 'call' ? 1 : -1);
    expect(Math.abs(price - expected)).toBeLessThan(1e-9);
  });

  const codeOf = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof ModelInputError) return `${error.code} ${error.field}`;
      throw error;
    }
    return 'accepted';
  };

  it.each<[string, string, () => unknown]>([
    ['a forward of 0', 'sweep-option forward', () => new OptionBatch(1).set(0, 'call', 0, 1, 1)],
    ['a negative strike', 'sweep-option strike', () => new OptionBatch(1).set(0, 'put', 1, -1, 1)],
    ['a strike that is no number', 'sweep-not-a-number strike', () => new OptionBatch(1).set(0, 'put', 1, NaN, 1)],
    ['an infinite forward', 'sweep-out-of-range forward', () => new OptionBatch(1).set(0, 'put', Infinity, 1, 1)],
    ['a negative volatility', 'sweep-option totalVolatility', () => new OptionBatch(1).set(0, 'put', 1, 1, -0.1)],
    [
      'a volatility that is no number',
      'sweep-option totalVolatility',
      () => new OptionBatch(1).set(0, 'put', 1, 1, NaN),
    ],
    ['an infinite volatility', 'sweep-option totalVolatility', () => new OptionBatch(1).set(0, 'put', 1, 1, Infinity)],
    ['a place beyond the batch', 'sweep-option place', () => new OptionBatch(1).set(1, 'put', 1, 1, 1)],
    ['a batch of half an option', 'sweep-sizes size', () => new OptionBatch(0.5)],
  ])('%s is refused: %s', (_what, code, action) => {
    expect(codeOf(action)).toBe(code);
  });
});
