import type { AssessmentDetail, LiquidationEvents, MarginGlobalEvents, Side, Underlying } from '@ballast/facts';
import {
  SETTLEMENT_ASSET,
  compareText,
  dec,
  invariant,
  minOf,
  text,
  type Decimal,
  type Instant,
} from '@ballast/kernel';
import { contractOf, type CloseableContract, type CloseableContracts } from '../closeable-contracts.js';
import type { HedgeRules, LiquidationPolicy } from '../liquidation-policy.js';
import { closeOutPace, largestOrder, measuredBook } from '../slice/close-out-market.js';

type Schedule = Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'asOf'>;

/** What of a turn is left for a hedge in its contract. */
export interface HedgeTurn {
  readonly instrument: string;
  /** USD. */
  readonly notional: Decimal;
}

/** Underlyings of which an account holds options, by name. */
const optionBooks = ({ positions }: AssessmentDetail, contracts: CloseableContracts): readonly Underlying[] => [
  ...new Set(
    positions
      .filter(
        ({ instrument, quantity }) =>
          !dec(quantity).isZero() && contractOf(contracts, instrument).instrument.kind === 'option',
      )
      .map(({ underlying }) => underlying)
      .sort(compareText),
  ),
];

/** When a contract is over; null: never. */
const expiryOf = ({ instrument }: CloseableContract): Instant | null =>
  instrument.kind === 'perpetual' ? null : instrument.expiry;

/** Linear contracts that trade: perpetuals, then futures, the next expiry first. */
function hedgesOf(underlying: Underlying, contracts: CloseableContracts, now: Instant): readonly CloseableContract[] {
  const isHedge = (contract: CloseableContract): boolean => {
    const { instrument, settlementAsset, halted } = contract;
    const isLinear = instrument.settlement === 'linear' && settlementAsset === SETTLEMENT_ASSET;
    return instrument.underlying === underlying && instrument.kind !== 'option' && isLinear && !halted;
  };
  return [...contracts.values()]
    .filter((contract) => isHedge(contract) && (expiryOf(contract) ?? now + 1) > now)
    .sort((a, b) => (expiryOf(a) ?? 0) - (expiryOf(b) ?? 0) || compareText(a.instrument.id, b.instrument.id));
}

/**
 * What margin is asked before an option is closed; undefined of an account that holds none, or none that anything linear is listed for.
 * @param turn a turn in one of the contracts, if there is one
 * @see docs/spec/liquidation.md CLR-LIQ-080
 */
export function hedgeRequest(
  { caseId, accountId }: Pick<LiquidationEvents['HedgeAsked'], 'caseId' | 'accountId'>,
  assessment: AssessmentDetail,
  schedule: Schedule,
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
  { parts }: HedgeRules,
  turn: HedgeTurn | undefined,
): LiquidationEvents['HedgeAsked'] | undefined {
  const books = optionBooks(assessment, contracts).flatMap((underlying) => {
    const offered = hedgesOf(underlying, contracts, schedule.asOf).map(({ instrument: { id }, lot }) => {
      const most = largestHedge(id, underlying, schedule, policy);
      const largest = turn?.instrument === id ? minOf(most, turn.notional) : most;
      return { instrument: id, lot: text(lot), largest: text(largest) };
    });
    return offered.length === 0 ? [] : [{ underlying, contracts: offered }];
  });
  if (books.length === 0) return undefined;
  const least = text(policy.minimumSliceNotional);
  const { accountVersion } = assessment;
  return { caseId, accountId, books, parts, least, schedule: assessment.schedule, accountVersion };
}

/** USD: on whichever side the delta turns out to be. */
function largestHedge(
  instrument: string,
  underlying: Underlying,
  { underlyings }: Schedule,
  policy: LiquidationPolicy,
): Decimal {
  const schedule = underlyings.find((each) => each.underlying === underlying);
  invariant(schedule !== undefined, `no schedule for ${instrument}`);
  const largestOn = (side: Side): Decimal =>
    largestOrder(policy, closeOutPace(schedule, instrument, measuredBook(schedule, instrument, side), policy));
  return minOf(largestOn('long'), largestOn('short'));
}
