import type { Settlement } from '@ballast/instruments';
import { type Decimal, ModelInputError, ZERO } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
import { readTierSchedule, type TierSchedule } from './tier-schedule.js';

export interface TieredMarket {
  readonly underlying: string;
  readonly settlement: Settlement;
  /** Notional in quote units for a linear contract, in coin for an inverse one. */
  readonly schedule: TierSchedule;
}

export interface TieredParameters {
  /** By `<settlement>:<underlying>`. */
  readonly markets: ReadonlyMap<string, TieredMarket>;
  /** Market whose schedule an underlying without its own is charged by, per settlement. */
  readonly fallback: ReadonlyMap<string, TieredMarket>;
  /** Share of an asset's value that counts as collateral; an asset not named counts nothing. */
  readonly collateralShares: ReadonlyMap<string, Decimal>;
  /** Fee of a closing trade, which a cross inverse position must still be able to pay at its bankruptcy price. */
  readonly closingFeeRate: Decimal;
}

function readMarket(fields: DocumentFields, maintenanceShare: Decimal | null): TieredMarket {
  return {
    underlying: fields.text('underlying'),
    settlement: fields.choice('settlement', ['linear', 'inverse']),
    schedule: readTierSchedule(fields, maintenanceShare),
  };
}

function readFallback(
  fields: DocumentFields,
  markets: ReadonlyMap<string, TieredMarket>,
): ReadonlyMap<string, TieredMarket> {
  const fallback = new Map<string, TieredMarket>();
  for (const settlement of ['linear', 'inverse'] as const) {
    if (!fields.has(settlement)) continue;
    const underlying = fields.text(settlement);
    const market = markets.get(`${settlement}:${underlying}`);
    if (market === undefined) {
      const field = `fallback.${settlement}`;
      throw new ModelInputError(
        'fallback-unknown',
        field,
        `${field}: there is no ${settlement} market ${underlying}; name one of the document`,
      );
    }
    fallback.set(settlement, market);
  }
  return fallback;
}

/** @throws ModelInputError as `readTierSchedule`, `market-twice`, `fallback-unknown`, `parameter-...` */
export function readTieredParameters(document: unknown): TieredParameters {
  return readDocument(document, '', (fields) => {
    const share = fields.has('maintenanceShareOfInitial')
      ? fields.decimal('maintenanceShareOfInitial', { above: 0, max: 1 })
      : null;
    const markets = new Map<string, TieredMarket>();
    fields.list('markets', (marketFields, field) => {
      const market = readMarket(marketFields, share);
      const key = `${market.settlement}:${market.underlying}`;
      if (markets.has(key))
        throw new ModelInputError('market-twice', field, `${field}: ${key} is listed twice; keep one`);
      markets.set(key, market);
    });
    const fallback = fields.has('fallback')
      ? fields.object('fallback', (fallbackFields) => readFallback(fallbackFields, markets))
      : new Map<string, TieredMarket>();
    const collateralShares = fields.has('collateralShares')
      ? fields.record('collateralShares', (entry) => entry.decimal('share', { min: 0, max: 1 }))
      : new Map<string, Decimal>();
    const closingFeeRate = fields.has('closingFeeRate') ? fields.decimal('closingFeeRate', { min: 0, max: 1 }) : ZERO;
    return { markets, fallback, collateralShares, closingFeeRate };
  });
}

export const shareOf = ({ collateralShares }: TieredParameters, asset: string): Decimal =>
  collateralShares.get(asset) ?? ZERO;

/** @throws ModelInputError `market-not-listed` */
export function marketOf(
  { markets, fallback }: TieredParameters,
  underlying: string,
  settlement: Settlement,
): TieredMarket {
  const market = markets.get(`${settlement}:${underlying}`) ?? fallback.get(settlement);
  if (market !== undefined) return market;
  const field = `markets.${settlement}:${underlying}`;
  throw new ModelInputError(
    'market-not-listed',
    field,
    `${field}: has no tiers; add the market to the parameter document`,
  );
}
