import type {
  AssessmentDetail,
  MarginGlobalEvents,
  MarginParameters,
  PortfolioDetail,
  PositionRequirement,
  UnderlyingSchedule,
} from '@ballast/facts';
import { dec, Decimal, maxOf, roundUsd, text, ZERO, type RoundingRule } from '@ballast/kernel';
import { bracketOf, maintenanceRate, readBrackets } from '@ballast/risk-schedule';
import { figuresOfUnderlying, parameterFigures } from '../parameters/parameter-figures.js';

/** One line of an explanation. `amount` in USD unless the unit says otherwise; lines of a section add up to its total. */
export interface ExplanationLine {
  readonly section: 'equity' | 'requirement' | 'scalar' | 'remedy';
  readonly label: string;
  readonly amount: string;
  readonly unit: 'USD' | 'rate' | 'scalar' | 'base' | 'price';
  /** The arithmetic behind the amount, in figures. */
  readonly formula: string;
}

const cents = (value: Decimal, rule: RoundingRule): string => roundUsd(value, rule).toFixed(2);
const shown = (value: Decimal, digits = 8): string => text(value.toDecimalPlaces(digits));

function equityLines({ collateral, clearedHolds, positions, figures, portfolio }: AssessmentDetail): ExplanationLine[] {
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
      if (portfolio !== undefined) return usd(`worth of ${instrument}`, unrealisedPnl, `${quantity} at ${mark}`);
      const cost = dec(quantity).times(mark).minus(unrealisedPnl);
      return usd(`unrealised profit ${instrument}`, unrealisedPnl, `${quantity} x ${mark} - ${shown(cost)}`);
    }),
    ...(portfolio?.lines ?? [])
      .filter(({ code }) => code === AWAITING_DELIVERY)
      .map(({ subject = '', amount }) => usd(`worth of ${subject}`, amount, 'expired, not yet paid')),
    usd('equity', figures.equity, 'sum, rounded down to the cent'),
  ];
}

/** Code of the line of a contract that expired and is not paid yet. */
export const AWAITING_DELIVERY = 'awaiting-delivery';
const WORST_SCENARIO = 'worst-scenario';
const COLLATERAL = 'collateral';
/** Lines that are part of equity and stand there. */
const IN_EQUITY: ReadonlySet<string> = new Set([COLLATERAL, 'debt', AWAITING_DELIVERY]);

/** How a portfolio model came to its requirement: the model, its worst scenario by position, each line, the shares. */
function portfolioLines(portfolio: PortfolioDetail, positions: readonly PositionRequirement[]): ExplanationLine[] {
  const line = (label: string, amount: string, formula: string): ExplanationLine => ({
    section: 'requirement',
    label,
    amount,
    unit: 'USD',
    formula,
  });
  const { model, parameters, riskArrays, worstScenario, scenarios, lines } = portfolio;
  const worst = scenarios.find(({ id }) => id === worstScenario);
  const figuresOf = (figures: Readonly<Record<string, string>> = {}): string =>
    Object.entries(figures)
      .map(([name, figure]) => `${name} ${shown(dec(figure))}`)
      .join(', ');
  return [
    ...(worst === undefined
      ? []
      : [
          line(
            `worst scenario ${worst.id}`,
            worst.pnl,
            `of ${scenarios.length}, by ${model} with ${parameters}, risk arrays ${riskArrays}`,
          ),
        ]),
    ...lines
      .filter(({ code }) => code === WORST_SCENARIO)
      .map(({ subject = '', amount }) => line(`${subject} in the worst scenario`, amount, 'profit, loss negative')),
    ...lines
      .filter(({ code }) => !IN_EQUITY.has(code) && code !== WORST_SCENARIO)
      .map(({ code, subject, amount, figures }) =>
        line(subject === undefined ? code : `${code} ${subject}`, amount, figuresOf(figures)),
      ),
    ...lines.flatMap(({ code, subject = '', figures: { haircut, ...parts } = {} }): ExplanationLine[] =>
      code !== COLLATERAL || haircut === undefined
        ? []
        : [
            {
              section: 'requirement',
              label: `haircut of ${subject}`,
              amount: haircut,
              unit: 'rate',
              formula: figuresOf(parts),
            },
          ],
    ),
    ...positions.map(({ instrument, call, notional }) =>
      line(`${instrument} share of the call requirement`, call, `of a notional of ${shown(dec(notional))}`),
    ),
  ];
}

function requirementLines(
  position: PositionRequirement,
  schedule: UnderlyingSchedule,
  parameters: MarginParameters,
): ExplanationLine[] {
  const figures = figuresOfUnderlying(parameterFigures(parameters), position.underlying);
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
function remedyLines(
  level: 'call' | 'liquidation',
  { figures, positions, portfolio }: AssessmentDetail,
): ExplanationLine[] {
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
  // How much a smaller position frees in a portfolio is for what-if to say: its scenarios move.
  if (first === undefined || portfolio !== undefined) return [deposit];
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
  const { figures, positions, portfolio } = detail;
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
    ...(portfolio === undefined
      ? held.flatMap(({ position, prices }) => requirementLines(position, prices, parameters))
      : portfolioLines(portfolio, positions)),
    total('call requirement', figures.call, 'sum, rounded up to the cent'),
    total('liquidation requirement', figures.liquidation, 'sum, rounded up to the cent'),
    total(
      'initial requirement',
      figures.initial,
      portfolio === undefined
        ? `${parameters.initialMultiple} x call requirement, rounded up to the cent`
        : 'as the model has it, rounded up to the cent',
    ),
    ...[...new Set(held.map(({ prices }) => prices))].flatMap(scalarLines),
    ...remedyLines('call', detail),
    ...remedyLines('liquidation', detail),
    // Of a portfolio no single price is the liquidation price.
    ...(portfolio === undefined ? positions.flatMap((position) => liquidationPriceLine(detail, position)) : []),
  ];
}
