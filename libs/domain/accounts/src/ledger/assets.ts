import {
  documentKind,
  flag,
  named,
  readBody,
  record,
  whole,
  type DocumentReading,
  type HouseRules,
} from '@ballast/documents';
import {
  ASSET,
  compareText,
  invariant,
  roundAmount,
  SETTLEMENT_ASSET,
  type Asset,
  type Decimal,
  type RoundingRule,
} from '@ballast/kernel';

/** How the house keeps an asset. */
export interface KeptAsset {
  /** Digits after the point of the smallest amount that is credited or charged. */
  readonly minorUnitDigits: number;
  /** Whether clients may bring it, and take it out. */
  readonly depositsOpen: boolean;
  readonly withdrawalsOpen: boolean;
}

/** In the order of names. */
export type KeptAssets = ReadonlyMap<Asset, KeptAsset>;

/** 15 digits before the point and 18 after it are added exactly in 40, ten million times over. */
export const MOST_MINOR_UNIT_DIGITS = 18;
/** Requirements, fund and penalties are in whole cents. */
const SETTLEMENT_DIGITS = 2;

const BODY = record({
  assets: named(
    ASSET,
    record({ minorUnitDigits: whole(0, MOST_MINOR_UNIT_DIGITS), depositsOpen: flag(), withdrawalsOpen: flag() }),
  ),
});

function readAssets(body: unknown): DocumentReading<KeptAssets> {
  const reading = readBody(body, BODY, ({ assets }) =>
    assets[SETTLEMENT_ASSET]?.minorUnitDigits === SETTLEMENT_DIGITS
      ? []
      : [
          `assets.${SETTLEMENT_ASSET}.minorUnitDigits: keep ${SETTLEMENT_ASSET} with ${SETTLEMENT_DIGITS} digits: ` +
            'requirements and the fund are in it',
        ],
  );
  if ('defects' in reading) return reading;
  return { figures: new Map(Object.entries(reading.figures.assets).sort(([a], [b]) => compareText(a, b))) };
}

/** Which assets the house keeps. @see docs/spec/accounts.md CLR-ACC-003 */
export const ASSET_DOCUMENTS = documentKind('assets', readAssets);

/** What holds a state's rules. */
export interface UnderRules {
  readonly rules: HouseRules;
}

/** Whether and how an asset is kept; undefined when it is not. */
export const keptAsset = ({ rules }: UnderRules, asset: Asset): KeptAsset | undefined =>
  ASSET_DOCUMENTS.inForce(rules).get(asset);

/** @throws InvariantViolation for an asset that is not kept: nothing in it is ever booked where this is asked */
export function minorUnitDigits(state: UnderRules, asset: Asset): number {
  const kept = keptAsset(state, asset);
  invariant(kept, `${asset} is not kept`);
  return kept.minorUnitDigits;
}

/** Rounds an amount to the minor unit of its asset by the named rule. */
export const roundMoney = (state: UnderRules, amount: Decimal, asset: Asset, rule: RoundingRule): Decimal =>
  roundAmount(amount, minorUnitDigits(state, asset), rule);

/**
 * What a later list may not say: an asset once kept stays kept, with the same minor unit, because somebody may hold it in a
 * partition that takes the list later. It is closed for deposits and withdrawals instead.
 * @see docs/spec/accounts.md CLR-ACC-003
 */
export function assetDefects(rules: HouseRules, id: string, body: unknown): readonly string[] {
  const reading = readAssets(body);
  if ('defects' in reading) return reading.defects;
  const proposed = reading.figures;
  return [...ASSET_DOCUMENTS.inForce(rules)].flatMap(([asset, kept]) => {
    const digits = proposed.get(asset)?.minorUnitDigits;
    if (digits === undefined) {
      return [`assets.${asset}: ${id} drops it; close it with depositsOpen and withdrawalsOpen false`];
    }
    return digits === kept.minorUnitDigits
      ? []
      : [`assets.${asset}.minorUnitDigits: leave it at ${kept.minorUnitDigits}: amounts are booked in it`];
  });
}
