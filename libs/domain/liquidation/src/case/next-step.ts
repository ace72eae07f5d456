import { SETTLEMENT_ASSET, ZERO, dec, maxOf, minOf, roundUsd, type Decimal } from '@ballast/kernel';
import type {
  AccountId,
  AssessmentDetail,
  InstrumentId,
  LiquidationEvents,
  MarginGlobalEvents,
  PositionRequirement,
  Underlying,
} from '@ballast/facts';
import { assetPriceOn } from '../asset-price.js';
import { contractOf, type CloseableContracts } from '../closeable-contracts.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import { deleveragedPart, lossBearingEquity, type DeleveragedPart } from '../deleverage/bankruptcy-price.js';
import { biddersFor, type AuctionRules } from '../auctions/auction-rules.js';
import type { ProviderAgreements } from '../providers/provider-agreements.js';
import {
  agreedDiscount,
  takeOverPart,
  type GreatestDiscount,
  type TakeOverPart,
} from '../providers/provider-request.js';
import { chooseHedge, type HedgeFigures, type HedgeSlice } from '../hedge/hedge-choice.js';
import { hedgeRequest, type HedgeTurn } from '../hedge/hedge-request.js';
import { bearingPositions, chooseSlice, closingFrees, withinTurn, type Slice } from '../slice/slice-choice.js';
import type { CaseTurn, LiquidationCase, VainAuctions } from './liquidation-case.js';

/** What a case stands on when its next step is decided. */
export interface CaseBasis {
  /** Newest assessment of the account by margin. */
  readonly assessment: AssessmentDetail | undefined;
  /** Version of the account as accounts' log has told it so far. */
  readonly accountVersion: number;
  /** Schedule the assessment was made on; undefined while it has not arrived, or is too old to act on. */
  readonly schedule: MarginGlobalEvents['ScheduleInForce'] | undefined;
  /** Terms of every contract that can be held. */
  readonly contracts: CloseableContracts;
  /** True while the newest schedule is on HALT: nothing is closed at frozen prices. */
  readonly halted: boolean;
  /** The mode of the house lets nothing be closed out. */
  readonly houseHalted: boolean;
  /** What the waterfall has paid of deficits of the account and has not got back, USD. */
  readonly claim: Decimal;
  /** Accounts of the same owner that answer for this one, in the order in which they are asked. */
  readonly answering: readonly AccountId[];
  /** What liquidity providers have agreed to; undefined while no such document is in force. */
  readonly agreements: ProviderAgreements | undefined;
  /** How positions are auctioned; undefined while no such document is in force. */
  readonly auctions: AuctionRules | undefined;
}

export type Waiting =
  | 'orders-not-cancelled'
  | 'slice-outstanding'
  | 'collateral-not-booked'
  | 'other-accounts-not-answered'
  | 'repayment-not-booked'
  | 'fund-not-answered'
  | 'providers-not-answered'
  | 'deleveraging'
  | 'turn'
  | 'hedge-not-judged'
  | 'no-valid-assessment';

/** What only another schedule can change. */
export type Pause = LiquidationEvents['LiquidationPaused']['reason'];

/** The ladder, one step at a time. A further rung is a further case here and a further branch in `nextStep`. */
export type Step =
  | { readonly kind: 'wait'; readonly for: Waiting }
  | { readonly kind: 'pause'; readonly reason: Pause; readonly nextSchedule: number }
  | { readonly kind: 'take-over-collateral' }
  | { readonly kind: 'ask-other-accounts'; readonly deficit: Decimal; readonly accounts: readonly AccountId[] }
  | { readonly kind: 'repay'; readonly amount: Decimal; readonly accountVersion: number }
  | {
      readonly kind: 'draw-from-fund';
      readonly deficit: Decimal;
      /** Of the position that lost most: its reserve is asked first. */
      readonly underlying: Underlying | null;
    }
  | {
      readonly kind: 'ask-providers';
      readonly part: TakeOverPart;
      readonly assessment: AssessmentDetail;
      /** The auction whose bids are called; undefined: those who have an agreement are asked. */
      readonly auction?: string;
    }
  | {
      readonly kind: 'ask-auction';
      readonly part: TakeOverPart;
      readonly assessment: AssessmentDetail;
      /** 1 for the first of the position, and the schedules for which it is not offered again if nobody takes anything. */
      readonly attempt: number;
      readonly rest: number;
    }
  | {
      readonly kind: 'deleverage';
      readonly part: DeleveragedPart;
      /** Position of the schedule and version of the account that the part follows from. */
      readonly schedule: number;
      readonly accountVersion: number;
      /** Number of the schedule from which on the account asks again if nobody is found. */
      readonly nextSchedule: number;
    }
  | {
      readonly kind: 'ask-for-turn';
      readonly slice: Slice;
      readonly assessment: AssessmentDetail;
      /** USD below which a turn is none for a hedge; undefined: it is for no hedge. */
      readonly leastHedge?: Decimal;
    }
  | { readonly kind: 'ask-for-hedge'; readonly request: LiquidationEvents['HedgeAsked'] }
  | {
      readonly kind: 'close-out';
      readonly slice: Slice;
      /** What the order hedges; undefined: it closes a position. */
      readonly hedge: HedgeFigures | undefined;
      /** USD that others were granted in the same minute before it. */
      readonly taken: Decimal;
      readonly assessment: AssessmentDetail;
      /** USD per unit of the contract's settlement asset. */
      readonly assetPrice: Decimal;
    }
  | {
      readonly kind: 'end';
      readonly outcome: LiquidationEvents['LiquidationClosed']['outcome'];
      readonly uncoveredLoss: Decimal;
    };

type ValidBasis = Pick<CaseBasis, 'contracts' | 'claim' | 'answering' | 'agreements' | 'auctions'> & {
  readonly assessment: AssessmentDetail;
  readonly schedule: MarginGlobalEvents['ScheduleInForce'];
};

const wait = (reason: Waiting): Step => ({ kind: 'wait', for: reason });

/** @param from number of the schedule from which on it may be different; the next one at the earliest */
const pause = (reason: Pause, { number }: ValidBasis['schedule'], from = 0): Step => ({
  kind: 'pause',
  reason,
  nextSchedule: Math.max(number + 1, from),
});

/**
 * Decides what a case does next. Everything under way must have been booked and assessed before: so a step never acts
 * on figures that another step is about to change.
 * @see docs/spec/liquidation.md CLR-LIQ-021, docs/architecture.md section 4 (a slice, bankrupt)
 */
export function nextStep(current: LiquidationCase, basis: CaseBasis, policy: LiquidationPolicy): Step {
  if (!current.ordersCancelled) return wait('orders-not-cancelled');
  if (current.order !== null || current.settling?.filled === true) return wait('slice-outstanding');
  if (current.collateral === 'asked') return wait('collateral-not-booked');
  if (current.otherAccounts === 'asked') return wait('other-accounts-not-answered');
  if (current.repayment === 'asked') return wait('repayment-not-booked');
  if (current.draw !== null) return wait('fund-not-answered');
  if (current.takeOver !== null) return wait('providers-not-answered');
  if (current.deleveraging !== null) return wait('deleveraging');

  const { assessment, accountVersion, schedule, halted, houseHalted } = basis;
  if (assessment === undefined || assessment.accountVersion !== accountVersion || schedule === undefined) {
    return wait('no-valid-assessment');
  }
  if (houseHalted) return pause('house-halted', schedule);
  if (halted || schedule.status === 'HALT') return pause('prices-halted', schedule);
  return stepOn(current, { ...basis, assessment, schedule }, policy);
}

function stepOn(current: LiquidationCase, basis: ValidBasis, policy: LiquidationPolicy): Step {
  const { assessment, schedule, contracts } = basis;
  const equity = dec(assessment.figures.equity);
  const lossBearing = lossBearingEquity(assessment);
  if (lossBearing.lt(0)) return bankruptStep(current, basis, lossBearing.neg(), policy);
  const flat = assessment.positions.length === 0;
  const maintenance = dec(assessment.figures.maintenance);
  const goesOn = policy.method === 'full' && closingFrees(assessment, schedule, policy);
  const beyondTarget = equity.minus(dec(schedule.targetHealth).times(maintenance));
  if (beyondTarget.gte(0) && !goesOn) {
    const amount = repayable(basis, beyondTarget);
    if (current.repayment === 'untouched' && amount.gt(0))
      return { kind: 'repay', amount, accountVersion: assessment.accountVersion };
    const outcome = flat && maintenance.isZero() ? flatOutcome(current) : 'restored';
    return { kind: 'end', outcome, uncoveredLoss: ZERO };
  }
  // What is owed is secured by collateral in another asset, and no position is required for: closing would free nothing, so the
  // collateral pays, in time as long as it is worth more than the debt.
  if (maintenance.lte(0) || bearingPositions(assessment).length === 0) {
    return mayTakeOver(current, assessment)
      ? { kind: 'take-over-collateral' }
      : pause('debt-secured-by-collateral', schedule);
  }
  const nothingTrades = bearingPositions(assessment).every((position) => isHalted(position, contracts));
  if (nothingTrades && !mayHedge(current, basis, policy)) return pause('instrument-halted', schedule);
  const called = calledStep(current, basis, policy);
  if (called !== undefined) return called;
  const { turn } = current;
  // The same schedule would send the same order into the same book; where nothing trades any more, there is none to wait for.
  if (!nothingTrades && current.thinSchedule !== null && assessment.schedule <= current.thinSchedule) {
    return thinStep(current, basis, policy);
  }
  if (turn?.granted === null && isOf(turn, assessment)) return wait('turn');
  const granted = turn?.granted ?? null;
  const isOver = granted !== null && schedule.asOf >= granted.until;
  const hedging = hedgeOn(current, basis, policy, isOver ? undefined : turnOf(turn));
  if (hedging !== undefined && 'kind' in hedging) return hedging;
  if (hedging === undefined && nothingTrades) return pause('instrument-halted', schedule);
  const sliceBehind = (taken?: Decimal): Slice | undefined =>
    hedging ?? chooseSlice(assessment, schedule, contracts, policy, current.funded, taken);
  const slice = sliceBehind(granted?.taken);
  if (slice === undefined)
    return pause(closingFrees(assessment, schedule, policy) ? 'instrument-halted' : 'nothing-frees', schedule);
  const { contract } = slice.position;
  if (turn === null || isOver || turn.instrument !== contract.instrument.id) {
    if (hedging !== undefined) return { kind: 'ask-for-turn', slice, assessment, leastHedge: hedging.least };
    return { kind: 'ask-for-turn', slice: granted === null ? slice : (sliceBehind() ?? slice), assessment };
  }
  if (granted === null || schedule.asOf < granted.from) return wait('turn');
  const assetPrice = assetPriceOn(schedule, contract.settlementAsset);
  const { notional, taken } = granted;
  const hedge = hedging?.hedge;
  return { kind: 'close-out', slice: withinTurn(slice, notional), taken, assessment, assetPrice, hedge };
}

/** A hedge whose book did not take it is not sent again on the same schedule. */
const mayHedge = ({ thinHedge }: LiquidationCase, { assessment }: ValidBasis, { hedge }: LiquidationPolicy): boolean =>
  hedge !== null && (thinHedge === null || assessment.schedule > thinHedge);

const turnOf = (turn: CaseTurn | null): HedgeTurn | undefined =>
  turn === null || turn.granted === null ? undefined : { instrument: turn.instrument, notional: turn.granted.notional };

/**
 * The hedge that is sent before an option is closed. Margin is asked once on the same figures; undefined when there is nothing to hedge, or
 * when no size that it judged lowers the requirement by more than it costs.
 * @see docs/spec/liquidation.md CLR-LIQ-080, CLR-LIQ-081
 */
function hedgeOn(
  current: LiquidationCase,
  basis: ValidBasis,
  policy: LiquidationPolicy,
  turn: HedgeTurn | undefined,
): HedgeSlice | Step | undefined {
  if (policy.hedge === null || !mayHedge(current, basis, policy)) return undefined;
  const { hedge, funded } = current;
  const { assessment, schedule, contracts } = basis;
  if (hedge === null || !isOf(hedge, assessment)) {
    const request = hedgeRequest(current, assessment, schedule, contracts, policy, policy.hedge, turn);
    return request === undefined ? undefined : { kind: 'ask-for-hedge', request };
  }
  const { answer } = hedge;
  if (answer === null) return wait('hedge-not-judged');
  // Judged on newer figures: those come with the next assessment, and it is asked again on them.
  if (!isOf(answer.judged, assessment)) return undefined;
  return chooseHedge(answer, assessment, schedule, contracts, policy, funded, turn);
}

/**
 * The book does not take it within the limit: once a schedule providers are asked, then what is left is auctioned, and the case waits for the next one.
 * @see docs/spec/liquidation.md CLR-LIQ-053, CLR-LIQ-070
 */
function thinStep(current: LiquidationCase, basis: ValidBasis, policy: LiquidationPolicy): Step {
  const { providersAsked, auctionAsked, auction, settling, providersInVain, auctionsInVain } = current;
  const { assessment, schedule, agreements, auctions } = basis;
  const auctionsOf = (instrument: InstrumentId): VainAuctions =>
    auctionsInVain.get(instrument) ?? { count: 0, endedOn: 0 };
  const part = (
    once: number | null,
    greatest: GreatestDiscount | undefined,
    inVain: (instrument: InstrumentId) => number,
  ): TakeOverPart | undefined =>
    greatest === undefined || (once !== null && once >= assessment.schedule)
      ? undefined
      : partFor(basis, policy, greatest, inVain);
  const taken = part(
    providersAsked,
    agreements === undefined ? undefined : agreedDiscount(agreements),
    (instrument) => providersInVain.get(instrument) ?? 0,
  );
  const rests = (instrument: InstrumentId): boolean => {
    const { count, endedOn } = auctionsOf(instrument);
    return count > 0 && schedule.number < endedOn + pauseAfter(count - 1, policy);
  };
  const offered =
    taken === undefined && auction === null
      ? part(
          auctionAsked,
          auctions === undefined ? undefined : auctionedDiscount(auctions, rests),
          (instrument) => auctionsOf(instrument).count,
        )
      : undefined;
  if (taken === undefined && offered === undefined) return pause('book-too-thin', schedule);
  // Asked for now, it would be for a version of the account that is over in a moment.
  if (settling !== null) return wait('slice-outstanding');
  if (taken !== undefined) return { kind: 'ask-providers', part: taken, assessment };
  if (offered === undefined) return pause('book-too-thin', schedule);
  const { count } = auctionsOf(offered.instrument);
  const rest = pauseAfter(count, policy);
  return { kind: 'ask-auction', part: offered, assessment, attempt: count + 1, rest };
}

const LONGEST_DOUBLED = 16;

/** Schedules for which nobody is asked again by a request that finds nobody: 1, 2, 4, ... @param before requests in a row that found nobody before it */
const pauseAfter = (before: number, { longestDeleveragingPause }: LiquidationPolicy): number =>
  Math.min(2 ** Math.min(before, LONGEST_DOUBLED), longestDeleveragingPause);

const partFor = (
  { assessment, schedule, contracts }: ValidBasis,
  policy: LiquidationPolicy,
  greatest: GreatestDiscount,
  inVain: (instrument: InstrumentId) => number,
): TakeOverPart | undefined => takeOverPart(assessment, schedule, contracts, policy, greatest, inVain);

/** Whatever equity bears, where somebody may bid for it and it does not rest: with nothing to give up there is nothing to bid on. */
const auctionedDiscount =
  (rules: AuctionRules, rests: (instrument: InstrumentId) => boolean): GreatestDiscount =>
  (offered) =>
    !rests(offered.instrument) && offered.mostDiscount.gt(0) && biddersFor(rules, offered).length > 0 ? offered.mostDiscount : undefined;

/**
 * Bids were called: they are asked for before the market is, on the figures of now, as far as equity still bears them and for no more than was
 * offered. What it does not bear any more binds until its time is over, and the case goes on.
 * @see docs/spec/liquidation.md CLR-LIQ-073
 */
function calledStep(
  { auction, settling }: LiquidationCase,
  basis: ValidBasis,
  policy: LiquidationPolicy,
): Step | undefined {
  if (auction === null || auction.called === null) return undefined;
  const { schedule, accountVersion } = basis.assessment;
  if (auction.askedOn?.schedule === schedule && auction.askedOn.accountVersion === accountVersion) return undefined;
  const { auctionId, bids } = auction.called;
  const greatest: GreatestDiscount = (offered) => {
    if (offered.instrument !== auction.instrument) return undefined;
    const agreements = bids.map(({ accountId, discount }) => ({
      ...{ account: accountId, underlying: offered.underlying },
      ...{ discount: dec(discount), capacity: ZERO },
    }));
    return agreedDiscount({ id: auctionId, windowMs: 0, agreements })(offered);
  };
  const part = partFor(basis, policy, greatest, () => 0);
  if (part === undefined) return undefined;
  if (settling !== null) return wait('slice-outstanding');
  const offered = { ...part, quantity: minOf(part.quantity, auction.quantity) };
  return { kind: 'ask-providers', part: offered, assessment: basis.assessment, auction: auctionId };
}

/**
 * What an account that is back at its target pays back now, USD, whole cents: at most the claim, what it has beyond the target, and its dollars.
 * @see docs/spec/accounts.md CLR-ACC-073
 */
function repayable({ claim, assessment }: ValidBasis, beyondTarget: Decimal): Decimal {
  const dollars = assessment.collateral.find(({ asset }) => asset === SETTLEMENT_ASSET)?.amount ?? '0';
  return maxOf(roundUsd(minOf(claim, minOf(beyondTarget, dec(dollars))), 'credit'), ZERO);
}

/** Whether nothing trades in what is held. */
const isHalted = ({ instrument, quantity }: PositionRequirement, contracts: CloseableContracts): boolean =>
  !dec(quantity).isZero() && contractOf(contracts, instrument).halted;

/** Whether something was asked for, or answered, on these figures. */
const isOf = (
  asked: { readonly schedule: number; readonly accountVersion: number },
  { schedule, accountVersion }: AssessmentDetail,
): boolean => asked.schedule === schedule && asked.accountVersion === accountVersion;

/** Whether the account has something in other assets that has not been taken over. */
const mayTakeOver = ({ collateral }: LiquidationCase, assessment: AssessmentDetail): boolean =>
  collateral === 'untouched' &&
  assessment.collateral.some(
    ({ asset, amount, price }) => asset !== SETTLEMENT_ASSET && dec(amount).gt(0) && dec(price).gt(0),
  );

/**
 * Loss-bearing equity below zero: first what the account has itself, in whatever asset; then what its owner's other accounts can spare, where
 * they answer for it; then the fund; what it does not pay is taken over by the other side, or is nobody's. Who found nobody
 * there pauses, longer each time, and then asks the fund again, which may have been filled meanwhile.
 * @see docs/spec/liquidation.md CLR-LIQ-024, CLR-LIQ-034, CLR-LIQ-037
 */
function bankruptStep(current: LiquidationCase, basis: ValidBasis, deficit: Decimal, policy: LiquidationPolicy): Step {
  const { assessment, schedule, contracts, answering } = basis;
  if (mayTakeOver(current, assessment)) return { kind: 'take-over-collateral' };
  const part = deleveragedPart(assessment, contracts, (asset) => assetPriceOn(schedule, asset), policy);
  if (part !== undefined && schedule.number < current.pausedUntil) {
    return pause('no-counterparty', schedule, current.pausedUntil);
  }
  if (!current.fundExhausted) {
    if (current.otherAccounts === 'untouched' && answering.length > 0) {
      return { kind: 'ask-other-accounts', deficit, accounts: answering };
    }
    return { kind: 'draw-from-fund', deficit, underlying: part?.contract.instrument.underlying ?? null };
  }
  if (part === undefined && assessment.positions.some((position) => isHalted(position, contracts))) {
    return pause('instrument-halted', schedule);
  }
  if (part === undefined) return { kind: 'end', outcome: flatOutcome(current), uncoveredLoss: deficit };
  const { schedule: position, accountVersion } = assessment;
  // The same request would be answered in the same way.
  if (current.asked?.schedule === position && current.asked.accountVersion === accountVersion) {
    return pause('no-counterparty', schedule, current.pausedUntil);
  }
  const nextSchedule = schedule.number + pauseAfter(current.fruitless, policy);
  return { kind: 'deleverage', part, schedule: position, accountVersion, nextSchedule };
}

const flatOutcome = ({ deleveraged }: LiquidationCase): 'closed-out' | 'deleveraged' =>
  deleveraged ? 'deleveraged' : 'closed-out';
