import { type Decimal, ModelInputError } from '@ballast/kernel';
import {
  COLLATERAL_DEFAULTS,
  readCollateralFields,
  type CollateralParameters,
} from '../collateral/collateral-parameters.js';
import { readDocument, type DocumentFields } from '../reading/document-reading.js';
import type { PublishedGrid, ScenarioGrid } from './scenario-grid.js';

export interface AdaptiveParameters {
  /** Initial over call requirement. */
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

const move = (value: string): { readonly move: string } => ({ move: value });
const shock = (value: string): { readonly shock: string } => ({ shock: value });
const SPOT_MOVES = ['0.01', '0.02', '0.03', '0.05', '0.075', '0.1', '0.15', '0.2', '0.3', '0.5'];

export const ADAPTIVE_DEFAULTS = {
  id: 'adaptive-portfolio-2026-11@2',
  document: {
    initialMultiple: '2.5',
    volatilityShock: { up: '0.3', down: '0.15' },
    lostOffset: { betweenExpiries: '0.1', betweenPositions: '0.1' },
    shortOptionMinimum: '0.2',
    grid: {
      spotMoves: [...[...SPOT_MOVES].reverse().map((value) => move(`-${value}`)), move('0'), ...SPOT_MOVES.map(move)],
      volatilityShocks: ['-0.5', '-0.25', '0', '0.25', '0.5', '1', '2'].map(shock),
      tailMoves: ['-0.66', '-0.33', '0.5', '1', '2', '3', '4', '5'].map(move),
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

/**
 * Reads a parameter document.
 * @throws ModelInputError naming the field: `grid-unordered`, `offsets-above-one` and those of `readDocument`
 */
export function readAdaptiveParameters(document: unknown): AdaptiveParameters & { readonly grid: PublishedGrid } {
  return readDocument(document, '', (fields) => ({
    initialMultiple: fields.decimal('initialMultiple', { min: 1, max: 10 }),
    ...readScenarioRules(fields),
    grid: fields.object('grid', readGrid),
    collateral: fields.object('collateral', (collateral) => readCollateralFields(collateral, 'collateral')),
  }));
}

/** How the positions of an underlying count together. */
export type ScenarioRules = Pick<AdaptiveParameters, 'volatilityShock' | 'lostOffset' | 'shortOptionMinimum'>;

/** The same inside a greater document. */
export function readScenarioRules(fields: DocumentFields): ScenarioRules {
  return {
    volatilityShock: fields.object('volatilityShock', (shocks) => ({
      up: shocks.decimal('up', { min: 0, max: 10 }),
      down: shocks.decimal('down', { min: 0, max: 1 }),
    })),
    lostOffset: fields.object('lostOffset', readLostOffset),
    shortOptionMinimum: fields.decimal('shortOptionMinimum', { min: 0, max: 1 }),
  };
}

function readLostOffset(fields: DocumentFields): AdaptiveParameters['lostOffset'] {
  const betweenExpiries = fields.decimal('betweenExpiries', { min: 0, max: 1 });
  const betweenPositions = fields.decimal('betweenPositions', { min: 0, max: 1 });
  if (betweenExpiries.plus(betweenPositions).lte(1)) return { betweenExpiries, betweenPositions };
  const message = 'lostOffset: more than the whole offset would be lost; give shares that add up to at most 1';
  throw new ModelInputError('offsets-above-one', 'lostOffset', message);
}

function readGrid(fields: DocumentFields): PublishedGrid {
  const moves = (name: string): readonly Decimal[] =>
    fields.list(name, (item) => item.decimal('move', { above: -1, max: 10 }));
  const spotMoves = moves('spotMoves');
  const volatilityShocks = fields.list('volatilityShocks', (item) => item.decimal('shock', { above: -1, max: 10 }));
  requireAxis(spotMoves, 'grid.spotMoves');
  requireAxis(volatilityShocks, 'grid.volatilityShocks');
  const tailMoves = moves('tailMoves');
  tailMoves.forEach((tail, i) => {
    const rises = i === 0 || tail.gt(tailMoves[i - 1] ?? tail);
    if (tail.isZero() || !rises) throw unordered(`grid.tailMoves[${i}]`, 'give rising moves other than 0');
  });
  return {
    spotMoves,
    volatilityShocks,
    tailMoves,
    tailVolatilityShock: fields.decimal('tailVolatilityShock', { min: 0, max: 10 }),
    termDecay: fields.object('termDecay', (term) => ({
      referenceDays: term.decimal('referenceDays', { above: 0, max: 3650 }).toNumber(),
      shortPower: term.decimal('shortPower', { min: 0, max: 1 }).toNumber(),
      longPower: term.decimal('longPower', { min: 0, max: 1 }).toNumber(),
      floorDays: term.decimal('floorDays', { above: 0, max: 365 }).toNumber(),
    })),
  };
}

function requireAxis(axis: readonly Decimal[], field: string): void {
  axis.forEach((value, i) => {
    const previous = axis[i - 1];
    if (previous !== undefined && value.lte(previous)) throw unordered(`${field}[${i}]`, 'give rising figures');
  });
  const [first, last] = [axis[0], axis[axis.length - 1]];
  const around = first?.isNegative() && last?.gt(0) && axis.some((value) => value.isZero());
  if (around !== true) throw unordered(field, 'give figures below 0, 0 itself and figures above 0');
}

const unordered = (field: string, remedy: string): ModelInputError =>
  new ModelInputError('grid-unordered', field, `${field}: the grid is not in order; ${remedy}`);
