import { compareText } from '@ballast/kernel';
import { MARGIN_STATES, type AccountSurvey } from '@ballast/margin-domain';
import type { RiskColumns } from '@ballast/read-models';

/** All accounts of the house, a column per figure, in the order of ids. */
export interface HouseColumns extends RiskColumns {
  readonly underlyings: AccountSurvey['underlyings'];
  readonly accountIds: readonly string[];
  readonly partitions: Int32Array;
  readonly models: ReadonlyMap<string, string>;
  /** Index into MARGIN_STATES. */
  readonly states: Uint8Array;
  /** 1 with an open call. */
  readonly called: Uint8Array;
}

/** The survey of a partition, which is in the order of ids. */
export type PartitionSurvey = AccountSurvey & { readonly partition: number };

/** Puts the surveys of all partitions into one. */
export function houseColumns(surveys: readonly PartitionSurvey[]): HouseColumns {
  const size = surveys.reduce((sum, { accountIds }) => sum + accountIds.length, 0);
  const underlyings = [
    ...new Map(surveys.flatMap((each) => each.underlyings.map((known) => [known.underlying, known] as const))).values(),
  ];
  const products = underlyings.length;
  const house = {
    underlyings,
    accountIds: new Array<string>(size),
    partitions: new Int32Array(size),
    models: new Map(surveys.flatMap(({ models }) => [...models])),
    states: new Uint8Array(size),
    called: new Uint8Array(size),
    equity: new Float64Array(size),
    call: new Float64Array(size),
    liquidation: new Float64Array(size),
    notional: new Float64Array(size),
    products,
    values: new Float64Array(size * products),
    coins: new Float64Array(size * products),
  };
  // A partition that has not read the newest listing yet has fewer products than another.
  const places = surveys.map((each) =>
    each.underlyings.map(({ underlying }) => underlyings.findIndex((known) => known.underlying === underlying)),
  );
  const next = surveys.map(() => 0);
  for (let row = 0; row < size; row += 1) {
    const of = leastOf(surveys, next);
    const from = surveys[of] as PartitionSurvey;
    const at = next[of] as number;
    next[of] = at + 1;
    house.accountIds[row] = from.accountIds[at] as string;
    house.partitions[row] = from.partition;
    house.states[row] = from.states[at] as number;
    house.called[row] = from.called[at] as number;
    house.equity[row] = from.equity[at] as number;
    house.call[row] = from.call[at] as number;
    house.liquidation[row] = from.liquidation[at] as number;
    const known = places[of] as readonly number[];
    for (let each = 0; each < known.length; each += 1) {
      const value = from.values[at * known.length + each] as number;
      const place = row * products + (known[each] as number);
      house.values[place] = value;
      house.coins[place] = from.coins[at * known.length + each] as number;
      house.notional[row] = (house.notional[row] as number) + Math.abs(value);
    }
  }
  return house;
}

/** Which survey has the first of the ids that are left. */
function leastOf(surveys: readonly PartitionSurvey[], next: readonly number[]): number {
  let least = -1;
  let first = '';
  for (let each = 0; each < surveys.length; each += 1) {
    const id = surveys[each]?.accountIds[next[each] as number];
    if (id === undefined || (least >= 0 && compareText(id, first) > 0)) continue;
    least = each;
    first = id;
  }
  return least;
}

/** Accounts by state. */
export function statesOf({ states }: HouseColumns): Readonly<Record<(typeof MARGIN_STATES)[number], number>> {
  const counts = MARGIN_STATES.map(() => 0);
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return Object.fromEntries(MARGIN_STATES.map((state, each) => [state, counts[each] ?? 0])) as never;
}
