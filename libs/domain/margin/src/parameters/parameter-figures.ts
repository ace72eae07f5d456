import type { MarginParameters, Underlying, UnderlyingParameters } from '@ballast/facts';
import { dec, invariant, ONE, type Asset, type Decimal } from '@ballast/kernel';
import { knotsOf, type RateParameters } from '@ballast/risk-schedule';

/** Parameters of one underlying as decimals, with everything that is the same at each price set worked out once. */
export interface UnderlyingFigures extends RateParameters {
  readonly sRef: Decimal;
  readonly triggerK: Decimal;
  readonly weightFast: Decimal;
  readonly weightSlow: Decimal;
  readonly scalarMax: Decimal;
  /** ln(1 + u), per hour */
  readonly logOfRise: Decimal;
  readonly decayPerHour: Decimal;
  readonly buffer: Decimal;
}

export interface ParameterFigures {
  readonly id: string;
  readonly noticeMs: number;
  readonly noticeAllowance: Decimal;
  readonly initialMultiple: Decimal;
  readonly warnUsage: Decimal;
  readonly exitFactor: Decimal;
  readonly targetHealth: Decimal;
  readonly haircuts: ReadonlyMap<Asset, Decimal>;
  readonly underlyings: ReadonlyMap<Underlying, UnderlyingFigures>;
}

const read = new WeakMap<MarginParameters, ParameterFigures>();

/** Reads a parameter set into decimals; the same record is read once. */
export function parameterFigures(parameters: MarginParameters): ParameterFigures {
  const known = read.get(parameters);
  if (known !== undefined) return known;
  const figures: ParameterFigures = {
    id: parameters.id,
    noticeMs: parameters.noticeMs,
    noticeAllowance: dec(parameters.noticeAllowance),
    initialMultiple: dec(parameters.initialMultiple),
    warnUsage: dec(parameters.warnUsage),
    exitFactor: dec(parameters.exitFactor),
    targetHealth: dec(parameters.targetHealth),
    haircuts: new Map(Object.entries(parameters.haircuts).map(([asset, haircut]) => [asset, dec(haircut)])),
    underlyings: new Map(
      Object.entries(parameters.underlyings).map(([underlying, of]) => [underlying, underlyingFigures(of)]),
    ),
  };
  read.set(parameters, figures);
  return figures;
}

/** Parameters of an underlying that the set knows. @throws InvariantViolation for any other */
export function figuresOfUnderlying({ id, underlyings }: ParameterFigures, underlying: Underlying): UnderlyingFigures {
  const figures = underlyings.get(underlying);
  invariant(figures, `${id} has no parameters of ${underlying}`);
  return figures;
}

export function underlyingFigures(parameters: UnderlyingParameters): UnderlyingFigures {
  const participation = dec(parameters.participation);
  const averageDailyVolume = dec(parameters.averageDailyVolume);
  const tau0Days = dec(parameters.tau0Days);
  const bracketFloors = parameters.bracketFloors.map(dec);
  return {
    sRef: dec(parameters.sRef),
    sBase: dec(parameters.sBase),
    triggerK: dec(parameters.triggerK),
    weightFast: dec(parameters.weightFast),
    weightSlow: dec(parameters.weightSlow),
    scalarMax: dec(parameters.scalarMax),
    logOfRise: ONE.plus(parameters.risePerHour).ln(),
    decayPerHour: dec(parameters.decayPerHour),
    buffer: dec(parameters.buffer),
    z: dec(parameters.z),
    tau0Days,
    participation,
    averageDailyVolume,
    rateMin: dec(parameters.rateMin),
    rateMax: dec(parameters.rateMax),
    spread: dec(parameters.spread),
    impact: dec(parameters.impact),
    zeta: dec(parameters.zeta),
    fundShare: dec(parameters.fundShare),
    operatingCost: dec(parameters.operatingCost),
    penaltyMin: dec(parameters.penaltyMin),
    penaltyMax: dec(parameters.penaltyMax),
    bracketFloors,
    knots: knotsOf(bracketFloors, { participation, averageDailyVolume, tau0Days }),
  };
}
