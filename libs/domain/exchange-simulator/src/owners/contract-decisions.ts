import type { TradeSide, Underlying } from '@ballast/facts';
import { stepsOf, type Contract } from '../market/contracts.js';
import { COIN_UNITS } from '../scaled-integer.js';
import { hashKey } from '../seeded-hash.js';
import { contractUnits } from '../simulator-state.js';
import type { OwnerAction, Situation } from './owner-decisions.js';
import { contractNotionalOf, equityOf, priceOf, type ContractSeen } from './owner-finances.js';
import type { AccountKind, AccountProfile, ContractKind } from './owner-profile.js';

const KEY = {
  strategy: hashKey('strategy of a writer'),
  distance: hashKey('distance of a strike'),
  expiry: hashKey('expiry of a trade'),
  habit: hashKey('kind of a contract trade'),
  size: hashKey('size of a contract trade'),
  which: hashKey('underlying of a contract trade'),
  inverse: hashKey('inverse or dated'),
} as const;

const CONTRACT_KINDS: ReadonlySet<AccountKind> = new Set<ContractKind>([
  'option-writer',
  'option-buyer',
  'futures-trader',
  'contract-dealer',
]);

/** Part of the equity that a buyer spends on premiums at a time, at most. */
const PREMIUM_SHARE = 0.1;

export const tradesContracts = ({ kind }: AccountProfile): boolean => CONTRACT_KINDS.has(kind);

const draw = ({ draws, profile, seen }: Situation, purpose: number): number =>
  draws.uniform(profile.key, seen.at, purpose);

/** A trait of the account: the same at every step. */
const trait = ({ draws, profile }: Situation, purpose: number): number => draws.uniform(profile.key, 0, purpose);

const lotUnits = ({ lotDigits }: Contract): number => COIN_UNITS / stepsOf(1, lotDigits);

const tradeOf = (contract: Contract, side: TradeSide, lots: number): OwnerAction[] =>
  lots < 1 ? [] : [{ kind: 'trade-contract', contract, side, lots }];

/** A trade of so many USD of the underlying, whole lots toward zero. */
function tradeNotional({ contract, notional }: ContractSeen, side: TradeSide, usd: number): OwnerAction[] {
  return tradeOf(contract, side, stepsOf(Math.max(0, usd) / notional, contract.lotDigits));
}

/** Closes a part of every living position in contracts, in whole lots, never more than all of it. */
export function reduceContracts({ view, seen }: Situation, part: number): OwnerAction[] {
  if (view.contracts.size === 0) return [];
  return seen.contracts.flatMap(({ contract, alive }) => {
    const units = contractUnits(view, contract.id);
    const whole = Math.floor(Math.abs(units) / lotUnits(contract));
    return alive ? tradeOf(contract, units > 0 ? 'sell' : 'buy', Math.min(whole, Math.ceil(whole * part))) : [];
  });
}

/** What an owner who trades contracts does: at the entry, and from then on by habit. */
export function contractActions(situation: Situation, enters: boolean): OwnerAction[] {
  const { profile, view } = situation;
  const kind = draw(situation, KEY.habit);
  const size = draw(situation, KEY.size);
  if (view.marginState !== 'HEALTHY') {
    return profile.callReaction !== 'ignore' && kind < 0.5 ? reduceContracts(situation, 0.2 + 0.5 * size) : [];
  }
  switch (profile.kind) {
    case 'option-writer':
      if (!enters && kind < 0.2) return reduceContracts(situation, 0.2 + 0.6 * size);
      return enters || kind < 0.7 ? writeOptions(situation, enters ? 1 : 0.3 + 0.5 * size) : [];
    case 'option-buyer':
      if (!enters && kind < 0.3) return reduceContracts(situation, 0.3 + 0.7 * size);
      return enters || kind < 0.6 ? buyOptions(situation, 0.3 + 0.7 * size) : [];
    case 'futures-trader':
      return enters || kind < 0.5 ? tradeFutures(situation, 0.8 + 0.2 * size) : [];
    default:
      return [];
  }
}

/** Options of one underlying and expiry that can be traded, by strike: mostly of the nearest expiry. */
function optionsOf(situation: Situation, underlying: Underlying): readonly ContractSeen[] {
  const options = situation.seen.contracts.filter(
    ({ contract, tradable }) => tradable && contract.kind === 'option' && contract.underlying === underlying,
  );
  const expiries = [...new Set(options.map(({ contract }) => contract.expiry))].sort((a, b) => a - b);
  const chosen = draw(situation, KEY.expiry) < 0.65 ? expiries[0] : expiries.at(-1);
  return options
    .filter(({ contract }) => contract.expiry === chosen)
    .sort((a, b) => a.contract.strike - b.contract.strike);
}

/** The underlying of a trade: by taste, if it has contracts. */
function underlyingOfTrade(situation: Situation): Underlying | undefined {
  const listed = [
    ...new Set(situation.seen.contracts.filter(({ tradable }) => tradable).map(({ contract }) => contract.underlying)),
  ];
  const wanted = mainOrOther(situation, draw(situation, KEY.which) < situation.profile.mainShare);
  return listed.includes(wanted) ? wanted : listed[0];
}

/** The first underlying of the run, or the one after it. */
function mainOrOther({ seen }: Situation, isMain: boolean): Underlying {
  const [main, other] = [...seen.price.keys()] as [Underlying, Underlying?];
  return isMain || other === undefined ? main : other;
}

/** The option of a type whose strike is nearest to a level. */
function nearest(options: readonly ContractSeen[], type: 'call' | 'put', level: number): ContractSeen | undefined {
  const distance = ({ contract }: ContractSeen): number => Math.abs(contract.strike - level);
  return options
    .filter(({ contract }) => contract.type === type)
    .reduce<ContractSeen | undefined>(
      (best, each) => (best && distance(best) <= distance(each) ? best : each),
      undefined,
    );
}

/**
 * Sells options up to the liked size: strangles, straddles, or puts (twice as many), by the temper of the account. The
 * size is that of the underlyings, against the equity; who has written enough writes no more.
 */
function writeOptions(situation: Situation, appetite: number): OwnerAction[] {
  const { profile, view, seen } = situation;
  const underlying = underlyingOfTrade(situation);
  if (underlying === undefined) return [];
  const options = optionsOf(situation, underlying);
  const room = equityOf(view, seen) * profile.leverage * appetite - 0.5 * contractNotionalOf(view, seen);
  const price = priceOf(seen, underlying);
  const strategy = trait(situation, KEY.strategy);
  const away = strategy < 0.3 ? 0 : 0.03 + 0.09 * draw(situation, KEY.distance);
  const put = nearest(options, 'put', price * (1 - away));
  const call = nearest(options, 'call', price * (1 + away));
  if (put === undefined || call === undefined) return [];
  if (strategy > 0.65) return tradeNotional(put, 'sell', 1.5 * room);
  return [...tradeNotional(put, 'sell', room), ...tradeNotional(call, 'sell', room)];
}

/** Buys puts, sometimes calls, for a part of the equity. */
function buyOptions(situation: Situation, appetite: number): OwnerAction[] {
  const { profile, view, seen } = situation;
  const underlying = underlyingOfTrade(situation);
  if (underlying === undefined) return [];
  const away = 0.02 + 0.1 * draw(situation, KEY.distance);
  const type = profile.direction > 0 === draw(situation, KEY.strategy) < 0.3 ? 'call' : 'put';
  const level = priceOf(seen, underlying) * (type === 'call' ? 1 + away : 1 - away);
  const option = nearest(optionsOf(situation, underlying), type, level);
  if (option === undefined) return [];
  const equity = Math.max(0, equityOf(view, seen));
  const contracts = Math.min(
    (PREMIUM_SHARE * equity * appetite) / Math.max(option.worth, 0.001 * option.notional),
    (equity * profile.leverage) / option.notional,
  );
  return tradeOf(option.contract, 'buy', stepsOf(contracts, option.contract.lotDigits));
}

/** Brings the position to its target: against the coins for who hedges, with leverage for who speculates. */
function tradeFutures(situation: Situation, appetite: number): OwnerAction[] {
  const { profile, view, seen } = situation;
  const underlying = mainOrOther(situation, profile.mainShare === 1);
  const listed = seen.contracts.filter(
    ({ contract, tradable }) => tradable && contract.kind !== 'option' && contract.underlying === underlying,
  );
  const perpetual = listed.find(({ contract }) => contract.inverse);
  const futures = listed.filter(({ contract }) => !contract.inverse);
  // Dated contracts by rising expiry; ids alone would put April before March.
  const dated = [...futures].sort((a, b) => a.contract.expiry - b.contract.expiry);
  const future = trait(situation, KEY.expiry) < 0.5 ? dated[0] : dated.at(-1);
  const chosen = perpetual !== undefined && trait(situation, KEY.inverse) < 0.5 ? perpetual : (future ?? perpetual);
  if (chosen === undefined) return [];
  const target = profile.direction * Math.max(0, equityOf(view, seen)) * profile.leverage * appetite;
  const held = (contractUnits(view, chosen.contract.id) / COIN_UNITS) * chosen.notional;
  const change = target - held;
  return tradeNotional(chosen, change > 0 ? 'buy' : 'sell', Math.abs(change));
}
