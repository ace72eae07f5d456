import { type Decimal, maxOf, minOf, ONE, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ExplainLine,
  leastConfidence,
  type Market,
  type ModelResult,
  type Portfolio,
  stablePriceOf,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { nakedShorts } from './naked-shorts.js';
import { revaluationOfHoldings } from './revaluation.js';
import type { LevelShares, ScenarioParameters, UnderlyingOffset } from './scenario-parameters.js';
import { scanUnderlying, type UnderlyingScan } from './scenario-scan.js';

/** A charge by level, positive; `figures` hold both. */
export function chargeLine(
  code: string,
  subject: string,
  initial: Decimal,
  maintenance: Decimal,
  figures: Readonly<Record<string, Decimal>> = {},
): ExplainLine {
  return { code, subject, amount: initial, figures: { initial, maintenance, ...figures } };
}

/** Sum of a level over charge lines. */
export function levelSum(lines: readonly ExplainLine[], level: 'initial' | 'maintenance'): Decimal {
  return sum(lines.map(({ figures }) => figures?.[level] ?? ZERO));
}

/** Cash, unrealised profit and options of an account, line by line. */
export function holdingValueLines(holdings: readonly UnderlyingHoldings[]): readonly ExplainLine[] {
  return holdings.flatMap((held) => [
    ...held.contracts.map(({ instrument, size, price, unrealisedPnl }) => ({
      code: 'unrealised-profit',
      subject: instrument,
      amount: unrealisedPnl,
      figures: { size, price },
    })),
    ...[...revaluationOfHoldings(held).optionValues].map(([instrument, amount]) => ({
      code: 'option-value',
      subject: instrument,
      amount,
    })),
  ]);
}

/** Loss of an underlying that its level factor is applied to: the scan, with the basis as the document says. */
function scanLoss({ worst, basis }: UnderlyingScan, { basis: rule }: ScenarioParameters): Decimal {
  if (rule?.mode === 'added') return worst.pnl.plus(basis.pnl).neg();
  return minOf(worst.pnl, basis.pnl).neg();
}

/**
 * What joint scenarios of a group save: share * max(0, sum of the losses alone - loss of the worst common scenario), at most
 * `maximum`. Scenarios are common by their place in the document.
 */
function offsetCredit(scans: readonly UnderlyingScan[], { underlyings, share, maximum }: UnderlyingOffset): Decimal {
  const group = scans.filter(({ underlying }) => underlyings.includes(underlying));
  if (group.length < 2) return ZERO;
  const alone = sum(group.map(({ worst }) => worst.pnl.neg()));
  const count = group[0]?.scenarios.length ?? 0;
  const common = Array.from({ length: count }, (_, index) =>
    sum(group.map(({ scenarios }) => scenarios[index]?.pnl ?? ZERO)),
  );
  const together = minOf(ZERO, ...common).neg();
  const credit = maxOf(alone.minus(together), ZERO).times(share);
  return maximum === undefined ? credit : minOf(credit, maximum);
}

function confidenceLines(held: UnderlyingHoldings, { confidence }: ScenarioParameters): readonly ExplainLine[] {
  const charge = (subject: string, least: Decimal, size: Decimal): ExplainLine => {
    const low = least.lt(confidence.threshold);
    const initial = low ? ONE.minus(least).times(confidence.factor).times(size).times(held.spot) : ZERO;
    return chargeLine('confidence', subject, initial, ZERO, { confidence: least });
  };
  return [
    ...held.contracts.map((contract) =>
      charge(contract.instrument, leastConfidence(held.spotConfidence, contract.confidence), contract.size.abs()),
    ),
    ...held.expiries.map((expiry) =>
      charge(
        `${expiry.underlying}@${expiry.expiry}`,
        leastConfidence(held.spotConfidence, expiry.confidence),
        sum(expiry.options.map(({ size }) => size.abs())),
      ),
    ),
  ];
}

/** Scan and statics of one underlying. */
function underlyingLines(
  held: UnderlyingHoldings,
  scan: UnderlyingScan,
  parameters: ScenarioParameters,
): readonly ExplainLine[] {
  const { factors, statics } = parameters;
  const { underlying, spot } = held;
  const loss = scanLoss(scan, parameters);
  const gross = sum(held.contracts.map(({ size }) => size.abs()));
  const naked = sum(held.expiries.map(({ options }) => nakedShorts(options)));
  const shared = (code: string, size: Decimal, shares: LevelShares): ExplainLine => {
    const notional = size.times(spot);
    return chargeLine(code, underlying, notional.times(shares.initial), notional.times(shares.maintenance), {
      size,
      spot,
    });
  };
  return [
    chargeLine('scan-risk', underlying, loss.times(factors.initial), loss.times(factors.maintenance), {
      worst: scan.worst.pnl,
      basisContingency: scan.basis.pnl,
    }),
    shared('static-contract', gross, statics.contract),
    shared('static-naked-short', naked, statics.nakedShort),
  ];
}

/** What the minimum for sold options asks beyond the charges so far. */
function minimumLine(
  holdings: readonly UnderlyingHoldings[],
  charges: readonly ExplainLine[],
  { shortOptionMinimum }: ScenarioParameters,
): ExplainLine {
  const sold = holdings.map(({ spot, expiries }) =>
    sum(expiries.flatMap(({ options }) => options.map(({ size }) => maxOf(size.neg(), ZERO)))).times(spot),
  );
  const minimum = sum(sold).times(shortOptionMinimum);
  const lacking = (level: 'initial' | 'maintenance'): Decimal => maxOf(minimum.minus(levelSum(charges, level)), ZERO);
  return chargeLine('short-option-minimum', 'account', lacking('initial'), lacking('maintenance'), { minimum });
}

/**
 * Margin of a portfolio without orders by the configured scan, settlement currency:
 *
 *   level = max(sum over underlyings of (factor * (worst scenario, basis) + statics) - factor * offset credits,
 *               value of the underlying of sold options * minimum)
 *           + haircuts (+ confidence charges at the initial level).
 *
 * @see docs/spec/margin-models.md
 */
export function scenarioMargin(portfolio: Portfolio, market: Market, parameters: ScenarioParameters): ModelResult {
  const stable = stablePriceOf(market);
  const { cash, assets: owned } = arrangeCollateral(portfolio.collateral, market);
  const assets = owned.flatMap((holding) => {
    const rule = parameters.collateral.get(holding.asset);
    return rule === undefined ? [] : [{ ...holding, rule, value: holding.amount.times(holding.price).div(stable) }];
  });
  const followed = assets.flatMap(({ rule }) => rule.follows ?? []);
  const holdings = arrangeHoldings(portfolio.positions, market, followed, 'both');
  const scans = holdings.map((held) => {
    const followers = assets.filter(({ rule }) => rule.follows === held.underlying);
    return scanUnderlying(held, followers, market.asOf, parameters);
  });
  const values: readonly ExplainLine[] = [
    { code: 'cash', amount: cash },
    ...assets.map(({ asset, amount, price, value }) => ({
      code: 'collateral',
      subject: asset,
      amount: value,
      figures: { quantity: amount, price },
    })),
    ...holdingValueLines(holdings),
  ];
  const { factors } = parameters;
  const risk: readonly ExplainLine[] = [
    ...holdings.flatMap((held, index) => underlyingLines(held, scans[index] as UnderlyingScan, parameters)),
    ...parameters.underlyingOffsets.map((offset) => {
      const credit = offsetCredit(scans, offset).neg();
      const subject = offset.underlyings.join('+');
      return chargeLine('underlying-offset', subject, credit.times(factors.initial), credit.times(factors.maintenance));
    }),
  ];
  const charges: readonly ExplainLine[] = [
    ...risk,
    minimumLine(holdings, risk, parameters),
    ...holdings.flatMap((held) => confidenceLines(held, parameters)),
    ...assets.map(({ asset, rule, value }) => {
      const maintenance = value.abs().times(rule.haircut);
      return chargeLine('haircut', asset, maintenance.plus(value.abs().times(rule.initialHaircut)), maintenance, {
        value,
      });
    }),
  ];
  const worst = scans.map((scan) => scan.worst).sort((a, b) => a.pnl.cmp(b.pnl))[0];
  return {
    value: sum(values.map(({ amount }) => amount)),
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [...values, ...charges],
    scenarios: scans.flatMap(({ scenarios, basis }) => [...scenarios, basis]),
    ...(worst === undefined ? {} : { worstScenario: worst.id }),
  };
}
