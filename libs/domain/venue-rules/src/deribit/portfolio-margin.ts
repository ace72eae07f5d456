import type { Settlement } from '@ballast/instruments';
import { dec, type Decimal, maxOf, minOf, ModelInputError, ONE, sum, text, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ExpiryHoldings,
  type ExplainLine,
  type Market,
  type ModelResult,
  type OptionHolding,
  type Portfolio,
  type ScenarioResult,
  SECONDS_PER_YEAR,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { deltasByExpiry } from '../methodology/scenario/option-delta.js';
import { type HoldingProfit, revaluationOfHoldings } from '../methodology/scenario/revaluation.js';
import { chargeLine, holdingValueLines, levelSum } from '../methodology/scenario/scenario-margin.js';
import { shockedVolatility, termScale, type VolatilityDirection } from '../methodology/scenario/volatility-shock.js';
import type { DeribitPair, DeribitPortfolioParameters } from './portfolio-parameters.js';
import { spotMarginLines } from './spot-margin.js';

/** One cell of the risk matrix: a price move with a volatility state, or a move of the extended table. */
interface Cell {
  readonly id: string;
  readonly move: Decimal;
  readonly volatility: VolatilityDirection;
  readonly extended: boolean;
}

/** Contracts of one underlying that settle in the same: profits in coin for coin-settled ones, else in quote units. */
export interface DeribitPairScan {
  readonly underlying: string;
  readonly settlement: Settlement;
  readonly spot: Decimal;
  /** What a unit of the figures is worth, settlement currency. */
  readonly unit: Decimal;
  /** Settlement currency, one for each cell. */
  readonly cells: readonly ScenarioResult[];
  /** In coin or quote units, >= 0: the loss of the pair's own worst cell, and its shocks. */
  readonly worstCase: Decimal;
  readonly rollShock: Decimal;
  readonly deltaShock: Decimal;
}

/** Standard matrix: (i / n) * range each way with volatility down, same and up; extended table: volatility up. */
function cellsOf({ priceRange, bucketsCount }: DeribitPair, extendedMoves: readonly Decimal[]): readonly Cell[] {
  const steps = Array.from({ length: 2 * bucketsCount + 1 }, (_, index) => index - bucketsCount);
  const standard = steps.flatMap((step) =>
    (['down', 'none', 'up'] as const).map((volatility) => ({
      id: `${step}/${bucketsCount}:${volatility}`,
      move: priceRange.times(step).div(bucketsCount),
      volatility,
      extended: false,
    })),
  );
  const table = extendedMoves.map((move) => ({
    id: `extended:${text(move)}`,
    move,
    volatility: 'up' as const,
    extended: true,
  }));
  return [...standard, ...table];
}

/**
 * What a profit of the extended table is multiplied by: factor * range / |move|, and for profits in coin also
 * (1 + move) / (1 + sign(move) * range). A position in futures alone then loses what it loses at the edge of the range.
 */
export function extendedAdjustment(
  move: Decimal,
  pair: Pick<DeribitPair, 'priceRange' | 'extendedTableFactor'>,
  settlement: Settlement,
): Decimal {
  const { priceRange, extendedTableFactor } = pair;
  const scaled = extendedTableFactor.times(priceRange).div(move.abs());
  if (settlement === 'linear') return scaled;
  const edge = ONE.plus(move.gt(0) ? priceRange : priceRange.neg());
  return scaled.times(ONE.plus(move)).div(edge);
}

/**
 * A loss beyond the range is relieved by at most (max(|move| / range, 1) - 1) * dampener; a gain stays.
 * @param dampener in the unit of the profit
 */
export function dampenedProfit(profit: Decimal, move: Decimal, priceRange: Decimal, dampener: Decimal): Decimal {
  if (profit.gte(0)) return profit;
  const most = maxOf(move.abs().div(priceRange), ONE).minus(ONE).times(dampener);
  return profit.plus(minOf(most, profit.abs()));
}

/** Share of an expiry's risk that is left in its settlement window; 1 before. */
function settlementShare(
  expiry: number | undefined,
  asOf: number,
  { settlementWindowSeconds }: DeribitPortfolioParameters,
): Decimal {
  if (expiry === undefined || settlementWindowSeconds.isZero()) return ONE;
  return minOf(
    dec(expiry - asOf)
      .div(1_000)
      .div(settlementWindowSeconds),
    ONE,
  );
}

/**
 * Sum over expiries of |delta| * max(minAnnualisedMove, annualisedMoveRisk * years); perpetuals at the floor.
 * The growth with the term is taken as linear: the venue does not publish its form.
 */
export function rollShock(
  deltas: ReadonlyMap<number | 'perpetual', Decimal>,
  asOf: number,
  { minAnnualisedMove, annualisedMoveRisk }: Pick<DeribitPair, 'minAnnualisedMove' | 'annualisedMoveRisk'>,
): Decimal {
  const shocks = [...deltas].map(([expiry, delta]) => {
    const years = expiry === 'perpetual' ? ZERO : dec(expiry - asOf).div(1_000 * SECONDS_PER_YEAR);
    return delta.abs().times(maxOf(minAnnualisedMove, annualisedMoveRisk.times(years)));
  });
  return sum(shocks);
}

/** |D| * min(max(|D| - threshold / S, 0) * increment, cap), base units. The form is inferred from the venue's parameters. */
export function deltaShock(
  delta: Decimal,
  spot: Decimal,
  pair: Pick<DeribitPair, 'deltaShockThreshold' | 'deltaShockIncrement' | 'maxDeltaShock'>,
): Decimal {
  const excess = maxOf(delta.abs().minus(pair.deltaShockThreshold.div(spot)), ZERO);
  return delta.abs().times(minOf(excess.times(pair.deltaShockIncrement), pair.maxDeltaShock));
}

function pairOf(underlying: string, { pairs }: DeribitPortfolioParameters): DeribitPair {
  const pair = pairs.get(underlying);
  if (pair !== undefined) return pair;
  const message = `${underlying}: the parameter document has no pair for it; add its figures`;
  throw new ModelInputError('market-not-in-document', underlying, message);
}

function scanPair(
  holdings: UnderlyingHoldings,
  settlement: Settlement,
  asOf: number,
  parameters: DeribitPortfolioParameters,
): DeribitPairScan {
  const { underlying, spot } = holdings;
  const pair = pairOf(underlying, parameters);
  const inCoin = settlement === 'inverse';
  const unit = inCoin ? spot : ONE;
  const revaluation = revaluationOfHoldings(holdings, inCoin ? 'coin' : 'quote');
  const dampener = pair.extendedDampener.div(unit);
  const left = (profit: HoldingProfit): Decimal => profit.pnl.times(settlementShare(profit.expiry, asOf, parameters));
  const resultOf = ({ id, move, volatility, extended }: Cell): ScenarioResult => {
    const volatilityOf = (option: OptionHolding, { secondsToExpiry }: ExpiryHoldings): number =>
      shockedVolatility(
        option.volatility.toNumber(),
        volatility,
        termScale(secondsToExpiry, pair.volShock),
        pair.volShock,
      );
    const profits = revaluation.profitsUnder({ price: ONE.plus(move), volatilityOf });
    const adjustment = extended ? extendedAdjustment(move, pair, settlement) : ONE;
    const byPosition = profits.map((profit) => ({
      instrument: profit.instrument,
      pnl: left(profit).times(adjustment).times(unit),
    }));
    const raw = sum(byPosition.map(({ pnl }) => pnl));
    const pnl = extended ? dampenedProfit(raw, move, pair.priceRange, dampener.times(unit)) : raw;
    if (!pnl.eq(raw)) byPosition.push({ instrument: 'dampener', pnl: pnl.minus(raw) });
    return { id: `${underlying}-${settlement}:${id}`, pnl, byPosition };
  };
  const cells = cellsOf(pair, parameters.extendedMoves).map(resultOf);
  const deltas = new Map(
    [...deltasByExpiry(holdings)].map(([expiry, delta]) => [
      expiry,
      delta.times(settlementShare(expiry === 'perpetual' ? undefined : expiry, asOf, parameters)),
    ]),
  );
  // Shocks are in base units: worth the spot in quote units, and what they are in coin.
  const perBase = inCoin ? ONE : spot;
  return {
    underlying,
    settlement,
    spot,
    unit,
    cells,
    worstCase: maxOf(ZERO, ...cells.map(({ pnl }) => pnl.neg())).div(unit),
    rollShock: rollShock(deltas, asOf, pair).times(perBase),
    deltaShock: deltaShock(sum(deltas.values()), spot, pair).times(perBase),
  };
}

/** Loss of the worst cell over all pairs: losses whole, gains times their offset and up to their maximum. */
function worstCell(
  scans: readonly DeribitPairScan[],
  parameters: DeribitPortfolioParameters,
): ScenarioResult | undefined {
  const [first] = scans;
  if (first === undefined) return undefined;
  const counted = ({ pnl }: ScenarioResult, underlying: string): Decimal => {
    const { pnlOffset, maxOffsetablePnl } = pairOf(underlying, parameters);
    return pnl.lte(0) || scans.length === 1 ? pnl : minOf(pnl.times(pnlOffset), maxOffsetablePnl);
  };
  const cells = first.cells.map((cell, index): ScenarioResult => {
    const parts = scans.map((scan) => ({ scan, cell: scan.cells[index] as ScenarioResult }));
    return {
      id: scans.length === 1 ? cell.id : `all:${cell.id.slice(cell.id.indexOf(':') + 1)}`,
      pnl: sum(parts.map(({ scan, cell: own }) => counted(own, scan.underlying))),
      byPosition: parts.flatMap(({ scan, cell: own }) => {
        const total = counted(own, scan.underlying);
        const part = own.pnl.isZero() ? ONE : total.div(own.pnl);
        return own.byPosition.map(({ instrument, pnl }) => ({ instrument, pnl: pnl.times(part) }));
      }),
    };
  });
  return cells.reduce((least, next) => (next.pnl.lt(least.pnl) ? next : least));
}

/**
 * Portfolio margin of the venue's engine, settlement currency:
 *
 *   risk matrix margin = worst cell + roll shocks + delta shocks,
 *   maintenance = mmFactor * risk matrix margin,   initial = risk matrix margin + haircuts of collateral.
 *
 * Its correlation contingency is not published and taken as zero; quotes under market maker protection are not known here.
 * @see docs/spec/margin-models.md
 */
export function deribitPortfolioMargin(
  portfolio: Portfolio,
  market: Market,
  parameters: DeribitPortfolioParameters,
): ModelResult {
  const { cash, assets: owned } = arrangeCollateral(portfolio.collateral, market);
  const assets = owned.filter(({ asset }) => parameters.collateral.has(asset));
  const settledIn = (settlement: Settlement) =>
    arrangeHoldings(
      portfolio.positions.filter(({ instrument }) => instrument.settlement === settlement),
      market,
      [],
      'both',
    ).map((holdings) => ({ holdings, scan: scanPair(holdings, settlement, market.asOf, parameters) }));
  const pairs = [...settledIn('inverse'), ...settledIn('linear')];
  const scans = pairs.map(({ scan }) => scan);
  const worst = worstCell(scans, parameters);
  const values: readonly ExplainLine[] = [
    { code: 'cash', amount: cash },
    ...assets.map(({ asset, amount, price }) => ({ code: 'collateral', subject: asset, amount: amount.times(price) })),
    ...holdingValueLines(pairs.map(({ holdings }) => holdings)),
  ];
  const riskLine = (
    code: string,
    subject: string,
    amount: Decimal,
    figures: Readonly<Record<string, Decimal>>,
  ): ExplainLine => chargeLine(code, subject, amount, amount.times(parameters.mmFactor), figures);
  const loss = worst === undefined ? ZERO : maxOf(worst.pnl.neg(), ZERO);
  const charges: readonly ExplainLine[] = [
    riskLine('scan-risk', 'account', loss, Object.fromEntries(scans.map((scan) => [pairName(scan), scan.worstCase]))),
    ...scans.flatMap((scan) => [
      riskLine('roll-shock', pairName(scan), scan.rollShock.times(scan.unit), { inPairUnits: scan.rollShock }),
      riskLine('delta-shock', pairName(scan), scan.deltaShock.times(scan.unit), { inPairUnits: scan.deltaShock }),
    ]),
    ...spotMarginLines(assets, parameters.collateral),
  ];
  return {
    value: sum(values.map(({ amount }) => amount)),
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [...values, ...charges],
    scenarios:
      scans.length > 1 && worst !== undefined
        ? [worst, ...scans.flatMap(({ cells }) => cells)]
        : scans.flatMap(({ cells }) => cells),
    ...(worst === undefined ? {} : { worstScenario: worst.id }),
  };
}

const pairName = ({ underlying, settlement }: DeribitPairScan): string => `${underlying}-${settlement}`;
