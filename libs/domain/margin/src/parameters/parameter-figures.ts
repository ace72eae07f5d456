import type { HouseDocument } from '@ballast/event-sourcing';
import type { LiquidationCostFigures, Underlying } from '@ballast/facts';
import { invariant, MINUTE_MS, ModelInputError, ONE, text, type Decimal } from '@ballast/kernel';
import {
  readCollateralFields,
  readDocument,
  readScenarioRules,
  type AdaptiveParameters,
  type DocumentFields,
} from '@ballast/margin-models';
import { knotsOf, type RateParameters } from '@ballast/risk-schedule';
import { LONGEST_NOTICE_MS } from '../schedule/notice-window.js';

/** Kind of the document that every account and every model of the house is assessed by. */
export const MARGIN_PARAMETERS = 'margin-parameters';

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
  /** What closing out costs, as schedules publish it. */
  readonly liquidationCost: LiquidationCostFigures;
}

export interface ParameterFigures {
  /** Of the document. */
  readonly id: string;
  readonly noticeMs: number;
  readonly noticeAllowance: Decimal;
  readonly warnUsage: Decimal;
  readonly exitFactor: Decimal;
  /** Health (equity over call requirement) at which a liquidation ends. */
  readonly targetHealth: Decimal;
  readonly underlyings: ReadonlyMap<Underlying, UnderlyingFigures>;
  /** Of every other underlying. */
  readonly unknown: UnderlyingFigures;
  /** What the assessment reads; the grid of the scenarios comes with the risk arrays. */
  readonly adaptive: Omit<AdaptiveParameters, 'grid'>;
}

const read = new WeakMap<HouseDocument, ParameterFigures>();

/** Reads a parameter document into decimals; the same document, which never changes, is read once. */
export function parameterFigures(document: HouseDocument): ParameterFigures {
  const known = read.get(document);
  if (known !== undefined) return known;
  const figures = readMarginParameters(document.id, document.body);
  read.set(document, figures);
  return figures;
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

/**
 * Reads and checks the body of a `margin-parameters` document; units and origin of each figure: docs/spec/margin.md CLR-MRG-001.
 * @throws ModelInputError naming the field and what to do
 */
export function readMarginParameters(id: string, body: unknown): ParameterFigures {
  return readDocument(body, '', (fields) => {
    const underlyings = fields.record('underlyings', (underlying, name) =>
      readUnderlying(underlying, requireName(name, `underlyings.${name}`)),
    );
    if (underlyings.size === 0) {
      const message = 'underlyings: there is none; give parameters of at least one, such as BTC';
      throw new ModelInputError('underlying-missing', 'underlyings', message);
    }
    return {
      id,
      noticeMs: fields.whole('noticeMs', { min: MINUTE_MS, max: LONGEST_NOTICE_MS }),
      noticeAllowance: fields.decimal('noticeAllowance', { min: 0, max: 1 }),
      warnUsage: fields.decimal('warnUsage', { above: 0, max: 1 }),
      exitFactor: fields.decimal('exitFactor', { min: 1, max: 2 }),
      targetHealth: fields.decimal('targetHealth', { min: 1, max: 5 }),
      underlyings,
      unknown: flatMaximum(underlyings),
      adaptive: {
        initialMultiple: fields.decimal('initialMultiple', { min: 1, max: 10 }),
        ...fields.object('scenarios', readScenarioRules),
        collateral: fields.object('collateral', (collateral) => readCollateralFields(collateral, 'collateral')),
      },
    };
  });
}

const NAME = /^[A-Z][A-Z0-9]{0,11}$/;

function requireName(name: string, field: string): string {
  if (NAME.test(name)) return field;
  const message = `${field}: "${name}" is no underlying; write at most 12 capital letters and digits, such as BTC`;
  throw new ModelInputError('underlying-malformed', field, message);
}

function readUnderlying(fields: DocumentFields, field: string): UnderlyingFigures {
  const refuse = (name: string, what: string): ModelInputError =>
    new ModelInputError('parameters-disagree', `${field}.${name}`, `${field}.${name}: ${what}`);
  const share = (name: string): Decimal => fields.decimal(name, { min: 0, max: 1 });
  const positiveShare = (name: string): Decimal => fields.decimal(name, { above: 0, max: 1 });
  const participation = positiveShare('participation');
  const averageDailyVolume = fields.decimal('averageDailyVolume', { above: 0, max: 1e15 });
  const tau0Days = fields.decimal('tau0Days', { above: 0, max: 10 });
  // One floor alone would have no upper end: the open last bracket goes through four times its floor.
  const bracketFloors = fields.decimals('bracketFloors', { min: 0, max: 1e15 });
  const rising = bracketFloors.every((floor, i) =>
    i === 0 ? floor.isZero() : floor.gt(bracketFloors[i - 1] ?? floor),
  );
  if (!rising || bracketFloors.length < 2 || bracketFloors.length > 32) {
    throw refuse('bracketFloors', 'floors do not rise from 0; give 2 to 32 rising amounts, the first 0');
  }
  const [buffer, sRef, sBase] = [share('buffer'), positiveShare('sRef'), positiveShare('sBase')];
  if (!sBase.eq(ONE.plus(buffer).times(sRef))) throw refuse('sBase', 'is not (1 + buffer) * sRef; correct one of them');
  const [weightFast, weightSlow] = [share('weightFast'), share('weightSlow')];
  if (!weightFast.plus(weightSlow).gt(0)) throw refuse('weightFast', 'no volatility has a weight; give one above 0');
  const [rateMin, rateMax] = [positiveShare('rateMin'), positiveShare('rateMax')];
  if (rateMin.gt(rateMax)) throw refuse('rateMin', 'is above rateMax; lower it');
  const [penaltyMin, penaltyMax] = [share('penaltyMin'), share('penaltyMax')];
  if (penaltyMin.gt(penaltyMax)) throw refuse('penaltyMin', 'is above penaltyMax; lower it');
  const cost = {
    spread: share('spread'),
    impact: fields.decimal('impact', { min: 0, max: 10 }),
    zeta: fields.decimal('zeta', { min: 0, max: 10 }),
    participation,
    fundShare: fields.decimal('fundShare', { min: 0, max: 10 }),
    operatingCost: share('operatingCost'),
    penaltyMin,
    penaltyMax,
    averageDailyVolume,
  };
  return {
    ...cost,
    sRef,
    sBase,
    triggerK: fields.decimal('triggerK', { min: 1, max: 6 }),
    weightFast,
    weightSlow,
    scalarMax: fields.decimal('scalarMax', { above: 1, max: 20 }),
    logOfRise: ONE.plus(positiveShare('risePerHour')).ln(),
    decayPerHour: positiveShare('decayPerHour'),
    buffer,
    z: fields.decimal('z', { above: 0, max: 10 }),
    tau0Days,
    rateMin,
    rateMax,
    bracketFloors,
    knots: knotsOf(bracketFloors, { participation, averageDailyVolume, tau0Days }),
    liquidationCost: Object.fromEntries(
      Object.entries(cost).map(([name, figure]) => [name, text(figure)]),
    ) as unknown as LiquidationCostFigures,
  };
}
