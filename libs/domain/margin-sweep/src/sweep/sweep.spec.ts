import { dec, Decimal, ModelInputError } from '@ballast/kernel';
import fc from 'fast-check';
import { exactly, Sixty } from '../bound/sixty-digits.fixtures.js';
import { simdSweep, sweepOf, typescriptSweep } from './sweep-engine.js';
import { sweepFloat } from './sweep-float.js';
import { scenarioPnl, worstScenario } from './sweep-reference.js';
import { SweepTables } from './sweep-tables.js';

interface Book {
  readonly scenarios: number;
  /** Per instrument one value per scenario. */
  readonly values: readonly (readonly number[])[];
  /** Per account [instrument, quantity]. */
  readonly accounts: readonly (readonly (readonly [number, number])[])[];
}

function tablesOf({ scenarios, values, accounts }: Book): SweepTables {
  const positions = accounts.reduce((total, account) => total + account.length, 0);
  const tables = SweepTables.allocate({
    accounts: accounts.length,
    positions,
    instruments: values.length,
    scenarios,
  });
  values.forEach((row, instrument) => tables.setInstrument(instrument, row));
  for (const account of accounts) {
    for (const [instrument, quantity] of account) tables.addPosition(instrument, quantity);
    tables.endAccount();
  }
  return tables;
}

/** Both results as bits, so that 0 and -0, and one NaN and another, are told apart. */
const bitsOf = ({ worst, magnitudes }: SweepTables): string =>
  [worst, magnitudes]
    .map((figures) => Buffer.from(new Uint8Array(new Float64Array(figures).buffer)).toString('hex'))
    .join(' ');

const worstScenarios = (tables: SweepTables): number[] =>
  Array.from({ length: tables.written }, (_, account) => worstScenario(tables, account));

function bothSweeps(tables: SweepTables): { readonly simd: string; readonly typescript: string } {
  const { written } = tables;
  typescriptSweep(tables)(0, written);
  const typescript = bitsOf(tables);
  tables.worst.fill(NaN);
  tables.magnitudes.fill(NaN);
  simdSweep(tables)(0, written);
  return { simd: bitsOf(tables), typescript };
}

const inRange = fc
  .double({ min: 1e-90, max: 1e90, noNaN: true })
  .chain((size) => fc.constantFrom(size, -size, 0, -0, 1, -1));
const tame = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 128);
const value = fc.oneof(
  tame,
  inRange,
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-90 ? 0 : x)),
);

const aBook: fc.Arbitrary<Book> = fc
  .record({ scenarios: fc.integer({ min: 1, max: 50 }), instruments: fc.integer({ min: 1, max: 7 }) })
  .chain(({ scenarios, instruments }) =>
    fc.record({
      scenarios: fc.constant(scenarios),
      values: fc.array(fc.array(value, { minLength: scenarios, maxLength: scenarios }), {
        minLength: instruments,
        maxLength: instruments,
      }),
      accounts: fc.array(fc.array(fc.tuple(fc.integer({ min: 0, max: instruments - 1 }), value), { maxLength: 13 }), {
        maxLength: 9,
      }),
    }),
  );

describe('sweep over accounts, positions and scenarios', () => {
  it('finds the worst scenario of two futures against an option', () => {
    const tables = tablesOf({
      scenarios: 3,
      values: [
        [-6_000, 0, 6_000],
        [2_000, 100, -1_500],
      ],
      accounts: [
        [
          [0, 2],
          [1, 5],
        ],
        [[0, -1]],
        [],
      ],
    });
    sweepOf(tables)(0, 3);
    // 2 x -6,000 + 5 x 2,000 = -2,000; 500; 12,000 - 7,500 = 4,500
    expect(Array.from(tables.worst)).toEqual([-2_000, -6_000, 0]);
    expect(worstScenarios(tables)).toEqual([0, 2, 0]);
    // 2 x 6,000 + 5 x 2,000
    expect(Array.from(tables.magnitudes)).toEqual([22_000, 6_000, 0]);
    expect(Array.from(scenarioPnl(tables, 0))).toEqual([-2_000, 500, 4_500]);
  });

  it('is the same to the last bit in WebAssembly and in TypeScript, whatever the sizes and figures', () => {
    fc.assert(
      fc.property(aBook, (book) => {
        const { simd, typescript } = bothSweeps(tablesOf(book));
        expect(simd).toBe(typescript);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same to the last bit beyond any range, where sums overflow or vanish', () => {
    const wild = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE),
    );
    let overflowed = 0;
    fc.assert(
      fc.property(aBook, fc.array(wild, { minLength: 40, maxLength: 40 }), (book, figures) => {
        const tables = tablesOf(book);
        // The checked way in refuses such figures, so they are written past it.
        tables.quantities.forEach((_, at) => (tables.quantities[at] = figures[at % 40] as number));
        for (let instrument = 0; instrument < book.values.length; instrument += 1) {
          let reach = 0;
          const row = tables.placeOf(instrument);
          for (let column = 1; column < tables.layout.columns; column += 1) {
            const chosen = figures[(instrument * 7 + (column <= book.scenarios ? column - 1 : 0)) % 40] as number;
            reach = Math.max(reach, Math.abs(chosen));
            tables.values[row + column] = chosen;
          }
          tables.values[row] = reach;
        }
        const { simd, typescript } = bothSweeps(tables);
        expect(simd).toBe(typescript);
        if (tables.magnitudes.includes(Infinity)) overflowed += 1;
      }),
      { numRuns: 300 },
    );
    expect(overflowed).toBeGreaterThan(20);
  });

  // A row of 4 to 9 registers takes one pass, a longer one several of equal width or of two widths.
  it.each([1, 2, 6, 7, 8, 9, 11, 13, 14, 16, 17, 18, 19, 21, 23, 25, 27, 29, 31, 33, 35, 36, 47, 50, 60, 61, 155])(
    'is the same to the last bit with %i scenarios and accounts of up to 22 positions',
    (scenarios) => {
      const noise = fractions();
      const values = Array.from({ length: 31 }, () => Array.from({ length: scenarios }, () => noise() * 2_000 - 1_000));
      const accounts = Array.from({ length: Math.max(700, 20 * scenarios) }, (_, account) =>
        Array.from({ length: account % 23 }, () => [Math.floor(noise() * 31), noise() * 20 - 10] as const),
      );
      const tables = tablesOf({ scenarios, values, accounts });
      const { simd, typescript } = bothSweeps(tables);
      expect(simd).toBe(typescript);
      // Every scenario is somebody's worst: no column is left out, and none of the padding is taken for one.
      expect(new Set(worstScenarios(tables)).size).toBe(scenarios);
    },
  );

  it('takes the lowest of several scenarios with the same P&L, also across registers and passes', () => {
    for (let first = 0; first < 33; first += 1) {
      for (let second = first; second < 33; second += 1) {
        const row = Array.from({ length: 33 }, (_, s) => (s === first || s === second ? -7 : 1));
        const tables = tablesOf({ scenarios: 33, values: [row], accounts: [[[0, 1]]] });
        const { simd, typescript } = bothSweeps(tables);
        expect(simd).toBe(typescript);
        expect(worstScenario(tables, 0)).toBe(first);
        expect(tables.worst[0]).toBe(-7);
      }
    }
  });

  it('never answers -0: sums begin with +0', () => {
    const tables = tablesOf({ scenarios: 2, values: [[-0, 0]], accounts: [[[0, 1]], [[0, -1]], [[0, -0]], []] });
    const { simd, typescript } = bothSweeps(tables);
    expect(simd).toBe(typescript);
    for (const worst of tables.worst) expect(Object.is(worst, 0)).toBe(true);
    expect(worstScenarios(tables)).toEqual([0, 0, 0, 0]);
  });

  it('has a magnitude that no scenario exceeds, to the last bit', () => {
    fc.assert(
      fc.property(aBook, (book) => {
        const tables = tablesOf(book);
        sweepOf(tables)(0, tables.written);
        for (let account = 0; account < tables.written; account += 1) {
          for (const pnl of scenarioPnl(tables, account)) {
            expect(Math.abs(pnl)).toBeLessThanOrEqual(tables.magnitudes[account] as number);
          }
        }
      }),
    );
  });

  it('gives each account the same figures wherever it stands and however the book is divided among threads', () => {
    fc.assert(
      fc.property(aBook, fc.nat(), (book, cut) => {
        const whole = tablesOf(book);
        sweepOf(whole)(0, whole.written);
        const expected = bitsOf(whole);
        const other = new SweepTables(whole.sizes, whole.memory);
        whole.worst.fill(NaN);
        const middle = cut % (whole.written + 1);
        sweepOf(other)(middle, other.written);
        sweepOf(whole)(0, middle);
        expect(bitsOf(whole)).toBe(expected);

        const turned = tablesOf({ ...book, accounts: [...book.accounts].reverse() });
        sweepOf(turned)(0, turned.written);
        expect([...turned.worst].reverse()).toEqual([...whole.worst]);
      }),
    );
  });

  it('reads a book that was written again, and nothing of the one before', () => {
    const tables = tablesOf({ scenarios: 1, values: [[-3]], accounts: [[[0, 4]], [[0, 5]]] });
    tables.clear();
    tables.addPosition(0, 2);
    tables.endAccount();
    sweepOf(tables)(0, 1);
    expect(tables.worst[0]).toBe(-6);
    expect(() => sweepOf(tables)(0, 2)).toThrow('no part of the 1 that are written');
  });

  it('names scenario 0 for an account whose magnitude overflowed', () => {
    const tables = tablesOf({ scenarios: 2, values: [[1, -1]], accounts: [[[0, 1]]] });
    tables.quantities[0] = 2;
    tables.values.fill(Number.MAX_VALUE);
    const { simd, typescript } = bothSweeps(tables);
    expect(simd).toBe(typescript);
    expect([tables.worst[0], worstScenario(tables, 0)]).toEqual([-Infinity, 0]);
  });

  it('refuses a part that is none', () => {
    const tables = tablesOf({ scenarios: 1, values: [[1]], accounts: [[], []] });
    for (const [from, to] of [
      [-1, 1],
      [0, 3],
      [2, 1],
      [0.5, 1],
    ] as const) {
      expect(() => simdSweep(tables)(from, to)).toThrow('are no part of');
      expect(() => typescriptSweep(tables)(from, to)).toThrow('are no part of');
    }
  });
});

describe('what may enter a sweep', () => {
  const tables = (): SweepTables => SweepTables.allocate({ accounts: 1, positions: 1, instruments: 2, scenarios: 2 });
  const codeOf = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof ModelInputError) return error.code;
      throw error;
    }
    return 'accepted';
  };

  it.each<[string, string, () => unknown]>([
    ['a quantity that is no number', 'sweep-not-a-number', () => tables().addPosition(0, NaN)],
    ['an infinite quantity', 'sweep-out-of-range', () => tables().addPosition(0, Infinity)],
    ['a quantity beyond the range of the bound', 'sweep-out-of-range', () => tables().addPosition(0, 1.01e90)],
    ['a quantity below it', 'sweep-out-of-range', () => tables().addPosition(0, -0.99e-90)],
    ['a quantity at its end', 'accepted', () => tables().addPosition(0, -1e90)],
    ['a quantity of nothing', 'accepted', () => tables().addPosition(0, -0)],
    ['an instrument that is not there', 'sweep-instrument', () => tables().addPosition(2, 1)],
    ['half an instrument', 'sweep-instrument', () => tables().addPosition(0.5, 1)],
    ['a value that is no number', 'sweep-not-a-number', () => tables().setInstrument(0, [1, NaN])],
    ['an infinite value', 'sweep-out-of-range', () => tables().setInstrument(0, [1, -Infinity])],
    ['too few values', 'sweep-scenarios', () => tables().setInstrument(0, [1])],
    ['too many values', 'sweep-scenarios', () => tables().setInstrument(0, [1, 2, 3])],
    ['values of a missing instrument', 'sweep-instrument', () => tables().setInstrument(-1, [1, 2])],
    [
      'no scenario at all',
      'sweep-sizes',
      () => SweepTables.allocate({ accounts: 1, positions: 1, instruments: 1, scenarios: 0 }),
    ],
    [
      'half an account',
      'sweep-sizes',
      () => SweepTables.allocate({ accounts: 0.5, positions: 1, instruments: 1, scenarios: 1 }),
    ],
    [
      'more than a memory can hold',
      'sweep-sizes',
      () => SweepTables.allocate({ accounts: 1e8, positions: 1e9, instruments: 1, scenarios: 1 }),
    ],
    ['text that is no decimal', 'sweep-not-a-number', () => sweepFloat('1,5', 'quantity')],
    ['an infinite decimal', 'sweep-not-a-number', () => sweepFloat(dec('Infinity'), 'quantity')],
    ['a decimal out of range', 'sweep-out-of-range', () => sweepFloat('1e91', 'quantity')],
  ])('%s: %s', (_what, code, action) => {
    expect(codeOf(action)).toBe(code);
  });

  it('a position more than there is room for is refused, and so is an account', () => {
    const full = tables();
    full.addPosition(0, 1);
    expect(codeOf(() => full.addPosition(0, 1))).toBe('sweep-full');
    full.endAccount();
    expect(codeOf(() => full.endAccount())).toBe('sweep-full');
    expect(codeOf(() => full.addPosition(0, 1))).toBe('sweep-full');
  });

  it('a decimal becomes a float within (1 + 2^-10) of half a unit in the last place', () => {
    const digits = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(digits, fc.integer({ min: -80, max: 40 }), (mantissa, exponent) => {
        const exact = new Decimal(`${mantissa}e${exponent}`);
        const off = exactly(sweepFloat(exact, 'value')).minus(exact).abs();
        expect(off.lte(new Sixty(exact.toFixed()).abs().times((1 + 2 ** -10) * 2 ** -53))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Fractions from a fixed sequence, the same on every machine. */
function fractions(): () => number {
  let state = 20_261_122;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
}
