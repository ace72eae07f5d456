import type { HouseDocument } from '@ballast/event-sourcing';
import type { BySide, Instant, MarginEvents, MarginGlobalEvents, PricingEvents, Underlying } from '@ballast/facts';
import { HOUR_MS, ZERO, dec, invariant, maxOf, minOf, type Decimal } from '@ballast/kernel';
import { type BracketFigures, bracketRate, readBrackets } from '@ballast/risk-schedule';
import { inForceWithin, putInForce } from '../schedule/notice-window.js';
import { priceMove, referenceMark, type PastMark } from '../schedule/price-trigger.js';
import { decayFactor } from '../schedule/rate-limit.js';
import { figuresOfUnderlying, MARGIN_PARAMETERS, type ParameterFigures } from '../parameters/parameter-figures.js';
import { judgeEntry, type NoSurpriseViolation } from './no-surprise.js';

/** Walks the schedules once and judges every entry into LIQUIDATING on the one it was decided on. */
export interface NoSurpriseJudge {
  /** Marks of the hour before the start. */
  seed(seeded: PricingEvents['VolatilitySeeded']): void;
  /** Rules that are in force at the start or may come into force. */
  document(document: HouseDocument): void;
  /** The next schedule, in order. */
  schedule(schedule: MarginGlobalEvents['ScheduleInForce']): void;
  /** What is broken at an entry that was decided on the newest schedule. */
  violations(event: MarginEvents['LiquidationTriggered']): readonly NoSurpriseViolation[];
}

interface MaintenanceLevel {
  readonly from: Instant;
  readonly brackets: readonly BracketFigures[];
  readonly scalar: Decimal;
}

interface History {
  marks: PastMark[];
  readonly levels: MaintenanceLevel[];
  trigger: BySide<Decimal>;
  previousAsOf: Instant | null;
}

/** Recomputes the levels as the schedules go by. @see judgeEntry for the rules */
export function noSurpriseJudge(): NoSurpriseJudge {
  const known = new Map<string, ParameterFigures>();
  const histories = new Map<Underlying, History>();
  let newest: MarginGlobalEvents['ScheduleInForce'] | undefined;

  const historyOf = (underlying: Underlying): History => {
    const present = histories.get(underlying);
    if (present !== undefined) return present;
    const history: History = { marks: [], levels: [], trigger: { long: ZERO, short: ZERO }, previousAsOf: null };
    histories.set(underlying, history);
    return history;
  };
  const parametersOf = (id: string): ParameterFigures => {
    const figures = known.get(id);
    invariant(figures, `parameters ${id} were never proposed`);
    return figures;
  };

  const lowest = (underlying: Underlying, figureOf: (level: MaintenanceLevel) => Decimal): Decimal => {
    invariant(newest, 'an entry needs a schedule');
    const { noticeMs } = parametersOf(newest.parameters);
    const [first, ...others] = inForceWithin(historyOf(underlying).levels, newest.asOf, noticeMs).map(figureOf);
    invariant(first, 'at least one schedule is in force');
    return minOf(first, ...others);
  };

  return {
    seed({ underlying, lastHour }) {
      historyOf(underlying).marks = lastHour.map(({ at, mark }) => ({ at, mark: dec(mark) }));
    },
    document(document) {
      if (document.kind === MARGIN_PARAMETERS.kind) known.set(document.id, MARGIN_PARAMETERS.of(document));
    },
    schedule(schedule) {
      newest = schedule;
      for (const prices of schedule.underlyings) {
        const history = historyOf(prices.underlying);
        const figures = figuresOfUnderlying(parametersOf(schedule.parameters), prices.underlying);
        const mark = dec(prices.mark);
        history.marks.push({ at: schedule.asOf, mark });
        forgetOlderThanReference(history, schedule.asOf);
        putInForce(history.levels, {
          from: schedule.asOf,
          brackets: readBrackets(prices.maintenanceBrackets),
          scalar: dec(prices.scalarEffective),
        });
        // HALT: scalars and triggers keep their values.
        if (prices.status !== 'HALT') {
          const elapsed = history.previousAsOf === null ? 0 : schedule.asOf - history.previousAsOf;
          const decay = decayFactor(figures, elapsed);
          const reference = referenceMark(history.marks, schedule.asOf);
          const { triggered } = priceMove(mark, reference, schedule.asOf, figures.triggerK, figures.sBase);
          const effective = dec(prices.scalarEffective);
          const next = (side: 'long' | 'short'): Decimal =>
            maxOf(triggered[side] ? effective : ZERO, history.trigger[side].times(decay));
          history.trigger = { long: next('long'), short: next('short') };
        }
        history.previousAsOf = schedule.asOf;
      }
    },
    violations(event) {
      return judgeEntry(event, {
        lowestMaintenanceRate: ({ underlying, ownerNotional }) =>
          lowest(underlying, ({ brackets }) => bracketRate(brackets, dec(ownerNotional))),
        lowestScalar: (underlying) => lowest(underlying, ({ scalar }) => scalar),
        reproducedTrigger: (underlying, side) => historyOf(underlying).trigger[side],
      });
    },
  };
}

/** Keeps the newest mark at or before an hour ago and all later ones. */
function forgetOlderThanReference(history: History, now: Instant): void {
  let reference = 0;
  while (reference + 1 < history.marks.length && (history.marks[reference + 1] as PastMark).at <= now - HOUR_MS) {
    reference += 1;
  }
  if (reference > 0) history.marks.splice(0, reference);
}
