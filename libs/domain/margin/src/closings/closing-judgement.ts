import type { AssessmentDetail, PositionRequirement } from '@ballast/facts';
import { parseInstrumentId } from '@ballast/instruments';
import { dec, text, type Decimal } from '@ballast/kernel';
import type { AccountRecord } from '../assess/account-book.js';
import { OWN_MODEL } from '../assess/assess.js';
import type { PricedContract } from '../assess/priced-contracts.js';
import type { ValuedAccount } from '../assess/valued-account.js';
import { assessorOf, type MarginState } from '../margin.state.js';
import { filledAccount } from '../pre-trade/filled-account.js';

type Closing = NonNullable<PositionRequirement['closings']>[number];

/** Requirements are rounded up to the cent, so of two that differ by no more nothing can be told. */
const CENT = dec('0.01');

/**
 * The assessment of an account in liquidation, with what it would still be required once a part of a position was closed at its mark: of each
 * position that bears a share beside others that it may hedge. A share says what the next contract frees; closing more of a hedge than it
 * balances frees nothing.
 * @see docs/spec/margin.md CLR-MRG-075
 */
export function withClosings(state: MarginState, account: AccountRecord, told: AssessmentDetail): AssessmentDetail {
  const assessor = assessorOf(state);
  // On halted prices nothing is closed.
  if (assessor === null || assessor.market.schedule.halted) return told;
  const hedged = new Set(told.positions.filter((position) => isBesideOthers(position, told)));
  if (hedged.size === 0) return told;
  const valued = assessor.valuedAccount(account);
  const isWorstOfLosses = told.portfolio.model === OWN_MODEL;
  return {
    ...told,
    positions: told.positions.map((position): PositionRequirement => {
      const contract = assessor.market.open(position.instrument);
      const lot = state.contracts.get(position.instrument)?.lot;
      if (contract === null || lot === undefined || !hedged.has(position)) return position;
      return withClosingsOf(position, closingsOf(valued, contract, dec(position.quantity), dec(lot), isWorstOfLosses));
    }),
  };
}

/**
 * Whether closing a position may free less than its share says. By the house's own model positions hedge each other on one underlying; what
 * another model sets options off against is its own affair.
 */
function isBesideOthers(position: PositionRequirement, { positions, portfolio }: AssessmentDetail): boolean {
  if (!dec(position.maintenance).gt(0)) return false;
  const held = positions.filter(({ quantity }) => !dec(quantity).isZero());
  const beside = held.filter(({ instrument }) => instrument !== position.instrument);
  if (portfolio.model === OWN_MODEL) return beside.some(({ underlying }) => underlying === position.underlying);
  return beside.length > 0 && held.some(({ instrument }) => parseInstrumentId(instrument).kind === 'option');
}

/** Keys in their canonical order. */
const withClosingsOf = (position: PositionRequirement, closings: readonly Closing[]): PositionRequirement => ({
  closings,
  ...position,
});

/**
 * All of a position, then half of it in whole lots, and so on to a lot. Of a model that asks for the worst of many losses, what a part frees by
 * the contract does not fall as the part shrinks: so where two of them free in proportion, every smaller one does, and nothing is left to judge.
 * Of another model three of them must.
 */
function closingsOf(
  valued: ValuedAccount,
  contract: PricedContract,
  held: Decimal,
  lot: Decimal,
  isWorstOfLosses: boolean,
): readonly Closing[] {
  const required = valued.figures.maintenance;
  const sign = held.isNegative() ? 1 : -1;
  const closings: Closing[] = [];
  let before: Part | undefined;
  let inProportion = 0;
  for (let quantity = held.abs(); quantity.gt(0); quantity = quantity.div(2).div(lot).floor().times(lot)) {
    const without = filledAccount(valued.account, contract, quantity.times(sign), contract.price);
    const { maintenance } = valued.changedTo(without).figures;
    const part = { quantity, freed: required.minus(maintenance) };
    closings.push({ maintenance: text(maintenance), quantity: text(quantity) });
    inProportion = before !== undefined && isInProportion(before, part) ? inProportion + 1 : 0;
    if (inProportion === (isWorstOfLosses ? 1 : 2)) break;
    before = part;
  }
  return closings;
}

interface Part {
  readonly quantity: Decimal;
  readonly freed: Decimal;
}

const isInProportion = (larger: Part, smaller: Part): boolean =>
  smaller.freed.minus(larger.freed.times(smaller.quantity).div(larger.quantity)).abs().lte(CENT);
