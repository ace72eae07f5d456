import type { HouseRules } from '@ballast/documents';
import type { HouseMode, InstrumentId, PricingEvents, Underlying } from '@ballast/facts';
import type { Instant } from '@ballast/kernel';
import type { ContractRecord, ExpiryKey, ExpiryRecord } from './contracts/contract.state.js';
import type { UnderlyingRecord } from './index/underlying.state.js';
import type { PerpetualRecord } from './mark/perpetual.state.js';

export interface Market {
  readonly priceSetEveryMs: number;
}

/** Why an input of the exchange had no effect. Counted, so that a sick gateway is seen. */
export type IgnoredBecause =
  | 'late-quote'
  | 'quote-ahead-of-time'
  | 'malformed-message'
  | 'unknown-underlying'
  | 'unknown-instrument'
  | 'repeated-market'
  | 'late-history'
  | 'repeated-listing'
  | 'empty-chain'
  | 'crossed-quote'
  | 'malformed-quote'
  | 'unlisted-instrument'
  | 'expired-instrument';

/** That the house does more again, as a person wants it. */
export interface ModeProposal {
  readonly mode: HouseMode;
  readonly reason: string;
  readonly proposer: string;
  /** False once it was approved, or the mode changed otherwise. */
  open: boolean;
}

/** That a person lets nothing trade in an instrument. */
export interface InstrumentHalt {
  readonly instrument: InstrumentId;
  readonly reason: string;
  readonly haltedBy: string;
  readonly since: Instant;
  /** Clearing time at which it ends by itself; null: two persons end it. */
  readonly until: Instant | null;
  /** What waits for a second person. */
  resumption: { readonly proposer: string; readonly reason: string } | null;
  /** False once it has ended or another one has replaced it. */
  inForce: boolean;
}

/** The price at which persons want an expiry to be delivered. */
export interface SettlementOverride {
  readonly proposed: PricingEvents['SettlementOverrideProposed'];
  readonly proposer: string;
  /** Null while it waits for a second person. */
  approver: string | null;
  /** Clearing time of the approval; null while it waits for a second person. */
  approvedAt: Instant | null;
  /** Position of the approval, by which the last one is known; 0 before. */
  approval: number;
}

/** The end of a perpetual as persons want it. */
export interface Delisting {
  readonly proposed: PricingEvents['DelistingProposed'];
  readonly proposer: string;
  /** Null while it waits for a second person. */
  approver: string | null;
  /** Clearing time of the approval; null while it waits for a second person. */
  approvedAt: Instant | null;
  /** Position of the approval, by which the last one is known; 0 before. */
  approval: number;
  /** Once it has ended the perpetual. */
  ended: boolean;
}

/** The last change of the mode of the house. */
export interface ModeChange {
  readonly proposalId: string;
  readonly at: Instant;
  readonly proposer: string;
  /** Null where one person may change it. */
  readonly approver: string | null;
  readonly reason: string;
}

/** What pricing knows. Quotes and books come from the exchange; everything else from pricing's own events. */
export interface PricingState {
  readonly rules: HouseRules;
  market: Market | null;
  /** Everything that was ever quoted: underlyings of contracts, and coins that are collateral only. */
  readonly underlyings: Map<Underlying, UnderlyingRecord>;
  /** Listed linear perpetuals, waiting and admitted. */
  readonly perpetuals: Map<InstrumentId, PerpetualRecord>;
  /** The same of all other contracts, until their delivery price is fixed. */
  readonly contracts: Map<InstrumentId, ContractRecord>;
  /** Their expiries. */
  readonly expiries: Map<ExpiryKey, ExpiryRecord>;
  /** Number and time of the last price set; 0 and null before the first. */
  priceSets: number;
  lastAsOf: Instant | null;
  readonly ignored: Map<IgnoredBecause, number>;
  /** What the house does at all; every partition of every service reads it here. */
  houseMode: HouseMode;
  /** How it came to that; null while nobody has changed it. */
  modeChange: ModeChange | null;
  readonly modeProposals: Map<string, ModeProposal>;
  /** By id; of an instrument one is in force at most. */
  readonly instrumentHalts: Map<string, InstrumentHalt>;
  /** By id. */
  readonly settlementOverrides: Map<string, SettlementOverride>;
  /** By id. */
  readonly delistings: Map<string, Delisting>;
}
