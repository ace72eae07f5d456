import type { AccountsEvents, FundEvents, Instant, InstrumentId, Place } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { compareText, dec, sum, text, ZERO, type AccountId, type Decimal } from '@ballast/kernel';
import { haircuts, proRata, type OpenLoss } from '../waterfall/allocation.js';

/** A loss that gains are called for, USD. */
interface CalledLoss {
  readonly loss: Place;
  readonly caseId: string;
  readonly accountId: AccountId;
  readonly amount: Decimal;
}

/** A settlement of variation whose gains are to pay losses; one at a time in the house. */
export interface GainsCall {
  readonly instrument: InstrumentId;
  readonly dueAt: Instant;
  readonly losses: readonly CalledLoss[];
  /** By partition; the call goes on when all have answered. */
  readonly offers: ReadonlyMap<number, AccountsEvents['VariationGainsOffered']['gains']>;
  /** Cuts that have not been booked yet; null until they are fixed. */
  readonly open: number | null;
  /** USD that the cuts booked so far have brought, less what losses were paid of it. */
  readonly collected: Decimal;
}

/** Partitions that have closed the last settlement of a contract. */
export interface ClosedCycle {
  readonly dueAt: Instant;
  readonly partitions: readonly number[];
}

type Closed = AccountsEvents['VariationClosed'];

export function withClosed(known: ClosedCycle | undefined, { dueAt }: Closed, partition: number): ClosedCycle {
  if (known === undefined || known.dueAt < dueAt) return { dueAt, partitions: [partition] };
  if (known.dueAt > dueAt || known.partitions.includes(partition)) return known;
  return { dueAt, partitions: [...known.partitions, partition] };
}

/** Whether the gains of a contract may be called for a loss: one of its own underlying, or of none that is known. */
export const concerns = (instrument: InstrumentId, { underlying }: OpenLoss): boolean =>
  underlying === null || parseInstrumentId(instrument).underlying === underlying;

/** Whether something is said of this call: of the same settlement of the same contract. */
export const isOfCall = (call: GainsCall, of: Pick<GainsCall, 'instrument' | 'dueAt'>): boolean =>
  call.instrument === of.instrument && call.dueAt === of.dueAt;

/** A call that has just begun. */
export const begunCall = ({ instrument, dueAt, losses }: FundEvents['VariationGainsCalled']): GainsCall => ({
  instrument,
  dueAt,
  losses: losses.map((each) => ({ ...each, amount: dec(each.amount) })),
  offers: new Map(),
  open: null,
  collected: ZERO,
});

/** The cuts, by what all partitions have offered, in the order of account ids. */
export function fixedHaircut({ instrument, dueAt, losses, offers }: GainsCall): FundEvents['VariationHaircutFixed'] {
  const offered = [...offers]
    .flatMap(([partition, gains]) => gains.map((each) => ({ ...each, partition })))
    .sort((a, b) => compareText(a.accountId, b.accountId));
  const called = sum(losses.map(({ amount }) => amount));
  const amounts = haircuts(
    called,
    offered.map(({ gain, available }) => ({ gain: dec(gain), available: dec(available) })),
  );
  const cuts = offered.flatMap(({ partition, accountId, accountVersion, gain }, index) => {
    const amount = amounts[index] ?? ZERO;
    return amount.gt(0) ? [{ partition, accountId, accountVersion, gain, amount: text(amount) }] : [];
  });
  return {
    instrument,
    dueAt,
    called: text(called),
    gains: text(sum(offered.map(({ gain }) => dec(gain)))),
    taken: text(sum(amounts)),
    cuts,
  };
}

/** What each called loss is paid of what the cuts have brought, USD, whole cents. */
export function paidLosses({ losses, collected }: GainsCall): readonly (CalledLoss & { readonly paid: Decimal })[] {
  const paid = proRata(
    losses.map(({ amount }) => amount),
    collected,
  );
  return losses.map((each, index) => ({ ...each, paid: paid[index] ?? ZERO }));
}
