import { tradeAtAverageCost, tradeCash } from '@ballast/instruments';
import { ZERO, type Asset, type Decimal } from '@ballast/kernel';
import type { PortfolioAccount } from './assess-portfolio.js';
import type { PricedContract } from './priced-contracts.js';

/**
 * The account as it would be after a fill, as accounts would book it, without fees: cash that the trade moves is paid in the
 * settlement asset, an option against premium has no cost.
 * @param quantity contracts, negative = sold; zero changes nothing
 * @param price as the contract is quoted
 */
export function filledPortfolio(
  account: PortfolioAccount,
  { instrument, underlying, cashStyle }: PricedContract,
  quantity: Decimal,
  price: Decimal,
): PortfolioAccount {
  if (quantity.isZero()) return account;
  const held = account.holdings.get(instrument.id) ?? { quantity: ZERO, cost: ZERO };
  const effect = tradeAtAverageCost(instrument, held, quantity, price);
  const position = cashStyle === 'premium' ? { quantity: effect.position.quantity, cost: ZERO } : effect.position;
  const asset: Asset = instrument.settlement === 'inverse' ? underlying : 'USD';
  const cash = (account.collateral.get(asset) ?? ZERO).plus(tradeCash(cashStyle, effect));
  return {
    ...account,
    collateral: new Map(account.collateral).set(asset, cash),
    holdings: new Map(account.holdings).set(instrument.id, position),
  };
}
