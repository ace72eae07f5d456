import type { MarginEvents } from '@ballast/facts';
import type { OwnerId } from '@ballast/kernel';

export type Exceedance = MarginEvents['PositionLimitExceeded'];

/** Limits that are exceeded now, by owner and by what is limited. */
export type Exceedances = Map<OwnerId, Map<string, Exceedance>>;

/** By what one exceedance of an owner is told from another. */
export const exceedanceKey = ({ kind, accountId, instrument, underlying, side }: Exceedance): string =>
  [kind, accountId ?? '*', instrument ?? underlying, side].join(' ');

export function noteExceeded(exceedances: Exceedances, exceedance: Exceedance): void {
  const known = exceedances.get(exceedance.ownerId) ?? new Map<string, Exceedance>();
  exceedances.set(exceedance.ownerId, known.set(exceedanceKey(exceedance), exceedance));
}

export function noteRestored(exceedances: Exceedances, restored: Exceedance): void {
  const known = exceedances.get(restored.ownerId);
  known?.delete(exceedanceKey(restored));
  if (known?.size === 0) exceedances.delete(restored.ownerId);
}
