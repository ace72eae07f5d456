import { type Decimal, maxOf, minOf, ModelInputError, ONE, sum, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type AssetHolding,
  type ContractHolding,
  type ExpiryHoldings,
  type ExplainLine,
  leastConfidence,
  type Market,
  type OptionHolding,
  type Portfolio,
  stablePriceOf,
  type UnderlyingHoldings,
} from '@ballast/margin-models';
import { optionValue } from '../methodology/scenario/option-value.js';
import type {
  DeriveMarketRules,
  DeriveOptionRules,
  DeriveOracleRules,
  DeriveStandardParameters,
} from './standard-parameters.js';

/** The two figures of a level pair, settlement currency. */
interface Levels {
  readonly initial: Decimal;
  readonly maintenance: Decimal;
}

/** A portfolio under the standard rules; margins are signed surpluses, below zero is a breach. Settlement currency. */
export interface DeriveStandardMargin {
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  /** Cash included. */
  readonly markToMarket: Decimal;
  readonly lines: readonly ExplainLine[];
}

/** An option with its value. */
export interface ValuedOption extends OptionHolding {
  /** Value of the whole size, negative for a short. */
  readonly value: Decimal;
}

/** max(minSpotReq, maxSpotReq - OTM / S), OTM = max(K - S, 0) for a call and max(S - K, 0) for a put. */
function initialSpotShare({ type, strike }: OptionHolding, spot: Decimal, rules: DeriveOptionRules): Decimal {
  const outOfTheMoney = maxOf(type === 'call' ? strike.minus(spot) : spot.minus(strike), ZERO);
  return maxOf(rules.minSpotReq, rules.maxSpotReq.minus(outOfTheMoney.div(spot)));
}

/**
 * Signed margin of one option by itself, zero for a long one. With a (size) and m (value) negative for a short:
 * call MM = m + mmCallSpotReq S a, put MM = m + min(mmPutSpotReq S a, mmPutMtmReq m),
 * call IM = m + spot share S a, put IM = min(m + spot share S a, mmOffsetScale MM).
 */
export function isolatedOptionMargin(option: ValuedOption, spot: Decimal, rules: DeriveOptionRules): Levels {
  const { type, size, value } = option;
  if (size.gte(0)) return { initial: ZERO, maintenance: ZERO };
  const exposure = spot.times(size);
  const initial = value.plus(initialSpotShare(option, spot, rules).times(exposure));
  if (type === 'call') return { initial, maintenance: value.plus(rules.mmCallSpotReq.times(exposure)) };
  const maintenance = value.plus(minOf(rules.mmPutSpotReq.times(exposure), rules.mmPutMtmReq.times(value)));
  return { initial: minOf(initial, rules.mmOffsetScale.times(maintenance)), maintenance };
}

function payoffAt(options: readonly OptionHolding[], price: Decimal): Decimal {
  const payoffs = options.map(({ type, strike, size }) =>
    size.times(maxOf(type === 'call' ? price.minus(strike) : strike.minus(price), ZERO)),
  );
  return sum(payoffs);
}

/**
 * Signed margin of an expiry by its worst payoff: the least of zero and the payoffs at price 0 and at every strike; calls sold
 * and not bought back have no worst payoff, so each costs `unpairedScale` forwards more.
 */
export function worstPayoffMargin(
  options: readonly OptionHolding[],
  forward: Decimal,
  rules: DeriveOptionRules,
): Levels {
  const worst = minOf(ZERO, payoffAt(options, ZERO), ...options.map(({ strike }) => payoffAt(options, strike)));
  const netCalls = sum(options.filter(({ type }) => type === 'call').map(({ size }) => size));
  const unpaired = minOf(netCalls, ZERO).times(forward);
  return {
    initial: worst.plus(unpaired.times(rules.unpairedImScale)),
    maintenance: worst.plus(unpaired.times(rules.unpairedMmScale)),
  };
}

/** (1 - confidence) * factor * notional when the confidence is below the threshold: initial level only. */
function oracleCharge(
  confidence: Decimal,
  threshold: Decimal,
  notional: Decimal,
  { factor }: DeriveOracleRules,
): Decimal {
  return confidence.lt(threshold) ? ONE.minus(confidence).times(factor).times(notional) : ZERO;
}

const requirementLine = (
  code: string,
  subject: string,
  { initial, maintenance }: Levels,
  figures = {},
): ExplainLine => ({
  code,
  subject,
  amount: initial,
  figures: { initial, maintenance, ...figures },
});

/** What one part of the portfolio is worth and requires. */
interface Part {
  readonly value: readonly ExplainLine[];
  readonly requirement: readonly ExplainLine[];
}

const shortSize = (options: readonly OptionHolding[]): Decimal =>
  sum(options.map(({ size }) => maxOf(size.neg(), ZERO)));

function contractPart(holding: ContractHolding, held: UnderlyingHoldings, rules: DeriveMarketRules): Part {
  const { instrument, size, price, confidence, unrealisedPnl } = holding;
  const { perp } = rules;
  if (perp === undefined || holding.expiry !== undefined) throw notInDocument(instrument);
  const notional = size.abs().times(price);
  const least = leastConfidence(confidence, held.spotConfidence);
  const exposure = size.abs().times(held.spot);
  const charge = oracleCharge(least, rules.oracle.perpThreshold, exposure, rules.oracle);
  return {
    value: [{ code: 'unrealised-profit', subject: instrument, amount: unrealisedPnl, figures: { size, price } }],
    requirement: [
      requirementLine(
        'perpetual',
        instrument,
        { initial: notional.times(perp.im), maintenance: notional.times(perp.mm) },
        { notional },
      ),
      requirementLine('confidence', instrument, { initial: charge, maintenance: ZERO }, { confidence: least }),
    ],
  };
}

function expiryPart(expiry: ExpiryHoldings, held: UnderlyingHoldings, rules: DeriveMarketRules): Part {
  const { option: optionRules } = rules;
  const subject = `${expiry.underlying}@${expiry.expiry}`;
  if (optionRules === undefined) throw notInDocument(subject);
  const options: readonly ValuedOption[] = expiry.options.map((option) => {
    const terms = { ...option, volatility: option.volatility.toNumber(), years: expiry.years };
    return { ...option, value: optionValue(terms, expiry.forward).times(option.size) };
  });
  const value = sum(options.map((option) => option.value));
  const alone = options.map((option) => isolatedOptionMargin(option, held.spot, optionRules));
  const netted = worstPayoffMargin(options, expiry.forward, optionRules);
  const isolated: Levels = {
    initial: sum(alone.map(({ initial }) => initial)),
    maintenance: sum(alone.map(({ maintenance }) => maintenance)),
  };
  // What is required is the value less the better of the two margins: a long option is no collateral.
  const required: Levels = {
    initial: value.minus(maxOf(isolated.initial, netted.initial)),
    maintenance: value.minus(maxOf(isolated.maintenance, netted.maintenance)),
  };
  const least = leastConfidence(held.spotConfidence, expiry.confidence);
  const shorts = shortSize(options);
  const charge = oracleCharge(least, rules.oracle.optionThreshold, shorts.times(held.spot), rules.oracle);
  return {
    value: [{ code: 'option-value', subject, amount: value, figures: { forward: expiry.forward } }],
    requirement: [
      requirementLine('options', subject, required, {
        isolatedInitial: isolated.initial,
        isolatedMaintenance: isolated.maintenance,
        worstPayoffInitial: netted.initial,
        worstPayoffMaintenance: netted.maintenance,
      }),
      requirementLine('confidence', subject, { initial: charge, maintenance: ZERO }, { confidence: least, shorts }),
    ],
  };
}

function basePart({ asset, amount, price, confidence }: AssetHolding, rules: DeriveMarketRules, stable: Decimal): Part {
  const { base } = rules;
  if (base === undefined) return { value: [], requirement: [] };
  const notional = amount.times(price);
  const value = notional.div(stable);
  const margin = notional.times(base.marginFactor);
  const charge = oracleCharge(confidence, rules.oracle.baseThreshold, notional.abs(), rules.oracle);
  const haircut = { initial: value.minus(margin.times(base.imScale)), maintenance: value.minus(margin) };
  return {
    value: [{ code: 'collateral', subject: asset, amount: value, figures: { quantity: amount, price } }],
    requirement: [
      requirementLine('haircut', asset, haircut),
      requirementLine('confidence', asset, { initial: charge, maintenance: ZERO }, { confidence }),
    ],
  };
}

function depegPart(held: UnderlyingHoldings, stable: Decimal, { depeg }: DeriveStandardParameters): Part {
  const perpetuals = sum(held.contracts.map(({ size }) => size.abs()));
  const shorts = sum(held.expiries.map(({ options }) => shortSize(options)));
  const loss = maxOf(depeg.threshold.minus(stable), ZERO);
  const initial = loss.times(depeg.factor).times(held.spot).times(perpetuals.plus(shorts));
  return {
    value: [],
    requirement: [requirementLine('depeg', held.underlying, { initial, maintenance: ZERO }, { loss })],
  };
}

const notInDocument = (subject: string): ModelInputError =>
  new ModelInputError(
    'market-not-in-document',
    subject,
    `${subject}: the parameter document has no rules for it; add its market`,
  );

function rulesOf(underlying: string, { markets }: DeriveStandardParameters): DeriveMarketRules {
  const rules = markets.get(underlying);
  if (rules === undefined) throw notInDocument(underlying);
  return rules;
}

/**
 * Standard rules: every perpetual by itself, options of an expiry by the better of the isolated rules and their worst payoff,
 * base coins at a share of their value, and charges of the initial level for unsure prices and a stablecoin below its peg.
 * @see docs/spec/margin-models.md
 */
export function deriveStandardMargin(
  portfolio: Portfolio,
  market: Market,
  parameters: DeriveStandardParameters,
): DeriveStandardMargin {
  const stable = stablePriceOf(market);
  const { cash, assets } = arrangeCollateral(portfolio.collateral, market);
  const parts = [
    ...arrangeHoldings(portfolio.positions, market).flatMap((held) => {
      const rules = rulesOf(held.underlying, parameters);
      return [
        ...held.contracts.map((holding) => contractPart(holding, held, rules)),
        ...held.expiries.map((expiry) => expiryPart(expiry, held, rules)),
        depegPart(held, stable, parameters),
      ];
    }),
    ...assets.flatMap((holding) => {
      const rules = parameters.markets.get(holding.asset);
      return rules === undefined ? [] : [basePart(holding, rules, stable)];
    }),
  ];
  const values: readonly ExplainLine[] = [{ code: 'cash', amount: cash }, ...parts.flatMap(({ value }) => value)];
  const requirements = parts.flatMap(({ requirement }) => requirement);
  const markToMarket = sum(values.map(({ amount }) => amount));
  const total = (level: keyof Levels): Decimal => sum(requirements.map(({ figures }) => figures?.[level] ?? ZERO));
  return {
    initialMargin: markToMarket.minus(total('initial')),
    maintenanceMargin: markToMarket.minus(total('maintenance')),
    markToMarket,
    lines: [...values, ...requirements],
  };
}
