import type { AccountId, AccountMarginState, BookImportCommands, InstrumentId, MarginFigures } from '@ballast/facts';
import { NO_POSITION, positionLeft, tradeAtAverageCost } from '@ballast/instruments';
import { compareText, dec, ownerOf, type OwnerId } from '@ballast/kernel';
import type { AssessmentMarket } from '../assess/assessment-market.js';
import { writeFigures, type AssessedAccount, type HeldPosition, type Holdings } from '../assess/assessment.js';
import { decideState, HEALTHY, levelsOf, MARGIN_STATES, plainMemory } from '../call/margin-state.js';
import { assessorOf, type MarginState } from '../margin.state.js';

type ImportedAccount = BookImportCommands['AddBookPart']['accounts'][number];

/** How an account that is not here yet would stand the moment it comes. */
export interface ImportedStanding {
  readonly accountId: AccountId;
  /** Null: it holds a contract that has no price now, or there was no price set yet. */
  readonly state: AccountMarginState | null;
  readonly figures: MarginFigures | null;
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
  const nothing = ({ accountId }: ImportedAccount): ImportedStanding => ({ accountId, state: null, figures: null });
  if (assessor === null) return accounts.map(nothing);
  const { parameters, halted } = assessor.market.schedule;
  const coming = accounts.map((account) => ({
    account,
    ownerId: ownerOf(account.accountId),
    holdings: holdingsOf(account, assessor.market),
  }));
  const ofOwner = new Map<OwnerId, Holdings[]>();
  for (const { ownerId, holdings } of coming) {
    if (!ofOwner.has(ownerId)) ofOwner.set(ownerId, holdingsHere(state, ownerId));
    if (holdings !== null) ofOwner.get(ownerId)?.push(holdings);
  }
  const standings: ImportedStanding[] = [];
  for (const { account, ownerId, holdings } of coming) {
    if (holdings === null) standings.push(nothing(account));
    else {
      const others = (ofOwner.get(ownerId) ?? []).filter((each) => each !== holdings && each.size > 0);
      const { figures } = assessor.assessView(imported(account, holdings, others));
      const decision = decideState(plainMemory(HEALTHY), levelsOf(figures, parameters), halted);
      standings.push({
        accountId: account.accountId,
        state: MARGIN_STATES[decision.state] as AccountMarginState,
        figures: writeFigures(figures),
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
