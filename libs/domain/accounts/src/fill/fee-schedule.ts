import { documentInForce, type HouseRules } from '@ballast/documents';
import {
  FEE_DOCUMENTS,
  tradingFee,
  type ContractSpecification,
  type FeeBasis,
  type FeeRates,
} from '@ballast/instruments';
import { roundUsd, type Decimal } from '@ballast/kernel';
import { roundMoney, type UnderRules } from '../ledger/assets.js';

/** Id of the schedule in force, which every fee cites. */
export const feeScheduleInForce = (rules: HouseRules): string => documentInForce(rules, FEE_DOCUMENTS.kind).id;

/** Fee of one side of a trade by the schedule in force, rounded up to the minor unit of the settlement asset. */
export const bookedFee = (
  state: UnderRules,
  contract: ContractSpecification,
  liquidity: keyof FeeRates,
  basis: FeeBasis,
): Decimal =>
  roundMoney(
    state,
    tradingFee(FEE_DOCUMENTS.inForce(state.rules), contract, liquidity, basis),
    contract.settlementAsset,
    'fee',
  );

/**
 * Provisional penalty of a close-out fill = closed notional at the mark * provisional rate, USD. Rounded down, like the
 * equity that bounds the rate: a rounding must not take what the equity does not cover. The true-up settles the rest.
 */
export function provisionalPenalty(closedNotional: Decimal, provisionalRate: Decimal): Decimal {
  return roundUsd(closedNotional.times(provisionalRate), 'equity');
}
