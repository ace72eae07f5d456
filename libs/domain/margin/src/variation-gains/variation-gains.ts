import type { AccountsEvents, FundEvents, Instant, InstrumentId, MarginEvents } from '@ballast/facts';
import { expiryNamedBy } from '@ballast/instruments';
import {
  compareText,
  dec,
  maxOf,
  minOf,
  roundUsd,
  SETTLEMENT_ASSET,
  text,
  ZERO,
  type AccountId,
} from '@ballast/kernel';
import { assessorOf, type MarginState } from '../margin.state.js';

/** The last settlement of a contract in this partition: what it paid to whom, and whether it is complete. */
export interface SettledGains {
  readonly dueAt: Instant;
  readonly closed: boolean;
  /** USD by account; losses are not among them. */
  readonly gains: ReadonlyMap<AccountId, string>;
}

type Gains = Map<InstrumentId, SettledGains>;

/** Notes what a settlement paid in dollars; what it took is no gain. */
export function noteSettled(
  settled: Gains,
  { accountId, instrument, dueAt, asset, amount }: AccountsEvents['VariationSettled'],
): void {
  if (asset !== SETTLEMENT_ASSET || !dec(amount).gt(0)) return;
  const known = settled.get(instrument);
  const gains = known?.dueAt === dueAt && !known.closed ? known.gains : [];
  settled.set(instrument, { dueAt, closed: false, gains: new Map([...gains, [accountId, amount]]) });
}

/** The settlement is complete in this partition, perhaps without a gain. */
export function noteClosed(settled: Gains, { instrument, dueAt }: AccountsEvents['VariationClosed']): void {
  const known = settled.get(instrument);
  settled.set(instrument, { dueAt, closed: true, gains: known?.dueAt === dueAt ? known.gains : new Map() });
}

/** Whether a contract was delivered so long ago that what it paid is forgotten: nothing of that may be taken any more. */
function isForgotten({ contracts, schedule }: MarginState, instrument: InstrumentId): boolean {
  const expiry = expiryNamedBy(instrument);
  return expiry !== null && schedule !== null && expiry <= schedule.source.asOf && !contracts.has(instrument);
}

/**
 * What may be taken of each gain without leaving its account less than nothing: at most its equity, nothing while it is liquidated or
 * prices are halted.
 * @returns null while the settlement is not complete in this partition
 * @see docs/spec/margin.md CLR-MRG-072
 */
export function judgeGains(
  state: MarginState,
  { instrument, dueAt }: Pick<FundEvents['VariationGainsCalled'], 'instrument' | 'dueAt'>,
): MarginEvents['VariationGainsJudged'] | null {
  const settled = state.settledGains.get(instrument);
  if (settled === undefined && isForgotten(state, instrument)) {
    return { instrument, dueAt, schedule: state.schedule?.position ?? 0, gains: [] };
  }
  if (settled === undefined || settled.dueAt < dueAt || (settled.dueAt === dueAt && !settled.closed)) return null;
  const assessor = assessorOf(state);
  const known = settled.dueAt === dueAt ? [...settled.gains] : [];
  const gains = known
    .sort(([a], [b]) => compareText(a, b))
    .map(([accountId, gain]) => {
      const account = state.book.at(accountId);
      const mayPay = assessor !== null && !assessor.market.schedule.halted && !state.book.isLiquidating(account);
      const has = mayPay ? roundUsd(maxOf(assessor.assess(account).figures.equity, ZERO), 'credit') : ZERO;
      return { accountId, accountVersion: account.version, gain, available: text(minOf(has, dec(gain))) };
    });
  return { instrument, dueAt, schedule: assessor?.market.schedule.position ?? 0, gains };
}
