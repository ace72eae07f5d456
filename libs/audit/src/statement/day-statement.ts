import type { DayStatement } from '@ballast/contracts';
import { readPartition, type LogDirectory } from '@ballast/event-log';
import { EMPTY_HEAD } from '@ballast/event-sourcing';
import { positionsAfter, type AmountByAsset, type PositionFigures } from '@ballast/facts';
import {
  compareText,
  DAY_MS,
  dec,
  instantOf,
  invariant,
  isoOf,
  partitionOfAccount,
  sum,
  text,
  ZERO,
  type AccountId,
  type Asset,
  type Instant,
} from '@ballast/kernel';
import { CREDIT_CAUSES, creditsOf, type Credit } from '../explain/account-credits.js';
import { bookingText } from '../explain/booking-text.js';

interface Standing {
  readonly end: DayStatement['from'];
  readonly collateral: AmountByAsset;
  readonly positions: readonly PositionFigures[];
}

interface Movement extends Credit {
  readonly position: number;
  readonly at: Instant;
  readonly text: string;
}

/** The first moment of a day. @throws InvariantViolation for a day that no calendar has */
export const startOfDay = (date: string): Instant => instantOf(`${date}T00:00:00Z`);

/**
 * The statement of an account for one day of clearing time, from the log of accounts alone: the same log gives the same bytes, whenever
 * and wherever it is made.
 * @param start of the day
 * @throws InvariantViolation when opening, movements and closing do not add up
 * @see docs/spec/accounts.md CLR-ACC-070
 */
export async function dayStatement(
  logs: LogDirectory,
  accountId: AccountId,
  start: Instant,
): Promise<DayStatement | 'account-unknown'> {
  const partition = partitionOfAccount(accountId, logs.partitions);
  const stream = `account-${accountId}`;
  const positions = new Map<string, PositionFigures>();
  const movements: Movement[] = [];
  let collateral: AmountByAsset = {};
  let end = { position: 0, chain: EMPTY_HEAD.toString('hex') };
  let isKnown = false;
  let isComplete = false;
  let opening: Standing | undefined;
  const standing = (): Standing => ({
    end,
    collateral,
    positions: [...positions.values()].sort((a, b) => compareText(a.instrument, b.instrument)),
  });
  for await (const entry of readPartition(logs.log('accounts'), partition)) {
    const at = entry.time.clearing;
    if (at >= start + DAY_MS) {
      isComplete = true;
      break;
    }
    if (at >= start) opening ??= standing();
    end = { position: entry.position, chain: entry.chain.toString('hex') };
    if (entry.stream !== stream) continue;
    const after = entry.payload as { readonly collateral?: AmountByAsset };
    isKnown ||= entry.type === 'AccountOpened';
    collateral = after.collateral ?? collateral;
    for (const { instrument, quantity, cost } of positionsAfter(entry.payload)) {
      if (dec(quantity).isZero()) positions.delete(instrument);
      else positions.set(instrument, { instrument, quantity, cost });
    }
    if (opening === undefined) continue;
    for (const credit of creditsOf(entry, accountId)) {
      if (!credit.amount.isZero()) {
        movements.push({ ...credit, position: entry.position, at, text: bookingText(entry) });
      }
    }
  }
  if (!isKnown) return 'account-unknown';
  const closing = standing();
  const before = opening ?? closing;
  return {
    accountId,
    date: isoOf(start).slice(0, 'yyyy-mm-dd'.length),
    partition,
    isComplete,
    from: before.end,
    to: closing.end,
    assets: assetsOf(before, movements, closing),
    movements: movements.map(({ amount, ...rest }) => ({ ...rest, amount: text(amount) })),
    openingPositions: [...before.positions],
    closingPositions: [...closing.positions],
  };
}

function assetsOf(before: Standing, movements: readonly Movement[], closing: Standing): DayStatement['assets'] {
  const named = [before.collateral, closing.collateral].flatMap(Object.keys);
  const assets = [...new Set([...named, ...movements.map(({ asset }) => asset)])].sort(compareText);
  return assets.map((asset) => statedAsset(asset, before, movements, closing));
}

function statedAsset(
  asset: Asset,
  before: Standing,
  movements: readonly Movement[],
  closing: Standing,
): DayStatement['assets'][number] {
  const opened = dec(before.collateral[asset] ?? '0');
  const closed = dec(closing.collateral[asset] ?? '0');
  const moved = movements.filter((movement) => movement.asset === asset);
  const sums = CREDIT_CAUSES.flatMap((cause) => {
    const amounts = moved.filter((movement) => movement.cause === cause).map(({ amount }) => amount);
    return amounts.length === 0 ? [] : [{ cause, amount: sum(amounts), movements: amounts.length }];
  });
  const off = closed.minus(opened).minus(sums.reduce((total, { amount }) => total.plus(amount), ZERO));
  invariant(off.isZero(), `the statement is off by ${text(off)} ${asset}: the log does not add up; run verify`);
  return {
    asset,
    opening: text(opened),
    sums: sums.map(({ amount, ...rest }) => ({ ...rest, amount: text(amount) })),
    closing: text(closed),
  };
}
