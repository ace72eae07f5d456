import type { HouseRules } from '@ballast/documents';
import type { ContractSpecificationDocument, HouseMode, InstrumentId, Underlying } from '@ballast/facts';
import { compareText, type DecimalString, type Instant } from '@ballast/kernel';
import { expiryKey, type ContractRecord } from './contracts/contract.state.js';
import { delistingOf } from './delisting/delisting.evolve.js';
import { haltOf } from './instrument-halt/instrument-halt.evolve.js';
import type { PerpetualRecord } from './mark/perpetual.state.js';
import type { Delisting, PricingState, SettlementOverride } from './pricing.state.js';
import { figuresInForce } from './rules/pricing-documents.js';

/** A quote older than this is no longer good to decide on, milliseconds; of the sources that have no rule of their own. */
export const quoteLifetimeMs = ({ rules }: { readonly rules: HouseRules }): number =>
  figuresInForce(rules).rules.source.staleAfterMs;

/** What the house does at all, and what persons want it to do again. */
export interface HouseModeFigures {
  readonly mode: HouseMode;
  readonly proposals: readonly {
    readonly proposalId: string;
    readonly mode: HouseMode;
    readonly proposer: string;
    readonly reason: string;
  }[];
}

/** The mode of the house with the proposals that wait for a second person. */
export const houseModeFigures = ({
  houseMode,
  modeProposals,
}: Pick<PricingState, 'houseMode' | 'modeProposals'>): HouseModeFigures => ({
  mode: houseMode,
  proposals: [...modeProposals].flatMap(([proposalId, { mode, proposer, reason, open }]) =>
    open ? [{ proposalId, mode, proposer, reason }] : [],
  ),
});

/** A halt of an instrument that is in force. */
export interface InstrumentHaltFigures {
  readonly haltId: string;
  readonly instrument: InstrumentId;
  readonly reason: string;
  readonly haltedBy: string;
  readonly since: Instant;
  readonly until: Instant | null;
  readonly resumption: { readonly proposer: string; readonly reason: string } | null;
}

/** A price that persons want for an expiry that is not delivered yet. */
export interface SettlementOverrideFigures extends Pick<SettlementOverride, 'proposer' | 'approver' | 'approvedAt'> {
  readonly overrideId: string;
  readonly underlying: string;
  readonly expiry: Instant;
  readonly price: string | null;
  readonly validUntil: Instant;
  readonly reason: string;
}

/** What persons proposed and approved for expiries that are still to be delivered, in the order in which it was proposed. */
export const settlementOverrideFigures = ({
  settlementOverrides,
  expiries,
}: Pick<PricingState, 'settlementOverrides' | 'expiries'>): readonly SettlementOverrideFigures[] =>
  [...settlementOverrides.values()]
    .filter(({ proposed: { underlying, expiry } }) => expiries.has(expiryKey(underlying, expiry)))
    .map(({ proposed, proposer, approver, approvedAt }) => ({ ...proposed, proposer, approver, approvedAt }));

/** The end of a perpetual as persons proposed, approved or brought it about. */
export interface DelistingFigures extends Pick<Delisting, 'proposer' | 'approver' | 'approvedAt' | 'ended'> {
  readonly delistingId: string;
  readonly instrument: InstrumentId;
  readonly at: Instant | null;
  readonly price: string | null;
  readonly reason: string;
}

/** What persons proposed and approved for the end of perpetuals, in the order in which it was proposed. */
export const delistingFigures = ({ delistings }: Pick<PricingState, 'delistings'>): readonly DelistingFigures[] =>
  [...delistings.values()].map(({ proposed, proposer, approver, approvedAt, ended }) => ({
    ...proposed,
    ...{ proposer, approver, approvedAt, ended },
  }));

/** Halts in force, in the order in which they were made, with the resumptions that wait for a second person. */
export const instrumentHaltFigures = ({
  instrumentHalts,
}: Pick<PricingState, 'instrumentHalts'>): readonly InstrumentHaltFigures[] =>
  [...instrumentHalts].flatMap(([haltId, { inForce, ...halt }]) => (inForce ? [{ haltId, ...halt }] : []));

/** Whether anything may trade in an instrument: it waits for its first price, trades, is halted, only ends, or has ended. */
export type InstrumentStanding = 'waiting' | 'trading' | 'halted' | 'ending' | 'ended';

/** A listed contract with its terms. */
export interface InstrumentFigures {
  readonly instrument: InstrumentId;
  readonly kind: 'perpetual' | 'future' | 'option';
  readonly underlying: Underlying;
  readonly expiry: Instant | null;
  readonly standing: InstrumentStanding;
  readonly terms: Omit<ContractSpecificationDocument, 'listedAt'> & { readonly listedAt: Instant };
}

/** Which instruments are wanted: behind an id, in the order of ids. */
export interface InstrumentQuery {
  readonly after: InstrumentId | null;
  readonly underlying: Underlying | null;
  readonly limit: number;
}

/** Listed contracts with their terms, until their delivery price is fixed. */
export const instrumentsListed = (state: PricingState, wanted: InstrumentQuery): readonly InstrumentFigures[] =>
  listingsIn(state, wanted).map(({ specification: { instrument, listedAt }, document, admitted }) => ({
    instrument: instrument.id,
    kind: instrument.kind,
    underlying: instrument.underlying,
    expiry: instrument.kind === 'perpetual' ? null : instrument.expiry,
    standing: admitted ? standingOf(state, instrument.id) : 'waiting',
    terms: { ...document, listedAt },
  }));

function standingOf(state: PricingState, instrument: InstrumentId): InstrumentStanding {
  const delisting = delistingOf(state, instrument);
  if (delisting !== undefined && delisting.proposed.at !== null) return delisting.ended ? 'ended' : 'ending';
  return haltOf(state, instrument) === undefined ? 'trading' : 'halted';
}

/** A price that margin works with. */
export interface PriceFigures {
  readonly instrument: InstrumentId;
  readonly underlying: Underlying;
  /** USD per unit of the underlying, coin for a coin-settled option. */
  readonly price: DecimalString;
  /** Of the underlying, USD; null before its first price. */
  readonly index: DecimalString | null;
  /** Linear perpetuals: what would be fixed now, fraction for 8 hours. */
  readonly fundingRate: DecimalString | null;
  /** Options: per year. */
  readonly volatility: DecimalString | null;
}

/** The newest price set: its number and time, and what of it is wanted. */
export interface PresentPrices {
  readonly priceSets: number;
  readonly at: Instant | null;
  readonly prices: readonly PriceFigures[];
}

/** Prices of the newest price set. */
export function presentPrices(state: PricingState, wanted: InstrumentQuery): PresentPrices {
  const prices = listingsIn(state, { ...wanted, limit: Infinity }).flatMap((listing): PriceFigures[] => {
    const { id: instrument, underlying } = listing.specification.instrument;
    const index = state.underlyings.get(underlying)?.index ?? null;
    const known = { instrument, underlying, index };
    if ('mark' in listing) {
      if (listing.mark === null) return [];
      const { mark: price, predictedFundingRate: fundingRate } = listing.mark;
      return [{ ...known, price, fundingRate, volatility: null }];
    }
    if (listing.risk === null) return [];
    const { price, volatility } = listing.risk;
    return [{ ...known, price, fundingRate: null, volatility }];
  });
  return { priceSets: state.priceSets, at: state.lastAsOf, prices: prices.slice(0, wanted.limit) };
}

function listingsIn(
  { perpetuals, contracts }: PricingState,
  { after, underlying, limit }: InstrumentQuery,
): readonly (PerpetualRecord | ContractRecord)[] {
  const idOf = ({ specification }: PerpetualRecord | ContractRecord): InstrumentId => specification.instrument.id;
  return [...perpetuals.values(), ...contracts.values()]
    .filter(
      (listing) =>
        (after === null || compareText(idOf(listing), after) > 0) &&
        (underlying === null || listing.specification.instrument.underlying === underlying),
    )
    .sort((a, b) => compareText(idOf(a), idOf(b)))
    .slice(0, limit);
}
