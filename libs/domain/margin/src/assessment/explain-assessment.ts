import type {
  AssessmentDetail,
  MarginGlobalEvents,
  MarginParameters,
  PositionRequirement,
  UnderlyingSchedule,
} from '@ballast/facts';
import { dec, Decimal, maxOf, roundMoney, text, ZERO, type RoundingRule } from '@ballast/kernel';
import { bracketOf, readBrackets } from '../avsl/brackets.js';
import { maintenanceRate } from '../avsl/maintenance-rate.js';
import { parameterFigures } from '../parameters/parameter-figures.js';

/** One line of an explanation. `amount` in USD unless the unit says otherwise; lines of a section add up to its total. */
export interface ExplanationLine {
  readonly section: 'equity' | 'requirement' | 'scalar' | 'remedy';
  readonly label: string;
  readonly amount: string;
  readonly unit: 'USD' | 'rate' | 'scalar' | 'base' | 'price';
  /** The arithmetic behind the amount, in figures. */
  readonly formula: string;
}

const cents = (value: Decimal, rule: RoundingRule): string => roundMoney(value, 'USD', rule).toFixed(2);
const shown = (value: Decimal, digits = 8): string => text(value.toDecimalPlaces(digits));

function equityLines({ collateral, clearedHolds, positions, figures }: AssessmentDetail): ExplanationLine[] {
  const usd = (label: string, amount: string, formula: string): ExplanationLine => ({
    section: 'equity',
    label,
    amount,
    unit: 'USD',
    formula,
  });
  return [
    ...collateral.map(({ asset, amount, price, haircut, value }) =>
      usd(`collateral ${asset}`, value, `${amount} x ${price} x (1 - ${haircut})`),
    ),
    ...(clearedHolds === '0'
      ? []
      : [usd('cleared withdrawals', text(dec(clearedHolds).neg()), 'on its way out, no longer equity')]),
    ...positions.map(({ instrument, quantity, mark, unrealisedPnl }) => {
      const cost = dec(quantity).times(mark).minus(unrealisedPnl);
      return usd(`unrealised profit ${instrument}`, unrealisedPnl, `${quantity} x ${mark} - ${shown(cost)}`);
    }),
    usd('equity', figures.equity, 'sum, rounded down to the cent'),
  ];
}

function requirementLines(
  position: PositionRequirement,
  schedule: UnderlyingSchedule,
  parameters: MarginParameters,
): ExplanationLine[] {
  const figures = parameterFigures(parameters).underlyings[position.underlying];
  const size = dec(position.ownerNotional);
  const scalar = dec(schedule.scalarEffective);
  const parts = maintenanceRate(size, scalar, figures);
  const { rate, deduction, floor } = bracketOf(readBrackets(schedule.callBrackets), size);
  const line = (label: string, amount: string, unit: ExplanationLine['unit'], formula: string): ExplanationLine => ({
    section: 'requirement',
    label: `${position.instrument} ${label}`,
    amount,
    unit,
    formula,
  });
  return [
    line('notional', position.notional, 'USD', `|${position.quantity}| x ${position.mark}`),
    line('size that sets the rate', position.ownerNotional, 'USD', `all ${position.side} positions of the owner`),
    line(
      'tail rate by formula',
      shown(parts.tail, 12),
      'rate',
      `${text(figures.z)} x ${schedule.sigma} x sqrt(tau0 + T/3)`,
    ),
    line(
      'cost rate by formula',
      shown(maxOf(parts.penaltyRate, parts.executionRate), 12),
      'rate',
      'max(p_hat, c_exec)',
    ),
    line(
      'call rate',
      position.callRate,
      'rate',
      `${text(rate)} - ${text(deduction)} / ${shown(size)}, bracket from ${text(floor)}`,
    ),
    line('call requirement', position.call, 'USD', `${position.notional} x ${position.callRate}`),
    line(
      'liquidation rate',
      position.liquidationRate,
      'rate',
      schedule.trigger[position.side] === null
        ? 'lowest rate in force during the notice period'
        : `at least the rate at the trigger scalar ${schedule.triggerScalar[position.side]}, without notice`,
    ),
    line('liquidation requirement', position.liquidation, 'USD', `${position.notional} x ${position.liquidationRate}`),
  ];
}

function scalarLines(schedule: UnderlyingSchedule): ExplanationLine[] {
  const line = (label: string, amount: string, formula: string): ExplanationLine => ({
    section: 'scalar',
    label: `${schedule.underlying} ${label}`,
    amount,
    unit: 'scalar',
    formula,
  });
  const { long, short } = schedule.triggered;
  return [
    line('measured', schedule.scalarMeasured, 'measured volatility over the reference, within [1, V_max]'),
    line(
      'after the rate limit',
      schedule.scalar,
      long || short ? 'limit off: the price has moved' : 'may rise by u and fall by rho an hour',
    ),
    line('after the buffer', schedule.scalarEffective, 'max(1, V / (1 + b)): the call level'),
    line('liquidation, long side', schedule.liquidationScalar.long, 'lowest of the notice period, or the trigger'),
    line('liquidation, short side', schedule.liquidationScalar.short, 'lowest of the notice period, or the trigger'),
    line('hourly log return', schedule.logReturn, `trigger beyond ${schedule.triggerThreshold}`),
  ];
}

/** What would lift equity to a level: a deposit, or closing part of the largest position at its mark. */
function remedyLines(level: 'call' | 'liquidation', { figures, positions }: AssessmentDetail): ExplanationLine[] {
  const missing = dec(figures[level]).minus(figures.equity);
  if (missing.lte(0)) return [];
  const deposit: ExplanationLine = {
    section: 'remedy',
    label: `deposit that reaches the ${level} level`,
    amount: cents(missing, 'charge'),
    unit: 'USD',
    formula: `${figures[level]} - ${figures.equity}`,
  };
  const [first, ...others] = positions;
  if (first === undefined) return [deposit];
  const largest = others.reduce((most, next) => (dec(next[level]).gt(most[level]) ? next : most), first);
  const perUnit = dec(largest[level]).div(dec(largest.quantity).abs());
  const reduction = missing.div(perUnit);
  // A smaller position also has a lower rate, so this much is enough; more than the position can't be closed.
  if (reduction.gt(dec(largest.quantity).abs())) return [deposit];
  return [
    deposit,
    {
      section: 'remedy',
      label: `reduction of ${largest.instrument} that reaches the ${level} level`,
      amount: text(reduction.toDecimalPlaces(8, Decimal.ROUND_CEIL)),
      unit: 'base',
      formula: `${text(missing)} / ${shown(perUnit)} of requirement per unit, closed at the mark`,
    },
  ];
}

/** Price of a position's own underlying at which equity would meet the liquidation requirement, all else as it is. */
function liquidationPriceLine({ figures }: AssessmentDetail, position: PositionRequirement): ExplanationLine[] {
  const quantity = dec(position.quantity);
  const slope = quantity.minus(quantity.abs().times(position.liquidationRate));
  if (slope.isZero()) return [];
  const price = dec(position.mark).minus(dec(figures.equity).minus(figures.liquidation).div(slope));
  if (price.lte(ZERO)) return [];
  return [
    {
      section: 'remedy',
      label: `${position.instrument} liquidation price`,
      amount: cents(price, 'neutral'),
      unit: 'price',
      formula: 'mark - (equity - liquidation) / (quantity - |quantity| x rate), rates as they are now',
    },
  ];
}

/**
 * Explains an assessment line by line: the bridge to equity, each requirement with its intermediate figures, the scalars
 * behind them, and what would avoid a call or a liquidation.
 * @param schedule ScheduleInForce that the assessment cites
 * @param parameters that the schedule cites
 */
export function explainAssessment(
  detail: AssessmentDetail,
  schedule: MarginGlobalEvents['ScheduleInForce'],
  parameters: MarginParameters,
): readonly ExplanationLine[] {
  const { figures, positions } = detail;
  const total = (label: string, amount: string, formula: string): ExplanationLine => ({
    section: 'requirement',
    label,
    amount,
    unit: 'USD',
    formula,
  });
  const held = positions.flatMap((position) => {
    const prices = schedule.underlyings.find(({ underlying }) => underlying === position.underlying);
    return prices === undefined ? [] : [{ position, prices }];
  });
  return [
    ...equityLines(detail),
    ...held.flatMap(({ position, prices }) => requirementLines(position, prices, parameters)),
    total('call requirement', figures.call, 'sum, rounded up to the cent'),
    total('liquidation requirement', figures.liquidation, 'sum, rounded up to the cent'),
    total(
      'initial requirement',
      figures.initial,
      `${parameters.initialMultiple} x call requirement, rounded up to the cent`,
    ),
    ...held.flatMap(({ prices }) => scalarLines(prices)),
    ...remedyLines('call', detail),
    ...remedyLines('liquidation', detail),
    ...positions.flatMap((position) => liquidationPriceLine(detail, position)),
  ];
}
