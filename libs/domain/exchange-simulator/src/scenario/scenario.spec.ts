import { HOUR_MS } from '@ballast/kernel';
import { hourBar, NOON, smallCrash } from './scenario.fixtures.js';
import { barProblem, gapsOf, scenarioProblems } from './scenario.js';

describe('a scenario', () => {
  it('is sound when its bars cover warm-up and run without a gap', () => {
    expect(scenarioProblems(smallCrash())).toEqual([]);
  });

  it('is refused when a bar is missing, naming underlying and time', () => {
    const whole = smallCrash();
    const BTC = whole.bars.BTC.filter(({ start }) => start !== NOON + HOUR_MS);
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
