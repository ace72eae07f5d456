import { causeOf, type Cause, type LogEntry } from '@ballast/event-sourcing';
import type { Asset, FundEvents, Posting } from '@ballast/facts';
import { compareText, dec, maxOf, SETTLEMENT_ASSET, text, ZERO, type Decimal } from '@ballast/kernel';
import { isOfClients } from '../ledger/ledger.js';

/** What all clients together hold of an asset, debts in it taken off. */
interface HeldAsset {
  readonly amount: Decimal;
  /** As it was told last. */
  readonly told: Decimal;
  /** Last booking that changed it. */
  readonly movedBy: Cause;
}

/** By asset other than dollars. */
export type CollateralHeld = Map<Asset, HeldAsset>;

/** A booking of a partition, if it is one. */
export function noteBooked(held: CollateralHeld, entry: LogEntry): void {
  const { postings } = entry.payload as { readonly postings?: readonly Posting[] };
  for (const { ledgerAccount, asset, amount } of postings ?? []) {
    if (asset === SETTLEMENT_ASSET || !isOfClients(ledgerAccount)) continue;
    const { amount: before, told } = held.get(asset) ?? { amount: ZERO, told: ZERO };
    held.set(asset, { amount: before.plus(dec(amount)), told, movedBy: causeOf(entry) });
  }
}

export function noteTold(held: CollateralHeld, { asset, amount }: FundEvents['CollateralHeldMeasured']): void {
  const known = held.get(asset);
  if (known !== undefined) held.set(asset, { ...known, told: dec(amount) });
}

/** A part of what was told last by which a holding moves before it is told again. */
const TOLD_STEPS = 100;

interface Measured {
  readonly fact: FundEvents['CollateralHeldMeasured'];
  readonly cause: Cause;
}

/** What is to be told of the assets whose holding is no longer what was told last, in the order of names. @see docs/spec/collateral.md CLR-COL-008 */
export function measuredHoldings(held: CollateralHeld): readonly Measured[] {
  return [...held]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([asset, { amount, told, movedBy }]): Measured[] => {
      const owned = maxOf(ZERO, amount);
      const change = owned.minus(told).abs();
      if (change.isZero() || change.times(TOLD_STEPS).lt(told)) return [];
      return [{ fact: { asset, amount: text(owned) }, cause: movedBy }];
    });
}
