import type { AssessmentDetail, InstrumentId, LiquidationEvents, MarginGlobalEvents } from '@ballast/facts';
import { ZERO, dec, invariant, maxOf, text, type Decimal } from '@ballast/kernel';
import { assetPriceOn } from '../asset-price.js';
import type { CloseableContracts } from '../closeable-contracts.js';
import { settlementTerms, writeTerms } from '../deleverage/bankruptcy-price.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import {
  cheapestToClose,
  closeableParts,
  enoughOf,
  quantityToTarget,
  type CloseablePosition,
} from '../slice/slice-choice.js';
import { offersFor, type OfferedPosition, type ProviderAgreements } from './provider-agreements.js';

/** A part of a position that providers are asked to take over. */
export interface TakeOverPart extends OfferedPosition {
  readonly position: CloseablePosition;
  /** Contracts, > 0, whole lots. */
  readonly quantity: Decimal;
}

/** The greatest discount that a position would be taken over at; undefined when nobody would take over any of it. */
export type GreatestDiscount = (offered: OfferedPosition) => Decimal | undefined;

/** @see docs/spec/liquidation.md CLR-LIQ-053 */
export const agreedDiscount =
  (agreements: ProviderAgreements): GreatestDiscount =>
  (offered) =>
    offersFor(agreements, offered).at(-1)?.discount;

/**
 * What others are asked to take over: of the positions that at least one of them would, those that were offered in vain least often, and of these
 * the one that frees most per cost; as much of it as brings the account to its target if all goes at the greatest discount. The pace of the market
 * does not bound it. Of a position beside others that it hedges a part that margin judged stands for it, as in a slice.
 * @param inVain offers of a position in a row that nobody took anything of
 * @returns undefined when nobody would take over anything
 * @see docs/spec/liquidation.md CLR-LIQ-053, CLR-LIQ-075
 */
export function takeOverPart(
  assessment: AssessmentDetail,
  schedule: MarginGlobalEvents['ScheduleInForce'],
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
  greatestDiscount: GreatestDiscount,
  inVain: (instrument: InstrumentId) => number,
): TakeOverPart | undefined {
  const { accountId } = assessment;
  const targetHealth = dec(schedule.targetHealth);
  const offersOf = (position: CloseablePosition) => {
    const { contract, side, mark, unitNotional, equityRate, limit } = position;
    if (contract.halted || position.quantity.lt(contract.lot) || unitNotional.isZero()) return [];
    const offered: OfferedPosition = {
      accountId,
      instrument: contract.instrument.id,
      underlying: contract.instrument.underlying,
      ...{ side, mark, unitNotional, limit },
      terms: settlementTerms(contract, (asset) => assetPriceOn(schedule, asset)),
      mostDiscount: maxOf(equityRate, ZERO),
    };
    const greatest = greatestDiscount(offered);
    if (greatest === undefined) return [];
    const quantity = quantityToTarget(position, assessment, targetHealth, policy, greatest);
    return [{ part: position, offered, quantity, rate: greatest }];
  };
  // What the fund stands for is no price of a provider, so nothing counts as funded.
  const parts = closeableParts({ assessment, schedule, contracts, policy, funded: false });
  const offers = parts.flatMap((each) => {
    const offer = enoughOf(each.flatMap(offersOf), assessment, targetHealth, policy);
    return offer === undefined ? [] : [offer];
  });
  const least = Math.min(...offers.map(({ offered }) => inVain(offered.instrument)));
  const first = offers.filter(({ offered }) => inVain(offered.instrument) === least);
  if (first.length === 0) return undefined;
  const chosen = cheapestToClose(first.map(({ part }) => part));
  const offer = first.find(({ part }) => part === chosen);
  invariant(offer, 'what is chosen was offered');
  return { ...offer.offered, position: chosen, quantity: offer.quantity };
}

/** What a case offers to others, with every figure that price and quantity follow from. */
export function offerOf(
  { caseId, accountId }: Pick<LiquidationEvents['ProvidersAsked'], 'caseId' | 'accountId'>,
  { position, quantity, underlying, side, mark, unitNotional, limit, mostDiscount, terms }: TakeOverPart,
  { schedule, accountVersion }: Pick<AssessmentDetail, 'schedule' | 'accountVersion'>,
): LiquidationEvents['ProvidersAsked'] {
  const { contract } = position;
  return {
    caseId,
    accountId,
    instrument: contract.instrument.id,
    underlying,
    side,
    quantity: text(quantity),
    limit: text(limit),
    mark: text(mark),
    unitNotional: text(unitNotional),
    mostDiscount: text(mostDiscount),
    schedule,
    accountVersion,
    lot: text(contract.lot),
    settlement: writeTerms(terms),
  };
}
