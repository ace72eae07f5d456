import { assess, type Assessment, type ExactFigures } from '../assessment/assess.js';
import type { ScheduleFigures } from '../assessment/schedule-figures.js';
import type { ScreenedFigures } from '@ballast/margin-models';
import type { MarginState } from '../margin.state.js';
import { clearedHolds, type AccountBook, type AccountRecord } from '../run/account-book.js';
import { PortfolioScreen } from '../run/portfolio-screen.js';
import { assessPortfolio, type PortfolioAccount } from './assess-portfolio.js';
import { PortfolioMarket } from './portfolio-market.js';

/** An account's figures, and on demand the whole assessment; `model` only if a portfolio model decided. */
export interface AccountAssessment {
  readonly figures: ExactFigures;
  readonly model: string | null;
  readonly detail: () => Assessment;
}

/** How the accounts of a partition are assessed on one schedule. */
export interface AccountAssessor {
  /** By the model that the account is due, in decimals. */
  readonly assessExactly: (account: AccountRecord) => AccountAssessment;
  /** A portfolio account by slot in float64; null where only decimals can tell. */
  readonly screenPortfolio: (slot: number) => ScreenedFigures | null;
}

const markets = new WeakMap<MarginState, PortfolioMarket>();

/** The market of the schedule in force, read once per schedule: with the newest risk arrays published before its price set. */
export function portfolioMarketOf(state: MarginState, schedule: ScheduleFigures): PortfolioMarket {
  const known = markets.get(state);
  if (known?.schedule === schedule) return known;
  const arrays = state.riskArrays.findLast(({ position }) => position < schedule.source.priceSet);
  const market = new PortfolioMarket(schedule, arrays?.source ?? null, state, state.callHistory);
  markets.set(state, market);
  return market;
}

/** What a portfolio assessment of an account reads. */
export function portfolioAccountOf({ book }: MarginState, account: AccountRecord): PortfolioAccount {
  const own = book.slotOf(account.accountId) as number;
  return {
    accountId: account.accountId,
    version: account.version,
    collateral: account.collateral,
    clearedHolds: clearedHolds(account),
    holdings: book.holdingsAt(own),
    model: account.model,
    ownerHoldings: book
      .slotsOfOwner(account)
      .filter((slot) => slot !== own)
      .map((slot) => book.holdingsAt(slot))
      .filter(({ size }) => size > 0),
  };
}

/** Linear perpetuals alone by adaptive-linear, all else as a portfolio. */
export function accountAssessor(state: MarginState, schedule: ScheduleFigures): AccountAssessor {
  const linear = linearAssessor(state.book, schedule);
  let screen: PortfolioScreen | null = null;
  return {
    assessExactly(account) {
      if (!state.book.isPortfolio(account)) return linear.assessExactly(account);
      const { figures, model, detail } = assessPortfolio(
        portfolioAccountOf(state, account),
        portfolioMarketOf(state, schedule),
      );
      return { figures, model, detail: () => detail().assessment };
    },
    screenPortfolio(slot) {
      screen ??= new PortfolioScreen(state.book, portfolioMarketOf(state, schedule));
      return screen.figuresOf(slot);
    },
  };
}

/** adaptive-linear for every account: of a book without any other contract. */
export function linearAssessor(book: AccountBook, schedule: ScheduleFigures): AccountAssessor {
  return {
    assessExactly(account) {
      const assessment = assess(book.figuresOf(account), schedule);
      return { figures: assessment.figures, model: null, detail: () => assessment };
    },
    screenPortfolio: () => null,
  };
}

/** The whole assessment of one account on a schedule. */
export const assessmentOf = (state: MarginState, schedule: ScheduleFigures, account: AccountRecord): Assessment =>
  accountAssessor(state, schedule).assessExactly(account).detail();
