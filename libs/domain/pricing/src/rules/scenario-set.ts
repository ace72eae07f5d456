import { decimal, documentKind, float, list, readBody, record, whole, type ValueOf } from '@ballast/documents';
import type { PublishedScenario } from '@ballast/facts';
import { ONE, dec, text, type DecimalString } from '@ballast/kernel';
import type { TermDecay } from '@ballast/valuation';

const shock = decimal('-1', '10');
const SCENARIO_SET_FORM = record({
  /** Relative moves of the underlying, rising, 0 among them. */
  spotMoves: list(decimal('-0.99', '10'), 1, 101),
  /** Relative shocks of implied volatility before the term rule, rising, 0 among them. */
  volatilityShocks: list(shock, 1, 21),
  /** Extreme moves, rising. */
  tailMoves: list(decimal('-0.99', '100'), 0, 50),
  tailVolatilityShock: shock,
  /** How strongly a shock of volatility reaches a term. */
  term: record({
    referenceDays: whole(1, 3_650),
    shortPower: float('0', '2'),
    longPower: float('0', '2'),
    /** A shorter term counts as this. */
    floorDays: whole(1, 365),
  }),
});

/** What every risk array is computed for. */
export interface ScenarioSet {
  readonly scenarios: readonly PublishedScenario[];
  /** v' = v * max(0, 1 + shock * k(term)). */
  readonly term: TermDecay;
}

const isRising = (figures: readonly DecimalString[]): boolean =>
  figures.every((figure, index) => index === 0 || dec(figure).gt(figures[index - 1] as DecimalString));
const hasZero = (figures: readonly DecimalString[]): boolean => figures.some((figure) => dec(figure).isZero());
const signed = (figure: DecimalString): string =>
  dec(figure).isNegative() ? text(dec(figure)) : `+${text(dec(figure))}`;

const scenario = (id: string, move: DecimalString, volatilityShock: DecimalString): PublishedScenario => ({
  id,
  spotFactor: text(ONE.plus(move)),
  volatilityShock: text(dec(volatilityShock)),
});

/** The grid first, by move and then shock, then the tails. */
function scenariosOf({
  spotMoves,
  volatilityShocks,
  tailMoves,
  tailVolatilityShock,
}: ValueOf<typeof SCENARIO_SET_FORM>): readonly PublishedScenario[] {
  return [
    ...spotMoves.flatMap((move) =>
      volatilityShocks.map((each) => scenario(`spot${signed(move)}/vol${signed(each)}`, move, each)),
    ),
    ...tailMoves.map((move) => scenario(`tail${signed(move)}`, move, tailVolatilityShock)),
  ];
}

/** The `scenario-set` document. A set is known by the id of its document. @see docs/spec/pricing.md CLR-PRC-056 */
export const SCENARIO_SET = documentKind<ScenarioSet>('scenario-set', (body) => {
  const reading = readBody(body, SCENARIO_SET_FORM, ({ spotMoves, volatilityShocks, tailMoves }) =>
    [
      isRising(spotMoves) ? '' : 'spotMoves: write them rising, each once',
      isRising(volatilityShocks) ? '' : 'volatilityShocks: write them rising, each once',
      isRising(tailMoves) ? '' : 'tailMoves: write them rising, each once',
      hasZero(spotMoves) ? '' : 'spotMoves: write 0 among them, against which the others are measured',
      hasZero(volatilityShocks) ? '' : 'volatilityShocks: write 0 among them, against which the others are measured',
    ].filter((defect) => defect !== ''),
  );
  if ('defects' in reading) return reading;
  return { figures: { scenarios: scenariosOf(reading.figures), term: reading.figures.term } };
});
