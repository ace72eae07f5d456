import { type Decimal, ModelInputError } from '@ballast/kernel';
import { bankruptcyQuoteDelta, positionToClose } from './bankruptcy-price.js';
import { accountRisk, type FractionAccount, isInitialCollateralised } from './fraction-requirement.js';
import { type TransitionVerdict, undercollateralisedTransition } from './state-transition.js';

export type DeleveragingResult =
  | { readonly done: true; readonly liquidated: FractionAccount; readonly offsetting: FractionAccount }
  | { readonly done: false; readonly side: 'liquidated' | 'offsetting'; readonly reason: TransitionVerdict };

/**
 * Closes a slice of a liquidated account against an opposite account, at the bankruptcy price of the liquidated one.
 * Refused when either side ends below its initial requirement in a change that is forbidden to such an account.
 * @param closeDelta base units, added to the liquidated position and taken from the offsetting one
 * @throws ModelInputError `invalid-close-delta` when it does not reduce both positions, `no-maintenance-margin`
 */
export function deleverage(
  liquidated: FractionAccount,
  offsetting: FractionAccount,
  market: string,
  closeDelta: Decimal,
): DeleveragingResult {
  positionToClose(offsetting, market, closeDelta.neg());
  const quote = bankruptcyQuoteDelta(liquidated, market, closeDelta);
  const liquidatedAfter = withTrade(liquidated, market, closeDelta, quote);
  const offsettingAfter = withTrade(offsetting, market, closeDelta.neg(), quote.neg());
  const sides = [
    { side: 'liquidated', verdict: verdictOf(liquidated, liquidatedAfter) },
    { side: 'offsetting', verdict: verdictOf(offsetting, offsettingAfter) },
  ] as const;
  const refused = sides.find(({ verdict }) => verdict !== 'accepted');
  if (refused !== undefined) return { done: false, side: refused.side, reason: refused.verdict };
  return { done: true, liquidated: liquidatedAfter, offsetting: offsettingAfter };
}

function withTrade(account: FractionAccount, market: string, size: Decimal, quote: Decimal): FractionAccount {
  return {
    quoteBalance: account.quoteBalance.plus(quote),
    positions: account.positions.map((position) =>
      position.market === market ? { ...position, size: position.size.plus(size) } : position,
    ),
  };
}

function verdictOf(before: FractionAccount, after: FractionAccount): TransitionVerdict {
  const risk = accountRisk(after);
  return isInitialCollateralised(risk) ? 'accepted' : undercollateralisedTransition(accountRisk(before), risk);
}

/** Size of a position, base units; zero when none is held. */
export function sizeOf(account: FractionAccount, market: string): Decimal {
  const position = account.positions.find((held) => held.market === market);
  if (position !== undefined) return position.size;
  throw new ModelInputError(
    'unknown-position',
    market,
    `${market}: the account has no position; name one that it holds`,
  );
}
