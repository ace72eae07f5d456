import type { XyLine } from './xy-lines';

/** Equity and the levels that it is held against, as every chart and table has them. */
export const LEVELS = [
  { name: 'equity', colour: 'series-equity', dash: undefined, figure: 'equity' },
  { name: 'call level', colour: 'series-call', dash: '7 3', figure: 'call' },
  { name: 'liquidation level', colour: 'series-liquidation', dash: '2 3', figure: 'liquidation' },
] as const;

type Figures = Readonly<Record<(typeof LEVELS)[number]['figure'], string>>;

/** Their lines over an axis of numbers; floats for a picture. */
export const levelLines = (points: readonly (readonly [x: number, figures: Figures])[]): readonly XyLine[] =>
  LEVELS.map(({ name, colour, dash, figure }) => ({
    name: `${name}, USD`,
    colour,
    ...(dash === undefined ? {} : { dash }),
    points: points.map(([x, figures]) => [x, Number(figures[figure])] as const),
  }));
