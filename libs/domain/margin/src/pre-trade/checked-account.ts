import type { HouseRules } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import { assessAccount } from '../assess/assess.js';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import type { AssessedAccount, ExactFigures, Holdings } from '../assess/assessment.js';
import { valueHoldings, type ValuedHoldings } from '../assess/valued-holdings.js';

/** An account as it is, valued on one market: what all checks of its orders start from. */
export class CheckedAccount {
  readonly account: AssessedAccount;
  readonly valued: ValuedHoldings;
  #figures: ExactFigures | undefined;

  /** @param earlier the same account before its last change, on the same market */
  constructor(
    account: AssessedAccount,
    private readonly market: AssessmentMarket,
    private readonly rules: HouseRules,
    earlier?: CheckedAccount,
  ) {
    // The book goes on changing its amounts; positions are replaced as a whole.
    this.account = { ...account, collateral: new Map(account.collateral) };
    this.valued = valueHoldings(this.account.holdings, market, earlier?.valued);
  }

  get figures(): ExactFigures {
    this.#figures ??= assessAccount(this.account, this.market, this.rules, undefined, this.valued).figures;
    return this.#figures;
  }

  /** What it would be with some positions changed: only these are valued. */
  figuresOf(changed: AssessedAccount): ExactFigures {
    const valued = valueHoldings(changed.holdings, this.market, this.valued);
    return assessAccount(changed, this.market, this.rules, undefined, valued).figures;
  }
}

/** Whether an assessment would read the same. Positions are never changed in place, so the same object is the same position. */
export function isSameAccount(known: AssessedAccount, now: AssessedAccount): boolean {
  return (
    known.model === now.model &&
    sameAmounts(known.collateral, now.collateral) &&
    sameAmounts(known.clearedHolds, now.clearedHolds) &&
    sameHoldings(known.holdings, now.holdings) &&
    known.ownerHoldings.length === now.ownerHoldings.length &&
    known.ownerHoldings.every((holdings, i) => sameHoldings(holdings, now.ownerHoldings[i] as Holdings))
  );
}

const sameAmounts = (known: ReadonlyMap<string, Decimal>, now: ReadonlyMap<string, Decimal>): boolean =>
  known.size === now.size && [...now].every(([asset, amount]) => known.get(asset)?.eq(amount) === true);

function sameHoldings(known: Holdings, now: Holdings): boolean {
  if (known === now) return true;
  if (known.size !== now.size) return false;
  for (const [id, held] of now) if (known.get(id) !== held) return false;
  return true;
}
