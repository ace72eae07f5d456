import { HOUR_MS } from '@ballast/kernel';
import { hourBar, NOON, smallCrash } from './scenario.fixtures.js';
import { barProblem, gapsOf, scenarioProblems, type Scenario } from './scenario.js';

describe('a scenario', () => {
  it('is sound when its bars cover warm-up and run without a gap', () => {
    expect(scenarioProblems(smallCrash())).toEqual([]);
  });

  it('is refused when a bar is missing, naming underlying and time', () => {
    const whole = smallCrash();
    const BTC = whole.bars['BTC']!.filter(({ start }) => start !== NOON + HOUR_MS);
    const [problem, ...more] = scenarioProblems({ ...whole, bars: { ...whole.bars, BTC } });
    expect(problem).toContain('BTC has no bar from 2020-03-11T13:00:00Z to 2020-03-11T14:00:00Z');
    expect(more).toEqual([]);
  });

  it.each`
    changes                          | problem                     | why
    ${{ to: NOON }}                  | ${'"to"'}                   | ${'no time passes'}
    ${{ warmUpFrom: NOON + 1 }}      | ${'"warmUpFrom"'}           | ${'the warm-up is before the start'}
    ${{ priceSetEverySeconds: 0 }}   | ${'"priceSetEverySeconds"'} | ${'below one second'}
    ${{ priceSetEverySeconds: 1.5 }} | ${'"priceSetEverySeconds"'} | ${'a broken second'}
    ${{ openingFund: '-1' }}         | ${'"openingFund"'}          | ${'a negative fund'}
    ${{ openingFund: '1.005' }}      | ${'"openingFund"'}          | ${'less than a cent'}
    ${{ to: NOON + 4 * HOUR_MS }}    | ${'has no bar'}             | ${'it ends after its bars'}
  `('is refused: $why', ({ changes, problem }: { changes: object; problem: string }) => {
    expect(scenarioProblems(smallCrash(changes)).join('; ')).toContain(problem);
  });

  it.each`
    bar                             | problem              | why
    ${[8_000, 7_900, 8_100, 8_000]} | ${'below low'}       | ${'high and low swapped'}
    ${[8_200, 8_100, 7_900, 8_000]} | ${'open 8200 lies'}  | ${'open above the high'}
    ${[8_000, 8_100, 7_900, 7_800]} | ${'close 7800 lies'} | ${'close below the low'}
    ${[0, 8_100, 0, 8_000]}         | ${'not above zero'}  | ${'a price of zero'}
  `('refuses a bar with $why', ({ bar, problem }: { bar: [number, number, number, number]; problem: string }) => {
    expect(barProblem(hourBar(NOON, bar))).toContain(problem);
  });

  it('has a gap before its first and after its last bar, and none exactly at the ends', () => {
    const bars = [hourBar(NOON, [1, 1, 1, 1])];
    expect(gapsOf(bars, NOON, NOON + HOUR_MS)).toEqual([]);
    expect(gapsOf(bars, NOON - 1, NOON + HOUR_MS + 1)).toEqual([
      { from: NOON - 1, to: NOON },
      { from: NOON + HOUR_MS, to: NOON + HOUR_MS + 1 },
    ]);
    expect(gapsOf([], NOON, NOON + 1)).toEqual([{ from: NOON, to: NOON + 1 }]);
  });
});

describe('what a scenario may name', () => {
  const problemsOf = (changes: Partial<Scenario>): readonly string[] => scenarioProblems(smallCrash(changes));
  const dips = (from: number, to: number, low: string) => ({ coins: { USDC: { dips: [{ from, to, low }] } } });
  const flat = (price: number) =>
    Array.from({ length: 9 }, (_, hour) => hourBar(NOON + (hour - 6) * HOUR_MS, [price, price, price, price]));

  it.each<[string, Partial<Scenario>, string]>([
    ['nothing', { bars: {} }, '"underlyings" must name at least one'],
    ['what is no name', { bars: { btc: flat(8_000) } }, '"underlyings": btc is no underlying'],
    ['dollars', { bars: { USD: flat(8_000) } }, '"underlyings": USD is no underlying'],
    ['what costs less than cents can say', { bars: { DOGE: flat(0.07) } }, 'DOGE costs less than 1 USD'],
    ['a coin that is an underlying too', { coins: { BTC: { dips: [] } } }, '"coins": BTC is no coin of its own'],
    ['a coin without a name', { coins: { 'usd coin': { dips: [] } } }, '"coins": usd coin is no coin of its own'],
    ['a dip that ends before it begins', dips(NOON, NOON, '0.9'), '"to" (2020-03-11T12:00:00Z) must be later'],
    ['a dip of a coin that is none any more', dips(NOON, NOON + 1, '0.1'), '"low" must be from 0.5 to 1 USD'],
    ['a dip to NaN', dips(NOON, NOON + 1, 'NaN'), '"low" must be from 0.5 to 1 USD'],
    [
      'contracts on what it does not quote',
      { contracts: { underlyings: ['SOL'], expiries: [], strikes: 3, writers: 1, inversePerpetuals: false } },
      '"contracts.underlyings" must name some of BTC, ETH, each once',
    ],
  ])('is not %s', (_what, changes, expected) => {
    expect(problemsOf(changes).join('; ')).toContain(expected);
  });

  it('is any underlying with bars, and coins beside them', () => {
    expect(problemsOf({ bars: { SOL: flat(20) }, ...dips(NOON, NOON + HOUR_MS, '0.985') })).toEqual([]);
  });
});
