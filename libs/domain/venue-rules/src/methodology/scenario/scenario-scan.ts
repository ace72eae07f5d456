import { type Decimal, log, maxOf, minOf, ONE, sum, text, ZERO } from '@ballast/kernel';
import {
  type ExpiryHoldings,
  type OptionHolding,
  type ScenarioResult,
  SECONDS_PER_DAY,
  SECONDS_PER_YEAR,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { type HoldingProfit, type MarketShock, type Revaluation, revaluationOfHoldings } from './revaluation.js';
import type { ScenarioParameters } from './scenario-parameters.js';
import { skewMultiplier } from './skew-shock.js';
import { shockedVolatility, termScale, type VolatilityDirection } from './volatility-shock.js';

/** One scenario of the configured scan. */
export interface ScanScenario {
  readonly id: string;
  readonly shock: MarketShock;
  readonly weight: Decimal;
  /** Most that the loss is relieved by, settlement currency. */
  readonly relief: Decimal;
  /** The move may come with either sign; every expiry takes the one that loses. */
  readonly eitherSign: boolean;
}

/** An asset that goes through the scenarios of an underlying. */
export interface FollowingAsset {
  readonly asset: string;
  /** Settlement currency. */
  readonly value: Decimal;
}

export interface UnderlyingScan {
  readonly underlying: string;
  readonly scenarios: readonly ScenarioResult[];
  /** Zero or a loss. */
  readonly basis: ScenarioResult;
  /** The worst of the scenarios, nothing worse than zero when all gain. */
  readonly worst: ScenarioResult;
}

const TILT_SPAN = log(12);

function gridVolatility(direction: VolatilityDirection, { volShock }: ScenarioParameters) {
  return ({ volatility }: OptionHolding, { secondsToExpiry }: ExpiryHoldings): number =>
    shockedVolatility(volatility.toNumber(), direction, termScale(secondsToExpiry, volShock), volShock);
}

/** Tilt of the term structure: +1 at 2.5 days and less, 0 at 30 days, -1 at 360 days and more, straight in the logarithm. */
export function termTilt(secondsToExpiry: number): number {
  const days = secondsToExpiry / SECONDS_PER_DAY;
  return days <= 2.5 ? 1 : Math.max(-1, Math.min(1, log(30 / days) / TILT_SPAN));
}

/** All scenarios of the document, in their order: grid, tails, skew, term. */
export function scenariosOf(parameters: ScenarioParameters): readonly ScanScenario[] {
  const { priceMoves, volatilities, tails, tailDampener, skewShock, termShock } = parameters;
  const widest = maxOf(ZERO, ...priceMoves.map((move) => move.abs()));
  const moved = (move: Decimal, volatility: VolatilityDirection, weight: Decimal): ScanScenario => {
    const beyond = widest.isZero() ? ZERO : maxOf(move.abs().div(widest).minus(ONE), ZERO);
    return {
      id: `${move.gt(0) ? '+' : ''}${text(move)}:${volatility}`,
      shock: { price: ONE.plus(move), volatilityOf: gridVolatility(volatility, parameters) },
      weight,
      relief: beyond.times(tailDampener),
      eitherSign: false,
    };
  };
  const shaped = (id: string, eitherSign: boolean, volatilityOf: MarketShock['volatilityOf']): ScanScenario => ({
    id,
    shock: { price: ONE, volatilityOf },
    weight: ONE,
    relief: ZERO,
    eitherSign,
  });
  const grid = priceMoves.flatMap((move) => volatilities.map((volatility) => moved(move, volatility, ONE)));
  const tail = tails.map(({ priceMove, volatility, weight }) => moved(priceMove, volatility, weight));
  const skew = (['linear', 'abs'] as const).flatMap((move) =>
    skewShock === undefined
      ? []
      : shaped(`skew-${move}`, true, ({ volatility, strike }, { forward, years }) => {
          const moneyness = log(strike.div(forward).toNumber());
          return volatility.toNumber() * skewMultiplier(move, moneyness, years, skewShock);
        }),
  );
  const tilt = termShock.toNumber();
  const term =
    tilt === 0
      ? []
      : [tilt, -tilt].map((size) =>
          shaped(size > 0 ? 'term-short-up' : 'term-short-down', false, ({ volatility }, { secondsToExpiry }) =>
            Math.max(0, volatility.toNumber() * (1 + size * termTilt(secondsToExpiry))),
          ),
        );
  return [...grid, ...tail, ...skew, ...term];
}

/** Profits by expiry, perpetuals first, in the order of expiries. */
function byExpiry(profits: readonly HoldingProfit[]): readonly (readonly HoldingProfit[])[] {
  const groups = new Map<number, HoldingProfit[]>();
  for (const profit of profits) {
    const key = profit.expiry ?? -1;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [profit]);
    else group.push(profit);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function resultOf(
  id: string,
  scenario: ScanScenario,
  profits: readonly HoldingProfit[],
  expiryOffset: Decimal,
): ScenarioResult {
  const byPosition: { instrument: string; pnl: Decimal }[] = [];
  let pnl = ZERO;
  for (const group of byExpiry(profits)) {
    const total = sum(group.map((profit) => profit.pnl));
    // Whatever the group gains counts in part, or as a loss when the move may come the other way round.
    const counted = total.lte(0) ? ONE : scenario.eitherSign ? ONE.neg() : expiryOffset;
    const factor = scenario.weight.times(counted);
    for (const profit of group) byPosition.push({ instrument: profit.instrument, pnl: profit.pnl.times(factor) });
    pnl = pnl.plus(total.times(factor));
  }
  const relief = pnl.lt(0) ? minOf(scenario.relief, pnl.neg()) : ZERO;
  if (!relief.isZero()) byPosition.push({ instrument: 'dampener', pnl: relief });
  return { id, pnl: pnl.plus(relief), byPosition };
}

/** Profit or loss of the holdings of one underlying, and of assets that follow it, in each of some scenarios. */
export function scanScenarios(
  scenarios: readonly ScanScenario[],
  revaluation: Revaluation,
  followers: readonly FollowingAsset[] = [],
  expiryOffset: Decimal = ONE,
): readonly ScenarioResult[] {
  return scenarios.map((scenario) => {
    const move = scenario.shock.price.minus(ONE);
    const profits = [
      ...revaluation.profitsUnder(scenario.shock),
      ...followers.map(({ asset, value }) => ({ instrument: asset, pnl: value.times(move) })),
    ];
    return resultOf(`${revaluation.holdings.underlying}:${scenario.id}`, scenario, profits, expiryOffset);
  });
}

/** The scenario that loses most; nothing when all gain. */
export function worstOf(underlying: string, scenarios: readonly ScenarioResult[]): ScenarioResult {
  const nothing: ScenarioResult = { id: `${underlying}:none`, pnl: ZERO, byPosition: [] };
  return scenarios.reduce((least, next) => (next.pnl.lt(least.pnl) ? next : least), nothing);
}

/** Scans one underlying. @param asOf moment of the price set, for the terms of dated futures */
export function scanUnderlying(
  holdings: UnderlyingHoldings,
  followers: readonly FollowingAsset[],
  asOf: number,
  parameters: ScenarioParameters,
): UnderlyingScan {
  const revaluation = revaluationOfHoldings(holdings);
  const { underlying } = holdings;
  const scenarios = scanScenarios(scenariosOf(parameters), revaluation, followers, parameters.expiryOffset);
  const profitsAt = (price: Decimal): readonly HoldingProfit[] =>
    revaluation.profitsUnder({ price, volatilityOf: unshocked });
  const basis = basisOf(underlying, profitsAt, asOf, parameters);
  return { underlying, scenarios, basis, worst: worstOf(underlying, scenarios) };
}

const unshocked = ({ volatility }: OptionHolding): number => volatility.toNumber();

/** Sum over expiries of min(profit at `up`, profit at `down`, 0) * (addFactor + multFactor * years); perpetuals have no basis. */
function basisOf(
  underlying: string,
  profitsAt: (price: Decimal) => readonly HoldingProfit[],
  asOf: number,
  { basis }: ScenarioParameters,
): ScenarioResult {
  const id = `${underlying}:basis`;
  if (basis === undefined) return { id, pnl: ZERO, byPosition: [] };
  const dated = (profits: readonly HoldingProfit[]) => byExpiry(profits.filter(({ expiry }) => expiry !== undefined));
  const totalOf = (group: readonly HoldingProfit[]): Decimal => sum(group.map(({ pnl }) => pnl));
  const ups = dated(profitsAt(basis.up));
  const downs = dated(profitsAt(basis.down));
  const byPosition = ups.flatMap((up, index) => {
    const down = downs[index] ?? [];
    const worse = totalOf(down).lt(totalOf(up)) ? down : up;
    if (totalOf(worse).gte(0)) return [];
    const years = ONE.times((up[0]?.expiry ?? asOf) - asOf).div(SECONDS_PER_YEAR * 1_000);
    const factor = basis.addFactor.plus(basis.multFactor.times(years));
    return worse.map(({ instrument, pnl }) => ({ instrument, pnl: pnl.times(factor) }));
  });
  return { id, pnl: sum(byPosition.map(({ pnl }) => pnl)), byPosition };
}
