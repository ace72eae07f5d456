import type { InstrumentRisk, PricingEvents, UnderlyingSchedule } from '@ballast/facts';
import { contractValue } from '@ballast/instruments';
import { dec, minOf, ONE, SETTLEMENT_ASSET, text, type Decimal, type DecimalString } from '@ballast/kernel';
import { AssessmentMarket, type KnownHouse } from '../assess/assessment-market.js';
import { figuresOfUnderlying, type ParameterFigures } from '../parameters/parameter-figures.js';
import { effectiveScalar } from '../schedule/effective-scalar.js';
import { publishedBrackets } from '../schedule/evaluate-schedule.js';
import { scheduleFigures } from '../schedule/schedule-figures.js';

/** Everything moves at once, relative to what it is. */
export interface MarketMove {
  /** Of every price, above -1. */
  readonly spotMove: Decimal;
  /** Of volatility, at least -1. */
  readonly volatilityShock: Decimal;
}

/**
 * The market right after a sudden move: every index, mark and price of a coin times 1 + move; every volatility scalar times
 * 1 + shock within its limits, with the call table that belongs to it. A rise of volatility leaves the liquidation tables as they
 * are, since those follow after the notice period; a fall lowers them at once. No price trigger is thrown. Options keep their arrays:
 * what they would be worth is not in what is published.
 * @see docs/spec/margin.md CLR-MRG-068
 */
export function movedMarket(market: AssessmentMarket, known: KnownHouse, move: MarketMove): AssessmentMarket {
  const { source, position, parameters } = market.schedule;
  const factor = ONE.plus(move.spotMove);
  const moved = {
    ...source,
    underlyings: source.underlyings.map((each) => ({
      ...shocked(each, source.parameters, parameters, ONE.plus(move.volatilityShock)),
      mark: times(each.mark, factor),
    })),
    collateral: source.collateral.map(({ asset, price }) => ({
      asset,
      price: asset === SETTLEMENT_ASSET ? price : times(price, factor),
    })),
  };
  const { grid } = market.parameters;
  const arrays = market.arrays === null ? null : movedArrays(market.arrays, market, known, move.spotMove);
  return new AssessmentMarket(scheduleFigures(moved, position, parameters), arrays, grid, known);
}

const times = (figure: DecimalString, factor: Decimal): DecimalString => text(dec(figure).times(factor));

/** The rates of an underlying at another volatility; at the same one as they are published. */
function shocked(
  schedule: UnderlyingSchedule,
  present: string,
  parameters: ParameterFigures,
  factor: Decimal,
): UnderlyingSchedule {
  if (factor.eq(ONE)) return schedule;
  const figures = figuresOfUnderlying(parameters, schedule.underlying);
  const scalar = minOf(dec(schedule.scalar).times(factor), figures.scalarMax);
  const effective = effectiveScalar(scalar, figures.buffer);
  return {
    ...schedule,
    scalar: text(scalar),
    scalarEffective: text(effective),
    sigma: text(effective.times(figures.sBase)),
    maintenanceBrackets: publishedBrackets(effective, figures),
    notice: schedule.notice.map((table) => {
      if (table.parameters !== present || dec(table.scalar).lte(effective)) return table;
      return { ...table, scalar: text(effective), brackets: publishedBrackets(effective, figures) };
    }),
  };
}

function movedArrays(
  arrays: PricingEvents['RiskArraysPublished'],
  market: AssessmentMarket,
  known: KnownHouse,
  spotMove: Decimal,
): PricingEvents['RiskArraysPublished'] {
  return { ...arrays, instruments: arrays.instruments.map((risk) => movedRisk(risk, market, known, spotMove)) };
}

/** Futures and inverse perpetuals move as their underlying, in an averaging window by the share that is still open. */
function movedRisk(
  risk: InstrumentRisk,
  market: AssessmentMarket,
  { contracts }: KnownHouse,
  spotMove: Decimal,
): InstrumentRisk {
  const instrument = contracts.get(risk.instrument)?.instrument;
  if (instrument === undefined || instrument.kind === 'option') return risk;
  const factor = ONE.plus(spotMove.times(market.openShareOf(instrument)));
  const price = dec(risk.price).times(factor);
  return {
    ...risk,
    mark: text(contractValue(instrument, price)),
    price: text(price),
    forward: times(risk.forward, factor),
    // Of an inverse contract index and mark move alike.
    values: instrument.settlement === 'inverse' ? risk.values : risk.values.map((value) => times(value, factor)),
  };
}
