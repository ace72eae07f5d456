import { dec, roundMoney, type Decimal } from '@ballast/kernel';

/** Trading fees of one version, as fractions of the notional. */
export interface FeeSchedule {
  /** `<name>@<version>`, cited by every fee. */
  readonly id: string;
  readonly taker: Decimal;
  readonly maker: Decimal;
}

/** Taker 5 basis points, maker 2. */
export const FEES: FeeSchedule = { id: 'fees@1', taker: dec('0.0005'), maker: dec('0.0002') };

/**
 * Fee of one side of a trade = notional * rate, rounded up to the cent.
 * @param notional |quantity| * price, USD
 */
export function tradingFee(schedule: FeeSchedule, liquidity: 'maker' | 'taker', notional: Decimal): Decimal {
  return roundMoney(notional.times(schedule[liquidity]), 'USD', 'fee');
}

/**
 * Provisional penalty of a close-out fill = closed notional at the mark * provisional rate. Rounded down, like the
 * equity that bounds the rate: a rounding must not take what the equity does not cover. The true-up settles the rest.
 */
export function provisionalPenalty(closedNotional: Decimal, provisionalRate: Decimal): Decimal {
  return roundMoney(closedNotional.times(provisionalRate), 'USD', 'equity');
}
