import type { AccountId, DecimalString } from '@ballast/facts';
import { limitsInForce } from '@ballast/instruments';
import { maxOf, text, ZERO } from '@ballast/kernel';
import type { MarginState } from '../margin.state.js';
import { riskyOrdersOf } from '../orders/open-orders.js';
import { limitedSides, ownerOf, usesOfSide, type LimitUse } from './limit-uses.js';

/** A limit of an account and how much of it is used, contracts or USD. */
interface LimitLine extends Pick<LimitUse, 'kind' | 'holder' | 'instrument' | 'underlying' | 'side'> {
  readonly limit: DecimalString;
  /** Held now. */
  readonly held: DecimalString;
  /** Held once everything that may fill on that side has filled; of the house: as told last. */
  readonly committed: DecimalString;
  /** What may still be ordered on that side. */
  readonly headroom: DecimalString;
  readonly exceeded: boolean;
}

export interface AccountLimits {
  /** The document in force; null: none. */
  readonly limits: string | null;
  readonly uses: readonly LimitLine[];
}

const NOTHING = (): readonly [] => [];

/** Every limit that bounds an account, its owner and what it trades. Undefined when margin does not know the account. */
export function limitsOfAccount(state: MarginState, accountId: AccountId): AccountLimits | undefined {
  const account = state.book.find(accountId);
  if (account === undefined) return undefined;
  const limits = limitsInForce(state.accountsRules);
  if (limits === undefined) return { limits: null, uses: [] };
  const usesWith = (ordersOf: Parameters<typeof ownerOf>[2]): readonly LimitUse[] => {
    const of = { account, orders: ordersOf(accountId) };
    return limitedSides(limits).flatMap((side) =>
      usesOfSide(state, limits, side, of, ownerOf(state, account, ordersOf)),
    );
  };
  const held = usesWith(NOTHING);
  const committed = usesWith((each) => riskyOrdersOf(state.openOrders, each));
  return {
    limits: limits.id,
    uses: held.map(({ limit, figure, ...use }, place) => {
      const reached = committed[place]?.figure ?? figure;
      return {
        ...use,
        limit: text(limit),
        held: text(figure),
        committed: text(reached),
        headroom: text(maxOf(ZERO, limit.minus(reached))),
        exceeded: figure.gt(limit),
      };
    }),
  };
}
