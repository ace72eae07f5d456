import type { Cause, DecisionContext } from '@ballast/event-sourcing';
import { limitsInForce, type PositionLimits } from '@ballast/instruments';
import { compareText, text, type OwnerId } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { emitMargin } from '../margin.events.js';
import type { MarginState } from '../margin.state.js';
import { cancelBeyondLimits } from '../orders/cancels.decider.js';
import { exceedanceKey, type Exceedance } from './exceedances.js';
import { limitedSides, ownerOf, usesOfSide, type LimitUse } from './limit-uses.js';

const NOTHING = (): readonly [] => [];

/** What is held under a limit. */
interface HeldUse {
  readonly use: Exceedance;
  readonly isBeyond: boolean;
}

/** What an owner holds of everything that is limited: positions only, since an order is refused before it is one. */
function heldUses(
  state: MarginState,
  limits: PositionLimits,
  accounts: readonly AccountRecord[],
): ReadonlyMap<string, HeldUse> {
  const [first] = accounts;
  if (first === undefined) return new Map();
  const owner = ownerOf(state, first, NOTHING);
  const uses = limitedSides(limits).flatMap((side) =>
    owner.flatMap((of, place) =>
      usesOfSide(state, limits, side, of, owner)
        // The owner's own use is the same for each of his accounts.
        .filter(({ holder }) => holder === 'account' || (holder === 'owner' && place === 0))
        .map((use) => told(use, of.account, limits)),
    ),
  );
  return new Map(uses.map((held) => [exceedanceKey(held.use), held]));
}

function told(use: LimitUse, { ownerId, accountId }: AccountRecord, limits: PositionLimits): HeldUse {
  const { kind, holder, instrument, underlying, side, limit, figure } = use;
  return {
    use: {
      kind: kind === 'concentration' ? kind : 'position',
      ownerId,
      accountId: holder === 'account' ? accountId : null,
      instrument,
      underlying,
      side,
      limit: text(limit),
      figure: text(figure),
      limits: limits.id,
    },
    isBeyond: figure.gt(limit),
  };
}

const accountsOf = ({ book }: MarginState, ownerId: OwnerId): readonly AccountRecord[] =>
  [...book.slotsOfOwners([ownerId])].map((slot) => book.accounts[slot] as AccountRecord);

/**
 * Tells which limits some owners have come beyond, with what is asked of the exchange because of it, and which they are within again.
 * @see docs/spec/limits.md CLR-LIM-003
 */
export function judgeLimits(
  state: MarginState,
  owners: Iterable<OwnerId>,
  context: DecisionContext,
  cause?: Cause,
): void {
  const limits = limitsInForce(state.accountsRules);
  if (limits === undefined) return;
  for (const ownerId of [...owners].sort(compareText)) {
    const accounts = accountsOf(state, ownerId);
    const known = state.exceedances.get(ownerId) ?? new Map<string, Exceedance>();
    if (known.size === 0 && accounts.every(({ holdings }) => holdings.size === 0)) continue;
    const held = heldUses(state, limits, accounts);
    for (const [key, before] of [...known]) {
      const now = held.get(key);
      if (now?.isBeyond === true) continue;
      const use = now?.use ?? { ...before, limit: null, limits: limits.id };
      emitMargin(context, 'PositionLimitRestored', use, cause);
    }
    const exceeded = [...held].filter(([key, { isBeyond }]) => isBeyond && !known.has(key));
    for (const [, { use }] of exceeded) emitMargin(context, 'PositionLimitExceeded', use, cause);
    if (exceeded.length > 0) for (const account of accounts) cancelBeyondLimits(state, account, context, cause);
  }
}

/** Owners of all accounts. */
export const allOwners = ({ book }: MarginState): ReadonlySet<OwnerId> =>
  new Set(book.accounts.map(({ ownerId }) => ownerId));

/** Whom a run may bring beyond a limit: whose accounts changed, and where USD are limited, everybody whose prices did. */
export function ownersToJudge(state: MarginState): ReadonlySet<OwnerId> {
  const limits = limitsInForce(state.accountsRules);
  if (limits === undefined || state.due === null) return new Set();
  return state.due.full && limits.underlyings.size > 0 ? allOwners(state) : new Set(state.touched);
}
