import type { MarginGlobalEvents } from '@ballast/facts';
import { dec, invariant, type Asset, type Decimal } from '@ballast/kernel';

/** USD per unit of an asset on a schedule. */
export function assetPriceOn(
  { collateral }: Pick<MarginGlobalEvents['ScheduleInForce'], 'collateral'>,
  asset: Asset,
): Decimal {
  const line = collateral.find((each) => each.asset === asset);
  invariant(line !== undefined, `the schedule has no price of ${asset}`);
  return dec(line.price);
}
