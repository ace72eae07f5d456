import type { AccountId } from '@ballast/facts';
import type { Decimal } from '@ballast/kernel';
import { assessPortfolio, type PortfolioAccount } from '../portfolio/assess-portfolio.js';
import type { PortfolioMarket } from '../portfolio/portfolio-market.js';
import { valueHoldings, type Holdings, type ValuedHoldings } from '../portfolio/valued-holdings.js';
import type { ExactFigures } from './assess.js';

/** An account as it is, valued on one market: what all checks of its orders start from. */
export class CheckedAccount {
  readonly account: PortfolioAccount;
  readonly valued: ValuedHoldings;
  #figures: ExactFigures | undefined;

  /** @param earlier the same account before its last change, on the same market */
  constructor(
    account: PortfolioAccount,
    private readonly market: PortfolioMarket,
    earlier?: CheckedAccount,
  ) {
    // The book goes on changing its amounts; positions are replaced as a whole.
    this.account = { ...account, collateral: new Map(account.collateral) };
    this.valued = valueHoldings(this.account.holdings, market, earlier?.valued);
  }

  get figures(): ExactFigures {
    this.#figures ??= assessPortfolio(this.account, this.market, undefined, this.valued).figures;
    return this.#figures;
  }

  /** What it would be with some positions changed: only these are valued. */
  figuresOf(changed: PortfolioAccount): ExactFigures {
    const valued = valueHoldings(changed.holdings, this.market, this.valued);
    return assessPortfolio(changed, this.market, undefined, valued).figures;
  }
}

/** Accounts checked last on a market; an exchange checks many orders of one account between two changes. */
const REMEMBERED = 1_024;

const checked = new WeakMap<PortfolioMarket, Map<AccountId, CheckedAccount>>();

/** Values an account, or finds it valued if nothing of it has changed since. */
export function checkedAccount(account: PortfolioAccount, market: PortfolioMarket): CheckedAccount {
  const accounts = checked.get(market) ?? new Map<AccountId, CheckedAccount>();
  checked.set(market, accounts);
  const known = accounts.get(account.accountId);
  if (known !== undefined && isSame(known.account, account)) return known;
  const made = new CheckedAccount(account, market, known);
  // The one changed last goes last, so the first is the one that did not change for longest.
  accounts.delete(account.accountId);
  accounts.set(account.accountId, made);
  if (accounts.size > REMEMBERED) accounts.delete(accounts.keys().next().value as AccountId);
  return made;
}

/** Whether an assessment would read the same. Positions are never changed in place, so the same object is the same position. */
function isSame(known: PortfolioAccount, now: PortfolioAccount): boolean {
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
