import { checked, figure, list, made, record, type DocumentForm, type Refuse } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import {
  COLLATERAL_DEFAULTS,
  COLLATERAL_FORM,
  type CollateralParameters,
} from '../collateral/collateral-parameters.js';
import { readParameterDocument } from '../reading/parameter-document.js';
import type { PublishedGrid, ScenarioGrid } from './scenario-grid.js';

export interface AdaptiveParameters {
  /** Initial over maintenance requirement. */
  readonly initialMultiple: Decimal;
  /** Relative shock of implied volatility per unit of V_eff. */
  readonly volatilityShock: { readonly up: Decimal; readonly down: Decimal };
  /** Shares of an offset that never count: between expiries, and between any two positions. Together at most 1. */
  readonly lostOffset: { readonly betweenExpiries: Decimal; readonly betweenPositions: Decimal };
  /** Least charge of an option that is net short: fraction of the spot range of its side. */
  readonly shortOptionMinimum: Decimal;
  readonly grid: ScenarioGrid;
  /** `confidence` also decides how much more a position on a doubtful price needs. */
  readonly collateral: CollateralParameters;
}

const aMove = (value: string): { readonly move: string } => ({ move: value });
const aShock = (value: string): { readonly shock: string } => ({ shock: value });
const SPOT_MOVES = ['0.01', '0.02', '0.03', '0.05', '0.075', '0.1', '0.15', '0.2', '0.3', '0.5'];

export const ADAPTIVE_DEFAULTS = {
  id: 'adaptive-portfolio-2026-11@2',
  document: {
    initialMultiple: '2.5',
    volatilityShock: { up: '0.3', down: '0.15' },
    lostOffset: { betweenExpiries: '0.1', betweenPositions: '0.1' },
    shortOptionMinimum: '0.2',
    grid: {
      spotMoves: [
        ...[...SPOT_MOVES].reverse().map((value) => aMove(`-${value}`)),
        aMove('0'),
        ...SPOT_MOVES.map(aMove),
      ],
      volatilityShocks: ['-0.5', '-0.25', '0', '0.25', '0.5', '1', '2'].map(aShock),
      tailMoves: ['-0.66', '-0.33', '0.5', '1', '2', '3', '4', '5'].map(aMove),
      tailVolatilityShock: '0.5',
      termDecay: { referenceDays: '30', shortPower: '0.3', longPower: '0.13', floorDays: '1' },
    },
    collateral: COLLATERAL_DEFAULTS.document,
  },
} as const;

/** Every position on its own: no offset between positions counts. */
export const ADAPTIVE_CROSS = {
  id: 'adaptive-cross-2026-11@2',
  document: { ...ADAPTIVE_DEFAULTS.document, lostOffset: { betweenExpiries: '0', betweenPositions: '1' } },
} as const;

/** How the positions of an underlying count together. */
export type ScenarioRules = Pick<AdaptiveParameters, 'volatilityShock' | 'lostOffset' | 'shortOptionMinimum'>;

const share = figure({ min: '0', max: '1' });

const SCENARIO_RULES = {
  volatilityShock: record({ up: figure({ min: '0', max: '10' }), down: share }),
  lostOffset: checked(record({ betweenExpiries: share, betweenPositions: share }), (lost, refuse) => {
    if (lost.betweenExpiries.plus(lost.betweenPositions).lte(1)) return;
    refuse('', 'more than the whole offset would be lost; write shares that add up to at most 1');
  }),
  shortOptionMinimum: share,
};

/** The form of these rules inside a greater document. */
export const SCENARIO_RULES_FORM: DocumentForm<ScenarioRules> = record(SCENARIO_RULES);

const MOST_POINTS = 1_000;
const move = figure({ above: '-1', max: '10' });
const moves = made(list(record({ move }), 1, MOST_POINTS), (of) => of.map((each) => each.move));
const shocks = made(list(record({ shock: move }), 1, MOST_POINTS), (of) => of.map(({ shock }) => shock));

function requireAxis(axis: readonly Decimal[], refuse: Refuse): void {
  axis.forEach((value, i) => {
    const previous = axis[i - 1];
    if (previous !== undefined && value.lte(previous)) refuse(`[${i}]`, 'write rising figures');
  });
  const [first, last] = [axis[0], axis[axis.length - 1]];
  const around = first?.isNegative() && last?.gt(0) && axis.some((value) => value.isZero());
  if (around !== true) refuse('', 'write figures below 0, 0 itself and figures above 0');
}

function requireTails(tails: readonly Decimal[], refuse: Refuse): void {
  tails.forEach((tail, i) => {
    const rises = i === 0 || tail.gt(tails[i - 1] ?? tail);
    if (tail.isZero() || !rises) refuse(`[${i}]`, 'write rising moves other than 0');
  });
}

const asFloat = (of: DocumentForm<Decimal>): DocumentForm<number> => made(of, (value) => value.toNumber());

const GRID_FORM: DocumentForm<PublishedGrid> = record({
  spotMoves: checked(moves, requireAxis),
  volatilityShocks: checked(shocks, requireAxis),
  tailMoves: checked(moves, requireTails),
  tailVolatilityShock: figure({ min: '0', max: '10' }),
  termDecay: record({
    referenceDays: asFloat(figure({ above: '0', max: '3650' })),
    shortPower: asFloat(share),
    longPower: asFloat(share),
    floorDays: asFloat(figure({ above: '0', max: '365' })),
  }),
});

/** What the initial level asks of the maintenance level. */
export const INITIAL_MULTIPLE: DocumentForm<Decimal> = figure({ min: '1', max: '10' });

const ADAPTIVE_FORM = record({
  initialMultiple: INITIAL_MULTIPLE,
  ...SCENARIO_RULES,
  grid: GRID_FORM,
  collateral: COLLATERAL_FORM,
});

/**
 * Reads a parameter document.
 * @throws ModelInputError naming fields and remedies
 */
export const readAdaptiveParameters = (document: unknown): AdaptiveParameters & { readonly grid: PublishedGrid } =>
  readParameterDocument(document, ADAPTIVE_FORM);
