import type {
  Asset,
  Bracket,
  Instant,
  MarginGlobalEvents,
  RateTable as PublishedTable,
  Underlying,
  UnderlyingSchedule,
} from '@ballast/facts';
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

const read = new WeakMap<ScheduleInForce, ScheduleFigures>();

/** Reads a schedule into decimals. It never changes: all partitions of a process that are told the same one have it read once. */
export function scheduleFigures(
  source: ScheduleInForce,
  position: number,
  parameters: ParameterFigures,
): ScheduleFigures {
  const known = read.get(source);
  if (known?.position === position && known.parameters === parameters) return known;
  const made = readSchedule(source, position, parameters);
  read.set(source, made);
  return made;
}

function readSchedule(source: ScheduleInForce, position: number, parameters: ParameterFigures): ScheduleFigures {
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

/** The rates of an underlying. */
function ratesOf({ scalarEffective, maintenanceBrackets, notice, trigger }: UnderlyingSchedule): RiskSchedule {
  const maintenance = tableOf({ scalar: scalarEffective, brackets: maintenanceBrackets });
  const [first, ...others] = notice.map(tableOf) as [RateTable, ...RateTable[]];
  return {
    maintenance,
    notice: [first, ...others],
    trigger: { long: trigger.long && tableOf(trigger.long), short: trigger.short && tableOf(trigger.short) },
  };
}

const tables = new WeakMap<readonly Bracket[], RateTable>();

/** A published table never changes. In calm the same one stands in many places of many schedules: it is read once. */
function tableOf({ scalar, brackets }: PublishedTable): RateTable {
  const known = tables.get(brackets);
  if (known?.scalar.eq(scalar)) return known;
  const made: RateTable = { scalar: dec(scalar), brackets: readBrackets(brackets) };
  tables.set(brackets, made);
  return made;
}
