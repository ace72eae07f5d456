import {
  checked,
  documentKind,
  figure,
  list,
  optional,
  readBody,
  record,
  type DocumentReading,
} from '@ballast/documents';
import { DAY_MS, dec, minOf, ONE, text, ZERO, type Decimal, type Instant, type OwnerId } from '@ballast/kernel';
import type { ContractSpecification } from '../contract-specification.js';

/** Trading fees by the side's part in the trade, as fractions; negative: a rebate. */
export interface FeeRates {
  readonly taker: Decimal;
  readonly maker: Decimal;
}

/** What an owner pays. */
export interface FeeFigures {
  /** Fractions of the notional. */
  readonly perpetual: FeeRates;
  readonly future: FeeRates;
  /** Fractions of the underlying's value, at most a fraction of the premium, which cheap options need. */
  readonly option: FeeRates & { readonly capOfPremium: Decimal };
}

interface FeeTier extends FeeFigures {
  /** USD of volume in the days before from which it applies; 0 of what everybody begins with. */
  readonly fromVolume: Decimal;
}

/** The `fee-schedule` document. */
export interface FeeSchedule {
  readonly id: string;
  /** The lowest volume first; the first one is that of everybody. */
  readonly tiers: readonly [FeeTier, ...FeeTier[]];
}

/** Most tiers that a schedule may have. */
const MOST_TIERS = 20;

const RATES = { taker: figure({ min: '-1', max: '1' }), maker: figure({ min: '-1', max: '1' }) };
const rates = () => record(RATES);
const TIER = record({ fromVolume: figure({ above: '0' }), perpetual: rates(), future: rates(), option: rates() });
const BODY = checked(
  record({
    perpetual: rates(),
    future: rates(),
    option: record({ ...RATES, capOfPremium: figure({ min: '0', max: '1' }) }),
    tiers: optional(list(TIER, 0, MOST_TIERS), []),
  }),
  ({ tiers, ...everybody }, refuse) => {
    for (const [place, { fromVolume }] of tiers.entries()) {
      const before = tiers[place - 1]?.fromVolume;
      if (before !== undefined && fromVolume.lte(before)) {
        refuse(`tiers[${place}].fromVolume`, `is not above ${text(before)} of the tier before; order them by volume`);
      }
    }
    for (const kind of ['perpetual', 'future', 'option'] as const) {
      const all = [everybody[kind], ...tiers.map((tier) => tier[kind])];
      const lowestTaker = minOf(...(all.map(({ taker }) => taker) as [Decimal, ...Decimal[]]));
      for (const [place, { maker }] of all.entries()) {
        if (maker.plus(lowestTaker).isNegative()) {
          const field = place === 0 ? `${kind}.maker` : `tiers[${place - 1}].${kind}.maker`;
          const least = text(lowestTaker.neg());
          refuse(
            field,
            `pays more than the lowest taker fee brings, so that trading with oneself would earn; write at least ${least}`,
          );
        }
      }
    }
  },
);

function readFees(body: unknown, id: string): DocumentReading<FeeSchedule> {
  const reading = readBody(body, BODY);
  if ('defects' in reading) return reading;
  const { perpetual, future, option, tiers } = reading.figures;
  const { capOfPremium } = option;
  return {
    figures: {
      id,
      tiers: [
        { fromVolume: ZERO, perpetual, future, option },
        ...tiers.map((tier) => ({ ...tier, option: { ...tier.option, capOfPremium } })),
      ],
    },
  };
}

/** What trading costs. @see docs/spec/accounts.md CLR-ACC-013, CLR-ACC-046 */
export const FEE_DOCUMENTS = documentKind('fee-schedule', readFees);

/** The tier of a volume: the highest that it reaches. @param volume USD */
export const feeTierOf = ({ tiers }: FeeSchedule, volume: Decimal): FeeTier =>
  tiers.findLast(({ fromVolume }) => fromVolume.lte(volume)) ?? tiers[0];

/** Clearing days (UTC) before the present one whose volume counts. */
export const TRAILING_DAYS = 30;

/** A clearing day by its number: days since 1970-01-01 UTC. */
export const dayOf = (at: Instant): number => Math.floor(at / DAY_MS);

/** Whether what was traded on a day counts for the tier of another one. */
export const isTrailing = (day: number, today: number): boolean => day < today && day >= today - TRAILING_DAYS;

/** Notes by owner from which volume his tier applies; of the tier of everybody nothing. */
export function noteFeeTier(
  feeTiers: Map<OwnerId, Decimal>,
  { ownerId, to }: { readonly ownerId: OwnerId; readonly to: string },
): void {
  const tier = dec(to);
  if (tier.isZero()) feeTiers.delete(ownerId);
  else feeTiers.set(ownerId, tier);
}

/** A trade as its fee reads it. */
export interface FeeBasis {
  /** |quantity| */
  readonly contracts: Decimal;
  /** |quantity| * value of a contract at the price, settlement asset. */
  readonly value: Decimal;
  /** USD per unit of the underlying; before the first one an option is charged the cap, and paid no rebate. */
  readonly index: Decimal | undefined;
}

/**
 * Fee of one side of a trade, exact, in the settlement asset; negative: a rebate.
 *   perpetual, future   notional * rate, notional = |value|
 *   option              min(|rate| * |quantity| * size * index, cap * |value|) with the sign of the rate; coin-settled without the index
 */
export function tradingFee(
  fees: FeeFigures,
  { instrument }: Pick<ContractSpecification, 'instrument'>,
  liquidity: keyof FeeRates,
  { contracts, value, index }: FeeBasis,
): Decimal {
  if (instrument.kind !== 'option') return value.times(fees[instrument.kind][liquidity]);
  const rate = fees.option[liquidity];
  const cap = value.times(fees.option.capOfPremium);
  const price = instrument.settlement === 'inverse' ? ONE : index;
  if (price === undefined) return rate.isNegative() ? ZERO : cap;
  const fee = minOf(contracts.times(instrument.contractSize).times(price).times(rate.abs()), cap);
  return rate.isNegative() ? fee.neg() : fee;
}
