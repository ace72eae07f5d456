import fc from 'fast-check';
import { dec, sum, text, ZERO } from '@ballast/kernel';
import { allocate, proRata, type LossSources, type OpenLoss } from './allocation.js';
import type { PayingStep } from './loss-waterfall.js';

const STEPS: readonly PayingStep[] = ['product-reserve', 'global-fund', 'house-tranche'];

const cents = (most: number) => fc.integer({ min: 0, max: most }).map((each) => dec(each).div(100));
const aLoss = fc.record({
  amount: fc.integer({ min: 1, max: 10_000_000 }).map((units) => dec(units).div(1_000)),
  underlying: fc.constantFrom('BTC', 'ETH', null),
});
const someSources: fc.Arbitrary<LossSources> = fc.record({
  reserves: fc
    .tuple(cents(300_000), cents(300_000))
    .map(([btc, eth]) => new Map([['BTC', btc] as const, ['ETH', eth] as const])),
  fund: cents(1_000_000),
  tranche: cents(500_000),
});

describe('losses taken down the waterfall [CLR-ACC-043]', () => {
  it('loses nothing on the way: what the steps pay and what they leave is the loss, to the unit', () => {
    fc.assert(
      fc.property(
        fc.array(aLoss, { maxLength: 8 }),
        someSources,
        fc.shuffledSubarray([...STEPS]),
        (losses, sources, steps) => {
          const paid = allocate(losses, sources, steps);
          for (const [index, { amount }] of losses.entries()) {
            let left = amount;
            for (const step of paid[index] ?? []) {
              expect(text(step.before)).toBe(text(left));
              expect(step.amount.gt(0)).toBe(true);
              expect(step.amount.decimalPlaces()).toBeLessThanOrEqual(2);
              left = left.minus(step.amount);
              expect(text(step.remaining)).toBe(text(left));
            }
            expect(left.gte(0)).toBe(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('takes from no step more than it has, and leaves nothing in a step while a loss that may ask it lacks a cent', () => {
    fc.assert(
      fc.property(fc.array(aLoss, { maxLength: 8 }), someSources, (losses, sources) => {
        const all = allocate(losses, sources, STEPS).flat();
        const of = (step: PayingStep, reserve: string | null) =>
          sum(all.filter((each) => each.step === step && each.reserve === reserve).map(({ amount }) => amount));
        const lacking = allocate(losses, sources, STEPS).map(
          (steps, index) => steps.at(-1)?.remaining ?? (losses[index] as OpenLoss).amount,
        );
        const lacks = lacking.some((each) => each.gte('0.01'));
        for (const [underlying, has] of sources.reserves) {
          expect(of('product-reserve', underlying).lte(has)).toBe(true);
          const own = lacking.some((each, index) => losses[index]?.underlying === underlying && each.gte('0.01'));
          if (own) expect(text(of('product-reserve', underlying))).toBe(text(has));
        }
        for (const [step, has] of [
          ['global-fund', sources.fund],
          ['house-tranche', sources.tranche],
        ] as const) {
          expect(of(step, null).lte(has)).toBe(true);
          if (lacks) expect(text(of(step, null))).toBe(text(has));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives nobody more for having asked first: in another order each loss gets the same, but for a cent of rounding', () => {
    fc.assert(
      fc.property(fc.array(aLoss, { minLength: 2, maxLength: 6 }), someSources, (losses, sources) => {
        const paidOf = (order: readonly OpenLoss[]) =>
          allocate(order, sources, STEPS).map((steps) => sum(steps.map(({ amount }) => amount)));
        const backwards = [...paidOf([...losses].reverse())].reverse();
        for (const [index, amount] of paidOf(losses).entries()) {
          // A cent at each of the three steps, and what it moves at the steps below.
          expect(
            amount
              .minus(backwards[index] ?? ZERO)
              .abs()
              .lte('0.06'),
          ).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('asks a reserve only for its own underlying', () => {
    const losses = [
      { amount: dec(100), underlying: 'BTC' },
      { amount: dec(100), underlying: 'ETH' },
      { amount: dec(100), underlying: null },
    ];
    const sources = { reserves: new Map([['ETH', dec(60)]]), fund: dec(90), tranche: ZERO };
    const told = allocate(losses, sources, STEPS).map((steps) =>
      steps.map(({ step, amount, remaining }) => [step, text(amount), text(remaining)]),
    );
    // 90 over 100, 40 and 100: 37.5, 15, 37.5.
    expect(told).toEqual([
      [['global-fund', '37.5', '62.5']],
      [
        ['product-reserve', '60', '40'],
        ['global-fund', '15', '25'],
      ],
      [['global-fund', '37.5', '62.5']],
    ]);
  });

  it('follows the order of the document: with the tranche first the fund keeps what the tranche pays', () => {
    const sources = { reserves: new Map<string, never>(), fund: dec(90), tranche: dec(70) };
    const [steps] = allocate([{ amount: dec(100), underlying: null }], sources, ['house-tranche', 'global-fund']);
    expect(steps?.map(({ step, amount }) => [step, text(amount)])).toEqual([
      ['house-tranche', '70'],
      ['global-fund', '30'],
    ]);
  });

  it.each`
    lacking            | available | shares                      | why
    ${['1', '1', '1']} | ${'1'}    | ${['0.34', '0.33', '0.33']} | ${'the cent that rounding leaves goes to the first'}
    ${['60', '60']}    | ${'100'}  | ${['50', '50']}             | ${'in proportion'}
    ${['0.019', '5']}  | ${'100'}  | ${['0.01', '5']}            | ${'whole cents only'}
    ${['10', '0']}     | ${'0'}    | ${['0', '0']}               | ${'nothing is there'}
    ${['-5', '1']}     | ${'3'}    | ${['0', '1']}               | ${'a request takes, it never gives'}
  `(
    'splits $available over $lacking: $why',
    ({ lacking, available, shares }: Record<string, readonly string[] & string>) => {
      const asked = (lacking as readonly string[]).map((each) => dec(each));
      expect(proRata(asked, dec(available as string)).map(text)).toEqual(shares);
    },
  );
});
