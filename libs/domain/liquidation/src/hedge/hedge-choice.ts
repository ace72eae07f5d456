import type { AssessmentDetail, MarginEvents, MarginGlobalEvents, Place, Underlying } from '@ballast/facts';
import { ZERO, dec, invariant, maxOf, minOf, sum, text, type Decimal } from '@ballast/kernel';
import { assetPriceOn } from '../asset-price.js';
import { contractOf, type CloseableContracts } from '../closeable-contracts.js';
import { closeOutLimit, lossBearingEquity } from '../deleverage/bankruptcy-price.js';
import type { LiquidationPolicy } from '../liquidation-policy.js';
import { closeOutPace, measuredBook } from '../slice/close-out-market.js';
import { attributableEquityRate, bearingPositions, type CloseablePosition, type Slice } from '../slice/slice-choice.js';
import { costParameters, modelledCost, provisionalRate, type ModelledCost } from '../slice/slice-cost.js';
import type { HedgeTurn } from './hedge-request.js';

type Judged = MarginEvents['HedgeJudged'];
type Hedge = Judged['hedges'][number];
type Size = Hedge['sizes'][number];
type Schedule = Pick<MarginGlobalEvents['ScheduleInForce'], 'underlyings' | 'targetHealth' | 'collateral'>;

/** What an order hedges, as margin judged it. */
export interface HedgeFigures {
  readonly judgement: Place;
  readonly underlying: Underlying;
  /** USD per unit of relative move. */
  readonly deltaBefore: Decimal;
  readonly deltaAfter: Decimal;
  /** Maintenance requirement, USD. */
  readonly requirementBefore: Decimal;
  readonly requirementAfter: Decimal;
}

/** An order that is sent before any option is closed. */
export interface HedgeSlice extends Slice {
  readonly hedge: HedgeFigures;
  /** Notional of the smallest size in the same contract that helps, USD: a turn for less is none. */
  readonly least: Decimal;
}

interface Candidate {
  readonly hedge: Hedge;
  readonly size: Size;
  readonly cost: ModelledCost;
  /** Modelled penalty, USD, and what is then still missing to the target, USD; not above zero: it is reached. */
  readonly penalty: Decimal;
  readonly missing: Decimal;
  readonly notional: Decimal;
}

/**
 * Of all sizes that margin judged the cheapest that brings the account to its target, else the one that leaves least missing, its cost counted:
 *   missing = H* maintenance - (equity - p_hat notional)
 * Undefined when none lowers both the requirement and what is missing, or what was judged is halted meanwhile: then the options are closed.
 * @param turn a turn in one of the contracts, which bounds what goes into it
 * @see docs/spec/liquidation.md CLR-LIQ-081
 */
export function chooseHedge(
  { judged, judgement }: { readonly judged: Judged; readonly judgement: Place },
  assessment: AssessmentDetail,
  schedule: Schedule,
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
  funded: boolean,
  turn: HedgeTurn | undefined,
): HedgeSlice | undefined {
  const equity = dec(assessment.figures.equity);
  const required = dec(assessment.figures.maintenance);
  const target = dec(schedule.targetHealth);
  const missing = target.times(required).minus(equity);
  const trading = judged.hedges.filter(({ instrument }) => !contractOf(contracts, instrument).halted);
  const candidates = trading.flatMap((hedge): readonly Candidate[] => {
    const within = turn?.instrument === hedge.instrument ? turn.notional : undefined;
    const parameters = costParameters(underlyingOf(schedule, hedge.underlying));
    const notionalOf = ({ quantity }: Size): Decimal => dec(quantity).times(hedge.unitNotional);
    return hedge.sizes
      .filter((size) => within === undefined || notionalOf(size).lte(within))
      .map((size) => {
        const notional = notionalOf(size);
        const cost = modelledCost(maxOf(dec(hedge.ownerNotional), notional), parameters);
        const penalty = cost.penalty.times(notional);
        const left = target.times(size.maintenance).minus(equity.minus(penalty));
        return { hedge, size, cost, penalty, missing: left, notional };
      })
      .filter((each) => dec(each.size.maintenance).lt(required) && each.missing.lt(missing));
  });
  // What is granted is used: two contracts that are each cut to less than the other promises would be asked for in turn, for ever.
  const ofTurn = candidates.filter(({ hedge }) => hedge.instrument === turn?.instrument);
  const best = bestOf(ofTurn.length > 0 ? ofTurn : candidates);
  if (best === undefined) return undefined;
  const position = hedgePosition(best, assessment, schedule, contracts, policy, funded);
  const { hedge, size } = best;
  return {
    position,
    quantity: position.quantity,
    provisionalRate: provisionalRate(position.charged.penalty, position.equityRate, policy.theta),
    requirementFreed: position.requirement,
    least: leastOf(candidates, hedge),
    hedge: {
      judgement,
      underlying: hedge.underlying,
      deltaBefore: dec(hedge.delta),
      deltaAfter: dec(size.delta),
      requirementBefore: dec(judged.maintenance),
      requirementAfter: dec(size.maintenance),
    },
  };
}

const leastOf = (candidates: readonly Candidate[], hedge: Hedge): Decimal => {
  const [first = ZERO, ...others] = candidates.filter((each) => each.hedge === hedge).map(({ notional }) => notional);
  return minOf(first, ...others);
};

/** Of equals the first. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const reaching = candidates.filter(({ missing }) => missing.lte(0));
  if (reaching.length > 0) return leastBy(reaching, ({ penalty }) => penalty);
  return leastBy(candidates, ({ missing }) => missing);
}

const leastBy = (candidates: readonly Candidate[], figure: (each: Candidate) => Decimal): Candidate | undefined =>
  candidates.reduce<Candidate | undefined>(
    (best, next) => (best === undefined || figure(next).lt(figure(best)) ? next : best),
    undefined,
  );

function underlyingOf(
  { underlyings }: Schedule,
  underlying: Underlying,
): MarginGlobalEvents['ScheduleInForce']['underlyings'][number] {
  const found = underlyings.find((each) => each.underlying === underlying);
  invariant(found !== undefined, `no schedule for ${underlying}`);
  return found;
}

/**
 * A hedge as an order of liquidation is priced and charged: with what it frees of the requirement in the place of a position's share, so its
 * penalty and its slippage are within what equity that frees, and no hedge worsens health.
 */
function hedgePosition(
  { hedge, size, cost }: Candidate,
  assessment: AssessmentDetail,
  schedule: Schedule,
  contracts: CloseableContracts,
  policy: LiquidationPolicy,
  funded: boolean,
): CloseablePosition {
  const contract = contractOf(contracts, hedge.instrument);
  const ofUnderlying = underlyingOf(schedule, hedge.underlying);
  // An order that sells is one that closes a long, and takes the same side of the book.
  const side = hedge.side === 'sell' ? 'long' : 'short';
  const quantity = dec(size.quantity);
  const unitNotional = dec(hedge.unitNotional);
  const notional = quantity.times(unitNotional);
  const requirement = dec(assessment.figures.maintenance).minus(size.maintenance);
  const bearing = sum(bearingPositions(assessment).map(({ maintenance }) => dec(maintenance)));
  const total = maxOf(bearing, dec(assessment.figures.maintenance));
  const share = { maintenance: text(requirement), notional: text(notional) };
  const lossBearing = maxOf(lossBearingEquity(assessment), ZERO);
  const has = lossBearing.times(requirement).div(total);
  const stake = funded ? maxOf(has, cost.penalty.times(notional)) : has;
  const { id } = contract.instrument;
  const book = measuredBook(ofUnderlying, id, side);
  const limited = { side, mark: hedge.mark, quantity: size.quantity } as const;
  return {
    contract,
    side,
    ...{ quantity, held: quantity, part: undefined, smaller: undefined },
    mark: dec(hedge.mark),
    unitNotional,
    requirement,
    cost,
    charged: cost,
    equityRate: attributableEquityRate(dec(assessment.figures.equity), share, total),
    bearableRate: attributableEquityRate(lossBearing, share, total),
    limit: closeOutLimit(contract, limited, stake, (asset) => assetPriceOn(schedule, asset), policy),
    pace: closeOutPace(ofUnderlying, id, book, policy),
    book,
  };
}
