import type { Instant, MarginParameters, Underlying, UnderlyingSchedule } from '@ballast/facts';
import { dec, HOUR_MS, invariant, type Decimal } from '@ballast/kernel';
import { putInForce, type InForceFrom } from '../avsl/notice-window.js';
import type { PastMark } from '../avsl/price-trigger.js';
import { DEFAULT_PARAMETERS } from '../parameters/default-parameters.js';

/** An effective scalar and the parameters it was in force under. */
export interface EffectiveInForce extends InForceFrom {
  readonly parameters: string;
  readonly scalarEffective: Decimal;
}

export interface UnderlyingState {
  /** Marks of the last hour and the newest before it, oldest first. */
  readonly marks: PastMark[];
  /** Changes of the effective scalar, oldest first, as far back as a notice period may reach. */
  readonly inForce: EffectiveInForce[];
  /** What the last schedule said of this underlying. */
  last: UnderlyingSchedule | null;
  /** Index of the last schedule, USD; what the coin counted as collateral. */
  lastIndex: string | null;
}

export interface Proposal {
  readonly parameters: string;
  readonly proposer: string;
  approved: boolean;
}

/** Margin's global partition: the schedules and the parameters. */
export interface MarginGlobalState {
  /** Number of schedules so far. */
  schedules: number;
  /** Clearing time of the last schedule. */
  lastAsOf: Instant | null;
  /** Every parameter set that was ever proposed, and the one of the start. */
  readonly parameters: Map<string, MarginParameters>;
  readonly proposals: Map<string, Proposal>;
  /** In force from the next price set on. */
  parametersInForce: string;
  readonly underlyings: Map<Underlying, UnderlyingState>;
}

export const initialMarginGlobalState = (): MarginGlobalState => ({
  schedules: 0,
  lastAsOf: null,
  parameters: new Map([[DEFAULT_PARAMETERS.id, DEFAULT_PARAMETERS]]),
  proposals: new Map(),
  parametersInForce: DEFAULT_PARAMETERS.id,
  underlyings: new Map(),
});

export function underlyingState(state: MarginGlobalState, underlying: Underlying): UnderlyingState {
  let found = state.underlyings.get(underlying);
  if (found === undefined) {
    found = { marks: [], inForce: [], last: null, lastIndex: null };
    state.underlyings.set(underlying, found);
  }
  return found;
}

export function parametersOf(state: Pick<MarginGlobalState, 'parameters'>, id: string): MarginParameters {
  const parameters = state.parameters.get(id);
  invariant(parameters, `parameters ${id} were never proposed`);
  return parameters;
}

/** Keeps a mark; what is older than the newest one at or before an hour ago no return will be measured from. */
export function rememberMark({ marks }: UnderlyingState, at: Instant, mark: string): void {
  const newest = marks.at(-1);
  if (newest !== undefined && newest.at === at) marks.pop();
  invariant(newest === undefined || newest.at <= at, 'marks come in the order of time');
  marks.push({ at, mark: dec(mark) });
  let obsolete = 0;
  while (obsolete + 1 < marks.length && (marks[obsolete + 1] as PastMark).at <= at - HOUR_MS) obsolete += 1;
  if (obsolete > 0) marks.splice(0, obsolete);
}

/** Takes what a schedule says of one underlying. */
export function putScheduleInForce(
  state: UnderlyingState,
  from: Instant,
  parameters: string,
  schedule: UnderlyingSchedule,
): void {
  const newest = state.inForce.at(-1);
  const scalarEffective = dec(schedule.scalarEffective);
  if (newest === undefined || newest.parameters !== parameters || !newest.scalarEffective.eq(scalarEffective)) {
    putInForce(state.inForce, { from, parameters, scalarEffective });
  }
  state.last = schedule;
}
