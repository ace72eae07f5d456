import {
  byName,
  checked,
  documentKind,
  figure,
  list,
  made,
  readBody,
  record,
  whole,
  type DocumentReading,
  type Refuse,
  type ValueOf,
} from '@ballast/documents';
import type { LiquidationCostFigures, Underlying } from '@ballast/facts';
import { invariant, MINUTE_MS, ONE, text, UNDERLYING, type Decimal } from '@ballast/kernel';
import {
  COLLATERAL_FORM,
  INITIAL_MULTIPLE,
  SCENARIO_RULES_FORM,
  type AdaptiveParameters,
} from '@ballast/margin-models';
import { knotsOf, type RateParameters } from '@ballast/risk-schedule';
import { LEAST_INITIAL_OVER_CALL } from '../assess/call-requirement.js';
import { LONGEST_NOTICE_MS } from '../schedule/notice-window.js';

/** Parameters of one underlying as decimals, with everything that is the same at each price set worked out once. */
export interface UnderlyingFigures extends RateParameters {
  readonly sRef: Decimal;
  readonly triggerK: Decimal;
  readonly weightFast: Decimal;
  readonly weightSlow: Decimal;
  readonly weightImplied: Decimal;
  readonly scalarMax: Decimal;
  /** ln(1 + u), per hour */
  readonly logOfRise: Decimal;
  readonly decayPerHour: Decimal;
  readonly buffer: Decimal;
  /** What closing out costs, as schedules publish it. */
  readonly liquidationCost: LiquidationCostFigures;
}

export interface ParameterFigures {
  /** Of the document. */
  readonly id: string;
  readonly noticeMs: number;
  readonly noticeAllowance: Decimal;
  /** Call over maintenance requirement. */
  readonly callMultiple: Decimal;
  readonly exitFactor: Decimal;
  /** Health (equity over maintenance requirement) at which a liquidation ends. */
  readonly targetHealth: Decimal;
  readonly underlyings: ReadonlyMap<Underlying, UnderlyingFigures>;
  /** Of every other underlying. */
  readonly unknown: UnderlyingFigures;
  /** What the assessment reads; the grid of the scenarios comes with the risk arrays. */
  readonly adaptive: Omit<AdaptiveParameters, 'grid'>;
}

/**
 * Parameters of an underlying. What the exchange lists before the house has parameters of it is margined at the flat maximum: as
 * the underlying with the highest rate, at that rate whatever the size.
 * @see docs/spec/margin.md CLR-MRG-002
 */
export const figuresOfUnderlying = (
  { underlyings, unknown }: ParameterFigures,
  underlying: Underlying,
): UnderlyingFigures => underlyings.get(underlying) ?? unknown;

/** The figures with the highest maximum rate, flat at it. @throws InvariantViolation without any underlying */
function flatMaximum(underlyings: ReadonlyMap<Underlying, UnderlyingFigures>): UnderlyingFigures {
  const [first, ...others] = underlyings.values();
  invariant(first, 'parameters have at least one underlying');
  const highest = others.reduce((most, next) => (next.rateMax.gt(most.rateMax) ? next : most), first);
  return { ...highest, rateMin: highest.rateMax };
}

/** Of a brackets table or a volume, USD. */
const MOST_USD = '1000000000000000';
const share = figure({ min: '0', max: '1' });
const positiveShare = figure({ above: '0', max: '1' });
const factor = figure({ min: '0', max: '10' });

const COST = {
  spread: share,
  impact: factor,
  zeta: factor,
  participation: positiveShare,
  fundShare: factor,
  operatingCost: share,
  penaltyMin: share,
  penaltyMax: share,
  averageDailyVolume: figure({ above: '0', max: MOST_USD }),
};

const UNDERLYING_FORM = record({
  ...COST,
  sRef: positiveShare,
  sBase: positiveShare,
  triggerK: figure({ min: '1', max: '6' }),
  weightFast: share,
  weightSlow: share,
  weightImplied: share,
  scalarMax: figure({ above: '1', max: '20' }),
  risePerHour: positiveShare,
  decayPerHour: positiveShare,
  buffer: share,
  z: figure({ above: '0', max: '10' }),
  tau0Days: figure({ above: '0', max: '10' }),
  rateMin: positiveShare,
  rateMax: positiveShare,
  // One floor alone, which is 0, would have no upper end.
  bracketFloors: list(figure({ min: '0', max: MOST_USD }), 2, 32),
  lastBracketEndsAt: figure({ above: '1', max: '1000' }),
});

type StatedUnderlying = ValueOf<typeof UNDERLYING_FORM>;

function requireAgreement(stated: StatedUnderlying, refuse: Refuse): void {
  const { bracketFloors, buffer, sRef, sBase, weightFast, weightSlow, rateMin, rateMax, penaltyMin, penaltyMax } =
    stated;
  const rising = bracketFloors.every((floor, i) =>
    i === 0 ? floor.isZero() : floor.gt(bracketFloors[i - 1] ?? floor),
  );
  if (!rising) refuse('bracketFloors', 'floors do not rise from 0; write 2 to 32 rising amounts, the first 0');
  if (!sBase.eq(ONE.plus(buffer).times(sRef))) refuse('sBase', 'is not (1 + buffer) * sRef; correct one of them');
  if (!weightFast.plus(weightSlow).gt(0)) refuse('weightFast', 'no volatility has a weight; write one above 0');
  if (rateMin.gt(rateMax)) refuse('rateMin', 'is above rateMax; lower it');
  if (penaltyMin.gt(penaltyMax)) refuse('penaltyMin', 'is above penaltyMax; lower it');
}

const underlyingFigures = made(checked(UNDERLYING_FORM, requireAgreement), (stated): UnderlyingFigures => {
  const { risePerHour, bracketFloors, ...figures } = stated;
  const costNames = Object.keys(COST) as (keyof typeof COST)[];
  return {
    ...figures,
    bracketFloors,
    logOfRise: ONE.plus(risePerHour).ln(),
    knots: knotsOf(stated),
    liquidationCost: Object.fromEntries(
      costNames.map((name) => [name, text(stated[name])]),
    ) as unknown as LiquidationCostFigures,
  };
});

const STATED_PARAMETERS = record({
  noticeMs: whole(MINUTE_MS, LONGEST_NOTICE_MS),
  noticeAllowance: share,
  callMultiple: figure({ min: '1', max: '8' }),
  exitFactor: figure({ min: '1', max: '2' }),
  targetHealth: figure({ min: '1', max: '5' }),
  initialMultiple: INITIAL_MULTIPLE,
  scenarios: SCENARIO_RULES_FORM,
  collateral: COLLATERAL_FORM,
  underlyings: checked(byName(UNDERLYING, underlyingFigures), (underlyings, refuse) => {
    if (underlyings.size === 0) refuse('', 'there is none; write parameters of at least one, such as BTC');
  }),
});

const PARAMETERS_FORM = checked(STATED_PARAMETERS, ({ callMultiple, initialMultiple }, refuse) => {
  if (initialMultiple.gte(LEAST_INITIAL_OVER_CALL.times(callMultiple))) return;
  refuse(
    'callMultiple',
    `is above initialMultiple / ${text(LEAST_INITIAL_OVER_CALL)}; lower it, or raise initialMultiple`,
  );
});

/** Reads the body of a `margin-parameters` document; units and origin of each figure: docs/spec/margin.md CLR-MRG-001. */
export function readMarginParameters(body: unknown, id: string): DocumentReading<ParameterFigures> {
  const reading = readBody(body, PARAMETERS_FORM);
  if ('defects' in reading) return reading;
  const { initialMultiple, scenarios, collateral, underlyings, ...figures } = reading.figures;
  const adaptive = { initialMultiple, ...scenarios, collateral };
  return { figures: { id, ...figures, underlyings, unknown: flatMaximum(underlyings), adaptive } };
}

/** The document that every account and every model of the house is assessed by. */
export const MARGIN_PARAMETERS = documentKind('margin-parameters', readMarginParameters);
