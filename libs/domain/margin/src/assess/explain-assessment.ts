import type {
  AssessmentDetail,
  InstrumentId,
  MarginGlobalEvents,
  PositionRequirement,
  Side,
  Underlying,
  UnderlyingSchedule,
} from '@ballast/facts';
import type { ContractSpecification } from '@ballast/instruments';
import { dec, Decimal, maxOf, ONE, roundUsd, sum, text, ZERO, type RoundingRule } from '@ballast/kernel';
import {
  bracketOf,
  maintenanceRate,
  rangeOf,
  unwindDays,
  type BracketFigures,
  type RangeLevel,
} from '@ballast/risk-schedule';
import { figuresOfUnderlying, type ParameterFigures, type UnderlyingFigures } from '../parameters/parameter-figures.js';
import { scheduleFigures, type ScheduleFigures, type UnderlyingScheduleFigures } from '../schedule/schedule-figures.js';
import { OWN_MODEL } from './assess.js';
import { isMarkedBySchedule } from './priced-contracts.js';
import { LIQUIDATION_LINE, MAINTENANCE_LINES, SCAN_LINE, scannedSizes } from './requirement-lines.js';
import { valuedFrom, worthFormula, type RiskArrays } from './worth-formula.js';

/** One line of an explanation. `amount` in USD unless the unit says otherwise; lines of a section add up to its total. */
export interface ExplanationLine {
  readonly section: 'equity' | 'requirement' | 'scalar' | 'remedy';
  readonly label: string;
  readonly amount: string;
  readonly unit: 'USD' | 'rate' | 'scalar' | 'base' | 'price';
  /** The arithmetic behind the amount, in figures. */
  readonly formula: string;
}

/** What an assessment was made with. */
export interface ExplainedOn {
  /** ScheduleInForce that the assessment cites. */
  readonly schedule: MarginGlobalEvents['ScheduleInForce'];
  /** Parameters that the schedule cites. */
  readonly parameters: ParameterFigures;
  /** Terms of the contracts, as far as they are still known. */
  readonly contracts: ReadonlyMap<InstrumentId, ContractSpecification>;
  /** Risk arrays of the schedule's price set; null when there are none, or no longer at hand. */
  readonly riskArrays: RiskArrays | null;
}

const cents = (value: Decimal, rule: RoundingRule): string => roundUsd(value, rule).toFixed(2);
const shown = (value: Decimal, digits = 8): string => text(value.toDecimalPlaces(digits));

const lineOf =
  (section: ExplanationLine['section'], unit: ExplanationLine['unit']) =>
  (label: string, amount: string, formula: string): ExplanationLine => ({ section, label, amount, unit, formula });

const equityLine = lineOf('equity', 'USD');
const requirementLine = lineOf('requirement', 'USD');
const rateLine = lineOf('requirement', 'rate');
const remedyLine = lineOf('remedy', 'USD');

/** Code of the line of a contract that expired and is not paid yet. */
export const AWAITING_DELIVERY = 'awaiting-delivery';
const COLLATERAL = 'collateral';
const WORST_SCENARIO = 'worst-scenario';
const PLATFORM_CAP = 'platform-cap';

/** Lines that are part of equity and stand there. */
const IN_EQUITY: ReadonlySet<string> = new Set([COLLATERAL, 'debt', AWAITING_DELIVERY]);

/** What is left to a total after lines that each stand for themselves; nothing when they add up. */
function roundedBy(line: typeof equityLine, total: string, lines: readonly ExplanationLine[], how: string) {
  const rest = dec(total).minus(sum(lines.map(({ amount }) => dec(amount))));
  return rest.isZero() ? [] : [line('rounding', text(rest), how)];
}

function equityLines(
  detail: AssessmentDetail,
  { contracts, riskArrays }: ExplainedOn,
  prices: ScheduleFigures['prices'],
): readonly ExplanationLine[] {
  const { collateral, clearedHolds, positions, figures, portfolio } = detail;
  const lines = [
    ...collateral.map(({ asset, amount, price, haircut, value }) =>
      equityLine(`collateral ${asset}`, value, `${amount} x ${price} x (1 - ${haircut})`),
    ),
    ...(clearedHolds === '0'
      ? []
      : [equityLine('cleared withdrawals', text(dec(clearedHolds).neg()), 'on its way out, no longer equity')]),
    ...positions.map((position) => {
      const { instrument, underlying, quantity, mark, unrealisedPnl } = position;
      const terms = contracts.get(instrument);
      if (terms !== undefined && isMarkedBySchedule(terms.instrument)) {
        const cost = dec(quantity).times(mark).minus(unrealisedPnl);
        return equityLine(`unrealised profit ${instrument}`, unrealisedPnl, `${quantity} x ${mark} - ${shown(cost)}`);
      }
      const index = prices.get(underlying);
      if (terms === undefined || index === undefined) {
        return equityLine(`worth of ${instrument}`, unrealisedPnl, `${quantity} at ${mark}`);
      }
      const from = valuedFrom(terms, riskArrays);
      const worth = worthFormula(position, terms, index);
      return equityLine(`worth of ${instrument}`, unrealisedPnl, from === '' ? worth : `${worth}: Black-76 at ${from}`);
    }),
    ...portfolio.lines
      .filter(({ code }) => code === AWAITING_DELIVERY)
      .map(({ subject = '', amount }) => equityLine(`worth of ${subject}`, amount, 'expired, not yet paid')),
  ];
  return [
    ...lines,
    ...roundedBy(equityLine, figures.equity, lines, 'down to the cent'),
    equityLine('equity', figures.equity, 'sum, rounded down to the cent'),
  ];
}

const listed = (figures: Readonly<Record<string, string>> = {}): string =>
  Object.entries(figures)
    .map(([name, figure]) => `${name} ${shown(dec(figure))}`)
    .join(', ');

/**
 * How a side of an underlying comes to its rate: the formula at both ends of its bracket, the chord between them. A coin has no size, and reads the
 * lowest bracket.
 */
function rateLines(
  underlying: Underlying,
  side: Side,
  size: Decimal,
  { source, rates }: UnderlyingScheduleFigures,
  figures: UnderlyingFigures,
): readonly ExplanationLine[] {
  const name = `${underlying} ${side}`;
  const maintenance = rangeOf(rates, size, 'maintenance', side);
  const liquidation = rangeOf(rates, size, 'liquidation', side);
  const bracket = bracketOf(rates.maintenance.brackets, size);
  return [
    requirementLine(
      `${name}: size that sets the rate`,
      text(size),
      size.isZero() ? `no ${side} position of the owner: coins are no size` : `all ${side} positions of the owner`,
    ),
    ...endsOf(bracket, figures).flatMap((end) => formulaLines(name, end, rates.maintenance.scalar, figures)),
    rateLine(
      `${name}: maintenance rate`,
      text(maintenance.spot),
      size.isZero()
        ? `${text(bracket.rate)}, bracket from ${text(bracket.floor)}, up to 12 digits`
        : `${text(bracket.rate)} - ${text(bracket.deduction)} / ${shown(size)}, bracket from ${text(bracket.floor)}, up to 12 digits`,
    ),
    rateLine(
      `${name}: liquidation rate`,
      text(liquidation.spot),
      source.trigger[side] === null
        ? 'lowest rate in force during the notice period'
        : `at least the rate at the trigger scalar ${source.triggerScalar[side]}, without notice`,
    ),
  ];
}

/** Sizes at which the table meets the formula: the floor of a bracket, unless it is 0, and its upper end. */
function endsOf({ floor }: BracketFigures, { bracketFloors, knots }: UnderlyingFigures): readonly Decimal[] {
  const upper = knots[bracketFloors.findIndex((each) => each.eq(floor))]?.notional;
  return [floor, ...(upper === undefined ? [] : [upper])].filter((end) => !end.isZero());
}

function formulaLines(
  name: string,
  size: Decimal,
  scalar: Decimal,
  figures: UnderlyingFigures,
): readonly ExplanationLine[] {
  const { tail, penaltyRate, executionRate, rate } = maintenanceRate(size, scalar, figures);
  const days = unwindDays(size, figures);
  const sigma = scalar.times(figures.sBase);
  const at = `at ${text(size)} USD`;
  const tailFormula =
    `${text(figures.z)} x ${shown(sigma)} x sqrt(${shown(figures.tau0Days)} + ${shown(days)} / 3): ` +
    `T = ${text(size)} / (${text(figures.participation)} x ${text(figures.averageDailyVolume)}) days`;
  return [
    rateLine(`${name}: tail rate ${at}`, shown(tail, 12), tailFormula),
    rateLine(
      `${name}: cost rate ${at}`,
      shown(maxOf(penaltyRate, executionRate), 12),
      `max(p_hat ${shown(penaltyRate, 12)}, c_exec ${shown(executionRate, 12)})`,
    ),
    rateLine(
      `${name}: rate by formula ${at}`,
      shown(rate, 12),
      `tail + cost, within ${text(figures.rateMin)} and ${text(figures.rateMax)}; the table meets it here`,
    ),
  ];
}

/** Whether a coin of the account loses as the prices of the underlying do on this side: what is owned as a long does, a debt as a short. */
function movesCoin(detail: AssessmentDetail, underlying: Underlying, side: Side): boolean {
  const coin = coinOf(detail, underlying);
  return side === 'long' ? coin.gt(0) : coin.lt(0);
}

function coinText(detail: AssessmentDetail, underlying: Underlying): string {
  const coin = coinOf(detail, underlying);
  return coin.isZero() ? '' : `; beside the positions moves collateral of ${text(coin)}`;
}

/** The house's own model: the rates of each underlying, then the parts of its requirement. */
function ownModelLines(
  detail: AssessmentDetail,
  on: ExplainedOn,
  underlyings: ReadonlyMap<Underlying, UnderlyingScheduleFigures>,
): readonly ExplanationLine[] {
  const { portfolio, figures } = detail;
  const rates = scannedSizes(portfolio).flatMap(({ underlying, side, size }) => {
    const prices = underlyings.get(underlying);
    if (prices === undefined || (size.isZero() && !movesCoin(detail, underlying, side))) return [];
    return rateLines(underlying, side, size, prices, figuresOfUnderlying(on.parameters, underlying));
  });
  const parts = portfolio.lines
    .filter(({ code }) => MAINTENANCE_LINES.has(code))
    .map(({ code, subject = '', amount, figures: read }) =>
      requirementLine(
        `${code} ${subject}`,
        amount,
        listed(read) + (code === SCAN_LINE ? coinText(detail, subject) : ''),
      ),
    );
  const unasked = isOnlyOwner(detail) ? notRequiredLines(parts) : [];
  return [
    ...rates,
    ...parts,
    ...unasked,
    ...roundedBy(requirementLine, figures.maintenance, [...parts, ...unasked], 'up to the cent'),
  ];
}

/** Holds no position and owes nothing: nothing is required of it, whatever a model would ask. @see docs/spec/margin.md CLR-MRG-067 */
const isOnlyOwner = ({ positions, collateral, figures }: AssessmentDetail): boolean =>
  positions.length === 0 &&
  dec(figures.maintenance).isZero() &&
  collateral.every(({ amount }) => !dec(amount).isNegative());

/** Takes what coins could lose off the sum again. */
function notRequiredLines(parts: readonly ExplanationLine[]): readonly ExplanationLine[] {
  const asked = sum(parts.map(({ amount }) => dec(amount)));
  return asked.isZero()
    ? []
    : [
        requirementLine(
          'not required',
          text(asked.neg()),
          'no position and no debt: of coins alone nothing is required',
        ),
      ];
}

const sharesOf = (positions: readonly PositionRequirement[]): readonly ExplanationLine[] =>
  positions.map(({ instrument, maintenance, notional }) =>
    requirementLine(
      `${instrument}: share of the maintenance requirement`,
      maintenance,
      `of a notional of ${shown(dec(notional))}`,
    ),
  );

/** What a scenario brings to a position, by contract. */
const lostFormula = (amount: string, quantity: string | undefined): string =>
  quantity === undefined
    ? 'profit, loss negative'
    : `${quantity} x ${shown(dec(amount).div(quantity))} a contract; profit, loss negative`;

/** Lines of levels above and beside maintenance: what is not required has none of them. */
const LEVEL_LINES: ReadonlySet<string> = new Set([LIQUIDATION_LINE, 'initial-multiple']);

/** What stands beside the sum: the worst scenario by position, what the model noted, the haircuts. */
function notedLines(detail: AssessmentDetail): readonly ExplanationLine[] {
  const {
    positions,
    portfolio: { model, parameters, riskArrays, worstScenario, scenarios, lines },
  } = detail;
  const isNoted = (code: string): boolean => !(isOnlyOwner(detail) && LEVEL_LINES.has(code));
  const quantities = new Map(positions.map(({ instrument, quantity }) => [instrument, quantity]));
  const worst = scenarios.find(({ id }) => id === worstScenario);
  return [
    ...(worst === undefined
      ? []
      : [
          requirementLine(
            `worst scenario ${worst.id}`,
            worst.pnl,
            `of ${scenarios.length}, by ${model} with ${parameters}` +
              (riskArrays === 0 ? '' : `, on the RiskArraysPublished of pricing/-1 that has the number ${riskArrays}`),
          ),
        ]),
    ...lines
      .filter(({ code }) => code === WORST_SCENARIO)
      .map(({ subject = '', amount }) =>
        requirementLine(`${subject} in the worst scenario`, amount, lostFormula(amount, quantities.get(subject))),
      ),
    ...lines
      .filter(
        ({ code }) => !IN_EQUITY.has(code) && code !== WORST_SCENARIO && !MAINTENANCE_LINES.has(code) && isNoted(code),
      )
      .map(({ code, subject, amount, figures }) =>
        requirementLine(subject === undefined ? code : `${code} ${subject}`, amount, listed(figures)),
      ),
    ...lines.flatMap(({ code, subject = '', figures: { haircut, ...parts } = {} }) =>
      code !== COLLATERAL || haircut === undefined ? [] : [rateLine(`haircut of ${subject}`, haircut, listed(parts))],
    ),
  ];
}

const VOLATILITY_NAMES: Readonly<Record<UnderlyingSchedule['drivenBy'], string>> = {
  fast: 'the fast volatility of the index',
  slow: 'the slow volatility of the index',
  implied: 'what options imply',
};

function scalarLines({ source }: UnderlyingScheduleFigures): readonly ExplanationLine[] {
  const line = (label: string, amount: string, formula: string): ExplanationLine =>
    lineOf('scalar', 'scalar')(`${source.underlying} ${label}`, amount, formula);
  const { long, short } = source.triggered;
  return [
    line(
      'measured',
      source.scalarMeasured,
      `measured volatility over the reference, within [1, V_max]; most of it ${VOLATILITY_NAMES[source.drivenBy]}`,
    ),
    line(
      'after the rate limit',
      source.scalar,
      long || short ? 'limit off: the price has moved' : 'may rise by u and fall by rho an hour',
    ),
    line('after the buffer', source.scalarEffective, 'max(1, V / (1 + b)): the maintenance level'),
    line('liquidation, long side', source.liquidationScalar.long, 'lowest of the notice period, or the trigger'),
    line('liquidation, short side', source.liquidationScalar.short, 'lowest of the notice period, or the trigger'),
    line('hourly log return', source.logReturn, `trigger beyond ${source.triggerThreshold}`),
  ];
}

/**
 * The only position on its underlying, a linear perpetual of the house's own model: it is straight in its price, and so are coins beside it.
 * Of any other, where its price is the liquidation price is for what-if to say: scenarios move.
 */
function isOnlyPosition(
  { positions, portfolio }: AssessmentDetail,
  { contracts }: ExplainedOn,
  { instrument, underlying }: PositionRequirement,
): boolean {
  const terms = contracts.get(instrument);
  return (
    portfolio.model === OWN_MODEL &&
    terms !== undefined &&
    isMarkedBySchedule(terms.instrument) &&
    positions.filter((other) => other.underlying === underlying).length === 1
  );
}

/** A position that nothing else of the account moves with: how much a smaller one frees follows from its own rate. */
const standsAlone = (detail: AssessmentDetail, on: ExplainedOn, position: PositionRequirement): boolean =>
  isOnlyPosition(detail, on, position) && coinOf(detail, position.underlying).isZero();

/** What the coin of an underlying counts for in equity, USD; below zero when it is owed. */
const coinOf = ({ collateral }: AssessmentDetail, underlying: Underlying): Decimal =>
  sum(collateral.filter(({ asset }) => asset === underlying).map(({ value }) => dec(value)));

type RemediedLevel = 'call' | 'liquidation';

/** What would lift equity to a level: a deposit, or closing part of the largest position at its mark, in whole lots. */
function remedyLines(
  level: RemediedLevel,
  detail: AssessmentDetail,
  on: ExplainedOn,
  underlyings: ReadonlyMap<Underlying, UnderlyingScheduleFigures>,
): readonly ExplanationLine[] {
  const { figures, positions } = detail;
  const missing = dec(figures[level]).minus(figures.equity);
  if (missing.lte(0)) return [];
  const deposit = remedyLine(
    `deposit that reaches the ${level} level`,
    cents(missing, 'charge'),
    `${dec(figures[level]).toFixed(2)} - ${dec(figures.equity).toFixed(2)}`,
  );
  const [first, ...others] = positions;
  if (first === undefined) return [deposit];
  const largest = others.reduce((most, next) => (dec(next.maintenance).gt(most.maintenance) ? next : most), first);
  const reduction = standsAlone(detail, on, largest) ? leastReduction(level, missing, largest, on, underlyings) : null;
  return reduction === null ? [deposit] : [deposit, reduction];
}

/** Fewest lots whose closing frees what is missing; the rate falls with the size. Null when all of it is not enough. */
function leastReduction(
  level: RemediedLevel,
  missing: Decimal,
  { instrument, underlying, side, quantity, mark, notional, ownerNotional }: PositionRequirement,
  { contracts, parameters }: ExplainedOn,
  underlyings: ReadonlyMap<Underlying, UnderlyingScheduleFigures>,
): ExplanationLine | null {
  const lot = contracts.get(instrument)?.lot;
  const rates = underlyings.get(underlying)?.rates;
  if (lot === undefined || rates === undefined) return null;
  const elsewhere = dec(ownerNotional).minus(notional);
  const [rangeLevel, multiple]: [RangeLevel, Decimal] =
    level === 'call' ? ['maintenance', parameters.callMultiple] : ['liquidation', ONE];
  const required = (size: Decimal): Decimal =>
    size.times(rangeOf(rates, size.plus(elsewhere), rangeLevel, side).spot).times(multiple);
  const freed = (lots: Decimal): Decimal =>
    required(dec(notional)).minus(required(dec(notional).minus(lots.times(lot).times(mark))));
  let [short, enough] = [ZERO, dec(quantity).abs().div(lot).floor()];
  if (freed(enough).lt(missing)) return null;
  while (enough.minus(short).gt(1)) {
    const middle = short.plus(enough).div(2).floor();
    if (freed(middle).lt(missing)) short = middle;
    else enough = middle;
  }
  return lineOf('remedy', 'base')(
    `reduction of ${instrument} that reaches the ${level} level`,
    text(enough.times(lot)),
    `frees ${cents(freed(enough), 'credit')} USD of requirement, closed at the mark, in lots of ${text(lot)}`,
  );
}

/**
 * Mark of the only position on an underlying at which equity would meet the liquidation requirement: the position, the coin of that underlying and what
 * both are required move in proportion, the rest stays as it is,
 *   price = mark * (1 + (liquidation - equity) / (quantity * mark + coin - liquidation of the underlying))
 */
function liquidationPriceLine(detail: AssessmentDetail, position: PositionRequirement): readonly ExplanationLine[] {
  const { figures, clearedHolds, portfolio } = detail;
  const coin = coinOf(detail, position.underlying);
  // Of what is held for a withdrawal the sum is known, and not which part of it is this coin.
  if (!coin.isZero() && !dec(clearedHolds).isZero()) return [];
  const required = portfolio.lines.find(
    ({ code, subject }) => code === LIQUIDATION_LINE && subject === position.underlying,
  );
  if (required === undefined) return [];
  const mark = dec(position.mark);
  const slope = dec(position.quantity).times(mark).plus(coin).minus(required.amount);
  if (slope.isZero()) return [];
  const price = mark.times(ONE.plus(dec(figures.liquidation).minus(figures.equity).div(slope)));
  if (price.lte(ZERO)) return [];
  const moving = coin.isZero() ? 'quantity x mark' : `(quantity x mark + ${position.underlying} collateral)`;
  return [
    lineOf('remedy', 'price')(
      `${position.instrument} liquidation price`,
      cents(price, 'neutral'),
      `where equity meets the liquidation requirement, moving with the price: ${moving} and what that is required, rates as they are now`,
    ),
  ];
}

/**
 * Explains an assessment line by line: the bridge to equity, the requirement with its intermediate figures, the scalars behind
 * it, and what would avoid a call or a liquidation.
 * @see docs/spec/margin.md CLR-MRG-066
 */
export function explainAssessment(detail: AssessmentDetail, on: ExplainedOn): readonly ExplanationLine[] {
  const { figures, positions, portfolio } = detail;
  const own = portfolio.model === OWN_MODEL;
  const { underlyings, prices } = scheduleFigures(on.schedule, detail.schedule, on.parameters);
  const scanned = own ? scannedSizes(portfolio).map(({ underlying }) => underlying) : [];
  const charged = [...new Set([...positions.map(({ underlying }) => underlying), ...scanned])];
  return [
    ...equityLines(detail, on, prices),
    ...(own ? ownModelLines(detail, on, underlyings) : []),
    requirementLine(
      'maintenance requirement',
      figures.maintenance,
      own ? 'sum, rounded up to the cent' : `by ${portfolio.model}`,
    ),
    requirementLine('call requirement', figures.call, `${text(on.parameters.callMultiple)} x maintenance requirement`),
    requirementLine('liquidation requirement', figures.liquidation, 'at the liquidation rates, rounded up to the cent'),
    ...platformLines(portfolio),
    requirementLine(
      'initial requirement',
      figures.initial,
      own
        ? `${text(on.parameters.adaptive.initialMultiple)} x maintenance requirement and what new risk needs on top, rounded up to the cent`
        : 'as the model has it, rounded up to the cent',
    ),
    ...sharesOf(positions),
    ...notedLines(detail),
    ...charged.flatMap((underlying) => {
      const prices = underlyings.get(underlying);
      return prices === undefined ? [] : scalarLines(prices);
    }),
    ...remedyLines('call', detail, on, underlyings),
    ...remedyLines('liquidation', detail, on, underlyings),
    ...positions.flatMap((position) =>
      isOnlyPosition(detail, on, position) ? liquidationPriceLine(detail, position) : [],
    ),
  ];
}

/** What coins count for and new risk may not rely on, while all clients together hold more than a platform cap. */
const platformLines = ({ lines }: AssessmentDetail['portfolio']): readonly ExplanationLine[] =>
  lines
    .filter(({ code }) => code === PLATFORM_CAP)
    .map(({ amount }) =>
      requirementLine(
        'beyond platform caps',
        cents(dec(amount), 'requirement'),
        'of what collateral counts for; in the initial requirement, and in no other',
      ),
    );
