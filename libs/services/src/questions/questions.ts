import {
  accountIds,
  accountStandings,
  accountStatement,
  accountsInvariants,
  averageEntryOf,
  correctionFigures,
  deferredLines,
  isCleared,
  isOpenAccount,
  bookImportFigures,
  judgeImported,
  lastReconciliations,
  openBreaks,
  openReleases,
  ownersFees,
  shortfall,
  suspendedLines,
  trialBalance,
  type AccountsState,
  type AccountStatement,
  type FundState,
} from '@ballast/accounts-domain';
import { standingRules } from '@ballast/documents';
import { compareText, ownerOf, type AccountId, type Decimal, type Instant } from '@ballast/kernel';
import { auctionsNow, deleveragingOutlook, openCaseOf } from '@ballast/liquidation-domain';
import {
  assessImportedInSteps,
  assessedNow,
  assessmentOf,
  deleverageable,
  holdingsOf,
  headroomOf,
  limitsOfAccount,
  ordersOfAccount,
  preTradeCheck,
  riskArraysOf,
  scheduleOf,
  standingOf,
  surveyAccounts,
  whatIfInSteps,
  type AccountStanding,
  type MarginState,
  type OrderToCheck,
  type PreTradeAnswer,
} from '@ballast/margin-domain';
import {
  houseModeFigures,
  instrumentHaltFigures,
  pricingInvariants,
  instrumentsListed,
  presentPrices,
  quoteLifetimeMs,
  delistingFigures,
  settlementOverrideFigures,
  type PricingInvariant,
  type PricingState,
} from '@ballast/pricing-domain';
import type { AssessmentDetail, MarginFigures } from '@ballast/facts';
import { partByName, partByPosition, type WantedPart } from './list-parts.js';
import { questionsOf, type Question } from './question.js';

/** An account as accounts has it, each position with the price it was opened at on average. */
interface StatedAccount extends Omit<AccountStatement, 'positions'> {
  readonly positions: readonly (AccountStatement['positions'][number] & { readonly averageEntry: Decimal | null })[];
}

function accountOf(state: AccountsState, accountId: AccountId): StatedAccount | undefined {
  const statement = accountStatement(state, accountId);
  if (statement === undefined) return undefined;
  const positions = statement.positions.map((position) => ({
    ...position,
    averageEntry: averageEntryOf(state, accountId, position.instrument),
  }));
  return { ...statement, positions };
}

/** The first accounts behind an id, in the order of ids. @param wanted whose they are, and what their ids contain in small or capital letters; null: any */
const accountsAfter = (
  state: AccountsState,
  after: AccountId | null,
  limit: number,
  { owner, search }: { readonly owner: string | null; readonly search: string | null },
): readonly AccountId[] => {
  const part = search?.toLowerCase() ?? '';
  return accountIds(state)
    .filter(
      (accountId) =>
        (after === null || compareText(accountId, after) > 0) &&
        (owner === null || ownerOf(accountId) === owner) &&
        (part === '' || accountId.toLowerCase().includes(part)),
    )
    .sort(compareText)
    .slice(0, limit);
};

/** What an order may be checked against: the account is open, the instrument cleared. */
const tradable = (state: AccountsState, accountId: AccountId, instrument: string) => ({
  isOpen: isOpenAccount(state, accountId),
  isCleared: isCleared(state, instrument),
});

/** Totals by asset, what is short, and what does not hold. */
const books = (state: AccountsState) => ({
  totals: trialBalance(state).totals,
  shortfall: shortfall(state),
  violated: [...accountsInvariants.ofPartition(state), ...accountsInvariants.ofExpiries(state)].map(({ name }) => name),
});

const fundBooks = (state: FundState) => ({
  totals: trialBalance(state).totals,
  violated: accountsInvariants.ofFund(state).map(({ name }) => name),
});

const bookImports = ({ bookImports: imports }: FundState, partitions: number) => bookImportFigures(imports, partitions);

const corrections = (state: FundState, wanted: WantedPart<string>, partitions: number) =>
  partByName(correctionFigures(state.corrections, partitions), ({ correctionId }) => correctionId, wanted);

const reconciliations = (state: FundState, wanted: WantedPart<string>) =>
  partByName(lastReconciliations(state.reconciliations), booksName, wanted);

/** What books of others are known by. */
export const booksName = ({ source, of }: { readonly source: string; readonly of: string }): string =>
  `${source} ${of}`;

const breaks = (state: FundState, wanted: WantedPart<number>) =>
  partByPosition(openBreaks(state.reconciliations), ({ breakId }) => breakId, wanted);

const positionOf = ({ position }: { readonly position: number }): number => position;

const suspense = (state: AccountsState, wanted: WantedPart<number>) =>
  partByPosition(suspendedLines(state), positionOf, wanted);

const deferred = (state: AccountsState, wanted: WantedPart<number>) =>
  partByPosition(deferredLines(state), positionOf, wanted);

const releases = (state: AccountsState, wanted: WantedPart<string>) =>
  partByName(openReleases(state), ({ releaseId }) => releaseId, wanted);

const standings = (state: AccountsState, wanted: WantedPart<string>) =>
  partByName(accountStandings(state), ({ accountId }) => accountId, wanted);

const feeTiers = (state: AccountsState, wanted: WantedPart<string>, at: Instant) =>
  partByName([...ownersFees(state, at)], ({ ownerId }) => ownerId, wanted);

const houseMode = ({ houseMode: mode, modeChange: change }: PricingState) => ({ mode, change });

const houseModeProposals = (state: PricingState, wanted: WantedPart<string>) =>
  partByName(houseModeFigures(state).proposals, ({ proposalId }) => proposalId, wanted);

const instrumentHalts = (state: Parameters<typeof instrumentHaltFigures>[0], wanted: WantedPart<string>) =>
  partByName(instrumentHaltFigures(state), ({ haltId }) => haltId, wanted);

const settlementOverrides = (state: Parameters<typeof settlementOverrideFigures>[0], wanted: WantedPart<string>) =>
  partByName(settlementOverrideFigures(state), ({ overrideId }) => overrideId, wanted);

const delistings = (state: Parameters<typeof delistingFigures>[0], wanted: WantedPart<string>) =>
  partByName(delistingFigures(state), ({ delistingId }) => delistingId, wanted);

const auctions = (state: Parameters<typeof auctionsNow>[0], wanted: WantedPart<string>, clearing: Instant) =>
  partByName(auctionsNow(state, clearing), ({ auctionId }) => auctionId, wanted);

/** An account as margin has it. */
interface MarginedAccount {
  /** Undefined when margin does not know the account. */
  readonly standing: AccountStanding | undefined;
  readonly assessment: AssessmentDetail | null;
}

const marginedAccount = (state: MarginState, accountId: AccountId): MarginedAccount => ({
  standing: standingOf(state, accountId),
  assessment: assessmentOf(state, accountId),
});

interface AccountFigures {
  readonly accountId: AccountId;
  readonly state: AccountStanding['state'] | null;
  readonly figures: MarginFigures | null;
}

/** State and figures of some accounts; both null before the first schedule. */
const figuresOf = (state: MarginState, accounts: readonly AccountId[]): readonly AccountFigures[] =>
  accounts.map((accountId) => {
    const figures = assessedNow(state, accountId)?.figures ?? null;
    return { accountId, figures, state: figures === null ? null : (standingOf(state, accountId)?.state ?? null) };
  });

/** Orders and reservations of an account; undefined when margin does not know it. */
const orders = (state: MarginState, accountId: AccountId) => ordersOfAccount(state, accountId);

interface CheckedOrder {
  readonly standing: AccountStanding;
  readonly checked: PreTradeAnswer;
  /** Position of the schedule in margin global. */
  readonly schedule: number | null;
}

/** Undefined when margin does not know the account. */
function checkedOrder(state: MarginState, order: OrderToCheck): CheckedOrder | undefined {
  const standing = standingOf(state, order.accountId);
  if (standing === undefined) return undefined;
  return { standing, checked: preTradeCheck(state, order), schedule: scheduleOf(state)?.position ?? null };
}

/** Partitions that got their arrays from hand to hand hold one and the same: each is checked once. */
const violatedBy = new WeakMap<object, readonly PricingInvariant[]>();

/** Invariants that the risk arrays break which margin computes with. */
const brokenArrays = (state: MarginState): readonly PricingInvariant[] =>
  riskArraysOf(state).flatMap((arrays) => {
    const known = violatedBy.get(arrays) ?? pricingInvariants.ofRiskArrays(arrays).map(({ name }) => name);
    violatedBy.set(arrays, known);
    return known;
  });

/** Position of the schedule that everybody is measured by, in margin global; null before the first. */
const schedulePosition = (state: MarginState): number | null => scheduleOf(state)?.position ?? null;

const underlyingsInForce = (state: MarginState) => scheduleOf(state)?.source.underlyings ?? [];

/**
 * Everything that an edge may ask of the partitions, by what is asked. An answer is built of plain values, decimals, lists and maps:
 * it may come from another process.
 */
export const questions = {
  accounts: questionsOf('accounts', 'accounts', {
    account: accountOf,
    accountsAfter,
    isOpen: isOpenAccount,
    tradable,
    isCleared,
    judgeImported,
    books,
    suspense,
    releases,
    deferred,
    standings,
    feeTiers,
  }),
  fund: questionsOf('fund', 'accounts', {
    books: fundBooks,
    rules: standingRules,
    corrections,
    reconciliations,
    breaks,
    bookImports,
  }),
  margin: questionsOf('margin', 'margin', {
    account: marginedAccount,
    figures: figuresOf,
    check: checkedOrder,
    whatIf: whatIfInSteps,
    assessImported: assessImportedInSteps,
    orders,
    headroom: headroomOf,
    limits: limitsOfAccount,
    survey: surveyAccounts,
    holdings: holdingsOf,
    deleverageable,
    schedulePosition,
    underlyings: underlyingsInForce,
    brokenArrays,
  }),
  marginRules: questionsOf('marginRules', 'margin', { rules: standingRules }),
  pricing: questionsOf('pricing', 'pricing', {
    houseMode,
    houseModeProposals,
    instrumentHalts,
    settlementOverrides,
    delistings,
    instruments: instrumentsListed,
    prices: presentPrices,
    quoteLifetimeMs,
    rules: standingRules,
  }),
  liquidation: questionsOf('liquidation', 'liquidation', { openCase: openCaseOf }),
  deleveraging: questionsOf('deleveraging', 'liquidation', {
    rules: standingRules,
    outlook: deleveragingOutlook,
    auctions,
  }),
} as const;

const BY_NAME: ReadonlyMap<string, Question<readonly unknown[], unknown>> = new Map(
  Object.values(questions)
    .flatMap((each) => Object.values(each) as unknown as Question<readonly unknown[], unknown>[])
    .map((question) => [question.name, question]),
);

/** The question of a name that came from another process. */
export const questionNamed = (name: string): Question<readonly unknown[], unknown> | undefined => BY_NAME.get(name);
