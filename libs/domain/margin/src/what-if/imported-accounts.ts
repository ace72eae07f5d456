import type {
  AccountId,
  AccountMarginState,
  BookImportCommands,
  DecimalString,
  InstrumentId,
  MarginFigures,
} from '@ballast/facts';
import {
  dayOf,
  FEE_DOCUMENTS,
  feeTierOf,
  isTrailing,
  NO_POSITION,
  positionLeft,
  tradeAtAverageCost,
  type FeeFigures,
} from '@ballast/instruments';
import { compareText, dec, maxOf, ownerOf, sum, text, ZERO, type Decimal, type OwnerId } from '@ballast/kernel';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import { writeFigures, type AssessedAccount, type HeldPosition, type Holdings } from '../assess/assessment.js';
import { decideState, HEALTHY, levelsOf, MARGIN_STATES, plainMemory } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { accountsOfOwner } from '../orders/account-orders.js';
import type { OrderTerms } from '../orders/open-orders.js';
import { orderRequirement, type OrderedAccount } from '../orders/worst-fills.js';

type ImportedAccount = BookImportCommands['AddBookPart']['accounts'][number];

/** How an account that is not here yet would stand the moment it comes. */
export interface ImportedStanding {
  readonly accountId: AccountId;
  /** Null: it holds a contract that has no price now, or there was no price set yet. */
  readonly state: AccountMarginState | null;
  readonly figures: MarginFigures | null;
  /** Orders that it brings. */
  readonly orders: number;
  /** What it could still lose to orders, USD; null: it brings none, or something that may fill has no price now. */
  readonly headroom: DecimalString | null;
}

/**
 * Would accounts of a live book be called or closed out as soon as they are opened? Assesses them as margin will, at the prices in
 * force and beside whatever their owners have here already; an account at a time, so that a book holds up nobody.
 * @param accounts all of an owner's that come
 * @see docs/spec/accounts.md CLR-ACC-092
 */
export function* assessImportedInSteps(
  state: MarginState,
  accounts: readonly ImportedAccount[],
): Generator<void, readonly ImportedStanding[]> {
  const assessor = assessorOf(state);
  const nothing = ({ accountId, orders = [] }: ImportedAccount): ImportedStanding => ({
    ...{ accountId, state: null, figures: null, orders: orders.length, headroom: null },
  });
  if (assessor === null) return accounts.map(nothing);
  const { parameters, halted } = assessor.market.schedule;
  const coming = accounts.map((account) => ({
    account,
    ownerId: ownerOf(account.accountId),
    holdings: holdingsOf(account, assessor.market),
  }));
  const ofOwner = new Map<OwnerId, { readonly holdings: Holdings[]; readonly ordered: OrderedAccount[] }>();
  for (const { account, ownerId, holdings } of coming) {
    const here = ofOwner.get(ownerId) ?? {
      holdings: holdingsHere(state, ownerId),
      ordered: [...accountsOfOwner(state, ownerId)],
    };
    ofOwner.set(ownerId, here);
    if (holdings === null) continue;
    here.holdings.push(holdings);
    here.ordered.push({ account: imported(account, holdings, []), orders: ordersOf(account) });
  }
  /** Beside everything of its owner; the others that are not here bring their orders too. */
  const headroomOf = (account: AssessedAccount, orders: readonly OrderTerms[], ownerId: OwnerId): Decimal | null => {
    const others = (ofOwner.get(ownerId)?.ordered ?? []).filter((each) => each.account.accountId !== account.accountId);
    const on = { market: assessor.market, rules: assessor.rules, fees: feesOf(state, accounts, ownerId) };
    return orderRequirement(on, { of: { account, orders }, others })?.headroom ?? null;
  };
  const standings: ImportedStanding[] = [];
  for (const { account, ownerId, holdings } of coming) {
    if (holdings === null) standings.push(nothing(account));
    else {
      const others = (ofOwner.get(ownerId)?.holdings ?? []).filter((each) => each !== holdings && each.size > 0);
      const arriving = imported(account, holdings, others);
      const { figures } = assessor.assessView(arriving);
      const orders = ordersOf(account);
      const headroom = orders.length === 0 ? null : headroomOf(arriving, orders, ownerId);
      const decision = decideState(plainMemory(HEALTHY), levelsOf(figures, parameters), halted);
      standings.push({
        accountId: account.accountId,
        state: MARGIN_STATES[decision.state] as AccountMarginState,
        figures: writeFigures(figures),
        orders: orders.length,
        headroom: headroom && text(headroom),
      });
    }
    yield;
  }
  return standings;
}

/** In the order of ids, each opened at its average price; null where one of the contracts has no price. */
function holdingsOf({ positions }: ImportedAccount, market: AssessmentMarket): Holdings | null {
  const holdings: [InstrumentId, HeldPosition][] = [];
  for (const { instrument: id, quantity, averagePrice } of positions) {
    const contract = market.open(id);
    if (contract === null) return null;
    const opened = tradeAtAverageCost(contract.instrument, NO_POSITION, dec(quantity), dec(averagePrice));
    // What was paid for an option against premium is in the collateral already.
    holdings.push([id, positionLeft(contract.cashStyle, opened)]);
  }
  return new Map(holdings.sort(([a], [b]) => compareText(a, b)));
}

const ordersOf = ({ orders = [] }: ImportedAccount): readonly OrderTerms[] =>
  orders.map(({ instrument, side, quantity, filledQuantity, price }) => ({
    ...{ instrument, side },
    quantity: dec(quantity).minus(filledQuantity),
    price: dec(price),
  }));

/** By the tier that the volumes of an owner bring him, or the better one that he has here. */
function feesOf(
  { accountsRules, feeTiers, schedule }: MarginState,
  accounts: readonly ImportedAccount[],
  ownerId: OwnerId,
): FeeFigures {
  const today = dayOf(schedule?.source.asOf ?? 0);
  const brought = accounts
    .filter(({ accountId }) => ownerOf(accountId) === ownerId)
    .flatMap(({ volumes = [] }) => volumes.filter(({ day }) => isTrailing(dayOf(day), today)));
  const volume = maxOf(feeTiers.get(ownerId) ?? ZERO, sum(brought.map((each) => dec(each.volume))));
  return feeTierOf(FEE_DOCUMENTS.inForce(accountsRules), volume);
}

const holdingsHere = ({ book }: MarginState, ownerId: OwnerId): Holdings[] =>
  [...book.slotsOfOwners([ownerId])].flatMap((slot) => book.accounts[slot]?.holdings ?? []);

const imported = (
  { accountId, collateral, marginModel }: ImportedAccount,
  holdings: Holdings,
  others: readonly Holdings[],
): AssessedAccount => ({
  accountId,
  version: 0,
  collateral: new Map(Object.entries(collateral).map(([asset, amount]) => [asset, dec(amount)])),
  clearedHolds: new Map(),
  holdings,
  model: marginModel ?? null,
  ownerHoldings: others,
});
