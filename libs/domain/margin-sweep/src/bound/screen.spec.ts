import { Decimal, dec, sum, text, ZERO, ModelInputError } from '@ballast/kernel';
import fc from 'fast-check';
import { sweepOf } from '../sweep/sweep-engine.js';
import { sweepFloat } from '../sweep/sweep-float.js';
import { SweepTables } from '../sweep/sweep-tables.js';
import { NO_TERMS, surplusAt, withTerm, type AccountFigures, type LinearSum } from './account-screen.js';
import { exactly, Sixty } from './sixty-digits.fixtures.js';
import { screen, sweepErrorBound } from './sweep-error-bound.js';

type Line = readonly [string, string];

/** An account in decimals: positions with a value per scenario, lines of value and of charges, weights of a level. */
interface Account {
  readonly positions: readonly { readonly quantity: string; readonly values: readonly string[] }[];
  readonly value: readonly Line[];
  readonly charges: readonly Line[];
  readonly weights: { readonly value: string; readonly charges: string; readonly loss: string };
}

/** Decimals of up to 40 digits and of up to 10^20, and the plain ones of every day. */
const aDecimal = fc.oneof(
  fc
    .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: -60, max: -20 }))
    .map(([mantissa, exponent]) => new Decimal(`${mantissa}e${exponent}`).toFixed()),
  fc.integer({ min: -100_000_000, max: 100_000_000 }).map((n) => dec(n).div(10_000).toFixed()),
);
const unsigned = aDecimal.map((value) => dec(value).abs().toFixed());
const SCENARIOS = 5;
const someValues = fc.array(aDecimal, { minLength: SCENARIOS, maxLength: SCENARIOS });
const weight = fc.constantFrom(
  '0',
  '0.8',
  '1',
  '1.0000000000000000000001',
  '1.25',
  '0.333333333333333333333333',
  '3000',
);

const aPosition = fc.record({ quantity: aDecimal, values: someValues });
/** A position and one that takes nearly all of it back: what is left is far below what was added up. */
const cancelling = fc
  .tuple(aPosition, fc.integer({ min: 8, max: 30 }), fc.constantFrom(-1, 0, 1))
  .map(([{ quantity, values }, digits, direction]) => [
    { quantity, values },
    {
      quantity: dec(quantity).neg().toFixed(),
      values: values.map((value) =>
        dec(value)
          .times(dec(1).plus(dec(10).pow(-digits).times(direction)))
          .toFixed(),
      ),
    },
  ]);
const anAccount: fc.Arbitrary<Account> = fc.record({
  positions: fc
    .array(
      fc.oneof(
        aPosition.map((position) => [position]),
        cancelling,
      ),
      { maxLength: 12 },
    )
    .map((groups) => [
      ...groups.flat().filter((_, at) => at % 2 === 0),
      ...groups.flat().filter((_, at) => at % 2 === 1),
    ]),
  value: fc.array(fc.tuple(aDecimal, aDecimal), { maxLength: 6 }),
  charges: fc.array(fc.tuple(unsigned, unsigned), { maxLength: 4 }),
  weights: fc.record({ value: weight, charges: weight, loss: weight }),
});

const float = (value: string): number => sweepFloat(value, 'figure');
const lines = (all: readonly Line[]): LinearSum =>
  all.reduce((total, [first, second]) => withTerm(total, float(first), float(second)), NO_TERMS);

function figuresOf({ positions, value, charges }: Account): AccountFigures {
  const tables = SweepTables.allocate({
    accounts: 1,
    positions: positions.length,
    instruments: positions.length,
    scenarios: SCENARIOS,
  });
  positions.forEach(({ quantity, values }, instrument) => {
    tables.setInstrument(instrument, values.map(float));
    tables.addPosition(instrument, float(quantity));
  });
  tables.endAccount();
  sweepOf(tables)(0, 1);
  return {
    value: lines(value),
    charges: lines(charges),
    worst: tables.worst[0] as number,
    sweepMagnitude: tables.magnitudes[0] as number,
    positions: positions.length,
  };
}

function screened(account: Account, rounding: number): { readonly surplus: number; readonly bound: number } {
  const { value, charges, loss } = account.weights;
  return surplusAt(figuresOf(account), { value: float(value), charges: float(charges), loss: float(loss) }, rounding);
}

/** Value, charges and worst loss in the digits of the given constructor. */
function exact(
  { positions, value, charges }: Account,
  Digits: typeof Decimal,
): Record<'value' | 'charges' | 'loss', Decimal> {
  const add = (terms: readonly Decimal[]): Decimal => terms.reduce((a, b) => a.plus(b), new Digits(0));
  const product = ([first, second]: Line): Decimal => new Digits(first).times(second);
  const pnl = Array.from({ length: SCENARIOS }, (_, s) =>
    add(positions.map(({ quantity, values }) => product([quantity, values[s] as string]))),
  );
  return {
    value: add(value.map(product)),
    charges: add(charges.map(product)),
    loss: Digits.max(0, ...pnl.map((each) => each.neg())),
  };
}

/** As a model decides: 40 digits, requirement up and value down to the cent. */
function decided(account: Account): Decimal {
  const { value, charges, loss } = exact(account, Decimal);
  const { weights } = account;
  const worth = value.times(weights.value).toDecimalPlaces(2, Decimal.ROUND_FLOOR);
  const parts = [charges.times(weights.charges), loss.times(weights.loss)];
  return worth.minus(sum(parts.map((part) => part.toDecimalPlaces(2, Decimal.ROUND_CEIL))));
}
const ROUNDINGS = 3 * 0.01;

describe('error bound of the sweep', () => {
  it('holds against 60 digits, cancellation and widely different magnitudes included', () => {
    fc.assert(
      fc.property(anAccount, (account) => {
        const { surplus, bound } = screened(account, 0);
        const { value, charges, loss } = exact(account, Sixty);
        const { weights } = account;
        const truth = value.times(weights.value).minus(charges.times(weights.charges)).minus(loss.times(weights.loss));
        expect(exactly(surplus).minus(truth).abs().lte(exactly(bound))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it.each<[string, number, number, number]>([
    ['no positions', 0, 12_345.678, 0.01],
    ['ten', 10, 1e6, 0.03],
    ['a million', 1_000_000, 1e90, 0],
    ['as many as it covers', 1_073_741_824, 0.1, 0.02],
    ['nothing at all', 0, 0, 0],
  ])('is computed upwards: %s', (_what, terms, magnitude, rounding) => {
    // N u / (1 - 2 N u) of the magnitude, what the derivation ends with.
    const share = new Sixty(terms + 8).times(new Sixty(2).pow(-53));
    const needed = share
      .div(new Sixty(1).minus(share.times(2)))
      .times(exactly(magnitude))
      .plus(exactly(rounding));
    const bound = exactly(sweepErrorBound({ terms, magnitude, rounding }));
    expect(bound.gte(needed)).toBe(true);
    expect(bound.lte(needed.times(1 + 2 ** -9))).toBe(true);
  });

  it.each<[string, number, number, number]>([
    ['terms', 0.5, 1, 0],
    ['terms', -1, 1, 0],
    ['terms', 2_000_000_000, 1, 0],
    ['magnitude', 1, NaN, 0],
    ['magnitude', 1, -1, 0],
    ['rounding', 1, 1, NaN],
    ['rounding', 1, 1, -0.01],
  ])('is not given for a %s of that kind', (field, terms, magnitude, rounding) => {
    let thrown: unknown;
    try {
      sweepErrorBound({ terms, magnitude, rounding });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ModelInputError);
    expect(thrown).toMatchObject({ code: 'sweep-bound', field });
  });
});

describe('screen', () => {
  it.each<[number, number, string]>([
    [0.2, 0.1, 'above'],
    [0.1, 0.1, 'exact'],
    [-0.1, 0.1, 'exact'],
    [-0.2, 0.1, 'below'],
    [0, 0, 'exact'],
    [-0, 0, 'exact'],
    [1e300, Infinity, 'exact'],
    [-Infinity, Infinity, 'exact'],
    [NaN, 1, 'exact'],
    [1, NaN, 'exact'],
  ])('of a surplus of %d with a bound of %d: %s', (surplus, bound, expected) => {
    expect(screen(surplus, bound)).toBe(expected);
  });

  it('never disagrees with the exact decision outside its bound, and leaves the rest to it', () => {
    const answers = { above: 0, below: 0, exact: 0 };
    fc.assert(
      fc.property(
        anAccount,
        fc.integer({ min: -6, max: 6 }),
        fc.integer({ min: 0, max: 12 }),
        (drawn, cents, digits) => {
          // Cash that puts the account near the level: some cents, or 10^-digits of what is added up.
          const probe = { ...drawn, weights: { ...drawn.weights, value: '1' } };
          const distance = dec(cents)
            .div(100)
            .times(digits === 0 ? 1 : dec(figuresOf(probe).sweepMagnitude).times(dec(10).pow(-digits - 4)));
          const cash = distance.minus(decided(probe)).toDecimalPlaces(2);
          const account = { ...probe, value: [...probe.value, [text(cash), '1'] as Line] };
          const { surplus, bound } = screened(account, ROUNDINGS);
          const answer = screen(surplus, bound);
          answers[answer] += 1;
          if (answer !== 'exact') expect(answer).toBe(decided(account).gte(ZERO) ? 'above' : 'below');
        },
      ),
      { numRuns: 400 },
    );
    for (const count of Object.values(answers)) expect(count).toBeGreaterThan(50);
  });

  it('settles ordinary accounts without decimals: a thousand dollars from the level, ten positions of millions', () => {
    const positions = Array.from({ length: 10 }, (_, n) => ({
      quantity: `${(n % 2 === 0 ? 1 : -1) * (n + 1)}.25`,
      values: Array.from({ length: SCENARIOS }, (_, s) => `${(s - 2) * 1_234_567.89 * (n + 1)}`),
    }));
    const weights = { value: '1', charges: '1', loss: '0.8' };
    const without = decided({ positions, value: [], charges: [], weights });
    for (const [cash, expected] of [
      [without.neg().plus(1_000), 'above'],
      [without.neg().minus(1_000), 'below'],
    ] as const) {
      const { surplus, bound } = screened({ positions, value: [[text(cash), '1']], charges: [], weights }, ROUNDINGS);
      expect(bound).toBeLessThan(0.04);
      expect(screen(surplus, bound)).toBe(expected);
    }
  });

  it('takes a gain in the worst scenario for no loss, and does not credit it', () => {
    const figures = { value: withTerm(NO_TERMS, 5, 1), charges: NO_TERMS, worst: 7, sweepMagnitude: 9, positions: 1 };
    expect(surplusAt(figures, { value: 1, charges: 1, loss: 1 }, 0).surplus).toBe(5);
  });
});
