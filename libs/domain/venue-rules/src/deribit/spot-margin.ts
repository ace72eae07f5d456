import { type Decimal, ZERO } from '@ballast/kernel';
import type { AssetHolding, ExplainLine } from '@ballast/margin-models';
import { chargeLine } from '../methodology/scenario/scenario-margin.js';

/**
 * What cross collateral adds to the initial margin: |amount| * price * rate of the asset.
 * @param rates fractions by asset
 */
export function spotMarginLines(
  assets: readonly AssetHolding[],
  rates: ReadonlyMap<string, Decimal>,
): readonly ExplainLine[] {
  return assets.map(({ asset, amount, price }) =>
    chargeLine(
      'spot-margin',
      asset,
      amount
        .abs()
        .times(price)
        .times(rates.get(asset) ?? ZERO),
      ZERO,
    ),
  );
}
