import { AdaptiveFigures, type FiguredBook } from './adaptive-figures.js';
import type { HeldBook } from './adaptive-portfolio.model.js';
import { valuePositions } from './exposure.js';
import { parseInstrumentId, type Instrument, type Option } from '@ballast/instruments';
import { clamp, dec, Decimal, instantOf, maxOf, ZERO, type Instant } from '@ballast/kernel';
import { optionValues, publishedFigure, scenariosAt, undiscountedValue, yearsBetween } from '@ballast/valuation';
import {
  type BracketFigures,
  executionRate,
  type RateTable,
  type RiskSchedule,
  unwindDays,
} from '@ballast/risk-schedule';
import { modelledPenaltyRate } from '@ballast/risk-schedule/testing';
import type { CollateralHolding, Market, OpenOrder, Portfolio, PositionHolding } from '../margin-model.js';
import { ADAPTIVE_DEFAULTS, readAdaptiveParameters } from './adaptive-parameters.js';
import { riskScenarios } from './scenario-grid.js';

export const parameters = readAdaptiveParameters(ADAPTIVE_DEFAULTS.document);
export const NOW = instantOf('2026-02-25T08:00Z');
export const SPOT = 50_000;

const FLOORS = ['0', '1000000', '10000000', '50000000', '200000000'];

/** Brackets of bitcoin at a volatility scalar, by the formulas of docs/spec/margin.md CLR-MRG-017 and CLR-MRG-018. */
export function tableAt(scalar: Decimal | string): RateTable {
  const sigma = dec(scalar).times('0.03');
  const cost = {
    spread: dec('0.0002'),
    impact: dec('0.8'),
    sigma,
    averageDailyVolume: dec('20000000000'),
    zeta: dec('0.5'),
    participation: dec('0.05'),
    fundShare: dec('0.5'),
    operatingCost: dec('0.0005'),
    penaltyMin: dec('0.001'),
    penaltyMax: dec('0.03'),
  };
  const requirement = (q: Decimal): Decimal => {
    const horizon = dec(1).div(24).plus(unwindDays(q, cost).div(3)).sqrt();
    const tail = dec('2.326').times(sigma).times(horizon);
    return q.times(
      clamp(tail.plus(maxOf(modelledPenaltyRate(q, cost), executionRate(q, cost))), dec('0.01'), dec('0.5')),
    );
  };
  let previous: BracketFigures = { floor: ZERO, rate: ZERO, deduction: ZERO };
  const brackets = FLOORS.map(dec).map((floor, i, floors) => {
    const end = floors[i + 1] ?? floor.times(4);
    const below = floor.isZero() ? ZERO : requirement(floor);
    const rate = requirement(end).minus(below).div(end.minus(floor)).toDecimalPlaces(12, 'ceil');
    previous = { floor, rate, deduction: previous.deduction.plus(floor.times(rate.minus(previous.rate))) };
    if (i === 0) previous = { floor, rate, deduction: ZERO };
    return previous;
  });
  return { scalar: dec(scalar), brackets };
}

/** A schedule in calm notice: what is in force has been for the whole period. */
export function scheduleAt(scalar: Decimal | string, changes: Partial<RiskSchedule> = {}): RiskSchedule {
  const maintenance = tableAt(scalar);
  return { maintenance, notice: [maintenance], trigger: { long: null, short: null }, ...changes };
}

export function instrumentOf(id: string, contractSize = '1'): Instrument {
  return { ...parseInstrumentId(id), id, contractSize: dec(contractSize) };
}

export function riskArray(instrument: Instrument, at: Instant): ReadonlyMap<string, Decimal> {
  if (instrument.kind !== 'option') return new Map();
  const key = `${instrument.id}@${at}`;
  const array = arrays.get(key) ?? valuedAt(instrument, at);
  arrays.set(key, array);
  return array;
}

const arrays = new Map<string, ReadonlyMap<string, Decimal>>();

const scenarios = riskScenarios(parameters.grid);

const VOLATILITY = 0.6;

/** At every published scenario, per unit of the underlying, as pricing publishes it of a mark without a tick. */
function valuedAt(option: Option, asOf: Instant): ReadonlyMap<string, Decimal> {
  const years = yearsBetween(asOf, option.expiry);
  const total = VOLATILITY * Math.sqrt(years);
  const premium = undiscountedValue(option.type === 'call', SPOT, option.strike.toNumber(), total);
  const values = optionValues(
    {
      option: { ...option, contractSize: dec(1) },
      mark: publishedFigure(option.settlement === 'inverse' ? premium / SPOT : premium),
      index: dec(SPOT),
      forward: SPOT,
      years,
      volatility: VOLATILITY,
    },
    scenariosAt({ scenarios, term: parameters.grid.termDecay }, years),
  );
  return new Map(scenarios.map(({ id }, i) => [id, dec(values[i] as string)]));
}

/** A price set of bitcoin in which everything is at the spot price and options at a volatility of 60 %. */
export function marketAt(scalar: Decimal | string, ids: readonly string[], changes: Partial<Market> = {}): Market {
  const listed = ids.map((id) => instrumentOf(id));
  const asOf = changes.asOf ?? NOW;
  const published = new Map(listed.map((instrument) => [instrument.id, riskArray(instrument, asOf)]));
  return {
    asOf,
    underlyings: new Map([['BTC', { spot: dec(SPOT) }]]),
    expiries: new Map(),
    instruments: new Map(
      listed.map(({ id, kind, settlement }) => {
        const unmoved = published.get(id)?.get('spot+0/vol+0') ?? dec(SPOT);
        return [id, { mark: kind === 'option' && settlement === 'inverse' ? unmoved.div(SPOT) : unmoved }];
      }),
    ),
    collateral: new Map([['BTC', { price: dec(SPOT) }]]),
    riskArrays: published,
    adaptive: new Map([['BTC', scheduleAt(scalar)]]),
    ...changes,
  };
}

type Held = readonly [id: string, quantity: string | number | Decimal, entryPrice?: string | number];

export const positionsOf = (...held: readonly Held[]): PositionHolding[] =>
  held.map(([id, quantity, entry]) => ({
    instrument: instrumentOf(id),
    quantity: dec(quantity),
    ...(entry === undefined ? {} : { entryPrice: dec(entry) }),
  }));

/** A portfolio; name only what matters to the case. */
export function portfolioOf(
  positions: readonly PositionHolding[],
  collateral: readonly CollateralHolding[] = [],
  orders: readonly OpenOrder[] = [],
): Portfolio {
  return { positions, collateral, orders };
}

/** A portfolio with its positions valued, as an assessment takes it. */
export function heldBookOf({ collateral, positions, ownerSizes }: Portfolio, market: Market): HeldBook {
  const held = valuePositions(positions, market, parameters.grid);
  return { collateral, held, ...(ownerSizes === undefined ? {} : { ownerSizes }) };
}

/** The same with every position figured in float64 too. */
export function figuredBookOf(quick: AdaptiveFigures, portfolio: Portfolio, market: Market): FiguredBook {
  const instruments = new Map(portfolio.positions.map(({ instrument }) => [instrument.id, instrument]));
  return {
    ...heldBookOf(portfolio, market),
    held: valuePositions(portfolio.positions, market, parameters.grid).map(({ exposure, quantity, worth }) =>
      quick.position({ instrument: instruments.get(exposure.subject) as Instrument, quantity }, worth),
    ),
  };
}
