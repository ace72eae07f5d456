import { HOUR_MS, log, MINUTE_MS, partitionOfOwner, type AccountId, type Instant, type OwnerId } from '@ballast/kernel';
import { hashKey, type HashKey, type SeededHash } from '../seeded-hash.js';
import { DEFAULT_REACTIONS, REACTIONS, type Reactions } from './reactions.js';

export type AccountKind = 'trader' | 'concentrated' | 'liquidity-provider' | ContractKind;
/** Accounts that trade contracts beside the linear perpetuals; there are none unless such contracts are listed. */
export type ContractKind = 'option-writer' | 'option-buyer' | 'futures-trader' | 'contract-dealer';
export interface CoinShare {
  readonly main: number;
  readonly other: number;
}
export type CallReaction = 'top-up' | 'reduce' | 'ignore';
export type WithdrawalHabit = 'never' | 'modest' | 'greedy';

/** Who stands behind an account and how they act. Fixed by the seed; never changes during a run. */
export interface AccountProfile {
  readonly accountId: AccountId;
  readonly ownerId: OwnerId;
  readonly partition: number;
  /** Subject of every draw for this account. */
  readonly key: HashKey;
  readonly kind: AccountKind;
  /** First collateral, whole USD. */
  readonly wealth: number;
  /** Parts of the first collateral brought in as the first underlying of the run and as the second. */
  readonly coinShare: CoinShare;
  /** Part of the rest that is a coin of about a dollar where the run has such, and a draw for which; what is left is USD. */
  readonly stableShare: number;
  readonly stableChoice: number;
  /** Notional over equity that the owner likes. */
  readonly leverage: number;
  readonly direction: 1 | -1;
  /** Part of the notional in the first perpetual of the run; the rest is in the others. */
  readonly mainShare: number;
  /** When the first position is opened, after the start of the run. */
  readonly entersAfterMs: number;
  /** The owner looks at the account once in this time, at this phase. */
  readonly everyMs: number;
  readonly phaseMs: number;
  readonly callReaction: CallReaction;
  /** Answers a warning too, not only a call. */
  readonly actsOnWarning: boolean;
  readonly reactsAfterMs: number;
  readonly withdrawalHabit: WithdrawalHabit;
  readonly withdrawsEveryMs: number;
  /** Comes back with new money on a day after losing nearly everything. */
  readonly comesBack: boolean;
}

const PURPOSE = Object.fromEntries(
  [
    'wealth',
    'collateral mix',
    'coin share',
    'stable owner',
    'stable share',
    'stable choice',
    'leverage',
    'direction',
    'instruments',
    'entry',
    'interval',
    'phase',
    'call reaction',
    'reaction delay',
    'acts on warning',
    'withdrawal habit',
    'withdrawal interval',
    'comes back',
    'notional',
  ].map((name) => [name, hashKey(name)]),
);

/** Dealers take the other side of every trade in contracts. */
const DEALERS = 2;

/** How many accounts of each kind a run of `accounts` accounts has, if so many are to write options. */
function populationOf(accounts: number, writers = 0): Readonly<Record<AccountKind, number>> {
  const providers = Math.max(2, Math.min(8, Math.round(accounts / 125)));
  const concentrated = Math.max(1, Math.round(accounts / 150));
  const others = Math.max(0, accounts - providers - concentrated);
  const dealers = writers === 0 ? 0 : Math.min(DEALERS, others);
  const writing = Math.min(writers, Math.floor((others - dealers) / 2));
  const buying = Math.ceil(writing / 2);
  const futures = Math.min(Math.ceil(writing / 4), others - dealers - writing - buying);
  return {
    'liquidity-provider': providers,
    concentrated,
    'contract-dealer': dealers,
    'option-writer': writing,
    'option-buyer': buying,
    'futures-trader': futures,
    trader: others - dealers - writing - buying - futures,
  };
}

/** Every twentieth trader account is a second account of the owner before it. */
const SECOND_ACCOUNT_EVERY = 20;

type Draw = (purpose: string) => number;

const number4 = (value: number): string => String(value).padStart(4, '0');

function identity(kind: AccountKind, index: number): { ownerId: OwnerId; name: string } {
  switch (kind) {
    case 'liquidity-provider':
      return { ownerId: `provider-${index + 1}`, name: 'book' };
    case 'concentrated':
      return { ownerId: `fund-${index + 1}`, name: 'main' };
    case 'contract-dealer':
      return { ownerId: `dealer-${index + 1}`, name: 'book' };
    case 'option-writer':
      return { ownerId: `writer-${number4(index + 1)}`, name: 'main' };
    case 'option-buyer':
      return { ownerId: `buyer-${number4(index + 1)}`, name: 'main' };
    case 'futures-trader':
      return { ownerId: `hedger-${number4(index + 1)}`, name: 'main' };
    case 'trader':
      return index % SECOND_ACCOUNT_EVERY === SECOND_ACCOUNT_EVERY - 1
        ? { ownerId: `owner-${number4(index)}`, name: 'second' }
        : { ownerId: `owner-${number4(index + 1)}`, name: 'main' };
  }
}

/** Pareto with exponent 1, as Zipf found it of cities and firms: median 80,000 USD, one in ten above 400,000, cut at 4,000,000. */
function traderWealth(draw: Draw): number {
  return Math.floor(40_000 / Math.max(0.01, draw('wealth')));
}

function coinShareOf(draw: Draw): CoinShare {
  const mix = draw('collateral mix');
  const share = 0.2 + 0.6 * draw('coin share');
  if (mix < 0.78) return { main: 0, other: 0 };
  if (mix < 0.9) return { main: share, other: 0 };
  if (mix < 0.96) return { main: 0, other: share };
  return { main: share / 2, other: share / 2 };
}

/** One in six holds a coin of about a dollar. */
const STABLE_OWNERS = 1 / 6;

function stableShareOf(draw: Draw): number {
  return draw('stable owner') < STABLE_OWNERS ? 0.2 + 0.6 * draw('stable share') : 0;
}

function mainShareOf(draw: Draw): number {
  const taste = draw('instruments');
  if (taste < 0.4) return 1;
  if (taste < 0.65) return 0;
  return 0.2 + 1.6 * (taste - 0.65);
}

function callReactionOf(draw: Draw, { topUp, reduce }: Reactions): CallReaction {
  const reaction = draw('call reaction');
  return reaction < topUp ? 'top-up' : reaction < topUp + reduce ? 'reduce' : 'ignore';
}

/** Nobody waits longer with an answer, minutes. */
const LONGEST_DELAY = 180;

/** Whole minutes, by the inverse of the exponential distribution function. */
function delayOf(draw: Draw, meanMinutes: number): number {
  const delay = -meanMinutes * log(1 - draw('reaction delay'));
  return minutes(Math.min(LONGEST_DELAY, 1 + delay));
}

function withdrawalHabitOf(draw: Draw): WithdrawalHabit {
  const habit = draw('withdrawal habit');
  return habit < 0.14 ? 'modest' : habit < 0.2 ? 'greedy' : 'never';
}

const minutes = (count: number): number => Math.floor(count) * MINUTE_MS;

function trader(
  draw: Draw,
  reactions: Reactions,
): Omit<AccountProfile, 'accountId' | 'ownerId' | 'partition' | 'key' | 'kind'> {
  const u = draw('leverage');
  const wealth = traderWealth(draw);
  // Who has more dares less: from 200,000 USD on the leverage falls with the square root.
  const restraint = Math.min(1, Math.sqrt(200_000 / wealth));
  const everyMs = minutes(120 + 240 * draw('interval'));
  return {
    wealth,
    coinShare: coinShareOf(draw),
    stableShare: stableShareOf(draw),
    stableChoice: draw('stable choice'),
    leverage: 1.2 + 13 * u * u * u * restraint,
    direction: draw('direction') < 0.72 ? 1 : -1,
    mainShare: mainShareOf(draw),
    entersAfterMs: minutes(1 + 45 * draw('entry')),
    everyMs,
    phaseMs: minutes((everyMs / MINUTE_MS) * draw('phase')),
    callReaction: callReactionOf(draw, reactions),
    actsOnWarning: draw('acts on warning') < reactions.atWarning,
    reactsAfterMs: delayOf(draw, reactions.meanDelayMinutes),
    withdrawalHabit: withdrawalHabitOf(draw),
    withdrawsEveryMs: minutes(180 + 720 * draw('withdrawal interval')),
    comesBack: draw('comes back') < 0.3,
  };
}

/** A large position: 20 to 80 million USD with 1,000 accounts, scaled down to a quarter with fewer. */
function concentrated(draw: Draw, reactions: Reactions, accounts: number): ReturnType<typeof trader> {
  const u = draw('notional');
  const leverage = 2.4 + 3.2 * draw('leverage');
  const notional = (20e6 + 60e6 * u * u) * Math.max(0.25, Math.min(1, accounts / 1_000));
  return {
    ...trader(draw, reactions),
    wealth: Math.floor(notional / leverage),
    leverage,
    direction: draw('direction') < 0.8 ? 1 : -1,
    mainShare: 0.6 + 0.4 * draw('instruments'),
    everyMs: 6 * HOUR_MS,
    phaseMs: minutes(360 * draw('phase')),
    withdrawalHabit: 'never',
    comesBack: false,
  };
}

/** Well-capitalised and passive: takes the other side of what comes, never acts by itself. */
function liquidityProvider(draw: Draw, reactions: Reactions, accounts: number): ReturnType<typeof trader> {
  return {
    ...trader(draw, reactions),
    wealth: Math.floor(Math.max(40e6, 0.15e6 * accounts)),
    coinShare: { main: 0, other: 0 },
    stableShare: 0,
    callReaction: 'top-up',
    actsOnWarning: false,
    reactsAfterMs: MINUTE_MS,
    withdrawalHabit: 'never',
    comesBack: false,
  };
}

/** What those who trade contracts have in common: they come early and look often. */
function contractTrader(draw: Draw, reactions: Reactions): ReturnType<typeof trader> {
  const everyMs = minutes(15 + 60 * draw('interval'));
  return {
    ...trader(draw, reactions),
    coinShare: { main: 0, other: 0 },
    entersAfterMs: minutes(1 + 15 * draw('entry')),
    everyMs,
    phaseMs: minutes((everyMs / MINUTE_MS) * draw('phase')),
    withdrawalHabit: 'never',
  };
}

/** Writes options on half of the equity to four times it, per side; median 80,000 USD, cut at 3,000,000. */
function optionWriter(draw: Draw, reactions: Reactions): ReturnType<typeof trader> {
  const u = Math.max(0.08, draw('wealth'));
  const temper = draw('leverage');
  return {
    ...contractTrader(draw, reactions),
    wealth: Math.floor(Math.min(3_000_000, 20_000 / (u * u))),
    leverage: 0.5 + 3.5 * temper * temper,
  };
}

/** Never owes more than the premiums; the leverage is that of the options' underlyings. */
function optionBuyer(draw: Draw, reactions: Reactions): ReturnType<typeof trader> {
  return {
    ...contractTrader(draw, reactions),
    wealth: Math.floor(Math.min(1_000_000, 10_000 / Math.max(0.0001, draw('wealth')))),
    leverage: 1 + 3 * draw('leverage'),
  };
}

/** Half hedge coins that they own by a short position of their value, half speculate on a rise. */
function futuresTrader(draw: Draw, reactions: Reactions): ReturnType<typeof trader> {
  const hedges = draw('direction') < 0.5;
  const mainShare = draw('instruments') < 0.6 ? 1 : 0;
  const u = Math.max(0.1, draw('wealth'));
  return {
    ...contractTrader(draw, reactions),
    wealth: Math.floor(20_000 / (u * u)),
    mainShare,
    coinShare: hedges ? { main: 0.7 * mainShare, other: 0.7 * (1 - mainShare) } : { main: 0, other: 0 },
    direction: hedges ? -1 : 1,
    leverage: hedges ? 0.7 : 1.5 + 3 * draw('leverage'),
  };
}

/** Takes the other side of what comes in contracts, as the liquidity providers do in the perpetuals. */
function contractDealer(draw: Draw, reactions: Reactions, accounts: number): ReturnType<typeof trader> {
  return liquidityProvider(draw, reactions, accounts);
}

/** All accounts of a run, liquidity providers first. */
export function accountProfiles(
  draws: SeededHash,
  accounts: number,
  partitions: number,
  writers = 0,
  reactions: Reactions = REACTIONS[DEFAULT_REACTIONS],
): readonly AccountProfile[] {
  const population = populationOf(accounts, writers);
  const profiles: AccountProfile[] = [];
  const add = (
    kind: AccountKind,
    character: (draw: Draw, reactions: Reactions, accounts: number) => ReturnType<typeof trader>,
  ): void => {
    for (let index = 0; index < population[kind]; index++) {
      const { ownerId, name } = identity(kind, index);
      const accountId = `${ownerId}.${name}`;
      const key = hashKey(accountId);
      const draw: Draw = (purpose) => draws.uniform(key, 0, PURPOSE[purpose]!);
      profiles.push({
        accountId,
        ownerId,
        partition: partitionOfOwner(ownerId, partitions),
        key,
        kind,
        ...character(draw, reactions, accounts),
      });
    }
  };
  add('liquidity-provider', liquidityProvider);
  add('concentrated', concentrated);
  add('contract-dealer', contractDealer);
  add('option-writer', optionWriter);
  add('option-buyer', optionBuyer);
  add('futures-trader', futuresTrader);
  add('trader', trader);
  return profiles;
}

/** True at the one step in each interval at which an owner acts by habit. */
export function actsAt(at: Instant, stepMs: number, everyMs: number, phaseMs: number): boolean {
  const into = (((at - phaseMs) % everyMs) + everyMs) % everyMs;
  return into < stepMs;
}
