import type { Asset, TradeSide, Underlying } from '@ballast/facts';
import { HOUR_MS, type Instant } from '@ballast/kernel';
import type { Contract } from '../market/contracts.js';
import { characterOf } from '../market/character.js';
import { COIN_DIGITS, COIN_UNITS } from '../scaled-integer.js';
import { hashKey, type SeededHash } from '../seeded-hash.js';
import { unitsIn, type OwnerView } from '../simulator-state.js';
import { contractActions, reduceContracts, tradesContracts } from './contract-decisions.js';
import {
  affordableNotional,
  equityOf,
  expectedInitialRate,
  grossNotionalOf,
  highestVolatility,
  notionalOf,
  priceOf,
  type MarketView,
} from './owner-finances.js';
import { actsAt, type AccountProfile } from './owner-profile.js';

/** What an owner does at a step. */
export type OwnerAction =
  | { readonly kind: 'trade'; readonly underlying: Underlying; readonly side: TradeSide; readonly lots: number }
  | { readonly kind: 'trade-contract'; readonly contract: Contract; readonly side: TradeSide; readonly lots: number }
  | {
      readonly kind: 'deposit';
      readonly reason: 'call' | 'warning' | 'return';
      readonly asset: Asset;
      readonly cents: number;
    }
  | { readonly kind: 'withdraw'; readonly cents: number };

/** What an owner looks at before acting. */
export interface Situation {
  readonly profile: AccountProfile;
  readonly view: OwnerView;
  readonly seen: MarketView;
  readonly draws: SeededHash;
  /** Start of the run. */
  readonly from: Instant;
  readonly stepMs: number;
}

const KEY = {
  topUp: hashKey('size of a top-up'),
  reduction: hashKey('size of a reduction'),
  habit: hashKey('kind of a trade'),
  size: hashKey('size of a trade'),
  which: hashKey('instrument of a trade'),
  withdrawal: hashKey('size of a withdrawal'),
  comeback: hashKey('comeback'),
} as const;

/** Trades below this are not worth the trouble, USD. */
const SMALLEST_TRADE = 50;
/** Owners wait this long before they first take money out. */
const FIRST_WITHDRAWAL_AFTER_MS = HOUR_MS;
/** Beyond this daily volatility owners want less, in proportion. */
const FRIGHTENING_VOLATILITY = 0.12;
/** Owners put at most this many times their first collateral in. */
const DEEPEST_POCKET = 2.5;

const unitsPerLot = (underlying: Underlying): number => {
  let units = 1;
  for (let digit = characterOf(underlying).linear.lotDigits; digit < COIN_DIGITS; digit++) units *= 10;
  return units;
};

/** Whole lots of a notional, rounded toward zero. */
const lotsOf = (underlying: Underlying, notional: number, seen: MarketView): number =>
  Math.floor(((notional / priceOf(seen, underlying)) * COIN_UNITS) / unitsPerLot(underlying));

/** True at the one step at or after a moment. */
const falls = (moment: Instant, { seen, stepMs }: Situation): boolean => moment <= seen.at && moment > seen.at - stepMs;

const draw = ({ draws, profile, seen }: Situation, purpose: number): number =>
  draws.uniform(profile.key, seen.at, purpose);

/**
 * Brings a position to a target, both signed USD; the trade is at least one lot and worth the trouble. Nobody opens what the
 * equity does not carry together with everything else that is held.
 */
function tradeTo(situation: Situation, underlying: Underlying, wanted: number): OwnerAction[] {
  const { view, seen } = situation;
  const held = notionalOf(view, underlying, seen);
  const others = grossNotionalOf(view, seen) - Math.abs(held);
  const carried = affordableNotional(equityOf(view, seen), others + Math.abs(wanted), highestVolatility(seen));
  const most = Math.max(0, carried - others);
  const target = Math.sign(wanted) * Math.min(Math.abs(wanted), most);
  const change = target - held;
  const lots = lotsOf(underlying, Math.abs(change), situation.seen);
  if (lots < 1 || Math.abs(change) < SMALLEST_TRADE) return [];
  return [{ kind: 'trade', underlying, side: change > 0 ? 'buy' : 'sell', lots }];
}

/** Closes a part of a position, in whole lots, never more than all of it. */
function reduceBy(situation: Situation, underlying: Underlying, part: number): OwnerAction[] {
  const units = unitsIn(situation.view.positions, underlying);
  const whole = Math.floor(Math.abs(units) / unitsPerLot(underlying));
  const lots = Math.min(whole, Math.ceil(whole * part));
  return lots < 1 ? [] : [{ kind: 'trade', underlying, side: units > 0 ? 'sell' : 'buy', lots }];
}

/** Answer to a warning or a margin call, once, some minutes after it: money, a smaller position, or nothing. */
function answer(situation: Situation, reason: 'call' | 'warning', missingCents: number): OwnerAction[] {
  const { profile, view } = situation;
  switch (profile.callReaction) {
    case 'top-up': {
      const wanted = Math.ceil(missingCents * (1.2 + 1.5 * draw(situation, KEY.topUp)));
      const left = Math.floor(DEEPEST_POCKET * profile.wealth * 100) - view.netDepositCents;
      const cents = Math.min(wanted, left);
      return cents > 0 ? [{ kind: 'deposit', reason, asset: 'USD', cents }] : [];
    }
    case 'reduce': {
      const part = 0.3 + 0.4 * draw(situation, KEY.reduction);
      return [
        ...[...situation.seen.price.keys()].flatMap((underlying) => reduceBy(situation, underlying, part)),
        ...reduceContracts(situation, part),
      ];
    }
    case 'ignore':
      return [];
  }
}

/** Signed notional that the owner wants in an instrument, as far as the equity carries it, USD. */
function targetOf(situation: Situation, underlying: Underlying, appetite: number): number {
  const { profile, view, seen } = situation;
  const equity = Math.max(0, equityOf(view, seen));
  const volatility = highestVolatility(seen);
  const wanted = equity * profile.leverage * appetite * Math.min(1, FRIGHTENING_VOLATILITY / volatility);
  const affordable = affordableNotional(equity, wanted, volatility);
  const share = shareOf(profile, underlying, [...seen.price.keys()]);
  return profile.direction * share * Math.min(wanted, affordable);
}

/** Part of the notional that goes into an underlying: the first has the main share, the others the rest, evenly. */
function shareOf({ mainShare }: AccountProfile, underlying: Underlying, all: readonly Underlying[]): number {
  if (all.length === 1) return 1;
  return underlying === all[0] ? mainShare : (1 - mainShare) / (all.length - 1);
}

function instrumentsOf({ profile, seen }: Situation): readonly Underlying[] {
  const all = [...seen.price.keys()];
  return all.filter((underlying) => shareOf(profile, underlying, all) > 0);
}

/** The instrument of a habitual trade: by taste, sometimes the other one. */
function habitualInstrument(situation: Situation): Underlying {
  const open = instrumentsOf(situation);
  return open[Math.floor(draw(situation, KEY.which) * open.length)]!;
}

/** A look at the account without need: mostly back to the liked size, sometimes profit-taking or the other side. */
function habitualTrade(situation: Situation): OwnerAction[] {
  const { profile, view } = situation;
  const underlying = habitualInstrument(situation);
  const kind = draw(situation, KEY.habit);
  const size = draw(situation, KEY.size);
  // Below the initial requirement the exchange takes no order that opens risk.
  if (view.marginState !== 'HEALTHY') {
    return profile.callReaction !== 'ignore' && kind < 0.5 ? reduceBy(situation, underlying, 0.2 + 0.5 * size) : [];
  }
  if (kind < 0.25) return reduceBy(situation, underlying, 0.3 + 0.7 * size);
  if (kind < 0.33 && profile.kind === 'trader') {
    return tradeTo(situation, underlying, -targetOf(situation, underlying, 0.3 + 0.4 * size));
  }
  return tradeTo(situation, underlying, targetOf(situation, underlying, 0.6 + 0.5 * size));
}

/** After losing nearly everything: stay away, or come back with a third of the first collateral. */
function comeBack(situation: Situation): OwnerAction[] {
  const { profile, view } = situation;
  const hasRoom = view.netDepositCents < DEEPEST_POCKET * profile.wealth * 100;
  if (!profile.comesBack || !hasRoom || draw(situation, KEY.comeback) > 0.15) return [];
  return [{ kind: 'deposit', reason: 'return', asset: 'USD', cents: Math.floor(profile.wealth / 3) * 100 }];
}

/**
 * Money out. The modest take a part of what they believe to be free; the greedy ask for most of the USD they ever
 * brought in, whatever their positions need, and are often refused.
 */
function withdraw(situation: Situation): OwnerAction[] {
  const { profile, view, seen } = situation;
  const size = draw(situation, KEY.withdrawal);
  const equity = equityOf(view, seen);
  const gross = grossNotionalOf(view, seen);
  const volatility = highestVolatility(seen);
  const free = equity - 1.5 * gross * expectedInitialRate(gross, volatility);
  const cash = Math.min(
    view.netDepositCents / 100,
    0.98 * (view.netDepositCents / 100 + Math.min(0, realisedGuess(situation))),
  );
  const wanted =
    profile.withdrawalHabit === 'modest' ? Math.min(cash, free) * (0.1 + 0.3 * size) : cash * (0.8 + 0.19 * size);
  const cents = Math.floor(wanted * 100);
  return cents >= 100 * 20 ? [{ kind: 'withdraw', cents }] : [];
}

/** Loss or gain already taken, as far as an owner who is flat can tell; with positions open it is taken as none. */
function realisedGuess({ view, seen }: Situation): number {
  return grossNotionalOf(view, seen) > 0 ? 0 : (view.cashCents - view.netDepositCents) / 100;
}

/** What the owner of an account does at this step. A liquidity provider only answers calls. */
export function ownerActions(situation: Situation): readonly OwnerAction[] {
  const { profile, view, seen, from, stepMs } = situation;
  if (view.closingOut || view.marginState === 'LIQUIDATING') return [];
  if (view.call !== null && falls(view.call.issuedAt + profile.reactsAfterMs, situation)) {
    return answer(situation, 'call', view.call.deficitCents);
  }
  if (view.warning !== null && profile.actsOnWarning && falls(view.warning.at + profile.reactsAfterMs, situation)) {
    return answer(situation, 'warning', view.warning.shortCents);
  }
  if (profile.kind === 'liquidity-provider' || profile.kind === 'contract-dealer') return [];
  const entry = from + profile.entersAfterMs;
  if (tradesContracts(profile)) {
    const enters = falls(entry, situation);
    const acts = enters || (seen.at > entry && actsAt(seen.at, stepMs, profile.everyMs, profile.phaseMs));
    return acts ? contractActions(situation, enters) : [];
  }
  if (falls(entry, situation)) {
    return instrumentsOf(situation).flatMap((underlying) =>
      tradeTo(situation, underlying, targetOf(situation, underlying, 1)),
    );
  }
  if (seen.at <= entry) return [];
  const actions: OwnerAction[] = [];
  if (
    profile.withdrawalHabit !== 'never' &&
    seen.at >= from + FIRST_WITHDRAWAL_AFTER_MS &&
    actsAt(seen.at, stepMs, profile.withdrawsEveryMs, profile.phaseMs)
  ) {
    actions.push(...withdraw(situation));
  }
  if (actsAt(seen.at, stepMs, profile.everyMs, profile.phaseMs)) {
    const ruined = equityOf(view, seen) < Math.max(100, 0.03 * profile.wealth);
    actions.push(...(ruined ? comeBack(situation) : habitualTrade(situation)));
  }
  return actions;
}
