import {
  decimal,
  documentInForce,
  documentKind,
  readBody,
  record,
  type DocumentReading,
  type HouseRules,
} from '@ballast/documents';
import type { ContractSpecification } from '@ballast/instruments';
import { dec, minOf, ONE, roundUsd, type Decimal } from '@ballast/kernel';
import { roundMoney, type UnderRules } from '../ledger/assets.js';

/** Trading fees by the side's part in the trade, as fractions. */
export interface FeeRates {
  readonly taker: Decimal;
  readonly maker: Decimal;
}

export interface FeeFigures {
  /** Fractions of the notional. */
  readonly perpetual: FeeRates;
  readonly future: FeeRates;
  /** Fractions of the underlying's value, at most a fraction of the premium, which cheap options need. */
  readonly option: FeeRates & { readonly capOfPremium: Decimal };
}

const rate = () => decimal('0', '1');
const BODY = record({
  perpetual: record({ taker: rate(), maker: rate() }),
  future: record({ taker: rate(), maker: rate() }),
  option: record({ taker: rate(), maker: rate(), capOfPremium: rate() }),
});

function readFees(body: unknown): DocumentReading<FeeFigures> {
  const reading = readBody(body, BODY);
  if ('defects' in reading) return reading;
  const { perpetual, future, option } = reading.figures;
  const rates = ({ taker, maker }: typeof perpetual): FeeRates => ({ taker: dec(taker), maker: dec(maker) });
  return {
    figures: {
      perpetual: rates(perpetual),
      future: rates(future),
      option: { ...rates(option), capOfPremium: dec(option.capOfPremium) },
    },
  };
}

/** What trading costs. @see docs/spec/accounts.md CLR-ACC-013 */
export const FEE_DOCUMENTS = documentKind('fee-schedule', readFees);

/** Id of the schedule in force, which every fee cites. */
export const feeScheduleInForce = (rules: HouseRules): string => documentInForce(rules, FEE_DOCUMENTS.kind).id;

/**
 * Fee of one side of a trade, rounded up to the minor unit of the settlement asset.
 *   perpetual, future   notional * rate, notional = |value|
 *   option              min(rate * |quantity| * size * index, cap * |value|); coin-settled without the index
 * @param contracts |quantity|
 * @param value     |quantity| * value of a contract at the price, settlement asset
 * @param index     USD per unit of the underlying; before the first one an option is charged the cap
 */
export function tradingFee(
  state: UnderRules,
  { instrument, settlementAsset }: ContractSpecification,
  liquidity: keyof FeeRates,
  contracts: Decimal,
  value: Decimal,
  index: Decimal | undefined,
): Decimal {
  const fees = FEE_DOCUMENTS.inForce(state.rules);
  const rounded = (fee: Decimal): Decimal => roundMoney(state, fee, settlementAsset, 'fee');
  if (instrument.kind !== 'option') return rounded(value.times(fees[instrument.kind][liquidity]));
  const cap = value.times(fees.option.capOfPremium);
  const price = instrument.settlement === 'inverse' ? ONE : index;
  if (price === undefined) return rounded(cap);
  const ofUnderlying = contracts.times(instrument.contractSize).times(price).times(fees.option[liquidity]);
  return rounded(minOf(ofUnderlying, cap));
}

/**
 * Provisional penalty of a close-out fill = closed notional at the mark * provisional rate, USD. Rounded down, like the
 * equity that bounds the rate: a rounding must not take what the equity does not cover. The true-up settles the rest.
 */
export function provisionalPenalty(closedNotional: Decimal, provisionalRate: Decimal): Decimal {
  return roundUsd(closedNotional.times(provisionalRate), 'equity');
}
