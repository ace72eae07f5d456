import {
  ANY_NAME,
  byName,
  choice,
  figure,
  list,
  made,
  optional,
  record,
  word,
  type Refuse,
  type ValueOf,
} from '@ballast/documents';
import type { Settlement } from '@ballast/instruments';
import { type Decimal, ModelInputError, ONE, ZERO } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import { RATED_TIERS_FORM, tierSchedule, UNRATED_TIERS_FORM, type TierSchedule } from './tier-schedule.js';

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

const MOST_MARKETS = 10_000;
const ofMarket = { underlying: word(), settlement: choice(['linear', 'inverse']) };
const rated = record({ ...ofMarket, tiers: RATED_TIERS_FORM });
const unrated = record({ ...ofMarket, tiers: UNRATED_TIERS_FORM });
const share = figure({ min: '0', max: '1' });

/** Each market once, with its schedule. */
function marketsOf(
  stated: readonly (ValueOf<typeof rated> | ValueOf<typeof unrated>)[],
  maintenanceShare: Decimal,
  refuse: Refuse,
): ReadonlyMap<string, TieredMarket> {
  const markets = new Map<string, TieredMarket>();
  stated.forEach(({ underlying, settlement, tiers }, index) => {
    const place = `markets[${index}]`;
    const key = `${settlement}:${underlying}`;
    if (markets.has(key)) refuse(place, `${key} is listed twice; keep one`);
    const schedule = tierSchedule(tiers, maintenanceShare, (at, remedy) => refuse(`${place}.tiers${at}`, remedy));
    markets.set(key, { underlying, settlement, schedule });
  });
  return markets;
}

function fallbackOf(
  named: Readonly<Record<Settlement, string | undefined>>,
  markets: ReadonlyMap<string, TieredMarket>,
  refuse: Refuse,
): ReadonlyMap<string, TieredMarket> {
  const fallback = new Map<string, TieredMarket>();
  for (const settlement of ['linear', 'inverse'] as const) {
    const underlying = named[settlement];
    if (underlying === undefined) continue;
    const market = markets.get(`${settlement}:${underlying}`);
    if (market !== undefined) fallback.set(settlement, market);
    else {
      refuse(`fallback.${settlement}`, `there is no ${settlement} market ${underlying}; name one of the document`);
    }
  }
  return fallback;
}

const ofVenue = {
  fallback: optional(record({ linear: optional(word(), undefined), inverse: optional(word(), undefined) }), {
    linear: undefined,
    inverse: undefined,
  }),
  collateralShares: optional(byName(ANY_NAME, record({ share })), new Map<string, { readonly share: Decimal }>()),
  closingFeeRate: optional(share, ZERO),
};

const RATED_FORM = record({ markets: list(rated, 1, MOST_MARKETS), ...ofVenue });
const UNRATED_FORM = record({
  maintenanceShareOfInitial: figure({ above: '0', max: '1' }),
  markets: list(unrated, 1, MOST_MARKETS),
  ...ofVenue,
});

function parametersOf(
  stated: ValueOf<typeof RATED_FORM> | ValueOf<typeof UNRATED_FORM>,
  refuse: Refuse,
): TieredParameters {
  const maintenanceShare = 'maintenanceShareOfInitial' in stated ? stated.maintenanceShareOfInitial : ONE;
  const markets = marketsOf(stated.markets, maintenanceShare, refuse);
  return {
    markets,
    fallback: fallbackOf(stated.fallback, markets, refuse),
    collateralShares: new Map([...stated.collateralShares].map(([asset, rule]) => [asset, rule.share])),
    closingFeeRate: stated.closingFeeRate,
  };
}

const RATED_PARAMETERS = made(RATED_FORM, parametersOf);
const UNRATED_PARAMETERS = made(UNRATED_FORM, parametersOf);

/**
 * Reads a document of tiered margin. One that says what share of the initial rate maintenance is states no rates beside it.
 * @throws ModelInputError
 */
export function readTieredParameters(document: unknown): TieredParameters {
  const isUnrated = typeof document === 'object' && document !== null && 'maintenanceShareOfInitial' in document;
  return readParameterDocument(document, isUnrated ? UNRATED_PARAMETERS : RATED_PARAMETERS);
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
