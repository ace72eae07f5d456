import { decimal, documentKind, readBody, record, type DocumentReading } from '@ballast/documents';
import { dec, minOf, ONE, type Decimal } from '@ballast/kernel';
import type { ContractSpecification } from '../contract-specification.js';

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

/** A trade as its fee reads it. */
export interface FeeBasis {
  /** |quantity| */
  readonly contracts: Decimal;
  /** |quantity| * value of a contract at the price, settlement asset. */
  readonly value: Decimal;
  /** USD per unit of the underlying; before the first one an option is charged the cap. */
  readonly index: Decimal | undefined;
}

/**
 * Fee of one side of a trade, exact, in the settlement asset.
 *   perpetual, future   notional * rate, notional = |value|
 *   option              min(rate * |quantity| * size * index, cap * |value|); coin-settled without the index
 */
export function tradingFee(
  fees: FeeFigures,
  { instrument }: Pick<ContractSpecification, 'instrument'>,
  liquidity: keyof FeeRates,
  { contracts, value, index }: FeeBasis,
): Decimal {
  if (instrument.kind !== 'option') return value.times(fees[instrument.kind][liquidity]);
  const cap = value.times(fees.option.capOfPremium);
  const price = instrument.settlement === 'inverse' ? ONE : index;
  if (price === undefined) return cap;
  return minOf(contracts.times(instrument.contractSize).times(price).times(fees.option[liquidity]), cap);
}
