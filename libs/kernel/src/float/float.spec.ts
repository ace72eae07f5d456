import fc from 'fast-check';
import { sha256Of } from '../hash.js';
import { exp, expm1, inverseNormalCdf, log, log1p, millsRatio, normalCdf, normalPdf, power } from './index.js';

const functions = { exp, expm1, log, log1p, normalCdf, normalPdf, millsRatio, inverseNormalCdf };
type Name = keyof typeof functions;

/** What each function's comment promises, relative. */
const bound: Record<Name, number> = {
  exp: 2.3e-16,
  log: 2.3e-16,
  log1p: 2.3e-16,
  expm1: 4.5e-16,
  normalPdf: 6e-16,
  millsRatio: 8e-16,
  normalCdf: 1e-15,
  inverseNormalCdf: 1e-15,
};

// Computed with mpmath 1.3 at 40 digits for the exact binary value of the argument.
const references: readonly (readonly [Name, number, number])[] = [
  ['exp', -700.25, 7.6787238131108722116e-305],
  ['exp', -1.0, 0.3678794411714423216],
  ['exp', -1e-9, 0.9999999990000000005],
  ['exp', 0.3465, 1.4141094938303624151],
  ['exp', 1.0, 2.7182818284590452354],
  ['exp', 10.5, 36315.502674246637739],
  ['exp', 709.0, 8.2184074615549721892e307],
  ['expm1', -0.35, -0.29531191028128655],
  ['expm1', -1e-12, -9.9999999999949997989e-13],
  ['expm1', 1e-9, 1.0000000005000000624e-9],
  ['expm1', 0.34, 0.40494759056359383116],
  ['expm1', 0.36, 0.43332941456034023868],
  ['expm1', 3.0, 19.085536923187667741],
  ['log', 2.2250738585072014e-308, -708.39641853226410622],
  ['log', 1e-310, -713.8013788281541651],
  ['log', 0.5, -0.69314718055994530942],
  ['log', 0.9999999, -1.0000000494736474329e-7],
  ['log', 1.0000001, 9.9999995058387045178e-8],
  ['log', 1.5, 0.40546510810816438198],
  ['log', 60000.0, 11.002099841204237737],
  ['log', 1e300, 690.77552789821370526],
  ['log1p', -0.9999, -9.2103403719762928702],
  ['log1p', -0.3, -0.35667494393873236305],
  ['log1p', -1e-17, -1.0000000000000000765e-17],
  ['log1p', 1e-10, 9.9999999995000003644e-11],
  ['log1p', 0.41, 0.34358970439007689286],
  ['log1p', 0.42, 0.35065687161316935176],
  ['log1p', 1000000.0, 13.815511557963774104],
  ['log1p', 1e20, 46.05170185988091368],
  ['normalCdf', -37.0, 5.7255712225245768227e-300],
  ['normalCdf', -20.0, 2.7536241186062336951e-89],
  ['normalCdf', -8.25, 7.919726314642477341e-17],
  ['normalCdf', -5.6, 1.071759025831092932e-8],
  ['normalCdf', -1.0, 0.15865525393145705141],
  ['normalCdf', -0.67, 0.25142889509531010155],
  ['normalCdf', -0.66, 0.25462691467133613764],
  ['normalCdf', -1e-8, 0.49999999601057719599],
  ['normalCdf', 0.5, 0.69146246127401310364],
  ['normalCdf', 2.0, 0.9772498680518207928],
  ['normalCdf', 8.0, 0.9999999999999993779],
  ['normalPdf', -37.5, 1.7282337322841052208e-306],
  ['normalPdf', -3.0, 0.0044318484119380071756],
  ['normalPdf', 0.0, 0.39894228040143267794],
  ['normalPdf', 1.3, 0.17136859204780734707],
  ['millsRatio', 0.0, 1.2533141373155002512],
  ['millsRatio', 0.66, 0.79356696417189547476],
  ['millsRatio', 0.67, 0.78882836276298590014],
  ['millsRatio', 5.65, 0.17190028810638781006],
  ['millsRatio', 5.66, 0.17161312299917831377],
  ['millsRatio', 100.0, 0.0099990002998501049056],
  ['millsRatio', 1000000000.0, 9.99999999999999999e-10],
  ['inverseNormalCdf', 1e-300, -37.047096299361199237],
  ['inverseNormalCdf', 1e-16, -8.2220822161304356152],
  ['inverseNormalCdf', 0.001, -3.0902323061678135354],
  ['inverseNormalCdf', 0.02425, -1.9729610513118848376],
  ['inverseNormalCdf', 0.1, -1.2815515655446004353],
  ['inverseNormalCdf', 0.25, -0.6744897501960817432],
  ['inverseNormalCdf', 0.26, -0.64334540539291693737],
  ['inverseNormalCdf', 0.4999999, -2.5066282747031065135e-7],
  ['inverseNormalCdf', 0.975, 1.9599639845400538556],
  ['inverseNormalCdf', 0.999, 3.0902323061678132778],
];

/** Arguments 0 .. 1 from a fixed linear congruential sequence: the same on every machine. */
function* fractions(count: number): Generator<number> {
  let state = 20_261_122;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield (state + 0.5) / 4_294_967_296;
  }
}

describe('own elementary functions', () => {
  it.each(references)('%s(%d) is %d within its stated bound', (name, x, expected) => {
    const error = Math.abs(functions[name](x) - expected);
    // A reference is itself rounded to a float, which is half an ulp more.
    expect(error).toBeLessThanOrEqual((bound[name] + 1.2e-16) * Math.abs(expected));
  });

  it('give the same bits on every machine: one hash over 160,000 results', () => {
    const results = new Float64Array(160_000);
    let i = 0;
    for (const u of fractions(20_000)) {
      results[i++] = exp((u - 0.5) * 1_480);
      results[i++] = expm1((u - 0.5) * 4);
      results[i++] = log(exp((u - 0.5) * 1_400));
      results[i++] = log1p((u - 0.25) * 3);
      results[i++] = normalCdf((u - 0.8) * 45);
      results[i++] = normalPdf((u - 0.5) * 70);
      results[i++] = millsRatio(u * u * 60);
      results[i++] = inverseNormalCdf(u * u * u);
    }
    const bytes = Buffer.alloc(8 * results.length);
    results.forEach((result, at) => bytes.writeDoubleLE(result, 8 * at));
    expect(sha256Of(bytes).toString('hex')).toBe('4c840c38d1acd86ad15e40273d8647a97373b6555c2019e634174114afec70a9');
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
    ['expm1', 0, 0],
    ['expm1', -Infinity, -1],
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
        expect(Math.abs(expm1(x) - Math.expm1(x))).toBeLessThanOrEqual(1e-15 * Math.abs(Math.expm1(x)));
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
