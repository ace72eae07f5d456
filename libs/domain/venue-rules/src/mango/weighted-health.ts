import { type Decimal, maxOf, minOf, ModelInputError, ONE, sum, ZERO } from '@ballast/kernel';

/** Init for new risk, liquidationEnd (init weights, unscaled) ends a liquidation, maint (maintenance weights) starts one. */
export type HealthKind = 'init' | 'liquidationEnd' | 'maint';

/** What the venue holds and lends of a token against the figures from which its init weights are scaled; quote units. */
export interface TokenScaling {
  readonly depositsValue: Decimal;
  /** 0 = never scaled. */
  readonly depositScaleStart: Decimal;
  readonly borrowsValue: Decimal;
  /** 0 = never scaled. */
  readonly borrowScaleStart: Decimal;
}

export interface HealthToken {
  readonly token: string;
  readonly price: Decimal;
  /** Of the kind of health asked for. */
  readonly assetWeight: Decimal;
  readonly liabilityWeight: Decimal;
  /** Token units, negative = borrowed. */
  readonly balance: Decimal;
  readonly scaling?: TokenScaling;
}

/** Amounts locked in open spot orders of one market: either may turn into the other at the prices, or at a worse limit of the orders. */
export interface ReservedOrders {
  readonly base: string;
  readonly quote: string;
  readonly baseAmount: Decimal;
  readonly quoteAmount: Decimal;
  /** Least limit of the asks and greatest of the bids, quote token units per base token; absent = not known. */
  readonly lowestAsk?: Decimal;
  readonly highestBid?: Decimal;
}

export interface HealthPerp {
  readonly market: string;
  readonly price: Decimal;
  readonly baseAssetWeight: Decimal;
  readonly baseLiabilityWeight: Decimal;
  /** Weight of a positive result as a whole, in [0, 1]. */
  readonly overallAssetWeight: Decimal;
  readonly settleToken: string;
  /** Base units, negative = short. */
  readonly base: Decimal;
  /** Settle token units. */
  readonly quote: Decimal;
  /** Base units in open bids and asks, both >= 0. */
  readonly bids: Decimal;
  readonly asks: Decimal;
}

export interface HealthAccount {
  readonly tokens: readonly HealthToken[];
  readonly reservedOrders: readonly ReservedOrders[];
  readonly perps: readonly HealthPerp[];
}

/** What a token or the reserved amounts of a market add to health, quote units. */
export interface HealthLine {
  readonly code: 'token' | 'reserved-orders';
  readonly subject: string;
  readonly amount: Decimal;
  readonly weight: Decimal;
}

interface WeightedToken {
  readonly token: string;
  readonly price: Decimal;
  readonly assetWeight: Decimal;
  readonly liabilityWeight: Decimal;
}

/** Asset weight x min(1, start / deposits), liability weight x max(1, borrows / start): too much of a token counts for less. */
export function scaledWeights({
  assetWeight,
  liabilityWeight,
  scaling,
}: Pick<HealthToken, 'assetWeight' | 'liabilityWeight' | 'scaling'>): {
  readonly assetWeight: Decimal;
  readonly liabilityWeight: Decimal;
} {
  if (scaling === undefined) return { assetWeight, liabilityWeight };
  const { depositsValue, depositScaleStart, borrowsValue, borrowScaleStart } = scaling;
  const deposits =
    depositScaleStart.gt(0) && depositsValue.gt(depositScaleStart) ? depositScaleStart.div(depositsValue) : ONE;
  const borrows = borrowScaleStart.gt(0) ? maxOf(ONE, borrowsValue.div(borrowScaleStart)) : ONE;
  return { assetWeight: assetWeight.times(deposits), liabilityWeight: liabilityWeight.times(borrows) };
}

/** Worst of all bids and all asks filled at the price, base weighted, plus quote; a positive result counts by its overall weight. */
export function perpHealth(perp: HealthPerp): Decimal {
  const outcome = (orders: Decimal): Decimal => {
    const base = perp.base.plus(orders);
    const weight = base.isNegative() ? perp.baseLiabilityWeight : perp.baseAssetWeight;
    return base.times(weight).minus(orders).times(perp.price);
  };
  const total = perp.quote.plus(minOf(outcome(perp.bids), outcome(perp.asks.neg())));
  return total.gt(0) ? total.times(perp.overallAssetWeight) : total;
}

/** Health of an amount of a token: value x asset weight, or x liability weight when it is a debt. */
function tokenHealth(token: WeightedToken, amount: Decimal): Decimal {
  return amount.times(token.price).times(weightOf(token, amount));
}

function weightOf(token: WeightedToken, amount: Decimal): Decimal {
  return amount.isNegative() ? token.liabilityWeight : token.assetWeight;
}

/** What the last `added` units on top of a largest balance do to health: repaid debt counts by the liability weight. */
function effectOfAdding(token: WeightedToken, largestBalance: Decimal, added: Decimal): Decimal {
  return tokenHealth(token, largestBalance).minus(tokenHealth(token, largestBalance.minus(added)));
}

/** All amounts of a market on its base or on its quote token: an order may trade at its own limit where that is worse than the price. */
function convertedAmounts(orders: ReservedOrders, base: WeightedToken, quote: WeightedToken) {
  const { baseAmount, quoteAmount, lowestAsk, highestBid } = orders;
  const bought = quoteAmount.times(quote.price).div(base.price);
  const sold = baseAmount.times(base.price).div(quote.price);
  return {
    asBase: baseAmount.plus(highestBid === undefined ? bought : minOf(bought, quoteAmount.div(highestBid))),
    asQuote: quoteAmount.plus(lowestAsk === undefined ? sold : minOf(sold, baseAmount.times(lowestAsk))),
  };
}

/**
 * Account health: sum over tokens of weighted value, perpetual results added to their settle token before its weight, reserved
 * order amounts on whichever side is worse while all other markets' amounts count as already on that token.
 * @returns quote units; negative is a breach
 * @throws ModelInputError `unknown-token` when a perpetual or an order names a token that the account does not list
 */
export function accountHealth(
  account: HealthAccount,
  kind: HealthKind,
): { readonly health: Decimal; readonly lines: readonly HealthLine[] } {
  const tokens = account.tokens.map((token) => ({ ...token, ...(kind === 'init' ? scaledWeights(token) : {}) }));
  const byName = new Map(tokens.map((token) => [token.token, token]));
  const tokenOf = (name: string): (typeof tokens)[number] => {
    const token = byName.get(name);
    if (token !== undefined) return token;
    throw new ModelInputError(
      'unknown-token',
      `tokens.${name}`,
      `tokens.${name}: is missing; list every token that orders and perpetuals settle in`,
    );
  };
  for (const perp of account.perps) tokenOf(perp.settleToken);
  const balances = new Map(
    tokens.map(({ token, balance }) => [
      token,
      balance.plus(sum(account.perps.filter(({ settleToken }) => settleToken === token).map(perpHealth))),
    ]),
  );
  const markets = account.reservedOrders.map((orders) => {
    const base = tokenOf(orders.base);
    const quote = tokenOf(orders.quote);
    return { base, quote, ...convertedAmounts(orders, base, quote) };
  });
  const largest = (token: string): Decimal =>
    balances
      .get(token)!
      .plus(sum(markets.filter(({ base }) => base.token === token).map(({ asBase }) => asBase)))
      .plus(sum(markets.filter(({ quote }) => quote.token === token).map(({ asQuote }) => asQuote)));
  const tokenLines = tokens.map((token): HealthLine => {
    const balance = balances.get(token.token)!;
    return {
      code: 'token',
      subject: token.token,
      amount: tokenHealth(token, balance),
      weight: weightOf(token, balance),
    };
  });
  const orderLines = markets.map(({ base, quote, asBase, asQuote }): HealthLine => {
    const amount = minOf(
      effectOfAdding(base, largest(base.token), asBase),
      effectOfAdding(quote, largest(quote.token), asQuote),
    );
    return { code: 'reserved-orders', subject: `${base.token}/${quote.token}`, amount, weight: ONE };
  });
  const lines = [...tokenLines, ...orderLines];
  return { health: lines.reduce((total, { amount }) => total.plus(amount), ZERO), lines };
}
