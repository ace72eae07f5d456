import { type Decimal, maxOf, minOf, ONE, sum, text, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type AssetHolding,
  type ExplainLine,
  leastConfidence,
  type Market,
  type OptionHolding,
  type Portfolio,
  type ScenarioResult,
  stablePriceOf,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { nakedShorts } from '../methodology/scenario/naked-shorts.js';
import { type ExpiryRevaluation, revaluationOf } from './expiry-revaluation.js';
import type {
  DerivePortfolioV1Parameters,
  DerivePortfolioV2Parameters,
  DeriveScan,
  DeriveScenario,
  PegAndConfidence,
} from './portfolio-parameters.js';

/** What the scan of one underlying found. */
export interface DeriveUnderlyingScan {
  readonly underlying: string;
  /** In the order of the document. */
  readonly scenarios: readonly ScenarioResult[];
  /** The basis contingency: zero or a loss. It competes with the scenarios. */
  readonly basis: ScenarioResult;
  /** The least of all of them. */
  readonly worst: ScenarioResult;
}

/** A portfolio under either generation; margins are signed surpluses, below zero is a breach. Settlement currency. */
export interface DerivePortfolioMargin {
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** Cash included. */
  readonly markToMarket: Decimal;
  readonly optionValue: Decimal;
  readonly collateralValue: Decimal;
  /** What a basis moved against the account would lose: zero or a loss, as the venue states its contingencies. */
  readonly basisContingency: Decimal;
  /** What unsure prices take off the initial margin: zero or a loss. */
  readonly confidenceContingency: Decimal;
  /** Factor of the initial level after the loss of the peg. */
  readonly initialFactor: Decimal;
  readonly scans: readonly DeriveUnderlyingScan[];
  readonly lines: readonly ExplainLine[];
}

/** A charge: what it adds to each requirement, positive. */
interface Charge {
  readonly code: string;
  readonly subject: string;
  readonly initial: Decimal;
  readonly maintenance: Decimal;
  readonly figures?: Readonly<Record<string, Decimal>>;
}

const chargeLine = ({ code, subject, initial, maintenance, figures }: Charge): ExplainLine => ({
  code,
  subject,
  amount: initial,
  figures: { initial, maintenance, ...figures },
});

/** An asset that moves with the spot of an underlying. */
interface SpotFollower {
  readonly asset: string;
  readonly value: Decimal;
}

/** One underlying ready to be scanned. */
interface UnderlyingRisk {
  readonly holdings: UnderlyingHoldings;
  readonly expiries: readonly ExpiryRevaluation[];
  readonly followers: readonly SpotFollower[];
  /** Least confidence of the spot and, when held, the perpetual. */
  readonly confidence: Decimal;
  /** Sum of the sizes of perpetuals, base units. */
  readonly perpetualSize: Decimal;
}

function riskOf(holdings: UnderlyingHoldings, followers: readonly SpotFollower[], scan: DeriveScan): UnderlyingRisk {
  return {
    holdings,
    followers,
    expiries: holdings.expiries.map((expiry) => revaluationOf(expiry, scan)),
    confidence: leastConfidence(holdings.spotConfidence, ...holdings.contracts.map(({ confidence }) => confidence)),
    perpetualSize: sum(holdings.contracts.map(({ size }) => size.abs())),
  };
}

function scenarioResult({ holdings, expiries, followers }: UnderlyingRisk, scenario: DeriveScenario): ScenarioResult {
  const { spotShock, vol, dampening } = scenario;
  const move = spotShock.minus(ONE);
  const dampened = (pnl: Decimal): Decimal => (dampening.eq(ONE) ? pnl : pnl.times(dampening));
  let pnl = ZERO;
  const byPosition: { instrument: string; pnl: Decimal }[] = [];
  const add = (instrument: string, amount: Decimal): void => {
    byPosition.push({ instrument, pnl: dampened(amount) });
  };
  for (const { instrument, size, price } of holdings.contracts) {
    const profit = size.times(price).times(move);
    add(instrument, profit);
    pnl = pnl.plus(dampened(profit));
  }
  for (const expiry of expiries) {
    const profit = expiry.profitOf(scenario);
    profit.byOption.forEach((option, index) =>
      add((expiry.holdings.options[index] as OptionHolding).instrument, option),
    );
    pnl = pnl.plus(dampened(profit.pnl));
  }
  for (const { asset, value } of followers) {
    const profit = value.times(move);
    add(asset, profit);
    pnl = pnl.plus(dampened(profit));
  }
  return { id: `${holdings.underlying}:${text(spotShock)}:${vol}`, pnl, byPosition };
}

function basisResult({ holdings, expiries }: UnderlyingRisk): ScenarioResult {
  const byPosition = expiries.flatMap(({ holdings: { options }, basisContingency: { byOption } }) =>
    options.map(({ instrument }, index) => ({ instrument, pnl: byOption[index] ?? ZERO })),
  );
  const pnl = sum(expiries.map(({ basisContingency }) => basisContingency.pnl));
  return { id: `${holdings.underlying}:basis`, pnl, byPosition };
}

function scanOf(risk: UnderlyingRisk, scan: DeriveScan): DeriveUnderlyingScan {
  const scenarios = scan.scenarios.map((scenario) => scenarioResult(risk, scenario));
  const basis = basisResult(risk);
  const worst = scenarios.reduce((least, next) => (next.pnl.lt(least.pnl) ? next : least), basis);
  return { underlying: risk.holdings.underlying, scenarios, basis, worst };
}

/** (1 - confidence) * confMargin * notional below the threshold, else nothing. */
function confidenceCharge(
  confidence: Decimal,
  notional: Decimal,
  { confThreshold, confMargin }: PegAndConfidence,
): Decimal {
  return confidence.lt(confThreshold) ? ONE.minus(confidence).times(confMargin).times(notional) : ZERO;
}

/** Confidence charges of the options of each expiry, by the whole size held long or short. */
function expiryConfidenceCharges(
  { holdings, expiries, confidence }: UnderlyingRisk,
  rules: PegAndConfidence,
): Charge[] {
  return expiries.map(({ holdings: expiry }) => {
    const least = leastConfidence(confidence, expiry.confidence);
    const size = sum(expiry.options.map((option) => option.size.abs()));
    const initial = confidenceCharge(least, size.times(holdings.spot), rules);
    const subject = `${expiry.underlying}@${expiry.expiry}`;
    return { code: 'confidence', subject, initial, maintenance: ZERO, figures: { confidence: least } };
  });
}

/** Factor of the initial level: imFactor + (threshold - stable price) * pegLossFactor below the threshold. */
export function initialFactorAfterPeg(imFactor: Decimal, stablePrice: Decimal, rules: PegAndConfidence): Decimal {
  const { pegLossThreshold, pegLossFactor } = rules;
  return imFactor.plus(maxOf(pegLossThreshold.minus(stablePrice), ZERO).times(pegLossFactor));
}

/** What an account owns before requirements, line by line. */
function valueLines(
  cash: Decimal,
  assets: readonly AssetHolding[],
  risks: readonly UnderlyingRisk[],
  stable: Decimal,
): ExplainLine[] {
  return [
    { code: 'cash', amount: cash },
    ...assets.map(({ asset, amount, price }) => ({
      code: 'collateral',
      subject: asset,
      amount: amount.times(price).div(stable),
      figures: { quantity: amount, price, stablePrice: stable },
    })),
    ...risks.flatMap(({ holdings, expiries }) => [
      ...holdings.contracts.map(({ instrument, size, price, unrealisedPnl }) => ({
        code: 'unrealised-profit',
        subject: instrument,
        amount: unrealisedPnl,
        figures: { size, price },
      })),
      ...expiries.map(({ holdings: { underlying, expiry, forward }, markToMarket }) => ({
        code: 'option-value',
        subject: `${underlying}@${expiry}`,
        amount: markToMarket,
        figures: { forward },
      })),
    ]),
  ];
}

/** Everything found, and the two sums: the requirements of the levels. */
function resultOf(
  values: readonly ExplainLine[],
  charges: readonly Charge[],
  scans: readonly DeriveUnderlyingScan[],
  initialFactor: Decimal,
): DerivePortfolioMargin {
  const markToMarket = sum(values.map(({ amount }) => amount));
  const of = (code: string): Decimal => sum(values.filter((line) => line.code === code).map(({ amount }) => amount));
  const confidence = charges.filter(({ code }) => code.endsWith('confidence'));
  return {
    initialMargin: markToMarket.minus(sum(charges.map(({ initial }) => initial))),
    maintenanceMargin: markToMarket.minus(sum(charges.map(({ maintenance }) => maintenance))),
    markToMarket,
    optionValue: of('option-value'),
    collateralValue: of('collateral'),
    basisContingency: sum(scans.map(({ basis }) => basis.pnl)),
    confidenceContingency: ZERO.minus(sum(confidence.map(({ initial }) => initial))),
    initialFactor,
    scans,
    lines: [...values, ...charges.map(chargeLine)],
  };
}

const scanCharge = (
  { underlying, worst, basis }: DeriveUnderlyingScan,
  initialFactor: Decimal,
  maintenanceFactor: Decimal,
): Charge => ({
  code: 'scan-risk',
  subject: underlying,
  initial: worst.pnl.neg().times(initialFactor),
  maintenance: worst.pnl.neg().times(maintenanceFactor),
  figures: { worst: worst.pnl, basisContingency: basis.pnl, initialFactor, maintenanceFactor },
});

/**
 * First generation. Per underlying, with W = min(basis contingency, scenarios) and the static charge
 * C = (|perpetuals| perpPercent + base basePercent + naked shorts optionPercent) S:
 *
 *   maintenance margin = W - C + value,   initial margin = (W - C) * imFactor after peg - confidence charges + value.
 *
 * Each underlying is scanned alone; the venue keeps one per account. Other collateral than the base coins is worth nothing here.
 */
export function derivePortfolioV1Margin(
  portfolio: Portfolio,
  market: Market,
  parameters: DerivePortfolioV1Parameters,
): DerivePortfolioMargin {
  const { scan, basePercent, perpPercent, optionPercent } = parameters;
  const stable = stablePriceOf(market);
  const { cash, assets } = arrangeCollateral(portfolio.collateral, market);
  const bases = assets.filter(({ asset }) => market.underlyings.has(asset));
  const initialFactor = initialFactorAfterPeg(parameters.imFactor, stable, parameters);
  const holdings = arrangeHoldings(
    portfolio.positions,
    market,
    bases.map(({ asset }) => asset),
  );
  const risks = holdings.map((held) => {
    const own = bases.filter(({ asset }) => asset === held.underlying);
    const followers = own.map(({ asset, amount }) => ({ asset, value: amount.times(held.spot).div(stable) }));
    return riskOf(held, followers, scan);
  });
  const scans = risks.map((risk) => scanOf(risk, scan));
  const charges = risks.flatMap((risk, index): Charge[] => {
    const { underlying, spot } = risk.holdings;
    const base = sum(bases.filter(({ asset }) => asset === underlying).map(({ amount }) => amount.abs()));
    const shorts = sum(risk.expiries.map(({ holdings: { options } }) => nakedShorts(options)));
    const statics = (code: string, size: Decimal, percent: Decimal): Charge => {
      const maintenance = size.times(percent).times(spot);
      return {
        code,
        subject: underlying,
        initial: maintenance.times(initialFactor),
        maintenance,
        figures: { size, spot },
      };
    };
    const exposed = risk.perpetualSize.plus(base).times(spot);
    return [
      scanCharge(scans[index] as DeriveUnderlyingScan, initialFactor, ONE),
      statics('static-perpetual', risk.perpetualSize, perpPercent),
      statics('static-base', base, basePercent),
      statics('static-naked-short', shorts, optionPercent),
      {
        code: 'confidence',
        subject: underlying,
        initial: confidenceCharge(risk.confidence, exposed, parameters),
        maintenance: ZERO,
        figures: { confidence: risk.confidence },
      },
      ...expiryConfidenceCharges(risk, parameters),
    ];
  });
  return resultOf(valueLines(cash, bases, risks, stable), charges, scans, initialFactor);
}

/**
 * Second generation. Per underlying, with W = min(basis contingency, scenarios):
 *
 *   maintenance margin = W mmFactor - maintenance statics + value,
 *   initial margin     = W imFactor after peg - maintenance statics - initial statics - confidence charges + value.
 *
 * Statics are shares of the spot per perpetual and naked short, and the haircuts of the collateral. Each underlying is scanned
 * alone. Collateral that the document does not name is worth nothing here.
 */
export function derivePortfolioV2Margin(
  portfolio: Portfolio,
  market: Market,
  parameters: DerivePortfolioV2Parameters,
): DerivePortfolioMargin {
  const { scan, mmPerpPercent, imPerpPercent, mmOptionPercent, imOptionPercent } = parameters;
  const stable = stablePriceOf(market);
  const { cash, assets: held } = arrangeCollateral(portfolio.collateral, market);
  const assets = held.filter(({ asset }) => parameters.collateral.has(asset));
  const valueOf = ({ amount, price }: AssetHolding): Decimal => amount.times(price).div(stable);
  const followed = (asset: string): string | undefined => parameters.collateral.get(asset)?.riskCancels;
  const alsoScanned = [...assets.map(({ asset }) => followed(asset)), parameters.underlying].filter(
    (name) => name !== undefined,
  );
  const initialFactor = initialFactorAfterPeg(parameters.imFactor, stable, parameters);
  const risks = arrangeHoldings(portfolio.positions, market, alsoScanned).map((holdings) => {
    const own = assets.filter(({ asset }) => followed(asset) === holdings.underlying);
    const followers = own.map((holding) => ({ asset: holding.asset, value: valueOf(holding) }));
    return riskOf(holdings, followers, scan);
  });
  const scans = risks.map((risk) => scanOf(risk, scan));
  const underlyingCharges = risks.flatMap((risk, index): Charge[] => {
    const { underlying, spot } = risk.holdings;
    const shorts = sum(risk.expiries.map(({ holdings: { options } }) => nakedShorts(options)));
    const statics = (code: string, size: Decimal, mm: Decimal, im: Decimal): Charge => {
      const maintenance = size.times(spot).times(mm);
      const initial = maintenance.plus(size.times(spot).times(im));
      return { code, subject: underlying, initial, maintenance, figures: { size, spot } };
    };
    return [
      scanCharge(scans[index] as DeriveUnderlyingScan, initialFactor, parameters.mmFactor),
      statics('static-perpetual', risk.perpetualSize, mmPerpPercent, imPerpPercent),
      statics('static-naked-short', shorts, mmOptionPercent, imOptionPercent),
      {
        code: 'confidence',
        subject: underlying,
        initial: confidenceCharge(risk.confidence, risk.perpetualSize.times(spot), parameters),
        maintenance: ZERO,
        figures: { confidence: risk.confidence },
      },
      ...expiryConfidenceCharges(risk, parameters),
    ];
  });
  const spotConfidence = leastConfidence(ONE, ...risks.map(({ holdings }) => holdings.spotConfidence));
  const collateralCharges = assets.flatMap((holding): Charge[] => {
    const rule = parameters.collateral.get(holding.asset);
    if (rule === undefined) return [];
    // A debt is charged like a holding: its price may move against the account just as far.
    const value = valueOf(holding).abs();
    const confidence = minOf(holding.confidence, spotConfidence);
    const maintenance = value.times(rule.mmHaircut);
    const initial = maintenance.plus(value.times(rule.imHaircut));
    const charge = confidenceCharge(confidence, value, parameters);
    return [
      { code: 'haircut', subject: holding.asset, initial, maintenance, figures: { value } },
      {
        code: 'collateral-confidence',
        subject: holding.asset,
        initial: charge,
        maintenance: ZERO,
        figures: { confidence },
      },
    ];
  });
  const charges = [...underlyingCharges, ...collateralCharges];
  return resultOf(valueLines(cash, assets, risks, stable), charges, scans, initialFactor);
}
