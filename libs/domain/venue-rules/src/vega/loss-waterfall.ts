import { type Decimal, invariant, maxOf, minOf, sum, ZERO } from '@ballast/kernel';

export interface LosingParty {
  readonly party: string;
  /** What marking to market takes, not negative. */
  readonly loss: Decimal;
  /** Own funds that can be taken for it. */
  readonly available: Decimal;
}

export interface WinningParty {
  readonly party: string;
  /** What marking to market gives, not negative. */
  readonly gain: Decimal;
}

export interface LossWaterfall {
  /** By losing party, from its own funds. */
  readonly collected: ReadonlyMap<string, Decimal>;
  readonly fromInsurance: Decimal;
  readonly insurancePoolAfter: Decimal;
  /** By winning party. */
  readonly paid: ReadonlyMap<string, Decimal>;
  /** Collected and owed to nobody: losses beyond all gains. */
  readonly undistributed: Decimal;
}

/**
 * Settles losses against gains, whole units: losers' own funds, then the insurance pool; if less is there than owed, each
 * winner gets `floor(gain * collected / owed)` and the last winner the units that rounding left over. Every unit collected is paid or named undistributed.
 * @param winners in the order of distribution
 * @see vegaprotocol/specs 0002-STTL settlement, 0015-INSR insurance pool
 */
export function lossWaterfall(
  losers: readonly LosingParty[],
  winners: readonly WinningParty[],
  insurancePool: Decimal,
): LossWaterfall {
  const figures = [insurancePool, ...losers.flatMap((l) => [l.loss, l.available]), ...winners.map(({ gain }) => gain)];
  invariant(
    figures.every((figure) => figure.isInteger() && figure.gte(0)),
    'amounts of a loss waterfall are whole units, not negative',
  );
  const own = losers.map(({ party, loss, available }) => ({ party, amount: minOf(loss, available) }));
  const losses = sum(losers.map(({ loss }) => loss));
  const ownFunds = sum(own.map(({ amount }) => amount));
  const fromInsurance = minOf(losses.minus(ownFunds), insurancePool);
  const collected = ownFunds.plus(fromInsurance);
  const paid = distribute(winners, collected, losses);
  return {
    collected: byParty(own),
    fromInsurance,
    insurancePoolAfter: insurancePool.minus(fromInsurance),
    paid: byParty(paid),
    undistributed: collected.minus(sum(paid.map(({ amount }) => amount))),
  };
}

interface PartyAmount {
  readonly party: string;
  readonly amount: Decimal;
}

function distribute(winners: readonly WinningParty[], collected: Decimal, losses: Decimal): readonly PartyAmount[] {
  const owed = maxOf(losses, sum(winners.map(({ gain }) => gain)));
  if (collected.eq(owed)) return winners.map(({ party, gain }) => ({ party, amount: gain }));
  const shares = winners.map(({ party, gain }) => ({ party, amount: gain.times(collected).div(owed).floor() }));
  const last = shares.pop();
  if (last === undefined) return [];
  return [...shares, { party: last.party, amount: collected.minus(sum(shares.map(({ amount }) => amount))) }];
}

/** A party may lose or win in several lots. */
function byParty(amounts: readonly PartyAmount[]): ReadonlyMap<string, Decimal> {
  const totals = new Map<string, Decimal>();
  for (const { party, amount } of amounts) totals.set(party, (totals.get(party) ?? ZERO).plus(amount));
  return totals;
}
