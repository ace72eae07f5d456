import type { InstrumentId } from '@ballast/facts';
import { compareText } from '@ballast/kernel';
import type { HouseRun } from './house-run.js';

/** Size of the position whose margin is watched, USD. */
export const GAUGED_NOTIONAL = 1_000_000;

/**
 * Maintenance of a position in the linear perpetual of the first underlying by name, fraction of its notional, and the mark;
 * undefined before the first price.
 * @param notional USD, negative = short
 */
export function requirementRate(
  run: HouseRun,
  marks: ReadonlyMap<InstrumentId, number>,
  notional: number,
): { readonly rate: number; readonly mark: number } | undefined {
  const instrument = [...marks.keys()].sort(compareText)[0];
  const mark = instrument === undefined ? undefined : marks.get(instrument);
  if (instrument === undefined || mark === undefined || !(mark > 0)) return undefined;
  const quantity = (notional / mark).toFixed(3);
  const maintenance = run.requirementOf(instrument, quantity);
  return maintenance === undefined ? undefined : { rate: maintenance / Math.abs(Number(quantity) * mark), mark };
}
