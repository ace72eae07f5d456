import { describe, expect, it } from '@jest/globals';
import { dec, text, ZERO } from '@ballast/kernel';
import fc from 'fast-check';
import {
  assetWeightAtSize,
  byRequirement,
  depositScaledWeight,
  liabilityWeightAtSize,
  perpMarginRatio,
  type PerpRatios,
  type RequirementKind,
  rootOfSize,
} from './size-weight.js';

const ratios = (imfFactor: string, highLeverage: readonly [string, string] = ['0', '0']): PerpRatios => ({
  initial: dec('0.1'),
  maintenance: dec('0.05'),
  imfFactor: dec(imfFactor),
  highLeverageInitial: dec(highLeverage[0]),
  highLeverageMaintenance: dec(highLeverage[1]),
});

describe('root of a size [CLR-MDL-121]', () => {
  it.each`
    size              | expected       | why
    ${'0'}            | ${'0.00001'}   | ${'integer root of 1'}
    ${'1'}            | ${'1'}         | ${'root of 1e10 + 1'}
    ${'10'}           | ${'3.16227'}   | ${'cut to 5 decimals'}
    ${'100000'}       | ${'316.22776'} | ${'integer root of 1e15 + 1'}
    ${'-100000'}      | ${'316.22776'} | ${'a short is as large as a long'}
    ${'0.0000000009'} | ${'0.00001'}   | ${'below one unit of 1e-9'}
  `('$size -> $expected: $why', ({ size, expected }: Record<string, string>) => {
    expect(text(rootOfSize(dec(size!)))).toBe(expected);
  });
});

describe('weights at a size', () => {
  it.each`
    weight      | size         | imf        | expected    | why
    ${'1.1'}    | ${'1000000'} | ${'0'}     | ${'1.1'}    | ${'no factor: switched off'}
    ${'1.2'}    | ${'1'}       | ${'0.001'} | ${'1.2'}    | ${'0.96 + 0.001 lies below the weight'}
    ${'1.2'}    | ${'100000'}  | ${'0.001'} | ${'1.2762'} | ${'1.2 - 0.24 + floor(0.31622776)'}
    ${'0.0501'} | ${'100'}     | ${'0.01'}  | ${'0.1401'} | ${'a fifth of 0.0501 is floored to 0.01'}
  `(
    'a liability of $size at $weight weighs $expected: $why',
    ({ weight, size, imf, expected }: Record<string, string>) => {
      expect(text(liabilityWeightAtSize(dec(weight!), dec(size!), dec(imf!)))).toBe(expected);
    },
  );

  it.each`
    weight    | size        | imf      | expected    | why
    ${'0.15'} | ${'100000'} | ${'0'}   | ${'0.15'}   | ${'no factor: switched off'}
    ${'0.15'} | ${'100000'} | ${'0.1'} | ${'0.0337'} | ${'1.1 / 32.622776, floored'}
    ${'0.9'}  | ${'1'}      | ${'0.1'} | ${'0.9'}    | ${'1.1 / 1.1 = 1 lies above the weight'}
  `(
    'an asset of $size at $weight weighs $expected: $why',
    ({ weight, size, imf, expected }: Record<string, string>) => {
      expect(text(assetWeightAtSize(dec(weight!), dec(size!), dec(imf!)))).toBe(expected);
    },
  );

  it('fill is the mean of initial and maintenance, floored', () => {
    expect(text(byRequirement('fill', dec('0.1001'), dec('0.05')))).toBe('0.075');
  });

  it.each`
    start       | deposits   | price   | expected    | why
    ${'500000'} | ${'19999'} | ${'25'} | ${'0.9'}    | ${'just below the start'}
    ${'500000'} | ${'20000'} | ${'25'} | ${'0.9'}    | ${'exactly at it'}
    ${'500000'} | ${'40000'} | ${'25'} | ${'0.45'}   | ${'twice the start: half the weight'}
    ${'500000'} | ${'60001'} | ${'25'} | ${'0.2999'} | ${'floored'}
    ${'0'}      | ${'60000'} | ${'25'} | ${'0.9'}    | ${'never scaled'}
  `('deposits of $deposits leave $expected: $why', ({ start, deposits, price, expected }: Record<string, string>) => {
    expect(text(depositScaledWeight(dec('0.9'), dec(start!), dec(deposits!), dec(price!)))).toBe(expected);
  });
});

describe('margin ratio of a perpetual', () => {
  it.each`
    kind             | size        | imf          | high                 | expected    | why
    ${'initial'}     | ${'1'}      | ${'0'}       | ${null}              | ${'0.1'}    | ${'ordinary'}
    ${'fill'}        | ${'1'}      | ${'0'}       | ${null}              | ${'0.075'}  | ${'mean'}
    ${'maintenance'} | ${'10000'}  | ${'0.001'}   | ${null}              | ${'0.14'}   | ${'0.05 - 0.01 + 0.1'}
    ${'initial'}     | ${'10'}     | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.0104'} | ${'0.01 + 0.09 x (1 - 0.995)'}
    ${'initial'}     | ${'0'}      | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.01'}   | ${'nothing held: the whole discount'}
    ${'initial'}     | ${'1'}      | ${'0'}       | ${['0.01', '0.005']} | ${'0.01'}   | ${'no factor: always the high-leverage ratio'}
    ${'fill'}        | ${'1'}      | ${'0'}       | ${['0.01', '0.005']} | ${'0.0075'} | ${'mean of the high-leverage ratios'}
    ${'initial'}     | ${'160000'} | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.01'}   | ${'grown to exactly 0.1: the rule falls back'}
    ${'initial'}     | ${'250000'} | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.105'}  | ${'above 0.1 the ordinary rule'}
    ${'maintenance'} | ${'3000'}   | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.0067'} | ${'0.004 + 0.0027'}
    ${'maintenance'} | ${'1'}      | ${'0.00005'} | ${['0.01', '0.005']} | ${'0.005'}  | ${'not below its own ratio'}
  `('$kind at $size is $expected: $why', ({ kind, size, imf, high, expected }) => {
    const market = ratios(imf as string, (high as readonly [string, string] | null) ?? ['0', '0']);
    expect(text(perpMarginRatio(kind as RequirementKind, dec(size as string), market, high !== null))).toBe(expected);
  });

  it('is the ordinary one where the market has no high leverage', () => {
    expect(text(perpMarginRatio('initial', dec('1'), ratios('0'), true))).toBe('0.1');
  });

  it('never falls with the size outside high leverage', () => {
    const size = fc.integer({ min: 0, max: 1_000_000_000 }).map((units) => dec(units).div(1000));
    const kind = fc.constantFrom<RequirementKind>('initial', 'fill', 'maintenance');
    fc.assert(
      fc.property(size, size, kind, fc.constantFrom('0', '0.00005', '0.001'), (first, second, which, imf) => {
        const [small, large] = first.lt(second) ? [first, second] : [second, first];
        const [least, most] = [small, large].map((held) => perpMarginRatio(which, held, ratios(imf), false));
        expect(least!.gt(ZERO) && most!.gte(least!)).toBe(true);
        const [heavy, light] = [small, large].map((held) => assetWeightAtSize(dec('0.8'), held, dec(imf)));
        expect(light!.gte(0) && light!.lte(heavy!)).toBe(true);
      }),
    );
  });
});
