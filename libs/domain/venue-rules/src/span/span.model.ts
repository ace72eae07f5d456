import { type Decimal, maxOf, minOf, ModelInputError, ONE, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ExplainLine,
  type MarginModel,
  type Market,
  type ModelResult,
  type Portfolio,
  type ScenarioResult,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { deltasByExpiry } from '../methodology/scenario/option-delta.js';
import { revaluationOfHoldings } from '../methodology/scenario/revaluation.js';
import { chargeLine, holdingValueLines, levelSum } from '../methodology/scenario/scenario-margin.js';
import { type ScanScenario, scanScenarios, worstOf } from '../methodology/scenario/scenario-scan.js';
import { withWorstOrders } from '../methodology/worst-orders.js';
import { readSpanParameters, SPAN_DOCUMENT, type SpanCommodity, type SpanParameters } from './span-parameters.js';

/** Thirds of the price scan, each with volatility up and down. */
const THIRDS = [0, 1, -1, 2, -2, 3, -3];

/** The 16 scenarios: 14 of price thirds and volatility, and two extremes that count in part. */
export function spanScenarios(commodity: SpanCommodity, parameters: SpanParameters): readonly ScanScenario[] {
  const { priceScan, volatilityScan } = commodity;
  const { extremeMultiple, extremeCovered } = parameters;
  const shift = volatilityScan.toNumber();
  const scenario = (id: string, move: Decimal, volatilityMove: number, weight: Decimal): ScanScenario => ({
    id,
    shock: {
      price: ONE.plus(move),
      volatilityOf: ({ volatility }) => Math.max(0, volatility.toNumber() + volatilityMove),
    },
    weight,
    relief: ZERO,
    eitherSign: false,
  });
  const extreme = priceScan.times(extremeMultiple);
  return [
    ...THIRDS.flatMap((thirds) => {
      const move = priceScan.times(thirds).div(3);
      return [scenario(`${thirds}/3:up`, move, shift, ONE), scenario(`${thirds}/3:down`, move, -shift, ONE)];
    }),
    scenario('extreme-up', extreme, 0, extremeCovered),
    scenario('extreme-down', extreme.neg(), 0, extremeCovered),
  ];
}

/** A commodity after its scan. */
interface CommodityRisk {
  readonly holdings: UnderlyingHoldings;
  readonly commodity: SpanCommodity;
  readonly scenarios: readonly ScenarioResult[];
  readonly worst: ScenarioResult;
  /** Base units. */
  readonly netDelta: Decimal;
  /** Units spread between expiries: the lesser of long and short deltas. */
  readonly spreads: Decimal;
}

function riskOf(holdings: UnderlyingHoldings, parameters: SpanParameters): CommodityRisk {
  const { underlying } = holdings;
  const commodity = parameters.commodities.get(underlying);
  if (commodity === undefined) {
    const message = `${underlying}: the parameter document has no commodity for it; add one`;
    throw new ModelInputError('market-not-in-document', underlying, message);
  }
  const scenarios = scanScenarios(spanScenarios(commodity, parameters), revaluationOfHoldings(holdings));
  const deltas = [...deltasByExpiry(holdings).values()];
  const longs = sum(deltas.map((delta) => maxOf(delta, ZERO)));
  const shorts = sum(deltas.map((delta) => maxOf(delta.neg(), ZERO)));
  return {
    holdings,
    commodity,
    scenarios,
    worst: worstOf(underlying, scenarios),
    netDelta: longs.minus(shorts),
    spreads: minOf(longs, shorts),
  };
}

/**
 * Credits by commodity: for each pair with opposite net deltas, spreads = min(|first|, |second| / ratio) of what earlier pairs
 * left, and each leg is credited creditRate * its scan risk * the share of its delta in the spread.
 */
function creditsOf(risks: readonly CommodityRisk[], { credits }: SpanParameters): ReadonlyMap<string, Decimal> {
  const left = new Map(risks.map(({ holdings, netDelta }) => [holdings.underlying, netDelta]));
  const credited = new Map<string, Decimal>();
  for (const { first, second, ratio, creditRate } of credits) {
    const [a, b] = [left.get(first) ?? ZERO, left.get(second) ?? ZERO];
    if (a.times(b).gte(0)) continue;
    const spreads = minOf(a.abs(), b.abs().div(ratio));
    for (const [name, used] of [
      [first, spreads],
      [second, spreads.times(ratio)],
    ] as const) {
      const risk = risks.find(({ holdings }) => holdings.underlying === name);
      const remaining = left.get(name) ?? ZERO;
      if (risk === undefined) continue;
      const credit = risk.worst.pnl.neg().times(creditRate).times(used.div(risk.netDelta.abs()));
      credited.set(name, (credited.get(name) ?? ZERO).plus(credit));
      left.set(name, remaining.gt(0) ? remaining.minus(used) : remaining.plus(used));
    }
  }
  return credited;
}

function linesOf(risk: CommodityRisk, credit: Decimal, { initialFactor }: SpanParameters): readonly ExplainLine[] {
  const { holdings, commodity, worst, netDelta, spreads } = risk;
  const { underlying, spot } = holdings;
  const line = (code: string, amount: Decimal, figures: Readonly<Record<string, Decimal>>): ExplainLine =>
    chargeLine(code, underlying, amount.times(initialFactor), amount, figures);
  const scan = worst.pnl.neg();
  const spread = spreads.times(spot).times(commodity.spreadCharge);
  const sold = sum(holdings.expiries.flatMap(({ options }) => options.map(({ size }) => maxOf(size.neg(), ZERO))));
  const minimum = sold.times(spot).times(commodity.shortOptionMinimum);
  const before = scan.plus(spread).minus(credit);
  return [
    line('scan-risk', scan, { netDelta }),
    line('intra-commodity-spread', spread, { spreads }),
    line('inter-commodity-credit', credit.neg(), { netDelta }),
    line('short-option-minimum', maxOf(minimum.minus(before), ZERO), { minimum, sold }),
  ];
}

/** Per commodity max(scan risk + spread charge - credit, short option minimum); the initial level asks initialFactor of it. */
function spanMargin(portfolio: Portfolio, market: Market, parameters: SpanParameters): ModelResult {
  const { cash } = arrangeCollateral(portfolio.collateral, market);
  const holdings = arrangeHoldings(portfolio.positions, market, [], 'both');
  const risks = holdings.map((held) => riskOf(held, parameters));
  const credits = creditsOf(risks, parameters);
  const values: readonly ExplainLine[] = [{ code: 'cash', amount: cash }, ...holdingValueLines(holdings)];
  const charges = risks.flatMap((risk) => linesOf(risk, credits.get(risk.holdings.underlying) ?? ZERO, parameters));
  const worst = risks.map((risk) => risk.worst).sort((a, b) => a.pnl.cmp(b.pnl))[0];
  return {
    value: sum(values.map(({ amount }) => amount)),
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [...values, ...charges],
    scenarios: risks.flatMap(({ scenarios }) => scenarios),
    ...(worst === undefined ? {} : { worstScenario: worst.id }),
  };
}

/** SPAN's structure on crypto underlyings: a thin variant of the scan. Cash alone is collateral. */
export const spanLike: MarginModel<SpanParameters> = {
  id: 'span-like@1',
  title: 'SPAN-like scan of 16 scenarios',
  source: {
    text: 'CME SPAN methodology as generally known: 16 scenarios, intra- and inter-commodity spreads, short option minimum',
    asOf: '2026-11-22',
  },
  levels: ['initial', 'maintenance'],
  claims: ['positively-homogeneous'],
  defaultParameters: { id: 'span-like-2026-11@1', document: SPAN_DOCUMENT },
  readParameters: readSpanParameters,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => spanMargin(held, market, parameters), portfolio, market),
};
