import type { HouseRules } from '@ballast/documents';
import type { HouseMode, InstrumentId } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import { expiryKey } from './contracts/contract.state.js';
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
export interface SettlementOverrideFigures extends Pick<SettlementOverride, 'proposer' | 'approvedAt'> {
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
    .map(({ proposed, proposer, approvedAt }) => ({ ...proposed, proposer, approvedAt }));

/** The end of a perpetual as persons proposed, approved or brought it about. */
export interface DelistingFigures extends Pick<Delisting, 'proposer' | 'approvedAt' | 'ended'> {
  readonly delistingId: string;
  readonly instrument: InstrumentId;
  readonly at: Instant | null;
  readonly price: string | null;
  readonly reason: string;
}

/** What persons proposed and approved for the end of perpetuals, in the order in which it was proposed. */
export const delistingFigures = ({ delistings }: Pick<PricingState, 'delistings'>): readonly DelistingFigures[] =>
  [...delistings.values()].map(({ proposed, proposer, approvedAt, ended }) => ({
    ...proposed,
    ...{ proposer, approvedAt, ended },
  }));

/** Halts in force, in the order in which they were made, with the resumptions that wait for a second person. */
export const instrumentHaltFigures = ({
  instrumentHalts,
}: Pick<PricingState, 'instrumentHalts'>): readonly InstrumentHaltFigures[] =>
  [...instrumentHalts].flatMap(([haltId, { inForce, ...halt }]) => (inForce ? [{ haltId, ...halt }] : []));
