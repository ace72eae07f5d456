import { dec, sum, text, type Decimal } from '@ballast/kernel';
import type { ModelResult } from '@ballast/margin-models';
import fc from 'fast-check';
import { freedByClosing, requirementShares, scaledShares, worstScenarios } from './requirement-shares.js';

const bearing = (notionals: Readonly<Record<string, string>>) =>
  Object.entries(notionals).map(([instrument, notional]) => ({ instrument, notional: dec(notional) }));

const scenario = (id: string, byPosition: Readonly<Record<string, string>>) => ({
  id,
  pnl: sum(Object.values(byPosition).map((pnl) => dec(pnl))),
  byPosition: Object.entries(byPosition).map(([instrument, pnl]) => ({ instrument, pnl: dec(pnl) })),
});

const result = (
  scenarios: readonly ReturnType<typeof scenario>[],
  lines: readonly (readonly [code: string, subject: string, amount: string])[] = [],
): ModelResult => ({
  value: dec(0),
  requirements: {},
  scenarios,
  lines: lines.map(([code, subject, amount]) => ({ code, subject, amount: dec(amount) })),
});

const written = (shares: ReadonlyMap<string, Decimal>) =>
  Object.fromEntries([...shares].map(([instrument, share]) => [instrument, text(share)]));

describe('shares of a requirement [CLR-MRG-063]', () => {
  it('are what each position loses in the worst scenario, below zero for a hedge', () => {
    const worst = scenario('BTC:spot-0.1', { A: '-100', B: '30' });
    const better = scenario('BTC:spot+0.1', { A: '20', B: '-10' });
    const shares = requirementShares(bearing({ A: '1000', B: '300' }), result([better, worst]), dec('70'));
    expect(written(shares)).toEqual({ A: '100', B: '-30' });
  });

  it('bear what is required beyond the loss in proportion to the losses', () => {
    const lines = [
      ['scan-risk', 'BTC', '80'],
      ['short-option-minimum', 'BTC', '20'],
    ] as const;
    const worst = scenario('BTC:spot-0.1', { A: '-60', B: '-30', C: '10' });
    const shares = requirementShares(bearing({ A: '1', B: '1', C: '1' }), result([worst], lines), dec('100'));
    // 80 lost, 100 required: 20 more on 60 and 30.
    expect(Object.fromEntries([...shares].map(([id, share]) => [id, share.toFixed(2)]))).toEqual({
      A: '73.33',
      B: '36.67',
      C: '-10.00',
    });
  });

  it('shrink as a whole where more is lost than required', () => {
    const lines = [['scan-risk', 'BTC', '35']] as const;
    const worst = scenario('BTC:spot-0.1', { A: '-100', B: '30' });
    const shares = requirementShares(bearing({ A: '1', B: '1' }), result([worst], lines), dec('35'));
    expect(written(shares)).toEqual({ A: '50', B: '-15' });
  });

  it('are read per underlying', () => {
    const scenarios = [scenario('BTC:spot-0.1', { A: '-10' }), scenario('ETH:spot+0.2', { B: '-4' })];
    const lines = [
      ['scan-risk', 'BTC', '10'],
      ['scan-risk', 'ETH', '4'],
    ] as const;
    const shares = requirementShares(bearing({ A: '1', B: '1' }), result(scenarios, lines), dec('14'));
    expect(written(shares)).toEqual({ A: '10', B: '4' });
  });

  it.each([
    ['a model without scenarios', result([])],
    ['a portfolio that loses in none', result([scenario('BTC:spot-0.1', { A: '5', B: '1' })])],
  ])('of %s go by notional', (_what, told) => {
    expect(written(requirementShares(bearing({ A: '300', B: '100' }), told, dec('8')))).toEqual({ A: '6', B: '2' });
  });

  it('of nothing are none', () => {
    expect(requirementShares([], result([]), dec('8')).size).toBe(0);
  });

  it('leave the worst of each underlying, and none without a loss', () => {
    const scenarios = [
      scenario('BTC:a', { A: '-1' }),
      scenario('BTC:b', { A: '-2' }),
      scenario('ETH:a', { B: '3' }),
      scenario('whole', { A: '-5' }),
    ];
    expect(worstScenarios(result(scenarios)).map(({ id }) => id)).toEqual(['BTC:b', 'whole']);
  });

  it('add up to exactly the requirement, at its own level and in proportion at another, with 12 digits', () => {
    const cents = (most: number) => fc.integer({ min: 1, max: most }).map((amount) => dec(amount).div(100));
    const profits = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(profits, cents(1e9), cents(1e9), (pnls, total, other) => {
        const byPosition = Object.fromEntries(pnls.map((pnl, i) => [`P${i}`, String(pnl)]));
        const positions = pnls.map((pnl, i) => ({ instrument: `P${i}`, notional: dec(Math.abs(pnl) + 1) }));
        const shares = requirementShares(positions, result([scenario('BTC:spot-0.1', byPosition)]), total);
        const scaled = scaledShares(shares, total, other);
        expect(text(sum([...shares.values()]))).toBe(text(total));
        expect(text(sum([...scaled.values()]))).toBe(text(other));
        for (const share of [...shares.values(), ...scaled.values()]) {
          expect(share.decimalPlaces()).toBeLessThanOrEqual(12);
        }
      }),
    );
  });

  it('stay what they are for the same requirement', () => {
    const shares = new Map([['A', dec('3')]]);
    expect(scaledShares(shares, dec('3'), dec('3'))).toBe(shares);
  });
});

interface CoinCase {
  readonly profits: Readonly<Record<string, string>>;
  readonly required: string;
  readonly expected: Readonly<Record<string, string>>;
  readonly share: Readonly<Record<string, string>>;
}

describe('what closing frees of a requirement [CLR-MRG-063]', () => {
  const scanned = (amount: string) => [['scan-risk', 'BTC', amount]] as const;
  const freed = (told: ModelResult, total: string, ...open: readonly string[]) => {
    const found = freedByClosing(new Set(open), told, dec(total));
    return found === undefined ? undefined : written(found);
  };

  it('is the share where no coin stands in the worst scenario', () => {
    const worst = scenario('BTC:spot-0.1', { A: '-100', B: '30' });
    expect(freed(result([worst], scanned('70')), '70', 'A', 'B')).toBeUndefined();
    expect(freed(result([]), '70', 'A')).toBeUndefined();
  });

  it.each`
    case                                         | profits                      | required | expected        | share
    ${'a coin that falls with it'}               | ${{ A: '-100', BTC: '-50' }} | ${'150'} | ${{ A: '100' }} | ${{ A: '150' }}
    ${'a coin that covers nine tenths of it'}    | ${{ A: '-100', BTC: '90' }}  | ${'10'}  | ${{ A: '100' }} | ${{ A: '10' }}
    ${'a position that covers a part of a coin'} | ${{ A: '60', BTC: '-100' }}  | ${'40'}  | ${{ A: '-60' }} | ${{ A: '40' }}
  `('beside $case is its own loss, not its share', ({ profits, required, expected, share }: CoinCase) => {
    const told = result([scenario('BTC:spot-0.1', profits)], scanned(required));
    const open = Object.keys(expected);
    expect(freed(told, required, ...open)).toEqual(expected);
    const positions = open.map((instrument) => ({ instrument, notional: dec(1) }));
    expect(written(requirementShares(positions, told, dec(required)))).toEqual(share);
  });

  it('counts what short options ask for at least, and no offset that does not count', () => {
    const worst = scenario('BTC:spot-0.1', { A: '-80', B: '20', BTC: '-40' });
    const told = (code: string) => result([worst], [...scanned('100'), [code, 'BTC', '12']]);
    expect(freed(told('short-option-minimum'), '112', 'A', 'B')).toEqual({ A: '88', B: '-20' });
    expect(freed(told('offset-between-positions'), '112', 'A', 'B')).toEqual({ A: '80', B: '-20' });
  });

  it('leaves out a coin of another underlying, which the largest position bears', () => {
    const scenarios = [scenario('BTC:spot-0.1', { A: '-10' }), scenario('ETH:spot-0.2', { ETH: '-4' })];
    const told = result(scenarios, [...scanned('10'), ['scan-risk', 'ETH', '4']]);
    expect(freed(told, '14', 'A')).toEqual({ A: '10' });
    expect(written(requirementShares(bearing({ A: '1' }), told, dec('14')))).toEqual({ A: '14' });
  });
});
