import type { ContractSpecification } from '@ballast/instruments';
import { dec, minOf, roundMoney, roundUsd, type Decimal } from '@ballast/kernel';

/** Trading fees of one version, as fractions of the notional. */
export interface FeeSchedule {
  /** `<name>@<version>`, cited by every fee. */
  readonly id: string;
  readonly taker: Decimal;
  readonly maker: Decimal;
}

/** Fees of options, as fractions of the underlying's value, with a bound that cheap options need. */
export interface OptionFeeSchedule extends FeeSchedule {
  /** At most this fraction of the premium. */
  readonly capOfPremium: Decimal;
}

/** Perpetuals: taker 5 basis points, maker 2. */
export const FEES: FeeSchedule = { id: 'fees@1', taker: dec('0.0005'), maker: dec('0.0002') };

/** Dated futures: taker 5 basis points, maker 2. */
export const FUTURE_FEES: FeeSchedule = { id: 'future-fees@1', taker: dec('0.0005'), maker: dec('0.0002') };

/** Options: 3 basis points of the underlying on both sides, at most 12.5 % of the premium. */
export const OPTION_FEES: OptionFeeSchedule = {
  id: 'option-fees@1',
  taker: dec('0.0003'),
  maker: dec('0.0003'),
  capOfPremium: dec('0.125'),
};

/** A fee and the schedule it follows. */
export interface TradingFee {
  readonly schedule: string;
  /** Settlement asset, whole minor units. */
  readonly amount: Decimal;
}

/**
 * Fee of one side of a trade, rounded up to the minor unit of the settlement asset.
 *   perpetual, future   notional * rate, notional = |value|
 *   option              min(rate * |quantity| * size * index, 12.5 % of |value|); coin-settled without the index
 * @param contracts |quantity|
 * @param value     |quantity| * value of a contract at the price, settlement asset
 * @param index     USD per unit of the underlying; before the first one an option is charged the cap
 */
export function tradingFee(
  { instrument, settlementAsset }: ContractSpecification,
  liquidity: 'maker' | 'taker',
  contracts: Decimal,
  value: Decimal,
  index: Decimal | undefined,
): TradingFee {
  if (instrument.kind !== 'option') {
    const schedule = instrument.kind === 'future' ? FUTURE_FEES : FEES;
    return { schedule: schedule.id, amount: roundMoney(value.times(schedule[liquidity]), settlementAsset, 'fee') };
  }
  const cap = value.times(OPTION_FEES.capOfPremium);
  const price = instrument.settlement === 'inverse' ? dec(1) : index;
  const fee =
    price === undefined
      ? cap
      : minOf(contracts.times(instrument.contractSize).times(price).times(OPTION_FEES[liquidity]), cap);
  return { schedule: OPTION_FEES.id, amount: roundMoney(fee, settlementAsset, 'fee') };
}

/**
 * Provisional penalty of a close-out fill = closed notional at the mark * provisional rate, USD. Rounded down, like the
 * equity that bounds the rate: a rounding must not take what the equity does not cover. The true-up settles the rest.
 */
export function provisionalPenalty(closedNotional: Decimal, provisionalRate: Decimal): Decimal {
  return roundUsd(closedNotional.times(provisionalRate), 'equity');
}
