import { maxOf, ONE, roundUsd, sum, ZERO, type Decimal } from '@ballast/kernel';
import {
  isNoticed,
  type RangeLevel,
  rangesAt,
  sameRanges,
  type SideRanges,
  type SideSizes,
} from '@ballast/risk-schedule';
import { doubt } from '../collateral/collateral-parameters.js';
import { totalWorth, valueCollateral, type CollateralWorth, type Named } from '../collateral/collateral-value.js';
import type {
  CollateralHolding,
  ExplainLine,
  MarginModel,
  Market,
  ModelResult,
  OpenOrder,
  Portfolio,
  PositionHolding,
  ScenarioResult,
} from '../margin-model.js';
import { ADAPTIVE_DEFAULTS, readAdaptiveParameters, type AdaptiveParameters } from './adaptive-parameters.js';
import { coinExposures, sideSizes, valuePositions, type Exposure, type ValuedPosition } from './exposure.js';
import { fillLoss, fillOf, openingOrders } from './order-fills.js';
import { underlyingBooks, type UnderlyingBook } from './underlying-book.js';
import { scannedProfits, underlyingRequirement, type UnderlyingRequirement } from './underlying-requirement.js';

/** AVSL of a whole portfolio: perpetuals, dated futures, options and coin collateral over the same scenarios. */
export const adaptivePortfolio: MarginModel<AdaptiveParameters> = {
  id: 'adaptive-portfolio@1',
  title: 'Adaptive portfolio margin: scenarios as wide as AVSL rates',
  source: { text: 'Own definition, docs/spec/adaptive-portfolio.md', asOf: '2026-11-22' },
  levels: ['initial', 'maintenance', 'liquidation'],
  defaultParameters: ADAPTIVE_DEFAULTS,
  readParameters: readAdaptiveParameters,
  assess,
};

interface AssessedUnderlying extends UnderlyingBook {
  readonly ranges: SideRanges;
  readonly requirement: UnderlyingRequirement;
}

/**
 * Assesses a portfolio:
 *   value        collateral after haircuts + profit since entry + options at their marks, rounded down to the cent
 *   maintenance         sum over underlyings of the requirement at V_eff now
 *   liquidation  the same at each side's liquidation range
 *   initial      worst of { no order, all buys filled, all sells filled }: multiple * maintenance + loss of the fills, and what
 *                doubtful prices ask for
 * Requirements are rounded up to the cent, once at the end.
 * @see docs/spec/adaptive-portfolio.md
 */
function assess(portfolio: Portfolio, market: Market, parameters: AdaptiveParameters): ModelResult {
  const held = valuePositions(portfolio.positions, market, parameters.grid);
  const { collateral, ownerSizes } = portfolio;
  const book: HeldBook = { collateral, held, ...(ownerSizes === undefined ? {} : { ownerSizes }) };
  return assessHeld(book, market, parameters, portfolio.orders.length === 0 ? undefined : portfolio).result();
}

/** All of an account that the model reads, its positions valued already. */
export interface HeldBook {
  readonly collateral: readonly CollateralHolding[];
  /** In the order of instrument ids. */
  readonly held: readonly HeldExposure[];
  readonly ownerSizes?: NonNullable<Portfolio['ownerSizes']>;
}

/** What a position gains and loses, and what it is worth in equity, USD. */
export type HeldExposure = Pick<ValuedPosition, 'exposure' | 'worth' | 'line'>;

/** Figures of an assessment, and on demand everything that stands behind them. */
export interface AdaptiveAssessment {
  readonly value: Decimal;
  readonly requirements: Readonly<Record<'initial' | 'maintenance' | 'liquidation', Decimal>>;
  readonly lines: () => readonly ExplainLine[];
  /** Every point that was looked at, by underlying. */
  readonly scenarios: () => readonly ScenarioResult[];
  readonly worstScenario: string | null;
  readonly result: () => ModelResult;
}

/**
 * Assesses a book in decimals; float64 leaves out the scenarios that can't decide.
 * @param orders of the portfolio, for its initial requirement
 * @see docs/spec/adaptive-portfolio.md CLR-ADP-007
 */
export function assessHeld(
  book: HeldBook,
  market: Market,
  parameters: AdaptiveParameters,
  orders?: Portfolio,
): AdaptiveAssessment {
  const jointly = market.adaptive ?? NOT_ADAPTIVE;
  const collateral = valueCollateral(book.collateral, market, parameters.collateral, jointly);
  const coins = coinExposures(collateral, market, jointly);
  const exposures = book.held.map(({ exposure }) => exposure);
  const books = underlyingBooks(book, market, exposures, coins);
  const maintenance = books.map((each) => assessBook(each, 'maintenance', parameters));
  const liquidation = maintenance.map((assessed) => atLiquidation(assessed, parameters));
  const initial = initialOf(orders, market, parameters, maintenance, coins, collateral);
  const value = valueOf(collateral, book.held);
  const worstScenario = worstOf(maintenance);
  const requirements = {
    initial: roundUsd(initial.total, 'requirement'),
    maintenance: roundUsd(totalOf(maintenance), 'requirement'),
    liquidation: roundUsd(totalOf(liquidation), 'requirement'),
  };
  const lines = (): readonly ExplainLine[] => [
    ...collateral.map(({ line }) => line()),
    ...book.held.map(({ line }) => line()),
    ...maintenance.flatMap((assessed) => requirementLines(assessed, parameters)),
    ...liquidation.map(liquidationLine),
    ...initial.lines(),
  ];
  const scenarios = (): readonly ScenarioResult[] =>
    maintenance.flatMap((assessed) => scenariosOf(assessed, parameters));
  return {
    value,
    requirements,
    lines,
    scenarios,
    worstScenario,
    result() {
      const all = scenarios();
      return {
        value,
        requirements,
        lines: lines(),
        ...(all.length === 0 ? {} : { scenarios: all }),
        ...(worstScenario === null ? {} : { worstScenario }),
      };
    },
  };
}

/** What collateral counts for and positions are worth, USD, rounded down to the cent. */
export const valueOf = (
  collateral: readonly CollateralWorth[],
  held: readonly Pick<HeldExposure, 'worth'>[],
): Decimal => roundUsd(totalWorth(collateral).plus(sum(held.map(({ worth }) => worth))), 'equity');

/** Of a market without risk schedules. */
const NOT_ADAPTIVE: Named = new Set();

const totalOf = (assessed: readonly AssessedUnderlying[]): Decimal =>
  sum(assessed.map(({ requirement }) => requirement.total));

function assessBook(book: UnderlyingBook, level: RangeLevel, parameters: AdaptiveParameters): AssessedUnderlying {
  const { underlying, spot, schedule, exposures, sizes } = book;
  const ranges = rangesAt(schedule, sizes, level);
  const requirement = underlyingRequirement(exposures, ranges, spot, parameters);
  // Written out: spreading takes several times as long, and every account of every check comes by here.
  return { underlying, spot, schedule, exposures, sizes, ranges, requirement };
}

/** The same book at its liquidation ranges; while these are the maintenance's, as they are in calm, so is the requirement. */
function atLiquidation(atMaintenance: AssessedUnderlying, parameters: AdaptiveParameters): AssessedUnderlying {
  if (isNoticed(atMaintenance.schedule)) return atMaintenance;
  const ranges = rangesAt(atMaintenance.schedule, atMaintenance.sizes, 'liquidation');
  return sameRanges(ranges, atMaintenance.ranges)
    ? atMaintenance
    : assessBook(atMaintenance, 'liquidation', parameters);
}

/** Which orders are taken as filled. */
type FilledSide = 'none' | 'buy' | 'sell';

interface InitialRequirement {
  readonly total: Decimal;
  readonly lines: () => readonly ExplainLine[];
}

function initialOf(
  portfolio: Portfolio | undefined,
  market: Market,
  parameters: AdaptiveParameters,
  held: readonly AssessedUnderlying[],
  coins: readonly Exposure[],
  collateral: readonly CollateralWorth[],
): InitialRequirement {
  const multiple = parameters.initialMultiple;
  const required = totalOf(held);
  const doubtful = doubtfulCharge(held, parameters);
  const ofPositions = multiple.times(required).plus(doubtful);
  let worst: { readonly filled: FilledSide; readonly total: Decimal; readonly loss: Decimal } = {
    filled: 'none',
    total: ofPositions,
    loss: ZERO,
  };
  for (const filled of ['buy', 'sell'] as const) {
    const orders = portfolio === undefined ? [] : openingOrders(portfolio, filled);
    if (portfolio === undefined || orders.length === 0) continue;
    const loss = sum(orders.map((order) => fillLoss(order, market)).sort((a, b) => a.cmp(b)));
    const assessed = booksWithFills(portfolio, market, orders, coins, parameters).map((book) =>
      assessBook(book, 'maintenance', parameters),
    );
    const total = multiple.times(totalOf(assessed)).plus(doubtfulCharge(assessed, parameters)).plus(loss);
    if (total.gt(worst.total)) worst = { filled, total, loss };
  }
  const ofCollateral = sum(collateral.map(({ confidenceCharge }) => confidenceCharge));
  const ofPlatform = sum(collateral.map(({ platformCharge }) => platformCharge));
  const lines = (): readonly ExplainLine[] => [
    { code: 'initial-multiple', amount: multiple.minus(ONE).times(required), figures: { multiple } },
    {
      code: 'price-confidence',
      amount: doubtful.plus(ofCollateral),
      figures: { ofCollateral },
    },
    ...(ofPlatform.isZero() ? [] : [{ code: 'platform-cap', amount: ofPlatform }]),
    {
      code: 'open-orders',
      ...(worst.filled === 'none' ? {} : { subject: `all-${worst.filled}s` }),
      amount: worst.total.minus(ofPositions),
      figures: { fillLoss: worst.loss },
    },
  ];
  return { total: worst.total.plus(ofCollateral).plus(ofPlatform), lines };
}

function booksWithFills(
  portfolio: Portfolio,
  market: Market,
  orders: readonly OpenOrder[],
  coins: readonly Exposure[],
  parameters: AdaptiveParameters,
): readonly UnderlyingBook[] {
  const exposuresOf = (positions: readonly PositionHolding[]): readonly Exposure[] =>
    valuePositions(positions, market, parameters.grid).map(({ exposure }) => exposure);
  const before = exposuresOf(portfolio.positions);
  const after = exposuresOf([...portfolio.positions, ...orders.map(fillOf)]);
  const sizesOf = (exposures: readonly Exposure[], underlying: string): SideSizes =>
    sideSizes(exposures.filter((exposure) => exposure.underlying === underlying));
  return underlyingBooks(portfolio, market, after, coins).map((book) => {
    const [held, filled] = [sizesOf(before, book.underlying), sizesOf(after, book.underlying)];
    const owner = portfolio.ownerSizes?.get(book.underlying) ?? held;
    const grown = (side: 'long' | 'short'): Decimal =>
      maxOf(owner[side], held[side]).plus(maxOf(filled[side].minus(held[side]), ZERO));
    return { ...book, sizes: { long: grown('long'), short: grown('short') } };
  });
}

/** What new risk on doubtful prices needs on top: charge of a position on its own * factor * doubt. */
function doubtfulCharge(assessed: readonly AssessedUnderlying[], { collateral }: AdaptiveParameters): Decimal {
  const { confidence: rule } = collateral;
  return sum(
    assessed.flatMap(({ exposures, requirement }) =>
      exposures.flatMap(({ confidence }, i) => {
        const doubtful = doubt(confidence, rule);
        return doubtful.isZero() ? [] : [(requirement.alone[i] ?? ZERO).times(rule.factor).times(doubtful)];
      }),
    ),
  );
}

function requirementLines(assessed: AssessedUnderlying, parameters: AdaptiveParameters): readonly ExplainLine[] {
  const { underlying: subject, ranges, sizes, requirement } = assessed;
  const { worst, loss, shortOptionExcess, betweenExpiries, betweenPositions } = requirement;
  const looked = {
    rangeDown: ranges.long.spot,
    rangeUp: ranges.short.spot,
    scalarDown: ranges.long.scalar,
    scalarUp: ranges.short.scalar,
    sizeLong: sizes.long,
    sizeShort: sizes.short,
  };
  const figures =
    worst === null ? looked : { ...looked, worstMove: worst.move, worstVolatilityShock: worst.volatilityShock };
  const lines: ExplainLine[] = [{ code: 'scan-risk', subject, amount: loss, figures }];
  const { lostOffset, shortOptionMinimum } = parameters;
  const add = (code: string, amount: Decimal, figures: NonNullable<ExplainLine['figures']>): void => {
    if (!amount.isZero()) lines.push({ code, subject, amount, figures });
  };
  add('short-option-minimum', shortOptionExcess, { rate: shortOptionMinimum });
  add('offset-between-expiries', betweenExpiries, { lostShare: lostOffset.betweenExpiries });
  add('offset-between-positions', betweenPositions, { lostShare: lostOffset.betweenPositions });
  return lines;
}

const liquidationLine = ({ underlying, ranges, requirement }: AssessedUnderlying): ExplainLine => ({
  code: 'liquidation-level',
  subject: underlying,
  amount: requirement.total,
  figures: {
    rangeDown: ranges.long.spot,
    rangeUp: ranges.short.spot,
    scalarDown: ranges.long.scalar,
    scalarUp: ranges.short.scalar,
  },
});

/** Scenarios of one underlying, `BTC:spot-0.0156/vol+0.3`: other underlyings don't move in them. */
function scenariosOf(
  { underlying, exposures, ranges }: AssessedUnderlying,
  parameters: AdaptiveParameters,
): readonly ScenarioResult[] {
  const { points, profits, jointProfits } = scannedProfits(exposures, ranges, parameters);
  return points.map(({ id }, point) => {
    const byPosition = exposures.map(({ subject }, i) => ({
      instrument: subject,
      pnl: profits[i]?.[point] ?? ZERO,
    }));
    return { id: `${underlying}:${id}`, pnl: jointProfits[point] ?? ZERO, byPosition };
  });
}

function worstOf(assessed: readonly AssessedUnderlying[]): string | null {
  let worst: AssessedUnderlying | null = null;
  for (const next of assessed) {
    if (next.requirement.worst !== null && next.requirement.loss.gt(worst?.requirement.loss ?? ZERO)) worst = next;
  }
  return worst === null ? null : `${worst.underlying}:${worst.requirement.worst?.id}`;
}
