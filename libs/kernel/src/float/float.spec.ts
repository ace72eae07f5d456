import fc from 'fast-check';
import { sha256Of } from '../hash.js';
import { exp, inverseNormalCdf, log, log1p, millsRatio, normalCdf, normalPdf, power } from './index.js';

const functions = { exp, log, log1p, normalCdf, normalPdf, millsRatio, inverseNormalCdf };
type Name = keyof typeof functions;

/** What each function's comment promises, relative. */
const bound: Record<Name, number> = {
  exp: 2.3e-16,
  log: 2.3e-16,
  log1p: 2.3e-16,
  normalPdf: 6e-16,
  millsRatio: 8e-16,
  normalCdf: 1e-15,
  inverseNormalCdf: 1e-15,
};

// Computed with mpmath 1.3 at 40 digits for the exact binary value of the argument.
const references: readonly (readonly [Name, number, number])[] = [
  ['exp', -700.25, 7.678723813110872e-305],
  ['exp', -1.0, 0.36787944117144233],
  ['exp', -1e-9, 0.999999999],
  ['exp', 0.3465, 1.4141094938303624],
  ['exp', 1.0, 2.718281828459045],
  ['exp', 10.5, 36315.502674246636],
  ['exp', 709.0, 8.218407461554972e307],
  ['log', 2.2250738585072014e-308, -708.3964185322641],
  ['log', 1e-310, -713.8013788281542],
  ['log', 0.5, -0.6931471805599453],
  ['log', 0.9999999, -1.0000000494736474e-7],
  ['log', 1.0000001, 9.999999505838704e-8],
  ['log', 1.5, 0.4054651081081644],
  ['log', 60000.0, 11.002099841204238],
  ['log', 1e300, 690.7755278982137],
  ['log1p', -0.9999, -9.210340371976294],
  ['log1p', -0.3, -0.35667494393873234],
  ['log1p', -1e-17, -1e-17],
  ['log1p', 1e-10, 9.999999999500001e-11],
  ['log1p', 0.41, 0.3435897043900769],
  ['log1p', 0.42, 0.35065687161316933],
  ['log1p', 1000000.0, 13.815511557963774],
  ['log1p', 1e20, 46.051701859880914],
  ['normalCdf', -37.0, 5.725571222524577e-300],
  ['normalCdf', -20.0, 2.7536241186062337e-89],
  ['normalCdf', -8.25, 7.919726314642477e-17],
  ['normalCdf', -5.6, 1.071759025831093e-8],
  ['normalCdf', -1.0, 0.15865525393145705],
  ['normalCdf', -0.67, 0.2514288950953101],
  ['normalCdf', -0.66, 0.25462691467133614],
  ['normalCdf', -1e-8, 0.4999999960105772],
  ['normalCdf', 0.5, 0.6914624612740131],
  ['normalCdf', 2.0, 0.9772498680518208],
  ['normalCdf', 8.0, 0.9999999999999993],
  ['normalPdf', -37.5, 1.7282337322841054e-306],
  ['normalPdf', -3.0, 0.0044318484119380075],
  ['normalPdf', 0.0, 0.3989422804014327],
  ['normalPdf', 1.3, 0.17136859204780736],
  ['millsRatio', 0.0, 1.2533141373155003],
  ['millsRatio', 0.66, 0.7935669641718954],
  ['millsRatio', 0.67, 0.7888283627629858],
  ['millsRatio', 5.65, 0.1719002881063878],
  ['millsRatio', 5.66, 0.1716131229991783],
  ['millsRatio', 100.0, 0.009999000299850106],
  ['millsRatio', 1000000000.0, 1e-9],
  ['inverseNormalCdf', 1e-300, -37.0470962993612],
  ['inverseNormalCdf', 1e-16, -8.222082216130435],
  ['inverseNormalCdf', 0.001, -3.0902323061678136],
  ['inverseNormalCdf', 0.02425, -1.972961051311885],
  ['inverseNormalCdf', 0.1, -1.2815515655446004],
  ['inverseNormalCdf', 0.25, -0.6744897501960817],
  ['inverseNormalCdf', 0.26, -0.643345405392917],
  ['inverseNormalCdf', 0.4999999, -2.5066282747031063e-7],
  ['inverseNormalCdf', 0.975, 1.9599639845400538],
  ['inverseNormalCdf', 0.999, 3.090232306167813],
];

/** Arguments 0 .. 1 from a fixed linear congruential sequence: the same on every machine. */
function* fractions(count: number): Generator<number> {
  let state = 20_261_122;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield (state + 0.5) / 4_294_967_296;
  }
}

describe('own elementary functions [CLR-VAL-001]', () => {
  it.each(references)('%s(%d) is %d within its stated bound', (name, x, expected) => {
    const error = Math.abs(functions[name](x) - expected);
    // A reference is itself rounded to a float, which is half an ulp more.
    expect(error).toBeLessThanOrEqual((bound[name] + 1.2e-16) * Math.abs(expected));
  });

  it('give the same bits on every machine: one hash over 140,000 results', () => {
    const results = new Float64Array(140_000);
    let i = 0;
    for (const u of fractions(20_000)) {
      results[i++] = exp((u - 0.5) * 1_480);
      results[i++] = log(exp((u - 0.5) * 1_400));
      results[i++] = log1p((u - 0.25) * 3);
      results[i++] = normalCdf((u - 0.8) * 45);
      results[i++] = normalPdf((u - 0.5) * 70);
      results[i++] = millsRatio(u * u * 60);
      results[i++] = inverseNormalCdf(u * u * u);
    }
    const bytes = Buffer.alloc(8 * results.length);
    results.forEach((result, at) => bytes.writeDoubleLE(result, 8 * at));
    expect(sha256Of(bytes).toString('hex')).toBe('da3d0e339236b9c6f3c6f3c93601aed86ae84b19d04fed0cdacc5e2424dd8b32');
  });

  it.each([
    ['exp', Infinity, Infinity],
    ['exp', -Infinity, 0],
    ['exp', 710, Infinity],
    ['exp', -746, 0],
    ['exp', NaN, NaN],
    ['exp', 0, 1],
    ['log', 0, -Infinity],
    ['log', -1, NaN],
    ['log', Infinity, Infinity],
    ['log', 1, 0],
    ['log1p', -1, -Infinity],
    ['log1p', -2, NaN],
    ['log1p', 0, 0],
    ['normalCdf', 0, 0.5],
    ['normalCdf', -Infinity, 0],
    ['normalCdf', Infinity, 1],
    ['normalCdf', NaN, NaN],
    ['normalPdf', Infinity, 0],
    ['inverseNormalCdf', 0, -Infinity],
    ['inverseNormalCdf', 1, Infinity],
    ['inverseNormalCdf', 0.5, 0],
    ['inverseNormalCdf', -0.1, NaN],
    ['inverseNormalCdf', 1.1, NaN],
  ] as const)('%s(%d) is %d', (name, x, expected) => {
    expect(functions[name](x) + 0).toBe(expected);
  });

  it('agree with the engine to a few ulps wherever the engine has the function', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(5e-16);
        const y = Math.abs(x) + 1e-12;
        expect(Math.abs(log(y) - Math.log(y))).toBeLessThanOrEqual(5e-16 * Math.abs(Math.log(y)));
        expect(Math.abs(log1p(y) - Math.log1p(y))).toBeLessThanOrEqual(5e-16 * Math.log1p(y));
      }),
    );
  });

  it('never fall as a distribution function where its argument rises by more than rounding', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -37, max: 8, noNaN: true }),
        fc.double({ min: 1e-9, max: 3, noNaN: true }),
        (x, step) => {
          expect(normalCdf(x + step)).toBeGreaterThanOrEqual(normalCdf(x) * (1 - 1e-15));
        },
      ),
    );
  });

  it('find the deviate of a probability again', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 0, noNaN: true }), (x) => {
        // A relative error e of the probability is an error of e * mills(-x) in the deviate.
        expect(Math.abs(inverseNormalCdf(normalCdf(x)) - x)).toBeLessThan(1.5e-15 * (1.3 + Math.abs(x)));
      }),
    );
  });

  it('raise to a power as term structures need it: (30 d / 7 d)^0.3', () => {
    expect(power(30 / 7, 0.3)).toBeCloseTo(1.54741557721081, 13);
    expect(power(0, 0.5)).toBe(0);
  });
});
