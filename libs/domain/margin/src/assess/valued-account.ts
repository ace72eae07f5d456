import type { HouseRules } from '@ballast/documents';
import { maxOf, SETTLEMENT_ASSET, type Decimal } from '@ballast/kernel';
import { rangesAt, sameRanges, type SideSizes } from '@ballast/risk-schedule';
import { assessAccount, ownEquity, OWN_MODEL, type AccountAssessment } from './assess.js';
import type { AssessmentMarket } from './assessment-market.js';
import type { AssessedAccount, ExactFigures, Holdings } from './assessment.js';
import { NO_SIZES, sizesOf, sizesOfOwner, type Sizes } from './owner-sizes.js';
import { valueHoldings, type ValuedHoldings } from './valued-holdings.js';

/** What an account has, and what that is worth on a market. */
interface ValuedState {
  readonly account: AssessedAccount;
  readonly valued: ValuedHoldings;
}

/** An account valued on one market, and assessed once somebody asks: what checks of its orders start from. */
export class ValuedAccount implements ValuedState {
  readonly account: AssessedAccount;
  readonly valued: ValuedHoldings;
  #assessed: Pick<AccountAssessment, 'figures' | 'model'> | undefined;
  #sizes: Sizes | undefined;

  /** @param other another state of the same account, on the same market: what is held in both is not valued again */
  constructor(
    account: AssessedAccount,
    private readonly market: AssessmentMarket,
    private readonly rules: HouseRules,
    other?: ValuedAccount,
  ) {
    // The book goes on changing its amounts; positions are replaced as a whole.
    this.account = { ...account, collateral: new Map(account.collateral) };
    this.valued = valueHoldings(this.account.holdings, market, other?.valued);
  }

  get figures(): ExactFigures {
    return this.#assessment.figures;
  }

  get #assessment(): Pick<AccountAssessment, 'figures' | 'model'> {
    if (this.#assessed === undefined) {
      const { figures, model } = assessAccount(this.account, this.market, this.rules, undefined, this.valued);
      this.#assessed = { figures, model };
    }
    return this.#assessed;
  }

  /** What it adds to its owner's sizes. */
  get sizes(): Sizes {
    this.#sizes ??= sizesOf(this.valued.open);
    return this.#sizes;
  }

  /** The account with other positions or money. */
  changedTo(account: AssessedAccount): ValuedAccount {
    return new ValuedAccount(account, this.market, this.rules, this);
  }

  /**
   * Equity less the initial requirement of another state of the account, without assessing it, where it must ask for what this one does: the
   * house's own model asks by the quantities held, coins among them, at the ranges that the owner's sizes have; money and what was paid
   * move equity only.
   * @returns USD; undefined where the requirement may be another
   */
  surplusOf(other: ValuedState): Decimal | undefined {
    const { account, market } = this;
    if (!isOwn(account) || !isOwn(other.account)) return undefined;
    const sameBooks = sameHoldings(account.holdings, other.account.holdings) && sameMoney(account, other.account);
    if (!sameBooks && !asksByTheSame(this, other)) return undefined;
    if (!sameRangesOf(this, other.account, market)) return undefined;
    const { figures, model } = this.#assessment;
    if (model !== OWN_MODEL) return undefined;
    const equity = sameBooks ? figures.equity : ownEquity(other.account, other.valued, market);
    return equity.minus(figures.initial);
  }
}

/** Whether nobody chose another model. */
const isOwn = ({ model }: AssessedAccount): boolean => model === null || model === OWN_MODEL;

const sameMoney = (known: AssessedAccount, now: AssessedAccount): boolean =>
  sameAmounts(known.collateral, now.collateral) && sameAmounts(known.clearedHolds, now.clearedHolds);

/** Whether an assessment would read the same. Positions are never changed in place, so the same object is the same position. */
export function isSameAccount(known: AssessedAccount, now: AssessedAccount): boolean {
  return (
    known.model === now.model &&
    sameMoney(known, now) &&
    sameHoldings(known.holdings, now.holdings) &&
    known.ownerHoldings.length === now.ownerHoldings.length &&
    known.ownerHoldings.every((holdings, i) => sameHoldings(holdings, now.ownerHoldings[i] as Holdings))
  );
}

type Amounts = AssessedAccount['collateral'];

const sameAmounts = (known: Amounts, now: Amounts): boolean =>
  known === now ||
  (known.size === now.size && [...now].every(([asset, amount]) => known.get(asset)?.eq(amount) === true));

function sameHoldings(known: Holdings, now: Holdings): boolean {
  if (known === now) return true;
  if (known.size !== now.size) return false;
  for (const [id, held] of now) if (known.get(id) !== held) return false;
  return true;
}

/** Whether the same is held beside money, and positions are: without one, a debt of money decides whether anything is required. */
const asksByTheSame = (known: ValuedState, now: ValuedState): boolean =>
  known.valued.open.length > 0 &&
  sameQuantities(known.account, now.account) &&
  sameAmounts(coinsOf(known.account.collateral), coinsOf(now.account.collateral)) &&
  sameAmounts(coinsOf(known.account.clearedHolds), coinsOf(now.account.clearedHolds));

function sameQuantities({ holdings: known }: AssessedAccount, { holdings: now }: AssessedAccount): boolean {
  if (known.size !== now.size) return false;
  for (const [id, held] of now) {
    const before = known.get(id);
    if (before !== held && before?.quantity.eq(held.quantity) !== true) return false;
  }
  return true;
}

function coinsOf(amounts: Amounts): Amounts {
  if (!amounts.has(SETTLEMENT_ASSET)) return amounts;
  const coins = new Map(amounts);
  coins.delete(SETTLEMENT_ASSET);
  return coins;
}

/** Whether another state with the same quantities is assessed at the same ranges: most sizes lie in the lowest bracket. */
function sameRangesOf({ account, sizes: own }: ValuedAccount, now: AssessedAccount, market: AssessmentMarket): boolean {
  const before = sizesOfOwner(account, own, market);
  const after = sizesOfOwner(now, own, market);
  for (const underlying of new Set([...before.keys(), ...after.keys()])) {
    const from = larger(own.get(underlying), before.get(underlying));
    const to = larger(own.get(underlying), after.get(underlying));
    if (from.long.eq(to.long) && from.short.eq(to.short)) continue;
    const schedule = market.market.adaptive?.get(underlying);
    if (schedule === undefined) return false;
    if (!sameRanges(rangesAt(schedule, from, 'maintenance'), rangesAt(schedule, to, 'maintenance'))) return false;
  }
  return true;
}

/** The model counts an owner at no less than the account itself. */
const larger = (own: SideSizes = NO_SIZES, owner: SideSizes = NO_SIZES): SideSizes => ({
  long: maxOf(own.long, owner.long),
  short: maxOf(own.short, owner.short),
});
