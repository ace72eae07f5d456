import { positionLeft, tradeAtAverageCost, tradeCash } from '@ballast/instruments';
import { SETTLEMENT_ASSET, ZERO, type Decimal } from '@ballast/kernel';
import type { AssessedAccount } from '../assess/assessment.js';
import type { PricedContract } from '../assess/priced-contracts.js';

/**
 * The account as it would be after a fill, as accounts would book it: cash that the trade moves is paid in the settlement asset, an
 * option against premium has no cost.
 * @param quantity contracts, negative = sold; zero changes nothing
 * @param price as the contract is quoted
 * @param fee   settlement asset
 */
export function filledAccount(
  account: AssessedAccount,
  { instrument, underlying, cashStyle }: PricedContract,
  quantity: Decimal,
  price: Decimal,
  fee: Decimal = ZERO,
): AssessedAccount {
  if (quantity.isZero()) return account;
  const held = account.holdings.get(instrument.id) ?? { quantity: ZERO, cost: ZERO };
  const effect = tradeAtAverageCost(instrument, held, quantity, price);
  const asset = instrument.settlement === 'inverse' ? underlying : SETTLEMENT_ASSET;
  const cash = (account.collateral.get(asset) ?? ZERO).plus(tradeCash(cashStyle, effect)).minus(fee);
  return {
    ...account,
    collateral: new Map(account.collateral).set(asset, cash),
    holdings: new Map(account.holdings).set(instrument.id, positionLeft(cashStyle, effect)),
  };
}
