import type { Asset, Instant, MarginGlobalEvents, Underlying, UnderlyingSchedule } from '@ballast/facts';
import { dec, type Decimal } from '@ballast/kernel';
import { readBrackets, type RateTable, type RiskSchedule } from '@ballast/risk-schedule';
import type { ParameterFigures } from '../parameters/parameter-figures.js';

type ScheduleInForce = MarginGlobalEvents['ScheduleInForce'];

export interface UnderlyingScheduleFigures {
  readonly underlying: Underlying;
  readonly source: UnderlyingSchedule;
  readonly mark: Decimal;
  readonly rates: RiskSchedule;
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
  /** USD per unit, before any haircut. */
  readonly prices: ReadonlyMap<Asset, Decimal>;
}

/** Reads a schedule into decimals. */
export function scheduleFigures(
  source: ScheduleInForce,
  position: number,
  parameters: ParameterFigures,
): ScheduleFigures {
  return {
    position,
    asOf: source.asOf,
    halted: source.status === 'HALT',
    source,
    parameters,
    underlyings: new Map(
      source.underlyings.map((schedule) => {
        const { underlying, mark } = schedule;
        return [underlying, { underlying, source: schedule, mark: dec(mark), rates: ratesOf(schedule) }];
      }),
    ),
    prices: new Map(source.collateral.map(({ asset, price }) => [asset, dec(price)])),
  };
}

/** The rates of an underlying. In calm maintenance and notice publish the same table: it is read once. */
function ratesOf({ scalarEffective, maintenanceBrackets, notice, trigger }: UnderlyingSchedule): RiskSchedule {
  const maintenance: RateTable = { scalar: dec(scalarEffective), brackets: readBrackets(maintenanceBrackets) };
  const read = ({
    scalar,
    brackets,
  }: UnderlyingSchedule['notice'][number] | NonNullable<typeof trigger.long>): RateTable =>
    brackets === maintenanceBrackets ? maintenance : { scalar: dec(scalar), brackets: readBrackets(brackets) };
  const [first, ...others] = notice.map(read) as [RateTable, ...RateTable[]];
  return {
    maintenance,
    notice: [first, ...others],
    trigger: { long: trigger.long && read(trigger.long), short: trigger.short && read(trigger.short) },
  };
}
