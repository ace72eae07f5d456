import type { Asset, Instant, Underlying, UnderlyingSchedule } from '@ballast/facts';
import { dec, HOUR_MS, invariant, type Decimal } from '@ballast/kernel';
import { putInForce, type InForceFrom } from './notice-window.js';
import type { PastMark } from './price-trigger.js';
import { noRules, type HouseRules } from '@ballast/documents';
import { MARGIN_PARAMETERS, type ParameterFigures } from '../parameters/parameter-figures.js';

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
}

/** Margin's global partition: the schedules and the parameters. */
export interface MarginGlobalState {
  /** Number of schedules so far. */
  schedules: number;
  /** Clearing time of the last schedule. */
  lastAsOf: Instant | null;
  readonly rules: HouseRules;
  /** Those that contracts are margined on. */
  readonly underlyings: Map<Underlying, UnderlyingState>;
  /** Last index of every priced asset, USD. */
  readonly indexes: Map<Asset, string>;
  /** Rules of pricing, as far as it said them. */
  readonly pricingRules: HouseRules;
}

export const initialMarginGlobalState = (): MarginGlobalState => ({
  schedules: 0,
  lastAsOf: null,
  rules: noRules(),
  underlyings: new Map(),
  indexes: new Map(),
  pricingRules: noRules(),
});

export function underlyingState(state: MarginGlobalState, underlying: Underlying): UnderlyingState {
  let found = state.underlyings.get(underlying);
  if (found === undefined) {
    found = { marks: [], inForce: [], last: null };
    state.underlyings.set(underlying, found);
  }
  return found;
}

/** In force from the next price set on. */
export const parametersInForce = ({ rules }: Pick<MarginGlobalState, 'rules'>): ParameterFigures =>
  MARGIN_PARAMETERS.inForce(rules);

/** Parameters that a schedule cites. */
export const parametersOf = ({ rules }: { readonly rules: HouseRules }, id: string): ParameterFigures =>
  MARGIN_PARAMETERS.cited(rules, id);

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
