import type { PriceStatus } from '@ballast/facts';

const WORST_FIRST: readonly PriceStatus[] = ['HALT', 'DEGRADED', 'LIVE'];

/** The worst of some statuses; LIVE of none. */
export function worstOf(statuses: readonly PriceStatus[]): PriceStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'LIVE';
}
