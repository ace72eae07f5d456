import type {
  Instant,
  MarginGlobalEvents,
  MarginParameters,
  Side,
  Underlying,
  UnderlyingSchedule,
} from '@ballast/facts';
import { dec, invariant, maxOf, minOf, ONE, type Asset, type Decimal } from '@ballast/kernel';
import { type BracketFigures, bracketRate, readBrackets } from '@ballast/risk-schedule';
import { parameterFigures, type ParameterFigures } from '../parameters/parameter-figures.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

export interface UnderlyingScheduleFigures {
  readonly underlying: Underlying;
  readonly source: UnderlyingSchedule;
  readonly mark: Decimal;
  readonly call: readonly BracketFigures[];
  readonly notice: readonly (readonly BracketFigures[])[];
  readonly trigger: Readonly<Record<Side, readonly BracketFigures[] | null>>;
}

export interface CollateralFigures {
  readonly asset: Asset;
  readonly price: Decimal;
  readonly haircut: Decimal;
  /** price * (1 - haircut), USD per unit: what a positive amount counts for. */
  readonly value: Decimal;
}

/** A schedule as decimals, with the parameters it cites. */
export interface ScheduleFigures {
  /** Position of ScheduleInForce in margin global. */
  readonly position: number;
  readonly asOf: Instant;
  readonly halted: boolean;
  readonly source: ScheduleInForce;
  readonly parameters: ParameterFigures;
  readonly underlyings: ReadonlyMap<Underlying, UnderlyingScheduleFigures>;
  readonly collateral: ReadonlyMap<Asset, CollateralFigures>;
}

/** Reads a schedule into decimals. */
export function scheduleFigures(
  source: ScheduleInForce,
  position: number,
  parameters: MarginParameters,
): ScheduleFigures {
  invariant(source.parameters === parameters.id, `schedule ${source.number} cites ${source.parameters}`);
  return {
    position,
    asOf: source.asOf,
    halted: source.status === 'HALT',
    source,
    parameters: parameterFigures(parameters),
    underlyings: new Map(
      source.underlyings.map((schedule) => [
        schedule.underlying,
        {
          underlying: schedule.underlying,
          source: schedule,
          mark: dec(schedule.mark),
          call: readBrackets(schedule.callBrackets),
          notice: schedule.notice.map(readBrackets),
          trigger: {
            long: schedule.trigger.long && readBrackets(schedule.trigger.long),
            short: schedule.trigger.short && readBrackets(schedule.trigger.short),
          },
        },
      ]),
    ),
    collateral: new Map(
      source.collateral.map(({ asset, price, haircut }) => [
        asset,
        { asset, price: dec(price), haircut: dec(haircut), value: dec(price).times(ONE.minus(haircut)) },
      ]),
    ),
  };
}

/**
 * Liquidation rate: mm_liq(q, side) = max( min over the notice period of mm_j(q) , mm_t(q, min(X_side, V_eff)) ), the
 * second term only while a trigger is on or decaying.
 * @param notional q, USD: the owner's sum on that side
 * @returns fraction of notional, 12 digits, at most the call rate
 * @see docs/spec/margin.md (W78d)
 */
export function liquidationRate(
  { notice, trigger }: UnderlyingScheduleFigures,
  side: Side,
  notional: Decimal,
): Decimal {
  const [first, ...others] = notice.map((brackets) => bracketRate(brackets, notional));
  invariant(first, 'a schedule has at least one notice table');
  const noticed = minOf(first, ...others);
  const triggered = trigger[side];
  return triggered === null ? noticed : maxOf(noticed, bracketRate(triggered, notional));
}
