import {
  choice,
  documentKind,
  figure,
  made,
  optional,
  readBody,
  record,
  whole,
  type HouseRules,
} from '@ballast/documents';
import type { LiquidationCostFigures } from '@ballast/facts';
import { DAY_MS, MINUTE_MS, dec, roundUsd, type Decimal, type Instant } from '@ballast/kernel';

/**
 * The rules by which accounts are closed out. What closing costs on an underlying, and the health at which a liquidation ends,
 * are margin parameters: they come with the schedule.
 * @see docs/spec/liquidation.md CLR-LIQ-001
 */
export interface LiquidationPolicy {
  /** `<name>@<version>`, cited by every order. */
  readonly id: string;
  readonly method: LiquidationMethod;
  /** Of what is held, what one order closes by the method `by-share`, in (0, 1]; null by any other. */
  readonly orderShare: Decimal | null;
  /** Share of the attributable equity that a penalty may take, in (0, 1): a penalty alone never makes equity negative. */
  readonly theta: Decimal;
  /** Share of unused modelled execution cost that is returned to the client, in [0, 1]. */
  readonly psi: Decimal;
  /** One order takes at most what participation allows in this time: phi * ADV * time / day. */
  readonly sliceDurationMs: Instant;
  /** All cases of an instrument together close at most so many times phi * ADV in a minute. */
  readonly paceMultiple: Decimal;
  /** Where more is traded than the approved daily volume the pace follows it, up to this multiple. */
  readonly mostMeasuredVolume: Decimal;
  /** Where the book holds less than the pace the pace follows it, down to this share of the approved one. */
  readonly leastMeasuredPace: Decimal;
  /** USD. No slice is smaller, and no remainder is left smaller: dust goes whole. */
  readonly minimumSliceNotional: Decimal;
  /** Highest bankruptcy price of an inverse contract, in marks. */
  readonly highestBankruptcyPrice: Decimal;
  /** Fraction of the mark, in (0, 1]: how far from it a deleveraging closes, so that it takes no more of a position than needed. */
  readonly deleveragingDistance: Decimal;
  /** Longest pause of a request to the other side that finds nobody, schedules. */
  readonly longestDeleveragingPause: number;
  /** How books with options are hedged before any of them is closed; null: they are not. */
  readonly hedge: HedgeRules | null;
  /** An assessment on a schedule that is not among so many newest ones is no basis for a step. */
  readonly newestSchedules: number;
}

/** @see docs/spec/liquidation.md CLR-LIQ-080 */
export interface HedgeRules {
  /** Sizes that margin judges of a hedge: equal parts of the largest. */
  readonly parts: number;
}

/**
 * How much of an account a liquidation closes: what brings it back to its target health, in slices; or, once it has begun, every position
 * that bears a requirement, each order as large as the pace lets it be; or with each order a share of what is held, until it has its target.
 * @see docs/spec/liquidation.md CLR-LIQ-060
 */
export const LIQUIDATION_METHODS = ['to-target', 'full', 'by-share'] as const;
export type LiquidationMethod = (typeof LIQUIDATION_METHODS)[number];

/** What the pace is measured over, whichever minute is looked at. */
export const PACE_WINDOW_MS = MINUTE_MS;

/** Nobody is told to expect his turn later than this: he is told again then. */
export const LONGEST_EXPECTATION_MS = DAY_MS;

/** Most schedules that a partition keeps, whatever the policy says. */
export const MOST_SCHEDULES = 64;

const POLICY_FORM = made(
  record({
    method: optional(choice(LIQUIDATION_METHODS), 'to-target'),
    orderShare: optional(figure({ above: '0', max: '1' }), null),
    theta: figure({ above: '0', below: '1' }),
    psi: figure({ min: '0', max: '1' }),
    sliceDurationMs: whole(1, DAY_MS),
    paceMultiple: figure({ above: '0' }),
    mostMeasuredVolume: figure({ min: '1', max: '100' }),
    leastMeasuredPace: figure({ above: '0', max: '1' }),
    minimumSliceNotional: figure({ min: '0' }),
    highestBankruptcyPrice: figure({ min: '1' }),
    deleveragingDistance: figure({ above: '0', max: '1' }),
    longestDeleveragingPause: whole(1, 1_024),
    hedge: optional(record({ parts: whole(1, 64) }), null),
    newestSchedules: whole(1, MOST_SCHEDULES),
  }),
  (figures, refuse) => {
    const { method, orderShare } = figures;
    if (method === 'by-share' && orderShare === null) {
      refuse('orderShare', 'write the share of what is held that one order closes, or another method');
    }
    if (method !== 'by-share' && orderShare !== null)
      refuse('orderShare', 'leave it out: it is of the method by-share');
    return figures;
  },
);

/** The `liquidation-policy` document. */
export const LIQUIDATION_POLICY = documentKind<LiquidationPolicy>('liquidation-policy', (body, id) => {
  const reading = readBody(body, POLICY_FORM);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** The policy that decides now. */
export const policyInForce = (rules: HouseRules): LiquidationPolicy => LIQUIDATION_POLICY.inForce(rules);

/** The policy that an order cites: what was placed under it is settled under it. */
export const policyOf = (rules: HouseRules, id: string): LiquidationPolicy => LIQUIDATION_POLICY.cited(rules, id);

type VolumeFigures = Pick<LiquidationCostFigures, 'participation' | 'averageDailyVolume'>;

/**
 * Largest notional of one order: phi * ADV * slice duration / day.
 * @returns USD, unrounded
 */
export function largestSliceNotional(
  { sliceDurationMs }: Pick<LiquidationPolicy, 'sliceDurationMs'>,
  { participation, averageDailyVolume }: VolumeFigures,
): Decimal {
  return dec(participation).times(averageDailyVolume).times(sliceDurationMs).div(DAY_MS);
}

/**
 * What all cases of an instrument may close in a minute: pace multiple * phi * ADV * minute / day.
 * @returns USD, rounded down to the cent
 * @see docs/spec/liquidation.md CLR-LIQ-038
 */
export function paceOf({ paceMultiple }: Pick<LiquidationPolicy, 'paceMultiple'>, volume: VolumeFigures): Decimal {
  return roundUsd(largestSliceNotional({ sliceDurationMs: PACE_WINDOW_MS }, volume).times(paceMultiple), 'credit');
}
