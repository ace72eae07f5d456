import type { Underlying } from '@ballast/facts';
import { dec, maxOf, minOf, roundUsd, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { PayingStep } from './loss-waterfall.js';

/** A loss that somebody has to bear, USD. */
export interface OpenLoss {
  readonly amount: Decimal;
  /** Whose reserve is asked; null: none. */
  readonly underlying: Underlying | null;
}

/** What each step can pay, USD. */
export interface LossSources {
  readonly reserves: ReadonlyMap<Underlying, Decimal>;
  readonly fund: Decimal;
  readonly tranche: Decimal;
}

/** What one step paid of one loss, USD: `before = amount + remaining`. */
export interface StepPaid {
  readonly step: PayingStep;
  /** Whose reserve paid; null for all other steps. */
  readonly reserve: Underlying | null;
  readonly before: Decimal;
  readonly amount: Decimal;
  readonly remaining: Decimal;
}

const CENT = dec('0.01');

/**
 * Splits what a step can pay over the losses that ask it, in proportion to what each still lacks, whole cents: rounded down, and the cents
 * that this leaves one by one in the order of the losses. So nobody is paid for having asked first.
 * @param lacking USD each, >= 0
 * @returns USD each, at most what it lacks; together at most `available`, and all of it if they lack more
 */
export function proRata(lacking: readonly Decimal[], available: Decimal): readonly Decimal[] {
  const payable = lacking.map((each) => roundUsd(maxOf(each, ZERO), 'credit'));
  const total = sum(payable);
  if (total.lte(available)) return payable;
  const whole = roundUsd(maxOf(available, ZERO), 'credit');
  const shares = payable.map((each) => roundUsd(whole.times(each).div(total), 'credit'));
  let rest = whole.minus(sum(shares));
  return shares.map((share, index) => {
    if (!rest.gte(CENT) || !share.lt(payable[index] ?? ZERO)) return share;
    rest = rest.minus(CENT);
    return share.plus(CENT);
  });
}

/** A gain of a settlement that may be cut, USD. */
export interface OfferedGain {
  readonly gain: Decimal;
  /** At most so much of it. */
  readonly available: Decimal;
}

/**
 * Cuts gains so that they pay losses, all by the same fraction: `called / sum of gains`, at most 1, rounded down to the cent, and none by more
 * than is available of it. What this leaves of the losses is taken of nobody else.
 * @param called USD, > 0
 * @returns USD each, in the given order
 * @see docs/spec/accounts.md CLR-ACC-072 (W81)
 */
export function haircuts(called: Decimal, offered: readonly OfferedGain[]): readonly Decimal[] {
  const gains = sum(offered.map(({ gain }) => gain));
  return offered.map(({ gain, available }) => {
    const share = called.gte(gains) ? gain : called.times(gain).div(gains);
    return maxOf(minOf(roundUsd(share, 'credit'), roundUsd(available, 'credit')), ZERO);
  });
}

/**
 * Takes losses that are known at the same time down the paying steps, in the order of the document.
 * @returns per loss, in the given order, the steps that paid something; what they leave goes on to the other side, or stays with the residual party
 * @see docs/spec/accounts.md CLR-ACC-043
 */
export function allocate(
  losses: readonly OpenLoss[],
  sources: LossSources,
  steps: readonly PayingStep[],
): readonly (readonly StepPaid[])[] {
  const paid = losses.map((): StepPaid[] => []);
  const lacking = losses.map(({ amount }) => amount);
  const take = (step: PayingStep, reserve: Underlying | null, of: readonly number[], available: Decimal): void => {
    const shares = proRata(
      of.map((index) => lacking[index] ?? ZERO),
      available,
    );
    for (const [nth, index] of of.entries()) {
      const before = lacking[index] ?? ZERO;
      const amount = shares[nth] ?? ZERO;
      if (!amount.gt(0)) continue;
      const remaining = before.minus(amount);
      paid[index]?.push({ step, reserve, before, amount, remaining });
      lacking[index] = remaining;
    }
  };
  const all = [...losses.keys()];
  for (const step of steps) {
    switch (step) {
      case 'product-reserve':
        for (const [underlying, available] of sources.reserves) {
          take(
            step,
            underlying,
            all.filter((index) => losses[index]?.underlying === underlying),
            available,
          );
        }
        break;
      case 'global-fund':
        take(step, null, all, sources.fund);
        break;
      case 'house-tranche':
        take(step, null, all, sources.tranche);
        break;
    }
  }
  return paid;
}
